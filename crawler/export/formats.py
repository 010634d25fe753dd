"""The forms that a corpus can have."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import BinaryIO

from crawler.archive.export_tables import (
    CAPTURES,
    LINKS,
    REVISIONS,
    SHARED_LINKS,
    SHARED_STORIES,
    STORIES,
    STORY_CITATIONS,
    STORY_PAGES,
    STORY_TEXTS,
    Table,
)
from crawler.export.source import Source
from crawler.export.values import flat

_ALL = (STORIES, REVISIONS, LINKS, CAPTURES)


@dataclass(frozen=True, slots=True)
class Options:
    """What one may ask of a form."""

    raw: bool = False
    """CSV: text that a spreadsheet would take for a formula stays as it is."""
    excel: bool = False
    """CSV: begin with a byte order mark."""


@dataclass(frozen=True, slots=True)
class Format:
    """A form of a corpus."""

    name: str
    """As it is typed."""
    endings: tuple[str, ...]
    """Of names of files; the first is that of a data set's own."""
    media_type: str
    tables: tuple[Table, ...]
    """What it can hold, with the columns that it has."""
    write: Callable[[BinaryIO, Source, Table, Options], None] | None
    """Writes a table into one file; None: it takes a folder."""
    fill: Callable[[Path, Source, Table, Options], None] | None = None
    """Writes a table into a folder; None: as one file of it, named after the table."""
    always: tuple[str, ...] = ()
    """Tables that others of it point to: they are in it whatever is asked for."""
    has_columns: bool = True
    """Whether its files have the columns of its tables; else they are texts made of them."""
    beside: Callable[[Path, Table], None] | None = None
    """Writes what else a data set has of a table, into the same folder."""
    write_all: Callable[[BinaryIO, Source, tuple[Table, ...], Options], None] | None = None
    """Writes several tables into one file, `data/stories` in a data set."""
    usual: tuple[str, ...] = ("stories",)
    """The tables that it has where none is asked for."""

    def table(self, name: str) -> Table | None:
        """The table of that name as this form has it; None where it has none such."""
        return next((table for table in self.tables if table.name == name), None)


def _csv(out: BinaryIO, source: Source, table: Table, options: Options) -> None:
    write = import_module("crawler.export.csv_file").write
    write(out, table, source.rows(table), raw=options.raw, excel=options.excel)


def _jsonl(out: BinaryIO, source: Source, table: Table, options: Options) -> None:
    import_module("crawler.export.jsonl").write(out, table, source.rows(table))


def _json_schema(folder: Path, table: Table) -> None:
    schema = import_module("crawler.export.jsonl").schema(table)
    text = json.dumps(schema, ensure_ascii=False, indent=2)
    (folder / f"{table.name}.schema.json").write_text(f"{text}\n", encoding="utf-8")


def _parquet(out: BinaryIO, source: Source, table: Table, options: Options) -> None:
    import_module("crawler.export.parquet").write(out, table, source.rows(table))


def _partitions(folder: Path, source: Source, table: Table, options: Options) -> None:
    write = import_module("crawler.export.parquet").write_partitions
    write(folder / table.name, table, source.months(table))


def _sqlite(out: BinaryIO, source: Source, table: Table, options: Options) -> None:
    _sqlite_of_all(out, source, (table,), options)


def _sqlite_of_all(
    out: BinaryIO, source: Source, tables: tuple[Table, ...], options: Options
) -> None:
    import_module("crawler.export.sqlite_file").write(out, tables, source.rows)


def _datasette(folder: Path, table: Table) -> None:
    told = import_module("crawler.export.sqlite_file").metadata(folder / "stories.db")
    text = json.dumps(told, ensure_ascii=False, indent=2)
    (folder / "metadata.json").write_text(f"{text}\n", encoding="utf-8")


def _markdown(folder: Path, source: Source, table: Table, options: Options) -> None:
    import_module("crawler.export.markdown").write(folder / table.name, source.rows(table))


def _bibtex(out: BinaryIO, source: Source, table: Table, options: Options) -> None:
    import_module("crawler.export.citations").write_bibtex(out, source.rows(table))


def _csl(out: BinaryIO, source: Source, table: Table, options: Options) -> None:
    import_module("crawler.export.citations").write_csl(out, source.rows(table))


def _slim(table: Table) -> Table:
    """A table of a SQLite file: links are a table of their own, and how each value was found is for
    programs that read JSON Lines."""
    return replace(
        table, columns=tuple(c for c in table.columns if c.name not in ("links", "sources"))
    )


_SHARED = (SHARED_STORIES, _slim(REVISIONS), SHARED_LINKS, CAPTURES)


def _tei(out: BinaryIO, source: Source, table: Table, options: Options) -> None:
    import_module("crawler.export.tei").write(out, FORMATS["tei"], table, source)


# Each is loaded when it is asked for: Arrow alone takes longer than all the rest of a verb.
FORMATS = {
    each.name: each
    for each in (
        Format("csv", (".csv",), "text/csv", tuple(map(flat, _ALL)), _csv),
        Format(
            "jsonl", (".jsonl", ".ndjson"), "application/jsonl", _ALL, _jsonl,
            beside=_json_schema,
        ),
        Format(
            "parquet", (".parquet",), "application/vnd.apache.parquet", _ALL, _parquet,
            fill=_partitions,
        ),
        Format(
            "sqlite", (".db", ".sqlite", ".sqlite3"), "application/vnd.sqlite3",
            _SHARED, _sqlite, beside=_datasette, write_all=_sqlite_of_all,
            usual=("stories", "links"), always=("stories",),
        ),
        Format(
            "markdown", (".md",), "text/markdown", (STORY_PAGES,), None, fill=_markdown,
            has_columns=False,
        ),
        Format(
            "bibtex", (".bib",), "application/x-bibtex", (STORY_CITATIONS,), _bibtex,
            has_columns=False,
        ),
        Format(
            "csl", (".json",), "application/vnd.citationstyles.csl+json", (STORY_CITATIONS,), _csl,
            has_columns=False,
        ),
        Format("tei", (".xml",), "application/tei+xml", (STORY_TEXTS,), _tei, has_columns=False),
    )
}  # fmt: skip
