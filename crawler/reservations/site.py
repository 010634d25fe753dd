"""What hosts say for many of their pages in one file: robots.txt and tdmrep.json."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from crawler.reservations.patterns import path_of
from crawler.reservations.reservation import Reservation
from crawler.reservations.robots_txt import UsageRules
from crawler.reservations.tdmrep import TDMREP_PATH, TdmRules

AGENT = "hemeroteca"
"""Our product token (RFC 9309, 2.2.1), in lower case."""
ROBOTS_PATH = "/robots.txt"
_MOST = 1_000
"""Hosts that are remembered."""


@dataclass(slots=True)
class _Files:
    usage: UsageRules = field(default_factory=UsageRules)
    tdm: TdmRules = field(default_factory=TdmRules)


class SiteReservations:
    """The files of each host, as last read, and what they say of an address."""

    def __init__(self) -> None:
        self._hosts: dict[str, _Files] = {}

    def note(self, url: str, status: int, body: bytes) -> None:
        """Take the answer to a request for one of the two files; any other is passed over. One that
        is not there takes back what it said before; one that fails changes nothing."""
        parts = urlsplit(url)
        if not is_site_wide(url) or not (200 <= status < 300 or status in (404, 410)):
            return
        if status >= 400:
            body = b""
        origin = f"{parts.scheme}://{parts.netloc}"
        files = self._hosts.pop(origin, None) or _Files()
        self._hosts[origin] = files
        if len(self._hosts) > _MOST:
            del self._hosts[next(iter(self._hosts))]
        if parts.path == ROBOTS_PATH:
            files.usage = UsageRules.read(body, url, AGENT)
        else:
            files.tdm = TdmRules.read(body, url)

    def of(self, url: str, status: int) -> tuple[Reservation, ...]:
        """What holds for the content at an address. status: of its answer; an error page is no
        content of the publisher's."""
        parts = urlsplit(url)
        files = self._hosts.get(f"{parts.scheme}://{parts.netloc}")
        if files is None or not (200 <= status < 300 or status == 304) or is_site_wide(url):
            return ()
        path = path_of(url)
        return files.tdm.of(path) + files.usage.of(path)


def is_site_wide(url: str) -> bool:
    """Whether an address is that of a file that speaks for its whole host."""
    return urlsplit(url).path in (ROBOTS_PATH, TDMREP_PATH)


def tdmrep_url(url: str) -> str:
    """Where the host of an address keeps its `tdmrep.json`."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{TDMREP_PATH}"
