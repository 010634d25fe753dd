"""How the stories that a query finds are spread: over newspapers, sections, authors …, and over
time. Without a query the numbers are there already."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from crawler.archive.searching import SECONDS, TooSlow, limited, stories_in, without_words
from crawler.archive.selecting import Selection, explained, select
from crawler.search import Query, condition

COUNTED = 5_000
"""Hits that facets are counted over at most: the last that came into the archive."""
SHOWN = 20
"""Values of a facet."""
KINDS = ("site", "year", "month", "section", "author", "tag", "language", "read")
"""The facets, in the order that they are shown in."""
READ_TIMES = ("1-2", "3-5", "6-10", "11-20", "21+")
"""Minutes, as `read:` takes them."""
_FIELDS = {"year": "date", "month": "date", "language": "lang"}
_COLUMNS = ("site", "month", "section", "language", "minutes")
_SAMPLE = 100_000
"""Stories of an archive from which on the hits of a broad query are counted by sample over time."""

By = Literal["day", "month", "year"]


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a facet."""

    value: str
    stories: int
    condition: str
    """What narrows a query to it: `section:News`."""


@dataclass(frozen=True, slots=True)
class Facets:
    """How stories are spread."""

    values: dict[str, tuple[Value, ...]]
    """By kind (`KINDS`), most stories first; years, months and read times in their own order."""
    counted: int
    """Over how many stories."""
    is_all: bool
    """False: there are more, and only the last that came into the archive were counted."""


@dataclass(frozen=True, slots=True)
class Point:
    """One day, month or year."""

    period: str
    """2026-01-31, 2026-01 or 2026."""
    stories: int
    """That the query finds."""
    all: int
    """That there are: of the newspapers, sections … that the query names."""

    @property
    def share(self) -> float:
        """The one as a share of the other, 0 to 1."""
        return self.stories / self.all if self.all else 0.0


@dataclass(frozen=True, slots=True)
class Series:
    """A query over time, without gaps."""

    by: By
    points: tuple[Point, ...]
    is_estimate: bool
    """Counted by a sample of the stories."""


def facets(
    connection: sqlite3.Connection, query: Query, *, most: int = COUNTED, seconds: float = SECONDS
) -> Facets:
    """How the stories are spread that a query finds. Where counting takes longer than it may,
    fewer are counted.

    Raises UsageError where a query in the engine's own syntax is none, sqlite3.Error.
    """
    if query.is_empty:
        return _kept(connection)
    selection = select(connection, query)
    try:
        with limited(connection, seconds):
            return _counted(connection, selection, most)
    except TooSlow:
        return _counted(connection, selection, max(most // 20, 1))
    except sqlite3.OperationalError as error:
        if (wrong := explained(query, error)) is not None:
            raise wrong from None
        raise


def _kept(connection: sqlite3.Connection) -> Facets:
    counts: dict[str, Counter[str]] = {}
    for kind in ("site", "section", "author", "tag", "language"):
        counts[kind] = Counter(dict(connection.execute(
            "SELECT value, stories FROM _facets WHERE kind = ? AND stories > 0"
            " ORDER BY stories DESC LIMIT ?",
            (kind, 2 * SHOWN),
        ).fetchall()))  # fmt: skip
    for kind in ("month", "minutes"):
        counts[kind] = Counter(dict(connection.execute(
            "SELECT value, stories FROM _facets WHERE kind = ? AND stories > 0", (kind,)
        ).fetchall()))  # fmt: skip
    return Facets(_values(counts), stories_in(connection), is_all=True)


def _counted(connection: sqlite3.Connection, selection: Selection, most: int) -> Facets:
    sql, values = selection.rows(
        "f.article_id, " + ", ".join(f"f.{column}" for column in _COLUMNS),
        more=f"{selection.newest_first} LIMIT ?",
        values=(most + 1,),
    )
    rows = connection.execute(sql, values).fetchall()
    is_all = len(rows) <= most
    rows = rows[:most]
    columns = list(zip(*rows, strict=True)) or [()] * (len(_COLUMNS) + 1)
    keys = json.dumps(columns[0])
    counts = {
        kind: _named(connection, Counter(found))
        for kind, found in zip(_COLUMNS, columns[1:], strict=True)
    }
    counts["author"] = _joined(connection, keys, "author")
    counts["tag"] = _joined(connection, keys, "tag")
    return Facets(_values(counts), len(rows), is_all)


def _named(connection: sqlite3.Connection, counted: Counter[int | None]) -> Counter[str]:
    """Counts by name of what was counted by key."""
    names = dict(
        connection.execute(
            "SELECT f.id, f.value FROM json_each(?) j CROSS JOIN _facets f ON f.id = j.value",
            (json.dumps([key for key in counted if key is not None]),),
        ).fetchall()
    )
    return Counter({names[key]: number for key, number in counted.items() if key in names})


def _joined(connection: sqlite3.Connection, keys: str, kind: str) -> Counter[str]:
    """Authors or tags of stories. Those of one name in two newspapers are one here."""
    rows = connection.execute(
        f"SELECT w.name, n.number FROM (SELECT x.{kind}_id AS id, count(*) AS number"  # noqa: S608
        f" FROM json_each(?) j CROSS JOIN article_{kind}s x ON x.article_id = j.value"
        f" GROUP BY 1 ORDER BY 2 DESC LIMIT ?) n CROSS JOIN {kind}s w ON w.id = n.id",
        (keys, 4 * SHOWN),
    )
    found: Counter[str] = Counter()
    for name, number in rows:
        found[name] += number
    return found


def _values(counts: dict[str, Counter[str]]) -> dict[str, tuple[Value, ...]]:
    months = counts.pop("month")
    minutes = counts.pop("minutes")
    years: Counter[str] = Counter()
    for month, number in months.items():
        years[month[:4]] += number
    read = Counter(dict.fromkeys(READ_TIMES, 0))
    for told, number in minutes.items():
        read[_read_time(int(told))] += number
    ordered = {
        "year": sorted(years.items(), reverse=True),
        "month": sorted(((m, n) for m, n in months.items() if len(m) > 4), reverse=True),
        "read": [(name, read[name]) for name in READ_TIMES if read[name]],
    }
    for kind, found in counts.items():
        ordered[kind] = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))[:SHOWN]
    return {
        kind: tuple(
            Value(value, number, condition(_FIELDS.get(kind, kind), value))
            for value, number in ordered[kind]
        )
        for kind in KINDS
    }


