"""A host is asked at its own pace, and for no more at once than is allowed."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler
from itertools import pairwise
from pathlib import Path

import pytest

from tests.loopback import HTML, page, serving

from .conftest import crawl
from .test_held import STORY

PATHS = [f"/2026/05/{n:02}/the-story-number-{n}" for n in range(1, 13)]


class Paper(BaseHTTPRequestHandler):
    """Notes when it is asked for what, and how many at once wait for an answer."""

    robots = b""
    took = 0.0
    lock = threading.Lock()
    asked: list[tuple[float, str]]
    waiting: int
    most: int

    def do_GET(self) -> None:
        kind = type(self).__mro__[1]  # that of the test
        with self.lock:
            kind.asked.append((time.monotonic(), self.path))
            kind.waiting += 1
            kind.most = max(kind.most, kind.waiting)
        time.sleep(self.took)
        with self.lock:
            kind.waiting -= 1
        status, body = 404, b""
        if self.path == "/":
            status, body = 200, page(*PATHS)[2]
        elif self.path == "/robots.txt" and self.robots:
            status, body = 200, self.robots
        elif self.path in PATHS:
            text = STORY.replace("Weir", f"Weir {PATHS.index(self.path)}")
            status, body = 200, text.encode()
        self.send_response(status)
        self.send_header("Content-Type", HTML["Content-Type"])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def a_paper(**what: object) -> type[Paper]:
    own = {"asked": [], "waiting": 0, "most": 0, **what}
    return type("OwnPaper", (Paper,), own)


@pytest.mark.parametrize("asks", ["Crawl-delay: 0.4", "Crawl-delay: 0,3s", "Request-rate: 1/1s"])
def test_no_variation_makes_a_crawl_faster_than_a_host_asks(tmp_path: Path, asks: str) -> None:
    """Our own delay, varied by half, is shorter now and then, though it is as long as theirs."""
    paper = a_paper(robots=f"User-agent: *\n{asks}\n".encode())
    own = "0.4" if "delay" in asks else "0.1"
    wanted = {"0.4": 0.4, "3s": 0.3, "1s": 1.0}
    least = next(seconds for end, seconds in wanted.items() if asks.endswith(end))
    most = "12" if least < 1 else "4"
    with serving(paper) as home:
        pace = ("-s", f"DOWNLOAD_DELAY={own}", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1")
        crawl("news", tmp_path / "a", *pace, site=home, discover="links", max_pages=most)
    times = [when for when, _ in paper.asked][1:]  # what robots.txt asks counts from then on
    assert len(times) > int(most)
    assert min(b - a for a, b in pairwise(times)) > least - 0.1


@pytest.mark.parametrize("allowed", [1, 3])
def test_no_more_is_asked_at_once_than_is_allowed_without_a_delay_either(
    tmp_path: Path, allowed: int
) -> None:
    paper = a_paper(took=0.03)
    with serving(paper) as home:
        at_once = ("-s", f"CONCURRENT_REQUESTS_PER_DOMAIN={allowed}")
        done = crawl("news", tmp_path / "a", *at_once, site=home, discover="links")
    assert done.returncode == 0, done.stderr
    assert len(paper.asked) >= len(PATHS)
    assert paper.most == allowed


def test_what_waits_for_a_file_of_rules_takes_few_places(tmp_path: Path) -> None:
    """A run that is resumed asks for the home page among the first, not after all that waited."""
    paper = a_paper()
    with serving(paper) as home:
        one = ("-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1")
        crawl("news", tmp_path / "a", *one, site=home, discover="links", max_pages="2")
        paper.asked.clear()
        crawl("news", tmp_path / "a", *one, site=home, discover="links")
    pages = [path for _, path in paper.asked if "story" in path or path == "/"]
    assert len(pages) > 8
    assert "/" in pages[:4]
