"""What a server names without end costs some fetches, and none of its stories."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from tests.loopback import serving

from .conftest import crawl, query, run_scrapy

STORIES = {f"/council-looks-at-bridge-{n}.html": f"Council looks at bridge {n}" for n in range(12)}
XML = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
Answer = tuple[str, str, dict[str, str]]


def story(path: str, head: str = "", top: str = "") -> str:
    title = STORIES.get(path, "The weir")
    body = "".join(
        f"<p>Paragraph {n} of {path} says that the councillors walked along the mill race, counted"
        " the planks of the bridge, and put their findings into a long note.</p>"
        for n in range(8)
    )
    return (
        f"<html lang=en><head><title>{title}</title>{head}<meta property=og:type content=article>"
        f"</head><body>{top}<article><h1>{title}</h1>{body}</article></body></html>"
    )


def home(head: str = "") -> str:
    links = "".join(f'<h2><a href="{path}">{title}</a></h2>' for path, title in STORIES.items())
    return f"<html><head>{head}</head><body><main>{links}</main></body></html>"


def index(path: str, base: str) -> Answer | None:
    """Each sitemap names three new ones."""
    if path == "/robots.txt":
        return "text/plain", f"Sitemap: {base}/sm/0.xml\n", {}
    if found := re.fullmatch(r"/sm/(.*)\.xml", path):
        named = "".join(
            f"<sitemap><loc>{base}/sm/{found[1]}-{n}.xml</loc></sitemap>" for n in range(3)
        )
        return "application/xml", f"<sitemapindex {XML}>{named}</sitemapindex>", {}
    return None


def lies(path: str, base: str) -> Answer | None:
    """Each sitemap names a new one, and stories that there are not."""
    if path == "/robots.txt":
        return "text/plain", f"Sitemap: {base}/sm/0.xml\n", {}
    if found := re.fullmatch(r"/sm/(\d+)\.xml", path):
        number = int(found[1])
        named = f"<sitemap><loc>{base}/sm/{number + 1}.xml</loc></sitemap>"
        named += "".join(
            f"<url><loc>{base}/mayor-opens-new-bridge-{number}-{n}.html</loc></url>"
            for n in range(40)
        )
        return "application/xml", f"<urlset {XML}>{named}</urlset>", {}
    return None


def feed(path: str, base: str) -> Answer | None:
    """Each page of a feed names the next one (RFC 5005)."""
    if path == "/":
        return "text/html", home('<link rel=alternate type="application/atom+xml" href=/f/0>'), {}
    if found := re.fullmatch(r"/f/(\d+)", path):
        following = f'<link rel="next" href="/f/{int(found[1]) + 1}"/>'
        body = f'<feed xmlns="http://www.w3.org/2005/Atom">{following}'
        body += '<entry><link href="/council-looks-at-bridge-3.html"/></entry></feed>'
        return "application/atom+xml", body, {}
    return None


def posts(path: str, base: str) -> Answer | None:
    """A WordPress list of more pages than there are stories in the world."""
    if path == "/":
        return "text/html", home('<link rel="https://api.w.org/" href="/wp-json/">'), {}
    if "/wp-json/wp/v2/posts" in path:
        post = {"link": f"{base}/council-looks-at-bridge-3.html"}
        return "application/json", json.dumps([post]), {"X-WP-TotalPages": "99999999999999"}
    return None


def neighbours(path: str, base: str) -> Answer | None:
    """Each story names very many before and after it, in the head and on the page."""
    if path in STORIES:
        names = [(way, f"/{way}/{n}/mayor-opens-bridge.html") for way in ("next", "prev")
                 for n in range(3_000)]  # fmt: skip
        head = "".join(f"<link rel={w} title='Mayor opens bridge' href={u}>" for w, u in names)
        top = "".join(f"<a rel={w} href={u}>Mayor opens new bridge</a>" for w, u in names)
        return "text/html", story(path, head, f"<nav class=post-navigation>{top}</nav>"), {}
    return None


def same_before(path: str, base: str) -> Answer | None:
    """Before each story there is another one with the same text."""
    before = None
    if path in STORIES:
        before = "/one-before-0.html"
    elif found := re.fullmatch(r"/one-before-(\d+)\.html", path):
        before = f"/one-before-{int(found[1]) + 1}.html"
    if before is None:
        return None
    nav = f"<nav class=post-navigation><a rel=prev href={before}>The weir is mended</a></nav>"
    text = path if path in STORIES else "/the-same"
    return "text/html", story(text, top=nav), {}


@contextmanager
def newspaper(trap: Callable[[str, str], Answer | None]) -> Iterator[tuple[str, Counter[str]]]:
    """A small newspaper with a trap; gives its base URL, and counts what it is asked for."""
    asked: Counter[str] = Counter()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked[self.path] += 1
            answer = trap(self.path, f"http://127.0.0.1:{self.server.server_address[1]}")
            if answer is None and self.path == "/":
                answer = "text/html", home(), {}
            if answer is None and self.path in STORIES:
                answer = "text/html", story(self.path), {}
            self.send_response(200 if answer else 404)
            kind, body, headers = answer or ("text/html", "", {})
            self.send_header("Content-Type", kind)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

    with serving(Handler) as url:
        yield url, asked


@pytest.mark.parametrize(
    ("trap", "fetches"),
    [(index, 120), (lies, 400), (feed, 45), (posts, 60), (neighbours, 140), (same_before, 100)],
)
def test_rows_without_end_are_left_and_the_stories_are_there(
    tmp_path: Path, trap: Callable[[str, str], Answer | None], fetches: int
) -> None:
    with newspaper(trap) as (url, asked):
        done = crawl("news", tmp_path / "a", site=url)
    assert done.returncode == 0, done.stderr
    paths = {
        row["url"].removeprefix(url) for row in query(tmp_path / "a", "SELECT url FROM stories")
    }
    assert set(STORIES) <= paths
    assert sum(asked.values()) <= fetches
    assert query(tmp_path / "a", "SELECT count(*) AS n FROM urls")[0]["n"] < 5_000
    assert query(tmp_path / "a", "SELECT 1 FROM urls WHERE state = 'queued'") == []
    ends = "('withheld', 'row_ended', 'lists_wait')"
    left = query(tmp_path / "a", f"SELECT 1 FROM urls WHERE reason_code IN {ends}")
    assert left or trap in (neighbours, same_before)


def late(path: str, base: str) -> Answer | None:
    """Eight sitemaps that tell of nothing but the next one, before the one with the stories."""
    if path == "/":
        return "text/html", "<html><body><p>Nothing here</p></body></html>", {}
    if path == "/robots.txt":
        return "text/plain", f"Sitemap: {base}/sm/0.xml\n", {}
    if found := re.fullmatch(r"/sm/(\d)\.xml", path):
        if found[1] != "8":
            named = f"<sitemap><loc>{base}/sm/{int(found[1]) + 1}.xml</loc></sitemap>"
            return "application/xml", f"<sitemapindex {XML}>{named}</sitemapindex>", {"ETag": '"1"'}
        named = "".join(f"<url><loc>{base}{path}</loc></url>" for path in STORIES)
        return "application/xml", f"<urlset {XML}>{named}</urlset>", {}
    return None


def test_a_row_that_ended_is_followed_further_where_the_user_asks_for_it(tmp_path: Path) -> None:
    stories = "SELECT count(*) AS n FROM stories"
    with newspaper(late) as (url, asked):
        crawl("news", tmp_path / "a", site=url)
        assert query(tmp_path / "a", stories) == [{"n": 0}]
        assert asked["/sm/6.xml"] == 0
        crawl("news", tmp_path / "a", site=url)  # again, nothing but that is asked for
        assert asked["/sm/6.xml"] == 0
        done = run_scrapy("retry", str(tmp_path / "a"), "--excluded")
        assert done.stdout == (
            "1 sitemaps, feeds and other lists are queued; the next crawl fetches them\n"
        )
        done = crawl("news", tmp_path / "a", site=url)
    assert done.returncode == 0, done.stderr
    assert query(tmp_path / "a", stories) == [{"n": len(STORIES)}]
