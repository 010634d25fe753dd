"""Reasons that the program itself asks for again: the words are written once."""

LATER_PAGE = "a later page of "
SAME_TEXT = "same text as "
"""Begin the reasons of pages that show only what the address that follows has."""
OUTSIDE = "published outside the dates asked for"
LEFT_OUT = "no new stories on pages like this one"
"""Of an address that was not fetched because of what pages of its kind were."""
