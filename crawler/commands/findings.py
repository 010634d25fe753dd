"""`scrapy findings`: what is not as a newspaper's own past has it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path

from rich.console import Console
from rich.text import Text

from crawler.archive.database import open_for_reading, open_for_writing
from crawler.archive.findings import Finding, by_id, findings, mark
from crawler.bundled import PROGRAM
from crawler.commands._shared import (
    add_archive_option,
    archive_folder,
    console,
    host_named,
    must_be_known,
    told,
)
from crawler.errors import MissingError, UsageError
from crawler.text import shown_json
from crawler.verb import Verb

_STYLES = {"error": "bold red", "warning": "yellow", "note": "dim"}
_MARKS = {"seen": "seen", "mute": "muted", "open": "open"}

_LONGEST_NUMBER = 18
"""Digits; what has more is no row of a table."""


class Command(Verb):
    """Show what the monitors found."""

    requires_crawler_process = False

    def syntax(self) -> str:
        """For `scrapy findings -h`."""
        return "[seen ID | mute ID --until DATE | open ID] [ARCHIVE] [--site HOST] [--all] [--json]"

    def short_desc(self) -> str:
        """For `scrapy -h`."""
        return "What is not as a newspaper's past has it: silences, fields that fell away …"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add -a archive=, --site, --all, --until and --json."""
        super().add_options(parser)
        add_archive_option(parser)
        parser.add_argument("--site", help="only those of this newspaper")
        parser.add_argument("--all", action="store_true", help="also those that are over")
        parser.add_argument(
            "--until", metavar="DATE", help="mute: the day from which it is told again"
        )
        parser.add_argument("--json", action="store_true", help="print JSON for programs")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print them, or mark one."""
        assert self.settings is not None
        with told("findings") as about:
            verb = args.pop(0) if args and args[0] in _MARKS else None
            number = _number(args) if verb else 0
            until = _until(verb, opts.until)
            host = host_named(opts.site)
            folder = about.archive(
                archive_folder("findings", args, opts.argument, self.settings["ARCHIVE"])
            )
            if verb:
                _mark(folder, verb, number, until)
                return
            with closing(open_for_reading(folder)) as db:
                must_be_known(db, host)
                found = findings(db.conn, recovered=opts.all, host=host)
        if opts.json:
            document = [_document(each) for each in found]
            print(shown_json(json.dumps(document, ensure_ascii=False, indent=2)))
            return
        out = console()
        show_findings(out, found, whole=True)
        if not found:
            out.print("No findings")


def _number(args: list[str]) -> int:
    word = args.pop(0) if args else ""
    if not word.isascii() or not word.isdigit() or len(word) > _LONGEST_NUMBER:
        raise UsageError(f"name a finding by its number; {PROGRAM} findings lists them")
    return int(word)


def _until(verb: str | None, word: str | None) -> date | None:
    if verb != "mute":
        if word is not None:
            raise UsageError("--until is for mute")
        return None
    try:
        until = date.fromisoformat(word or "")
    except ValueError:
        raise UsageError("mute needs --until DATE, as in --until 2027-01-31") from None
    if until <= datetime.now(UTC).date():
        raise UsageError(f"--until {until} is over; name a day to come")
    return until


def _mark(folder: Path, verb: str, number: int, until: date | None) -> None:
    with closing(open_for_reading(folder)) as db:
        one = by_id(db.conn, number)
    if one is None:
        raise MissingError(f"there is no finding {number}; {PROGRAM} findings lists them")
    if one.state == "recovered":
        raise UsageError(f"finding {number} is over")
    with closing(open_for_writing(folder)) as db, db.atomic():
        mark(db.conn, number, _MARKS[verb], until)
    print(f"{number}: {_MARKS[verb]}{f' until {until}' if until else ''}")


def show_findings(out: Console, found: Sequence[Finding], *, whole: bool = False) -> None:
    """Print findings for a person, worst first. whole: with addresses and what to do."""
    if found and not whole:
        out.print(f"\n[bold]Findings[/bold]; {PROGRAM} findings says what to do")
    if not found:
        return
    from crawler.monitors import advice  # here: where nothing is found, it need not be loaded

    for each in found:
        text = Text()
        text.append(f"{each.id:>4}  {each.level}", style=_STYLES[each.level])
        text.append(f"  {said(each)}")
        out.print(text)
        if whole and each.state != "recovered":
            for line in (*each.urls, advice(each.kind, PROGRAM)):
                out.print(Text(f"      {line}"))


def said(one: Finding) -> str:
    """A finding on one line."""
    from crawler.monitors import sentence

    state = {"muted": f"; muted until {one.muted_until}", "seen": "; seen", "recovered": "; over"}
    return (
        f"{one.site or 'archive'}: {sentence(one.kind, one.subject, one.numbers)}"
        f" (since {one.since}{state.get(one.state, '')})"
    )


def _document(one: Finding) -> dict[str, object]:
    from crawler.monitors import advice, sentence

    return {
        **asdict(one),
        "what": sentence(one.kind, one.subject, one.numbers),
        "advice": advice(one.kind, PROGRAM),
    }
