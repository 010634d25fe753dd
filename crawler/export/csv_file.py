"""Comma-separated values, RFC 4180, UTF-8, that a spreadsheet opens without running anything."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, BinaryIO

from crawler.archive.export_tables import Table
from crawler.export.values import Row, moment_text

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How a text begins that spreadsheets take for a formula (OWASP, CSV injection), also in the full
width that those of East Asia take for the same."""
_MOST = 1 << 16
"""Bytes that are written at once."""


def write(
    out: BinaryIO, table: Table, rows: Iterable[Row], *, raw: bool = False, excel: bool = False
) -> None:
    """Write a flat table: a header, and a line for each row; lines end in CR LF, lists are JSON.

    raw: text that begins as a formula does stays as it is; else an apostrophe stands before it,
    which Excel and LibreOffice do not show as part of a formula. excel: begin with a byte order
    mark, without which Excel does not take a file for UTF-8. Raises OSError.
    """
    columns = table.columns
    if excel:
        out.write(codecs.BOM_UTF8)
    buffer = io.StringIO(newline="")
    line = csv.writer(buffer, lineterminator="\r\n")
    line.writerow([column.name for column in columns])
    texts = [column.kind == "text" for column in columns]
    names = [column.name for column in columns]
    for row in rows:
        values = [_cell(row[name]) for name in names]
        if not raw:
            values = [
                f"'{value}" if is_text and value.startswith(_STARTS) else value
                for value, is_text in zip(values, texts, strict=True)
            ]
        line.writerow(values)
        if buffer.tell() > _MOST:
            _flush(buffer, out)
    _flush(buffer, out)


def _flush(buffer: io.StringIO, out: BinaryIO) -> None:
    out.write(buffer.getvalue().encode("utf-8", "replace"))
    buffer.seek(0)
    buffer.truncate()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        # A reader that takes NUL for the end of a text would lose what is behind it.
        return value.replace("\0", "\ufffd")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
