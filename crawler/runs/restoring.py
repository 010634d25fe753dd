"""The visits that an archive's WARC files tell of.

They are stored once more, in the order in which they were: what each was is in the metadata
record beside its captures, the article in the conversion record. What has neither, as files of
other programs and of this one's first version, is read by today's extractor.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urljoin

import msgspec

from crawler.archive.captures import capture_with
from crawler.archive.prunable import Pruning
from crawler.archive.run_rows import Setup
from crawler.archive.site_profiles import Learned, enter, note_read
from crawler.archive.store import Store
from crawler.archive.takedowns import Takedown
from crawler.errors import PageError
from crawler.items import Capture, FoundUrl, LinkedStory, Rendering, Source, Visit
from crawler.reasons import because
from crawler.reservations import from_lines
from crawler.runs.assembly import Assembly
from crawler.runs.host_files import HostFiles
from crawler.runs.metadata import fields, moment, removed, values, visit_told, with_conversion
from crawler.runs.originals import Originals
from crawler.runs.profiles import Profiles, profile_of
from crawler.runs.requests import Requests, keys
from crawler.runs.visits import (
    NOT_HERE,
    Reading,
    answer_in,
    concluded,
    dated,
    is_asset,
    is_to_be_read,
    judged,
    read_answer,
    role_of,
    settled,
    unread,
)
from crawler.urls import normalise, site_host
from crawler.warc.articles import Conversion, read_conversion
from crawler.warc.http import Message, message_in
from crawler.warc.members import DamagedError
from crawler.warc.provenance import PROFILE, PRUNING, RUN, TAKEDOWN
from crawler.warc.reader import Record, read_record
from crawler.warc.records import JSON
from crawler.warc.recover import capture_of, is_capture, rendering_in

_BATCH = 200
_HOPS = 8
"""Redirects that a crawl follows at most."""


@dataclass(slots=True)
class Rebuilt:
    """What was made again."""

    totals: Counter[str] = field(default_factory=Counter)
    """By the names that `Store.record` counts, and `reread`: pages read by today's extractor."""
    damage: list[str] = field(default_factory=list)
    """What could not be read: file, place and reason."""
    removals: list[Takedown | Pruning] = field(default_factory=list)
    """What was taken out, as the files tell."""
    aside: Path | None = None
    """Where the database is now that was there before; None if there was none."""


