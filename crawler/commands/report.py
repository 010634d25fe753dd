"""`scrapy report`: what came in, as one HTML file for people."""

from __future__ import annotations

import argparse
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from crawler import times
from crawler.archive.database import open_for_reading
from crawler.archive.run_papers import host_of_paper
from crawler.bundled import PROGRAM
from crawler.commands._output import opened
from crawler.commands._shared import add_archive_option, archive_folder, must_be_known, say, told
from crawler.config import is_partial_day
from crawler.errors import MissingError, UsageError
from crawler.urls import site_host
from crawler.verb import Verb

_USUAL = timedelta(days=7)


class Command(Verb):
    """Write a report."""

    requires_crawler_process = False

    def syntax(self) -> str:
        """For `scrapy report -h`."""
        return "[ARCHIVE] [-o FILE.html] [--since DATE] [--paper NAME|HOST]"

    def short_desc(self) -> str:
        """For `scrapy -h`."""
        return "What came in since the last report, as one HTML file"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add -a archive=, -o, --since and --paper."""
        super().add_options(parser)
        add_archive_option(parser)
        parser.add_argument(
            "-o", dest="output", metavar="FILE",
            help="where to write it, instead of standard output; a report that is there is"
            " replaced, and says since when the new one goes",
        )  # fmt: skip
        parser.add_argument(
            "--since", metavar="DATE",
            help="from which day on (default: from where the report in FILE ends, else 7 days)",
        )  # fmt: skip
        parser.add_argument("--paper", metavar="NAME", help="only this newspaper: its name or host")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Write it."""
        from crawler.archive.report_rows import Span
        from crawler.reporting import html, report

        assert self.settings is not None
        with told("report") as about:
            if opts.output == "":
                raise UsageError("-o names no file")
            output = None if opts.output in (None, "-") else Path(opts.output).expanduser()
            since, until = _since(opts.since, output), times.now()
            folder = about.archive(
                archive_folder("report", args, opts.argument, self.settings["ARCHIVE"])
            )
            with closing(open_for_reading(folder)) as db:
                host = None if opts.paper is None else _host(db, opts.paper)
                text = html(report(db.conn, folder.resolve().name, Span(since, until, host)))
            with opened(None if output is None else str(output), folder) as out:
                out.write(text.encode())
        if output is not None:
            say(f"{PROGRAM} report: {output}: from {since[:16]} to {until[:16]} UTC")


def _since(said: str | None, output: Path | None) -> str:
    from crawler.reporting import last_until

    if said is not None:
        if not is_partial_day(said):
            raise UsageError(f"--since {said} is not a date; write it as in 2026-05-31")
        return f"{(said + '-01-01')[:10]}T00:00:00+00:00"
    before = last_until(output) if output is not None and output.is_file() else None
    return before or times.utc(datetime.now(UTC) - _USUAL)


def _host(db: Database, word: str) -> str:
    """The host of the newspaper that runs call so, or that is at a host or an address."""
    assert isinstance(db.conn, sqlite3.Connection)
    found = host_of_paper(db.conn, word)
    if found is not None:
        return found
    host = site_host(word if "//" in word else f"https://{word}/")
    try:
        must_be_known(db, host)
    except MissingError:
        raise MissingError(
            f"--paper {word}: the archive has no such newspaper; {PROGRAM} status lists them"
        ) from None
    return host
