"""WARC files of other programs become captures and articles.

Every record is copied, byte for byte, into a WARC file of the archive's own, so that the archive
needs nothing else; what is a page of HTML goes the way of a page that was just fetched.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from crawler.archive.captures import captured_at_moment, is_known, place_of, response_with
from crawler.archive.database import WARC_FOLDER
from crawler.archive_run import ArchiveRun
from crawler.errors import HemerotecaError
from crawler.items import Capture, Visit
from crawler.runs.requests import Requests, keys
from crawler.runs.visits import (
    Assembly,
    Place,
    Reading,
    concluded,
    dated,
    is_to_be_read,
    judged,
    read_place,
    unread,
)
from crawler.warc.http import Message, parse, payload
from crawler.warc.reader import Damage, Record, read_file
from crawler.warc.records import digest, new_id, one_line
from crawler.warc.recover import capture_of
from crawler.workers import Workers

_BATCH = 50
_AHEAD = 4
# Records without an answer of their own that wait for it, and answers left out that are remembered.
_HELD = 200
_NOT_HERE = "repeats an answer that is not in the archive"


@dataclass(slots=True)
class Imported:
    """What an import brought."""

    records: Counter[str] = field(default_factory=Counter)
    """Records copied, by WARC-Type; `known`: those that the archive had."""
    totals: Counter[str] = field(default_factory=Counter)
    """By the names that `Store.record` counts."""
    damage: list[str] = field(default_factory=list)
    """What was passed over: file, place and reason."""


class _Import:
    """Takes the records of one file after another."""

    def __init__(self, run: ArchiveRun, workers: Workers, told: Imported) -> None:
        self._run = run
        self._workers = workers
        self._told = told
        self._connection = run.store.db.conn
        self._tasks: list[tuple[asyncio.Future[tuple[Visit, Reading | None]], tuple[str, ...]]] = []
        """Visits whose answers are being read, in the order of their records, with what may tie
        them to their requests."""
        self._requests = Requests()
        self._assembly = Assembly()
        self._ids: dict[str, tuple[str, int, int]] = {}
        """Responses that are not stored yet: WARC-Record-ID → place."""
        self._known: dict[str, None] = {}
        """Answers that were left out."""
        self._held: list[Record] = []
        """Requests and the like that stand before their answer."""
        self._loose: list[Record] | None = []
        """What belongs to no answer (the file's warcinfo, logs), until the first one is copied."""

    async def take(self, record: Record, name: str) -> None:
        """The next record of a file."""
        from_web = record.url.lower().startswith(("http://", "https://"))
        if record.kind in ("response", "revisit") and from_web:
            await self._take_capture(record, name)
        else:
            self._requests.note(record)
            self._take_other(record)
        if len(self._tasks) >= _BATCH + self._workers.count * _AHEAD:
            await self.store(_BATCH)

    async def store(self, count: int | None = None) -> None:
        """Store visits that are read, in order; count: how many, None for all."""
        ready, self._tasks = self._tasks[:count], self._tasks[count:] if count else []
        visits: list[Visit] = []
        stories: set[str] = set()
        for task in ready:
            (visit, reading), tied = await task[0], task[1]
            asked = self._requests.of(visit.captures[-1].record_id, tied)
            was_story = self._was_story(visit.url, stories)
            visit = concluded(visit, reading, was_story=was_story, asked=asked)
            visits += self._taken(visit, reading, stories)
        self._record(visits)

    def _taken(self, visit: Visit, reading: Reading | None, stories: set[str]) -> list[Visit]:
        """The visits that are complete with this one."""
        page = reading.page if reading is not None else None
        ready = [judged(dated(each)) for each in self._assembly.take(visit, page)]
        stories.update(each.url for each in ready if each.article is not None)
        return ready

    def _was_story(self, url: str, stories: set[str]) -> bool:
        """Whether an address led to a story; stories: those of visits that are not stored yet."""
        known = self._run.store.frontier.lookup(url)
        return url in stories or (known is not None and known.is_story)

    def _record(self, visits: list[Visit]) -> None:
        if visits:
            self._run.record(visits)
        for visit in visits:
            self._ids.pop(visit.captures[-1].record_id, None)

    def end_file(self) -> None:
        """What waits for an answer that did not come is copied all the same, stories that wait for
        later pages are stored without."""
        self._record([judged(dated(each)) for each in self._assembly.rest()])
        for record in self._held:
            self._copy(record)
        self._held, self._loose = [], []
        self._requests.clear()

    def _take_other(self, record: Record) -> None:
        about = record.get("WARC-Concurrent-To") or record.get("WARC-Refers-To")
        if about in self._known:
            return
        if about is None and self._loose is not None:
            self._loose.append(record)
            del self._loose[:-_HELD]
            return
        if about is None or about in self._ids or is_known(self._connection, about):
            self._copy(record)
            return
        self._held.append(record)
        if len(self._held) > _HELD:
            self._copy(self._held.pop(0))

    async def _take_capture(self, record: Record, name: str) -> None:
        if is_known(self._connection, record.record_id) or record.record_id in self._ids:
            self._told.records["known"] += 1
            self._leave_out(record)
            return
        capture = capture_of(record, name)
        if capture is None:
            self._told.damage.append(
                f"{name}, byte {record.offset:,}: {record.kind} {record.url}: no answer of a web"
                " server, or no date"
            )
            self._leave_out(record)
            return
        message = parse(record.block)
        original = None
        if capture.record_type == "revisit":
            original = await self._original(record)
        capture = replace(
            capture, refers_to=original, fetched_at=_utc(capture.fetched_at),
            payload_bytes=len(payload(message)),
            payload_digest=record.get("WARC-Payload-Digest") or digest(payload(message)),
        )  # fmt: skip
        place = self._copy(record, message)
        capture = replace(capture, warc_file=place[0], warc_offset=place[1], warc_length=place[2])
        if capture.record_type == "response":
            self._ids[capture.record_id] = place
        for held in [h for h in self._held if h.get("WARC-Concurrent-To") == capture.record_id]:
            self._held.remove(held)
            self._copy(held)
        task = asyncio.ensure_future(self._visit(capture, message, original))
        self._tasks.append((task, keys(record)))

    def _leave_out(self, record: Record) -> None:
        """An answer is not copied, nor is what belongs to it."""
        self._known[record.record_id] = None
        if len(self._known) > _HELD:
            del self._known[next(iter(self._known))]
        self._held = [h for h in self._held if h.get("WARC-Concurrent-To") != record.record_id]

    async def _original(self, record: Record) -> str | None:
        """WARC-Record-ID of the response that a revisit repeats; None if it is not here."""
        named = record.get("WARC-Refers-To")
        if named in self._ids:
            return named
        await self.store()
        if named and place_of(self._connection, named):
            return named
        url, date = record.get("WARC-Refers-To-Target-URI"), record.get("WARC-Refers-To-Date")
        found = None
        if url and date:
            with contextlib.suppress(ValueError):
                found = captured_at_moment(self._connection, url.strip("<>"), _utc(date))
        if found is None and (told := record.get("WARC-Payload-Digest")):
            found = response_with(self._connection, told)
        return found.record_id if found else None

    async def _visit(
        self, capture: Capture, message: Message, original: str | None
    ) -> tuple[Visit, Reading | None]:
        """The visit as far as its status and headers tell, and what its answer holds."""
        visit = unread(capture, message)
        if not is_to_be_read(visit):
            return visit, None
        place = (capture.warc_file, capture.warc_offset, capture.warc_length)
        if capture.record_type == "revisit":
            known = original and (self._ids.get(original) or place_of(self._connection, original))
            if not known:
                return replace(visit, reason=_NOT_HERE), None
            place = known
        at = Place(self._run.folder / WARC_FOLDER, *place, visit.url)
        try:
            return visit, await self._workers.run(read_place, at)
        except HemerotecaError as error:
            return replace(visit, state="failed", reason=str(error)), None

    def _copy(self, record: Record, message: Message | None = None) -> tuple[str, int, int]:
        if self._loose is not None:
            loose, self._loose = self._loose, None
            for each in loose:
                self._copy(each)
        self._told.records[record.kind] += 1
        is_capture = message is not None
        return self._run.warc.write_copy(copied(record, message), is_capture=is_capture)


def copied(record: Record, message: Message | None = None) -> bytes:
    """A record as it was, with the digests that it lacks.

    message: of a response, what its block holds. The digest of a chunked payload is not added: its
    readers do not agree on what it is over.
    """
    headers = [(n, v) for n, v in record.headers if n.lower() != "content-length"]
    if not record.record_id:
        headers.append(("WARC-Record-ID", new_id()))
    if record.get("WARC-Block-Digest") is None:
        headers.append(("WARC-Block-Digest", digest(record.block)))
    named = record.kind != "response" or record.get("WARC-Payload-Digest") is not None
    if message is not None and not named and payload(message) is message.body:
        headers.append(("WARC-Payload-Digest", digest(message.body)))
    lines = [f"WARC/{record.version}", *(f"{name}: {one_line(value)}" for name, value in headers)]
    lines.append(f"Content-Length: {len(record.block)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + record.block + b"\r\n\r\n"


async def import_files(
    run: ArchiveRun,
    workers: Workers,
    paths: Iterable[Path],
    progress: Callable[[Path, Imported], None] = lambda path, told: None,
) -> Imported:
    """Take the records of WARC files into an archive, each file as it is named.

    What the archive has is passed over: the same import again, or one that was broken off, brings
    what is missing. progress: told of each file as it is begun. Raises sqlite3.Error, OSError.
    """
    told = Imported(totals=run.totals)
    taking = _Import(run, workers, told)
    for path in paths:
        progress(path, told)
        for each in read_file(path):
            if isinstance(each, Damage):
                told.damage.append(f"{path.name}, byte {each.offset:,}: {each.reason}")
            else:
                await taking.take(each, path.name)
        await taking.store()
        taking.end_file()
    return told


def _utc(date: str) -> str:
    """A WARC-Date as the database has dates. Raises ValueError."""
    moment = datetime.fromisoformat(date)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
