"""What a union has of an archive besides its stories: runs, addresses, captures, files, tombstones.

Everything is found by what names it everywhere (an address, a WARC-Record-ID, a host), so that the
same rows twice are the same rows once. All functions raise sqlite3.Error, and what `rows` raises.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from crawler.archive.guards import history_unlocked
from crawler.archive.links import note_redirect
from crawler.archive.rows import in_batches
from crawler.archive.story_part import Rows
from crawler.archive.takedown_scope import scope_of, urls_of
from crawler.archive.takedowns import (
    Takedown,
    enter,
    is_digest_taken_down,
    is_taken_down,
    records_taken_down,
)
from crawler.archive.union_stories import UnionStories

BATCH = 500
"""Rows of one transaction."""
URL = (
    "url", "key", "role", "state", "reason", "source", "found_at", "claimed_at",
    "claimed_changed_at", "claimed_title", "listed", "priority", "due_at", "interval_seconds",
    "attempts", "failures", "visited_at", "etag", "last_modified", "kind", "told_by", "dry",
    "held", "reason_code", "reason_subject",
)  # fmt: skip
_NOT_ITS_OWN = {"url", "key"}
CAPTURE = (
    "url", "fetched_at", "status", "content_type", "payload_digest", "payload_bytes", "location",
    "record_type", "truncated", "fetch_ms", "reservations", "source_uri",
)  # fmt: skip
RUN = (
    "spider", "arguments", "software", "started_at", "finished_at", "outcome", "captures",
    "new_articles", "new_revisions", "unchanged_articles", "failures", "uuid", "bytes", "seconds",
    "exit_code", "visits", "settings_digest", "versions",
)  # fmt: skip
RUN_PAPER = (
    "paper", "since", "until", "captures", "new_articles", "new_revisions", "unchanged_articles",
    "failures", "bytes", "outcome", "reason", "reason_code", "reason_subject",
)  # fmt: skip
FINDING = (
    "kind", "subject", "level", "since", "noted_at", "numbers", "urls", "state", "muted_until",
    "recovered_at", "is_habit",
)  # fmt: skip
LAYOUT = ("field", "since", "before", "after", "urls", "noted_at")
PICTURE = ("media_type", "bytes", "width", "height")
RENDERING = ("rendered_at", "made_by", "digest", "bytes")

Atomic = Callable[[], Any]
"""Makes a transaction, as a context."""


def add_sites(connection: sqlite3.Connection, rows: Rows, archive_id: int) -> dict[int, int]:
    """Enter an archive's newspapers; their keys here by their keys there."""
    found: dict[int, int] = {}
    for key, host, home, first in rows(
        "SELECT id, host, home_url, first_seen_at FROM sites ORDER BY host", ()
    ):
        (found[key],) = connection.execute(
            "INSERT INTO sites (host, home_url, first_seen_at) VALUES (?, ?, ?)"
            " ON CONFLICT (host) DO UPDATE SET first_seen_at = min(first_seen_at,"
            " excluded.first_seen_at), home_url = min(home_url, excluded.home_url) RETURNING id",
            (host, home, first),
        ).fetchone()
    connection.executemany(
        "INSERT OR IGNORE INTO _union_sites VALUES (?, ?)",
        [(site, archive_id) for site in found.values()],
    )
    return found


def add_takedowns(
    connection: sqlite3.Connection, takedowns: Iterable[Takedown], stories: UnionStories
) -> int:
    """Enter an archive's tombstones, and take out what they are of, whichever archive it is from;
    how many are new."""
    new = 0
    for takedown in takedowns:
        known = connection.execute(
            "SELECT 1 FROM takedowns WHERE uuid = ?", (takedown.uuid,)
        ).fetchone()
        if known:
            continue
        new += 1
        scope = scope_of(connection, takedown.urls, takedown.digests)
        urls = urls_of(connection, scope)
        captures = scope.captures | {
            row[0]
            for record in takedown.records
            for row in connection.execute("SELECT id FROM captures WHERE record_id = ?", (record,))
        }
        stories.remove(sorted(scope.articles), sorted(captures), urls)
        enter(connection, takedown, finished=True)
    return new


