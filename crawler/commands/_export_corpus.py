"""`scrapy export`: stories of an archive as a corpus."""

from __future__ import annotations

import argparse
import re
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from crawler import __version__
from crawler.archive import exported
from crawler.archive.database import open_for_reading
from crawler.archive.export_facts import facts, reserved
from crawler.archive.export_tables import CAPTURES, Table
from crawler.archive.stoppable import stoppable
from crawler.commands._narrowing import narrowed
from crawler.commands._output import opened, refuse_own_files
from crawler.commands._progress import rows_bar
from crawler.commands._shared import About, must_be_known, say
from crawler.counted import counted
from crawler.errors import MissingError, UsageError
from crawler.export import card, dataset
from crawler.export.formats import FORMATS, Format, Options
from crawler.export.rights import terms
from crawler.export.source import Source
from crawler.reservations import TERMS
from crawler.search import Query, parse
from crawler.text import shown_line

CORPUS_OPTIONS = (
    "since", "until", "author", "section", "tag", "lang", "query", "sql", "table", "respect", "raw",
    "excel",
)  # fmt: skip
"""Those that a corpus alone takes."""
_MOST_SQL = 1 << 20


def add_corpus_options(parser: argparse.ArgumentParser) -> None:
    """Add which stories, and in what form."""
    parser.add_argument("--query", metavar="WORDS", help="only stories that a search finds")
    parser.add_argument(
        "--sql", metavar="FILE",
        help="only stories that this SELECT names, in a column article_id, id or url",
    )  # fmt: skip
    parser.add_argument(
        "--table", metavar="NAME",
        help="stories (default), revisions, links, captures; of a data set several, with commas",
    )  # fmt: skip
    parser.add_argument(
        "--respect", metavar="TERMS",
        help="leave out stories that reserve this: tdm, noarchive, train-ai …, with commas",
    )  # fmt: skip
    parser.add_argument(
        "--raw", action="store_true", help="CSV: leave text as it is that looks like a formula"
    )
    parser.add_argument(
        "--excel", action="store_true", help="CSV: begin with a byte order mark, for Excel"
    )


def corpus(form: Format, folder: Path, about: About, opts: argparse.Namespace) -> None:
    """Write stories and say how many. Raises HemerotecaError, sqlite3.Error."""
    if (opts.raw or opts.excel) and form.name != "csv":
        raise UsageError("--raw and --excel are for csv")
    options = Options(raw=opts.raw, excel=opts.excel)
    path = _path(form, opts.output)
    tables = _tables(form, opts.table)
    if path is None and len(tables) > 1 and form.write_all is None:
        raise UsageError("one file holds one table: name a folder with -o, or one table")
    query = narrowed(parse(opts.query or ""), opts)
    sql = None if opts.sql is None else _sql(opts.sql)
    with closing(open_for_reading(about.archive(folder))) as db:
        db.conn.execute("BEGIN")  # it is of one moment, also beside a crawl
        must_be_known(db, next((f.value for f in query.filters if f.field == "site"), None))
        exported.look_with(db.conn, terms)
        respect = _words("--respect", opts.respect)
        with stoppable(db.conn):  # a query of the user's own may have no end
            left_out = _chosen(db.conn, query, sql, respect)
        if CAPTURES.name in {table.name for table in tables}:
            site = next((f.value for f in query.filters if f.field == "site"), None)
            whole = sql is None and not respect and _is_whole(query)
            exported.choose_captures(db.conn, site, whole=whole)
        with rows_bar("export") as tell:
            source = Source(db.conn, tell, tuple(_selection(query, opts)))
            if path is None:
                with opened(opts.output, folder) as out:
                    assert form.write is not None
                    if form.write_all is not None:
                        form.write_all(out, source, tables, options)
                    else:
                        form.write(out, source, tables[0], options)
            else:
                refuse_own_files(str(path), folder)
                told_of = _Card(form, source, left_out)
                dataset.write(path, form, tables, source, options, told_of.write)
    said = ", ".join(_rows(name, number) for name, number in source.written.items())
    where = f" in {opts.output}" if opts.output not in (None, "-") else ""
    print(f"{said}{where}", file=sys.stderr)
    for term, number in left_out:
        if number:
            stories = counted(number, "story is", "stories are")
            print(f"{stories} left out that reserve {term}", file=sys.stderr)


