"""`scrapy verify`: whether every byte of an archive is what it was."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path

from crawler.archive import database
from crawler.archive.lock import ArchiveLock
from crawler.bundled import PROGRAM
from crawler.commands._progress import bar
from crawler.commands._shared import add_archive_option, archive_folder, end_on_sigterm
from crawler.commands._shared import told as reported
from crawler.commands._telling import tell_of_damage
from crawler.commands._watching import configuration, look
from crawler.counted import counted
from crawler.errors import DamageError
from crawler.fixity.archive import verify
from crawler.fixity.losses import Losses, Refetch
from crawler.fixity.report import Problem, Report
from crawler.text import shown_json, shown_line
from crawler.verb import Verb

DAMAGED = DamageError.exit_code
FORMAT = 1
"""Of the JSON; counted up when a reader of the old one would misread it."""


class Command(Verb):
    """Check an archive."""

    requires_crawler_process = False

    def syntax(self) -> str:
        """For `scrapy verify -h`."""
        return "[ARCHIVE] [--json] [--refetch]"

    def short_desc(self) -> str:
        """For `scrapy -h`."""
        return "Check every byte of an archive: records, digests, database, search index"

    def long_desc(self) -> str:
        """For `scrapy verify -h`."""
        return (
            "Reads all WARC files from end to end, and compares them with the database and the"
            " database with itself. Fetches nothing, changes nothing without --refetch, and may run"
            f" during a crawl. Exit codes: 0 sound; {DAMAGED} damage found; 1 a file cannot be"
            " read; 2 bad arguments or archive; 4 another run holds the archive (--refetch)."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add -a archive= and --json."""
        super().add_options(parser)
        add_archive_option(parser)
        parser.add_argument("--json", action="store_true", help="print JSON for programs")
        parser.add_argument(
            "--refetch", action="store_true",
            help="record what is damaged or lost, and have the next crawl fetch it again",
        )  # fmt: skip

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check, tell, and set the exit code."""
        assert self.settings is not None
        end_on_sigterm()
        begun = time.monotonic()
        queued: Refetch | None = None
        news: list[str] = []
        with reported("verify") as about, _stopped():
            folder = about.archive(
                archive_folder("verify", args, opts.argument, self.settings["ARCHIVE"])
            )
            database.refuse_union(folder)
            with bar("verify") as progress, _held(folder, hold=opts.refetch):

                def queue(losses: Losses) -> None:
                    nonlocal queued
                    queued = losses.queue(folder)

                refetch = queue if opts.refetch else None
                try:
                    report = verify(folder, progress=progress, refetch=refetch)
                    if queued is not None:  # what is noted is a finding, or none any more
                        with closing(database.open_for_writing(folder)) as db:
                            news = look(db, folder, self.settings)
                except OSError as error:
                    print(f"{PROGRAM} verify: cannot read {error.filename} ({error.strerror})",
                          file=sys.stderr)  # fmt: skip
                    sys.exit(1)
        seconds = time.monotonic() - begun
        if opts.json:
            content = document(report, folder, seconds)
            if queued is not None:
                content["refetch"] = asdict(queued)
            print(shown_json(json.dumps(content, ensure_ascii=False, indent=2)))
        else:
            print("\n".join(map(shown_line, told(report, seconds))))
            if queued is not None:
                print("\n".join([requeued(queued), *map(shown_line, news)]))
        if not report.sound:
            tell_of_damage(configuration(), folder, [f"damage: {_line(e)}" for e in report.damage])
        self.exitcode = 0 if report.sound else DAMAGED


def document(report: Report, folder: Path, seconds: float) -> dict[str, object]:
    """The JSON document: see docs/operate.md."""
    return {
        "format": FORMAT,
        "archive": str(folder),
        "sound": report.sound,
        "damage": [asdict(each) for each in report.damage],
        "notices": [asdict(each) for each in report.notices],
        "counts": dict(sorted(report.counts.items())),
        "seconds": round(seconds, 3),
    }


def told(report: Report, seconds: float) -> Iterator[str]:
    """The same for a person: a line for each problem, then what was checked."""
    for word, problems in (("notice", report.notices), ("damage", report.damage)):
        for each in problems:
            yield f"{word}: {_line(each)}"
    counts = report.counts
    if left := counts["not listed"]:
        yield f"… and {left:,} more of this kind"
    megabytes = counts["bytes"] / 1e6
    shown = f" and {counts['renderings']:,} renderings" if counts["renderings"] else ""
    yield (
        f"{counted(counts['files'], 'WARC file')} ({megabytes:,.1f} MB) with"
        f" {counted(counts['records'], 'record')}, {counts['captures']:,} of them captures{shown};"
        f" {counted(counts['articles'], 'story', 'stories')} in"
        f" {counted(counts['revisions'], 'revision')} with"
        f" {counted(counts['linked_stories'], 'linked story', 'linked stories')};"
        f" {seconds:,.1f} s"
    )
    unchecked = {
        name: count
        for name, count in counts.items()
        if name.startswith(("digests not", "conversions")) and count
    }
    for name, count in unchecked.items():
        yield f"not checked: {count:,} {name}"
    found = len(report.damage) + left
    yield "sound" if report.sound else f"damaged: {found:,} problem{'s' if found > 1 else ''}"


def requeued(told: Refetch) -> str:
    """What --refetch did, for a person."""
    if not told.captures:
        return "no capture is lost; there is nothing to fetch again"
    line = f"{counted(told.captures, 'capture')} lost"
    if told.replaced:
        line += f"; {told.replaced:,} of them have been replaced"
    if told.urls:
        line += f"; {counted(told.urls, 'URL')} queued for the next crawl to fetch"
    return line


@contextmanager
def _stopped() -> Iterator[None]:
    """End the command as the shell expects, when Ctrl-C or SIGTERM stops it."""
    try:
        yield
    except KeyboardInterrupt:
        print(f"{PROGRAM} verify: stopped; the same command begins anew", file=sys.stderr)
        sys.exit(130)


@contextmanager
def _held(folder: Path, *, hold: bool) -> Iterator[None]:
    """Keep runs off the archive meanwhile, if that is asked for. Raises BusyError, ArchiveError."""
    if not hold:
        yield
        return
    database.refuse_if_unwritable(folder)
    database.open_for_reading(folder).close()
    lock = ArchiveLock(folder)
    lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _line(problem: Problem) -> str:
    place = problem.file or "archive.db"
    if problem.offset is not None:
        place += f" at {problem.offset}"
    about = " ".join(filter(None, (problem.record_id, problem.url)))
    return f"{place}: {problem.what}{f' [{about}]' if about else ''}. To repair: {problem.mend}"
