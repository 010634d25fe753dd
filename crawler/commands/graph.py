"""`scrapy graph`: the linked stories as a graph for other programs."""

from __future__ import annotations

import argparse
import io
import re
import shlex
import sys
from datetime import date
from pathlib import PurePath
from typing import BinaryIO, cast

from crawler.archive.database import open_for_reading
from crawler.archive.graph import Export, Selection
from crawler.commands._output import opened
from crawler.commands._shared import (
    add_archive_option,
    archive_folder,
    host_named,
    must_be_known,
    told,
)
from crawler.counted import counted
from crawler.errors import UsageError
from crawler.graph_files import write_csv, write_graphml
from crawler.items import RELATIONS, Relation
from crawler.verb import Verb

_FORMATS = {".graphml": "graphml", ".xml": "graphml", ".csv": "csv"}
"""File extension → format."""
_DATE = re.compile(r"\d{4}(?:-\d\d){0,2}")


class Command(Verb):
    """Export which story points to which."""

    requires_crawler_process = False

    def syntax(self) -> str:
        """For `scrapy graph -h`."""
        return "[ARCHIVE] [--format graphml|csv] [--site HOST] [--relation R] [-o FILE]"

    def short_desc(self) -> str:
        """For `scrapy -h`."""
        return "Export the graph of linked stories for Gephi, NetworkX and others"

    def long_desc(self) -> str:
        """For `scrapy graph -h`."""
        return (
            "Write the links between stories: as GraphML, with a node for every story, archived or "
            "missing, or as CSV, with one link per row. Exit codes: 0 done; 2 bad arguments "
            "or archive; 7 the archive has no such newspaper."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add what to take, how to write it, and where."""
        super().add_options(parser)
        add_archive_option(parser)
        parser.add_argument(
            "--format", choices=("graphml", "csv"), default=None,
            help="default: by FILE's extension, else graphml",
        )  # fmt: skip
        parser.add_argument("--site", metavar="HOST", help="only links on this newspaper's pages")
        parser.add_argument(
            "--relation", action="append", default=[], metavar="R[,R…]",
            help=f"only these relations: {', '.join(RELATIONS)}",
        )  # fmt: skip
        for name, which in (("since", "from"), ("until", "up to")):
            parser.add_argument(
                f"--{name}", metavar="DATE",
                help=f"only links of stories published {which} this day, month or year",
            )  # fmt: skip
        parser.add_argument(
            "--raw", action="store_true",
            help="csv: leave page text unchanged; default: escaped for spreadsheets and terminals",
        )  # fmt: skip
        parser.add_argument("-o", dest="output", metavar="FILE", help="default: standard output")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Write the graph."""
        assert self.settings is not None
        with told("graph") as about:
            selection = selected(opts)
            folder = archive_folder("graph", args, opts.argument, self.settings["ARCHIVE"])
            form = chosen_format(opts.format, opts.output)
            with open_for_reading(about.archive(folder)) as db:
                must_be_known(db, selection.site)
                export = Export(db, selection)
                with opened(opts.output, folder) as out:
                    said = write(export, out, form, raw=opts.raw)
        print(f"{said}{f' in {opts.output}' if opts.output else ''}", file=sys.stderr)


def selected(opts: argparse.Namespace) -> Selection:
    """What the options ask for. Raises UsageError."""
    relations = [r for given in opts.relation for r in given.replace(" ", "").split(",") if r]
    for relation in relations:
        if relation not in RELATIONS:
            raise UsageError(f"--relation {relation} is not one of {', '.join(RELATIONS)}")
    for name in ("since", "until"):
        value = getattr(opts, name)
        if value is not None and not _is_date(value):
            raise UsageError(f"--{name} {value} is not a date: YYYY, YYYY-MM or YYYY-MM-DD")
    site = host_named(opts.site)
    return Selection(site, cast("tuple[Relation, ...]", tuple(relations)), opts.since, opts.until)


def chosen_format(asked: str | None, output: str | None) -> str:
    """graphml or csv: as asked for, or as the file's name says; graphml where neither does. Raises
    UsageError where the name says anything else.

    >>> chosen_format(None, "links.CSV"), chosen_format(None, None), chosen_format("csv", "x.txt")
    ('csv', 'graphml', 'csv')
    """
    suffix = PurePath(output or "").suffix.lower()
    if asked is not None or not suffix:
        return asked or "graphml"
    if suffix not in _FORMATS:
        raise UsageError(
            f"-o {shlex.quote(output or '')}: a graph is written as {', '.join(_FORMATS)};"
            " --format says which under any other name"
        )
    return _FORMATS[suffix]


def write(export: Export, out: BinaryIO, form: str, *, raw: bool = False) -> str:
    """Write a graph; returns what was written, in words. raw: as `write_csv` takes it. Raises
    OSError."""
    if form == "csv":
        text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=False)
        links = write_csv(export.edges(), text, raw=raw)
        text.flush()
        text.detach()
        return counted(links, "link")
    stories, links = write_graphml(export.nodes(), export.arcs(), out)
    return f"{counted(stories, 'story', 'stories')}, {counted(links, 'link')}"


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat((text + "-01-01")[:10])
    except ValueError:
        return False
    return True
