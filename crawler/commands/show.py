"""`scrapy show`: a page as it was on a day."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawler.archive.database import open_for_reading
from crawler.archive.pictures import StoryPicture, pictures_at
from crawler.archive.replay import KeptCapture, captures_of, same_payload, whole_response
from crawler.bundled import PROGRAM
from crawler.commands._output import opened
from crawler.commands._shared import add_archive_option, archive_folder, told, with_scheme
from crawler.counted import counted
from crawler.errors import DamageError, MissingError, UsageError
from crawler.items import Rendering
from crawler.kept_records import readable_record, shown_of
from crawler.reasons import NOT_THE_STORY, because
from crawler.reservations import reserved
from crawler.text import shown, shown_line
from crawler.verb import Verb
from crawler.warc.http import decoded, message_in
from crawler.warc.members import DamagedError
from crawler.warc.reader import Record

_PARTS = ("body", "raw", "headers", "record", "list")
_SHOWN = 20
"""Captures that are listed without --list."""


class Command(Verb):
    """Show what the archive has of an address."""

    requires_crawler_process = False

    def syntax(self) -> str:
        """For `scrapy show -h`."""
        return f"URL [-a archive=DIR] [--at DATE] [{' | '.join('--' + part for part in _PARTS)}]"

    def short_desc(self) -> str:
        """For `scrapy -h`."""
        return "Show a page as it was on a given day, from the WARC files"

    def long_desc(self) -> str:
        """For `scrapy show -h`."""
        return (
            "Without an option: which capture it is, the response's headers, and the other captures"
            " of the URL. Exit codes: 0 shown; 2 bad arguments or archive; 6 the record is damaged;"
            " 7 the archive does not have the URL, or no capture that early."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the date and what of the capture is wanted."""
        super().add_options(parser)
        add_archive_option(parser)
        parser.add_argument(
            "--at", metavar="DATE",
            help="the last capture up to this year, month, day or time (UTC, if no offset is"
            " given); default: the newest",
        )  # fmt: skip
        part = parser.add_mutually_exclusive_group()
        for name, says in (
            ("body", "the page itself, decoded"),
            ("shown", "what a browser showed of it, where it shows nothing without its scripts"),
            ("raw", "the record's HTTP message, byte for byte"),
            ("headers", "the status line and headers only"),
            ("record", "the WARC record's own header"),
            ("list", "all captures, one per line"),
        ):
            part.add_argument(f"--{name}", dest="part", action="store_const", const=name, help=says)
        parser.add_argument("-o", dest="output", metavar="FILE", help="default: standard output")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Write what is asked for."""
        assert self.settings is not None
        with told("show") as about:
            if len(args) != 1:
                raise UsageError(f"name one URL: {PROGRAM} show https://…")
            until = None if opts.at is None else end_of(opts.at)
            folder = about.archive(
                archive_folder("show", [], opts.argument, self.settings["ARCHIVE"])
            )
            with closing(open_for_reading(folder)) as db:
                captures = captures_of(db.conn, with_scheme(args[0]))
                chosen = latest(captures, until, opts.at)
                response = whole_response(db.conn, chosen)
                others = same_payload(db.conn, response)
                shown_by = shown_of(folder, db.conn, chosen.record_id)
                pictures = pictures_at(db.conn, chosen.url)
            if opts.part == "shown":
                data = _shown(chosen, shown_by)
            else:
                data = _wanted(opts.part, folder, captures, chosen, response, others, pictures)
            if opts.part is None and shown_by is not None:
                data += _text([f"What a browser showed ({shown_by[0].made_by}): --shown"])
            _guard(data, opts.part, opts.output)
            with opened(opts.output, folder) as out:
                out.write(data)


def end_of(asked: str) -> datetime:
    """The moment at which a date is over: `2026`, `2026-03`, `2026-03-01`, `2026-03-01T12:30` …

    Raises UsageError.

    >>> end_of("2026-12").isoformat()
    '2027-01-01T00:00:00+00:00'
    """
    try:
        if len(asked) == 4:
            return datetime(int(asked) + 1, 1, 1, tzinfo=UTC)
        if len(asked) == 7 and asked[4] == "-":
            year, month = int(asked[:4]), int(asked[5:])
            first = datetime(year, month, 1, tzinfo=UTC)
            return (first + timedelta(days=31)).replace(day=1)
        moment = datetime.fromisoformat(asked)
        if len(asked) <= 10:
            moment += timedelta(days=1)
        else:
            time = asked[11:].removesuffix("Z")
            if "." in time:
                moment += timedelta(microseconds=1)
            else:
                moment += timedelta(minutes=1) if len(time) == 5 else timedelta(seconds=1)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise UsageError(
            f"--at {asked} is not a date: 2026, 2026-03, 2026-03-01, 2026-03-01T12:30Z …"
        ) from None


def latest(captures: list[KeptCapture], until: datetime | None, asked: str | None) -> KeptCapture:
    """The last capture before a moment. captures: oldest first. Raises MissingError."""
    found = [
        each
        for each in captures
        if until is None or datetime.fromisoformat(each.fetched_at) < until
    ]
    if not found:
        first = captures[0]
        raise MissingError(
            f"{first.url} was first captured {_when(first)}, after {asked}; --list shows all"
        )
    return found[-1]


def _wanted(
    part: str | None, folder: Path, captures: list[KeptCapture], chosen: KeptCapture,
    response: KeptCapture, others: list[KeptCapture], pictures: list[StoryPicture],
) -> bytes:  # fmt: skip
    """others: responses with the same payload, that stand for the response if it is lost. pictures:
    of the story, if it is one."""
    if part == "list":
        return _text(_list(captures))
    if part == "body":
        _, record = _record(folder, response, others)
        return decoded(message_in(record))
    found, record = _record(folder, chosen, [response, *others])
    if part == "raw":
        return record.block
    if part == "headers":
        return message_in(record).head
    if part == "record":
        return _text([f"WARC/{record.version}", *(f"{n}: {v}" for n, v in record.headers)])
    return _text(_overview(captures, chosen, response, found, record, pictures))


def _shown(chosen: KeptCapture, found: tuple[Rendering, bytes] | None) -> bytes:
    """Raises MissingError."""
    if found is None:
        raise MissingError(
            f"no browser has shown {chosen.url}, captured {_when(chosen)}: --body has what was sent"
        )
    return found[1]


def _record(
    folder: Path, capture: KeptCapture, others: list[KeptCapture]
) -> tuple[KeptCapture, Record]:
    """The record of a capture, or of the first of others that is there, which is said then. Raises
    DamageError."""
    try:
        found, record, why = readable_record(folder, [capture, *others])
    except DamagedError as error:
        raise DamageError(
            f"the record of {capture.url}, captured {_when(capture)}, cannot be read: {error}."
            f" {PROGRAM} verify says more; --list shows the other captures"
        ) from None
    if found is not capture:
        print(
            f"{PROGRAM} show: the record of {_when(capture)} is lost ({why}); in its place,"
            f" with the same payload: {found.url}, captured {_when(found)}",
            file=sys.stderr,
        )
    return found, record


def _overview(
    captures: list[KeptCapture], chosen: KeptCapture, response: KeptCapture, found: KeptCapture,
    record: Record, pictures: list[StoryPicture],
) -> Iterator[str]:  # fmt: skip
    yield chosen.url
    yield f"captured {_when(chosen)}: {_facts(chosen)}"
    yield f"{found.warc_file} at {found.warc_offset}, {found.record_id}"
    if response is not chosen:
        again = "not modified since" if chosen.status == 304 else (
            "the same bytes as"
        )  # fmt: skip
        yield f"a revisit: {again} {response.url}, captured {_when(response)}"
    if chosen.location is not None:
        yield f"redirects to {chosen.location}"
    if chosen.verdict is not None:
        yield f"{because(NOT_THE_STORY, chosen.verdict)}; --list shows the captures that are"
    if chosen.truncated is not None:
        yield f"cut short: {chosen.truncated}"
    if chosen.reservations:
        yield f"rights reserved: {', '.join(sorted(reserved(chosen.reservations))) or 'none'}"
        yield from (f"  {each}" for each in chosen.reservations)
    yield ""
    head = message_in(record).head.decode("latin-1").replace("\r\n", "\n").rstrip("\n")
    yield from head.split("\n")
    yield ""
    many = len(captures)
    yield f"{many:,} capture{'s' if many > 1 else ''}:"
    if many > _SHOWN:
        yield f"  … {many - _SHOWN:,} earlier ones: --list"
    yield from (f"  {line}" for line in _list(captures[-_SHOWN:], chosen))
    yield from _pictures(pictures)
    yield "The page itself: --body"


def _pictures(pictures: list[StoryPicture]) -> Iterator[str]:
    """The story's pictures, if any were to be archived."""
    if not any(each.state for each in pictures):
        return
    kept = sum(each.capture_id is not None for each in pictures)
    yield f"{counted(len(pictures), 'picture')} of the story, {kept:,} archived:"
    for each in pictures:
        if each.capture_id is not None:
            size = f"{each.width}x{each.height} pixels" if each.width else "size not known"
            what = f"{each.media_type}, {size}, {each.bytes or 0:,} bytes"
        else:
            what = f"{each.state or 'not asked for'}" + (f": {each.reason}" if each.reason else "")
        yield f"  {each.role}: {each.url} ({what})"


