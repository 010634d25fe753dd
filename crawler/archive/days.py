"""The day of a story's publication as its newspaper counts days."""

from __future__ import annotations

import contextlib
import sqlite3
from collections import Counter
from datetime import datetime, tzinfo

from crawler.times import day_told

_AROUND = 15
"""Stories before and after one, by their dates, that may tell the newspaper's zone."""
_UTC = "+00:00"


def day_of(connection: sqlite3.Connection, site_id: int, told: str | None) -> str | None:
    """The day of a date as a page tells it (ISO 8601): in the newspaper's own zone, as far as the
    archive knows that; None where there is no day. Raises sqlite3.Error.

    A page that tells UTC does not say which zone its readers live in. Other stories of those days
    may: where they stand between such that tell UTC, both are forms of one paper, and the offset
    that most of them tell is its own. (In London all tell UTC from October on, and none between.)
    """
    if told is None or _offset(told) != _UTC:
        return day_told(told)
    with contextlib.suppress(ValueError, OverflowError):
        moment = datetime.fromisoformat(told)
        zone = _zone_around(connection, site_id, moment.isoformat(timespec="seconds"))
        return moment.astimezone(zone).date().isoformat()
    return day_told(told)


def _zone_around(connection: sqlite3.Connection, site_id: int, at: str) -> tzinfo | None:
    """The zone that the stories around a moment tell. at: ISO 8601, UTC."""
    before = _offsets(connection, site_id, at, "<", "DESC")[::-1]
    around = [*before, _UTC, *_offsets(connection, site_id, at, ">", "ASC")]
    first, end = around.index(_UTC), len(around) - around[::-1].index(_UTC)
    told = Counter(each for each in around[first:end] if each != _UTC)
    own = max(told, key=lambda each: (told[each], each), default=_UTC)
    return datetime.fromisoformat(f"2000-01-01T00:00{own}").tzinfo


def settle_days(connection: sqlite3.Connection, run_id: int) -> None:
    """Count the days of a run's stories once more, when all of them are known, in a transaction of
    the caller's. Raises sqlite3.Error."""
    rows = connection.execute(
        "SELECT a.id, a.site_id, a.published_day, r.published_at FROM captures c"
        " JOIN revisions r ON r.capture_id = c.id JOIN articles a ON a.revision_id = r.id"
        " WHERE c.run_id = ? AND r.published_at LIKE '%T%+00:00'",
        (run_id,),
    ).fetchall()
    for article_id, site_id, known, told in rows:
        day = day_of(connection, site_id, told)
        if day != known:
            connection.execute(
                "UPDATE articles SET published_day = ? WHERE id = ?", (day, article_id)
            )


def _offsets(
    connection: sqlite3.Connection, site_id: int, at: str, side: str, order: str
) -> list[str]:
    """The offsets that the stories next to a moment tell, the nearest first."""
    rows = connection.execute(
        "SELECT r.published_at FROM (SELECT revision_id, published_utc FROM articles"  # noqa: S608
        f" WHERE site_id = ? AND published_utc {side} ? ORDER BY published_utc {order} LIMIT ?) a"
        " CROSS JOIN revisions r ON r.id = a.revision_id",
        (site_id, at, _AROUND),
    )
    return [offset for (told,) in rows if (offset := _offset(told)) is not None]


def _offset(told: str) -> str | None:
    """The offset of a date; None where it tells none."""
    time = told.partition("T")[2]
    sign = max(time.rfind("+"), time.rfind("-"))
    return time[sign:] if sign > 0 else None
