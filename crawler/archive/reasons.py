"""Reasons that the program itself asks for again: the words are written once."""

LATER_PAGE = "a later page of "
SAME_TEXT = "same text as "
"""Begin the reasons of pages that show only what the address that follows has."""
OUTSIDE = "published outside the dates asked for"
WITHHELD = "one of many lists that tell of too few stories"
"""Sitemaps and other lists that other lists told of, and that are left out."""