def add_runs(connection: sqlite3.Connection, rows: Rows, sites: dict[int, int]) -> dict[int, int]:
    """Enter an archive's runs; their keys here by their keys there."""
    found: dict[int, int] = {}
    columns = ", ".join(RUN)
    for key, *run in rows(f"SELECT id, {columns} FROM runs ORDER BY id", ()):  # noqa: S608
        told = dict(zip(RUN, run, strict=True))
        known = connection.execute(
            f"SELECT id, {columns} FROM runs WHERE started_at = :started_at"  # noqa: S608
            " AND spider = :spider AND arguments = :arguments AND uuid IS :uuid",
            told,
        ).fetchone()
        if known is None:
            marks = ", ".join("?" * len(RUN))
            here = connection.execute(
                f"INSERT INTO runs ({columns}) VALUES ({marks})",  # noqa: S608
                run,
            ).lastrowid
            assert here is not None
            found[key] = here
            continue
        found[key] = known[0]
        if list(known[1:]) != run and _ended(told) >= _ended(
            dict(zip(RUN, known[1:], strict=True))
        ):
            changed = ", ".join(f"{name} = :{name}" for name in RUN)
            connection.execute(
                f"UPDATE runs SET {changed} WHERE id = :id",  # noqa: S608
                {**told, "id": known[0]},
            )
    chosen = ", ".join(RUN_PAPER)
    marks = ", ".join("?" * (len(RUN_PAPER) + 2))
    connection.executemany(
        f"INSERT OR REPLACE INTO run_papers (run_id, site_id, {chosen}) VALUES ({marks})",  # noqa: S608
        [
            (found[run_id], sites[site_id], *row)
            for run_id, site_id, *row in rows(
                f"SELECT run_id, site_id, {chosen} FROM run_papers ORDER BY 1, 2",  # noqa: S608
                (),
            )
        ],
    )
    return found


def _ended(run: dict[str, Any]) -> tuple[str, int]:
    return run["finished_at"] or "", run["captures"]


def add_urls(
    connection: sqlite3.Connection, rows: Rows, archive_id: int, sites: dict[int, int],
    atomic: Atomic,
) -> None:  # fmt: skip
    """Enter an archive's addresses. Of one that several archives of a newspaper have, what the
    archive says counts that visited it last."""
    own = {
        site
        for site in sites.values()
        if connection.execute(
            "SELECT 1 FROM _union_sites WHERE site_id = ? AND archive_id <> ?", (site, archive_id)
        ).fetchone()
        is None
    }
    columns = ", ".join(f"u.{name}" for name in URL)
    here = ", ".join(URL)
    changed = [name for name in URL if name not in _NOT_ITS_OWN]
    mine = ", ".join(f"ifnull({name}, '')" for name in ("visited_at", *changed))
    theirs = ", ".join(f"ifnull(excluded.{name}, '')" for name in ("visited_at", *changed))
    upsert = (
        f"INSERT INTO urls ({here}, site_id) VALUES ({', '.join('?' * len(URL))}, ?)"  # noqa: S608
        f" ON CONFLICT (url) DO UPDATE SET {', '.join(f'{n} = excluded.{n}' for n in changed)}"
        f" WHERE ({theirs}) {{}} ({mine}) RETURNING id"
    )
    found = rows(
        f"SELECT u.site_id, (SELECT url FROM urls v WHERE v.id = u.via_id), {columns} FROM urls u"  # noqa: S608
        " ORDER BY u.id",
        (),
    )
    for some in in_batches(found, BATCH):
        with atomic():
            for site_id, via, *row in some:
                site = sites[site_id]
                written = connection.execute(
                    upsert.format("IS NOT" if site in own else ">"), (*row, site)
                ).fetchone()
                if written is not None and via is not None:
                    connection.execute(
                        "INSERT OR REPLACE INTO _union_via VALUES (?, ?)", (written[0], via)
                    )
    while True:
        with atomic():
            some_via = connection.execute(
                "SELECT url_id, via FROM _union_via LIMIT ?", (BATCH,)
            ).fetchall()
            connection.executemany(
                "UPDATE urls SET via_id = (SELECT id FROM urls v WHERE v.url = ?2) WHERE id = ?1",
                some_via,
            )
            connection.executemany(
                "DELETE FROM _union_via WHERE url_id = ?", [(key,) for key, _ in some_via]
            )
        if len(some_via) < BATCH:
            return


