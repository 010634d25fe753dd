"""Half an answer is asked for again before it is taken for the whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from benchmarks.kill import faults
from tests.loopback import page, raw_site

from .conftest import crawl, query
from .test_held import STORY

PATHS = [f"/2026/05/0{n}/the-story-number-{n}" for n in range(1, 5)]
STORIES = {path: STORY.replace("Weir", f"Weir {path[-1]}").encode() for path in PATHS}
STORIES["/"] = page(*PATHS)[2]


def answering(is_cut: Callable[[str, int], bool]) -> tuple[Callable[[str], bytes], Counter[str]]:
    """A newspaper whose answers lack their last third. is_cut: of a path and how often it was asked
    for; with what that is counted in."""
    asked: Counter[str] = Counter()

    def answer(path: str) -> bytes:
        asked[path] += 1
        body = STORIES.get(path)
        if body is None:
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        head = b'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nETag: "1"\r\nContent-Length: '
        sent = body[: len(body) * 2 // 3] if is_cut(path, asked[path]) else body
        return head + b"%d\r\nConnection: close\r\n\r\n" % len(body) + sent

    return answer, asked


def bodies(folder: Path) -> dict[str, str]:
    rows = query(folder, "SELECT url, body_text FROM stories")
    return {"/" + row["url"].split("/", 3)[3]: row["body_text"] for row in rows}


def test_a_story_that_broke_off_is_archived_whole(tmp_path: Path) -> None:
    whole, _ = answering(lambda path, times: False)
    with raw_site(whole) as (home, _):
        crawl("news", tmp_path / "whole", site=home, discover="links")
    broken, asked = answering(lambda path, times: times == 1 and path != PATHS[0])
    with raw_site(broken) as (home, _):
        done = crawl("news", tmp_path / "a", site=home, discover="links")
    assert done.returncode == 0, done.stderr
    assert bodies(tmp_path / "a") == bodies(tmp_path / "whole")
    assert [asked[path] for path in PATHS] == [1, 2, 2, 2]
    cut = query(tmp_path / "a", "SELECT url FROM captures WHERE truncated = 'disconnect'")
    assert len(cut) == 4  # the front page, too: what came is in WARC
    assert faults(tmp_path / "a") == []


def test_a_server_that_names_a_wrong_length_is_asked_twice_for_little(tmp_path: Path) -> None:
    lying, asked = answering(lambda path, times: True)
    with raw_site(lying) as (home, _):
        one = ("-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1")
        crawl("news", tmp_path / "a", *one, site=home, discover="links")
    assert asked["/"] == 2
    assert all(times == 1 for path, times in asked.items() if path != "/")
    assert bodies(tmp_path / "a")
