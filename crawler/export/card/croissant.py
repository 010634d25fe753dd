"""The data set as Croissant 1.1 tells it (https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html)."""

from __future__ import annotations

from typing import Any

from crawler.archive.export_tables import Column, Kind
from crawler.export.card.about import About
from crawler.export.dataset import DATA, DIGESTS, HeldTable

_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "arrayShape": "cr:arrayShape",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_TYPES: dict[Kind, str] = {
    "text": "sc:Text", "texts": "sc:Text", "object": "sc:Text", "records": "sc:Text",
    "integer": "sc:Integer", "number": "sc:Float", "boolean": "sc:Boolean", "day": "sc:Date",
    "moment": "sc:DateTime",
}  # fmt: skip
_TOLD = {"published_at", "modified_at"}
"""Dates as pages tell them: ISO 8601 of any exactness. Pandas, by which Croissant's reader reads
JSON Lines, takes columns with such names for dates whatever they are said to be."""
_READABLE = {
    "csv": "text/csv", "jsonl": "application/jsonlines", "parquet": "application/x-parquet",
}  # fmt: skip
"""Forms that a reader of Croissant can take columns out of, by the names that Croissant has for
their media types (they are not the registered ones); others are told of as files."""


def document(about: About) -> dict[str, Any]:
    """`croissant.json`."""
    made = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": about.name,
        "alternateName": about.title,
        "description": about.description,
        "license": about.license,
        "citeAs": about.citation,
        "version": about.version,
        "dateCreated": about.facts.first_capture,
        "datePublished": about.facts.last_capture,
        "dateModified": about.facts.last_capture,
        "inLanguage": [language for language, _ in about.facts.languages],
        "creator": [
            {"@type": "sc:Organization", "name": paper.host, "url": paper.home_url}
            for paper in about.facts.papers
        ],
        "isLiveDataset": False,
        "distribution": _distribution(about),
    }
    if about.form.name in _READABLE:
        made["recordSet"] = [_records(about, held) for held in about.tables]
    return made


def _distribution(about: About) -> list[dict[str, Any]]:
    parts: dict[str, dict[str, Any]] = {}
    for held in about.tables:
        part = _part(about, held)
        there = parts.setdefault(part.get("contentUrl", part["@id"]), part)
        if there is not part:  # several tables in one file
            there["description"] += f" {part['description']}"
    return list(parts.values())


def _part(about: About, held: HeldTable) -> dict[str, Any]:
    rows = f"{held.rows:,} rows: each is {held.table.row}."
    media_type = _READABLE.get(about.form.name, about.form.media_type)
    if held.file is None:
        return {
            "@type": "cr:FileSet",
            "@id": _id(held),
            "name": held.table.name,
            "description": f"{rows} {held.files:,} files, whose SHA-256 is in {DIGESTS}.",
            "encodingFormat": media_type,
            "includes": f"{DATA}/{held.table.name}/**/*{about.form.endings[0]}",
        }
    return {
        "@type": "cr:FileObject",
        "@id": _id(held),
        "name": held.file.path.rpartition("/")[2],
        "description": rows,
        "contentUrl": held.file.path,
        "encodingFormat": media_type,
        "contentSize": f"{held.file.bytes} B",
        "sha256": held.file.sha256,
    }


def _records(about: About, held: HeldTable) -> dict[str, Any]:
    name = held.table.name
    columns = [column for column in held.table.columns if _can_be_read(about, held, column)]
    made = {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": f"{held.table.row[0].upper()}{held.table.row[1:]}.",
        "field": [_field(about, held, column) for column in columns],
    }
    if held.table.key:
        made["key"] = [{"@id": f"{name}/{key}"} for key in held.table.key]
    return made


def _can_be_read(about: About, held: HeldTable, column: Column) -> bool:
    """Whether readers of Croissant know what to do with a column: lists of records they do not, and
    what is in the names of folders is in no file."""
    if column.kind == "records" or (column.kind == "object" and about.form.name == "jsonl"):
        return False
    return held.file is not None or column.name != "site"


def _field(about: About, held: HeldTable, column: Column) -> dict[str, Any]:
    where = "fileSet" if held.file is None else "fileObject"
    made: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{held.table.name}/{column.name}",
        "name": column.name,
        "description": column.meaning,
        "dataType": "sc:DateTime" if column.name in _TOLD else _TYPES[column.kind],
        "source": {where: {"@id": _id(held)}, "extract": {"column": column.name}},
    }
    if column.kind == "texts" and about.form.name != "csv":
        made |= {"isArray": True, "arrayShape": "-1"}
    return made


def _id(held: HeldTable) -> str:
    return f"{held.table.name}-files" if held.file is None else f"{held.table.name}-file"
