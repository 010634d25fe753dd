"""`scrapy report`: one HTML file, in which all text is a stranger's."""

from __future__ import annotations

import base64
import hashlib
import html
import os
import re
import sqlite3
import subprocess
import time
import tracemalloc
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from crawler.archive.database import open_for_reading
from crawler.archive.report_rows import Span
from crawler.reporting import html as written
from crawler.reporting import last_until, report
from tests.loopback import HTML, Answers, page, site

from .conftest import crawl, run_scrapy

EVIL = "\"><script>alert(1)</script><img src=x onerror=alert(2)> \u202eevil' & more"
TODAY = datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0)
WORDS = "The ferry was late again, said the harbour master, and nobody knew the reason why. "
QUIET = (9, 10, 11)
"""Days ago on which nothing was published."""


def story(days_ago: int, title: str, extra: str = "") -> tuple[int, dict[str, str], bytes]:
    day = (TODAY - timedelta(days=days_ago)).isoformat()
    by = "<span class='byline'>By <a rel='author'>Ada Reporter</a></span>" if days_ago % 2 else ""
    text = "".join(f"<p>{WORDS * 3}{extra}{number}</p>" for number in range(4))
    return 200, HTML, (
        f"<html><head><title>{html.escape(title)}</title>"
        f"<meta property='og:type' content='article'></head><body><article>"
        f"<h1>{html.escape(title)}</h1><time datetime='{day}'>x</time>{by}{text}"
        "</article></body></html>"
    ).encode()  # fmt: skip


def path_of(days_ago: int) -> str:
    return f"/{TODAY - timedelta(days=days_ago):%Y/%m/%d}/ferry-number-{days_ago}-late"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A newspaper of four weeks with a gap, a hostile headline, an edit, pages that fail."""
    folder = tmp_path_factory.mktemp("reported") / "the <b>archive"
    days = [day for day in range(1, 28) if day not in QUIET]
    answers: Answers = {path_of(day): story(day, f"Ferry number {day} is late") for day in days}
    answers["/"] = page(*answers, "/2024/11/03/one-that-fails-always")
    answers["/2024/11/03/one-that-fails-always"] = (500, {}, b"")
    answers[path_of(3)] = story(3, EVIL)
    with site(answers) as home:
        assert crawl("news", folder, "-s", "RETRY_TIMES=0", site=home).returncode == 0
        answers[path_of(5)] = story(5, "Ferry number 5 sank", "Nobody was hurt, it is said; 77. ")
        again = crawl("news", folder, "-s", "RETRY_TIMES=0", site=home, revisit="now")
        assert again.returncode == 0
    with sqlite3.connect(folder / "archive.db") as db:
        db.execute(
            "INSERT INTO findings (site_id, kind, subject, level, since, noted_at, numbers, urls)"
            " VALUES (1, 'source_silent', ?, 'warning', '2026-01-02', '2026-01-03T00:00:00+00:00',"
            ' \'{"of_others": 9, "expected": 12}\', ?)',
            (f"javascript:alert(3){EVIL}", '["javascript:alert(4)", "https://a.example/\\"<x>"]'),
        )
    db.close()
    time.sleep(1)  # a report ends with the last whole second: what came later is for the next one
    return folder


class Seen(HTMLParser):
    """Elements and addresses of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes.update(name for name, _ in attrs)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]


