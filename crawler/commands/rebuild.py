"""`scrapy rebuild`: a lost database made again from the WARC files."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from crawler.archive.database import FILE_NAME, refuse_if_unwritable, refuse_union
from crawler.archive.lock import ArchiveLock
from crawler.bundled import PROGRAM
from crawler.commands._shared import (
    add_archive_option,
    archive_folder,
    end_on_sigterm,
    stopped,
    told,
    typed,
)
from crawler.counted import counted
from crawler.errors import ArchiveError, UsageError
from crawler.text import shown_line
from crawler.verb import Verb

if TYPE_CHECKING:
    from crawler.runs import Rebuilt


class Command(Verb):
    """Rebuild an archive's database from its WARC files."""

    requires_crawler_process = False

    def syntax(self) -> str:
        """For `scrapy rebuild -h`."""
        return "[ARCHIVE] [--replace]"

    def short_desc(self) -> str:
        """For `scrapy -h`."""
        return "Rebuild a lost archive.db from the WARC files alone"

    def long_desc(self) -> str:
        """For `scrapy rebuild -h`."""
        return (
            "Restores articles, revisions, linked stories, captures and runs as they were stored."
            " The database appears only once it is complete; an interrupted rebuild leaves nothing"
            " behind."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add -a archive= and --replace."""
        super().add_options(parser)
        add_archive_option(parser)
        parser.add_argument(
            "--replace", action="store_true", help=f"set an existing {FILE_NAME} aside"
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Make the database and say what is in it."""
        assert self.settings is not None
        from crawler.runs import rebuild

        end_on_sigterm()
        with told("rebuild") as about, stopped("rebuild"):
            folder = about.archive(
                archive_folder("rebuild", args, opts.argument, self.settings["ARCHIVE"])
            )
            refuse_union(folder)
            if not folder.is_dir():
                raise ArchiveError(f"{folder} is not a folder; name the archive's folder")
            if (folder / FILE_NAME).exists() and not opts.replace:
                raise UsageError(
                    f"{folder / FILE_NAME} exists; --replace sets it aside and does not delete it"
                )
            refuse_if_unwritable(folder)
            after = tuple(map(int, self.settings.getlist("REVISIT_AFTER")))
            lock = ArchiveLock(folder)
            lock.acquire()
            try:
                made = rebuild(
                    folder,
                    after,
                    self.settings["SITE_PROFILES"],
                    _show if sys.stderr.isatty() else lambda name: None,
                )
            finally:
                lock.release()
        if made.aside is not None:
            print(f"The previous database is now {typed(made.aside)}")
        print(summary(made))
        for line in made.damage[:20]:
            print(shown_line(f"{PROGRAM} rebuild: {line}"), file=sys.stderr)
        self.exitcode = 1 if made.damage else 0


def summary(told: Rebuilt) -> str:
    """What was made again, for a person."""
    totals = told.totals
    line = (
        f"{counted(totals['new_articles'], 'article')},"
        f" {counted(totals['new_revisions'], 'later revision')},"
        f" {counted(totals['captures'], 'capture')}"
    )
    if totals["reread"]:
        pages = counted(totals["reread"], "page")
        line += f"; {pages} re-extracted for want of a record of the visit"
    if told.damage:
        line += f"; {counted(len(told.damage), 'place')} that could not be read"
    return line


def _show(name: str) -> None:
    print(name, file=sys.stderr)
