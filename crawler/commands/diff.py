"""`scrapy diff`: what a newspaper changed in a story, word by word."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from dataclasses import asdict
from itertools import pairwise
from typing import Any

from crawler.archive.database import open_for_reading
from crawler.archive.histories import has_story
from crawler.archive.revisions import (
    Answer,
    Event,
    Revision,
    answers_apart,
    events_of,
    revisions_of,
)
from crawler.bundled import PROGRAM
from crawler.commands._diff_shown import as_json, show
from crawler.commands._shared import add_archive_option, archive_folder, console, told, with_scheme
from crawler.errors import MissingError, UsageError
from crawler.history.revision_diff import compared
from crawler.text import shown, shown_json
from crawler.urls import normalise
from crawler.verb import Verb


class Command(Verb):
    """Show what changed between two revisions of a story."""

    requires_crawler_process = False

    def syntax(self) -> str:
        """For `scrapy diff -h`."""
        return "URL [-a archive=DIR] [--from N] [--to N] [--all] [--whole] [--json]"

    def short_desc(self) -> str:
        """For `scrapy -h`."""
        return "Show what a newspaper changed in a story, word by word"

    def long_desc(self) -> str:
        """For `scrapy diff -h`."""
        return (
            "Compares the last two revisions, or those named: [-words removed-]{+words added+}."
            " Paragraphs are aligned first: one that only changed its place has moved; one that was"
            " rewritten is shown as removed and added. The last line says how significant the"
            " change is. Exit codes: 0 shown; 2 bad arguments or archive; 7 the story, or that"
            " revision, is not in the archive."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add -a archive=, which revisions, and how they are shown."""
        super().add_options(parser)
        add_archive_option(parser)
        parser.add_argument("--from", dest="old", type=int, help="number of the older revision")
        parser.add_argument("--to", dest="new", type=int, help="number of the newer one")
        parser.add_argument(
            "--all",
            action="store_true",
            help="compare each revision with the one before, oldest first",
        )
        parser.add_argument("--whole", action="store_true", help="also show what did not change")
        parser.add_argument("--json", action="store_true", help="print JSON for programs")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print the difference."""
        assert self.settings is not None
        with told("diff") as about:
            if len(args) != 1 or (url := _address(args[0])) is None:
                raise UsageError(f"name one story by its URL: {PROGRAM} diff https://…")
            folder = about.archive(
                archive_folder("diff", [], opts.argument, self.settings["ARCHIVE"])
            )
            with open_for_reading(folder) as db:
                plain = f"http{url.removeprefix('https')}"
                if "://" not in args[0] and has_story(db.conn, plain):
                    url = plain
                revisions = revisions_of(db, url)
                events = events_of(db, url) if opts.all else []
                apart = answers_apart(db, url)
            pairs = []
            if len(revisions) == 1 and not events and not (opts.all and apart):
                raise MissingError(_only_one(apart))
            if len(revisions) > 1:
                pairs = chosen(revisions, opts.old, opts.new, every=opts.all)
        if opts.json:
            document: dict[str, Any] = {"url": url}
            document["changes"] = [_document(old, new) for old, new in pairs]
            if opts.all:
                document["events"] = [asdict(event) for event in events]
                document["answers_apart"] = [asdict(answer) for answer in apart]
            print(shown_json(json.dumps(document, ensure_ascii=False, indent=2)))
            return
        out = console()
        for number, (old, new) in enumerate(pairs):
            if number:
                out.print("\n")
            out.print(f"{url}: {_header(old, new)}", markup=False, soft_wrap=True)
            show(out, compared(old.state, new.state), whole=opts.whole)
        if events:
            lines = "\n".join(map(_line, events))
            out.print(f"\nEvents:\n{lines}", markup=False, soft_wrap=True)
        if apart and opts.all:
            lines = "\n".join(f"{each.at[:16].replace('T', ' ')} {each.verdict}" for each in apart)
            out.print(
                f"\nResponses that were not the story:\n{lines}", markup=False, soft_wrap=True
            )
        elif apart:
            out.print(f"\n{_apart(apart)}", markup=False, soft_wrap=True)


def _address(text: str) -> str | None:
    """A story's address; that of one that took another's place has a day as its fragment."""
    page, _, day = text.partition("#")
    url = normalise(with_scheme(page))
    return f"{url}#{day}" if url and day else url


def _only_one(apart: list[Answer]) -> str:
    """Why nothing can be compared."""
    if not apart:
        return "the story has only one revision: no visit has seen it change"
    return f"the story has only one revision. {_apart(apart)}"


def _apart(apart: list[Answer]) -> str:
    """How many answers were no state of a story, for a person."""
    counts = Counter(each.verdict for each in apart)
    kinds = ", ".join(f"{verdict} {n}" for verdict, n in counts.most_common())
    return (
        f"{len(apart)} further response{'s' if len(apart) > 1 else ''} from its URL"
        f" {'were' if len(apart) > 1 else 'was'} not the story ({kinds}), which says nothing about"
        " edits; --all lists them"
    )


def _line(event: Event) -> str:
    """An event, for a person."""
    name = "replaced by" if event.successor else event.event.replace("_", " ")
    words = [event.at[:16].replace("T", " "), name]
    reason = None if event.successor else event.reason
    said = [each for each in (reason, event.successor, event.text) if each]
    return shown(" ".join(words) + (f": {'; '.join(said)}" if said else ""))


def chosen(
    revisions: list[Revision], old: int | None, new: int | None, *, every: bool = False
) -> list[tuple[Revision, Revision]]:
    """The revisions with these numbers; the last and the one before where none is named. every:
    each of those between, beside the one before it, from the first on where none is named.

    Raises MissingError where there is none, or only one; UsageError where they are the wrong way
    round.
    """
    last = revisions[-1].number
    new = last if new is None else new
    old = (revisions[0].number if every else new - 1) if old is None else old
    by_number = {revision.number: revision for revision in revisions}
    if len(revisions) == 1:
        raise MissingError(_only_one([]))
    for number in (new, old):
        if number not in by_number:
            raise MissingError(f"there is no revision {number}; there are 1 to {last}")
    if not every:
        return [(by_number[old], by_number[new])]
    if old >= new:
        raise UsageError(f"--all needs --from older than --to, not {old} to {new}")
    return list(pairwise(each for each in revisions if old <= each.number <= new))


def _header(old: Revision, new: Revision) -> str:
    times = [each.captured_at[:16].replace("T", " ") for each in (old, new)]
    return f"revision {old.number} ({times[0]}) to {new.number} ({times[1]}), UTC"


def _document(old: Revision, new: Revision) -> dict[str, Any]:
    return {
        "from": {"number": old.number, "captured_at": old.captured_at},
        "to": {"number": new.number, "captured_at": new.captured_at},
        **as_json(compared(old.state, new.state)),
    }