def test_it_says_what_came_in_and_runs_nothing(archive: Path, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    done = run_scrapy("report", str(archive), "-o", str(file))
    assert done.returncode == 0, done.stderr
    text = file.read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>")
    seen = Seen(text)
    assert not seen.elements & {"script", "img", "iframe", "object", "form", "link", "base", "b0"}
    assert not {name for name in seen.attributes if name.startswith("on")} | (
        seen.attributes & {"style", "src"}
    )
    assert seen.addresses
    assert all(
        each.startswith(("http://127.0.0.1", "https://a.example/")) for each in seen.addresses
    )
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'"
    assert html.escape(policy) in text.replace("&#39;", "&#x27;")
    assert "the &lt;b&gt;archive" in text
    plain = html.unescape(re.sub(r"<[^>]+>", "", text.split("</style>")[1]))
    plain = re.sub(r"\s+", " ", plain)
    assert "24 new stories" in plain
    assert "1 changed" in plain
    assert "1 pages not got" in plain
    assert "3 days without any, most in a row from" in plain
    assert f"{TODAY - timedelta(days=11):%Y-%m-%d}" in plain
    assert "Ferry number 5 sank" in plain
    assert "before: Ferry number 5 is late" in plain
    assert "HTTP 500 (is tried again)" in plain
    assert "javascript:alert(3)" in plain
    assert "warning 127.0.0.1:" in plain
    assert text.count("<rect") == 24
    assert "\u202e" not in text


def test_a_newspaper_that_has_long_been_silent_is_named(archive: Path, tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.mkdir()
    with sqlite3.connect(archive / "archive.db") as db:
        db.execute("VACUUM INTO ?", (str(old / "archive.db"),))
    db.close()
    with sqlite3.connect(old / "archive.db") as db:
        db.execute("UPDATE articles SET first_captured_at = '2026-01-01T00:00:00+00:00'")
        db.execute("UPDATE articles SET published_day = '2025-12-31'")
        host = db.execute("SELECT host FROM sites").fetchone()[0]
    db.close()
    done = run_scrapy("report", str(old))
    assert done.returncode == 0, done.stderr
    assert f"<bdi>{host}</bdi></b> brought no new story" in done.stdout


def test_the_next_one_begins_where_the_last_one_ended(archive: Path, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    assert run_scrapy("report", str(archive), "-o", str(file)).returncode == 0
    until = last_until(file)
    assert until is not None
    done = run_scrapy("report", str(archive), "-o", str(file))
    assert f"from {until[:16]} to" in done.stderr
    assert "<b>0</b> new stories" in file.read_text()
    again = run_scrapy("report", str(archive), "-o", str(file), "--since", "2020")
    assert "from 2020-01-01T00:00 to" in again.stderr
    assert "<b>24</b> new stories" in file.read_text()
    file.write_text("not a report")
    assert last_until(file) is None


def test_what_is_no_regular_file_stays_what_it_is(archive: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE, text=True) as reader:
        assert run_scrapy("report", str(archive), "-o", str(pipe)).returncode == 0
        assert "</html>" in reader.communicate()[0]
    assert pipe.is_fifo()
    for name, wrong in ((str(archive / "archive.db"), "of the archive itself"), ("", "no file")):
        done = run_scrapy("report", str(archive), "-o", name)
        assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
        assert wrong in done.stderr


def test_a_newspaper_by_its_name_or_host(archive: Path) -> None:
    with sqlite3.connect(archive / "archive.db") as db:
        host = db.execute("SELECT host FROM sites").fetchone()[0]
    db.close()
    one = run_scrapy("report", str(archive), "--paper", host)
    assert one.returncode == 0
    assert "<b>24</b> new stories" in one.stdout
    none = run_scrapy("report", str(archive), "--paper", "other.example")
    assert none.returncode == 7
    assert "--paper other.example: the archive has no such newspaper" in none.stderr
    assert run_scrapy("report", str(archive), "--since", "soon").returncode == 2
    wrong = run_scrapy("report", str(archive), "-o", "/proc/report.html")
    assert wrong.returncode == 2
    assert "cannot write /proc/report.html" in wrong.stderr


def test_memory_does_not_grow_with_the_archive(archive: Path, tmp_path: Path) -> None:
    """Each story a hundred times."""
    big = tmp_path / "big"
    big.mkdir()
    with sqlite3.connect(archive / "archive.db") as db:
        db.execute("VACUUM INTO ?", (str(big / "archive.db"),))
    db.close()
    with sqlite3.connect(big / "archive.db") as db:

        def others(table: str, *keys: str) -> str:
            every = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
            return ", ".join(name for name in every if name not in ("id", *keys))

        columns = others("articles", "url", "revision_id")
        db.execute(
            f"INSERT INTO articles (url, {columns}) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL"
            f" SELECT i + 1 FROM n WHERE i < 400) SELECT url || '?' || i, {columns}"
            " FROM articles, n"
        )
        columns = others("revisions", "article_id", "number")
        db.execute(
            f"INSERT INTO revisions (article_id, number, {columns}) SELECT a.key, 1, {columns} FROM"
            " (SELECT id AS key FROM articles WHERE revision_id IS NULL) a,"
            " (SELECT * FROM revisions LIMIT 1)"
        )
        db.execute(
            "UPDATE articles SET revision_id = (SELECT r.id FROM revisions r"
            " WHERE r.article_id = articles.id) WHERE revision_id IS NULL"
        )
    db.close()
    span = Span("2020-01-01T00:00:00+00:00", f"{TODAY:%Y-%m-%d}T23:59:59+00:00")
    peaks, sizes = [], []
    for folder in (archive, archive, big):
        with open_for_reading(folder) as opened:
            tracemalloc.start()
            text = written(report(opened.conn, "x", span))
            sizes.append(len(text))
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert "<b>9,624</b> new stories" in text
    assert peaks[2] < 2 * peaks[1], peaks
    assert sizes[2] < sizes[1] + 1_000
