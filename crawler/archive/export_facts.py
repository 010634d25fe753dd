"""What a data card tells of the stories that are given out (`exported.choose` comes first)."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from crawler.archive.export_tables import RESERVED_EVER, STORIES


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """What is given out of one newspaper. Days are ISO 8601."""

    host: str
    home_url: str
    stories: int
    first_day: str | None
    last_day: str | None
    years: tuple[tuple[str, int], ...]
    """Stories by year of publication, in order; those without one are not in it."""
    months: tuple[tuple[str, int], ...]
    """Stories by month of publication (`2026-01`), in order; those without one are not in it."""
    months_without: tuple[str, ...]
    """Months between the first and the last of them in which no story was published, or none was
    found."""
    teasers: int
    """Stories of which only the opening was shown."""
    gone: int
    """Stories whose pages have gone since."""
    failed: int
    """Addresses of the newspaper that could not be archived, of any date."""
    reasons: tuple[tuple[str, int], ...]
    """Why, the most frequent reason first."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is given out, and how it came together. Times are ISO 8601, UTC."""

    papers: tuple[PaperFacts, ...]
    stories: int
    filled: tuple[tuple[str, float], ...]
    """Share of stories in which each column is filled, in the table's order."""
    languages: tuple[tuple[str, int], ...]
    runs: int
    """Runs of the archive, of whatever newspaper."""
    first_capture: str | None
    last_capture: str | None
    software: tuple[str, ...]
    """Versions that fetched, as `runs.software` has them."""
    extractors: tuple[str, ...]
    """Versions that read these stories."""
    lost_captures: int
    """Captures of the archive whose records are known to be lost."""
    takedowns: int
    """Addresses whose content was taken down for good."""


_FILLED = tuple(
    column for column in STORIES.columns
    if column.name in {
        "title", "authors", "published_at", "published_utc", "published_day", "modified_at",
        "read_time_minutes", "section", "tags", "language", "standfirst", "body_text", "image_url",
        "access",
    }
)  # fmt: skip
_FROM = (
    " FROM temp._chosen chosen CROSS JOIN articles a ON a.id = chosen.article_id"
    " CROSS JOIN sites s ON s.id = a.site_id CROSS JOIN revisions r ON r.id = a.revision_id"
)
_MOST_REASONS = 8


def facts(connection: sqlite3.Connection) -> Facts:
    """Count what was chosen. Raises sqlite3.Error."""
    number = _one(connection, "SELECT count(*) FROM temp._chosen")
    first, last = connection.execute(
        "SELECT min(fetched_at), max(fetched_at) FROM captures"
    ).fetchone()
    return Facts(
        papers=_papers(connection),
        stories=number,
        filled=_filled(connection, number),
        languages=tuple(connection.execute(
            f"SELECT r.language, count(*){_FROM} WHERE r.language IS NOT NULL"
            " GROUP BY 1 ORDER BY 2 DESC, 1"
        ).fetchall()),
        runs=_one(connection, "SELECT count(*) FROM runs"),
        first_capture=first,
        last_capture=last,
        software=_texts(connection, "SELECT DISTINCT software FROM runs ORDER BY 1"),
        extractors=_texts(connection, f"SELECT DISTINCT r.extractor{_FROM} ORDER BY 1"),
        lost_captures=_one(connection, "SELECT count(*) FROM lost_captures"),
        takedowns=_one(connection, "SELECT count(*) FROM takedowns"),
    )  # fmt: skip


def _papers(connection: sqlite3.Connection) -> tuple[PaperFacts, ...]:
    years, months = _by(connection, 4), _by(connection, 7)
    failures: dict[int, list[tuple[str, int]]] = {}
    for site, reason, addresses in connection.execute(
        "SELECT site_id, ifnull(reason_code, state), count(*) FROM urls"
        " WHERE state IN ('failed', 'retry', 'gone') AND role = 'page' AND article_id IS NULL"
        " AND site_id IN (SELECT a.site_id FROM temp._chosen c JOIN articles a"
        " ON a.id = c.article_id) GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2"
    ):
        failures.setdefault(site, []).append((reason, addresses))
    found = []
    for key, host, home, stories, first, last, teasers, gone in connection.execute(
        "SELECT s.id, s.host, s.home_url, count(*), min(a.published_day), max(a.published_day),"
        " sum(a.access IS 'teaser'), sum(a.gone_at IS NOT NULL)"
        f"{_FROM} GROUP BY s.id ORDER BY s.host"
    ).fetchall():
        known = months.get(host, [])
        failed = failures.get(key, [])
        found.append(PaperFacts(
            host, home, stories, first, last, tuple(years.get(host, ())), tuple(known),
            _between(known), teasers, gone,
            sum(each for _, each in failed), tuple(failed[:_MOST_REASONS]),
        ))  # fmt: skip
    return tuple(found)


def _by(connection: sqlite3.Connection, letters: int) -> dict[str, list[tuple[str, int]]]:
    """Stories of each newspaper by the beginning of their dates: 4 letters are the year, 7 the
    month."""
    found: dict[str, list[tuple[str, int]]] = {}
    for host, when, stories in connection.execute(
        "SELECT s.host, substr(ifnull(a.published_day, r.published_at), 1, ?1) AS told, count(*)"
        f"{_FROM} GROUP BY s.host, told HAVING length(told) = ?1 ORDER BY 1, 2",
        (letters,),
    ):
        found.setdefault(host, []).append((when, stories))
    return found


def _between(months: list[tuple[str, int]]) -> tuple[str, ...]:
    """Months without a story. A date that a page invents may be centuries off, and its months are
    not a gap that anybody should read of one by one: so much is told of years since 1600 alone."""
    there = {month for month, _ in months if "1600" <= month < "2200"}
    if not there:
        return ()
    year, month = (int(part) for part in min(there).split("-"))
    missing, last = [], max(there)
    while (name := f"{year:04}-{month:02}") < last:
        if name not in there:
            missing.append(name)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return tuple(missing)


def _filled(connection: sqlite3.Connection, stories: int) -> tuple[tuple[str, float], ...]:
    counts = ", ".join(
        f"sum({column.sql} <> '[]')" if column.kind == "texts" else f"count({column.sql})"
        for column in _FILLED
    )
    row = connection.execute(f"SELECT {counts}{_FROM}").fetchone()
    return tuple(
        (column.name, (number or 0) / stories if stories else 0.0)
        for column, number in zip(_FILLED, row, strict=True)
    )


def _one(connection: sqlite3.Connection, sql: str) -> int:
    number: int = connection.execute(sql).fetchone()[0]
    return number


def _texts(connection: sqlite3.Connection, sql: str) -> tuple[str, ...]:
    return tuple(text for (text,) in connection.execute(sql))


def reserved(connection: sqlite3.Connection) -> tuple[tuple[str, int], ...]:
    """What the captures of the chosen stories reserve, and of how many stories, the most frequent
    first. `exported.look_with` comes first. Raises sqlite3.Error."""
    return tuple(
        connection.execute(
            f"SELECT j.value, count(*){_FROM} CROSS JOIN json_each({RESERVED_EVER}) j"
            " GROUP BY 1 ORDER BY 2 DESC, 1"
        )
    )
