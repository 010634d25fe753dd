"""How a list of captures is asked for part by part, and where to go on after a kill.

The Internet Archive gives a key for the next part. pywb and Common Crawl have pages, if their index
is of the kind that has. Where a server has neither and gives as many rows as were asked for, the
span is halved until each half has fewer. What cannot be had of one index is left for the next run,
and the others are asked.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from crawler.mementos.cdx import Listing, ListingError
from crawler.mementos.endpoint import MOST_ROWS, Endpoint, Match
from crawler.mementos.span import Span
from crawler.urls import is_at, site_host, story_key

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
        return is_at(url, self.url)


@dataclass(frozen=True, slots=True)
class Query:
    """One part of a list, still to be asked for."""

    step: Step
    begin: str
    end: str
    index: str | None = None
    resume: str | None = None
    page: int | None = None
    pages: int = 0
    """How many there are, this one among them."""

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
        self._first: Step = (
            "rows" if endpoint.dialect == "wayback" or scope.match == "exact" else "count"
        )
        parts: Sequence[tuple[str | None, Span]] = indexes or [(None, span)]
        self._left = [Query(self._first, *each.moments, index) for index, each in parts]
        self._later: list[Query] = []
        """What could not be had in this run."""
        self._keys: set[tuple[str | None, str | None]] = set()
        """By which parts were asked for."""

    @property
    def next(self) -> Query | None:
        """What to ask for; None where no more can be had in this run."""
        return self._left[0] if self._left else None

    @property
    def is_whole(self) -> bool:
        """Whether all has come."""
        return not (self._left or self._later)

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
        elif pages:
            self._left.insert(0, Query("page", *same, page=0, pages=pages))

    def took(self, query: Query, listing: Listing) -> None:
        """A part has come. Raises ListingError where the part behind it has come already: the list
        would never end."""
        if listing.resume is not None and self._endpoint.dialect == "wayback":
            self._keys.add((query.index, query.resume))
            if (query.index, listing.resume) in self._keys:
                raise ListingError("it gives the same parts again")
            self._drop(query)
            self._left.insert(0, replace(query, resume=listing.resume))
        elif query.step == "rows" and listing.lines >= MOST_ROWS:
            if not self.halve(query):
                self._drop(query)
                self.cut += 1
        else:
            self._drop(query)
            if query.page is not None and query.page + 1 < query.pages:
                self._left.insert(0, replace(query, page=query.page + 1))

    def halve(self, query: Query) -> bool:
        """A part is too long: ask for its halves; returns whether it has any."""
        halves = query.span.halves() if query.step == "rows" else None
        if halves is not None:
            self._drop(query)
            self._left[:0] = [Query("rows", *half.moments, query.index) for half in halves]
        return halves is not None

    def give_up(self, query: Query) -> None:
        """There is nothing in a part."""
        self._drop(query)

    def postpone(self, query: Query, *, from_start: bool) -> None:
        """A part cannot be had now, and no other of its index is asked for in this run. from_start:
        the key or the page that it was asked for with is of no use any more."""
        self._drop(query)
        if from_start and (query.resume is not None or query.page is not None):
            query = Query(self._first, query.begin, query.end, query.index)
        self._later += [query, *(each for each in self._left if each.index == query.index)]
        self._left = [each for each in self._left if each.index != query.index]

    def _drop(self, query: Query) -> None:
        if query in self._left:
            self._left.remove(query)

    # -- for the next run ------------------------------------------------------------------------

    def saved(self) -> str:
        """What is to come, as text."""
        return json.dumps([asdict(query) for query in self._later + self._left])

    def restore(self, saved: str) -> None:
        """Go on where an earlier run was."""
        self._left = [Query(**each) for each in json.loads(saved)]
