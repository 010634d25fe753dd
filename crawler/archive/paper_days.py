"""What monitors look at: a newspaper's days. Every function raises sqlite3.Error.

A day is counted anew for two weeks, while stories of it still come in, and then kept: what an
archive of years holds is not counted again each night.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

from crawler.archive.chains import TOLD_BY
from crawler.archive.layouts import FIELDS
from crawler.monitors import NOTHING, Day
from crawler.reasons import REFUSALS

_ANEW = 14
"""Days that are counted anew."""
_REMEMBERED = 800
"""Days that are looked at: two years, for the holidays of the one before."""
_SAMPLE = 60
"""Bodies of a day whose lengths are kept."""
_FIRST_WEEK = 7
"""Days after the first run in which stories without a date may be of any age."""
_EXTRA_GAP = 2
_ALIVE = 8 * 86_400
"""Seconds between two visits of a list beyond which it has told of nothing for two weeks."""

_STORIES = (
    "SELECT a.published_day, a.first_captured_at, a.published_utc, a.word_count, t.sources,"
    " r.extractor, (SELECT max(u.told_by & 1) | max(u.told_by & 2) | max(u.told_by & 4)"
    " FROM urls u WHERE u.article_id = a.id), (SELECT u.source FROM captures c"
    " JOIN urls u ON u.id = c.url_id WHERE c.id = r.capture_id)"
    " FROM articles a JOIN revisions r ON r.id = a.revision_id"
    " JOIN revision_texts t ON t.revision_id = r.id WHERE a.site_id = :site"
)
_DATED = f"{_STORIES} AND a.published_utc >= :from_"
_UNDATED = f"{_STORIES} AND a.published_utc IS NULL AND a.first_captured_at >= :since"


@dataclass(slots=True)
class _Counted:
    """A day as it is being counted."""

    stories: int = 0
    sources: Counter[str] = field(default_factory=Counter)
    fields: dict[str, Counter[str]] = field(default_factory=dict)
    words: list[int] = field(default_factory=list)
    ahead: int = 0
    answers: int = 0
    refused: int = 0
    readings: Counter[str] = field(default_factory=Counter)

    def facts(self) -> dict[str, Any]:
        """As it is kept."""
        words = sorted(self.words)
        if len(words) > _SAMPLE:
            words = [words[at * (len(words) - 1) // (_SAMPLE - 1)] for at in range(_SAMPLE)]
        reading = self.readings.most_common(1)[0][0] if self.readings else ""
        return {
            "stories": self.stories, "sources": self.sources, "fields": self.fields,
            "words": words, "ahead": self.ahead, "answers": self.answers,
            "refused": self.refused, "reading": reading,
        }  # fmt: skip


def watched_sites(db: sqlite3.Connection) -> list[tuple[int, str]]:
    """(key, host) of newspapers that runs are sent for, and of hosts below them with stories."""
    return db.execute(
        "SELECT s.id, s.host FROM sites s WHERE EXISTS (SELECT 1 FROM run_papers p"
        " WHERE p.site_id = s.id AND p.outcome IS NOT NULL)"
        " OR (EXISTS (SELECT 1 FROM articles a WHERE a.site_id = s.id)"
        " AND EXISTS (SELECT 1 FROM run_papers p JOIN sites o ON o.id = p.site_id"
        " WHERE p.outcome IS NOT NULL AND s.host LIKE '%.' || o.host)) ORDER BY s.host"
    ).fetchall()


def has_stories(db: sqlite3.Connection, site_id: int) -> bool:
    """Whether any story of a newspaper was archived, of whatever day."""
    row = db.execute("SELECT EXISTS (SELECT 1 FROM articles WHERE site_id = ?)", (site_id,))
    return bool(row.fetchone()[0])


def days_of(db: sqlite3.Connection, site_id: int, host: str) -> list[Day]:
    """The days of a newspaper that are over, from the first run on, in order and without gaps; the
    last ones are counted anew and kept, in a transaction of the caller's."""
    runs = _run_days(db, host)
    if len(runs) < 2:
        return []
    first, end = runs[0], runs[-1]  # the day of the last run is not over
    kept = dict(
        db.execute(
            "SELECT day, facts FROM _paper_days WHERE site_id = ? AND day >= ? ORDER BY day",
            (site_id, (end - timedelta(_REMEMBERED)).isoformat()),
        ).fetchall()
    )
    anew = first if not kept else max(first, end - timedelta(_ANEW))
    counted = _count(db, site_id, first, anew)
    days = []
    at = max(first, end - timedelta(_REMEMBERED))
    watched = _watched(runs)
    heard = _heard(db, site_id)
    while at < end:
        name = at.isoformat()
        if at >= anew:
            facts = counted.get(at, _Counted()).facts()
            db.execute(
                "INSERT INTO _paper_days (site_id, day, facts) VALUES (?, ?, ?)"
                " ON CONFLICT DO UPDATE SET facts = excluded.facts",
                (site_id, name, json.dumps(facts, ensure_ascii=False)),
            )
        else:
            facts = json.loads(kept[name]) if name in kept else _Counted().facts()
        unheard = {source for source, until in heard.items() if at >= until}
        days.append(replace(Day(at, **facts), unheard=unheard, is_watched=at in watched))
        at += timedelta(1)
    return days


