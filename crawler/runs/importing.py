"""WARC files of other programs become captures and articles.

Every record is copied, byte for byte, into a WARC file of the archive's own, so that the archive
needs nothing else; what is a page of HTML goes the way of a page that was just fetched.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO
from uuid import NAMESPACE_URL, uuid5

from crawler.archive.captures import is_unread
from crawler.archive.database import WARC_FOLDER
from crawler.archive.renderings import is_entered, rendering_of_record
from crawler.archive.takedowns import is_digest_taken_down, is_taken_down, records_taken_down
from crawler.errors import VisitError
from crawler.items import Capture, Page, Rendering, Visit
from crawler.runs.assembly import Assembly
from crawler.runs.host_files import HostFiles
from crawler.runs.learning import learn_sites
from crawler.runs.originals import Originals
from crawler.runs.readings import packed_place, unpack
from crawler.runs.requests import Requests, keys
from crawler.runs.run import Run
from crawler.runs.visits import (
    NOT_HERE,
    Place,
    Reading,
    concluded,
    dated,
    is_to_be_read,
    judged,
    unread,
)
from crawler.runs.workers import Workers
from crawler.warc.dates import CONFORMANT, warc_moment
from crawler.warc.http import Message, message_in, payload
from crawler.warc.members import DamagedError
from crawler.warc.provenance import ARTICLE, RENDERED
from crawler.warc.reader import Damage, Record, read_content
from crawler.warc.records import digest, new_id, one_line, warc_date
from crawler.warc.recover import capture_of, is_capture, rendering_in
from crawler.warc.unzip import archives, is_zip

_BATCH = 50
_AHEAD = 4
# Records without an answer of their own that wait for it, and answers left out that are remembered.
_HELD = 200
# Revisits that wait for their response: they have no payload, and are small.
_LATE = 20_000
_AS_GIVEN = "Hemeroteca-Original-"
"""Begins the name of a field that holds what stood in one that was put right."""


@dataclass(slots=True)
class Imported:
    """What an import brought."""

    records: Counter[str] = field(default_factory=Counter)
    """Records copied, by WARC-Type; `known`: those that the archive had, `taken down`: those
    that it is not to have again."""
    totals: Counter[str] = field(default_factory=Counter)
    """By the names that `Store.record` counts."""
    damage: list[str] = field(default_factory=list)
    """What was passed over: file, place and reason."""
    refused: Counter[str] = field(default_factory=Counter)
    """Records among that which are whole, and no captures, by reason."""

    def refuse(self, name: str, record: Record, error: DamagedError) -> None:
        """Note a record that is passed over. name: of its file."""
        self.refused[error.what] += 1
        self.damage.append(
            f"{name}, byte {record.offset:,}: {record.kind} {record.url:.200}: {error}"
        )


class Importing:
    """Takes the records of other programs, one after another."""

    def __init__(
        self, run: Run, workers: Workers, told: Imported,
        *,
        is_wanted: Callable[[str], bool] = lambda url: True,
        keep: Callable[[list[Visit]], None] | None = None,
        on_read: Callable[[Visit, Page | None], None] = lambda visit, page: None,
    ) -> None:  # fmt: skip
        """is_wanted: whether records of an address are taken. keep: stores visits; None: at once.
        on_read: told of each visit when its answer was read."""
        self._run = run
        self._workers = workers
        self._told = told
        self._is_wanted = is_wanted
        self._keep = keep or self._store_at_once
        self._on_read = on_read
        self._connection = run.store.db.conn
        self._tasks: list[
            tuple[asyncio.Future[tuple[Visit, Reading | None]], tuple[str, ...], str]
        ] = []
        """Visits whose answers are being read, in the order of their records, with what may tie
        them to their requests."""
        self._requests = Requests()
        self._assembly = Assembly()
        self._originals = Originals(self._connection)
        """With the captures that are not stored yet."""
        self._host_files = HostFiles(run.folder / WARC_FOLDER, self._originals)
        self._again: set[str] = set()
        """Captures that are read although the archive has them."""
        self._known: dict[str, None] = {}
        """Answers that were left out."""
        self._gone = records_taken_down(self._connection)
        self._late: list[tuple[Record, str]] = []
        """Revisits of what has not come yet, and their files."""
        self._held: list[Record] = []
        """Requests and the like that stand before their answer."""
        self._loose: list[Record] | None = []
        """What belongs to no answer (the file's warcinfo, logs), until the first one is copied."""

    async def take(self, record: Record, name: str) -> None:
        """The next record of a file."""
        if record.url and not self._is_wanted(record.url.removeprefix(RENDERED)):
            self._told.records["other sites"] += 1
            self._leave_out(record)
            return
        if is_capture(record):
            await self._take_capture(record, name)
        elif rendering_in(record, name) is not None:
            self._take_rendering(record)
        else:
            self._requests.note(record)
            self._take_other(record)
        if len(self._tasks) >= _BATCH + self._workers.count * _AHEAD:
            await self.store(_BATCH)

    async def take_again(self, record: Record, name: str) -> None:
        """A record of the archive's own, of which it is not known whether it was read."""
        self._again.add(record.record_id)
        await self.take(record, name)
        self._again.discard(record.record_id)

    @property
    def waiting(self) -> int:
        """Answers that were taken and are not stored yet."""
        return len(self._tasks)

    async def store(self, count: int | None = None) -> None:
        """Store visits that are read, in order; count: how many, None for all."""
        ready, self._tasks = self._tasks[:count], self._tasks[count:] if count else []
        visits: list[Visit] = []
        stories: set[str] = set()
        for task, tied, _ in ready:
            visit, reading = await task
            asked = self._requests.of(visit.captures[-1].record_id, tied)
            was_story = self._was_story(visit.url, stories)
            visit = concluded(visit, reading, was_story=was_story, asked=asked)
            self._on_read(visit, reading.page if reading else None)
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

    def _store_at_once(self, visits: list[Visit]) -> None:
        self._run.wait_for_readers()
        self._run.record(visits)

    def _record(self, visits: list[Visit]) -> None:
        if visits:
            self._keep(visits)
        for visit in visits:
            self._originals.stored(visit.captures[-1])

    async def finish(self) -> None:
        """All files are read: revisits whose response has not come are stored without."""
        late, self._late = self._late, []
        for record, name in late:
            await self._take_capture(record, name, is_last=True)
        await self.store()
        self.end_file()

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
        if about in self._known or about in self._gone or self._shows_what_went(record):
            return
        if about is None and self._loose is not None:
            self._loose.append(record)
            del self._loose[:-_HELD]
            return
        if about is None or self._originals.get(about) is not None:
            self._copy(record)
            return
        self._held.append(record)
        if len(self._held) > _HELD:
            self._copy(self._held.pop(0))

    async def _take_capture(self, record: Record, name: str, *, is_last: bool = False) -> None:
        original = self._originals.of(record) if record.kind == "revisit" else None
        waits = record.kind == "revisit" and original is None and not is_last
        if waits and len(self._late) < _LATE:  # the response may be in a file that comes later
            self._late.append((record, name))
            return
        try:
            if original is None and self._repeats_what_is_left_out(record):
                raise DamagedError("it repeats an answer of another site, which is left out")
            capture = capture_of(record, name, original)
        except DamagedError as error:
            self._told.refuse(name, record, error)
            self._leave_out(record)
            return
        if self._is_taken_down(capture):
            self._told.records["taken down"] += 1
            self._leave_out(record)
            return
        self._host_files.take(capture, record)
        capture = replace(capture, record_id=self._name_for(capture, record))
        known = self._originals.get(capture.record_id)
        if known is not None and not self._is_left(known) and known.record_id not in self._again:
            self._told.records["known"] += 1
            self._leave_out(record)
            return
        if known is None:
            place = self._copy(record, capture)
            capture = replace(
                capture, warc_file=place[0], warc_offset=place[1], warc_length=place[2]
            )
        else:
            capture = known
        if capture.record_type == "revisit":
            capture = replace(capture, refers_to=original.record_id if original else None)
        self._originals.add(capture)
        capture = replace(capture, reservations=self._host_files.of(capture))
        for held in [h for h in self._held if h.get("WARC-Concurrent-To") == record.record_id]:
            self._held.remove(held)
            self._copy(held)
        task = asyncio.ensure_future(self._visit(capture, message_in(record), original))
        self._tasks.append((task, keys(record), capture.record_id))

    def _take_rendering(self, record: Record) -> None:
        """What a browser showed of a capture: its page is read from that."""
        about = record.get("WARC-Refers-To") or ""
        capture = self._originals.get(about)
        if about in self._gone or self._shows_what_went(record):
            return
        # an import that broke off may have stored an answer, and not what was shown of it
        is_owed = capture is not None and rendering_of_record(self._connection, about) is None
        if (about in self._known and not is_owed) or is_entered(self._connection, record.record_id):
            self._told.records["known"] += 1
            return
        if capture is None:  # it comes later, or never
            self._take_other(record)
            return
        place = self._copy(record)
        shown = rendering_in(replace(record, offset=place[1], length=place[2]), place[0])
        assert shown is not None
        capture = replace(capture, rendering=shown, reservations=self._host_files.of(capture))
        task = asyncio.ensure_future(self._visit_rendered(capture, shown, record))
        for at, (_, tied, of) in enumerate(self._tasks):
            if of == about:  # it is not stored yet
                self._tasks[at] = (task, tied, about)
                return
        self._tasks.append((task, (), about))

    def _repeats_what_is_left_out(self, record: Record) -> bool:
        """Whether a revisit has its payload in a record that is not taken: the revisit alone would
        be here for good, and never read."""
        repeated = (record.get("WARC-Refers-To-Target-URI") or "").strip("<>")
        return record.kind == "revisit" and bool(repeated) and not self._is_wanted(repeated)

    def _is_taken_down(self, capture: Capture) -> bool:
        return (
            capture.record_id in self._gone
            or capture.refers_to in self._gone
            or is_taken_down(self._connection, capture.url)
            or is_digest_taken_down(self._connection, capture.payload_digest)
        )

    def _shows_what_went(self, record: Record) -> bool:
        """Whether a record that is no answer is of an address that was taken down: its answer may
        be in another file, or in none, as of an article that was extracted again."""
        return is_taken_down(
            self._connection, record.url.removeprefix(ARTICLE).removeprefix(RENDERED)
        )

    def _name_for(self, capture: Capture, record: Record) -> str:
        """The WARC-Record-ID under which a capture is kept: its own, if it has one and no other
        capture has it; else one that is made of the record, and is the same at the next import."""
        own = capture.record_id
        same = self._originals.get(own)
        if own and (same is None or _are_one(same, capture)):
            return own
        told = f"{own} {capture.url} {capture.fetched_at} {digest(record.block)}"
        return f"<urn:uuid:{uuid5(NAMESPACE_URL, told)}>"

    def _is_left(self, known: Capture) -> bool:
        """Whether an import that was killed has copied a capture and not read it."""
        return bool(known.warc_file) and is_unread(self._connection, known)

    def _leave_out(self, record: Record) -> None:
        """An answer is not copied, nor is what belongs to it."""
        self._known[record.record_id] = None
        if len(self._known) > _HELD:
            del self._known[next(iter(self._known))]
        self._held = [h for h in self._held if h.get("WARC-Concurrent-To") != record.record_id]

    async def _visit(
        self, capture: Capture, message: Message, original: Capture | None
    ) -> tuple[Visit, Reading | None]:
        """The visit as far as its status and headers tell, and what its answer holds."""
        visit = unread(capture, message, capture.reservations)
        if not is_to_be_read(visit):
            return visit, None
        place = (capture.warc_file, capture.warc_offset, capture.warc_length)
        if capture.record_type == "revisit":
            if original is None:
                return replace(visit, reason=NOT_HERE), None
            place = (original.warc_file, original.warc_offset, original.warc_length)
        at = Place(self._run.folder / WARC_FOLDER, *place, visit.url)
        return await self._read_at(at, visit)

    async def _visit_rendered(
        self, capture: Capture, shown: Rendering, record: Record
    ) -> tuple[Visit, Reading | None]:
        """The same of a capture that a browser showed. record: of what it showed."""
        visit = replace(unread(capture, message_in(record)), captures=(capture,))
        where = (shown.warc_file, shown.warc_offset, shown.warc_length)
        at = Place(self._run.folder / WARC_FOLDER, *where, visit.url, shown.made_by)
        return await self._read_at(at, visit)

    async def _read_at(self, at: Place, visit: Visit) -> tuple[Visit, Reading | None]:
        """A visit, and what the record of its page holds."""
        try:
            profile = self._run.profiles.of(visit.url)
            visit = replace(visit, extractor=self._run.profiles.extractor(visit.url))
            packed = await self._workers.run(packed_place, at, profile)
            reading = unpack(packed)
            self._run.readings.keep(visit.captures[-1].record_id, packed, reading)
            return visit, reading
        except VisitError as error:
            return replace(visit, state="failed", reason=error.why), None

    def _copy(self, record: Record, capture: Capture | None = None) -> tuple[str, int, int]:
        """Copy a record; capture: what it is, if it is one."""
        if self._loose is not None:
            loose, self._loose = self._loose, None
            for each in loose:
                self._copy(each)
        self._told.records[record.kind] += 1
        data = copied(record, capture.record_id if capture else None)
        return self._run.warc.write_copy(data, is_capture=capture is not None)


def copied(record: Record, record_id: str | None = None) -> bytes:
    """A record as it was, with the digests that it lacks; its block is never changed.

    record_id: under which a capture is kept. A WARC-Record-ID, WARC-Date or version that is none by
    ISO 28500 is put right, for the archive's files are to be read by everybody; what stood there is
    kept beside it. The digest of a chunked payload is not added: its readers do not agree on what
    it is over.
    """
    headers: list[tuple[str, str]] = []
    for name, value in record.headers:
        if name.lower() == "content-length":
            continue
        right = value
        if name.lower() == "warc-date" and not CONFORMANT.fullmatch(value):
            with contextlib.suppress(ValueError):
                right = warc_date(warc_moment(value))
        elif name.lower() == "warc-record-id" and record_id is not None:
            right = record_id
        elif name.lower() == "warc-type":
            right = value.lower()
        headers.append((name, right))
        if right != value and right.lower() != value.lower():
            headers.append((_AS_GIVEN + name, value))
    if not record.record_id:
        headers = [each for each in headers if each[0].lower() != "warc-record-id"]
        headers.append(("WARC-Record-ID", record_id or new_id()))
    if record.get("WARC-Block-Digest") is None:
        headers.append(("WARC-Block-Digest", digest(record.block)))
    if record.kind == "response" and record.get("WARC-Payload-Digest") is None:
        message = message_in(record)
        if record_id is not None and payload(message) is message.body:
            headers.append(("WARC-Payload-Digest", digest(message.body)))
    version = record.version if record.version in ("1.0", "1.1") else "1.0"
    lines = [f"WARC/{version}", *(f"{name}: {one_line(value)}" for name, value in headers if name)]
    lines.append(f"Content-Length: {len(record.block)}")
    head = "\r\n".join(lines).encode("utf-8", "replace")
    return head + b"\r\n\r\n" + record.block + b"\r\n\r\n"


def _are_one(known: Capture, capture: Capture) -> bool:
    """Whether two captures with one name are one."""
    what = attrgetter("url", "fetched_at", "payload_digest", "record_type")
    return bool(what(known) == what(capture))


async def import_files(
    run: Run,
    workers: Workers,
    paths: Iterable[Path],
    progress: Callable[[Path, Imported], None] = lambda path, told: None,
    is_wanted: Callable[[str], bool] = lambda url: True,
) -> Imported:
    """Take the records of WARC files into an archive, each file as it is named.

    What the archive has is passed over: the same import again, or one that was broken off, brings
    what is missing. At the end the newspapers' profiles are learned. progress: told of each file as
    it is begun. is_wanted: whether records of an address are taken. Raises sqlite3.Error,
    OSError.
    """
    told = Imported(totals=run.totals)
    taking = Importing(run, workers, told, is_wanted=is_wanted)
    for path in paths:
        progress(path, told)
        try:
            for name, content, size in _contents(path):
                for each in read_content(content, size, name):
                    if isinstance(each, Damage):
                        told.damage.append(f"{name}, byte {each.offset:,}: {each.reason}")
                    else:
                        await taking.take(each, name)
                await taking.store()
                taking.end_file()
        except DamagedError as error:
            told.damage.append(f"{path.name}: {error}")
    await taking.finish()
    await learn_sites(run, workers)
    return told


def _contents(path: Path) -> Iterator[tuple[str, BinaryIO, int]]:
    """Name, content and length of the file, or of those that a WACZ file holds. Raises
    DamagedError, OSError."""
    if is_zip(path):
        for name, content, size in archives(path):
            yield f"{path.name}/{name}", content, size
        return
    with path.open("rb") as content:
        yield path.name, content, path.stat().st_size
