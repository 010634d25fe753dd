"""`scrapy backup`: a copy of an archive, which is an archive itself."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from crawler.archive.database import refuse_union
from crawler.commands._progress import bar
from crawler.commands._shared import (
    add_archive_option,
    archive_folder,
    end_on_sigterm,
    folder_named,
    stopped,
    told,
    typed,
)
from crawler.counted import counted
from crawler.errors import UsageError
from crawler.verb import Verb

if TYPE_CHECKING:
    from crawler.backup.saving import Saved


class Command(Verb):
    """Back up an archive."""

    requires_crawler_process = False

    def syntax(self) -> str:
        """For `scrapy backup -h`."""
        return "DESTINATION [-a archive=DIR]"

    def short_desc(self) -> str:
        """For `scrapy -h`."""
        return "Copy an archive into a folder or object store, also during a crawl"

    def long_desc(self) -> str:
        """For `scrapy backup -h`."""
        return (
            "Brings a folder, or a place in an object store (s3://bucket/prefix, gs://…, az://…; it"
            " needs the extra store), to what the archive is at this moment. A folder is an archive"
            " itself, can be read and verified, and is made an archive to go on with by restore."
            " Only what is new is copied, and everything is read back. Until all of it is"
            " there the backup of before stays, whatever happens. Exit codes: 0 done; 2 bad"
            " arguments, no archive, or something else in the folder; 4 another backup, or a run,"
            " holds it; 5 the disk is full; 6 something in the archive is not as it was written."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add -a archive=."""
        super().add_options(parser)
        add_archive_option(parser)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Copy, and say what."""
        assert self.settings is not None
        from crawler.backup.saving import backup
        from crawler.backup.store import backup_to_store, is_address

        end_on_sigterm()
        with told("backup") as about, stopped("backup"):
            if len(args) != 1:
                raise UsageError(
                    "name one folder, or address of an object store, to put it in"
                    + ("; -a archive=DIR names the archive" if args else "")
                )
            folder = about.archive(
                archive_folder("backup", [], opts.argument, self.settings["ARCHIVE"])
            )
            refuse_union(folder)
            with bar("backup") as progress:
                if is_address(args[0]):
                    saved, where = backup_to_store(folder, args[0], progress), args[0]
                else:
                    to = folder_named(args[0])
                    saved, where = backup(folder, to, progress), typed(to)
        print(summary(saved, where))


def summary(saved: Saved, where: str) -> str:
    """What was copied, for a person."""
    line = (
        f"{counted(saved.new_files, 'WARC file')} ({saved.new_bytes / 1e6:,.1f} MB) copied;"
        f" {where} has {saved.files:,} of them and the database, {saved.bytes / 1e6:,.1f} MB"
    )
    if not saved.noted:
        line += "; the archive cannot be written, and does not know of it"
    return line
