"""What a visit came to, what follows from it, and what visits have taught: the shapes that the
archive and the rhythm of visits share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crawler.items import STORY_LIKE, Kind, Role, State

SURELY_LIST = -30
"""The priority that addresses of tags, authors, archives and page numbers get at most."""


FIRST_HAND = ("robots", "usual", "link")
"""Sources of lists that a newspaper itself names, or that are where lists usually are."""

REQUISITE = -2_000_000_000
"""The priority of what pages need to be shown: lower than that of any page."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is known when a URL has been visited: all that its next visit can depend on."""

    role: Role
    source: str
    state: State
    now: datetime
    is_story: bool
    published: str | None
    """The story's date, ISO 8601, as exact as it is known."""
    first_captured: str | None
    changed: bool | None
    """Whether the visit brought something new; None at the first one."""
    interval: int | None
    """Seconds between the last visits, as planned."""
    failures: int
    """Visits in a row without a usable answer, this one included."""
    revisits: int
    edits: int
    """Of the site: stories visited again, and found changed then."""
    retry_at: str | None
    answered: bool
    """Whether a server answered at all."""
    is_copy: bool = False
    """Whether the page only shows what another address has: a story's later page, a print page."""
    kind: Kind | None = None
    """What it turned out to hold; None where nobody has looked."""
    was_story: bool = False
    """Whether it led to an archived story before."""
    url: str = ""
    was_list: bool = False
    """Whether a sitemap or feed was there before."""


@dataclass(frozen=True, slots=True)
class Plan:
    """When a URL is to be visited again."""

    state: State
    due_at: datetime | None = None
    interval: int | None = None


@dataclass(frozen=True, slots=True)
class Family:
    """Addresses of a site that look alike and are told of alike, and what visits of some of them
    have taught of all."""

    id: int
    name: str
    """`FoundUrl.family`."""
    is_open: bool = False
    """Whether all of them are fetched."""
    admitted: int = 0
    """How many of them were let in to be fetched while the family was not open."""
    visits: int = 0
    stories: int = 0
    """Visits that found a story."""
    led_to: int = 0
    """New stories that its pages, or lists told of by them, have told of."""
    slashed: int = 0
    """Addresses that led to themselves with a slash added."""
    held: int = 0
    """How many of them wait to be let in, as far as that was counted."""
    looks: int = 0
    """The highest priority among those."""
    example: str = ""
    """The address of the one that has it."""
    deepest: int = 0
    """Of lists' further pages: the highest number that was let in."""
    leads_on: bool = False
    """Whether a page of the family told of that one: the day before, the issue before."""

    @property
    def says(self) -> str:
        """One of `LINK_WORDS`."""
        return self.name[:1]


@dataclass(frozen=True, slots=True)
class SiteYield:
    """What all visits of a site have brought."""

    stories: int = 0
    listed_stories: int = 0
    """Those that a sitemap or WordPress list had told of: a feed has the newest alone."""
    spent: int = 0
    """Pages that were let in, family by family, and were no stories."""
    led_to: int = 0
    """New stories that those have told of."""
    barren: int = 0
    """Families that some pages were let in of, and nothing came of it."""


@dataclass(frozen=True, slots=True)
class Admission:
    """What a round lets in of a family: everything from now on, or so many addresses."""

    family: int
    """Its id."""
    count: int | None
    """None: the family is open."""
    deepest: int = 0
    """Of lists' further pages: the highest number among what is let in, where those with the
    highest come first; 0: those with the lowest do."""


def starts_open(priority: int, says: str) -> bool:
    """Whether all addresses of a family are fetched until its pages turn out to be something else.

    priority: of the first one. says: what its links say, one of `LINK_WORDS`. What is in a sitemap
    or feed is a story, unless it looks like a tag.
    """
    return priority >= STORY_LIKE or (says == "l" and priority > SURELY_LIST)
