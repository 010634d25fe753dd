"""What a configuration says, once it is checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from crawler.items import Keep
from crawler.monitors import AS_USUAL, Alarms, Level
from crawler.urls import is_below, site_host

FILE_NAME = "hemeroteca.toml"

SOURCES = ("sitemap", "feed", "wordpress", "archive", "previous", "links")
"""Where a newspaper's stories may be looked for."""
Scope = Literal["newspaper", "host"]
NEWSPAPER: Scope = "newspaper"
SCOPES: tuple[Scope, ...] = (NEWSPAPER, "host")
"""A newspaper with the hosts below its own, or its own host alone."""
Render = Literal["auto", "never", "always"]
RENDERS: tuple[Render, ...] = ("auto", "never", "always")
"""Which pages are shown in a browser: those that show nothing without their scripts, none, all."""
BY_PAPER = "{paper}"


@dataclass(frozen=True, slots=True)
class Paper:
    """What is asked of one newspaper.

    delay: seconds between two requests, where that is more than the setting. revisit_after: seconds
    after publication. cookies: the file of a subscription's, as it is written there. keep: what is
    archived beside the pages. alarms: what the monitors tell of. every: seconds between two runs of
    a fleet's. What is None is as without a
    configuration.
    """

    name: str
    addresses: tuple[str, ...]
    scope: Scope = NEWSPAPER
    sources: tuple[str, ...] = SOURCES
    since: str | None = None
    until: str | None = None
    delay: float | None = None
    revisit_after: tuple[int, ...] | None = None
    cookies: str | None = None
    render: Render | None = None
    keep: Keep = "text"
    alarms: Alarms = AS_USUAL
    every: int | None = None

    def plain(self) -> dict[str, Any]:
        """As a setting can have it, which is kept with the run: where cookies are is not, nor how
        often it is run."""
        plain = asdict(self)
        del plain["cookies"], plain["every"]
        return plain


When = Literal["findings", "always"]
WHEN: tuple[When, ...] = ("findings", "always")


@dataclass(frozen=True, slots=True)
class Notify:
    """Who is told of a run. to: addresses for Apprise; ping: of a healthchecks service; command:
    with its arguments. Each address may be `env:NAME` or `file:PATH`: it is a secret then, as it is
    in any case. line_of_…: where they stand, for what is said of them."""

    to: tuple[str, ...] = field(default=(), repr=False)
    ping: str | None = field(default=None, repr=False)
    command: tuple[str, ...] = ()
    when: When = "findings"
    level: Level = "warning"
    line_of_to: int = 1
    line_of_ping: int = 1


@dataclass(frozen=True, slots=True)
class Config:
    """What `hemeroteca.toml` says. archive, metrics: as they are written there, the first
    with `{paper}` perhaps."""

    papers: tuple[Paper, ...] = ()
    archive: str = "archive"
    contact: str | None = None
    jobs: int | None = None
    notify: Notify | None = None
    metrics: str | None = None

    @property
    def is_shared(self) -> bool:
        """Whether all papers are in one archive."""
        return BY_PAPER not in self.archive

    def archive_of(self, paper: Paper) -> str:
        """The archive of a paper, as it is written."""
        return self.archive.replace(BY_PAPER, paper.name)


class Papers:
    """The papers of a run, found by the addresses of their pages."""

    def __init__(self, papers: Iterable[Paper] = ()) -> None:
        self._papers = tuple(papers)
        self._by_host = {
            site_host(address): paper for paper in self._papers for address in paper.addresses
        }

    @property
    def all(self) -> tuple[Paper, ...]:
        """All of them."""
        return self._papers

    @classmethod
    def of_setting(cls, value: Iterable[Mapping[str, Any]] | None) -> Papers:
        """Those that the setting PAPERS has (`Paper.plain`)."""
        return cls(
            Paper(**{**each, "alarms": Alarms(**each.get("alarms", {}))}) for each in value or ()
        )

    def __iter__(self) -> Iterator[Paper]:
        return iter(self._papers)

    def of(self, url: str) -> Paper | None:
        """The paper that an address belongs to: by its host, or by one above it; None where the
        configuration has none."""
        if not self._papers:
            return None
        host = site_host(url)
        if host not in self._by_host:
            self._by_host[host] = self._above(url)  # type: ignore[assignment]
        return self._by_host[host]

    def _above(self, url: str) -> Paper | None:
        found = [
            (len(urlsplit(address).netloc), paper)
            for paper in self._papers
            for address in paper.addresses
            if is_below(url, f"http://{site_host(address)}/")
        ]
        return max(found, key=lambda one: one[0])[1] if found else None
