"""`scrapy retry`: take up what was left out, or what was taken for a copy."""

from __future__ import annotations

import argparse
import difflib
import shlex
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from crawler.archive.chains import Chains
from crawler.archive.database import open_for_reading
from crawler.archive.duplicates import split
from crawler.archive.families import Families
from crawler.archive.retries import (
    failed_again,
    reason_again,
    reason_named,
    reasons_here,
    url_again,
)
from crawler.archive.takedowns import is_taken_down
from crawler.commands._shared import (
    add_archive_option,
    address_named,
    archive_folder,
    host_named,
    must_be_known,
    told,
    with_scheme,
)
from crawler.errors import MissingError, UsageError
from crawler.reasons import Reason
from crawler.urls import normalise
from crawler.verb import Verb

if TYPE_CHECKING:
    from crawler.runs import Run


_WISHES = ("reason", "url", "excluded", "split")


class Command(Verb):
    """Queue URLs again."""

    requires_crawler_process = False

    def syntax(self) -> str:
        """For `scrapy retry -h`."""
        return "[ARCHIVE] [--site HOST] [--reason REASON | --excluded] | --url URL | --split URL"

    def short_desc(self) -> str:
        """For `scrapy -h`."""
        return "Queue again what failed or was left out"

    def long_desc(self) -> str:
        """For `scrapy retry -h`."""
        return (
            "Queues all URLs that failed or wait for another try; with --reason those that are not"
            " archived for one reason, with --url one address, whatever became of it. "
            "--excluded queues all URLs that were left out because pages like them brought no"
            " stories, and the sitemaps, feeds and lists left out because those before them brought"
            " too few; --split says that a page taken for a copy of another is a story of its own."
            " The next crawl of the newspaper fetches them."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add -a archive=, --site, --reason, --url, --excluded and --split."""
        super().add_options(parser)
        add_archive_option(parser)
        parser.add_argument("--excluded", action="store_true", help="everything that was left out")
        parser.add_argument("--site", help="only this newspaper")
        parser.add_argument(
            "--reason",
            help="what is not archived for this reason: a code, as http_status or 'http_status"
            " 403', or the words that status shows",
        )
        parser.add_argument("--url", metavar="URL", help="this address")
        parser.add_argument("--split", metavar="URL", help="the page that is not a copy")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Queue, and say how many."""
        assert self.settings is not None
        from crawler.runs import offline_run

        with told("retry") as about:
            wishes = {name: getattr(opts, name) for name in _WISHES if getattr(opts, name)}
            if len(wishes) > 1:
                raise UsageError(f"name one of {', '.join(f'--{name}' for name in wishes)}")
            host = host_named(opts.site)
            if host and (opts.url or opts.split):
                raise UsageError("--site goes with no address")
            url = address_named(opts.url)
            folder = about.archive(
                archive_folder("retry", args, opts.argument, self.settings["ARCHIVE"])
            )
            with closing(open_for_reading(folder)) as db:  # before a run writes anything
                must_be_known(db, host)
                reason = None if opts.reason is None else _reason(db.conn, opts.reason)
            said = {name: str(value) for name, value in wishes.items() if value is not True}
            if opts.excluded:
                said["excluded"] = host or "all"
            elif host:
                said["site"] = host
            with offline_run(folder.resolve(), self.settings, "retry", said) as run:
                if opts.split:
                    print(_split(run, opts.split))
                elif opts.excluded:
                    print(_take_up(run, host))
                else:
                    print(_again(run, host, reason, url))


def _reason(db: sqlite3.Connection, text: str) -> Reason:
    reason = reason_named(db, text)
    if reason is None:
        here = reasons_here(db)
        alike = difflib.get_close_matches(text.strip().split(" ")[0], here, 1)
        right = f"did you mean {alike[0]}?" if alike else f"there are {', '.join(here) or 'none'}"
        raise UsageError(f"--reason {shlex.quote(text)}: the archive has no such reason; {right}")
    return reason


def _again(run: Run, host: str | None, reason: Reason | None, url: str | None) -> str:
    db = run.store.db
    with db.atomic():
        if url is not None:
            if is_taken_down(db.conn, url):
                raise MissingError(f"{url} was taken down: it is not fetched again")
            if not url_again(db.conn, url):
                raise MissingError(f"the archive has never heard of {url}")
            count = 1
        elif reason is not None:
            count = reason_again(db.conn, reason, host)
        else:
            count = failed_again(db.conn, host)
    if not count:
        return "nothing to queue"
    are = "1 URL is" if count == 1 else f"{count:,} URLs are"
    return f"{are} queued; the next crawl of the newspaper fetches what is queued"


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
    url = normalise(with_scheme(address)) or address
    with run.store.db.atomic():
        other = split(run.store.db.conn, url)
    if other is None:
        raise MissingError(f"{url} was not taken for a copy of another page")
    return f"{url} no longer counts as a copy of {other}; the next crawl archives it as a story"
