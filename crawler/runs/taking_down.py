"""A takedown: what it is about, and its carrying out."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from crawler import times
from crawler.archive.backups import backups_since
from crawler.archive.database import open_for_reading
from crawler.archive.takedown_scope import (
    Scope,
    alike,
    digests_of,
    first_captured_at,
    lists_of,
    records_of,
    scope_of,
    titles_of,
    urls_of,
    with_repeats,
)
from crawler.archive.takedowns import Takedown, all_takedowns
from crawler.runs.quoting import quoted
from crawler.runs.removing import apply_takedown, finish_removals
from crawler.runs.run import Run, offline_run
from crawler.warc.provenance import TAKEDOWN, removal_record

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings


@dataclass(frozen=True, slots=True)
class Plan:
    """What a takedown is about."""

    url: str
    titles: tuple[str, ...]
    """Of all revisions."""
    urls: tuple[str, ...]
    digests: tuple[str, ...]
    records: tuple[str, ...]
    """WARC-Record-IDs of captures of lists that show its text."""
    captures: int
    """Without these."""
    quoted_by: tuple[str, ...]
    """Other stories with words of it on their pages; they stay."""
    alike: tuple[str, ...]
    """Other stories that begin like it; they stay."""
    backups: tuple[tuple[str, str], ...]
    """Destination and time of copies that may have it."""
    lists: tuple[str, ...]
    """Addresses among it that are no stories' own: home pages, feeds, sitemaps."""


def plan(
    connection: sqlite3.Connection, folder: Path, url: str,
    progress: Callable[[int, int], None] = lambda done, whole: None,
) -> Plan | None:  # fmt: skip
    """What taking down an address takes out; None where the archive has never heard of it. folder:
    the archive's. Raises sqlite3.Error."""
    scope: Scope = scope_of(connection, [url])
    urls = urls_of(connection, scope)
    if not urls:
        return None
    since = first_captured_at(connection, scope)
    beside = quoted(connection, folder, scope, progress)
    return Plan(
        url, tuple(titles_of(connection, scope)), tuple(urls), tuple(digests_of(scope)),
        tuple(records_of(connection, with_repeats(connection, beside.lists))),
        len(scope.captures), tuple(sorted(beside.stories)), tuple(alike(connection, scope)),
        tuple(backups_since(connection, since)) if since else (),
        tuple(lists_of(connection, scope)),
    )  # fmt: skip


def take_down(
    run: Run, planned: Plan, reason: str, by: str,
    progress: Callable[[int, int], None] = lambda done, whole: None,
) -> Takedown:  # fmt: skip
    """Take a story out of an archive for good. Raises BusyError, FullError, sqlite3.Error,
    OSError; the next run finishes then what was begun."""
    takedown = Takedown(
        str(uuid4()),
        planned.url,
        times.now(),
        reason,
        by,
        planned.urls,
        planned.digests,
        planned.records, planned.captures + len(planned.records),
    )  # fmt: skip
    _apply(run, takedown)
    finish_removals(run.store.db, run.folder, progress)
    return takedown


def take_down_later(folder: Path, settings: BaseSettings, later: Iterable[Takedown]) -> int:
    """Apply those takedowns of another copy of an archive that it does not know, as they were;
    returns how many. Raises as `take_down`."""
    with closing(open_for_reading(folder)) as db:
        known = {each.uuid for each in all_takedowns(db.conn)}
    wanted = [each for each in later if each.uuid not in known]
    if wanted:
        with offline_run(folder, settings, "restore", {}) as run:
            for takedown in wanted:
                _apply(run, takedown)
            finish_removals(run.store.db, run.folder)
    return len(wanted)


def _apply(run: Run, takedown: Takedown) -> None:
    """Out of the database; the tombstone is in WARC before."""
    run.warc.write_other(*removal_record(TAKEDOWN, takedown.uuid, takedown.content()))
    run.warc.sync()
    apply_takedown(run.store.db, takedown)
