"""A host that asks for a pause gets it, whatever waits for it, and nothing is lost."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.kill import faults
from crawler.archive.site_memory import SiteMemory
from tests.loopback import HTML, Answers, page, site

from .conftest import crawl, query
from .test_held import STORY

STORIES = [f"/2026/05/0{n}/the-story-number-{n}" for n in range(1, 8)]
PACE = ("-s", "DOWNLOAD_DELAY=0.1", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1")


class Paper(dict):  # type: ignore[type-arg]
    """A newspaper that asks for a pause when it is asked for `at` for the first time."""

    def __init__(self, at: str, retry_after: str | None) -> None:
        super().__init__({"/": page(*STORIES), "/robots.txt": (404, {}, b"")})
        for number, path in enumerate(STORIES):
            text = STORY.replace("Weir", f"Weir {number}").encode()
            self[path] = (200, HTML, text)
        self._at = at
        self._retry_after = {} if retry_after is None else {"Retry-After": retry_after}
        self.asked: list[tuple[str, float]] = []

    def get(self, path: str, default: object = None) -> object:
        is_first = path == self._at and path not in (asked for asked, _ in self.asked)
        self.asked.append((path, time.monotonic()))
        return (429, self._retry_after, b"") if is_first else dict.get(self, path, default)

    @property
    def gaps(self) -> list[float]:
        """Seconds from the refusal to each request after it."""
        begun = next(when for path, when in self.asked if path == self._at)
        return [when - begun for _, when in self.asked if when > begun]


def visited(folder: Path) -> dict[str, str]:
    """Path of each story → its state."""
    found = query(folder, "SELECT url, state FROM urls WHERE url LIKE '%the-story-number%'")
    return {"/" + row["url"].split("/", 3)[3]: row["state"] for row in found}


def _end_pause(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "archive.db")) as db, db:
        (until,) = db.execute("SELECT paused_until FROM sites").fetchone()
        assert until > "2026"
        db.execute("UPDATE sites SET paused_until = '2026-01-01T00:00:00+00:00'")


def test_what_waited_comes_after_a_short_pause_and_counts_once(tmp_path: Path) -> None:
    paper = Paper(STORIES[2], "2")
    with site(paper) as home:
        done = crawl(
            "news", tmp_path / "a", *PACE, site=home, discover="links", max_pages="8",
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert min(paper.gaps) > 1.9
    # the front page and seven stories: those that were taken back are not counted twice
    assert visited(tmp_path / "a") == {
        path: "retry" if path == STORIES[2] else "done" for path in STORIES
    }
    assert faults(tmp_path / "a") == []


def test_a_long_pause_ends_the_hosts_part_at_once_and_the_next_run_goes_on(
    tmp_path: Path,
) -> None:
    paper = Paper(STORIES[1], "7200")
    with site(paper) as home:
        for _ in range(2):  # the run after it heeds the pause, too
            done = crawl("news", tmp_path / "a", *PACE, site=home, discover="links")
            assert done.returncode == 10
            assert "its host asks to be left alone until " in done.stderr
            assert paper.gaps == []
            left = visited(tmp_path / "a")
            assert left[STORIES[1]] == "retry"
            assert {left[path] for path in STORIES[2:]} == {"queued"}
        (run,) = query(tmp_path / "a", "SELECT outcome, exit_code FROM runs")
        assert run == {"outcome": "blocked", "exit_code": 10}
        (own,) = query(tmp_path / "a", "SELECT outcome, reason_code FROM run_papers")
        assert own == {"outcome": "blocked", "reason_code": "asks_for_pause"}
        assert faults(tmp_path / "a") == []
        _end_pause(tmp_path / "a")
        assert crawl("news", tmp_path / "a", *PACE, site=home, discover="links").returncode == 0
    assert {state for path, state in visited(tmp_path / "a").items() if path != STORIES[1]} == {
        "done"
    }
    assert faults(tmp_path / "a") == []


@pytest.mark.parametrize("at", ["/robots.txt", "/.well-known/tdmrep.json", "/"])
def test_nothing_is_asked_in_a_pause_that_comes_first(tmp_path: Path, at: str) -> None:
    paper = Paper(at, "2")
    with site(paper) as home:
        crawl("news", tmp_path / "a", *PACE, site=home, discover="links")
    assert min(paper.gaps, default=9.0) > 1.9


def test_a_redirect_from_elsewhere_waits_for_the_pause_of_its_host(tmp_path: Path) -> None:
    there = Paper(STORIES[0], "2")
    with site(there) as host:
        elsewhere = host.replace("127.0.0.1", "localhost")
        moved = [f"/2026/05/1{n}/a-story-that-has-moved-{n}" for n in range(3)]
        here: Answers = {"/": page(*moved, *STORIES[3:])}
        for path, target in zip(moved, STORIES, strict=False):
            here[path] = (301, {"Location": elsewhere + target}, b"")
        for path in STORIES[3:]:
            here[path] = there[path]
        with site(here) as home:
            pace = (*PACE, "-s", "DOWNLOAD_DELAY=0.8")
            done = crawl("news", tmp_path / "a", *pace, site=home, discover="links")
    assert done.returncode == 0, done.stderr
    assert len(there.gaps) == 2
    assert min(there.gaps) > 1.9
    assert abs(there.gaps[0] - there.gaps[1]) > 0.2  # and then at the host's pace again
    assert faults(tmp_path / "a") == []


def test_a_pause_is_heeded_by_later_runs_whatever_leads_to_the_host(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    paper = Paper(STORIES[1], "7200")
    with site(paper) as host:
        other = host.replace("127.0.0.1", "localhost")
        assert crawl("article", folder, *PACE, url=host + STORIES[1]).returncode == 10
        asked = len(paper.asked)
        urls = f"{other}{STORIES[2]},{host}{STORIES[3]}"
        done = crawl("article", folder, *PACE, url=urls)
        assert done.returncode == 9
        assert "run the same command again after that" in done.stderr
        later = {path for path, _ in paper.asked[asked:]}
        assert STORIES[2] in later
        assert STORIES[3] not in later
    # a shorter one does not end it, and what a wrong clock wrote counts for nothing
    with closing(sqlite3.connect(folder / "archive.db")) as db, db:
        memory = SiteMemory(db)
        (name,) = (row[0] for row in db.execute("SELECT host FROM sites WHERE paused_until > ''"))
        (until,) = db.execute("SELECT paused_until FROM sites WHERE paused_until > ''").fetchone()
        now, latest = "2026-01-01T00:00:00+00:00", "9999-01-01T00:00:00+00:00"
        memory.pause(name, now, latest)
        assert memory.pauses(now, latest) == [(name, until)]
        assert memory.pauses(now, now) == []
        memory.pause(name, now, now)
        assert memory.pauses("2025-01-01T00:00:00+00:00", latest) == [(name, now)]


def test_a_newspaper_that_moved_to_a_host_that_pauses_is_blocked(tmp_path: Path) -> None:
    there = Paper(STORIES[2], "7200")
    with site(there) as host:
        elsewhere = host.replace("127.0.0.1", "localhost")
        moved: Answers = {
            "/": (301, {"Location": f"{elsewhere}/"}, b""),
            "/.well-known/tdmrep.json":
                (301, {"Location": f"{elsewhere}/.well-known/tdmrep.json"}, b""),
        }  # fmt: skip
        with site(moved) as home:
            for _ in range(2):
                done = crawl("news", tmp_path / "a", *PACE, site=home, discover="links")
                assert done.returncode == 10
                assert there.gaps == []
    papers = query(tmp_path / "a", "SELECT outcome, reason_code FROM run_papers")
    assert papers[-1] == {"outcome": "blocked", "reason_code": "asks_for_pause"}


def test_a_web_archive_that_pauses_is_not_asked_and_no_success(tmp_path: Path) -> None:
    asked: list[str] = []

    class Index(dict):  # type: ignore[type-arg]
        def get(self, path: str, default: object = None) -> object:
            return (429, {"Retry-After": "7200"}, b"") if path.startswith("/cdx") else default

    with site(Index(), asked) as host:
        for _ in range(2):
            at = f"{host}/cdx/search/cdx"
            done = crawl("wayback", tmp_path / "a", site="http://news.localhost/", endpoint=at)
            assert done.returncode == 10
            assert "asks to come again after" in done.stderr
    assert sum(path.startswith("/cdx") for path in asked) == 1


def test_a_robots_txt_that_asks_for_a_short_pause_is_asked_for_again(tmp_path: Path) -> None:
    paper = Paper("/robots.txt", "1")
    with site(paper) as home:
        done = crawl("news", tmp_path / "a", *PACE, site=home, discover="links")
    assert done.returncode == 0, done.stderr
    assert set(visited(tmp_path / "a").values()) == {"done"}
    assert min(paper.gaps) > 0.9