def add_captures(
    connection: sqlite3.Connection, rows: Rows, name: str, runs: dict[int, int], atomic: Atomic
) -> tuple[int, set[str]]:
    """Enter an archive's captures; how many are new, and WARC-Record-IDs of those that are left
    out, because they were taken down. name: of the archive.

    Of a capture that several archives have, the place counts that comes first by its name."""
    new = 0
    refused: set[str] = set()
    records = records_taken_down(connection)
    columns = ", ".join(f"c.{column}" for column in CAPTURE)
    for which in (
        "c.refers_to_id IS NULL",
        "c.refers_to_id IS NOT NULL",
    ):  # what they refer to first
        found = rows(
            "SELECT u.url, c.run_id, o.record_id, c.record_id, c.warc_file, c.warc_offset,"  # noqa: S608
            f" c.warc_length, {columns} FROM captures c JOIN urls u ON u.id = c.url_id"
            f" LEFT JOIN captures o ON o.id = c.refers_to_id WHERE {which} ORDER BY c.id",
            (),
        )
        for some in in_batches(found, BATCH):
            with atomic():
                new += _add_some(connection, some, name, runs, records, refused)
    return new, refused


def _add_some(
    connection: sqlite3.Connection, some: Sequence[tuple[Any, ...]], name: str,
    runs: dict[int, int], records: frozenset[str], refused: set[str],
) -> int:  # fmt: skip
    known = {
        record: place
        for record, *place in connection.execute(
            "SELECT record_id, warc_file, warc_offset, warc_length FROM captures WHERE record_id IN"
            " (SELECT value FROM json_each(?))",
            (json.dumps([row[3] for row in some]),),
        )
    }
    has_tombstones = connection.execute("SELECT 1 FROM takedowns LIMIT 1").fetchone() is not None
    new, moved = [], []
    for page, run_id, original, record, file, offset, length, *rest in some:
        place = [f"{name}/{file}", offset, length]
        there = known.get(record)
        if there is None:
            if has_tombstones and (
                record in records
                or is_taken_down(connection, rest[0])
                or is_digest_taken_down(connection, rest[4])
            ):
                refused.add(record)
            else:
                new.append((page, runs[run_id], original, record, *place, *rest))
        elif there != place and (place < there or there[0].rpartition("/")[0] == name):
            moved.append((*place, record))
    connection.executemany(
        "INSERT INTO captures (url_id, run_id, refers_to_id, record_id, warc_file, warc_offset,"  # noqa: S608
        f" warc_length, {', '.join(CAPTURE)}) SELECT u.id, ?2,"
        " (SELECT id FROM captures WHERE record_id = ?3),"
        f" {', '.join(f'?{n}' for n in range(4, 8 + len(CAPTURE)))} FROM urls u WHERE u.url = ?1",
        new,
    )
    if moved:
        with history_unlocked(connection):
            connection.executemany(
                "UPDATE captures SET warc_file = ?, warc_offset = ?, warc_length = ?"
                " WHERE record_id = ?",
                moved,
            )
    return len(new)


