"""The table `findings`. Every function raises sqlite3.Error."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from crawler import times
from crawler.archive.chains import TOLD_BY
from crawler.archive.rows import insert

if TYPE_CHECKING:
    from crawler.monitors import Episode, Found, Over

_COLUMNS = (
    "f.id, s.host, f.kind, f.subject, f.level, f.since, f.noted_at, f.numbers, f.urls, f.state,"
    " f.muted_until, f.recovered_at"
)
_ORDER = (
    " ORDER BY f.state = 'recovered', CASE f.level WHEN 'error' THEN 0 WHEN 'warning' THEN 1"
    " ELSE 2 END, f.since DESC, f.id"
)
_SHOWN = 3
"""Addresses that a finding is shown by."""
_REMEMBERED = timedelta(800)


@dataclass(frozen=True, slots=True)
class Finding:
    """One row. site: the host; None where it is about the archive."""

    id: int
    site: str | None
    kind: str
    subject: str
    level: str
    since: str
    noted_at: str
    numbers: Mapping[str, Any]
    urls: tuple[str, ...]
    state: str
    muted_until: str | None = None
    recovered_at: str | None = None


def findings(
    db: sqlite3.Connection, *, recovered: bool = False, host: str | None = None
) -> list[Finding]:
    """What was found, worst first; what is over only where that is asked for, and then last."""
    where = (
        ["1"] + ([] if recovered else ["f.state <> 'recovered'"]) + (["s.host = ?"] if host else [])
    )
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM findings f LEFT JOIN sites s ON s.id = f.site_id"  # noqa: S608
        f" WHERE {' AND '.join(where)}{_ORDER}",
        (host,) if host else (),
    )
    return [_finding(row) for row in rows]


def open_findings(db: sqlite3.Connection, host: str | None = None) -> list[Finding]:
    """Those that are so still, worst first, muted ones last."""
    return sorted(findings(db, host=host), key=lambda each: each.state == "muted")


def by_id(db: sqlite3.Connection, number: int) -> Finding | None:
    """One of them; None if there is none."""
    row = db.execute(
        f"SELECT {_COLUMNS} FROM findings f LEFT JOIN sites s ON s.id = f.site_id"  # noqa: S608
        " WHERE f.id = ?",
        (number,),
    ).fetchone()
    return None if row is None else _finding(row)


def mark(db: sqlite3.Connection, number: int, state: str, until: date | None = None) -> None:
    """Say that somebody knows of a finding (`seen`), that it is not to be told of before a day
    (`muted`), or that it is (`open`). Not of one that is over."""
    db.execute(
        "UPDATE findings SET state = ?, muted_until = ? WHERE id = ? AND state <> 'recovered'",
        (state, until.isoformat() if until else None, number),
    )


def unmute(db: sqlite3.Connection, today: date) -> None:
    """Open again what was muted until today or earlier: it is news once more."""
    db.execute(
        "UPDATE findings SET state = 'open', muted_until = NULL, noted_at = ?"
        " WHERE state = 'muted' AND muted_until <= ?",
        (times.now(), today.isoformat()),
    )


def episodes(db: sqlite3.Connection, site_id: int, today: date) -> list[Episode]:
    """What was found about a newspaper in two years, as monitors have it."""
    from crawler.monitors import Episode  # here: who only lists findings need not load it

    rows = db.execute(
        "SELECT kind, subject, since, substr(recovered_at, 1, 10), is_habit,"
        " json_extract(numbers, '$.until') FROM findings WHERE site_id = ?"
        " AND since >= ? ORDER BY id",
        (site_id, (today - _REMEMBERED).isoformat()),
    )
    return [
        Episode(
            kind, subject, date.fromisoformat(since),
            date.fromisoformat(until or over) if over else None, bool(is_habit),
        )
        for kind, subject, since, over, is_habit, until in rows
    ]  # fmt: skip


def enter(db: sqlite3.Connection, site_id: int | None, found: Iterable[Found]) -> list[int]:
    """Enter what was found; returns the keys. What is open already is not entered again, and gets
    the new numbers."""
    keys = []
    for each in found:
        numbers = json.dumps(dict(each.numbers), ensure_ascii=False)
        row = db.execute(
            "SELECT id FROM findings WHERE site_id IS ? AND kind = ? AND subject = ?"
            " AND state <> 'recovered'",
            (site_id, each.kind, each.subject),
        ).fetchone()
        if row is not None:
            db.execute("UPDATE findings SET numbers = ? WHERE id = ?", (numbers, row[0]))
            continue
        urls = [] if site_id is None else addresses(db, site_id, each)
        keys.append(
            insert(
                db, "findings", site_id=site_id, kind=each.kind, subject=each.subject,
                level=each.level, since=each.since.isoformat(), noted_at=times.now(),
                numbers=numbers, urls=json.dumps(urls, ensure_ascii=False),
            )
        )  # fmt: skip
    return keys


def end(db: sqlite3.Connection, site_id: int | None, over: Iterable[Over]) -> list[int]:
    """Close findings that hold no more; returns their keys."""
    keys = []
    for each in over:
        row = db.execute(
            "UPDATE findings SET state = 'recovered', muted_until = NULL, recovered_at = ?,"
            " is_habit = ?, numbers = json_set(numbers, '$.until', ?) WHERE site_id IS ?"
            " AND kind = ? AND subject = ? AND state <> 'recovered' RETURNING id",
            (
                times.now(), int(each.is_habit), each.until.isoformat(), site_id, each.kind,
                each.subject,
            ),
        ).fetchone()  # fmt: skip
        keys += [row[0]] if row is not None else []
    return keys


def addresses(db: sqlite3.Connection, site_id: int, found: Found) -> list[str]:
    """Three addresses to look at: stories since, that show it; the last ones of before where
    nothing came; pages that refused us."""
    since = found.since.isoformat()
    if found.kind == "blocked":
        rows = db.execute(
            "SELECT DISTINCT c.url FROM captures c JOIN urls u ON u.id = c.url_id WHERE c.run_id IN"
            " (SELECT id FROM runs WHERE started_at >= ?) AND u.site_id = ? AND c.status >= 400"
            " LIMIT ?",
            (since, site_id, _SHOWN),
        )
    elif found.kind in ("silent", "source_silent"):
        bit = next((bit for name, bit in TOLD_BY.items() if name == found.subject), 0)
        rows = db.execute(
            "SELECT a.url FROM articles a WHERE a.site_id = ? AND a.published_utc < ?"
            " AND (? = 0 OR EXISTS"
            " (SELECT 1 FROM urls u WHERE u.article_id = a.id AND u.told_by & ?))"
            " ORDER BY a.published_utc DESC LIMIT ?",
            (site_id, since, bit, bit, _SHOWN),
        )
    else:
        order, condition = _SHOWING.get(found.kind, ("a.published_utc DESC", "1"))
        rows = db.execute(
            "SELECT a.url FROM articles a JOIN revision_texts t ON t.revision_id = a.revision_id"  # noqa: S608
            " WHERE a.site_id = :site AND a.first_captured_at >= :since"
            f" AND {condition} ORDER BY {order} LIMIT :shown",
            {
                "site": site_id, "since": since, "field": f"$.{found.subject}.source",
                "before": found.numbers.get("before"), "shown": _SHOWN,
            },
        )  # fmt: skip
    return [url for (url,) in rows]


_SHOWING = {
    "field_dropped": (
        "a.first_captured_at DESC", "json_extract(t.sources, :field) IS NULL",
    ),
    "field_shifted": (
        "a.first_captured_at DESC", "json_extract(t.sources, :field) IS NOT :before",
    ),
    "short_bodies": ("a.word_count", "1"),
    "future_dates": ("a.published_utc DESC", "a.published_utc > a.first_captured_at"),
}  # fmt: skip
"""Kind → in which order, and which, of the stories since."""


def _finding(row: tuple[Any, ...]) -> Finding:
    said = list(row)
    said[7], said[8] = json.loads(said[7]), tuple(json.loads(said[8]))
    return Finding(*said)
