"""Taking captures out that nothing needs, by a policy."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from uuid import uuid4

from crawler import times
from crawler.archive.prunable import Policy, Pruning, captures_of, prunable
from crawler.runs.removing import apply_pruning, finish_removals
from crawler.runs.run import Run
from crawler.warc.provenance import PRUNING, removal_record


@dataclass(slots=True)
class Pruned:
    """What a policy takes out."""

    captures: list[int] = field(default_factory=list)
    """Their keys."""
    bytes: int = 0
    """Of their records in the WARC files."""
    roles: Counter[str] = field(default_factory=Counter)
    """How many of each kind of address."""


def to_prune(connection: sqlite3.Connection, policy: Policy) -> Pruned:
    """What a policy takes out. Raises sqlite3.Error."""
    found = Pruned()
    for each in prunable(connection, policy):
        found.captures.append(each.id)
        found.bytes += each.bytes
        found.roles[each.role] += 1
    return found


def prune(
    run: Run, policy: Policy, progress: Callable[[int, int], None] = lambda done, whole: None
) -> Pruned:
    """Take out of an archive what a policy says. Raises BusyError, FullError, sqlite3.Error,
    OSError; the next run finishes then what was begun."""
    db = run.store.db
    found = to_prune(db.conn, policy)
    if not found.captures:
        return found
    pruning = Pruning(
        str(uuid4()), times.now(), policy, found.bytes, tuple(captures_of(db.conn, found.captures))
    )
    run.warc.write_other(*removal_record(PRUNING, pruning.uuid, asdict(pruning)))
    run.warc.sync()
    apply_pruning(db, pruning)
    finish_removals(db, run.folder, progress)
    return found
