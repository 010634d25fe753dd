"""The same answer comes to the same, whichever door it enters by: a crawl, an import, a rebuild
from files that say nothing of their visits, a rereading."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Any

import pytest

from crawler.warc.reader import Record, read_file
from crawler.warc.writer import WarcWriter
from tests.loopback import NOT_FOUND, raw_site

from .conftest import PLAINLY, crawl, query, run_scrapy
from .test_hostile import STORY
from .test_parts import part

RSS = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>The Weir</title><item><title>A story'
    " of the weir and its master</title><link>{base}/2026/named</link></item></channel></rss>"
)
SITEMAP = (
    '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url>'
    "<loc>{base}/2026/told</loc></url></urlset>"
)
LISTING = "<html><head><title>Weir news</title></head><body>" + "".join(
    f"<article><h2><a href='/2026/weir-story-{n}'>A story of the weir number {n}</a></h2></article>"
    for n in range(12)
)


def story(name: str, head: str = "") -> bytes:
    text = STORY.replace("<head>", f"<head>{head}").replace("repaired this week", f"mended {name}")
    return text.replace("Weir repaired", f"Weir {name} repaired").encode()


LONG = "/2026/the-long-read/"
Answers = dict[str, tuple[str, tuple[str, ...], bytes]]


def answers(base: str) -> Answers:
    """Path → status line, headers, body."""
    html = "Content-Type: text/html; charset=utf-8"
    found: Answers = {
        "/robots.txt": ("200 OK", ("Content-Type: text/plain",), (
            b"License: https://licences.example/l.xml\nUser-agent: *\n"
            b"Content-Usage: /2026/s train-ai=n\n"
        )),
        "/.well-known/tdmrep.json": ("200 OK", ("Content-Type: application/json",), (
            b'[{"location": "/2026/the-*/2", "tdm-reservation": 0},'
            b' {"location": "/2026/the", "tdm-reservation": 1}]'
        )),
        "/2026/plain-html": ("200 OK", (html,), story("one")),
        "/2026/status-203": ("203 Non-Authoritative Information", (html,), story("two")),
        "/2026/status-299": ("299 Odd", (html,), story("odd")),
        "/2026/as-text": ("200 OK", ("Content-Type: text/plain",), story("three")),
        "/2026/as-octets": ("200 OK", ("Content-Type: application/octet-stream",), story("four")),
        "/2026/bom": ("200 OK", (), codecs.BOM_UTF8 + story("five")),
        "/2026/utf-16": ("200 OK", (), codecs.BOM_UTF16_LE + story("six").decode().encode(
            "utf-16-le")),
        "/2026/bare": ("200 OK", (html,), story("eight").partition(b"<body>")[2]),
        "/2026/rss-as-html": ("200 OK", (html,), RSS.format(base=base).encode()),
        "/2026/sitemap-as-html": ("200 OK", (html,), SITEMAP.format(base=base).encode()),
        "/2026/text": ("200 OK", ("Content-Type: text/plain",), b"The weir is open.\n"),
        "/2026/json": ("200 OK", ("Content-Type: application/json",), b'{"weir": "open"}'),
        "/2026/json-as-html": ("200 OK", (html,), b'{"weir": "open"}'),
        "/2026/picture": ("200 OK", ("Content-Type: image/png",), b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        "/2026/picture-as-html": ("200 OK", (html,), b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        "/2026/empty": ("200 OK", (html,), b""),
        "/2026/listing": ("200 OK", (html,), LISTING.encode()),
        "/2026/linked": (
            "200 OK", (html, f"Link: <{base}/2026/own-name>; rel=\"canonical\""), story("ten"),
        ),
        "/2026/linked-both": (
            "200 OK", (html, f"link: <{base}/2026/not-this>; rel=canonical"),
            story("eleven", f"<link rel=canonical href='{base}/2026/this'>"),
        ),
        "/2026/linked-folded": (
            "200 OK", (html, "Link: <https://cdn.example/a.css>; rel=preload",
                       f"Link: <{base}/2026/second-name>; rel=\"canonical\""), story("twelve"),
        ),
        "/2026/reserved": (
            "200 OK", (html, "X-Robots-Tag: noarchive"),
            story("thirteen", "<meta name=tdm-reservation content=1>"),
        ),
        "/2026/gone": ("410 Gone", (html,), b"<p>gone</p>"),
        "/2026/refused": ("403 Forbidden", (html,), b"<p>no</p>"),
        "/2026/later": ("503 Service Unavailable", (html, "Retry-After: 1"), b"<p>later</p>"),
        "/2026/moved": ("302 Found", (html, f"Location: {base}/2026/plain-html"), b""),
    }  # fmt: skip
    links = "".join(f"<a href='{LONG}{n}/'>{n}</a> " for n in (2, 3))
    for number, path in ((1, LONG), (2, f"{LONG}2/"), (3, f"{LONG}3/")):
        found[path] = ("200 OK", (html,), part(number, links)[2])
    return found


ASKED = [
    path for path in answers("")
    if path.startswith("/2026/") and path not in (f"{LONG}2/", f"{LONG}3/")
]  # fmt: skip

ROWS = {
    "urls": "SELECT u.url, u.state, u.reason, u.kind, a.url AS article FROM urls u"
    " LEFT JOIN articles a ON a.id = u.article_id WHERE u.visited_at IS NOT NULL"
    " AND u.role <> 'robots' ORDER BY 1",
    "stories": "SELECT url, title, body_text, revisions, gone_at FROM stories ORDER BY 1",
    "canonical": "SELECT a.url, r.number, r.canonical_url, r.cause FROM revisions r"
    " JOIN articles a ON a.id = r.article_id ORDER BY 1, 2",
    "reservations": "SELECT DISTINCT url, what, value, reserved, source, name, agent,"
    " stated_at FROM reservations ORDER BY 1, 2",
}


def content(archive: Path) -> dict[str, list[dict[str, Any]]]:
    return {name: query(archive, sql) for name, sql in ROWS.items()}


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A crawl of all the answers."""
    folder = tmp_path_factory.mktemp("same")
    told: Answers = {}

    def answer(path: str) -> bytes:
        if path not in told:
            return NOT_FOUND
        status, headers, body = told[path]
        lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}"]
        return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + body

    with raw_site(answer) as (base, _):
        told |= answers(base)
        (folder / "urls.txt").write_text("\n".join(base + path for path in ASKED))
        done = crawl("article", folder / "crawl", urls=str(folder / "urls.txt"))
        assert done.returncode in (0, 3, 9, 10), done.stderr
    assert len(query(folder / "crawl", ROWS["stories"])) > 10
    stated = query(folder / "crawl", ROWS["reservations"])
    assert {row["source"] for row in stated} == {"header", "meta", "robots.txt", "tdmrep.json"}
    return folder / "crawl"