def _list(captures: list[KeptCapture], chosen: KeptCapture | None = None) -> Iterator[str]:
    several = len({each.url for each in captures}) > 1
    for each in captures:
        mark = " <" if each is chosen and len(captures) > 1 else ""
        yield f"{_when(each)}  {_facts(each)}{'  ' + each.url if several else ''}{mark}"


def _facts(capture: KeptCapture) -> str:
    kind = (capture.content_type or "–").partition(";")[0].strip()
    return (
        f"{capture.status}  {capture.record_type}  {kind}  {capture.payload_bytes:,}"
        f" bytes  {capture.payload_digest}"
        + (f"  {because(NOT_THE_STORY, capture.verdict)}" if capture.verdict else "")
    )


def _when(capture: KeptCapture) -> str:
    return capture.fetched_at[:19].replace("T", " ") + " UTC"


def _text(lines: Iterator[str] | list[str]) -> bytes:
    return "".join(f"{shown_line(line)}\n" for line in lines).encode()


def _guard(data: bytes, part: str | None, output: str | None) -> None:
    """Keep what is no text off a terminal. Raises UsageError."""
    if output is None and part in ("body", "shown", "raw", "headers") and sys.stdout.isatty():
        text = data.decode("utf-8", "replace").replace("\r\n", "\n")
        if "\ufffd" in text or shown(text) != text:
            raise UsageError(f"--{part} is not plain text; write it to a file with -o FILE")
