"""`scrapy search`: the stories that somebody looks for."""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from crawler.archive.database import open_for_reading
from crawler.archive.searching import Found, Hit, Order, search
from crawler.bundled import PROGRAM
from crawler.commands._narrowing import add_narrowing, narrowed
from crawler.commands._shared import (
    archive_folder,
    console,
    each_once,
    say,
    told,
    typed,
)
from crawler.counted import number_typed
from crawler.errors import MissingError, UsageError
from crawler.search import Pieces, Query, parse, parse_raw
from crawler.text import shown_json, shown_line
from crawler.verb import Verb

_MOST = 1_000
"""Stories that `--limit` may ask for: more are for SQL, or for the API."""

_SECONDS = 5.0
"""In a terminal one waits longer for the best than at a page."""
_ORDERS = {"rank": "best first", "date": "newest first", "archived": "last archived first"}


class Command(Verb):
    """Find stories by their words."""

    requires_crawler_process = False

    def syntax(self) -> str:
        """For `scrapy search -h`."""
        return '"WORDS" [-a archive=DIR …] [--site HOST] [--since DATE] [--until DATE] [--json]'

    def short_desc(self) -> str:
        """For `scrapy -h`."""
        return "Find stories by words, phrases, author, section, tag, date"

    def long_desc(self) -> str:
        """For `scrapy search -h`."""
        return (
            "WORDS are looked for in headline, standfirst and text, in any of their forms:"
            ' rivers finds river. "town hall" is that phrase, -mill excludes, OR joins,'
            " NEAR(river bridge, 10) finds both near one another, flood* what begins so;"
            " author:, section:, tag:, site:, lang:, before:, after:, edited:yes narrow it down."
            " No words: all stories, newest first. Exit codes: 0 done, also where nothing is found;"
            " 2 bad arguments or archive; 7 no archive has such a newspaper."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add what narrows a search down, and how its hits are shown."""
        super().add_options(parser)
        parser.add_argument(
            "-a", dest="arguments", action="append", default=[], metavar="archive=DIR",
            help="the archive's folder; several times for several archives",
        )  # fmt: skip
        add_narrowing(parser)
        parser.add_argument(
            "--sort", choices=("rank", "date"), default="rank",
            help="best first (default), or newest first",
        )  # fmt: skip
        parser.add_argument("--limit", metavar="N", default="20", help="stories; default: 20")
        parser.add_argument("--json", action="store_true", help="print JSON for programs")
        parser.add_argument(
            "--fts", action="store_true", help="WORDS are in the syntax of SQLite's FTS5"
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print what is found."""
        assert self.settings is not None
        with told("search") as about:
            query, limit = asked(args, opts), _number(opts.limit)
            folders = each_once(
                archive_folder("search", [], argument, self.settings["ARCHIVE"])
                for argument in opts.arguments or [None]
            )
            found: list[tuple[Path, Found]] = []
            for folder in folders:
                with closing(open_for_reading(about.archive(folder))) as db:
                    found.append((folder, _search(db.conn, query, opts.sort, limit)))
            refuse_unknown([page for _, page in found], "--site " if opts.site else "site:")
            if opts.json:
                print(shown_json(json.dumps(document(query, found), ensure_ascii=False, indent=2)))
            else:
                for folder, page in found:
                    show(page, console(), folder if len(found) > 1 else None)
            sys.stdout.flush()  # here it is told if nobody reads any more


def _search(connection: sqlite3.Connection, query: Query, order: Order, limit: int) -> Found:
    connection.execute("BEGIN")  # count and hits are of one moment, also beside a crawl
    return search(connection, query, order=order, limit=limit, seconds=_SECONDS)


def asked(args: list[str], opts: argparse.Namespace) -> Query:
    """What words and options ask for. Raises UsageError."""
    text = " ".join(args)
    query = parse_raw(text) if opts.fts else parse(text)
    return narrowed(query, opts)


def _number(word: str) -> int:
    number = number_typed(word, most=_MOST)
    if number is None:
        raise UsageError(f"--limit {word} must be a number from 1 to {_MOST:,}")
    return number


def refuse_unknown(pages: list[Found], typed_as: str) -> None:
    """Raise MissingError where a newspaper was asked for that no archive has."""
    for site in pages[0].unknown_sites:
        if all(site in page.unknown_sites for page in pages):
            raise MissingError(
                f"{typed_as}{site}: the archive has no such newspaper; {PROGRAM} status lists them"
            )


def show(page: Found, out: Console, folder: Path | None) -> None:
    """Print a page of hits for a person. folder: of the archive, where there are several."""
    if folder is not None:
        out.print(Text(f"{typed(folder)}:", style="dim"))
    for note in page.notes:
        say(shown_line(note))
    for hit in page.hits:
        out.print(_text(hit.title, "bold"), soft_wrap=True)
        day = hit.published_day or (hit.published_at or "no date")[:10]
        parts = [day, hit.site, hit.section, hit.authors]
        out.print(
            Text(shown_line(" · ".join(part for part in parts if part)), style="dim"),
            soft_wrap=True,
        )
        if hit.snippet:
            out.print(_text(hit.snippet), soft_wrap=True)
        out.print(Text(shown_line(hit.url), style="blue"), soft_wrap=True)
        out.print()
    out.print(_counted(page))


def _counted(page: Found) -> str:
    if not page.total and not page.is_at_least:
        return "No story found."
    stories = "story" if page.total == 1 else "stories"
    number = f"{page.total:,} {stories}" if not page.is_at_least else f"More than {page.total:,}"
    shown = f", {len(page.hits):,} shown" if page.next else ""
    return f"{number} found{shown}, {_ORDERS[page.order]}."


def _text(pieces: Pieces, style: str = "") -> Text:
    text = Text(style=style)
    for piece, is_hit in pieces:
        text.append(piece.replace("\n", " "), style="bold yellow" if is_hit else "")
    return text


def document(query: Query, found: list[tuple[Path, Found]]) -> dict[str, Any]:
    """The same for programs."""
    archives = [
        {
            "archive": str(folder),
            "total": page.total,
            "total_is_at_least": page.is_at_least,
            "order": page.order,
            "notes": page.notes,
            "hits": [_hit(hit) for hit in page.hits],
        }
        for folder, page in found
    ]
    return {"query": query.text, **archives[0]} if len(found) == 1 else {
        "query": query.text, "archives": archives,
    }  # fmt: skip


def _hit(hit: Hit) -> dict[str, Any]:
    return {
        "id": hit.id, "url": hit.url, "title": _plain(hit.title), "site": hit.site,
        "published_at": hit.published_at, "published_day": hit.published_day,
        "authors": hit.authors, "section": hit.section, "language": hit.language,
        "read_time_minutes": hit.read_time_minutes, "snippet": _plain(hit.snippet),
        "found": sorted({piece for piece, is_hit in (*hit.title, *hit.snippet) if is_hit}),
    }  # fmt: skip


def _plain(pieces: Pieces) -> str:
    return "".join(piece for piece, _ in pieces)
