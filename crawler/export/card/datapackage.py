"""The data set as a Data Package, version 2 (https://datapackage.org/standard/data-package/)."""

from __future__ import annotations

from typing import Any

from crawler.archive.export_tables import Column, Kind, Table
from crawler.export.card.about import COVERAGE, About
from crawler.export.dataset import HeldTable

_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
_SCHEMA = "https://datapackage.org/profiles/2.0/tableschema.json"
_TABLES = ("csv", "jsonl")
"""Forms that the standard knows how to read as tables."""
_TYPES: dict[Kind, str] = {
    "text": "string", "integer": "integer", "number": "number", "boolean": "boolean", "day": "date",
    "moment": "datetime", "texts": "array", "records": "array", "object": "any",
}  # fmt: skip
_COVERAGE = {
    "name": "coverage",
    "type": "table",
    "path": COVERAGE,
    "title": "stories by newspaper and month of publication, where the page tells it",
    "format": "csv",
    "mediatype": "text/csv",
    "encoding": "utf-8",
    "dialect": {"lineTerminator": "\r\n"},
    "schema": {
        "$schema": _SCHEMA,
        "fields": [
            {"name": "site", "type": "string", "description": "Host of the newspaper."},
            {"name": "month", "type": "yearmonth", "description": "Month of publication."},
            {"name": "stories", "type": "integer", "description": "Stories of that month."},
        ],
        "primaryKey": ["site", "month"],
    },
}


def descriptor(about: About) -> dict[str, Any]:
    """`datapackage.json`. Tables of many files are not among its resources: the standard has no
    pattern of paths, and columns that are in the names of folders it does not know."""
    files: dict[str, list[HeldTable]] = {}
    for each in about.tables:
        if each.file is not None:
            files.setdefault(each.file.path, []).append(each)
    return {
        "$schema": _PROFILE,
        "name": about.name,
        "title": about.title,
        "description": f"{about.description} {about.license}",
        "version": about.version,
        "created": about.facts.last_capture,
        "contributors": [
            {"title": paper.host, "path": paper.home_url, "roles": ["author"]}
            for paper in about.facts.papers
        ],
        "sources": [{"title": paper.host, "path": paper.home_url} for paper in about.facts.papers],
        "resources": [
            *(_resource(about, held) for held in files.values()),
            _COVERAGE,
        ],
    }


def _resource(about: About, tables: list[HeldTable]) -> dict[str, Any]:
    """A file, with the tables that are in it."""
    held = tables[0]
    assert held.file is not None
    made: dict[str, Any] = {
        "name": held.table.name,
        "path": held.file.path,
        "title": "; ".join(each.table.row for each in tables),
        "format": about.form.name,
        "mediatype": about.form.media_type,
        "bytes": held.file.bytes,
        "hash": f"sha256:{held.file.sha256}",
    }
    if about.form.name not in _TABLES:
        return made
    made |= {"type": "table", "encoding": "utf-8", "schema": _schema(held.table)}
    if about.form.name == "csv":
        made["dialect"] = {"lineTerminator": "\r\n"}
    return made


def _schema(table: Table) -> dict[str, Any]:
    made: dict[str, Any] = {
        "$schema": _SCHEMA, "fields": [_field(column) for column in table.columns],
    }  # fmt: skip
    if table.key:
        made["primaryKey"] = list(table.key)
    return made


def _field(column: Column) -> dict[str, Any]:
    return {
        "name": column.name, "type": _TYPES[column.kind], "description": column.meaning,
    }  # fmt: skip
