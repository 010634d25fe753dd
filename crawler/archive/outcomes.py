"""What a visit came to, what follows from it, and what visits have taught: the shapes that the
archive and the rhythm of visits share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crawler.items import Kind, Role, State


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


@dataclass(frozen=True, slots=True)
class Plan:
    """When a URL is to be visited again."""

    state: State
    due_at: datetime | None = None
    interval: int | None = None


@dataclass(frozen=True, slots=True)
class Learned:
    """What visits have taught of one shape of addresses, and of the whole site."""

    visits: int = 0
    stories: int = 0
    """Visits that found a story."""
    led_to: int = 0
    """New stories that its pages, or lists told of by them, were the first to tell of."""
    site_stories: int = 0
    listed_stories: int = 0
    """Those that a sitemap, feed or WordPress list had told of."""
    listing_visits: int = 0
    """Pages of the site that were no stories."""
    listing_led_to: int = 0