def add_pictures(connection: sqlite3.Connection, rows: Rows, atomic: Atomic) -> None:
    """Enter which captures are pictures. Of an address that several archives asked, the answer
    counts that came last."""
    columns = ", ".join(f"p.{column}" for column in PICTURE)
    found = rows(
        f"SELECT u.url, c.record_id, {columns} FROM pictures p"  # noqa: S608
        " JOIN urls u ON u.id = p.url_id JOIN captures c ON c.id = p.capture_id ORDER BY u.id",
        (),
    )
    for some in in_batches(found, BATCH):
        with atomic():
            connection.executemany(
                f"INSERT INTO pictures (url_id, capture_id, {', '.join(PICTURE)})"  # noqa: S608
                " SELECT u.id, c.id, ?3, ?4, ?5, ?6 FROM urls u, captures c"
                " WHERE u.url = ?1 AND c.record_id = ?2"
                " ON CONFLICT (url_id) DO UPDATE SET capture_id = excluded.capture_id,"
                f" {', '.join(f'{n} = excluded.{n}' for n in PICTURE)} WHERE"
                " (SELECT (n.fetched_at, n.record_id) >= (o.fetched_at, o.record_id)"
                " FROM captures n, captures o WHERE n.id = excluded.capture_id"
                " AND o.id = pictures.capture_id)",
                some,
            )


def add_renderings(connection: sqlite3.Connection, rows: Rows, name: str, atomic: Atomic) -> None:
    """Enter what browsers showed of captures. name: of the archive.

    Of a record that several archives have, the place counts that comes first by its name; of two
    renderings of one capture, the first."""
    columns = ", ".join(f"r.{column}" for column in RENDERING)
    found = rows(
        "SELECT c.record_id, r.record_id, r.warc_file, r.warc_offset, r.warc_length,"  # noqa: S608
        f" {columns} FROM renderings r JOIN captures c ON c.id = r.capture_id ORDER BY c.id",
        (),
    )
    changed = ("record_id", "warc_file", "warc_offset", "warc_length", *RENDERING)
    for some in in_batches(found, BATCH):
        with atomic():
            connection.executemany(
                f"INSERT INTO renderings (capture_id, {', '.join(changed)})"  # noqa: S608
                f" SELECT c.id, {', '.join(f'?{n}' for n in range(2, 2 + len(changed)))}"
                " FROM captures c WHERE c.record_id = ?1"
                " ON CONFLICT (capture_id) DO UPDATE SET"
                f" {', '.join(f'{n} = excluded.{n}' for n in changed)} WHERE"
                " (excluded.rendered_at, excluded.record_id) < (rendered_at, record_id)"
                " OR excluded.record_id = record_id AND (excluded.warc_file < warc_file"
                f" OR warc_file > ?{2 + len(changed)} AND warc_file < ?{3 + len(changed)})",
                [
                    (page, record, f"{name}/{file}", *rest, f"{name}/", f"{name}0")
                    for page, record, file, *rest in some
                ],
            )


def add_redirects(connection: sqlite3.Connection, rows: Rows, atomic: Atomic) -> None:
    """Note which addresses lead to which others: a link of one paper may go through another's."""
    found = rows(
        "SELECT d.key, t.key FROM _addresses d JOIN _addresses t ON t.id = d.leads_to_id"
        " ORDER BY d.key",
        (),
    )
    for some in in_batches(found, BATCH):
        with atomic():
            for key, target in some:
                note_redirect(connection, f"http://{key}", f"http://{target}")


