"""What newspapers' pages have taught, as the table `site_profiles` has it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace

from crawler.archive.rows import insert


@dataclass(frozen=True, slots=True)
class LayoutChange:
    """Since when pages are built otherwise, as the table `layout_changes` has it."""

    field: str
    """`layout`: the page as a whole; else the field whose source moved."""
    since: str
    """ISO 8601, UTC."""
    before: str
    after: str
    urls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Learned:
    """A profile as it was learned."""

    host: str
    learned_at: str
    """ISO 8601, UTC."""
    extractor: str
    """The version that read the pages."""
    stories: int
    """That the archive had of the site then."""
    learned_from: tuple[str, ...]
    """WARC-Record-IDs of the pages."""
    rules: str
    """What ends the extractor of what is read with it; "" where nothing was to be learned."""
    profile: str
    """TOML."""
    changes: tuple[LayoutChange, ...] = ()
    """Of the site's pages, for which it was learned anew."""


def in_force(connection: sqlite3.Connection) -> Iterator[Learned]:
    """The last profile of each site that has one. Raises sqlite3.Error."""
    rows = connection.execute(
        "SELECT s.host, p.learned_at, p.extractor, p.stories, p.learned_from, p.rules, p.profile"
        " FROM sites s JOIN site_profiles p ON p.id ="
        " (SELECT max(q.id) FROM site_profiles q WHERE q.site_id = s.id) ORDER BY s.host"
    )
    for host, at, extractor, stories, pages, rules, profile in rows:
        learned_from = tuple(json.loads(pages))
        yield Learned(host, at, extractor, stories, learned_from, rules, profile)


def of_site(connection: sqlite3.Connection, host: str) -> Learned | None:
    """The profile of a site that counts, with all changes of its layout, the newest first. Raises
    sqlite3.Error."""
    changes = tuple(
        LayoutChange(field, since, before, after, tuple(json.loads(urls)))
        for field, since, before, after, urls in connection.execute(
            "SELECT field, since, before, after, urls FROM layout_changes WHERE site_id ="
            " (SELECT id FROM sites WHERE host = ?) ORDER BY since DESC, field",
            (host,),
        )
    )
    learned = next((each for each in in_force(connection) if each.host == host), None)
    return None if learned is None else replace(learned, changes=changes)


def enter(connection: sqlite3.Connection, run_id: int, learned: Learned) -> None:
    """Have a profile be the one that counts, and note the changes that it was learned for. Raises
    sqlite3.Error."""
    insert(
        connection, "site_profiles", site_id=_site(connection, learned.host), run_id=run_id,
        learned_at=learned.learned_at, extractor=learned.extractor, stories=learned.stories,
        learned_from=json.dumps(learned.learned_from), rules=learned.rules, profile=learned.profile,
    )  # fmt: skip
    connection.executemany(
        "INSERT OR IGNORE INTO layout_changes (site_id, field, since, before, after, urls,"
        " noted_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (
                _site(connection, learned.host), each.field, each.since, each.before, each.after,
                json.dumps(each.urls), learned.learned_at,
            )
            for each in learned.changes
        ],
    )  # fmt: skip


def note_read(connection: sqlite3.Connection, host: str, version: str, extractor: str) -> None:
    """Note that what a version of the extractor had read of a site, with whatever profile, is read
    with another one by now. Raises sqlite3.Error."""
    read = [
        row[0]
        for row in connection.execute(
            "SELECT r.id FROM revisions r JOIN articles a ON a.id = r.article_id"
            " JOIN sites s ON s.id = a.site_id WHERE s.host = ?"
            " AND substr(r.extractor, 1, length(?)) = ? AND r.extractor <> ?",
            (host, version, version, extractor),
        )
    ]
    for sql in (
        "UPDATE revisions SET extractor = ? WHERE id = ?",
        "INSERT OR REPLACE INTO rereadings (extractor, outcome, article_id, revision_id)"
        " SELECT ?, 'unchanged', article_id, id FROM revisions WHERE id = ?",
    ):
        connection.executemany(sql, [(extractor, key) for key in read])


def stories_of_sites(connection: sqlite3.Connection) -> list[tuple[str, int]]:
    """(host, number of its stories) of each site, in the order of hosts. Raises sqlite3.Error."""
    return connection.execute(
        "SELECT s.host, n.stories FROM sites s JOIN (SELECT site_id, count(*) AS stories"
        " FROM articles GROUP BY site_id) n ON n.site_id = s.id ORDER BY s.host"
    ).fetchall()


def _site(connection: sqlite3.Connection, host: str) -> int:
    row = connection.execute("SELECT id FROM sites WHERE host = ?", (host,)).fetchone()
    return int(row[0])
