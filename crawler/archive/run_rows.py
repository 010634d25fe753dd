"""The table `runs`, as writing asks for it. Every function raises sqlite3.Error."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from crawler import times
from crawler.archive.rows import insert
from crawler.text import cleaned

COUNTS = ("captures", "new_articles", "new_revisions", "unchanged_articles", "failures", "bytes")
"""Numbers of a run, and of each newspaper of it."""
_VISIT = "visit: "


def visited(role: str, state: str) -> str:
    """The name under which a run counts visits of one kind that ended alike."""
    return f"{_VISIT}{role} {state}"


@dataclass(frozen=True, slots=True)
class Setup:
    """What a run was set up like. digest: of its settings. versions: of what it runs on."""

    digest: str | None = None
    versions: Mapping[str, str] | None = None


def enter(
    connection: sqlite3.Connection, spider: str, arguments: Mapping[str, str], software: str,
    started_at: str, uuid: str | None, setup: Setup,
) -> int:  # fmt: skip
    """Enter a run; returns its key. started_at: ISO 8601, UTC. uuid: what its WARC files call
    it."""
    return insert(
        connection, "runs", spider=spider,
        arguments=json.dumps(cleaned(dict(arguments)), ensure_ascii=False), software=software,
        started_at=times.utc(datetime.fromisoformat(started_at)), uuid=uuid,
        settings_digest=setup.digest,
        versions=None if setup.versions is None else json.dumps(dict(setup.versions)),
    )  # fmt: skip


def end(
    connection: sqlite3.Connection, run_id: int, outcome: str, finished_at: str,
    exit_code: int | None, totals: Mapping[str, int],
) -> None:  # fmt: skip
    """Close a run. finished_at: ISO 8601, UTC. exit_code: of its command, if it is known. totals:
    what it has counted; of these the visits are kept."""
    visits: dict[str, dict[str, int]] = {}
    for name in sorted(totals):
        role, _, state = name.removeprefix(_VISIT).partition(" ")
        if name.startswith(_VISIT) and isinstance(totals[name], int):  # it may be a record's word
            visits.setdefault(role, {})[state] = totals[name]
    began = connection.execute("SELECT started_at FROM runs WHERE id = ?", (run_id,)).fetchone()[0]
    took = datetime.fromisoformat(finished_at) - datetime.fromisoformat(began)
    connection.execute(
        "UPDATE runs SET finished_at = ?, outcome = ?, seconds = ?, exit_code = ?, visits = ?"
        " WHERE id = ?",
        (
            finished_at, outcome, round(took.total_seconds(), 3), exit_code,
            json.dumps(visits) if visits else None, run_id,
        ),
    )  # fmt: skip


def count(connection: sqlite3.Connection, run_id: int, counts: Counter[str]) -> None:
    """Add to the numbers of a run."""
    connection.execute(
        f"UPDATE runs SET {', '.join(f'{n} = {n} + ?' for n in COUNTS)} WHERE id = ?",  # noqa: S608
        (*(counts[name] for name in COUNTS), run_id),
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
