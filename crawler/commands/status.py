"""`scrapy status`: an archive at a glance."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from rich.console import Console
from rich.text import Text

from crawler.archive import lock
from crawler.archive.database import open_for_reading
from crawler.archive.queries import Status, status
from crawler.bundled import PROGRAM
from crawler.commands._left_out import describe
from crawler.commands._script_pages import hint
from crawler.commands._shared import (
    add_archive_option,
    archive_folders,
    console,
    told,
    typed,
)
from crawler.commands._tables import moment, show_table
from crawler.commands.findings import show_findings
from crawler.counted import counted
from crawler.holdings import WrongFile, lines, wrong_files
from crawler.render import what_lacks
from crawler.text import shown_json
from crawler.verb import Verb


class Command(Verb):
    """Show what an archive holds."""

    requires_crawler_process = False

    def syntax(self) -> str:
        """For `scrapy status -h`."""
        return "[ARCHIVE …] [--json]"

    def short_desc(self) -> str:
        """For `scrapy -h`."""
        return "Show an archive at a glance: sites, stories, dates, last runs, failures"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add -a archive= and --json."""
        super().add_options(parser)
        add_archive_option(parser)
        parser.add_argument("--json", action="store_true", help="print JSON for programs")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print the status."""
        assert self.settings is not None
        with told("status") as about:
            folders = archive_folders("status", args, opts.argument, self.settings["ARCHIVE"])
            documents = []
            for folder in folders:
                with open_for_reading(about.archive(folder)) as db:
                    found, wrong = status(db), wrong_files(db.conn, folder)
                is_running = lock.is_held(folder)
                if not opts.json:
                    out = console()
                    if len(folders) > 1:
                        out.print(Text(f"{typed(folder)}:", style="bold"))
                    show(found, wrong, out, is_running=is_running)
                    if found.needs_script:
                        lacks = what_lacks(self.settings["RENDER_BROWSER"])
                        out.print(Text(hint(found.needs_script, folder, lacks)))
                    continue
                documents.append({
                    **({"archive": str(folder)} if len(folders) > 1 else {}),
                    **asdict(found),
                    "is_running": is_running,
                    "wrong_files": [asdict(each) for each in wrong],
                })  # fmt: skip
            if opts.json:
                document = documents if len(folders) > 1 else documents[0]
                print(shown_json(json.dumps(document, ensure_ascii=False, indent=2)))


def show(found: Status, wrong: list[WrongFile], out: Console, *, is_running: bool = False) -> None:
    """Print a status for a person.

    wrong: WARC files that are missing or have another length. is_running: whether a run holds the
    archive.
    """
    span = (
        f", published {found.first_published[:10]} to {found.last_published[:10]}"
        if found.first_published and found.last_published
        else ""
    )
    out.print(
        f"{counted(found.articles, 'article')} in {counted(found.revisions, 'revision')}{span}; "
        f"{counted(found.linked_stories, 'linked story', 'linked stories')}; "
        f"{counted(found.captures, 'capture')}"
    )
    for line in _in_hand(found, is_running=is_running):
        out.print(line)
    show_findings(out, found.findings)
    for line in lines([each for each in wrong if each.noted_at is None]):
        out.print(Text(line, style="bold red"))
    if noted := [each for each in wrong if each.noted_at is not None]:
        out.print(
            f"{len(noted):,} WARC files are recorded as lost or cut, with"
            f" {sum(each.captures for each in noted):,} captures: {PROGRAM} verify lists them"
        )
    columns = ("site", "articles", "first_published_at", "last_published_at", "revised", "gone",
               "queued", "failed")  # fmt: skip
    sites = [
        [_day(row[c]) if c.endswith("_at") else row[c] for c in columns] for row in found.sites
    ]
    show_table(out, "Sites", columns, sites)
    show_table(
        out,
        "Last runs",
        (
            "run", "spider", "started", "outcome", "captures", "new", "revised", "unchanged",
            "failed",
        ),
        [
            [
                run.id, run.spider, moment(run.started_at),
                run.outcome or "not ended", run.captures, run.new_articles, run.new_revisions,
                run.unchanged_articles, run.failures,
            ]
            for run in found.runs
        ],
    )  # fmt: skip
    reasons = [[row["urls"], row["state"], row["reason"] or ""] for row in found.reasons[:15]]
    show_table(out, "URLs that are no stories here", ("urls", "state", "reason"), reasons)
    left = [
        [one.count, describe(one.family), " ".join(one.examples)] for one in found.left_out[:15]
    ]
    show_table(
        out,
        f"Left out; {PROGRAM} retry --excluded takes them up",
        ("urls", "family", "such as"),
        left,
    )
    told = ("site", "field", "since", "before", "after")
    show_table(
        out,
        "Changes of layout",
        told,
        [[_day(row[c]) if c == "since" else row[c] for c in told] for row in found.layout_changes],
    )


def _in_hand(found: Status, *, is_running: bool) -> list[str]:
    """What is claimed, what waits, and what was only guessed at."""
    lines = []
    if found.claimed:
        whose = "by the run that is going on" if is_running else (
            "by a run that was killed; the next one queues them again"
        )  # fmt: skip
        lines.append(f"{counted(found.claimed, 'URL')} claimed {whose}")
    if found.waiting:
        lines.append(f"{counted(found.waiting, 'URL')} waiting for a crawl")
    if found.guesses:
        places = counted(found.guesses, "usual place", "usual places")
        lines.append(f"{places} of sitemaps and feeds tried in vain, which is no failure")
    return lines


def _day(value: object) -> str | None:
    return str(value)[:10] if value else None
