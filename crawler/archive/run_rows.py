"""The table `runs`, as writing asks for it. Every function raises sqlite3.Error."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from crawler import times
from crawler.archive.rows import insert
from crawler.text import cleaned

_COUNTS = ("captures", "new_articles", "new_revisions", "unchanged_articles", "failures")


def enter(
    connection: sqlite3.Connection, spider: str, arguments: Mapping[str, str], software: str,
    started_at: str, uuid: str | None,
) -> int:  # fmt: skip
    """Enter a run; returns its key. started_at: ISO 8601, UTC. uuid: what its WARC files call
    it."""
    return insert(
        connection, "runs", spider=spider,
        arguments=json.dumps(cleaned(dict(arguments)), ensure_ascii=False), software=software,
        started_at=times.utc(datetime.fromisoformat(started_at)), uuid=uuid,
    )  # fmt: skip


def end(connection: sqlite3.Connection, run_id: int, outcome: str, finished_at: str) -> None:
    """Close a run. finished_at: ISO 8601, UTC."""
    connection.execute(
        "UPDATE runs SET finished_at = ?, outcome = ? WHERE id = ?", (finished_at, outcome, run_id)
    )


def count(connection: sqlite3.Connection, run_id: int, counts: Counter[str]) -> None:
    """Add to the numbers of a run."""
    connection.execute(
        f"UPDATE runs SET {', '.join(f'{n} = {n} + ?' for n in _COUNTS)} WHERE id = ?",  # noqa: S608
        (*(counts[name] for name in _COUNTS), run_id),
    )


def with_uuid(connection: sqlite3.Connection, uuid: str | None) -> int | None:
    """The key of the run that WARC files call so; None if there is none."""
    row = connection.execute("SELECT id FROM runs WHERE uuid = ?", (uuid,)).fetchone()
    return cast("int | None", row[0] if row else None)


def arguments_before(
    connection: sqlite3.Connection, run_id: int | None, site: str | None
) -> dict[str, Any]:
    """The arguments of the run before one on the same site; none where there was no such run."""
    row = connection.execute(
        "SELECT arguments FROM runs WHERE id < ? AND json_extract(arguments, '$.site') = ?"
        " ORDER BY id DESC LIMIT 1",
        (run_id, site),
    ).fetchone()
    return json.loads(row[0]) if row else {}
