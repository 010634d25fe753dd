"""Hosts below a newspaper's own: its parts are archived with it, its mirrors are not."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from crawler.demo import ledger
from tests.loopback import serving

from .conftest import crawl, query

Hosts = dict[str, dict[str, bytes]]


@contextmanager
def hosts(answers: Hosts) -> Iterator[tuple[int, list[str]]]:
    """A server on loopback that answers for several names; gives its port, and what it was asked
    for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.headers["Host"].partition(":")[0]
            asked.append(name + self.path)
            body = answers.get(name, {}).get(self.path)
            self.send_response(404 if body is None else 200)
            kind = "text/plain" if self.path.endswith(".txt") else "text/html"
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

    with serving(Handler) as url:
        yield int(url.rpartition(":")[2]), asked


def front(*links: str) -> bytes:
    anchors = "".join(f"<p><a href='{link}'>A story of some length</a></p>" for link in links)
    return f"<html><body>{anchors}</body></html>".encode()


def story(about: str) -> bytes:
    draw = random.Random(about)
    words = re.findall(
        r"[a-z]{3,}", " ".join(p for s in ledger.stories()[:40] for p in s.paragraphs)
    )
    text = "".join(f"<p>{' '.join(draw.choices(words, k=40))}.</p>" for _ in range(4))
    title = f"<h1>A day at the {about}</h1>"
    return f"<html lang=en><body><article>{title}{text}</article></body></html>".encode()


def stories(host: str, count: int) -> dict[str, bytes]:
    return {f"/2026/05/0{n}/a-day-at-the-{host}": story(f"{host} {n}") for n in range(1, count + 1)}


def kept(folder: Path) -> set[str]:
    return {
        row["url"].partition("://")[2].partition(":")[0] + "/" + row["url"].split("/", 3)[3]
        for row in query(folder, "SELECT url FROM stories")
    }


def test_a_part_of_the_newspaper_at_a_host_of_its_own_is_archived(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    main, sport = stories("main", 3), stories("sport", 3)
    answers: Hosts = {"paper.localhost": dict(main), "sport.paper.localhost": dict(sport)}
    shop = {"/": front("http://paper.localhost/"), "/2026/05/01/a-mug-for-sale": story("mugs")}
    answers["shop.paper.localhost"] = answers["other.localhost"] = shop
    answers["strange.paper.localhost"] = {"/": front("/2026/05/01/an-unrelated-story-of-weirs")}
    with hosts(answers) as (port, asked):
        home = f"http://paper.localhost:{port}/"
        there = home.replace("paper", "sport.paper")
        linked = (
            f"{there}2026/05/03/a-day-at-the-sport",
            home.replace("paper", "shop.paper") + "2026/05/01/a-mug-for-sale",
            home.replace("paper", "other") + "2026/05/01/a-mug-for-sale",
            home.replace("paper", "strange.paper") + "2026/05/01/an-unrelated-story-of-weirs",
        )
        answers["paper.localhost"]["/"] = front(*main, *linked)
        answers["sport.paper.localhost"]["/"] = front(home, *list(sport)[:2])
        answers["sport.paper.localhost"]["/robots.txt"] = b"User-agent: *\nDisallow: /2026/05/02\n"
        done = crawl("news", folder, site=home)
        assert done.returncode == 0, done.stderr
        again = crawl("news", folder, site=home)
        assert again.returncode == 0, again.stderr
    forbidden = "/2026/05/02/a-day-at-the-sport"
    assert kept(folder) == {"paper.localhost" + path for path in main} | {
        "sport.paper.localhost" + path for path in sport if path != forbidden
    }
    assert not [url for url in asked if url.startswith(("shop.", "other."))]
    assert [url for url in asked if url.startswith("strange.")] == [
        f"strange.paper.localhost/{path}" for path in ("robots.txt", ".well-known/tdmrep.json", "")
    ]
    assert not query(folder, "SELECT url FROM urls WHERE state IN ('queued', 'claimed')")
    (row,) = query(folder, "SELECT reason FROM urls WHERE url LIKE '%an-unrelated%'")
    assert row["reason"] == "no part of the newspaper: its front page does not link back"


def test_what_is_left_of_a_part_is_taken_up_by_the_next_run(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    sport = stories("sport", 5)
    answers: Hosts = {"paper.localhost": stories("main", 1), "sport.paper.localhost": dict(sport)}
    with hosts(answers) as (port, _):
        home = f"http://paper.localhost:{port}/"
        there = home.replace("paper", "sport.paper")
        answers["paper.localhost"]["/"] = front(there, "/2026/05/01/a-day-at-the-main")
        answers["sport.paper.localhost"]["/"] = front(home, *sport)
        crawl("news", folder, site=home, max_pages="3")
        assert len(kept(folder)) < 6
        answers["paper.localhost"]["/"] = front("/2026/05/01/a-day-at-the-main")
        crawl("news", folder, site=home)
    assert len(kept(folder)) == 6


def test_a_mirror_costs_its_front_page(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    own = stories("main", 9)
    answers: Hosts = {"paper.localhost": dict(own), "alt.paper.localhost": dict(own)}
    with hosts(answers) as (port, asked):
        home = f"http://paper.localhost:{port}/"
        mirror = home.replace("paper", "alt.paper")
        answers["paper.localhost"]["/"] = front(*own, *(mirror[:-1] + path for path in own))
        answers["alt.paper.localhost"]["/"] = front(home, *own)
        done = crawl("news", folder, site=home)
        assert done.returncode == 0, done.stderr
    assert kept(folder) == {"paper.localhost" + path for path in own}
    assert len([url for url in asked if url.startswith("alt.")]) <= 3
    rows = query(folder, "SELECT DISTINCT state, reason FROM urls WHERE url LIKE '%alt.%'"
                         " AND role = 'page'")  # fmt: skip
    assert rows == [{"state": "excluded", "reason": f"a mirror of paper.localhost:{port}"}]


def test_a_mirror_with_a_front_page_of_its_own_is_left_after_some_stories(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    own = {f"/2026/0{m}/{n:02}/a-day-at-lock-{m}-{n}": story(f"lock {m} {n}")
           for m in range(1, 6) for n in range(1, 21)}  # fmt: skip
    copy = {path.replace("/2026/", "/read/"): body for path, body in own.items()}
    answers: Hosts = {"paper.localhost": dict(own), "alt.paper.localhost": dict(copy)}
    with hosts(answers) as (port, asked):
        home = f"http://paper.localhost:{port}/"
        answers["paper.localhost"]["/"] = front(*own, home.replace("paper", "alt.paper"))
        answers["alt.paper.localhost"]["/"] = front(home, *copy)
        done = crawl("news", folder, "-s", "DOWNLOAD_DELAY=0.05", "-s", "BATCH_SIZE=10", site=home)
        assert done.returncode == 0, done.stderr
    # whichever of two equal texts was read first is the story
    assert len(kept(folder)) == 100
    assert len([url for url in asked if url.startswith("alt.")]) <= 85
    rows = query(folder, "SELECT reason FROM urls WHERE url LIKE '%alt.%' AND state = 'excluded'")
    assert {row["reason"] for row in rows} == {
        "a mirror of another host: its stories are that one's"
    }
    assert len(rows) > 30  # how many were left waiting depends on the order of answers
