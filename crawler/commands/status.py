"""`scrapy status`: an archive at a glance."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from rich.console import Console
from rich.table import Table
from rich.text import Text

from crawler.archive.database import open_for_reading
from crawler.archive.queries import Status, status
from crawler.bundled import PROGRAM
from crawler.commands._shared import add_archive_option, archive_folder, console, told
from crawler.commands.left_out import describe
from crawler.holdings import WrongFile, lines, wrong_files
from crawler.text import shown_json
from crawler.verb import Verb


class Command(Verb):
    """Show what an archive holds."""

    requires_crawler_process = False

    def syntax(self) -> str:
        """For `scrapy status -h`."""
        return "[ARCHIVE] [--json]"

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
            folder = about.archive(
                archive_folder("status", args, opts.argument, self.settings["ARCHIVE"])
            )
            with open_for_reading(folder) as db:
                found, wrong = status(db), wrong_files(db.conn, folder)
        if opts.json:
            document = {**asdict(found), "wrong_files": [asdict(each) for each in wrong]}
            print(shown_json(json.dumps(document, ensure_ascii=False, indent=2)))
        else:
            show(found, wrong, console())


def show(found: Status, wrong: list[WrongFile], out: Console) -> None:
    """Print a status for a person. wrong: WARC files that are missing or have another length."""
    span = (
        f", published {found.first_published[:10]} to {found.last_published[:10]}"
        if found.first_published and found.last_published
        else ""
    )
    out.print(
        f"{found.articles:,} articles in {found.revisions:,} revisions{span}; "
        f"{found.linked_stories:,} linked stories; {found.captures:,} captures"
    )
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
    _table(out, "Sites", columns, sites)
    _table(
        out,
        "Last runs",
        (
            "run", "spider", "started", "outcome", "captures", "new", "revised", "unchanged",
            "failed",
        ),
        [
            [
                run.id, run.spider, run.started_at[:16].replace("T", " "),
                run.outcome or "not ended", run.captures, run.new_articles, run.new_revisions,
                run.unchanged_articles, run.failures,
            ]
            for run in found.runs
        ],
    )  # fmt: skip
    reasons = [[row["urls"], row["state"], row["reason"] or ""] for row in found.reasons[:15]]
    _table(out, "URLs that are no stories here", ("urls", "state", "reason"), reasons)
    left = [
        [one.count, describe(one.family), " ".join(one.examples)] for one in found.left_out[:15]
    ]
    _table(
        out,
        f"Left out; {PROGRAM} retry --excluded takes them up",
        ("urls", "family", "such as"),
        left,
    )
    told = ("site", "field", "since", "before", "after")
    _table(
        out,
        "Changes of layout",
        told,
        [
            [_day(row[c]) if c == "since" else row[c] for c in columns]
            for row in found.layout_changes
        ],
    )


def _table(out: Console, title: str, columns: tuple[str, ...], rows: list[list[object]]) -> None:
    if not rows:
        return
    out.print(f"\n[bold]{title}[/bold]")
    table = Table(box=None, pad_edge=False, header_style="dim")
    for index, column in enumerate(columns):
        numeric = all(isinstance(row[index], int) for row in rows)
        table.add_column(
            column.removesuffix("_at").replace("_", " "),
            justify="right" if numeric else "left",
            overflow="fold",
        )
    for row in rows:
        table.add_row(*(f"{v:,}" if isinstance(v, int) else _plain(v) for v in row))
    out.print(table)


def _day(value: object) -> str | None:
    return str(value)[:10] if value else None


def _plain(value: object) -> str:
    text = "–" if value is None else str(value)
    return text.replace("[", r"\[")
