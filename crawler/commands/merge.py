"""`scrapy merge`: archives of many papers as one database, or as a lake."""

from __future__ import annotations

import argparse
import sqlite3
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.archive.database import FILE_NAME, explain
from crawler.archive.members import Named
from crawler.archive.merging import Merged, merge
from crawler.bundled import PROGRAM
from crawler.commands._archives_named import archives_named
from crawler.commands._shared import end_on_sigterm, stopped, told, typed
from crawler.counted import counted
from crawler.errors import PartlyError, UsageError
from crawler.text import shown_line
from crawler.verb import Verb

if TYPE_CHECKING:
    from crawler.export.lake import Filled


class Command(Verb):
    """Unite archives."""

    requires_crawler_process = False

    def syntax(self) -> str:
        """For `scrapy merge -h`."""
        return "-o UNION.db ARCHIVE… | --parquet FOLDER ARCHIVE…"

    def short_desc(self) -> str:
        """For `scrapy -h`."""
        return "Unite the archives of many papers into one database, or a Parquet lake"

    def long_desc(self) -> str:
        """For `scrapy merge -h`."""
        return (
            "Brings archives into one SQLite file with the tables and views of an archive: a story"
            " that several of them have is there once, with the revisions of all; links from paper"
            " to paper lead to stories that are there. Only what is new or has changed is written,"
            " and after an interruption the same command resumes. With --parquet, a folder that"
            " DuckDB reads in place, one part for each newspaper of each archive. Archives are only"
            " read, while they are crawled, too; WARC files stay where they are. ARCHIVE: an"
            " archive, a folder of archives, a pattern, NAME=ARCHIVE, or @FILE with one a line."
            " Exit codes: 0 done; 2 bad arguments, or the union cannot be used; 4 another merge"
            " writes it; 9 some archives were set aside, and the others are merged."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add -o and --parquet."""
        super().add_options(parser)
        parser.add_argument(
            "-o", "--output", metavar="UNION.db", help="the database to bring them into"
        )
        parser.add_argument("--parquet", metavar="FOLDER", help="the lake to bring them into")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Merge and say what came of it."""
        end_on_sigterm()
        began = time.monotonic()
        with told("merge") as about, stopped("merge"):
            if (opts.output is None) == (opts.parquet is None):
                raise UsageError(
                    f"name what to bring them into: {PROGRAM} merge -o union.db, or --parquet"
                    " FOLDER; then the archives"
                )
            if not args:
                raise UsageError(f"name archives: {PROGRAM} merge -o union.db papers/*")
            archives = archives_named(args)
            show = _show if sys.stderr.isatty() else lambda name, merged: None
            if opts.parquet is not None:
                about.folder = Path(opts.parquet).expanduser()
                _to_lake(archives, Path(opts.parquet).expanduser(), began)
                return
            path = Path(opts.output).expanduser()
            if any(path.resolve() == each.folder.resolve() / FILE_NAME for each in archives):
                raise UsageError(f"-o {path} is one of the archives; name another file")
            try:
                merged = merge(path, archives, show)
            except sqlite3.Error as error:
                about.folder = path
                raise explain(path, error) from error
            print(summary(merged, time.monotonic() - began))
            print(f"Look at it: {PROGRAM} browse {typed(path.absolute())}", file=sys.stderr)
            tell_of_those_aside(merged.aside, len(archives))


def _to_lake(archives: list[Named], folder: Path, began: float) -> None:
    from crawler.export.lake import fill

    filled = fill(folder, archives, _show if sys.stderr.isatty() else lambda name, filled: None)
    print(
        f"{counted(filled.archives, 'archive')} in {folder} ({filled.untouched:,} unchanged since):"
        f" {counted(filled.stories, 'story', 'stories')} written; {time.monotonic() - began:.1f} s"
    )
    tell_of_those_aside(filled.aside, len(archives))


def summary(merged: Merged, seconds: float) -> str:
    """What a merge has done, for a person."""
    lines = [
        f"{counted(merged.archives, 'archive')} merged ({merged.untouched:,} unchanged since):"
        f" {counted(merged.stories, 'story', 'stories')} new or changed,"
        f" {counted(merged.captures, 'new capture')}; {seconds:.1f} s"
    ]
    if merged.dropped:
        lines.append(f"Taken out, because their archive has them no more: {merged.dropped:,}")
    if merged.taken_down:
        lines.append(
            f"Left out, because another archive has taken them down: {merged.taken_down:,}"
        )
    return "\n".join(lines)


def tell_of_those_aside(aside: list[tuple[str, str]], of: int) -> None:
    """Say which archives were set aside, and why. Raises PartlyError where any was."""
    for name, reason in aside:
        print(shown_line(f"{PROGRAM} merge: {name} was set aside: {reason}"), file=sys.stderr)
    if aside:
        raise PartlyError(
            f"{len(aside):,} of {of:,} archives set aside; mend them and run the same command again"
        )


def _show(name: str, merged: Merged | Filled) -> None:
    print(shown_line(f"{name} … {merged.stories:,} stories so far"), file=sys.stderr)
