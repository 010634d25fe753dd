"""What the monitors find in an archive, run after run."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Literal, cast

import pytest
from scrapy.settings import Settings

from crawler.archive.database import open_for_reading
from crawler.archive.findings import Finding, by_id, findings, mark
from crawler.archive.paper_days import forget_days
from crawler.archive.run_papers import Ended, Wanted
from crawler.archive.store import Store
from crawler.items import Article, Capture, FoundUrl, Moment, Visit
from crawler.monitors import sentence
from crawler.runs import News, watch_archive

FIRST = date(2026, 1, 5)
HOME = "https://daily.example/"

Edition = Callable[[int], Sequence[Article]]


def story(day: date, number: int, author: str | None = "Ada Weir") -> Article:
    """A story of a day that the monitors know, dated at noon."""
    told = f"{day.isoformat()}T12:00:00+00:00"
    body = "\n\n".join(f"Paragraph {number} of {day}, line {n}: the river rose." for n in range(20))
    return Article(
        url=f"{HOME}{day.isoformat()}/{number}",
        title=f"Story {number} of {day}",
        authors=(author,) if author else (),
        published=Moment(told, "minute", told, "meta"),
        body=body,
        word_count=200,
    )


class Nights:
    """Runs at two in the morning, each for the stories of the day before."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.night = folder, 0
        self.settings = Settings({"DISK_SPARE_BYTES": 0})
        self._records = 0

    def run(
        self, stories: Sequence[Article], *, refused: int = 0, lists: Sequence[str] = ()
    ) -> News:
        """lists: those that name the stories, of a sitemap and a feed, in the order that they are
        read in; where one is named, the other is read as well and names none."""
        day = FIRST + timedelta(self.night)
        self.night += 1
        at = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
        store = Store(self.folder)
        store.begin_run("news", {}, "Test/1", at.isoformat())
        assert store.run_id is not None
        with store.db.atomic():
            store.papers.want(store.run_id, Wanted(HOME, "daily"), {})
        if lists:
            for role in (*lists, *({"sitemap", "feed"} - set(lists))):
                store.record([self._list(role, stories if role in lists else (), at)])
        store.record([self._visit(each, at) for each in stories])
        store.record([self._refusal(at, number) for number in range(refused)])
        with store.db.atomic():
            store.papers.end(store.run_id, HOME, Ended("finished"))
            news = watch_archive(store.db.conn, self.folder, day, self.settings)
        store.finish_run("finished", at.isoformat())
        store.db.close()
        return news

    def _visit(self, each: Article, at: datetime) -> Visit:
        return Visit(
            each.url, "page", "done", captures=(self._capture(each.url, at, 200),), article=each,
            origin=FoundUrl(each.url, "page", "feed"),
        )  # fmt: skip

    def _list(self, role: str, stories: Sequence[Article], at: datetime) -> Visit:
        url, kind = f"{HOME}{role}.xml", cast(Literal["sitemap", "feed"], role)
        return Visit(
            url, kind, "done", captures=(self._capture(url, at, 200),), kind=kind,
            found=tuple(FoundUrl(each.url, "page", kind) for each in stories),
            origin=FoundUrl(url, kind, "robots"),
        )  # fmt: skip

    def _refusal(self, at: datetime, number: int) -> Visit:
        url = f"{HOME}{at:%Y%m%d}/refused-{number}"
        return Visit(url, "page", "failed", captures=(self._capture(url, at, 403),))

    def _capture(self, url: str, at: datetime, status: int) -> Capture:
        self._records += 1
        moment = (at + timedelta(seconds=self._records % 3000)).isoformat(timespec="microseconds")
        return Capture(
            url=url, fetched_at=moment, status=status, content_type="text/html",
            payload_digest=f"sha256:{self._records}", payload_bytes=9,
            record_id=f"<urn:uuid:{self._records}>", warc_file="t.warc.gz",
            warc_offset=self._records, warc_length=1,
        )  # fmt: skip


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    return Nights(tmp_path / "archive")


def usual(nights: Nights, number: int, *, author: str | None = "Ada Weir") -> list[Finding]:
    """Nights on which eight stories come, or nine."""
    found: list[Finding] = []
    for _ in range(number):
        day = FIRST + timedelta(nights.night - 1)
        stories = [story(day, n, author) for n in range(8 + nights.night % 2)]
        found += [each for each in nights.run(stories).found if each.kind != "verify_failed"]
    return found


def kinds(news: News) -> list[str]:
    return [each.kind for each in news.found if each.kind != "verify_failed"]


def test_usual_nights_find_nothing(nights: Nights) -> None:
    assert usual(nights, 35) == []


def test_a_newspaper_that_falls_silent_is_told_of_once_and_over_when_it_speaks(
    nights: Nights,
) -> None:
    usual(nights, 35)
    told = [kinds(nights.run([])) for _ in range(4)]
    assert [each for each in told if each] == [["silent"]]
    assert told.index(["silent"]) <= 1  # a night has the day before: two days of silence
    with closing(open_for_reading(nights.folder)) as db:
        (one,) = [each for each in findings(db.conn) if each.kind == "silent"]
    assert one.site == "daily.example"
    assert one.since == (FIRST + timedelta(34)).isoformat()
    assert len(one.urls) == 3
    assert one.urls[0].startswith(f"{HOME}{(FIRST + timedelta(33)).isoformat()}/")
    day = FIRST + timedelta(nights.night - 1)
    news = nights.run([story(day, n) for n in range(8)])
    assert [each.kind for each in news.over if each.kind != "verify_failed"] == ["silent"]
    assert usual(nights, 20) == []


