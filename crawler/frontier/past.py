"""Which captures of another archive of the web come next, and what has become of them.

What is listed waits in the archive's table `mementos`, and leaves that state in the transaction
after the one that stores its visit: the run after one that was killed between looks first whether
it has a capture.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from scrapy import signals
from scrapy.crawler import Crawler

from crawler import times
from crawler.archive.captures import capture_with
from crawler.archive.database import WARC_FOLDER
from crawler.archive.mementos import Held, Mementos, Waiting, place_of
from crawler.archive.store import Store
from crawler.extensions.session import Session
from crawler.items import Capture, Page, Visit
from crawler.mementos import Listed, Span, is_digest, is_wanted
from crawler.reasons import Reason, because
from crawler.runs import Bringing
from crawler.warc.presence import is_there

_CLAIM = 50
_BEGIN = ("", "")
_ORDER = ((False, True), (False, False), (True, False))
"""Whether captures were tried before, and whether only the first one of each address."""


class PastQueue:
    """The captures that wait in an archive for one web archive, newspaper by newspaper: the first
    one of each address, then all others, by date; behind them those that an earlier run could not
    have.

    counts: what the run has come to, for its summary.
    """

    def __init__(
        self, crawler: Crawler, endpoint: str, span: Span,
        on_read: Callable[[Visit, Page | None], None],
    ) -> None:  # fmt: skip
        """The archive must be open. endpoint: by which a web archive is called. span: of the dates
        that are asked for. on_read: told of each page that was read. Raises HemerotecaError,
        sqlite3.Error."""
        self._crawler = crawler
        self._session = Session.of(crawler)
        self._archive = self._session.archive
        self._span = span.moments
        self.counts: Counter[str] = Counter()
        self.reasons: Counter[Reason] = Counter()
        """Of captures that did not come, why."""
        self.bringing = Bringing(self._session.run, self._session.workers, self._keep, on_read)
        store = self._session.run.store
        with store.db.atomic():
            self.web_archive = store.mementos.web_archive(endpoint, times.now())
        self.size = 0
        """How many captures wait, as it was when some were taken last."""
        self._wanted: list[str] = []
        """For whom captures may be given out."""
        self._buffer: deque[Waiting] = deque()
        self._after: dict[tuple[str, bool, bool], tuple[str, str]] = {}
        self._in_hand: dict[int, Waiting] = {}
        self._later: defaultdict[str, list[Waiting]] = defaultdict(list)
        """Those whose payload is under way, by its digest."""
        self._for_payload: set[int] = set()
        """The keys of these."""
        self._differ: set[int] = set()
        """Those whose payload does not have its digest."""
        self._settled: list[tuple[int, str, Reason | None, bool]] = []
        self._changes: list[Callable[[Store], object]] = []

    # -- what is listed --------------------------------------------------------------------------

    def admit(self, wanted_by: str) -> None:
        """Give out what waits for a newspaper, what has failed in earlier runs, too."""
        if wanted_by not in self._wanted:
            self._wanted.append(wanted_by)
            self._change(lambda store: store.mementos.wake(self.web_archive, wanted_by))

    def add(self, wanted_by: str, rows: Iterable[Listed]) -> int:
        """Enter listed captures that may be pages and are of the dates asked for; returns how many
        those are."""
        rows = list(rows)
        wanted = [
            row
            for row in rows
            if is_wanted(row) and self._span[0] <= row.captured_at <= self._span[1]
        ]
        self.counts["not pages"] += len(rows) - len(wanted)
        self.counts["listed"] += len(wanted)
        told = [
            (
                row.url, row.captured_at, row.status, row.content_type, row.digest,
                place_of(row.filename, row.offset, row.length),
            )
            for row in wanted
        ]  # fmt: skip

        def add(store: Store) -> None:
            self.counts["new"] += store.mementos.add(self.web_archive, wanted_by, told)

        self._change(add)
        self._after.clear()  # addresses before those that were given out may wait now
        return len(wanted)

    def note(self, change: Callable[[Mementos], object]) -> None:
        """Have the archive's tables changed, with the next transaction."""
        self._change(lambda store: change(store.mementos))

    # -- what comes next -------------------------------------------------------------------------

    @property
    def under_way(self) -> int:
        """Captures that were given out and are not settled."""
        return len(self._in_hand)

    def next(self) -> Waiting | None:
        """The next capture; None where none waits, or only such whose payload is under way."""
        while True:
            while not self._buffer:
                if not self._refill() and not self._buffer:
                    return None  # _refill may have released some that waited for their payload
            waiting = self._buffer.popleft()
            under_way = (each.digest for each in self._in_hand.values())
            if waiting.digest in under_way and is_digest(waiting.digest):
                assert waiting.digest is not None
                self._later[waiting.digest].append(waiting)
                self._for_payload.add(waiting.id)
                continue
            self._in_hand[waiting.id] = waiting
            return waiting

    def held(self, waiting: Waiting) -> Held | None:
        """What the archive has of an address and a second already."""
        return self._archive.look(lambda db: Mementos(db).held(waiting.url, waiting.captured_at))

    def same_payload(self, waiting: Waiting) -> Capture | None:
        """What has the same payload, by the index, so that it need not be fetched."""
        if not is_digest(waiting.digest) or waiting.status not in (None, 200):
            return None
        found = self._archive.look(lambda db: Mementos(db).same_payload(self.web_archive, waiting))
        if found is None:
            return None
        capture = self._archive.look(lambda db: capture_with(db, found))
        folder = self._session.run.folder / WARC_FOLDER
        if capture is None or not is_there(
            folder, capture.warc_file, capture.warc_offset, capture.warc_length, capture.record_id
        ):
            return None
        return capture

    def _refill(self) -> bool:
        self.settle()
        self.size = self.left()
        for was_tried, first_alone in _ORDER:
            for wanted_by in self._wanted:
                place = (wanted_by, was_tried, first_alone)
                found = self._claim(
                    wanted_by, self._after.get(place, _BEGIN), was_tried=was_tried,
                    first_alone=first_alone,
                )  # fmt: skip
                if found:
                    last = found[-1]
                    self._after[place] = (last.url, last.captured_at)
                    self._buffer.extend(each for each in found if not self._is_out(each.id))
                    return True
        return False

    def _is_out(self, key: int) -> bool:
        """Whether a capture that waits in the archive still was taken out already."""
        is_settled = any(key == each[0] for each in self._settled)
        return key in self._in_hand or key in self._for_payload or is_settled

    def _claim(
        self, wanted_by: str, after: tuple[str, str], *, was_tried: bool, first_alone: bool
    ) -> Sequence[Waiting]:
        return (
            self._archive.look(
                lambda db: Mementos(db).waiting(
                    self.web_archive, wanted_by, self._span, after, _CLAIM,
                    was_tried=was_tried, first_alone=first_alone,
                )
            )
            or ()
        )  # fmt: skip

    # -- what became of it -----------------------------------------------------------------------

    def settled(
        self, waiting: Waiting, state: str, reason: Reason | None = None, *, counts: bool = True
    ) -> None:
        """A capture that was given out has come to its end without a visit, or is here already.
        counts: as one of the few runs that may try it."""
        self._settled.append((waiting.id, state, reason, counts))
        if state == "archived":
            self.counts["known"] += 1
        elif reason is not None:
            self.counts[state] += 1
            self.reasons[reason.kind] += 1
        self._forget(waiting.id)

    def differs(self, waiting: Waiting) -> None:
        """A capture's payload has not the digest that the index has."""
        self.counts["differs"] += 1
        self._differ.add(waiting.id)

    def settle(self) -> bool:
        """Store what has come and what became of it; returns whether anything was."""
        self._archive.flush()
        if self._archive.holds_back or not self._archive.is_ready:
            return False
        done, self.bringing.done = self.bringing.done, []
        settled, self._settled = self._settled, []
        changes, self._changes = self._changes, []
        if not (done or settled or changes):
            return False

        def write(store: Store) -> bool:
            for change in changes:
                change(store)
            for key, _ in done:
                why = because("digest_differs") if key in self._differ else None
                store.mementos.settle(key, "archived", why)
            for key, state, reason, counts in settled:
                store.mementos.settle(key, state, reason, counts=counts)
            return True

        if not self._archive.change(write):
            self.bringing.done = done + self.bringing.done
            self._settled = settled + self._settled
            self._changes = changes + self._changes
            return False
        for key, _ in done:
            self._forget(key)
        return True

    def left(self) -> int:
        """How many captures wait still."""
        return sum(map(self._left_of, self._wanted))

    def _left_of(self, wanted_by: str) -> int:
        count = self._archive.look(
            lambda db: Mementos(db).count_waiting(self.web_archive, wanted_by, self._span)
        )
        return count or 0

    def _forget(self, key: int) -> None:
        waiting = self._in_hand.pop(key, None)
        self._differ.discard(key)
        if waiting is not None and waiting.digest is not None:
            released = self._later.pop(waiting.digest, [])
            self._for_payload.difference_update(each.id for each in released)
            self._buffer.extendleft(reversed(released))

    def _change(self, change: Callable[[Store], object]) -> None:
        self._changes.append(change)
        self.settle()

    def _keep(self, visits: list[Visit]) -> None:
        """Have visits stored as those of a crawl are, and counted as they are."""
        for visit in visits:
            self._archive.add(visit)
            self._crawler.signals.send_catch_log(
                signals.item_scraped, item=visit, response=None, spider=self._crawler.spider
            )
        self._archive.flush()


def digits(captured_at: str) -> str:
    """A moment as 14 digits.

    >>> digits("2010-01-02T03:04:05+00:00")
    '20100102030405'
    """
    return datetime.fromisoformat(captured_at).strftime("%Y%m%d%H%M%S")