def _chosen(
    connection: sqlite3.Connection, query: Query, sql: str | None, wanted: tuple[str, ...]
) -> tuple[tuple[str, int], ...]:
    """Choose the stories; what was left out for being reserved. Raises MissingError where none is
    left."""
    number, notes = exported.choose(connection, query, sql)
    for note in notes:
        say(shown_line(note))
    for term in wanted:
        if term not in TERMS and term not in dict(reserved(connection)):
            raise UsageError(
                f"--respect {term}: nobody can reserve that; there are {', '.join(sorted(TERMS))}"
            )
    left_out = tuple((term, exported.leave_out(connection, term)) for term in wanted)
    if number == sum(stories for _, stories in left_out):
        why = "all that is asked for is reserved" if left_out and number else "it has none such"
        raise MissingError(f"the archive has no stories to export: {why}")
    return left_out


def _words(option: str, typed: str | None) -> tuple[str, ...]:
    """What an option names with commas, each once. Raises UsageError where it names nothing."""
    if typed is None:
        return ()
    words = [word.strip().lower() for word in typed.split(",")]
    if not all(words):
        raise UsageError(f"{option} {typed!r} names nothing; write words with commas between them")
    return tuple(dict.fromkeys(words))


class _Card:
    """Writes the card of a data set."""

    def __init__(self, form: Format, source: Source, left_out: tuple[tuple[str, int], ...]) -> None:
        self._form, self._source, self._left_out = form, source, left_out

    def write(self, folder: Path, tables: tuple[dataset.HeldTable, ...]) -> None:
        connection = self._source.connection
        told = card.About(
            name="", form=self._form, tables=tables, facts=facts(connection),
            selection=self._source.selection, reserved=reserved(connection),
            left_out=self._left_out,
            software=f"Hemeroteca {__version__}",
        )  # fmt: skip
        card.write(folder, replace(told, name=_slug(told.title, self._form.name)))


def _selection(query: Query, opts: argparse.Namespace) -> Iterator[str]:
    for each in query.filters:
        yield f"{'not ' if each.negated else ''}{each.field} {each.value}"
    if query.since:
        yield f"published from {query.since}"
    if query.before:
        yield f"published before {query.before}"
    if opts.query:
        yield f"found by a search for {opts.query}"
    if opts.sql:
        yield "named by a query in SQL"
    if opts.respect:
        yield f"without what reserves {opts.respect}"


def _is_whole(query: Query) -> bool:
    """Whether it means all there is, or all of one newspaper."""
    return (
        replace(query, filters=()).is_empty
        and len(query.filters) <= 1
        and all(each.field == "site" and not each.negated for each in query.filters)
    )


def _path(form: Format, output: str | None) -> Path | None:
    """The folder of a data set; None: one table is written to a file or to standard output."""
    if output is None or output == "-":
        if form.write is None:
            raise UsageError(f"{form.name} takes a folder: name it with -o")
        return None
    path = Path(output)
    is_device = path.exists() and not path.is_dir() and not path.is_file()
    if form.write is not None and not output.endswith("/") and (
        is_device or path.suffix.lower() in form.endings
    ) and not path.is_dir():  # fmt: skip
        return None
    if path.suffix.lower() in {e for other in FORMATS.values() for e in other.endings}:
        file = f"a file that ends in {' or '.join(form.endings)}, or to "
        raise UsageError(
            f"-o {output}: {form.name} is written to {file if form.write else ''}a folder"
        )
    return path


def _tables(form: Format, names: str | None) -> tuple[Table, ...]:
    found = []
    asked = _words("--table", names) or form.usual
    for name in dict.fromkeys((*form.always, *asked)):
        table = form.table(name)
        if table is None:
            there = ", ".join(each.name for each in form.tables)
            raise UsageError(f"--table {name}: {form.name} has {there}")
        found.append(table)
    return tuple(found)


def _sql(name: str) -> str:
    try:
        with sys.stdin if name == "-" else Path(name).open(encoding="utf-8-sig") as file:
            text = file.read(_MOST_SQL + 1)
    except UnicodeDecodeError:
        raise UsageError(f"--sql {name} is not text in UTF-8") from None
    except OSError as error:
        raise UsageError(f"--sql {name} cannot be read ({error.strerror})") from error
    if len(text) > _MOST_SQL:
        raise UsageError(f"--sql {name} is longer than any query should be")
    return text


def _slug(title: str, form: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", f"{title} {form}".lower()).strip("-")


def _rows(name: str, number: int) -> str:
    one = {"stories": "story"}.get(name, name.removesuffix("s"))
    return counted(number, one, name)
