"""JSON Lines: an object a line, with lists and records inside, and the JSON Schema of that."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, BinaryIO

import msgspec

from crawler.archive.export_tables import Column, Table
from crawler.export.values import Row, moment_text

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def write(out: BinaryIO, table: Table, rows: Iterable[Row]) -> None:
    """Write a table, an object for each row, in UTF-8; null is what is not known. Raises
    OSError."""
    names = [column.name for column in table.columns if column.kind in ("day", "moment")]
    encode = msgspec.json.Encoder().encode
    for row in rows:
        for name in names:
            row[name] = _text(row[name])
        try:
            line = encode(row)
        except UnicodeEncodeError:  # half of a surrogate pair, which UTF-8 has no form for
            line = json.dumps(row, ensure_ascii=False).encode("utf-8", "replace")
        out.write(line + b"\n")


def schema(table: Table) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a line."""
    return {
        "$schema": _DIALECT,
        "title": table.name,
        "description": f"{table.row[0].upper()}{table.row[1:]}.",
        **_object(table.columns, required=table.key),
    }


def _object(columns: Iterable[Column], required: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            column.name: {
                **_kind(column, can_be_missing=column.name not in required),
                "description": column.meaning,
            }
            for column in columns
        },
        "required": [column.name for column in columns],
        "additionalProperties": False,
    }


def _kind(column: Column, *, can_be_missing: bool) -> dict[str, Any]:
    match column.kind:
        case "texts":
            return {"type": "array", "items": {"type": "string"}}
        case "records":
            return {"type": "array", "items": _object(column.fields)}
        case "object":
            return {"type": ["object", "array", "null"]}
    name = {"day": "string", "moment": "string", "text": "string"}.get(column.kind, column.kind)
    made: dict[str, Any] = {"type": [name, "null"] if can_be_missing else name}
    if column.kind in ("day", "moment"):
        made["format"] = "date" if column.kind == "day" else "date-time"
    return made


def _text(value: datetime | date | None) -> str | None:
    if isinstance(value, datetime):
        return moment_text(value)
    return None if value is None else value.isoformat()
