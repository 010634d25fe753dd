"""The stories that a page links to, and how each stands to it."""

from crawler.extract.links.stories import linked_stories

__all__ = [
    "linked_stories",
]