@pytest.fixture(scope="module")
def foreign(crawled: Path) -> Path:
    """The same exchanges in a file that says nothing of the visits, as another program's does."""
    with WarcWriter(crawled.parent / "foreign", prefix="other", info=[("software", "O")]) as out:
        for path in sorted((crawled / "warc").iterdir()):
            for each in read_file(path):
                assert isinstance(each, Record)
                if each.kind in ("response", "request"):
                    head = "".join(f"{name}: {value}\r\n" for name, value in each.headers)
                    out.write_copy(
                        f"WARC/1.1\r\n{head}\r\n".encode() + each.block + b"\r\n\r\n",
                        is_capture=each.kind == "response",
                    )
    (path,) = (crawled.parent / "foreign").iterdir()
    return path


def test_an_import_comes_to_what_the_crawl_came_to(crawled: Path, foreign: Path) -> None:
    archive = crawled.parent / "imported"
    done = run_scrapy("import", *PLAINLY, str(foreign), "-a", f"archive={archive}")
    assert done.returncode == 0, done.stderr
    assert content(archive) == content(crawled)
    assert run_scrapy("rebuild", str(archive), "--replace").returncode == 0
    assert content(archive) == content(crawled)


def test_a_rebuild_comes_to_what_the_crawl_came_to(crawled: Path, foreign: Path) -> None:
    archive = crawled.parent / "rebuilt"
    (archive / "warc").mkdir(parents=True)
    (archive / "warc" / foreign.name).write_bytes(foreign.read_bytes())
    done = run_scrapy("rebuild", str(archive))
    assert done.returncode == 0, done.stderr
    assert content(archive) == content(crawled)


def test_a_rereading_comes_to_what_the_crawl_came_to(crawled: Path) -> None:
    before = content(crawled)
    done = run_scrapy("reextract", *PLAINLY, str(crawled), "--again")
    assert done.returncode == 0, done.stderr
    assert " re-extracted: 0 changed" in done.stdout
    assert content(crawled) == before