class Restoring:
    """Puts together, record by record, the visits that a run once stored."""

    def __init__(self, store: Store, folder: Path, told: Rebuilt, profiles: Profiles) -> None:
        self._store = store
        self._folder = folder
        self._profiles = profiles
        self._told = told
        self._pending: dict[str, tuple[Capture, Message | None, tuple[str, ...], Source]] = {}
        """Captures whose metadata have not come yet, by WARC-Record-ID."""
        self._parts: dict[str, list[Capture]] = {}
        """Captures of visits whose last one has not come yet, by that one's WARC-Record-ID."""
        self._conversions: dict[str, tuple[str, int, int]] = {}
        """WARC-Record-ID of a response → file, offset and length of its newest conversion."""
        self._open: tuple[Visit, str | None] | None = None
        """A visit whose conversion may come next, and the address of its article."""
        self._batch: list[Visit] = []
        self._assembly = Assembly()
        self._requests = Requests()
        self._runs: dict[str, int] = {}
        self._has_metadata = True
        self._is_crawl = False
        """Whether a crawl of ours wrote the file."""
        self._warcinfo = ""
        """WARC-Record-ID of the file's first record."""
        self._originals = Originals(store.db.conn)
        self._host_files = HostFiles(folder, self._originals)

    def take(self, record: Record, name: str) -> None:
        """The next record of a file."""
        kind = record.kind
        # one that stands further on was copied from another program's file
        begins = kind == "warcinfo" and record.offset == 0
        if kind != "conversion" and not (begins and self._goes_on(record)):
            self._settle()
        if begins or self._store.run_id is None:
            self._begin(record)
        self._requests.note(record)
        if is_capture(record):
            self._take_capture(record, name)
        elif (rendering := rendering_in(record, name)) is not None:
            self._take_rendering(record.get("WARC-Refers-To") or "", rendering)
        elif not self._is_ours(record):
            pass
        elif kind == "metadata" and record.url.startswith((TAKEDOWN, PRUNING)):
            self._told.removals += removed(record, self._told.damage)
        elif kind == "metadata":
            self._take_metadata(record)
        elif kind == "conversion" and record.get("Content-Type") == JSON:
            self._take_conversion(record, name)
        elif kind == "resource" and record.url.startswith(RUN):
            self._finish(record)
        elif kind == "resource" and record.url.startswith(PROFILE):
            self._take_profile(record)

    def end_file(self) -> None:
        """A file is at its end: what has no metadata in it, and never will, is read now. The
        conversion of the last visit may be in the next file."""
        if not self._has_metadata:
            self._settle()
            pending, self._pending = self._pending, {}
            for capture, message, tied, source in pending.values():
                if message is not None:
                    self._plain(capture, message, tied, source)
            self._requests.clear()
            self._add_all(self._assembly.rest())
        self.flush()

    def end(self) -> None:
        """There are no more files: answers of which nothing is told, because that is lost or was
        never written, are read as they are."""
        self._settle()
        pending, self._pending = self._pending, {}
        for capture, message, tied, source in pending.values():
            with contextlib.suppress(DamagedError, OSError):  # left to `mend`
                place = capture.warc_file, capture.warc_offset, capture.warc_length
                message = message or message_in(read_record(self._folder, *place))
                self._plain(capture, message, tied, source)
        self._add_all(self._assembly.rest())
        self.flush()

    def flush(self) -> None:
        """Store the visits that are complete."""
        batch, self._batch = self._batch, []
        self._told.totals.update(self._store.record(batch))
        for visit in batch:
            for capture in visit.captures:
                self._originals.stored(capture)

    def _is_ours(self, record: Record) -> bool:
        """Whether the run that wrote a file says something by a record in it; else it was copied
        from another archive's file, and tells of that one."""
        named = record.get("WARC-Warcinfo-ID")
        return named is None or named == self._warcinfo

    def _goes_on(self, record: Record) -> bool:
        """Whether a file is one more of the run that wrote the one before."""
        uuid = fields(record.block).get("isPartOf", "")
        return uuid in self._runs and self._runs[uuid] == self._store.run_id

    def _begin(self, record: Record) -> None:
        self._warcinfo = record.record_id
        info = fields(record.block) if record.kind == "warcinfo" else {}
        uuid = info.get("isPartOf", "")
        self._has_metadata = "arguments" in info
        self._is_crawl = self._has_metadata and info.get("spider") != "import"
        if uuid in self._runs:
            self._store.run_id = self._runs[uuid]
            return
        self.flush()
        arguments: dict[str, str] = {}
        with contextlib.suppress(ValueError):
            loaded = json.loads(info.get("arguments", "{}"))
            arguments = loaded if isinstance(loaded, dict) else {}
        self._store.begin_run(
            info.get("spider", "unknown"), arguments, info.get("software", "unknown"),
            moment(info.get("started") or record.date), uuid or None,
            Setup(info.get("settings-digest")),
        )  # fmt: skip
        assert self._store.run_id is not None
        with self._store.db.atomic():
            self._store.papers.restore(self._store.run_id, arguments)
        if uuid:
            self._runs[uuid] = self._store.run_id

    def _finish(self, record: Record) -> None:
        self.flush()
        try:
            account = json.loads(record.block)
            outcome, at = str(account["outcome"]), str(account["finished_at"])
        except (ValueError, KeyError, TypeError):
            return
        code, totals = account.get("exit_code"), account.get("totals")
        self._store.finish_run(
            outcome, moment(at), exit_code=code if isinstance(code, int) else None,
            totals=totals if isinstance(totals, dict) else {},
        )  # fmt: skip

    def _take_capture(self, record: Record, name: str) -> None:
        original = self._originals.of(record) if record.kind == "revisit" else None
        try:
            capture = capture_of(record, name, original)
        except DamagedError as error:
            self._told.damage.append(f"{name}, byte {record.offset:,}: {record.kind}: {error}")
            return
        self._originals.add(capture)
        self._host_files.take(capture, record)
        # with metadata, the page itself is not needed again
        message = None if self._has_metadata else message_in(record)
        # what a crawl asked for, killed before it could say so, is asked for again, and followed
        source: Source = "link" if self._is_crawl and self._is_ours(record) else "import"
        self._pending[capture.record_id] = (capture, message, keys(record), source)

    def _take_metadata(self, record: Record) -> None:
        found = self._pending.pop(record.get("WARC-Concurrent-To") or "", None)
        info, stated = fields(record.block), values(record.block, "reservation")
        if found is not None and "visit" not in info:  # of another program
            self._pending[found[0].record_id] = found
            return
        if found is None:
            return
        took = info.get("fetchTimeMs", "")
        ms = int(took) if re.fullmatch("[0-9]{1,12}", took) else None
        capture = replace(found[0], reservations=from_lines(stated), fetch_ms=ms)
        last = info.get("visit-record", capture.record_id)
        captures = [*self._parts.pop(last, []), capture]
        if "state" not in info:
            self._parts[last] = captures
            return
        visit = visit_told(info, tuple(captures))
        visit = replace(visit, along=self._on_the_way_to(visit))
        origin = visit.origin
        imported = origin is not None and origin.role == "page" and origin.source == "import"
        if imported and "kind" not in info and not info.get("article") and is_asset(visit):
            visit = replace(visit, kind="other")  # an import that did not say so yet
        if visit.verdict == "taken down":
            visit = self._with_notice(visit)
        self._open = (visit, info.get("article"))

    def _on_the_way_to(self, visit: Visit) -> tuple[Visit, ...]:
        """The addresses that led to the one that was visited. Each has a visit of its own, which is
        told of after this one."""
        led = {visit.url: visit}
        for _ in range(_HOPS):
            before = {
                capture.url: Visit(capture.url, visit.role, "redirected", leads_to=visit.url)
                for capture, *_ in self._pending.values()
                if capture.location is not None and capture.url not in led
                and normalise(urljoin(capture.url, capture.location)) in led
            }  # fmt: skip
            if not before:
                break
            led |= before
        return tuple(each for each in led.values() if each is not visit)

    def _take_rendering(self, about: str, rendering: Rendering) -> None:
        """What a browser showed of a capture: its page is that."""
        if about in self._pending:
            capture, *rest = self._pending[about]
            capture = replace(capture, rendering=rendering)
            self._pending[about] = (capture, *rest)  # type: ignore[assignment]
            return
        # an import came upon it when the answer's own visit was stored: another one comes
        self.flush()
        known = capture_with(self._store.db.conn, about)
        if known is not None:
            source: Source = "import"
            self._pending[about] = (replace(known, rendering=rendering), None, (), source)

    def _take_conversion(self, record: Record, name: str) -> None:
        about = record.get("WARC-Refers-To") or ""
        self._conversions[about] = (name, record.offset, record.length)
        conversion = self._read(record)
        if conversion is None:
            return
        if self._open is not None and self._open[0].captures[-1].record_id == about:
            visit, _ = self._open
            self._open = None
            self._add(with_conversion(visit, conversion))
            return
        self._settle()
        self.flush()  # a rereading: the article must be there
        self._store.reread(conversion.url, about, conversion.article, conversion.extractor)

    def _take_profile(self, record: Record) -> None:
        """What a site's pages taught counts from here on: before its record, they were all read
        with it."""
        self._settle()
        self.flush()
        try:
            learned = msgspec.json.decode(record.block, type=Learned)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            self._told.damage.append(f"{record.record_id}: no profile of a site")
            return
        profile, version = profile_of(learned), learned.extractor
        by = f"{version}+{learned.rules}" if learned.rules else version
        store = self._store
        if store.run_id is None or store.find_site(learned.host) is None:
            return
        with store.db.atomic():
            enter(store.db.conn, store.run_id, learned)
            note_read(store.db.conn, learned.host, version, by)
        self._profiles.learn(learned.host, profile)

    def _settle(self) -> None:
        """The visit that is open gets no conversion of its own any more."""
        if self._open is None:
            return
        (visit, article_url), self._open = self._open, None
        last = visit.captures[-1]
        if last.refers_to in self._pending:  # what told of that is lost
            capture, *_ = self._pending.pop(last.refers_to)
            with self._store.db.atomic():
                self._store.adopt(capture, role_of(capture), None)
        seen = article_url is not None and visit.part_of is None and not visit.not_modified
        if last.rendering is not None and seen:  # many such pages are one and the same answer
            self._add(self._read_rendering(visit, last.rendering))
            return
        if seen and last.refers_to in self._conversions:
            # the payload of an earlier response was the article's page once more
            name, offset, length = self._conversions[last.refers_to]
            with contextlib.suppress(DamagedError):
                conversion = self._read(read_record(self._folder, name, offset, length))
                if conversion is not None:
                    article = replace(conversion.article, url=last.url)
                    if last.url != conversion.article.url:
                        article = replace(article, links=self._links_at(last))
                    visit = with_conversion(visit, replace(conversion, article=article))
        elif seen and last.refers_to is not None:
            visit = self._read_anew(visit, last.refers_to)
        self._add(visit)

    def _links_at(self, last: Capture) -> tuple[LinkedStory, ...]:
        """The links that a page shows whose payload came from another address first: from here,
        relative ones lead elsewhere."""
        reading = self._reading(self._originals.get(last.refers_to), last.url)
        return () if reading is None or reading.page is None else reading.page.article.links

    def _read_anew(self, visit: Visit, original: str) -> Visit:
        """A visit that saw an article of which the conversion is lost: its page is there, perhaps,
        in the response that it repeats."""
        reading = self._reading(capture_with(self._store.db.conn, original), visit.url)
        if reading is not None:
            read = judged(dated(settled(visit, reading)))
            if read.article is not None:
                self._told.totals["reread"] += 1
                return replace(visit, article=read.article)
        return visit

    def _read_rendering(self, visit: Visit, held: Rendering) -> Visit:
        """A visit that saw an article in what a browser showed, of which the conversion is lost."""
        with contextlib.suppress(DamagedError, PageError, OSError):
            record = read_record(self._folder, held.warc_file, held.warc_offset, held.warc_length)
            answer = answer_in(message_in(record), visit.url, held.made_by)
            reading = read_answer(answer, profile=self._profiles.of(visit.url))
            read = judged(dated(settled(visit, reading)))
            if read.article is not None:
                self._told.totals["reread"] += 1
                return replace(visit, article=read.article)
        return visit

    def _with_notice(self, visit: Visit) -> Visit:
        """A visit that found a notice in a story's place, with what it says: no record but the
        page's own has that."""
        held: Capture | None = visit.captures[-1]
        if held is not None and held.refers_to is not None:
            held = capture_with(self._store.db.conn, held.refers_to)
        reading = self._reading(held, visit.url)
        if reading is None or reading.page is None:
            return visit
        return replace(visit, shown=reading.page.article, says=reading.page.says)

    def _reading(self, held: Capture | None, url: str) -> Reading | None:
        """What a capture's record holds; None where it cannot be read."""
        if held is None:
            return None
        with contextlib.suppress(DamagedError, PageError, OSError):
            record = read_record(self._folder, held.warc_file, held.warc_offset, held.warc_length)
            answer = answer_in(message_in(record), url)
            return read_answer(answer, profile=self._profiles.of(url))
        return None

    def _read(self, record: Record) -> Conversion | None:
        try:
            return read_conversion(record.block)
        except DamagedError as error:
            self._told.damage.append(f"{record.record_id}: {error}")
            return None

    def _plain(
        self, capture: Capture, message: Message, tied: tuple[str, ...], source: Source
    ) -> None:
        """Read the answer of a capture that nothing is told of. source: how its URL was found."""
        visit, reading = unread(capture, message, self._host_files.of(capture)), None
        if is_to_be_read(visit):
            self._told.totals["reread"] += 1
            try:
                whole = self._payload_of(capture, message)
                if whole is None:
                    visit = replace(visit, reason=NOT_HERE)
                else:
                    by = capture.rendering.made_by if capture.rendering else None
                    answer, profile = answer_in(whole, visit.url, by), self._profiles.of(visit.url)
                    reading = read_answer(answer, profile=profile)
                    visit = replace(visit, extractor=self._profiles.extractor(visit.url))
            except PageError as error:
                visit = replace(visit, state="failed", reason=error.why)
            except DamagedError as error:
                visit = replace(visit, state="failed", reason=because("damaged_record", error))
        asked = self._requests.of(capture.record_id, tied)
        visit = concluded(visit, reading, was_story=self._was_story(visit.url), asked=asked)
        visit = replace(visit, origin=FoundUrl(visit.url, visit.role, source))
        target = visit.leads_to
        if source == "link" and target is not None and site_host(target) == site_host(visit.url):
            # killed on the way: nobody has asked for it yet
            visit = replace(visit, found=(FoundUrl(target, visit.role, "redirect", visit.url),))
        self._add_all(self._assembly.take(visit, reading.page if reading else None))

    def _payload_of(self, capture: Capture, message: Message) -> Message | None:
        """The message with a capture's payload: its own, or that of what it repeats; None if that
        is not here. Raises DamagedError, OSError."""
        if (shown := capture.rendering) is not None:
            place = shown.warc_file, shown.warc_offset, shown.warc_length
            return message_in(read_record(self._folder, *place))
        if capture.record_type == "response":
            return message
        original = self._originals.get(capture.refers_to)
        if original is None:
            return None
        name, offset, length = original.warc_file, original.warc_offset, original.warc_length
        return message_in(read_record(self._folder, name, offset, length))

    def _was_story(self, url: str) -> bool:
        if any(visit.url == url and visit.article is not None for visit in self._batch):
            return True
        known = self._store.frontier.lookup(url)
        return known is not None and known.is_story

    def _add_all(self, visits: list[Visit]) -> None:
        for visit in visits:
            self._add(judged(dated(visit)))

    def _add(self, visit: Visit) -> None:
        self._batch.append(visit)
        if len(self._batch) >= _BATCH:
            self.flush()
