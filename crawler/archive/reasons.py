"""Reasons that the program itself asks for again: the words are written once."""

OUTSIDE = "published outside the dates asked for"
