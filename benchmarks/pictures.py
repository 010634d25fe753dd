"""`make bench-pictures`: what pictures cost a run at a polite pace, and how far pages that were
kept with all that they show look as they did.

An invented newspaper is crawled at the pace of the settings, a page in two seconds, without and
with its pictures, which are at its own host or at another one. Then twenty pages of the demo
newspaper, kept with `keep=page`, are played back by pywb in a Chromium, and compared pixel by
pixel with what the same Chromium shows of the newspaper itself, whose server is stopped meanwhile;
beside them the same of an archive with text alone, so that the measure is seen to see.
"""

from __future__ import annotations

import argparse
import hashlib
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from benchmarks.likeness import Shot, browser, differing, moment_of, origin_of, pywb, shot
from crawler.demo.server import serve

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "pictures.md"
TOOLS = ROOT / ".venv-replay" / "bin"
STORIES = 30
PAGES = 20
FULL_SPEED = (
    "-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False", "-s", "EXTRACT_WORKERS=1",
    "-s", "LEARN_PROFILES=0",
)  # fmt: skip
_TEXT = "".join(
    f"<p>Of the {n} barges that lay at the lower quay, the harbour office says, all but one have"
    " left again, and the last one waits for a part of its engine from the other bank.</p>"
    for n in range(12, 19)
)


@dataclass(frozen=True, slots=True)
class Timed:
    """A crawl of the invented newspaper."""

    what: str
    seconds: float
    stories: int
    files: int
    captures: int


def png(name: str, size: int = 60_000) -> bytes:
    """A picture of some size, of its name's own."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    noise = hashlib.shake_128(name.encode()).digest(size)
    rows = b"".join(b"\0" + noise[at : at + 600] for at in range(0, size, 600))
    head = struct.pack(">IIBBBBB", 200, len(rows) // 601, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


@contextmanager
def newspaper(pictures: int, *, elsewhere: bool) -> Iterator[str]:
    """A newspaper with so many pictures in each story, at its own host or at another one of
    loopback; gives its home page."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, body = answer(self.path)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    def answer(path: str) -> tuple[int, str, bytes]:
        html = "text/html; charset=utf-8"
        if path == "/":
            said = "The barges leave quay {n} at last"
            links = "".join(
                f'<p><a href="/2026/05/barges-leave-quay-{n}/">{said.format(n=n)}</a>'
                for n in range(STORIES)
            )
            return 200, html, f"<html><title>The Quay</title><body>{links}</body></html>".encode()
        if path.startswith("/2026/05/barges-leave-quay-"):
            n = path.rstrip("/").rpartition("-")[2]
            shown = "".join(
                f'<figure><img src="{where}/p/{n}-{i}.png" width="800" height="500"></figure>'
                for i in range(pictures)
            )
            return 200, html, (
                "<!doctype html><html lang=en><head><title>Barges</title>"
                '<meta property="og:type" content="article"></head><body><article>'
                f"<h1>The barges leave quay {n} at last</h1><time datetime=2026-05-02>2 May 2026"
                f"</time>{shown}{_TEXT}<p>That was quay {n}.</p></article></body></html>"
            ).encode()  # fmt: skip
        if path.startswith("/p/"):
            return 200, "image/png", png(path)
        return 404, "text/plain", b""

    servers = [ThreadingHTTPServer((host, 0), Handler) for host in ("127.0.0.1", "127.0.0.2")]
    own, other = (f"http://{s.server_address[0]!s}:{s.server_address[1]}" for s in servers)
    where = other if elsewhere else own
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield own
    finally:
        for server in servers:
            server.shutdown()