def add_files(connection: sqlite3.Connection, rows: Rows, name: str, runs: dict[int, int]) -> None:
    """Enter what an archive's WARC files are, and what it knows to be damaged, lost or pruned."""
    sql, many = connection.execute, connection.executemany
    for table in ("warc_files", "damaged_files"):
        sql(
            f"DELETE FROM {table} WHERE name > ? AND name < ?",  # noqa: S608
            (f"{name}/", f"{name}0"),  # '0' comes next after '/'
        )
    for some in in_batches(
        rows("SELECT name, run_id, bytes, records, sha256, closed_at FROM warc_files", ()), BATCH
    ):
        many(
            "INSERT INTO warc_files VALUES (?, ?, ?, ?, ?, ?)",
            [(f"{name}/{file}", runs[run], *rest) for file, run, *rest in some],
        )
    many(
        "INSERT INTO damaged_files VALUES (?, ?, ?, ?)",
        [
            (f"{name}/{file}", *rest)
            for file, *rest in rows("SELECT name, noted_at, bytes, sha256 FROM damaged_files", ())
        ],
    )
    sql(
        "DELETE FROM lost_captures WHERE capture_id IN (SELECT l.capture_id FROM lost_captures l"
        " JOIN captures c ON c.id = l.capture_id WHERE c.warc_file > ? AND c.warc_file < ?)",
        (f"{name}/", f"{name}0"),
    )
    for some in in_batches(
        rows(
            "SELECT c.record_id, l.noted_at FROM lost_captures l"
            " JOIN captures c ON c.id = l.capture_id",
            (),
        ),
        BATCH,
    ):
        many(
            "INSERT OR IGNORE INTO lost_captures SELECT id, ?2 FROM captures WHERE record_id = ?1"
            " AND warc_file > ?3 AND warc_file < ?4",
            [(*row, f"{name}/", f"{name}0") for row in some],
        )


def add_prunings(
    connection: sqlite3.Connection, rows: Rows, stories: UnionStories, atomic: Atomic
) -> None:
    """Enter what was pruned, and take those captures out that no story of the union needs."""
    for uuid, *rest in rows(
        "SELECT uuid, at, policy, captures, bytes, finished_at FROM prunings ORDER BY at, uuid", ()
    ):
        with atomic():
            connection.execute(
                "INSERT OR IGNORE INTO prunings (uuid, at, policy, captures, bytes, finished_at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (uuid, *rest),
            )
    found = rows(
        "SELECT p.record_id, n.uuid, u.url, p.fetched_at, p.status, p.payload_digest"
        " FROM pruned_captures p JOIN prunings n ON n.id = p.pruning_id"
        " JOIN urls u ON u.id = p.url_id ORDER BY p.record_id",
        (),
    )
    for some in in_batches(found, BATCH):
        with atomic():
            connection.executemany(
                "INSERT OR IGNORE INTO pruned_captures SELECT ?1, n.id, u.id, ?4, ?5, ?6"
                " FROM prunings n, urls u WHERE n.uuid = ?2 AND u.url = ?3",
                some,
            )
            captures = [
                key
                for (key,) in connection.execute(
                    "SELECT id FROM captures c WHERE record_id IN (SELECT value FROM json_each(?))"
                    " AND NOT EXISTS (SELECT 1 FROM revisions r WHERE r.capture_id = c.id)"
                    " AND NOT EXISTS (SELECT 1 FROM captures o WHERE o.refers_to_id = c.id)",
                    (json.dumps([row[0] for row in some]),),
                )
            ]
            if captures:
                stories.remove([], captures)


def add_told(connection: sqlite3.Connection, rows: Rows, sites: dict[int, int]) -> None:
    """Enter what the monitors found, and when pages came to be built otherwise."""
    columns = ", ".join(FINDING)
    for site_id, *row in rows(f"SELECT site_id, {columns} FROM findings ORDER BY id", ()):  # noqa: S608
        site = None if site_id is None else sites[site_id]
        known = connection.execute(
            "SELECT id, noted_at, state FROM findings WHERE site_id IS ? AND kind = ?"
            " AND subject = ? AND since = ?",
            (site, row[0], row[1], row[3]),
        ).fetchone()
        if known is not None and (known[1], known[2]) >= (row[4], row[7]):
            continue
        if known is not None:
            connection.execute("DELETE FROM findings WHERE id = ?", (known[0],))
        connection.execute(
            f"INSERT INTO findings (site_id, {columns}) VALUES ({', '.join('?' * 12)})",  # noqa: S608
            (site, *row),
        )
    columns = ", ".join(LAYOUT)
    connection.executemany(
        f"INSERT OR IGNORE INTO layout_changes (site_id, {columns}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        [
            (sites[site_id], *row)
            for site_id, *row in rows(
                f"SELECT site_id, {columns} FROM layout_changes ORDER BY id",  # noqa: S608
                (),
            )
        ],
    )
