"""`scrapy runs`: what runs came to."""

from __future__ import annotations

import argparse
import json
from contextlib import closing
from dataclasses import asdict

from rich.console import Console
from rich.text import Text

from crawler.archive.database import open_for_reading
from crawler.archive.run_reports import RunReport, last_runs, one_run
from crawler.bundled import PROGRAM
from crawler.commands._estimate import size
from crawler.commands._shared import (
    add_archive_option,
    archive_folder,
    console,
    host_named,
    must_be_known,
    told,
)
from crawler.commands._tables import moment, show_table
from crawler.counted import counted, number_typed
from crawler.errors import MissingError, UsageError
from crawler.outcome import MEANINGS
from crawler.text import shown_json
from crawler.verb import Verb

_COUNTS = ("captures", "new_articles", "new_revisions", "unchanged_articles", "failures")
_HEADS = ("captures", "new", "revised", "unchanged", "failed")


class Command(Verb):
    """Show what runs came to."""

    requires_crawler_process = False

    def syntax(self) -> str:
        """For `scrapy runs -h`."""
        return "[ID] [ARCHIVE] [--site HOST] [--limit N] [--json]"

    def short_desc(self) -> str:
        """For `scrapy -h`."""
        return "Show the last runs; of one: what was new, what failed and why, by which sources"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add -a archive=, --site, --limit and --json."""
        super().add_options(parser)
        add_archive_option(parser)
        parser.add_argument("--site", help="only runs of this newspaper")
        parser.add_argument(
            "--limit", metavar="N", help="runs, or stories and URLs of one (default: 20)"
        )
        parser.add_argument("--json", action="store_true", help="print JSON for programs")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print them."""
        assert self.settings is not None
        with told("runs") as about:
            limit = number_typed(opts.limit or "20")
            if limit is None:
                raise UsageError(f"--limit {opts.limit} must be a number of 1 or more")
            run_id = args.pop(0) if args and args[0].isascii() and args[0].isdigit() else None
            host = host_named(opts.site)
            folder = about.archive(
                archive_folder("runs", args, opts.argument, self.settings["ARCHIVE"])
            )
            with closing(open_for_reading(folder)) as db:
                must_be_known(db, host)
                if run_id is None:
                    found = last_runs(db.conn, limit, host)
                else:
                    number = number_typed(run_id)
                    one = None if number is None else one_run(db.conn, number, limit)
                    if one is None:
                        raise MissingError(
                            f"the archive has no run {run_id}; {PROGRAM} runs lists them"
                        )
                    found = [one]
        if opts.json:
            documents = [asdict(each) for each in found]
            document = documents if run_id is None else documents[0]
            print(shown_json(json.dumps(document, ensure_ascii=False, indent=2)))
        elif run_id is None:
            show_list(found, console())
        else:
            show_one(found[0], console())


def show_list(runs: list[RunReport], out: Console) -> None:
    """Print runs for a person, one a line."""
    columns = ("run", "started (UTC)", "took", "what", "outcome", "exit", *_HEADS[1:3], "failed")
    rows = [
        [
            run.id, moment(run.started_at).removesuffix(" UTC"), _took(run.seconds), _what(run),
            run.outcome or "not ended", "–" if run.exit_code is None else str(run.exit_code),
            run.new_articles, run.new_revisions, run.failures,
        ]
        for run in runs
    ]  # fmt: skip
    show_table(out, "Runs", columns, rows)
    if not runs:
        out.print("No runs")


def show_one(run: RunReport, out: Console) -> None:
    """Print a run for a person: how it ended, what it brought, what it could not get."""
    code = run.exit_code
    meaning = "" if code is None else f" (exit code {code}: {MEANINGS.get(code, 'ended')})"
    took = f", {_took(run.seconds)}" if run.seconds is not None else ""
    for line in (
        f"Run {run.id}: {run.spider}, {moment(run.started_at)}{took}:"
        f" {run.outcome or 'not ended: it is running, or was killed'}{meaning}",
        "arguments: " + (" ".join(f"{n}={v}" for n, v in run.arguments.items()) or "none"),
        f"{run.software}; settings {run.settings_digest or 'not told'}",
        "; ".join(f"{name} {version}" for name, version in (run.versions or {}).items()),
        f"{run.new_articles:,} new, {run.new_revisions:,} revised, {run.unchanged_articles:,}"
        f" unchanged, {run.failures:,} failed; {counted(run.captures, 'capture')},"
        f" {size(run.bytes)}",
    ):
        if line:
            out.print(Text(line))
    show_table(
        out, "Newspapers", ("paper", "site", "outcome", *_HEADS, "bytes", "why"),
        [
            [
                each.paper, each.site, each.outcome or "–",
                *(getattr(each, name) for name in _COUNTS), size(each.bytes), each.reason or "",
            ]
            for each in run.papers
        ],
    )  # fmt: skip
    visits = [
        [role, state, count]
        for role, states in (run.visits or {}).items()
        for state, count in states.items()
    ]
    show_table(out, "Visits", ("of", "ended", "visits"), visits)
    show_table(out, "New stories by source", ("source", "stories"), [list(x) for x in run.sources])
    show_table(out, "New stories", ("title", "url"), [[t, url] for url, t in run.new])
    show_table(out, "Revised stories", ("title", "url"), [[t, url] for url, t in run.revised])
    show_table(
        out, f"Failed, and not archived since; {PROGRAM} retry queues them",
        ("state", "reason", "url"), [[state, why, url] for url, state, why in run.failed],
    )  # fmt: skip


def _what(run: RunReport) -> str:
    wanted = [each.paper for each in run.papers if each.outcome is not None] or [
        each.paper for each in run.papers
    ]
    named = ", ".join(wanted[:3]) + (f" and {len(wanted) - 3} more" if len(wanted) > 3 else "")
    return named if run.spider == "news" and named else f"{run.spider} {named}".strip()


def _took(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
