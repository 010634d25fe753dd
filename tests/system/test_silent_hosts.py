"""Newspapers that do not answer, or not any more: they hold up nobody, and the run ends."""

from __future__ import annotations

import json
import socket
import sys
from collections import Counter
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from benchmarks.kill import faults
from crawler.extensions.progress import Snapshot
from tests.loopback import HTML, Answers, page, site

from .conftest import crawl, query
from .test_held import STORY
from .test_pauses import PACE, STORIES, visited

FAST = (*PACE, "-s", "AUTOTHROTTLE_ENABLED=0")


def paper() -> Answers:
    answers: Answers = {"/": page(*STORIES), "/robots.txt": (404, {}, b"")}
    for number, path in enumerate(STORIES):
        answers[path] = (200, HTML, STORY.replace("Weir", f"Weir {number}").encode())
    return answers


def visits(folder: Path, home: str) -> Counter[str]:
    """State → stories of a newspaper that are in it."""
    like = f"{home}/2026/%"
    found = query(folder, "SELECT state FROM urls WHERE url LIKE ? AND role = 'page'", like)
    return Counter(row["state"] for row in found)


@pytest.mark.skipif(sys.platform != "linux", reason="this machine has but one loopback address")
def test_newspapers_that_say_nothing_keep_none_from_its_turn(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with ExitStack() as stack:
        silent = []
        for number in range(1, 5):
            # it takes connections and says nothing
            server = socket.create_server((f"127.0.1.{number}", 0), backlog=20)
            stack.enter_context(closing(server))
            silent.append(f"http://127.0.1.{number}:{server.getsockname()[1]}")
        home = stack.enter_context(site(paper()))
        done = crawl(
            "news", tmp_path / "a", *FAST, "--logfile", str(log), "-s", "CONCURRENT_REQUESTS=4",
            "-s", "DOWNLOAD_TIMEOUT=7", "-s", "RETRY_TIMES=0",
            site=",".join([*silent, home]), discover="links",
        )  # fmt: skip
    assert done.returncode == 3
    # all of the living one is there before the time of the first dead one is up
    events = [json.loads(line).get("event") for line in log.read_text().splitlines()]
    told = [each for each in events if each in ("story_new", "source_failed")]
    assert told == ["story_new"] * len(STORIES) + ["source_failed"] * len(silent)
    assert faults(tmp_path / "a") == []


def test_what_waits_of_a_newspaper_that_is_not_there_waits_for_a_later_run(tmp_path: Path) -> None:
    folder, log = tmp_path / "a", tmp_path / "log"
    command = ("news", folder, *FAST, "--logfile", str(log))
    with site(paper()) as other:
        there = other.replace("127.0.0.1", "localhost")
        with site(paper()) as home:
            both = f"{home},{there}"
            first = crawl(*command, site=both, discover="links", max_pages="6")
            assert first.returncode == 0, first.stderr
        assert visits(folder, home)["queued"] == 5
        # its robots.txt is known for a day: nothing but its silence keeps us from what waits
        done = crawl(*command, site=both, discover="links", revisit="now")
        assert done.returncode == 3
        assert "its host does not answer; what waits of it is for a later run" in done.stderr
        assert visits(folder, there) == {"done": len(STORIES)}
        left = visits(folder, home)
        assert left["queued"] >= 4, left  # two addresses were tried, the home page among them
        (own,) = query(
            folder, "SELECT outcome FROM run_papers WHERE run_id = 2 AND outcome <> 'finished'"
        )
        assert own == {"outcome": "unreachable"}
        events = [json.loads(line) for line in log.read_text().splitlines()]
        assert [each.get("event") for each in events].count("host_silent") == 1
        with site(paper(), port=int(home.rpartition(":")[2])):  # it is back
            last = crawl(*command, site=both, discover="links", revisit="now")
            assert last.returncode == 0, last.stderr
        assert visits(folder, home) == {"done": len(STORIES)}
    assert faults(folder) == []


def test_a_home_page_and_lists_that_are_refused_for_a_moment_are_asked_for_again(
    tmp_path: Path,
) -> None:
    answers, asked = paper(), list[str]()

    class Busy(dict):  # type: ignore[type-arg]
        def get(self, path: str, default: Any = None) -> Any:
            if path in ("/", "/feed/", STORIES[0]) and asked.count(path) == 1:
                return 429, {"Retry-After": "1"}, b""
            return dict.get(self, path, default)

    with site(Busy(answers), asked) as home:
        done = crawl("news", tmp_path / "a", *FAST, site=home, discover="links,feed")
    assert done.returncode == 0, done.stderr
    assert (asked.count("/"), asked.count("/feed/")) == (2, 2)
    assert asked.count(STORIES[0]) == 1  # a page is for the next run
    assert Counter(visited(tmp_path / "a").values()) == {"done": len(STORIES) - 1, "retry": 1}
    assert faults(tmp_path / "a") == []


def test_an_address_of_a_list_that_is_refused_for_a_moment_is_asked_for_again(
    tmp_path: Path,
) -> None:
    asked = list[str]()

    class Busy(dict):  # type: ignore[type-arg]
        def get(self, path: str, default: Any = None) -> Any:
            return (
                (503, {"Retry-After": "1"}, b"")
                if asked.count(path) == 1 and path in STORIES
                else dict.get(self, path, default)
            )

    with site(Busy(paper()), asked) as home:
        urls = ",".join(home + path for path in STORIES[:2])
        done = crawl("article", tmp_path / "a", *FAST, url=urls)
    assert done.returncode == 0, done.stderr
    assert set(visited(tmp_path / "a").values()) == {"done"}
    assert faults(tmp_path / "a") == []


def test_a_way_in_a_circle_is_left_where_it_closes(tmp_path: Path) -> None:
    asked = list[str]()
    answers: Answers = {
        "/2026/05/01/itself": (302, {"Location": "/2026/05/01/itself#again"}, b""),
        "/2026/05/02/there": (302, {"Location": "/2026/05/02/and-back"}, b""),
        "/2026/05/02/and-back": (302, {"Location": "/2026/05/02/there"}, b""),
    }
    with site(answers, asked) as home:
        urls = f"{home}/2026/05/01/itself,{home}/2026/05/02/there"
        done = crawl("article", tmp_path / "a", *FAST, url=urls)
    assert done.returncode == 3
    assert done.stderr.count("redirected without end") == 2
    assert asked.count("/2026/05/01/itself") == 2
    assert asked.count("/2026/05/02/there") == asked.count("/2026/05/02/and-back") == 2
    assert faults(tmp_path / "a") == []


def test_whom_a_run_waits_for_is_shown() -> None:
    waits = Snapshot(60, 172, 92, 0.0, 11, 9, pause=("a.example", 272.0))
    assert waits.line().endswith(" · a.example is asked again in 4:32")
