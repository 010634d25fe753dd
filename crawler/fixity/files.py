"""One WARC file, every byte of it, beside what the database says of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path

from crawler.archive.audit import ListedFile, StoredCapture, captures_in, compare, place_of
from crawler.archive.losses import DamagedFile, expected_tellings
from crawler.archive.renderings import renderings_in
from crawler.archive.soundness import RESTORE
from crawler.bundled import PROGRAM
from crawler.fixity.captures import is_capture, pairs, same_moment
from crawler.fixity.compression import written_otherwise
from crawler.fixity.findings import FileFindings
from crawler.fixity.report import Problem
from crawler.text import cleaned
from crawler.warc.articles import read_conversion
from crawler.warc.check import Checked, read_record
from crawler.warc.members import DamagedError
from crawler.warc.provenance import RENDERED
from crawler.warc.walk import Member, Source, members

_COPY = "put a copy of the file in its place (its SHA-256 is in the table warc_files)"
_AGAIN = (
    f"put a copy of the file in its place; without one, {PROGRAM} verify --refetch has the next"
    " crawl fetch the page again"
)
_KINDS = ("warcinfo", "response", "resource", "request", "metadata", "revisit", "conversion",
          "continuation")  # fmt: skip
# field that names another record → kinds of records in which it names a capture
_REFERENCES = {
    "warc-concurrent-to": ("request", "metadata"),
    "warc-refers-to": ("revisit", "conversion", "metadata"),
}
_FEW = 20


def check_file(
    path: Path,
    listed: ListedFile | None,
    connection: sqlite3.Connection | None,
    note: Callable[[int], None] = lambda count: None,
) -> FileFindings:
    """Check a WARC file of an archive. Its memory is bounded by the number of records in a file.

    listed: the file as the database has it; None where it is not entered as closed. connection: to
    the database; it must see all that is in it from before the file is opened. note: told of bytes
    read. Raises OSError, sqlite3.Error.
    """
    check = FileCheck(path, listed, connection)
    with path.open("rb") as file:
        source = Source(file, note)
        check.records(source)
        check.whole(*source.digest())
    return check.found


def check_part(
    path: Path, listed: ListedFile, connection: sqlite3.Connection, note: Callable[[int], None],
    begin: int, end: int | None, warcinfo: str,
) -> FileCheck:  # fmt: skip
    """Check the records of a closed file that begin from one offset on and before another, beside
    the captures there. What they name and what names them may be in other parts of the file.

    begin, end: bytes from the file's start; end: None for the last part, to which captures behind
    the file's end belong, too. warcinfo: WARC-Record-ID of the file's first record. Raises as
    `check_file`.
    """
    check = FileCheck(path, listed, connection, begin, end, warcinfo)
    with path.open("rb") as file:
        check.records(Source(file, note, begin))
    return check


def id_mark(record_id: str) -> int:
    """64 bits of a WARC-Record-ID, the same in every process."""
    return int.from_bytes(blake2b(record_id.encode("utf-8", "replace"), digest_size=8).digest())


class FileCheck:
    """A file, or part of one, while it is checked."""

    def __init__(
        self, path: Path, listed: ListedFile | None, connection: sqlite3.Connection | None,
        begin: int = 0, end: int | None = None, warcinfo: str = "",
    ) -> None:  # fmt: skip
        self._path = path
        self._name = path.name.removesuffix(".open")
        self.found = FileFindings(self._name)
        self._report = self.found.report
        self._listed = listed
        self._db = connection
        self._from, self._to = begin, end
        self._captures: Iterator[StoredCapture] = (
            captures_in(connection, self._name, begin, end) if connection else iter(())
        )
        self._next = next(self._captures, None)
        shown = renderings_in(connection, self._name, begin, end) if connection else ()
        self._renderings = {each[0].record_id: each for each in shown}
        """What browsers showed, by WARC-Record-ID, until it was come upon."""
        self._known_end = self._next.warc_offset if self._next else 0
        self.ids: set[int] = set()
        """Marks: a hundred thousand names would take ten times as much."""
        self._records = 0
        self.end = begin
        """Bytes from the file's start to where the last record ends; -1 where that is not known."""
        self._pending: list[tuple[Checked, str, str]] = []
        self._told: set[int] = set()
        """Hashes of the captures that metadata records and conversions are about."""
        self._warcinfo = warcinfo
        """WARC-Record-ID of the file's first record: records of the run that wrote it name it."""

    # -- records ---------------------------------------------------------------------------------

    def records(self, source: Source) -> None:
        """Check all records from where the source stands."""
        previous: Checked | None = None
        for member in members(source, self._to):
            if previous is not None:  # a broken one, behind which there is another
                self._broken(previous, last=False)
            elif member.offset != self.end:
                self._harm("file", "bytes that are no record", _COPY, self.end)
            checked = read_record(member)
            if checked.broken:
                previous = checked
                continue
            previous = None
            self.end = member.offset + member.length
            self._record(checked, member)
        if previous is not None:
            self._broken(previous, last=True)
        while self._next is not None:
            self._missing(self._next)
            self._advance()
        self._references()
        self._missing_renderings()
        if self._db is not None:
            self.found.untold.update(
                mark
                for mark in expected_tellings(self._db, self._name, self._from, self._to)
                if hash(mark) not in self._told
            )

    def _broken(self, checked: Checked, *, last: bool) -> None:
        """A member that could not be read to its end."""
        offset = checked.offset
        self.end = -1  # where it ends is not known
        if last and self._tail(offset) and not self._captures_from(offset):
            self._note(
                "file", "the file ends in the middle of a record, as a killed run leaves it",
                "nothing: the next run cuts it off", offset,
            )  # fmt: skip
            return
        capture = self._capture_at(offset)
        self._lose(checked, capture)
        self._harm(
            "record", f"a record is damaged: {'; '.join(checked.faults)}", _AGAIN, offset,
            capture.record_id if capture else checked["warc-record-id"] or None,
            capture.url if capture else checked["warc-target-uri"] or None,
        )  # fmt: skip

    def _record(self, checked: Checked, member: Member) -> None:
        counts = self._report.counts
        kind = checked.kind if checked.kind in _KINDS else "other"
        counts["records"] += 1
        counts[f"records: {kind}"] += 1
        self._records += 1
        for name in checked.unchecked:
            counts[f"digests not checked: {name}"[:60]] += 1
        if not member.offset:
            self._warcinfo = checked["warc-record-id"]
        capture = self._capture_at(member.offset)
        record_id, url = checked["warc-record-id"], checked["warc-target-uri"]
        if capture is not None and checked.faults:
            record_id, url = capture.record_id, capture.url
        if checked.faults:
            self._lose(checked, capture)
            self._harm(
                "record", f"a record is damaged: {'; '.join(checked.faults)}", _AGAIN,
                member.offset, record_id, url,
            )  # fmt: skip
        elif kind == "metadata":
            self._tells("m", checked["warc-concurrent-to"])
        elif kind == "conversion" and url.startswith(RENDERED):
            self._compare_rendering(checked, member)
        elif kind == "conversion":
            self._tells("c", checked["warc-refers-to"])
        mark = id_mark(checked["warc-record-id"])
        if mark in self.ids:
            self._harm(
                "record", "a record has the WARC-Record-ID of an earlier one", _COPY,
                member.offset, record_id, url,
            )  # fmt: skip
        self.ids.add(mark)
        if capture is not None:
            counts["captures"] += 1
            if not checked.faults:
                self._compare_capture(capture, checked, member.length)
        elif is_capture(checked) and not checked.faults:
            self._unknown(checked)
        for name, kinds in _REFERENCES.items():
            target = checked[name] if kind in kinds and not checked.faults else ""
            if target and id_mark(target) not in self.ids:
                self._pending.append((_slim(checked), name, target))
        if len(self._pending) > 10_000:
            self._references(final=False)
        if checked.kept is not None and not checked.faults and self._db is not None:
            self._compare_article(checked, self._db)

    def _lose(self, checked: Checked, capture: StoredCapture | None) -> None:
        """A record is damaged: the capture that it is or tells of is to be fetched again."""
        about = checked["warc-concurrent-to"] or checked["warc-refers-to"]
        if capture is not None:
            self.found.lost.add(capture.record_id)
        elif about and self._is_there(about):  # it may be the name that is damaged
            self.found.lost.add(about)

    def _tells(self, how: str, about: str) -> None:
        self._told.add(hash(how + about))
        if id_mark(about) not in self.ids:
            self.found.told.add(how + about)

    # -- captures --------------------------------------------------------------------------------

    def _advance(self) -> None:
        assert self._next is not None
        self._known_end = self._next.warc_offset + self._next.warc_length
        self._next = next(self._captures, None)

    def _capture_at(self, offset: int) -> StoredCapture | None:
        """The capture at an offset; those before it have no record."""
        while self._next is not None and self._next.warc_offset < offset:
            self._missing(self._next)
            self._advance()
        if self._next is None or self._next.warc_offset != offset:
            return None
        found = self._next
        self._advance()
        return found

    def _captures_from(self, offset: int) -> bool:
        return self._next is not None and self._next.warc_offset >= offset

    def _missing(self, capture: StoredCapture) -> None:
        self.found.lost.add(capture.record_id)
        self._harm(
            "capture", "the database has a capture here, and the file no record", _AGAIN,
            capture.warc_offset, capture.record_id, capture.url,
        )  # fmt: skip

    def _compare_capture(self, stored: StoredCapture, checked: Checked, length: int) -> None:
        wrong = [
            f"{name} ({said} in the database, {there} in the record)"
            for name, said, there in self._all_pairs(stored, checked, length)
            if said != _stored(there)
        ]
        if wrong:
            self._harm(
                "capture", f"a capture is not what its record says: {', '.join(wrong)}", RESTORE,
                checked.offset, stored.record_id, stored.url,
            )  # fmt: skip

    def _all_pairs(
        self, stored: StoredCapture, checked: Checked, length: int
    ) -> Iterator[tuple[str, object, object]]:
        yield from pairs(stored, checked, length)
        if checked.kind == "revisit":
            yield from self._revisit_pairs(stored, checked)

    def _revisit_pairs(
        self, stored: StoredCapture, checked: Checked
    ) -> Iterator[tuple[str, object, object]]:
        """A revisit of ours names a response that is here; a foreign one may name none, another
        revisit, or one that was never imported, and is tied to another with the same payload then;
        and what it says of that may contradict itself."""
        named = checked["warc-refers-to"]
        uri, date = checked["warc-refers-to-target-uri"], checked["warc-refers-to-date"]
        ours = checked["warc-warcinfo-id"] == self._warcinfo
        if named and (named == stored.refers_to or (ours and self._is_there(named))):
            yield "refers_to", stored.refers_to, named
            if not ours:
                return
            if uri:
                said = uri.strip("<>")
                yield "the URL of what it repeats", stored.refers_to_url, said
            if date:
                moments = same_moment(stored.refers_to_date or "", date)
                yield "the time of what it repeats", *moments
        elif stored.refers_to is None:
            self._report.counts["revisits of what is not here"] += 1
            self._note(
                "revisits", "a revisit repeats a response that is not in this archive",
                "import the WARC file that has it", checked.offset, stored.record_id, stored.url,
            )  # fmt: skip

    def _is_there(self, record_id: str) -> bool:
        return self._db is not None and place_of(self._db, record_id) is not None

    def _unknown(self, checked: Checked) -> None:
        """A response or revisit that the database does not have at this place."""
        if self._db is None:
            return
        record_id = checked["warc-record-id"]
        place = place_of(self._db, record_id)
        if place is not None and place[0] == self._name:
            self._note(
                "record", f"a record is there twice: the database has it at {place[1]:,}",
                "nothing: one of them is enough", checked.offset, record_id,
                checked["warc-target-uri"],
            )  # fmt: skip
        elif place is not None:
            self._harm(
                "record", f"the database has this record in {place[0]} at {place[1]}",
                "take the file that is there twice out of warc/", checked.offset, record_id,
                checked["warc-target-uri"],
            )  # fmt: skip
        elif self._listed is None:  # a batch is stored in the order in which its pages were read
            self._report.counts["records not acknowledged"] += 1
            self._note(
                "capture", "no visit has acknowledged this record: a run has it in hand, or died",
                "nothing: the next run adopts it", checked.offset, record_id,
                checked["warc-target-uri"],
            )  # fmt: skip
        else:
            self._harm(
                "capture", "the database has no capture of this record", RESTORE, checked.offset,
                record_id, checked["warc-target-uri"],
            )  # fmt: skip

    def _tail(self, offset: int) -> bool:
        """Whether a run may have died before anything from an offset on was acknowledged."""
        return self._listed is None and self._next is None and offset >= self._known_end

    # -- references ------------------------------------------------------------------------------

    def _references(self, *, final: bool = True) -> None:
        """Look for the records that others name; foreign files may name one that comes later."""
        left = []
        for checked, name, target in self._pending:
            if self._db is None or id_mark(target) in self.ids or self._is_there(target):
                continue
            if checked.kind == "revisit":
                continue  # told of with its capture
            if not final:
                left.append((checked, name, target))
                continue
            what = f"a {checked.kind} record names a record that is not there ({name}: {target})"
            tell = self._note if self._tail(checked.offset) else self._harm
            tell(
                "reference", what, _COPY, checked.offset, checked["warc-record-id"],
                checked["warc-target-uri"],
            )  # fmt: skip
        self._pending = left

    # -- what browsers showed --------------------------------------------------------------------

    def _compare_rendering(self, checked: Checked, member: Member) -> None:
        """One that no row names was written by a run that died before its visit was stored."""
        stored = self._renderings.pop(checked["warc-record-id"], None)
        if stored is None:
            return
        self._report.counts["renderings"] += 1
        shown, about, url = stored
        said = (shown.warc_offset, shown.warc_length, shown.digest)
        there = (member.offset, member.length, checked["warc-block-digest"])
        if said != there or about != checked["warc-refers-to"]:
            self._harm(
                "capture", "what a browser showed is not where, or not what, the database says",
                RESTORE, member.offset, shown.record_id, url,
            )  # fmt: skip

    def _missing_renderings(self) -> None:
        for shown, about, url in self._renderings.values():
            if about not in self.found.lost:
                self.found.lost.add(about)
                self._harm(
                    "capture", "the database has what a browser showed here, and the file no"
                    " record", _AGAIN, shown.warc_offset, shown.record_id, url,
                )  # fmt: skip

    def _compare_article(self, checked: Checked, connection: sqlite3.Connection) -> None:
        try:
            found = read_conversion(checked.kept or b"")
        except DamagedError:
            self._report.counts["conversions that are none of ours"] += 1
            return
        about = checked["warc-refers-to"]
        compare(
            connection, about, found.url, found.article, found.extractor, self.found.comparisons
        )

    # -- the whole file --------------------------------------------------------------------------

    def whole(self, size: int, sha256: str) -> None:
        """Compare the file with what is listed; `records` comes first."""
        self._report.counts["files"] += 1
        self._report.counts["bytes"] += size
        if not self._records and size == 0 and self._listed is None:
            self._note("file", "the file is empty", "nothing: the next run takes it away", 0)
        if self._listed is None or (size, sha256) != (self._listed.bytes, self._listed.sha256):
            self.found.file = DamagedFile(self._name, size, sha256)
        if self._listed is None:
            return
        if (size, sha256) == (self._listed.bytes, self._listed.sha256):
            self._born_so()
            if self._records != self._listed.records:
                what = f"the file has {self._records:,} records"
                self._harm("file", f"{what}, not {self._listed.records:,} as listed", RESTORE)
            return
        before = (
            f"the file is not the one that was closed: {size:,} bytes with SHA-256 {sha256},"
            f" where {self._listed.bytes:,} with {self._listed.sha256} are listed"
        )
        places = [] if self._report.damage else list(written_otherwise(self._path))
        if 0 < len(places) <= _FEW:
            for offset in places:
                self._harm("file", f"{before}; the member here is written otherwise, though it"
                           " says the same", _COPY, offset)  # fmt: skip
        else:
            self._harm("file", before, _COPY)

    def _born_so(self) -> None:
        """What is wrong with records of a file that is byte for byte the one that was closed, has
        been wrong from the beginning: they were imported like that."""
        ours = [each for each in self._report.damage if each.check in ("record", "reference")]
        for each in ours:
            self._report.damage.remove(each)
            what = f"{each.what}; so since the file was closed"
            self._report.note(replace(each, what=what, mend="nothing: it was imported like that"))
        if not self._report.damage:
            self.found.lost.clear()

    # -- telling ---------------------------------------------------------------------------------

    def _harm(
        self, check: str, what: str, mend: str, offset: int | None = None,
        record_id: str | None = None, url: str | None = None,
    ) -> None:  # fmt: skip
        self._report.harm(Problem(check, what, mend, self._path.name, offset, record_id, url))

    def _note(
        self, check: str, what: str, mend: str, offset: int | None = None,
        record_id: str | None = None, url: str | None = None,
    ) -> None:  # fmt: skip
        self._report.note(Problem(check, what, mend, self._path.name, offset, record_id, url))


def _stored(said: object) -> object:
    """What a record says, as it was stored: clean, as nearly all is."""
    if not isinstance(said, str) or (said.isascii() and said.isprintable()):
        return said
    return cleaned(said)


def _slim(checked: Checked) -> Checked:
    """What is told of a record, without its contents."""
    names = ("warc-type", "warc-record-id", "warc-target-uri")
    return Checked(checked.offset, {name: checked[name] for name in names}, kind=checked.kind)
