"""What the frontier asks of a spider."""

from __future__ import annotations

from typing import Protocol

from scrapy.http import Request

from crawler.items import Due, FoundUrl
from crawler.reasons import Reason

LATER = Reason("later")
"""What a spider says of a URL that it cannot judge yet."""


class FrontierSpider(Protocol):
    """A spider whose URLs the frontier hands out."""

    resume_hosts: tuple[str, ...]
    """Sites whose waiting URLs are taken up."""
    max_pages: int | None
    """Pages to fetch at most; None for no limit."""

    keeps_more: bool
    """Whether more than pages may be archived."""
    keepers: set[str]
    """Hosts of sites whose pages are archived with more than their text."""

    def request(self, due: Due) -> Request:
        """Make a request of a URL."""

    def rank(self, found: FoundUrl) -> int:
        """Say its priority: higher is fetched first."""

    def left_alone(self, site: str, why: Reason) -> None:
        """Take note that nothing more is asked of a site in this run."""

    def moved(self, found: FoundUrl, url: str) -> None:
        """Take note that a URL has led to another one."""

    def is_part(self, host: str) -> bool:
        """Say whether a host is followed as a part of a newspaper at another one."""

    def refuse(self, due: Due) -> Reason | None:
        """Say why a URL is not to be fetched at all; None if it is."""

    def look_further(self, site: str) -> None:
        """Offer more sources of a site, if any, where all that is known of it has been fetched."""
