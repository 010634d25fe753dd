"""A worker: takes papers that are due, crawls them, and gives them back with their archives.

Threads share no connection: one says that the worker lives, one ends crawls whose lease was not
kept, and waits for nothing but its clock, one for each lease does the work.
"""

from __future__ import annotations

import logging
import os
import random
import shutil
import socket
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import crawler
from crawler.errors import BusyError, DamageError, FullError, HemerotecaError, PartlyError
from crawler.fleet.child import Crawl, environment, meaning, outcome_of
from crawler.fleet.database import Database, DownError, OutdatedError, refuse_newer
from crawler.fleet.held import Held
from crawler.fleet.leases import (
    BUSY,
    FAILED,
    STOPPED,
    Lease,
    Worker,
    beat,
    beat_seconds,
    end_worker,
    give_back,
    note_state,
    take,
)
from crawler.fleet.places import Place, place_of
from crawler.fleet.state import Workplace, clear
from crawler.fleet.waking import Listener, wake
from crawler.interrupts import steady

logger = logging.getLogger(__name__)

_WATCH = 0.1
_SPARE_BYTES = 1 << 29
"""On the disk of copies, for a worker to take papers: a crawl ends when half of it is left."""
_IDENTITY = "copies.id"
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
"""Seconds between two tries to reach PostgreSQL or the archives' place."""
_SAVE_EVERY = 900.0
"""Seconds after which the archive of a run that goes on is put in its place, too."""
_FETCH_TRIES = 5
"""Times to try to fetch an archive, until another may try."""


