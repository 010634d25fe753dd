"""How a list of captures is asked for part by part, and where to go on after a kill.

The Internet Archive gives a key for the next part. pywb and Common Crawl have pages, if their index
is of the kind that has. Where a server has neither and gives as many rows as were asked for, the
span is halved until each half has fewer.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from crawler.mementos.cdx import Listing
from crawler.mementos.endpoint import MOST_ROWS, Endpoint, Match
from crawler.mementos.span import Span
from crawler.urls import is_below, site_host, story_key

Step = Literal["count", "page", "rows"]


@dataclass(frozen=True, slots=True)
class Scope:
    """What is asked for: a newspaper's pages, or one address."""

    url: str
    """As a CDX server is asked for it."""
    match: Match

    @classmethod
    def of_site(cls, home: str) -> Scope:
        """A newspaper: all hosts at and below its own, or what is below a folder of its host.

        >>> Scope.of_site("https://www.paper.example/")
        Scope(url='paper.example', match='domain')
        >>> Scope.of_site("https://host.example/paper/").url
        'host.example/paper/'
        """
        path = urlsplit(home).path
        if path in ("", "/"):
            return cls(site_host(home), "domain")
        return cls(f"{site_host(home)}{path}", "prefix")

    def has(self, url: str) -> bool:
        """Whether an address is of what is asked for; a server may list anything."""
        if self.match == "exact":
            return story_key(url).lower() == story_key(self.url).lower()
        if self.match == "domain":
            return site_host(url) == self.url or is_below(url, f"http://{self.url}/")
        host, slash, path = self.url.partition("/")
        return site_host(url) == host and urlsplit(url).path.startswith(slash + path)


@dataclass(frozen=True, slots=True)
class Query:
    """One part of a list, still to be asked for."""

    step: Step
    begin: str
    end: str
    index: str | None = None
    resume: str | None = None
    page: int | None = None

    @property
    def span(self) -> Span:
        """Of the captures in it."""
        return Span(datetime.fromisoformat(self.begin), datetime.fromisoformat(self.end))


class Lister:
    """The parts of one list that are to come, the next one first."""

    def __init__(
        self, endpoint: Endpoint, scope: Scope, span: Span,
        indexes: Sequence[tuple[str, Span]] = (),
    ) -> None:  # fmt: skip
        """indexes: of Common Crawl's collections, the address and the span of each."""
        self.cut = 0
        """Parts of which not all could be had: single seconds with more captures than are given."""
        self._endpoint, self._scope = endpoint, scope
        first: Step = "rows" if endpoint.dialect == "wayback" or scope.match == "exact" else "count"
        parts: Sequence[tuple[str | None, Span]] = indexes or [(None, span)]
        self._left = [Query(first, *each.moments, index) for index, each in parts]

    @property
    def next(self) -> Query | None:
        """What to ask for; None where all has come."""
        return self._left[0] if self._left else None

    def url(self, query: Query) -> str:
        """The address that gives a part."""
        return self._endpoint.listing(
            self._scope.url, self._scope.match, query.span, resume=query.resume, page=query.page,
            counts_pages=query.step == "count", index=query.index,
        )  # fmt: skip

    def counted(self, query: Query, pages: int | None) -> None:
        """The server has said how many pages a part has; None: it has none."""
        self._drop(query)
        same = (query.begin, query.end, query.index)
        if pages is None:
            self._left.insert(0, Query("rows", *same))
        else:
            self._left[:0] = [Query("page", *same, page=number) for number in range(pages)]

    def took(self, query: Query, listing: Listing) -> None:
        """A part has come."""
        self._drop(query)
        same = (query.begin, query.end, query.index)
        if listing.resume is not None:
            if listing.resume != query.resume:  # else it would never end
                self._left.insert(0, Query("rows", *same, resume=listing.resume))
        elif query.step == "rows" and listing.lines >= MOST_ROWS:
            self.cut += not self.halve(query)

    def halve(self, query: Query) -> bool:
        """A part is too long: ask for its halves; returns whether it has any."""
        self._drop(query)
        halves = query.span.halves() if query.step == "rows" else None
        for half in reversed(halves or ()):
            self._left.insert(0, Query("rows", *half.moments, query.index))
        return halves is not None

    def give_up(self, query: Query) -> None:
        """A part cannot be had."""
        self._drop(query)

    def _drop(self, query: Query) -> None:
        if query in self._left:
            self._left.remove(query)

    # -- for the next run ------------------------------------------------------------------------

    def saved(self) -> str:
        """What is to come, as text."""
        return json.dumps([asdict(query) for query in self._left])

    def restore(self, saved: str) -> None:
        """Go on where an earlier run was."""
        self._left = [Query(**each) for each in json.loads(saved)]
