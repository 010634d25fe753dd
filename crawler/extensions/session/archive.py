"""The archive while a crawl has it: visits are stored in batches, what another program keeps us
from is tried again, and what cannot be done at all ends the run."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from scrapy.settings import BaseSettings

from crawler.archive.database import (
    FILE_NAME,
    explain,
    is_busy,
    is_damage,
    is_full,
    open_for_reading,
)
from crawler.archive.found import first_part
from crawler.archive.log_room import KEPT, kept_by_readers
from crawler.archive.store import Store
from crawler.errors import ArchiveError, FullError, HemerotecaError
from crawler.items import State, Visit
from crawler.outcome import ARCHIVE_ERROR, FULL
from crawler.reasons import Reason, in_words
from crawler.runs import Run
from crawler.text import shown

T = TypeVar("T")

logger = logging.getLogger(__name__)

# Seconds to try again while another program holds the database's write lock, and how many visits
# may wait meanwhile: then the run ends, and the next one goes on.
_PATIENCE = 120.0
_MAX_WAITING = 5_000
# Seconds after which to try again.
_PAUSE = 1.0
# Seconds after which it is said once more that the run waits for a reader.
_TELL_AGAIN = 600.0


class CrawlArchive:
    """The archive of a running crawl.

    reasons: how many URLs ended how, by state and kind of reason.
    requisites: how many of what pages show came (None), and why the others did not.
    answered: whether any server has answered yet; before, nothing is stored.
    error: why the archive could not be written, if it could not.
    exit_code: that of the command, where there is an error.
    on_stored: called after each batch with the open database and the visits that were stored.
    """

    def __init__(self, run: Run, settings: BaseSettings, end: Callable[[str], None]) -> None:
        """end: ends the crawl; told the outcome."""
        self.run = run
        self.reasons: Counter[tuple[State, Reason | None]] = Counter()
        self.requisites: Counter[Reason | None] = Counter()
        self.answered = False
        self.error: str | None = None
        self.exit_code = 1
        self.on_stored: Callable[[Store, list[Visit]], None] = lambda store, visits: None
        self._end = end
        self._batch: list[Visit] = []
        self._batch_size = settings.getint("BATCH_SIZE")
        self._batch_seconds = settings.getfloat("BATCH_SECONDS")
        self._timer: asyncio.TimerHandle | None = None
        self._busy_since: float | None = None
        """Since when another program has kept us from writing; None: it does not."""
        self._again_at = 0.0
        """Monotonic time before which we do not try again."""
        self._told_of_readers: float | None = None
        """When it was last said that somebody's reading keeps us from writing; None: it does
        not."""

    # -- visits ----------------------------------------------------------------------------------

    def add(self, visit: Visit) -> None:
        """Take a visit and those along with it; they are stored with the next batch."""
        for each in (visit, *visit.along):
            if each.role == "requisite":
                if each.state != "redirected":
                    why = None if each.state == "done" else each.reason
                    self.requisites[why.kind if why else None] += 1
                self._batch.append(each)
                continue
            failed = each.state in ("failed", "retry", "gone", "excluded") or each.reason
            if failed and not each.is_missed_guess and each.role != "robots":
                self.count_reason(each.state, each.reason)
            self._batch.append(each)
        if len(self._batch) >= self._batch_size and not self._is_kept_off:
            self.flush()
        elif self._timer is None:
            self._flush_in(self._batch_seconds)

    def count_reason(self, state: State, reason: Reason | None) -> None:
        """A URL has ended so."""
        self.reasons[state, reason.kind if reason else None] += 1

    @property
    def holds_back(self) -> bool:
        """Whether there are visits that are not stored yet."""
        return bool(self._batch) and self.answered and self.error is None

    @property
    def waits(self) -> bool:
        """Whether another program holds the database, and we have not tried again yet."""
        return self._is_kept_off and time.monotonic() < self._again_at

    @property
    def _is_kept_off(self) -> bool:
        return self._busy_since is not None or self._told_of_readers is not None

    @property
    def is_ready(self) -> bool:
        """Whether it can be written to: a server has answered, and nothing stands in the way."""
        return self.answered and not self.error and not self.waits

    def flush(self, *, is_last: bool = False) -> None:
        """Store the batch, in one transaction but for what tells of very many addresses.

        While another program holds the database, or reads so long that the log would grow beyond
        bounds, the batch waits and is tried again. A visit that cannot be stored fails alone. On
        any other failure, of whatever kind, the run ends and says why. is_last: nobody's reading
        is waited for any more.
        """
        self.cancel_timer()
        if not self.holds_back:
            return
        while self._batch:
            batch = self._batch[: first_part(self._batch)]
            try:
                store = self.run.store
                if not is_last and self._waits_for_readers(store):
                    return
                self.run.enter_closed_files()
                self.run.record(batch)
                self.reasons.update(("failed", reason) for _, reason in store.unfit)
                store.unfit.clear()
            except Exception as error:
                if not self._waits_for(error):
                    self._batch = []
                    self.fail(error)
                return
            del self._batch[: len(batch)]
            self._busy_since = None
            self.on_stored(store, batch)

    def cancel_timer(self) -> None:
        """Do not flush by itself any more, before the next visit comes."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _flush_in(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self.flush)

    # -- reads and writes ------------------------------------------------------------------------

    def look(self, ask: Callable[[sqlite3.Connection], T | None]) -> T | None:
        """What the archive says; None if it is not there, cannot be read, or is an older version's
        that no server's answer has yet allowed to be brought up to date."""
        store, folder = self.run.opened, self.run.folder
        if self.error or (
            # another run may be making it just now
            store is None and not (self.run.is_held and (folder / FILE_NAME).exists())
        ):
            return None
        try:
            if store is not None:
                return ask(store.db.conn)
            with open_for_reading(folder) as db:
                return ask(db.conn)
        except sqlite3.DatabaseError as error:
            if is_damage(error):
                self.fail(error)
            return None
        except ArchiveError:
            return None
        except Exception as error:
            self.fail(error)
            return None

    def look_at_site(self, host: str, ask: Callable[[Store, int], T | None]) -> T | None:
        """What the open database knows of a site; None where it does not know the site."""
        store = self.run.opened
        if store is None:
            return None

        def look(_: sqlite3.Connection) -> T | None:
            site = store.find_site(host)
            return None if site is None else ask(store, site)

        return self.look(look)

    def change(self, write: Callable[[Store], T]) -> T | None:
        """Write in a transaction; None where that cannot be done now, or at all: then the run
        ends."""

        def within(store: Store) -> T:
            with store.db.atomic():
                return write(store)

        return self.attempt(within)

    def attempt(self, write: Callable[[Store], T]) -> T | None:
        """The same for what has a transaction of its own."""
        try:
            done = write(self.run.store)
        except Exception as error:
            if not self._waits_for(error):
                self.fail(error)
            return None
        self._busy_since = None
        return done

    # -- failures --------------------------------------------------------------------------------

    def fail(self, error: Exception) -> None:
        """End the run because the archive cannot be written, or for a fault of ours; what is stored
        is sound."""
        if self.error is None:
            if is_damage(error) or is_full(self.run.folder, error):
                error = explain(self.run.folder, error)
            self.error = shown(self._account_of(error))
            self.exit_code = error.exit_code if isinstance(error, ArchiveError | FullError) else 1
            self._end(self.ended)

    @property
    def ended(self) -> str:
        """What `runs` says of a run that a failure has ended."""
        return FULL if self.exit_code == FullError.exit_code else ARCHIVE_ERROR

    def _account_of(self, error: BaseException) -> str:
        """What to tell the user of a failure."""
        if isinstance(error, HemerotecaError):
            return str(error)
        if isinstance(error, sqlite3.Error | OSError):
            return f"cannot write to the archive {self.run.folder}: {error}"
        logger.error("the run breaks off", exc_info=error)
        return (
            f"the run broke off ({in_words(error)}); what is stored in {self.run.folder} is sound,"
            " and the same command resumes"
        )

    def _waits_for_readers(self, store: Store) -> bool:
        """Whether the log is full, and somebody's reading keeps it so. The run has all the time
        that it takes: it fetches nothing meanwhile."""
        kept = kept_by_readers(store.db.conn, self.run.folder)
        last, now = self._told_of_readers, time.monotonic()
        if not kept:
            self._told_of_readers = None
            if last is not None:
                logger.info("%s is not being read any more; the run goes on", FILE_NAME)
            return False
        if last is None or now - last > _TELL_AGAIN:
            logger.warning(KEPT, FILE_NAME, kept / 1e6)
            self._told_of_readers = now
        self._again_at = now + _PAUSE
        self._flush_in(_PAUSE)
        return True

    def _waits_for(self, error: Exception) -> bool:
        """Whether the failure is another program's lock, that will go away."""
        if not is_busy(error):
            return False
        now = time.monotonic()
        self._busy_since = self._busy_since or now
        if now - self._busy_since > _PATIENCE or len(self._batch) > _MAX_WAITING:
            return False
        self._again_at = now + _PAUSE
        self._flush_in(_PAUSE)
        return True