class FleetWorker:
    """One process, which works until it is stopped."""

    def __init__(
        self, url: str, crawl: Crawl, scratch: Path, slots: int, digest: Callable[[], str],
        say: Callable[[str], None], save_every: float = _SAVE_EVERY,
    ) -> None:  # fmt: skip
        """scratch: for copies of archives. slots: papers at once. digest: of what the configuration
        says of papers at this moment. say: a line for the user."""
        scratch.mkdir(parents=True, exist_ok=True)
        self._url, self._crawl, self._scratch = url, crawl, scratch
        self._digest, self._say, self._save_every = digest, say, save_every
        host = socket.gethostname()
        self.worker = Worker(
            f"{host}:{os.getpid()}:{uuid4().hex[:8]}", host, _identity(scratch), os.getpid(),
            crawler.__version__, slots,
        )  # fmt: skip
        self._held: set[Held] = set()
        self._lock = threading.Lock()
        self._look = threading.Event()
        self._is_stopping, self._is_over = threading.Event(), threading.Event()
        self._beat_seconds = 1.0
        self._says: str | None = None
        self._has_left_some = False

    def stop(self) -> None:
        """End in order: no further paper is taken, crawls store what they have in hand, archives
        are put in their place. One that cannot be put stays here, and is said."""
        self._is_stopping.set()
        self._look.set()

    def run(self) -> int:
        """Work until `stop`. Returns an exit code: 9 where the end came before all archives could
        be put in their place. Raises OutdatedError, UsageError, DownError where it cannot even
        begin."""
        db = Database(self._url)
        with db.transaction() as connection:
            seconds = refuse_newer(connection)["lease_seconds"]
        self._beat_seconds = beat_seconds(seconds)
        beat(db, self.worker, (), None)
        for work, name in ((self._keep, "heartbeats"), (self._watch, "watch")):
            threading.Thread(target=work, name=name, daemon=True).start()
        Listener(self._url, self._woken).start()
        self._say(f"worker {self.worker.holder}: {self.worker.slots} papers at once")
        code = self._take_what_is_due(db)
        with self._lock:
            held = list(self._held)
        for each in held:
            each.end()
        while self._held:
            self._is_over.wait(_WATCH)
        self._is_over.set()
        try:
            end_worker(db, self.worker)
        except DownError as error:
            logger.info("%s", error)
        db.close()
        return code or (PartlyError.exit_code if self._has_left_some else 0)

    def left(self) -> None:
        """Note that a paper's archive could not be put in its place before the end."""
        self._has_left_some = True

    def _take_what_is_due(self, db: Database) -> int:
        while not self._is_stopping.is_set():
            self._look.clear()
            try:
                lease = self._taken(db)
                self._says = None
            except OutdatedError as error:
                self._say(f"{error}; this worker takes no more work")
                self._is_stopping.set()
                return error.exit_code
            except DownError:  # which the heartbeats tell
                lease = None
            except HemerotecaError as error:
                self._tell(str(error))
                lease = None
            if lease is None:
                # not all at once, and twice within a heartbeat
                self._look.wait(self._beat_seconds * random.uniform(0.4, 0.6))  # noqa: S311
                continue
            self._beat_seconds = beat_seconds(lease.seconds)
            held = Held(lease)
            with self._lock:
                self._held.add(held)
            threading.Thread(target=self._work, args=(held,), name=lease.paper, daemon=True).start()
        return 0

    def _taken(self, db: Database) -> Lease | None:
        """A paper that is due, if there is one, and a place for it. Raises HemerotecaError."""
        if not self._has_room():
            return None
        if shutil.disk_usage(self._scratch).free < _SPARE_BYTES:
            raise FullError(
                f"{self._scratch}: the disk is nearly full; make space. No more is taken"
            )
        return take(db, self.worker, self._digest())

    def _has_room(self) -> bool:
        with self._lock:
            return len(self._held) < self.worker.slots

    def _woken(self) -> bool:
        if not self._has_room() and not self._is_stopping.is_set():
            return False
        self._look.set()
        return True

    def _tell(self, says: str) -> None:
        if says != self._says:
            self._say(says)
        self._says = says

    # -- that it lives -----------------------------------------------------------------------------

    def _keep(self) -> None:
        db = Database(self._url)
        is_down = False
        while not self._is_over.is_set():
            with self._lock:
                held = {each.lease: each for each in self._held if not each.is_lost}
            since = steady()
            try:
                trouble = next((each.trouble for each in held.values() if each.trouble), None)
                kept = beat(db, self.worker, held, self._says or trouble)
                for lease, each in held.items():
                    if lease in kept:
                        each.keep(since)
                    elif not each.is_given_back:
                        each.lose()
                        self._say(f"{lease.paper}: the lease is lost; its crawl is ended")
                wait = self._beat_seconds
                if is_down:
                    self._say("PostgreSQL answers again")
                is_down = False
            except DownError as error:
                if not is_down:
                    self._say(f"{error}; crawls end when their leases are half over")
                is_down = True
                wait = min(_SHORTEST_PAUSE, self._beat_seconds)
            except Exception:
                logger.exception("no heartbeat")
                wait = self._beat_seconds
            self._is_over.wait(max(0.05, wait - (steady() - since)))
        db.close()

    def _watch(self) -> None:
        while not self._is_over.wait(_WATCH):
            with self._lock:
                held = list(self._held)
            for each in held:
                each.watch()

    # -- one paper ---------------------------------------------------------------------------------

    def _work(self, held: Held) -> None:
        try:
            _Job(self, held).do()
        except Exception as error:
            logger.exception("%s: broke off", held.lease.paper)
            held.lose()
            self._say(f"{held.lease.paper}: broke off ({error}); the lease runs out")
        finally:
            with self._lock:
                self._held.discard(held)
            self._look.set()

    @property
    def is_stopping(self) -> bool:
        """Whether the worker is to end."""
        return self._is_stopping.is_set()

    def wait(self, seconds: float) -> None:
        """Wait so long, or until the worker is to end."""
        self._is_stopping.wait(seconds)


