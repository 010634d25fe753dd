"""`scrapy prune`: captures that nothing needs, taken out by a policy."""

from __future__ import annotations

import argparse
import re
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from crawler import times
from crawler.archive.database import check, open_for_reading
from crawler.archive.prunable import Policy
from crawler.commands._progress import bar
from crawler.commands._shared import (
    add_archive_option,
    archive_folder,
    end_on_sigterm,
    host_named,
    must_be_known,
    stopped,
    told,
)
from crawler.counted import counted
from crawler.errors import UsageError
from crawler.verb import Verb

if TYPE_CHECKING:
    from crawler.runs import Pruned

_KEEP = ("day", "month", "year", "none")
_SPAN = re.compile(r"([0-9]{1,5})(d|m|y)")
_DAYS = {"d": 1, "m": 30.4375, "y": 365.25}


class Command(Verb):
    """Prune an archive."""

    requires_crawler_process = False

    def syntax(self) -> str:
        """For `scrapy prune -h`."""
        return "[ARCHIVE] --older-than SPAN [--keep day|month|year|none] [--site HOST] [--yes]"

    def short_desc(self) -> str:
        """For `scrapy -h`."""
        return "Take old captures out that no story needs; without --yes only says which"

    def long_desc(self) -> str:
        """For `scrapy prune -h`."""
        return (
            "Takes captures out of the database and the WARC files that are older than a span: of"
            " home pages, feeds and sitemaps, failures, and pages of stories that brought nothing"
            " new. What a revision was read from stays, as do the first and the last capture of"
            " each address and, with --keep, the last one of each day, month or year: no story"
            " loses its only capture. Without --yes nothing is changed. This cannot be undone. Exit"
            " codes: 0 done; 2 bad arguments or archive; 4 another program holds the archive; 5 the"
            " disk is full; 7 no such newspaper."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add -a archive=, --older-than, --keep, --site and --yes."""
        super().add_options(parser)
        add_archive_option(parser)
        parser.add_argument("--older-than", metavar="SPAN", help="90d, 6m or 2y")
        parser.add_argument(
            "--keep", default="month",
            help="of each address keep the last capture of each day, month (the default) or year;"
            " none: none but the first and the last",
        )  # fmt: skip
        parser.add_argument("--site", help="only captures of this newspaper")
        parser.add_argument("--yes", action="store_true", help="take them out")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Say what goes; with --yes, take it out."""
        assert self.settings is not None
        from crawler.runs import offline_run, prune, to_prune

        end_on_sigterm()
        with told("prune") as about, stopped("prune"):
            before, host = _before(opts.older_than), host_named(opts.site)
            if opts.keep not in _KEEP:
                raise UsageError(f"--keep {opts.keep}: there are {', '.join(_KEEP)}")
            folder = about.archive(
                archive_folder("prune", args, opts.argument, self.settings["ARCHIVE"])
            )
            check(folder)
            policy = Policy(before, opts.keep, host)
            with closing(open_for_reading(folder)) as db:
                must_be_known(db, host)
                found = to_prune(db.conn, policy)
            if opts.yes and found.captures:
                said = {"older_than": opts.older_than, "keep": opts.keep}
                said |= {"site": host} if host else {}
                with (
                    offline_run(folder.resolve(), self.settings, "prune", said) as run,
                    bar("prune") as progress,
                ):
                    found = prune(run, policy, progress)
        print(summary(found, before, done=opts.yes))


def summary(found: Pruned, before: str, *, done: bool) -> str:
    """What goes or went, for a person."""
    if not found.captures:
        return f"nothing of before {before[:10]} can be pruned"
    kinds = ", ".join(f"{number:,} of {role}" for role, number in found.roles.most_common())
    count = counted(len(found.captures), "capture")
    line = f"{count} of before {before[:10]} ({kinds}), {found.bytes / 1e6:,.1f} MB"
    if done:
        return f"Pruned: {line}"
    return f"Would be pruned: {line}. Nothing was changed; --yes takes them out, for good"


def _before(span: str | None) -> str:
    found = _SPAN.fullmatch(span or "")
    if found is None:
        raise UsageError("--older-than is needed, as in 90d, 6m or 2y")
    try:
        return times.utc(datetime.now(UTC) - timedelta(days=int(found[1]) * _DAYS[found[2]]))
    except OverflowError:
        raise UsageError(f"--older-than {span} is before the year 1") from None
