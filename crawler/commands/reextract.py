"""`scrapy reextract`: what is archived, read again by today's extractor."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections import Counter
from contextlib import closing

from crawler.archive.database import check, open_for_reading
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
from crawler.verb import Verb


class Command(Verb):
    """Read archived pages again."""

    requires_crawler_process = False

    def syntax(self) -> str:
        """For `scrapy reextract -h`."""
        return "[ARCHIVE] [--site HOST] [--url URL] [--again] [--jobs N]"

    def short_desc(self) -> str:
        """For `scrapy -h`."""
        return "Re-extract archived pages with the current extractor"

    def long_desc(self) -> str:
        """For `scrapy reextract -h`."""
        return (
            "Reads the page of each article's newest revision from WARC, unless this version of the"
            " extractor has already done so. Where the result differs, it becomes a new revision;"
            " the old ones stay. After an interruption the same command resumes."
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
        parser.add_argument("--jobs", metavar="N", help="number of readers; default: one per core")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read, store and say what has changed."""
        assert self.settings is not None
        end_on_sigterm()
        from crawler.runs import Workers, offline_run, reextract

        began = time.monotonic()
        with told("reextract") as about, stopped("reextract"):
            site, url = host_named(opts.site), address_named(opts.url)
            jobs = readers_asked_for(opts.jobs)
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
                    counts = asyncio.run(
                        reextract(
                            run, workers, workers.count, site=site, url=url, again=opts.again,
                            progress=_show if sys.stderr.isatty() else lambda counts: None,
                        )
                    )  # fmt: skip
                finally:
                    workers.close()
        print(summary(counts, time.monotonic() - began))


def summary(counts: Counter[str], seconds: float) -> str:
    """What reading again has brought, for a person."""
    read = sum(counts.values())
    line = f"{read:,} articles re-extracted: {counts['changed']:,} changed"
    if counts["unread"]:
        line += f", {counts['unread']:,} could not be read (the table rereadings says why)"
    return line + (f"; {read / seconds:.0f} per second" if read else "")


def _show(counts: Counter[str]) -> None:
    print(
        f"\r{sum(counts.values()):,} read, {counts['changed']:,} changed", end="", file=sys.stderr
    )
