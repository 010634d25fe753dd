"""What has come to the frontier since somebody last looked."""

from __future__ import annotations

from dataclasses import dataclass, field

from crawler.times import LAST, utc


@dataclass(slots=True)
class News:
    """What those who write to the table `urls` tell each other, and the run."""

    begun_at: str = utc(LAST)
    """When the run began, ISO 8601, UTC: what it has visited itself, it visits no second time, but
    to try again what gave no answer."""
    woken: set[str] = field(default_factory=set)
    """Hosts of sites that something was queued for since this was last emptied."""
    needed: set[str] = field(default_factory=set)
    """Hosts that requisites of pages were queued of since this was last emptied."""
    grown: int = 0
    """How many URLs were queued since this was last set to 0."""
