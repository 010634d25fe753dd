"""No table that times are compared in takes any other time than UTC."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from crawler.archive import database
from crawler.archive.migrations import migrations
from crawler.archive.schema import AS_TOLD, UTC_COLUMNS
from crawler.archive.store import Store
from crawler.items import FoundUrl, Moment
from crawler.policy.revisit import Revisits
from crawler.times import utc

from .conftest import MakeVisit
from .test_store import STORY

WRONG = (
    "2026-01-02T07:00:00-05:00",
    "2026-01-02T17:30:00+05:30",
    "2026-01-02T12:00:00Z",
    "2026-01-02T12:00:00",
    "2026-01-02 12:00:00+00:00",
    "2026-01-02T12:00:00.5+00:00",
    "2026-01-02",
    "now",
    "",
)
ZONES = [timezone(timedelta(minutes=m)) for m in range(-12 * 60, 14 * 60 + 1, 30)]


def claim(store: Store, now: str) -> list[str]:
    site = store.find_site("news.example")
    assert site is not None
    with store.db.atomic():
        return [due.found.url for due in store.frontier.claim(site, 900, now)]


def test_every_time_is_either_utc_or_told_by_others(store: Store) -> None:
    for table in store.db.table_names():
        named = {row[1] for row in store.db.execute(f"PRAGMA table_info([{table}])")}
        times = {name for name in named if name.endswith("_at")}
        assert times - AS_TOLD - set(UTC_COLUMNS.get(table, ())) - {"applied_at"} == set(), table


def test_a_time_in_another_form_is_refused(store: Store) -> None:
    for table, columns in UTC_COLUMNS.items():
        guards = store.db.execute(
            "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (table,)
        ).fetchall()
        for column in columns:
            assert any(f"UPDATE OF {', '.join(columns)}" in sql for (sql,) in guards), table
            for wrong in WRONG:
                with pytest.raises(sqlite3.IntegrityError, match="are UTC"):
                    store.db.execute(f"INSERT INTO {table} ({column}) VALUES (?)", (wrong,))
    for wrong in WRONG:
        with pytest.raises(sqlite3.IntegrityError, match="are UTC"):
            store.db.execute("UPDATE runs SET finished_at = ?", (wrong,))


def test_an_archive_of_the_version_before_is_written_anew(tmp_path: Path) -> None:
    old = database.Database(sqlite3.connect(tmp_path / database.FILE_NAME))
    migrations.apply(old, stop_before="m010_times_in_utc")
    old.conn.executescript(
        """
        INSERT INTO sites (id, host, home_url, first_seen_at)
            VALUES (1, 'news.example', 'https://news.example/', '2026-01-01T00:00:00.5-05:00');
        INSERT INTO runs (id, spider, arguments, software, started_at)
            VALUES (1, 'news', '{}', 'Old/0.1', '2026-01-01T00:00:00Z');
        INSERT INTO urls (id, url, key, site_id, role, state, source, found_at, due_at, visited_at)
            VALUES (1, 'https://news.example/a', 1, 1, 'page', 'done', 'link',
                '2026-01-01T00:00:00.000000+00:00', '2026-01-01T22:00:00-05:00',
                '2026-01-01T05:30:00+05:30'),
            (2, 'https://news.example/b', 2, 1, 'page', 'done', 'link',
                '2026-01-01T00:00:00+00:00', 'someday', NULL);
        INSERT INTO captures (id, url_id, run_id, fetched_at, status, payload_digest, payload_bytes,
                record_id, warc_file, warc_offset, warc_length)
            VALUES (1, 1, 1, '2026-01-01T05:30:00.250000+05:30', 200, 'd', 1, 'r', 'w', 0, 1);
        """
    )
    old.close()
    store = Store(tmp_path)
    assert list(store.db.query("SELECT due_at, visited_at FROM urls ORDER BY id")) == [
        {"due_at": "2026-01-02T03:00:00+00:00", "visited_at": "2026-01-01T00:00:00+00:00"},
        {"due_at": None, "visited_at": None},
    ]
    (capture,) = store.db.query("SELECT fetched_at FROM captures")
    assert capture["fetched_at"] == "2026-01-01T00:00:00.250000+00:00"
    (site,) = store.db.query("SELECT first_seen_at FROM sites")
    assert site["first_seen_at"] == "2026-01-01T05:00:00.500000+00:00"
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        store.db.execute("UPDATE captures SET status = 404")
    store.close()


def test_a_story_of_any_zone_is_due_once_and_later_than_now(
    folder: Path, make_visit: MakeVisit
) -> None:
    store = Store(folder, Revisits((3_600, 21_600, 86_400)))
    begun = datetime(2026, 1, 2, 12, tzinfo=UTC)
    store.begin_run("news", {}, "Test/1", utc(begun))
    due_soon = set()
    for number, zone in enumerate(ZONES):
        for age in (0, 20, 50, 200, 700):
            at = (begun - timedelta(minutes=age)).astimezone(zone).isoformat()
            url = f"https://news.example/{number}-{age}"
            story = replace(STORY, url=url, canonical_url=None, title=f"Story {number} of {age}",
                            published=Moment(at, "second", at, "meta"))  # fmt: skip
            visit = make_visit(url, story)
            captures = (replace(visit.captures[0], fetched_at=utc(begun, exact=True)),)
            store.record([replace(visit, captures=captures)])
            if age < 360:  # an older one is due after a day
                due_soon.add(url)
    for row in store.db.query("SELECT due_at, visited_at FROM urls"):
        assert row["due_at"] > row["visited_at"]
    for hours in (0, 1, 5, 30):
        assert claim(store, utc(begun + timedelta(hours=hours, minutes=30))) == []
    later = utc(begun + timedelta(hours=7))
    store.begin_run("news", {}, "Test/1", later)
    assert set(claim(store, later)) == due_soon
    assert claim(store, later) == []
    store.close()


@pytest.mark.parametrize(
    "published",
    ["9999-12-31T23:59:59-12:00", "9999", "0001-01-01T00:00:00+14:00", "2199-01-01", "0001"],
)
def test_far_off_dates_neither_loop_nor_break(
    folder: Path, make_visit: MakeVisit, published: str
) -> None:
    store = Store(folder, Revisits((3_600, 21_600, 86_400)))
    store.begin_run("news", {}, "Test/1", "2026-01-02T12:00:00+00:00")
    precision = "second" if "T" in published else "year" if len(published) == 4 else "day"
    story = replace(STORY, published=Moment(published, precision, published, "meta"))
    listed = FoundUrl(story.url, "page", "sitemap", claimed_at=published, changed_at=published)
    store.record([make_visit("https://news.example/sitemap.xml", role="sitemap", found=(listed,))])
    now = "2026-01-02T12:30:00+00:00"
    assert len(claim(store, now)) == 1
    store.record([make_visit(story.url, story)])
    moved = replace(listed, changed_at="9999-12-30")
    store.record([make_visit("https://news.example/sitemap.xml", role="sitemap", found=(moved,))])
    assert claim(store, "2026-01-09T12:30:00+00:00") == []
    (row,) = store.db.query("SELECT first_published_at FROM site_summary")
    assert row["first_published_at"] == published
    store.close()


@pytest.mark.parametrize("when", ["0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+00:00"])
def test_a_capture_of_a_clock_that_was_wrong_is_visited_anew_once(
    folder: Path, make_visit: MakeVisit, when: str
) -> None:
    store = Store(folder, Revisits((3_600,)))
    store.begin_run("import", {}, "Test/1", "2026-01-02T12:00:00+00:00")
    visit = make_visit(STORY.url, STORY)
    told = FoundUrl("https://news.example/other", "page", "link", changed_at=when)
    captures = (replace(visit.captures[0], fetched_at=when),)
    store.record([replace(visit, captures=captures, found=(told,))])
    now = "2026-01-02T12:30:00+00:00"
    store.begin_run("news", {}, "Test/1", now)
    site = store.find_site("news.example")
    assert site is not None
    with store.db.atomic():
        store.frontier.make_due(site, now)
    first = make_visit(STORY.url, STORY)
    captures = (replace(first.captures[0], fetched_at="2026-01-02T12:31:00.000000+00:00"),)
    claimed = set(claim(store, now))
    if when < now:
        assert claimed == {STORY.url, told.url}
    store.record([replace(first, captures=captures)])
    (row,) = store.db.query("SELECT state FROM urls WHERE url = ?", [STORY.url])
    assert row["state"] == "done"
    assert STORY.url not in claim(store, now)
    store.close()


def test_dates_of_stories_are_compared_by_the_moment_they_mean(
    store: Store, make_visit: MakeVisit
) -> None:
    told = ("2026-01-02T23:30:00-05:00", "2026-01-03T08:00:00+14:00", "2026-01-03T01:00:00+00:00")
    for number, at in enumerate(told):
        url = f"https://news.example/{number}"
        story = replace(STORY, url=url, canonical_url=None, title=f"Story {number}",
                        published=Moment(at, "second", at, "meta"))  # fmt: skip
        store.record([make_visit(url, story)])
    (row,) = store.db.query("SELECT first_published_at AS a, last_published_at AS b"
                            " FROM site_summary")  # fmt: skip
    assert (row["a"], row["b"]) == (told[1], told[0])
