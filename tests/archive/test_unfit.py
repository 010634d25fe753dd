"""What the database does not take fails alone, and says why."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crawler.archive.store import Store
from crawler.archive.unfit import is_about_content
from crawler.errors import BusyError
from crawler.items import Article, Claim, FoundUrl, Image, LinkedStory, Moment, Visit
from crawler.reasons import Reason
from crawler.reservations import Reservation
from crawler.text import is_clean

from .conftest import MakeVisit
from .test_store import STORY, URL

BASE = "https://news.example/"


def visits(make_visit: MakeVisit, count: int, **culprits: Article) -> list[Visit]:
    """Visits of stories /0, /1 …; some of them with another article."""
    return [
        make_visit(
            f"{BASE}{n}",
            culprits.get(f"at{n}", replace(STORY, title=f"Story {n}", url=f"{BASE}{n}")),
            found=(FoundUrl(f"{BASE}{n}/next", "page", "link"),),
        )
        for n in range(count)
    ]


CULPRITS: dict[str, dict[str, Any]] = {
    "no title": {"title": None},
    "a number too large": {"image": Image(BASE + "i.jpg", width=2**63)},
    "not a number": {"word_count": float("nan")},
    "no text": {"title": object()},
    "bytes": {"body": b"x"},
    "an unknown relation": {"links": (LinkedStory("cousin", BASE + "b", "B"),)},  # type: ignore[arg-type]
    "an unknown precision": {"published": Moment("2024", "eon", "x", "y")},  # type: ignore[arg-type]
    "no claim": {"sources": {"title": None}},
    "endless": {"authors": (["x"],)},
}


@pytest.mark.parametrize("culprit", CULPRITS.values(), ids=CULPRITS)
@pytest.mark.parametrize("place", [0, 3, 6])
def test_the_rest_of_a_batch_is_stored(
    store: Store, make_visit: MakeVisit, culprit: dict[str, Any], place: int
) -> None:
    bad = replace(STORY, url=f"{BASE}{place}", **culprit)
    counts = store.record(visits(make_visit, 7, **{f"at{place}": bad}))
    state, words, *reason = store.db.execute(
        "SELECT state, reason, reason_code, reason_subject FROM urls WHERE url = ?", (bad.url,)
    ).fetchone()
    assert state == "failed"
    assert words.startswith("could not be stored: ")
    assert store.unfit == [(bad.url, Reason(*reason))]
    assert store.db.execute("SELECT count(*) FROM captures").fetchone() == (7,)
    assert store.db.execute("SELECT count(*) FROM stories").fetchone() == (6,)
    # what the others told of is there, and is counted once
    assert store.db.execute("SELECT count(*) FROM urls WHERE url LIKE '%/next'").fetchone() == (6,)
    assert store.frontier.news.grown == 6
    assert (counts["captures"], counts["new_articles"], counts["failures"]) == (7, 6, 1)
    assert store.db.execute("SELECT captures, failures FROM runs").fetchone() == (7, 1)


def test_many_culprits_in_one_batch_fail_one_by_one(store: Store, make_visit: MakeVisit) -> None:
    bad = {f"at{n}": replace(STORY, url=f"{BASE}{n}", title=None) for n in (1, 2, 5)}
    store.record(visits(make_visit, 8, **bad))
    assert {url for url, _ in store.unfit} == {f"{BASE}{n}" for n in (1, 2, 5)}
    assert store.db.execute("SELECT count(*) FROM stories").fetchone() == (5,)


def test_each_visit_that_is_stored_is_noted_once(store: Store, make_visit: MakeVisit) -> None:
    noted: list[tuple[str, str]] = []
    bad = replace(STORY, url=f"{BASE}4", title=None)
    store.record(
        visits(make_visit, 5, at4=bad),
        lambda visit, url, new: noted.append((visit.url, visit.state)),
    )
    assert noted == [(f"{BASE}{n}", "done") for n in range(4)] + [(bad.url, "failed")]


def test_a_capture_that_is_odd_itself_is_kept_as_far_as_it_goes(
    store: Store, make_visit: MakeVisit
) -> None:
    visit = make_visit(URL, STORY)
    odd = replace(visit.captures[0], fetch_ms=2**70, content_type="text/html")
    store.record([replace(visit, captures=(odd,)), make_visit(BASE + "b", state="gone")])
    (row,) = store.db.query("SELECT fetch_ms, warc_offset FROM captures WHERE warc_offset = 0")
    assert row == {"fetch_ms": None, "warc_offset": 0}


def test_a_record_that_is_there_already_keeps_nobody_out(
    store: Store, make_visit: MakeVisit
) -> None:
    first = make_visit(URL, STORY)
    store.record([first])
    store.record([replace(first, url=BASE + "copy"), make_visit(BASE + "b", state="gone")])
    states = dict(store.db.execute("SELECT url, state FROM urls").fetchall())
    assert states == {URL: "done", BASE + "copy": "done", BASE + "b": "gone"}
    (captures,) = store.db.execute("SELECT count(*) FROM captures").fetchone()
    assert captures == 2


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), MemoryError(), BusyError("x"),
              sqlite3.OperationalError("database is locked")],
)  # fmt: skip
def test_what_would_meet_any_visit_is_no_fault_of_one(
    store: Store, make_visit: MakeVisit, error: Exception
) -> None:
    def fail(visit: Visit, url: str | None, new: bool) -> None:
        if isinstance(error, sqlite3.Error):
            error.sqlite_errorcode = sqlite3.SQLITE_BUSY
        raise error

    assert isinstance(error, sqlite3.Error) or not is_about_content(error)
    with pytest.raises(type(error)):
        store.record(visits(make_visit, 3), fail)
    assert store.db.execute("SELECT count(*) FROM urls").fetchone() == (0,)
    assert (store.frontier.news.grown, store.unfit) == (0, [])
    store.record(visits(make_visit, 3))
    assert store.db.execute("SELECT count(*) FROM stories").fetchone() == (3,)


def test_no_string_of_a_visit_gets_in_unclean(store: Store, make_visit: MakeVisit) -> None:
    bad = "x\udfff\x1b[31m\x00\x9b\ufffe"
    article = replace(
        STORY, title=bad, authors=(bad,), standfirst=bad, section=bad, tags=(bad,), language=bad,
        published=Moment("2024", "year", bad, bad), body=bad, body_markdown=bad,
        image=Image(bad, "lead", bad, bad), canonical_url=None,
        links=(LinkedStory("next", bad, bad, bad, 1, bad, bad, Claim(bad, bad)),),
        sources={bad: Claim(bad, bad)},
    )  # fmt: skip
    visit = make_visit(
        URL, article, reason=Reason(bad, bad), etag=bad, last_modified=bad, shape=bad,
        found=(FoundUrl(BASE + "f", "page", "link", bad, bad, bad, bad),),
        origin=FoundUrl(URL, "page", "link", bad, bad, bad, bad),
    )  # fmt: skip
    said = Reservation(bad, bad, True, "header", bad, bad, bad)
    capture = replace(
        visit.captures[0], content_type=bad, location=BASE + bad, reservations=(said,)
    )
    store.record([replace(visit, captures=(capture,))])
    assert store.unfit == []
    tables = [row[0] for row in store.db.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%fts%'"
    )]  # fmt: skip
    strings = [
        value
        for table in tables
        for row in store.db.execute(f"SELECT * FROM {table}")
        for value in row
        if isinstance(value, str)
    ]
    assert any("x\ufffd[31m" in value for value in strings)
    assert [value for value in strings if not is_clean(value)] == []


def test_arguments_that_are_no_utf_8_are_noted(folder: Path) -> None:
    store = Store(folder)
    store.begin_run(
        "news", {"site": "https://news.example/\udcff"}, "Test/1", "2026-01-02T00:00:00+00:00"
    )
    assert store.db.execute("SELECT arguments FROM runs").fetchone() == (
        '{"site": "https://news.example/\ufffd"}',
    )
    store.close()