def crawl(site: str, archive: Path, keep: str, *more: str) -> float:
    """Archive a newspaper; returns how many seconds its run took."""
    began = time.monotonic()
    done = subprocess.run(
        [
            sys.executable, "-m", "scrapy", "crawl", "news", "-a", f"site={site}", "-a",
            f"archive={archive}", "-a", "allow_private=1", "-a", f"keep={keep}", *more,
        ],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    if done.returncode not in (0, 8):
        raise RuntimeError(done.stderr)
    return time.monotonic() - began


def timed(keep: str, pictures: int, folder: Path, *, elsewhere: bool) -> Timed:
    """Crawl the newspaper at a polite pace."""
    with newspaper(pictures, elsewhere=elsewhere) as site:
        crawl(site, folder, keep, "-s", "DOWNLOAD_DELAY_JITTER=0")
    db = sqlite3.connect(folder / "archive.db")
    (seconds,) = db.execute("SELECT seconds FROM runs").fetchone()
    (stories,) = db.execute("SELECT count(*) FROM articles").fetchone()
    (files,) = db.execute("SELECT count(*) FROM pictures").fetchone()
    (captures,) = db.execute("SELECT count(*) FROM captures").fetchone()
    db.close()
    where = "" if keep == "text" else f" at {'another' if elsewhere else 'the same'} host"
    per = "" if keep == "text" else f", {pictures} a story"
    return Timed(f"{keep}{per}{where}", seconds, stories, files, captures)


def pixels(folder: Path) -> list[tuple[str, float, float]]:
    """Pages of the demo newspaper, and in which share of their pixels they differ from the live
    page when they are played back: kept with `keep=page`, and with their text alone."""
    with browser() as chromium:
        with serve("morning") as site:
            for keep in ("page", "text"):
                crawl(site, folder / keep, keep, *FULL_SPEED)
            pages = _pages(folder / "page")
            live = {url: shot(chromium, url, origin_of(url)) for url, _ in pages}
        found = {
            keep: dict(_played(chromium, folder / keep, live, folder)) for keep in ("page", "text")
        }
        return [(url, found["page"][url], found["text"][url]) for url, _ in pages]


def _pages(archive: Path) -> list[tuple[str, str]]:
    """Address and moment of twenty pages: of each theme's stories, and of lists."""
    db = sqlite3.connect(archive / "archive.db")
    sql = (
        "SELECT c.url, c.fetched_at FROM captures c JOIN urls u ON u.id = c.url_id"
        " WHERE c.status = 200 AND c.location IS NULL AND u.role IN ('home', 'page')"
        " AND (u.article_id IS NOT NULL) = ? GROUP BY c.url ORDER BY u.id LIMIT ?"
    )
    rows = [
        row for is_story in (1, 0) for row in db.execute(sql, (is_story, 16 if is_story else 4))
    ]
    db.close()
    return [(str(url), str(at)) for url, at in rows]


def _played(
    chromium: Any, archive: Path, live: Mapping[str, Shot], folder: Path
) -> Iterator[tuple[str, float]]:
    index = subprocess.run(
        [sys.executable, "-m", "scrapy", "export", "cdxj", "-a", f"archive={archive}"], cwd=ROOT,
        stdout=subprocess.PIPE, text=True, check=True,
    ).stdout  # fmt: skip
    db = sqlite3.connect(archive / "archive.db")
    place = folder / f"pywb-{archive.name}"
    place.mkdir()
    with pywb(TOOLS, archive, place, index) as player:
        for url, as_it_was in live.items():
            (at,) = db.execute("SELECT fetched_at FROM captures WHERE url = ?", (url,)).fetchone()
            again = shot(chromium, f"{player}{moment_of(at)}/{url}", origin_of(player))
            yield url, differing(chromium, as_it_was.png, again.png)
    db.close()


def main() -> int:
    """Measure both, and write the table. Returns 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--only", choices=("time", "pixels"), help="one of the two, written nowhere"
    )
    only = parser.parse_args().only
    lines: list[str] = []
    failed = False
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if only != "pixels":
            runs = [timed("text", 1, folder / "text", elsewhere=True)]
            for pictures in (1, 3):
                for elsewhere in (True, False):
                    name = folder / f"{pictures}-{elsewhere}"
                    runs.append(timed("pictures", pictures, name, elsewhere=elsewhere))
                    print(runs[-1], flush=True)
            lines += _of_time(runs)
        if only != "time":
            shares = pixels(folder)
            failed = max(page for _, page, _ in shares) > 0.02
            lines += _of_pixels(shares)
    head = ["# Pictures, and pages as they looked", "", "Written by `make bench-pictures`.", ""]
    text = "\n".join([*head, *lines]) + "\n"
    print(text)
    if only is None:
        RESULTS.write_text(text, encoding="utf-8")
    return int(failed)


def _of_time(runs: list[Timed]) -> list[str]:
    base = runs[0].seconds
    return [
        "## What they cost",
        "",
        f"An invented newspaper of {STORIES} stories, at the pace of the settings: a page of a host"
        " in two seconds, AutoThrottle on, without jitter. The pictures have 60 kB.",
        "",
        "| keep | stories | pictures | requests | seconds | more |",
        "|---|---:|---:|---:|---:|---:|",
        *(
            f"| {each.what} | {each.stories} | {each.files} | {each.captures} |"
            f" {each.seconds:.0f} | {each.seconds / base - 1:+.0%} |"
            for each in runs
        ),
        "",
    ]


def _of_pixels(shares: list[tuple[str, float, float]]) -> list[str]:
    return [
        "## How pages look when they are played back",
        "",
        f"{len(shares)} pages of the demo newspaper, played back by pywb in Chromium with its"
        " server stopped: the share of the pixels of the whole page that differ from the live"
        " page.",
        "",
        "| page | keep=page | keep=text |",
        "|---|---:|---:|",
        *(f"| `/{url.split('/', 3)[3]}` | {page:.2%} | {text:.2%} |" for url, page, text in shares),
        f"| **worst** | **{max(page for _, page, _ in shares):.2%}** |"
        f" {max(text for _, _, text in shares):.2%} |",
        "",
    ]


if __name__ == "__main__":
    sys.exit(main())