def forget_days(db: sqlite3.Connection, article_ids: Iterable[int]) -> None:
    """Have the days of these articles' newspapers be counted anew: their pages were read again, by
    another extractor or with another profile."""
    db.executemany(
        "DELETE FROM _paper_days WHERE site_id = (SELECT site_id FROM articles WHERE id = ?)",
        ((each,) for each in article_ids),
    )


def _run_days(db: sqlite3.Connection, host: str) -> list[date]:
    """On which days runs were sent for a newspaper."""
    rows = db.execute(
        "SELECT DISTINCT substr(r.started_at, 1, 10) FROM run_papers p"
        " JOIN runs r ON r.id = p.run_id JOIN sites s ON s.id = p.site_id"
        " WHERE r.spider = 'news' AND (p.outcome IS NOT NULL OR r.finished_at IS NULL)"
        " AND (s.host = :host OR :host LIKE '%.' || s.host) ORDER BY 1",
        {"host": host},
    )
    return [date.fromisoformat(day) for (day,) in rows]


def _watched(runs: list[date]) -> set[date]:
    """The days that a run has looked at not much later than is usual."""
    gaps = [(other - one).days for one, other in pairwise(runs)]
    usual = median(gaps[-60:]) if gaps else 1
    found = set()
    for one, other in pairwise(runs):
        length = (other - one).days
        if length <= 2 * usual + _EXTRA_GAP:
            found |= {one + timedelta(number) for number in range(length)}
    return found


def _heard(db: sqlite3.Connection, site_id: int) -> dict[str, date]:
    """Kind of list → the day before which all of its lists have been read since that may be alive.

    Each is read at its own rhythm: what one has not told of yet, it may tell of."""
    rows = db.execute(
        "SELECT role, min(visited_at) FROM urls WHERE site_id = ? AND role <> 'page'"
        " AND role <> 'requisite' AND state = 'done' AND interval_seconds <= ? GROUP BY 1",
        (site_id, _ALIVE),
    )
    return {str(role): date.fromisoformat(at[:10]) for role, at in rows if at}


def _count(db: sqlite3.Connection, site_id: int, first: date, anew: date) -> dict[date, _Counted]:
    counted: dict[date, _Counted] = {}
    names = {
        "site": site_id,
        "from_": (anew - timedelta(1)).isoformat(),
        "since": (max(anew, first + timedelta(_FIRST_WEEK))).isoformat(),
    }
    for sql in (_DATED, _UNDATED):
        for published, captured, at, words, sources, extractor, lists, first_told in db.execute(
            sql, names
        ):
            told = published if published is not None and len(published) == 10 else captured[:10]
            # what claims to be of tomorrow came today
            day = date.fromisoformat(min(told, captured[:10]))
            if day < anew:
                continue
            one = counted.setdefault(day, _Counted())
            one.stories += 1
            # who of several that list a story is asked first is chance: each has told of it
            told_by: list[str] = [name for name, bit in TOLD_BY.items() if bit & (lists or 0)]
            one.sources.update(told_by or [first_told or "unknown"])
            one.words.append(words or 0)
            one.readings[extractor] += 1
            one.ahead += bool(at and at[:10] > _next(captured[:10]))
            said = json.loads(sources)
            for name in FIELDS:
                where = said[name]["source"] if name in said else NOTHING
                one.fields.setdefault(name, Counter())[where] += 1
    _count_answers(db, site_id, anew, counted)
    return counted


def _count_answers(
    db: sqlite3.Connection, site_id: int, anew: date, counted: dict[date, _Counted]
) -> None:
    refusals = ", ".join(sorted(REFUSALS))
    rows = db.execute(
        "SELECT substr(c.fetched_at, 1, 10), count(*), ifnull(sum(c.status IN"  # noqa: S608
        f" ({refusals}) OR (ifnull(u.reason_code, '') = 'no_article'"
        " AND u.reason_subject = 'wall')), 0)"
        " FROM captures c JOIN urls u ON u.id = c.url_id WHERE c.run_id IN"
        " (SELECT id FROM runs WHERE started_at >= :from_) AND u.site_id = :site"
        " AND u.role IN ('home', 'page') GROUP BY 1",
        {"from_": anew.isoformat(), "site": site_id},
    )
    for day, answers, refused in rows:
        one = counted.setdefault(date.fromisoformat(day), _Counted())
        one.answers, one.refused = answers, refused


def _next(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(1)).isoformat()
