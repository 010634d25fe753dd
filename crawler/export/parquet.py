"""Parquet: columns with types of their own, compressed, in one file or in a folder for each
newspaper, year and month."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

from crawler.archive.export_tables import Column, Table
from crawler.export.values import Row
from crawler.extras import needs_extra

with needs_extra("export parquet", "parquet"):
    import pyarrow as pa
    from pyarrow import parquet

_GROUP_BYTES = 8 << 20
"""Text of a row group: large enough for a scan of a column, small enough for any memory."""
_GROUP_ROWS = 50_000
_RECORD_BYTES = 500
"""What a linked story or a picture takes in memory, about."""
_UNKNOWN = 0
"""The year or month of a story whose page tells none. Hive has a name for a missing value in its
place (__HIVE_DEFAULT_PARTITION__), with which pandas cannot read the data set."""


def write(out: BinaryIO, table: Table, rows: Iterable[Row]) -> None:
    """Write a table as one file. Raises OSError."""
    shape = _schema(table.columns)
    with _writer(out, table, shape) as writer:
        _fill(writer, table, shape, rows)


def write_partitions(folder: Path, table: Table, rows: Iterable[tuple[Row, str | None]]) -> None:
    """Write a table into `folder/site=HOST/year=YYYY/month=M/part-0.parquet`; rows of one newspaper
    and month come one after another. `site` is in the names of the folders alone. Raises OSError.
    """
    shape = _schema([column for column in table.columns if column.name != "site"])
    here: Path | None = None
    some: list[Row] = []
    size = 0
    out: BinaryIO | None = None
    writer: Any = None

    def close() -> None:
        nonlocal some, size
        if writer is not None:
            _put(writer, table, shape, some)
            writer.close()
        if out is not None:
            out.close()
        some, size = [], 0

    try:
        for row, month in rows:
            place = folder / _partition(row["site"], month)
            if place != here:
                close()
                writer = out = None
                # dates that no calendar has may lead back to a folder that was left
                place.mkdir(parents=True, exist_ok=True)
                part = sum(1 for _ in place.iterdir())
                out = (place / f"part-{part}.parquet").open("wb")
                writer, here = _writer(out, table, shape), place
            some.append(row)
            size += _size(row)
            if size > _GROUP_BYTES or len(some) >= _GROUP_ROWS:
                _put(writer, table, shape, some)
                some, size = [], 0
        close()
        writer = out = None
    finally:
        if out is not None:
            out.close()


def _fill(writer: Any, table: Table, shape: Any, rows: Iterable[Row]) -> None:
    some: list[Row] = []
    size = 0
    for row in rows:
        some.append(row)
        size += _size(row)
        if size > _GROUP_BYTES or len(some) >= _GROUP_ROWS:
            _put(writer, table, shape, some)
            some, size = [], 0
    _put(writer, table, shape, some)


def _partition(site: str, month: str | None) -> str:
    year, _, number = (month or "").partition("-")
    return f"site={quote(site, safe='')}/year={_number(year)}/month={_number(number)}"


def _number(digits: str) -> int:
    return int(digits) if digits.isdecimal() else _UNKNOWN


def _size(row: Row) -> int:
    return sum(len(each) for each in row.values() if isinstance(each, str)) + _RECORD_BYTES * (
        len(row.get("links") or ()) + len(row.get("images") or ())
    )


def _put(writer: Any, table: Table, shape: Any, rows: list[Row]) -> None:
    if not rows:
        return
    objects = [column.name for column in table.columns if column.kind == "object"]
    for row in rows:
        for name in objects:
            if row[name] is not None:
                row[name] = json.dumps(row[name], ensure_ascii=False)
    writer.write_table(pa.Table.from_pylist(rows, shape))


def _writer(out: BinaryIO, table: Table, shape: Any) -> Any:
    few = [column.name for column in table.columns if column.names_few]
    # The least and greatest value of each row group help a reader to skip it. They are in memory
    # until the file is closed: of texts they would be half a gigabyte for a million stories.
    short = [
        column.name for column in table.columns
        if column.names_few or column.kind not in ("text", "texts", "records", "object")
    ]  # fmt: skip
    return parquet.ParquetWriter(
        out, shape, compression="zstd", use_dictionary=few, write_statistics=short,
        coerce_timestamps="us",
    )  # fmt: skip


def _schema(columns: Iterable[Column]) -> Any:
    return pa.schema(
        [
            pa.field(column.name, _type(column), metadata={"description": column.meaning})
            for column in columns
        ]
    )


def _type(column: Column) -> Any:
    match column.kind:
        case "texts":
            return pa.list_(pa.string())
        case "records":
            return pa.list_(pa.struct([(each.name, _type(each)) for each in column.fields]))
    return {
        "text": pa.string(), "object": pa.string(), "integer": pa.int64(), "number": pa.float64(),
        "boolean": pa.bool_(), "day": pa.date32(), "moment": pa.timestamp("us", tz="UTC"),
    }[column.kind]  # fmt: skip
