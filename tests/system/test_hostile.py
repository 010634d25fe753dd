"""A server that does everything wrong costs its own pages and nothing else."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from tests.loopback import serving

from .conftest import crawl, query

STORY = (
    "<html lang=en><head><title>Weir repaired</title></head><body><article><h1>Weir repaired</h1>"
    + "".join(
        f"<p>The weir at lock {n} was repaired this week, and boats pass it again, said the master "
        "of the locks, who has looked after it for twenty years and knows each of its stones.</p>"
        for n in range(6)
    )
    + "</article></body></html>"
)
BOMB = gzip.compress(b"<p>" + b"0" * 100_000_000, 9)
PAGES: dict[str, tuple[int, dict[str, str], bytes]] = {
    "/story": (200, {"Content-Type": "text/html; charset=utf-8"}, STORY.encode()),
    "/loop": (302, {"Location": "/loop"}, b""),
    "/to-nowhere": (301, {"Location": "http://[broken"}, b""),
    "/to-mail": (301, {"Location": "mailto:x@news.example"}, b""),
    "/bomb": (200, {"Content-Type": "text/html", "Content-Encoding": "gzip"}, BOMB),
    "/bad-gzip": (200, {"Content-Type": "text/html", "Content-Encoding": "gzip"}, b"\x1f\x8bno"),
    "/nested": (
        200,
        {"Content-Type": "text/html"},
        b"<html>" + b"<div>" * 100_000 + STORY.encode(),
    ),
    "/nulls": (200, {"Content-Type": "text/html"}, b"<html>" + b"\0" * 10_000 + STORY.encode()),
    "/image.html": (
        200,
        {"Content-Type": "text/html"},
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9,
    ),
    "/empty": (200, {"Content-Type": "text/html"}, b""),
    "/no-type": (200, {}, STORY.encode()),
    "/wrong-charset": (200, {"Content-Type": "text/html; charset=klingon"}, STORY.encode()),
    "/odd-status": (299, {"Content-Type": "text/html"}, STORY.encode()),
    "/attributes": (
        200,
        {"Content-Type": "text/html"},
        b"<html><body " + b" ".join(b"a%d=b" % n for n in range(200_000)) + b">" + STORY.encode(),
    ),
    "/links": (
        200,
        {"Content-Type": "text/html"},
        b"<html><body>" + b"".join(b"<a href='http://[x%d'>a</a>" % n for n in range(50_000)),
    ),
    "/json-ld": (
        200,
        {"Content-Type": "text/html"},
        b"<html><script type='application/ld+json'>"
        + b"[" * 100_000
        + b"</script>"
        + STORY.encode(),
    ),
}


class Hostile(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/cut":
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            self.wfile.write(STORY.encode())
            self.close_connection = True
            return
        if self.path == "/garbage":
            self.wfile.write(b"this is not HTTP at all\r\n\r\n")
            self.close_connection = True
            return
        status, headers, body = PAGES.get(self.path, (404, {}, b""))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="module")
def hostile() -> Iterator[str]:
    with serving(Hostile) as url:
        yield url


def test_every_odd_answer_ends_in_a_named_state_and_the_story_is_kept(
    hostile: str, tmp_path: Path
) -> None:
    paths = [*PAGES, "/cut", "/garbage"]
    urls = tmp_path / "urls.txt"
    urls.write_text("".join(f"{hostile}{path}\n" for path in paths))
    done = crawl("article", tmp_path / "a", "-s", "RETRY_TIMES=0", urls=str(urls))
    assert done.returncode == 9, done.stderr
    assert "Traceback" not in done.stderr
    found = {
        row["url"].removeprefix(hostile): (row["state"], row["reason"])
        for row in query(tmp_path / "a", "SELECT url, state, reason FROM urls")
    }
    assert set(paths) <= set(found)
    assert not [path for path in paths if found[path][0] == "queued"]
    assert found["/story"][0] == "done"
    assert found["/loop"] == ("failed", "redirected without end")
    assert found["/garbage"][0] == "retry"
    for path in ("/bomb", "/bad-gzip", "/image.html", "/empty", "/links"):
        assert found[path][1], path
    # they tell the same story: one article, that each of these addresses leads to
    kept = {
        row["url"].removeprefix(hostile)
        for row in query(tmp_path / "a", "SELECT url FROM urls WHERE article_id IS NOT NULL")
    }
    assert {"/story", "/no-type", "/wrong-charset", "/nulls"} <= kept
    assert not kept & {"/bomb", "/bad-gzip", "/image.html", "/empty", "/links", "/loop"}
