"""`scrapy retry`: take up what was left out, or what was taken for a copy."""

from __future__ import annotations

import argparse
from contextlib import closing
from typing import TYPE_CHECKING

from crawler.archive.chains import Chains
from crawler.archive.database import open_for_reading
from crawler.archive.duplicates import split
from crawler.archive.families import Families
from crawler.commands._shared import (
    add_archive_option,
    archive_folder,
    host_named,
    must_be_known,
    told,
)
from crawler.errors import MissingError, UsageError
from crawler.urls import normalise
from crawler.verb import Verb

if TYPE_CHECKING:
    from crawler.runs import Run


class Command(Verb):
    """Queue URLs again."""

    requires_crawler_process = False

    def syntax(self) -> str:
        """For `scrapy retry -h`."""
        return "[ARCHIVE] --excluded [--site HOST] | --split URL"

    def short_desc(self) -> str:
        """For `scrapy -h`."""
        return "Queue URLs that a crawl left out, or a page wrongly taken for a copy"

    def long_desc(self) -> str:
        """For `scrapy retry -h`."""
        return (
            "--excluded queues all URLs that were left out because pages like them brought no"
            " stories, and the sitemaps, feeds and lists left out because those before them brought"
            " too few; --split says that a page taken for a copy of another is a story of its own."
            " The next crawl of the newspaper fetches them."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add -a archive=, --excluded, --site and --split."""
        super().add_options(parser)
        add_archive_option(parser)
        parser.add_argument("--excluded", action="store_true", help="everything that was left out")
        parser.add_argument("--site", help="with --excluded: only this newspaper")
        parser.add_argument("--split", metavar="URL", help="the page that is not a copy")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Queue, and say how many."""
        assert self.settings is not None
        from crawler.runs import offline_run

        with told("retry") as about:
            if bool(opts.excluded) == bool(opts.split):
                raise UsageError("say what to queue: --excluded, or --split URL")
            host = host_named(opts.site)
            if host and not opts.excluded:
                raise UsageError("--site needs --excluded")
            folder = about.archive(
                archive_folder("retry", args, opts.argument, self.settings["ARCHIVE"])
            )
            with closing(open_for_reading(folder)) as db:  # before a run writes anything
                must_be_known(db, host)
            said = {"split": opts.split} if opts.split else {"excluded": host or "all"}
            with offline_run(folder.resolve(), self.settings, "retry", said) as run:
                print(_split(run, opts.split) if opts.split else _take_up(run, host))


def _take_up(run: Run, host: str | None) -> str:
    with run.store.db.atomic():
        count = Families(run.store.db.conn).take_up(host)
        lists = Chains(run.store.db.conn).ask_for(host)
    beside = f"{lists:,} sitemaps, feeds and other lists" if lists else ""
    if not count and lists:
        return f"{beside} are queued; the next crawl fetches them"
    also = f", and {beside}," if lists else ""
    return f"{count:,} URLs{also} are queued; the next crawl fetches them"


def _split(run: Run, address: str) -> str:
    url = normalise(address) or address
    with run.store.db.atomic():
        other = split(run.store.db.conn, url)
    if other is None:
        raise MissingError(f"{url} was not taken for a copy of another page")
    return f"{url} no longer counts as a copy of {other}; the next crawl archives it as a story"
