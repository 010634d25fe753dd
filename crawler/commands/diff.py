"""`scrapy diff`: what a newspaper changed in a story, word by word."""

from __future__ import annotations

import argparse
from dataclasses import fields

from rich.text import Text
from scrapy.commands import ScrapyCommand

from crawler.archive.database import open_for_reading
from crawler.archive.revisions import Revision, revisions_of
from crawler.commands._shared import add_archive_option, archive_folder, console, told
from crawler.errors import MissingError, UsageError
from crawler.urls import normalise
from crawler.history.word_diff import shortened, word_diff

_MARKS = {"same": ("", ""), "removed": ("[-", "-]"), "added": ("{+", "+}")}
_STYLES = {"same": "", "removed": "red strike", "added": "green"}


class Command(ScrapyCommand):
    """Show what changed between two revisions of a story."""

    requires_crawler_process = False

    def syntax(self) -> str:
        """For `scrapy diff -h`."""
        return "URL [-a archive=DIR] [--from N] [--to N] [--whole]"

    def short_desc(self) -> str:
        """For `scrapy -h`."""
        return "Show what a newspaper changed in a story, word by word"

    def long_desc(self) -> str:
        """For `scrapy diff -h`."""
        return (
            "Compares the last two revisions, or those named: [-words taken out-]{+words put"
            " in+}. Exit codes: 0 shown; 2 bad arguments or archive; 7 the story, or that revision,"
            " is not in the archive."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add -a archive=, --from, --to and --whole."""
        super().add_options(parser)
        add_archive_option(parser)
        parser.add_argument("--from", dest="old", type=int, help="number of the older revision")
        parser.add_argument("--to", dest="new", type=int, help="number of the newer one")
        parser.add_argument("--whole", action="store_true", help="show what did not change too")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print the difference."""
        assert self.settings is not None
        with told("diff") as about:
            if len(args) != 1 or (url := normalise(args[0])) is None:
                raise UsageError("name one story by its address: scrapy diff https://…")
            folder = about.archive(
                archive_folder("diff", [], opts.argument, self.settings["ARCHIVE"])
            )
            with open_for_reading(folder) as db:
                revisions = revisions_of(db, url)
            old, new = chosen(revisions, opts.old, opts.new)
        out = console()
        out.print(
            f"{url}: revision {old.number} ({old.captured_at[:16].replace('T', ' ')}) "
            f"to {new.number} ({new.captured_at[:16].replace('T', ' ')}), UTC",
            markup=False,
        )
        for name, text in differences(old, new, whole=opts.whole):
            out.print(f"\n[bold]{name}[/bold]")
            out.print(text, soft_wrap=True)


def chosen(
    revisions: list[Revision], old: int | None, new: int | None
) -> tuple[Revision, Revision]:
    """The revisions with these numbers; the last and the one before where none is named.

    Raises MissingError where there is none, or only one.
    """
    last = revisions[-1].number
    new = last if new is None else new
    old = new - 1 if old is None else old
    by_number = {revision.number: revision for revision in revisions}
    if len(revisions) == 1:
        raise MissingError("the story has one revision only: it was never seen to change")
    for number in (new, old):
        if number not in by_number:
            raise MissingError(f"there is no revision {number}; there are 1 to {last}")
    return by_number[old], by_number[new]


def differences(old: Revision, new: Revision, *, whole: bool) -> list[tuple[str, Text]]:
    """(field, marked text) of each field that differs."""
    found = []
    for each in fields(Revision)[2:]:
        before, after = (str(getattr(r, each.name) or "") for r in (old, new))
        if before == after:
            continue
        text = Text()
        runs = word_diff(before, after)
        for run in runs if whole else shortened(runs):
            opening, closing = _MARKS[run.kind]
            text.append(f"{opening}{run.text}{closing}", style=_STYLES[run.kind])
        found.append((each.name.replace("_", " "), text))
    return found