def test_a_newspaper_of_which_no_story_ever_came_is_told_of_once_and_over_with_the_first(
    nights: Nights,
) -> None:
    told = [kinds(nights.run([])) for _ in range(20)]
    assert [each for each in told if each] == [["silent"]]
    assert told.index(["silent"]) == 14  # two weeks that are over
    with closing(open_for_reading(nights.folder)) as db:
        (one,) = [each for each in findings(db.conn) if each.kind == "silent"]
    assert sentence(one.kind, one.subject, one.numbers) == "no story of it came in, in 14 days"
    day = FIRST + timedelta(nights.night - 1)
    news = nights.run([story(day, n) for n in range(8)])
    assert [each.kind for each in news.over if each.kind != "verify_failed"] == ["silent"]


def test_who_of_two_lists_is_read_first_says_nothing_of_the_other(nights: Nights) -> None:
    def night(*lists: str) -> list[str]:
        day = FIRST + timedelta(nights.night - 1)
        return kinds(nights.run([story(day, n) for n in range(8)], lists=lists))

    assert [night("feed", "sitemap") for _ in range(35)] == [[]] * 35
    assert [night("sitemap", "feed") for _ in range(20)] == [[]] * 20
    told = [night("sitemap") for _ in range(12)]  # the feed is empty
    assert [each for each in told if each] == [["source_silent"]]


def test_pages_that_refuse_us_are_told_of_instead_of_silence(nights: Nights) -> None:
    usual(nights, 35)
    told = [kinds(nights.run([], refused=9)) for _ in range(4)]
    assert [each for each in told if each] == [["blocked"]]


def test_a_finding_that_is_muted_is_open_again_on_its_day(nights: Nights) -> None:
    usual(nights, 35)
    for _ in range(3):
        nights.run([])
    day = FIRST + timedelta(nights.night)
    store = Store(nights.folder)
    (one,) = [each for each in findings(store.db.conn) if each.kind == "silent"]
    with store.db.atomic():
        mark(store.db.conn, one.id, "muted", day + timedelta(1))
    store.db.close()
    states = []
    for _ in range(3):
        nights.run([])
        with closing(open_for_reading(nights.folder)) as db:
            again = by_id(db.conn, one.id)
            assert again is not None
            states.append(again.state)
    assert states == ["muted", "open", "open"]
    assert again.noted_at >= one.noted_at


def test_nights_without_a_run_say_nothing(nights: Nights) -> None:
    usual(nights, 35)
    nights.night += 6  # the machine was off, and the newspaper lists its last day only
    assert usual(nights, 10) == []


def test_a_disk_that_fills_is_told_of_and_over_when_there_is_room(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual(nights, 4)
    a_night = 8 * 9  # bytes of the bodies

    def left(nights_left: int) -> None:
        room = SimpleNamespace(free=nights_left * a_night)
        monkeypatch.setattr("crawler.runs.watching.shutil.disk_usage", lambda _: room)

    left(100)
    assert kinds(nights.run([])) == []
    left(3)
    assert kinds(nights.run([])) == ["disk_low"]
    assert kinds(nights.run([])) == []
    left(100)
    over = [each.kind for each in nights.run([]).over]
    assert over == ["disk_low"]


def test_pages_that_are_read_anew_are_counted_anew(nights: Nights) -> None:
    usual(nights, 20)
    store = Store(nights.folder)
    with store.db.atomic():
        (story,) = store.db.execute("SELECT max(id) FROM articles").fetchone()
        store.db.execute("UPDATE _paper_days SET facts = json_set(facts, '$.stories', 1)")
        forget_days(store.db.conn, [story])
    store.db.close()
    assert usual(nights, 1) == []
    with closing(open_for_reading(nights.folder)) as db:
        counted = [json.loads(facts)["stories"] for (facts,) in db.execute(
            "SELECT facts FROM _paper_days ORDER BY day"
        )]  # fmt: skip
    assert set(counted) == {8, 9}


def test_numbers_are_those_of_the_archive(nights: Nights) -> None:
    usual(nights, 20)
    with closing(open_for_reading(nights.folder)) as db:
        rows = db.execute("SELECT day, facts FROM _paper_days ORDER BY day").fetchall()
    assert len(rows) == 19
    facts = json.loads(rows[10][1])
    assert facts["stories"] in (8, 9)
    assert facts["sources"] == {"feed": facts["stories"]}
    assert len(facts["words"]) == facts["stories"]
    # the night's answers are those of the day before, and are counted where they came
    assert facts["answers"] in (8, 9)
    assert facts["refused"] == 0


def test_a_paper_s_alarms_are_its_own_and_what_is_off_is_closed_without_a_word(
    nights: Nights,
) -> None:
    def ask(**alarms: object) -> None:
        paper = {"name": "daily", "addresses": [HOME], "alarms": alarms}
        nights.settings.set("PAPERS", [paper])

    ask(silent_days=3)
    usual(nights, 4)
    found = [one for _ in range(6) for one in nights.run([]).found if one.kind == "silent"]
    assert [one.numbers["limit"] for one in found] == [3]
    ask(off=["silent"])
    assert [each.kind for each in nights.run([]).over if each.kind == "silent"] == []
    with closing(open_for_reading(nights.folder)) as db:
        one = by_id(db.conn, found[0].id)
    assert one is not None
    assert one.state == "recovered"