def _read_time(minutes: int) -> str:
    return next(
        name for name in READ_TIMES
        if name.endswith("+") or minutes <= int(name.partition("-")[2])
    )  # fmt: skip


# -- over time -------------------------------------------------------------------------------------


def over_time(
    connection: sqlite3.Connection, query: Query, *, by: By | None = None,
    seconds: float = SECONDS,
) -> Series:  # fmt: skip
    """How many stories a query finds in each day, month or year, beside how many there are.

    by: None: days where it is two months at most, years beyond ten. Raises as `facets`.
    """
    return compare(connection, [query], by=by, seconds=seconds)[0]


def compare(
    connection: sqlite3.Connection, queries: Sequence[Query], *, by: By | None = None,
    seconds: float = SECONDS,
) -> tuple[Series, ...]:  # fmt: skip
    """Several queries over the same time, each as `over_time`. Raises as `facets`."""
    found = [
        _all(connection, query, by or "month", seconds) if query.is_empty
        else _by_day(connection, query, seconds) for query in queries
    ]  # fmt: skip
    days = sorted({day for counted, _ in found for day in counted})
    unit = by or _unit(days)
    if unit == "day":
        found = [
            _by_day(connection, query, seconds) if query.is_empty else known
            for query, known in zip(queries, found, strict=True)
        ]
        days = sorted({day for counted, _ in found for day in counted})
    periods = _periods(days, unit)
    series: list[Series] = []
    for query, (counted, is_estimate) in zip(queries, found, strict=True):
        everything, is_rough = counted, is_estimate
        if query.has_words:
            everything, is_rough = _all(connection, without_words(query), unit, seconds)
        pairs = zip(_sums(counted, periods), _sums(everything, periods), periods, strict=True)
        points = tuple(Point(period, one, of) for one, of, period in pairs)
        series.append(Series(unit, points, is_estimate or is_rough))
    return tuple(series)


_Days = Counter[str]
"""Stories by day, month or year, as exact as is known."""


def _all(
    connection: sqlite3.Connection, query: Query, unit: By, seconds: float
) -> tuple[_Days, bool]:
    """The stories that a query without words means, as exact as a unit; and whether that is an
    estimate."""
    if query.is_empty and unit != "day":
        rows = connection.execute(
            "SELECT value, stories FROM _facets WHERE kind = 'month' AND stories > 0"
        )
        return Counter(dict(rows.fetchall())), False
    return _by_day(connection, query, seconds)


def _by_day(connection: sqlite3.Connection, query: Query, seconds: float) -> tuple[_Days, bool]:
    """Stories a day, and whether that is an estimate."""
    selection = select(connection, query)
    sql, values = selection.rows("f.day, count(*)", more="AND f.day IS NOT NULL GROUP BY 1")
    try:
        with limited(connection, seconds):
            return Counter(dict(connection.execute(sql, values).fetchall())), False
    except TooSlow:
        step = max(2, -(-stories_in(connection) // _SAMPLE))
    except sqlite3.OperationalError as error:
        if (wrong := explained(query, error)) is not None:
            raise wrong from None
        raise
    key = f"{selection.index}.rowid" if selection.index else "f.article_id"
    sql, values = selection.rows(
        f"f.day, count(*) * {step}", more=f"AND f.day IS NOT NULL AND {key} % {step} = 0 GROUP BY 1"
    )
    return Counter(dict(connection.execute(sql, values).fetchall())), True


def _unit(days: Sequence[str]) -> By:
    exact = [day for day in days if len(day) >= 7]
    if not exact:
        return "year"
    months = (
        (int(exact[-1][:4]) - int(exact[0][:4])) * 12 + int(exact[-1][5:7]) - int(exact[0][5:7])
    )
    if months <= 1:
        return "day"
    return "month" if months <= 120 else "year"


def _periods(days: Sequence[str], unit: By) -> list[str]:
    """All periods from the first to the last: also those without a story."""
    length = {"day": 10, "month": 7, "year": 4}[unit]
    known = sorted({day[:length] for day in days if len(day) >= length})
    if not known:
        return []
    first, last = known[0], known[-1]
    if unit == "year":
        return [f"{year:04}" for year in range(int(first), int(last) + 1)]
    if unit == "month":
        begin, end = (int(month[:4]) * 12 + int(month[5:7]) - 1 for month in (first, last))
        return [f"{month // 12:04}-{month % 12 + 1:02}" for month in range(begin, end + 1)]
    start, stop = date.fromisoformat(first), date.fromisoformat(last)
    return [(start + timedelta(days=n)).isoformat() for n in range((stop - start).days + 1)]


def _sums(counted: _Days, periods: Sequence[str]) -> list[int]:
    length = len(periods[0]) if periods else 0
    sums: Counter[str] = Counter()
    for day, number in counted.items():
        sums[day[:length]] += number
    return [sums[period] for period in periods]
