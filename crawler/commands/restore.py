"""`scrapy restore`: a backup made an archive to go on with."""

from __future__ import annotations

import argparse
from pathlib import Path

from crawler.commands._progress import bar
from crawler.commands._shared import (
    end_on_sigterm,
    folder_named,
    stopped,
    told,
    typed,
)
from crawler.counted import counted
from crawler.errors import UsageError
from crawler.verb import Verb


class Command(Verb):
    """Restore a backup."""

    requires_crawler_process = False

    def syntax(self) -> str:
        """For `scrapy restore -h`."""
        return "BACKUP NEW_FOLDER [--takedowns ARCHIVE|FILE]"

    def short_desc(self) -> str:
        """For `scrapy -h`."""
        return "Make an archive to go on with of a backup, in a new folder"

    def long_desc(self) -> str:
        """For `scrapy restore -h`."""
        return (
            "Copies a backup into a folder that is not there yet, applies the takedowns that came"
            " after it, and checks every byte as verify does. The folder appears only when"
            " all is done; the backup stays as it is. Exit codes: 0 done; 2 bad arguments, no"
            " backup, or the folder is there already; 4 a run holds the backup; 5 the disk is full;"
            " 6 the backup is damaged."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add --takedowns."""
        super().add_options(parser)
        parser.add_argument(
            "--takedowns", metavar="ARCHIVE|FILE",
            help="also apply the takedowns of this archive, or of a takedowns.jsonl",
        )  # fmt: skip

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Restore, and say what."""
        assert self.settings is not None
        from crawler.backup.later import takedowns_after
        from crawler.backup.restoring import restore
        from crawler.backup.store import is_address
        from crawler.runs import take_down_later

        end_on_sigterm()
        with told("restore") as about, stopped("restore"):
            if len(args) != 2:
                raise UsageError("name the backup, a folder or an address, and a new folder")
            to = about.folder = folder_named(args[1])
            saved = args[0] if is_address(args[0]) else about.archive(folder_named(args[0]))
            named = None if opts.takedowns is None else Path(opts.takedowns).expanduser()
            later = takedowns_after(saved, named)
            settings = self.settings
            with bar("restore") as progress:
                copied, applied, report = restore(
                    saved, to, lambda folder: take_down_later(folder, settings, later), progress
                )
        print(
            f"{typed(to)} has {counted(copied.files, 'WARC file')} and"
            f" {counted(report.counts['articles'], 'story', 'stories')};"
            f" {counted(applied, 'later takedown')} applied; sound"
        )