class _Job:
    """What is done under one lease."""

    def __init__(self, fleet: FleetWorker, held: Held) -> None:
        self._fleet, self._held, self._lease = fleet, held, held.lease
        self._db = Database(fleet._url)
        self._place: Place = place_of(self._lease.state, self._lease.paper)
        self._here = Workplace(fleet._scratch, self._lease.paper)
        self._manifest, self._serial = self._lease.manifest, 0
        self._saved_at = steady()

    def do(self) -> None:
        """Fetch, crawl, put, give back."""
        lease = self._lease
        try:
            if not self._fetch():
                return
            self._here.begin()
            self._saved_at = steady()
            crawl = self._fleet._crawl
            code = self._held.run(
                crawl.command(lease.paper, self._here.archive), environment(), self._here.log,
                self._meanwhile,
            )  # fmt: skip
            if self._held.is_lost:
                return
            if code is None:
                self._give_back(STOPPED, None, None)
                return
            self._finish(outcome_of(code, was_ended=self._held.is_ended_by_us), code)
        finally:
            self._here.leave()
            self._db.close()

    def _fetch(self) -> bool:
        """Whether the archive is here; else the lease is given back."""
        for number in range(_FETCH_TRIES):
            if self._held.is_lost:
                return False
            try:
                self._here.enter()
                self._here.fetch(self._place, self._lease.manifest)
                self._held.trouble = None
                return True
            except BusyError as error:
                # one that has lost its lease, and is not done with the folder
                self._say(str(error))
                self._give_back(BUSY, None, None)
                return False
            except (HemerotecaError, OSError) as error:
                self._tell(f"its archive cannot be fetched: {error}")
                if isinstance(error, DamageError) or self._fleet.is_stopping:
                    break
                self._fleet.wait(_pause(number))
        stopping = self._fleet.is_stopping
        self._give_back(STOPPED if stopping else FAILED, None, None)
        return False

    def _meanwhile(self) -> None:
        if self._fleet.is_stopping:
            self._held.end()
        if self._held.is_lost or steady() - self._saved_at < self._fleet._save_every:
            return
        self._saved_at = steady()
        before = self._manifest
        try:
            manifest = self._put()
            if manifest is not None and note_state(self._db, self._lease, manifest):
                self._here.stored(manifest, is_running=True)
                self._manifest, self._held.trouble = manifest, None
                clear(self._place, self._lease, before, manifest)
        except (HemerotecaError, OSError, sqlite3.Error) as error:
            self._tell(f"its archive could not be put in its place while it runs: {error}")

    def _put(self) -> str | None:
        self._serial += 1
        return self._here.put(self._place, self._lease, self._serial, lambda count: None)

    def _finish(self, outcome: str, code: int | None) -> None:
        """Put the archive, for as long as the lease is kept, and end the lease."""
        number = 0
        manifest: str | None = None
        while not self._held.is_lost:
            try:
                manifest = self._put()
                break
            except DamageError as error:
                self._here.set_aside(str(error))
                outcome, code = FAILED, error.exit_code
                break
            except (HemerotecaError, OSError, sqlite3.Error) as error:
                self._tell(f"its archive cannot be put in its place: {error}; trying again")
                if self._fleet.is_stopping:
                    # it stays here: who takes the paper next with these copies goes on with it
                    self._say(f"what is new of it is in {self._here.archive} alone")
                    self._fleet.left()
                    outcome = STOPPED
                    break
                self._fleet.wait(_pause(number))
                number += 1
        if self._held.is_lost:
            self._say("the lease was lost before its archive was put in its place")
            if self._fleet.is_stopping:
                self._fleet.left()
            return
        self._give_back(outcome, code, manifest)

    def _give_back(self, outcome: str, code: int | None, manifest: str | None) -> None:
        lease, number = self._lease, 0
        self._held.is_given_back = True
        while True:
            try:
                due = give_back(self._db, lease, outcome, code, manifest)
                break
            except DownError as error:
                # asked again, it finds the lease ended if it was: then the copy here is known as it
                logger.info("%s: %s", lease.paper, error)
                if self._fleet.is_stopping and number > _FETCH_TRIES:
                    return
                self._fleet.wait(min(_pause(number), self._fleet._beat_seconds))
                number += 1
        if due is None:
            self._say("the lease was lost; its archive in the fleet is another's")
            return
        more = f"; see {self._here.log}" if outcome == FAILED and code is not None else ""
        self._say(f"{outcome} ({meaning(code)}); due again {due:%Y-%m-%d %H:%M:%S} UTC{more}")
        try:
            if manifest is not None:
                self._here.stored(manifest, is_running=False)
                clear(self._place, lease, self._manifest, manifest)
            wake(self._db, due)
        except (HemerotecaError, OSError) as error:
            # nothing depends on it
            logger.info("%s: %s", lease.paper, error)

    def _tell(self, trouble: str) -> None:
        """Say once what lasts, and have `fleet status` show it."""
        what = f"{self._lease.paper}: {trouble}"
        if what != self._held.trouble:
            self._say(trouble)
        self._held.trouble = what

    def _say(self, what: str) -> None:
        self._fleet._say(f"{self._lease.paper} (fence {self._lease.fence}): {what}")


def _pause(number: int) -> float:
    return min(_LONGEST_PAUSE, _SHORTEST_PAUSE * (1 << min(number, 10)))


def _identity(scratch: Path) -> str:
    """A name for a folder of copies that no other has, and that stays."""
    path = scratch / _IDENTITY
    try:
        with path.open("x", encoding="ascii") as file:
            file.write(uuid4().hex)
    except FileExistsError:
        pass
    return path.read_text(encoding="ascii").strip() or uuid4().hex
