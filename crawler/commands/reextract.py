"""`scrapy reextract`: what is archived, read again by today's extractor."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

from crawler.archive.database import check, open_for_reading
from crawler.commands._archives_named import archives_named
from crawler.commands._bulk import add_bulk_options, bulk, refuse_bulk_options
from crawler.commands._shared import (
    add_archive_option,
    address_named,
    archive_folder,
    end_on_sigterm,
    host_named,
    must_be_known,
    readers_asked_for,
    stopped,
    told,
)
from crawler.counted import counted
from crawler.errors import UsageError
from crawler.verb import Verb

if TYPE_CHECKING:
    from crawler.runs import Run, Workers


class Command(Verb):
    """Read archived pages again."""

    requires_crawler_process = False

    def syntax(self) -> str:
        """For `scrapy reextract -h`."""
        return (
            "[ARCHIVE] [--site HOST] [--url URL] [--again] [--jobs N] | --shards FOLDER [--again]"
            " [--jobs N | --scheduler tcp://…]"
        )

    def short_desc(self) -> str:
        """For `scrapy -h`."""
        return "Re-extract archived pages with the current extractor"

    def long_desc(self) -> str:
        """For `scrapy reextract -h`."""
        return (
            "Reads the pages of all revisions from WARC, unless this version of the extractor has"
            " already done so. What differs takes the place of what was read before, which stays"
            " in WARC; no revision comes or goes. Newspapers' profiles are learned"
            " first, but not with --site or --url. After an interruption the same command resumes."
            " With --shards all archives in a folder are read, several at a time, here or on a Dask"
            " cluster, and nothing is learned; exit code 9: some were set aside."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add -a archive=, --site, --url, --again and --jobs."""
        super().add_options(parser)
        add_archive_option(parser)
        parser.add_argument("--site", help="only articles of this newspaper")
        parser.add_argument("--url", help="only this article")
        parser.add_argument(
            "--again", action="store_true", help="also pages that this version has already read"
        )
        parser.add_argument(
            "--jobs", metavar="N",
            help="number of readers, with --shards of archives at a time; default: one per core",
        )  # fmt: skip
        parser.add_argument("--shards", metavar="FOLDER", help="all archives in this folder")
        add_bulk_options(parser)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read, store and say what has changed."""
        assert self.settings is not None
        end_on_sigterm()
        from crawler.runs import Workers, offline_run

        began = time.monotonic()
        with told("reextract") as about, stopped("reextract"):
            site, url = host_named(opts.site), address_named(opts.url)
            jobs = readers_asked_for(opts.jobs)
            if opts.shards is not None:
                if args or opts.argument or site or url:
                    raise UsageError("--shards is for all archives of a folder, and all in them")
                shards = [str(each.folder.resolve()) for each in archives_named([opts.shards])]
                bulk("reextract", shards, opts, jobs, self.settings)
                return
            refuse_bulk_options(opts)
            chosen = {"site": site, "url": url, "again": "1" if opts.again else None}
            folder = about.archive(
                archive_folder("reextract", args, opts.argument, self.settings["ARCHIVE"])
            )
            check(folder)
            with closing(open_for_reading(folder)) as db:
                must_be_known(db, site, url)
            said = {name: value for name, value in chosen.items() if value}
            with offline_run(folder.resolve(), self.settings, "reextract", said) as run:
                workers = Workers(jobs, self.settings.getfloat("EXTRACT_CPU_SECONDS"))
                try:
                    counts = asyncio.run(_read(run, workers, site, url, again=opts.again))
                finally:
                    workers.close()
        print(summary(counts, time.monotonic() - began))


async def _read(
    run: Run, workers: Workers, site: str | None, url: str | None, *, again: bool
) -> Counter[str]:
    """Learn what there is to learn, then read."""
    from crawler.runs import learn_sites, reextract

    show = _show if sys.stderr.isatty() else lambda counts: None
    learned = Counter[str]() if site or url else await learn_sites(run, workers)
    return learned + await reextract(
        run, workers, workers.count, site=site, url=url, again=again, progress=show
    )


def summary(counts: Counter[str], seconds: float) -> str:
    """What reading again has brought, for a person."""
    read = sum(counts.values())
    line = f"{counted(read, 'page')} re-extracted: {counts['changed']:,} changed"
    if counts["unread"]:
        line += f", {counts['unread']:,} could not be read (the table rereadings says why)"
    return line + (f"; {read / seconds:.0f} per second" if read else "")


def _show(counts: Counter[str]) -> None:
    print(
        f"\r{sum(counts.values()):,} read, {counts['changed']:,} changed", end="", file=sys.stderr
    )
