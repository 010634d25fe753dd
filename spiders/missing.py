"""`scrapy crawl missing`: ask a web archive for stories that are linked and not archived."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from crawler import times
from crawler.archive.mementos import Mementos
from crawler.extensions.session import Session
from crawler.extract.fields import is_front
from crawler.frontier.past import PastQueue
from crawler.items import Page, Visit
from crawler.urls import story_key

from .lists import List
from .past import PastSpider

_ASKED_BY = "missing"
_AGAIN = timedelta(days=30)
"""After which what was not found is asked for again."""
_MOST = 100_000
"""Addresses of one run, the most linked first."""
_MOST_MOVES = 10
"""Redirects that are followed from one story, one after another."""


class MissingSpider(PastSpider):
    """Brings captures of stories that are linked and not archived, and of those that are gone.

    -a endpoint=URL          the web archive: its CDX server, a collection of pywb, or Common
                             Crawl's collinfo.json; the Internet Archive's if not said
    -a data=URL              of a copy of Common Crawl: where the WARC files are
    -a since= -a until=      only captures made in this span (YYYY, YYYY-MM or YYYY-MM-DD)
    -a max_pages=N           fetch at most N captures; the next run goes on from there
    """

    name = "missing"
    known_arguments: ClassVar[frozenset[str]] = PastSpider.known_arguments | {"data"}
    most_collections: ClassVar[int] = 12

    def __init__(self, **arguments: str) -> None:
        """Raises UsageError."""
        super().__init__(**arguments)
        self._moves: dict[str, int] = {}
        """Redirects that led to an address."""

    def first_lists(self) -> Iterable[List]:
        """The most linked story; the others are asked for once the web archive has answered."""
        session, since = Session.of(self.crawler), self._asked_before
        index = self.endpoint.index

        def to_ask(to: Mementos) -> list[str]:
            found: list[str] = []
            for url in to.missing():
                if not to.was_asked(index, url, since):
                    found.append(url)
                if len(found) == _MOST:
                    break
            return list(dict.fromkeys(found))

        self._urls = session.archive.look(lambda db: to_ask(Mementos(db))) or []
        waits = session.archive.look(lambda db: Mementos(db).has_waiting(index, _ASKED_BY))
        if not self._urls and waits:  # of a run that was killed
            self._open()
            return []
        if not self._urls:
            self.notes.append(
                f"no story is missing or gone that was not asked for in the last {_AGAIN.days} days"
            )
            return []
        return [self.list_one(self._urls[0], _ASKED_BY, None)]

    def opened(self, queue: PastQueue) -> None:
        """Have all of them asked for."""
        super().opened(queue)
        urls = self._urls
        queue.note(lambda to: to.ask(queue.web_archive, _ASKED_BY, urls))

    @property
    def _asked_before(self) -> str:
        return times.utc(datetime.now(UTC) - _AGAIN)

    @property
    def _wanted(self) -> tuple[str, ...]:
        return (_ASKED_BY,)

    def note_read(self, visit: Visit, page: Page | None) -> None:
        """Where a story had moved, its new address is asked for, too."""
        if visit.leads_to is None or is_front(visit.leads_to):
            return
        moves = self._moves.get(story_key(visit.url), 0) + 1
        if moves <= _MOST_MOVES:
            self._moves.setdefault(story_key(visit.leads_to), moves)
            self._look_up(_ASKED_BY, [visit.leads_to], is_own=True)
