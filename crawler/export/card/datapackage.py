"""The data set as a Data Package, version 2 (https://datapackage.org/standard/data-package/)."""

from __future__ import annotations

from typing import Any

from crawler.archive.export_tables import Column, Kind
from crawler.export.card.about import LICENSE, About
from crawler.export.dataset import HeldTable

_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
_TYPES: dict[Kind, str] = {
    "text": "string", "integer": "integer", "number": "number", "boolean": "boolean", "day": "date",
    "moment": "datetime", "texts": "array", "records": "array", "object": "any",
}  # fmt: skip


def descriptor(about: About) -> dict[str, Any]:
    """`datapackage.json`. Tables whose files are many are named by their folder's digests alone:
    the standard has no pattern of paths."""
    return {
        "$schema": _PROFILE,
        "name": about.name,
        "title": about.title,
        "description": f"{about.description} {LICENSE}",
        "version": about.version,
        "created": about.facts.last_capture,
        "contributors": [
            {"title": paper.host, "path": paper.home_url, "roles": ["author"]}
            for paper in about.facts.papers
        ],
        "sources": [{"title": paper.host, "path": paper.home_url} for paper in about.facts.papers],
        "resources": [_resource(about, each) for each in about.tables if each.file is not None],
    }


def _resource(about: About, held: HeldTable) -> dict[str, Any]:
    assert held.file is not None
    made = {
        "name": held.table.name,
        "type": "table",
        "path": held.file.path,
        "title": held.table.row,
        "format": about.form.name,
        "mediatype": about.form.media_type,
        "encoding": "utf-8",
        "bytes": held.file.bytes,
        "hash": f"sha256:{held.file.sha256}",
        "schema": {
            "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
            "fields": [_field(column) for column in held.table.columns],
            "primaryKey": list(held.table.key),
        },
    }
    if about.form.name == "csv":
        made["dialect"] = {"lineTerminator": "\r\n"}
    return made


def _field(column: Column) -> dict[str, Any]:
    return {
        "name": column.name, "type": _TYPES[column.kind], "description": column.meaning,
    }  # fmt: skip
