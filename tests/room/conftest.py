"""Reading rooms over real HTTP, with archives of the demo newspaper and of a hostile one, and a
real browser."""

from __future__ import annotations

import os
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import pytest

from crawler.demo.server import serve
from tests.loopback import HTML, Answers, site
from tests.system.conftest import LEARNING, crawl

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


# -- archives -----------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def demo_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo newspaper, both editions."""
    folder = tmp_path_factory.mktemp("room") / "courier"
    with serve("morning") as url:
        assert crawl("news", folder, *LEARNING, site=url).returncode == 0
    with serve("evening", port=urlsplit(url).port or 0) as url:
        assert crawl("news", folder, *LEARNING, site=url).returncode == 0
    return folder


def png(width: int = 3, height: int = 2) -> bytes:
    """A small picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = (b"\0" + b"\x8a\x1f\x1c" * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )  # fmt: skip


def page(language: str, title: str, paragraphs: list[str], more: str = "") -> bytes:
    """A newspaper's page with a story."""
    body = "".join(f"<p>{each}</p>" for each in paragraphs)
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta property="article:published_time" content="2026-03-04T09:30:00+00:00">'
        f"</head><body>{more}<article><h1>{title}</h1>{body}</article></body></html>"
    ).encode()


PERSIAN = [
    "شهردار گفت که پل قدیمی رودخانه پس از یازده ماه تعمیر دوباره باز شده است و مردم از امروز از آن"
    " می‌گذرند.",
    "هزینهٔ این کار چهار میلیون تومان بود و نیمی از آن را استان پرداخت کرد، گفت سخنگوی شهرداری در"
    " گفت‌وگو با خبرنگاران.",
    "کارگران سنگ‌های پل را یکی‌یکی شمردند و دوباره سر جای خود گذاشتند، و هیچ سنگی گم نشد.",
]
JAPANESE = [
    "市長は、川にかかる古い橋が十一か月の修理を終えて再び開通したと発表した。住民は今日から橋を渡ることができる。",
    "工事の費用は四億円で、その半分は県が負担した。職人たちは石を一つずつ数え、元の場所に戻した。",
    "橋のたもとでは小さな祭りが開かれ、子どもたちが最初に渡った。橋は二百年前に建てられたものである。",
]
SCRIPT = (
    "<script>window.pwned = 1; document.title = 'pwned'</script>"
    '<img src="http://192.0.2.1/track.png" onerror="window.pwned = 1">'
    '<iframe src="http://192.0.2.1/"></iframe><svg onload="window.pwned = 1"></svg>'
    '<a href="javascript:window.pwned=1">press</a><form action="http://192.0.2.1/"><input></form>'
    '<style>@import url("http://192.0.2.1/x.css"); body { display: none }</style>'
    '<link rel="stylesheet" href="http://192.0.2.1/y.css"><meta http-equiv="refresh" content="0;url=http://192.0.2.1/">'
    '<base href="http://192.0.2.1/">'
)
ENGLISH = [
    f"The weir at lock {n} was repaired this week, and boats pass it again, said the master of the"
    f" locks, who has looked after it for {n + 20} years and knows each of its stones by name."
    for n in range(5)
]
TANGLED = "<div>" * 80_000 + "Lock 9"
"""Takes an HTML5 parser time that grows with its square: minutes."""
PICTURE = '<img src="/p.png" alt="The weir">'
HOSTILE = {
    "title": "</title><script>window.pwned=1</script> \u202etxt.exe\u202c"
    " \x1b[31mred\x1b]0;t\x07 {{7*7}}",
    "standfirst": '"><img src=x onerror=window.pwned=1> \u2066hidden\u2069',
    "section": "'><script>window.pwned=1</script>",
    "authors": "<b onmouseover=window.pwned=1>A</b>",
}


DRAWING = (
    b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(2)</script></svg>"
)


@pytest.fixture(scope="session")
def odd_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stories in Persian and Japanese, one on a hostile page, and one whose stored values somebody
    made as bad as the database takes them."""
    folder = tmp_path_factory.mktemp("room") / "odd"
    answers: Answers = {
        "/bridge-fa": (200, HTML, page("fa", "پل قدیمی دوباره باز شد", PERSIAN)),
        "/bridge-ja": (200, HTML, page("ja", "古い橋が再び開通", JAPANESE)),
        "/bad": (200, HTML, page("en", "Weir repaired again", ENGLISH, SCRIPT)),
        "/worse": (200, HTML, page("en", "Weir repaired", ENGLISH)),
        "/pictured": (200, HTML, page("en", "Weir painted", [*ENGLISH, PICTURE])),
        "/tangled": (200, HTML, page("en", "Weir tangled", ENGLISH, TANGLED)),
        "/p.png": (200, {"Content-Type": "image/png"}, png()),
        "/drawn.png": (200, {"Content-Type": "image/png"}, DRAWING),
    }  # fmt: skip
    with site(answers) as url:
        paths = ("bridge-fa", "bridge-ja", "bad", "worse", "pictured", "tangled", "p.png",
                 "drawn.png")  # fmt: skip
        done = crawl("article", folder, url=",".join(f"{url}/{each}" for each in paths))
        assert done.returncode in (0, 3, 8, 9), done.stderr
        shorter = [*ENGLISH[:3], "No boat sank."]
        answers["/bad"] = (200, HTML, page("en", "Weir repaired at last", shorter, SCRIPT))
        crawl("article", folder, url=f"{url}/bad")
    make_worse(folder)
    return folder


def make_worse(folder: Path) -> None:
    """Put into the database what no crawl of ours would."""
    with sqlite3.connect(folder / "archive.db") as db:
        rules = db.execute(
            "SELECT name FROM sqlite_master WHERE sql LIKE '%append-only%'"
        ).fetchall()
        for (rule,) in rules:
            db.execute(f"DROP TRIGGER {rule}")
        key, revision = db.execute(
            "SELECT id, revision_id FROM articles WHERE url LIKE '%/worse'"
        ).fetchone()
        db.execute(
            "UPDATE revisions SET title = ?, standfirst = ?, section = ?, authors = json_array(?),"
            " language = ? WHERE id = ?",
            (*HOSTILE.values(), '"><script>window.pwned=1</script>', revision),
        )
        db.execute("UPDATE articles SET url = 'javascript:window.pwned=1' WHERE id = ?", (key,))
        db.execute(
            "UPDATE revision_texts SET body_text = ?, markdown_parts = NULL WHERE revision_id = ?",
            (
                "<script>window.pwned=1</script>\n\n[press](javascript:window.pwned=1)"
                " [and](data:text/html,x) ![p](http://192.0.2.1/p.png)\n\n"
                "[here](http://192.0.2.1/a) <img src=x onerror=window.pwned=1>\n\n"
                '![x" onerror="window.pwned=1](http://192.0.2.1/q.png "t")',
                revision,
            ),
        )
        db.execute(
            "INSERT INTO images (article_id, revision_id, role, position, url, alt, caption) VALUES"
            " (?, ?, 'lead', 9, 'javascript:window.pwned=1', ?, ?)",
            (key, revision, '" onerror="window.pwned=1', "<script>window.pwned=1</script>"),
        )
        db.execute(
            "UPDATE _link_cards SET url = 'javascript:window.pwned=1',"
            " title = '<script>window.pwned=1</script>'"
        )


# -- rooms --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """What a room answered."""

    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass(frozen=True)
class RunningRoom:
    """A reading room that is served."""

    host: str
    port: int
    archive: Path
    process: subprocess.Popen[str]

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def name(self) -> str:
        """Its archive's, in addresses."""
        return self.archive.name

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """An answer, redirects not followed."""
        connection = HTTPConnection(self.host, self.port, timeout=60)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.putrequest(method, path, skip_host="Host" in named)
            for name, value in named.items():
                connection.putheader(name, value)
            connection.endheaders()
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def row(self, sql: str, *values: object) -> Any:
        """The first row of a query, of one column its value."""
        db = sqlite3.connect(f"file:{self.archive / 'archive.db'}?mode=ro", uri=True)
        try:
            row = db.execute(sql, values).fetchone()
            return row[0] if row is not None and len(row) == 1 else row
        finally:
            db.close()


@contextmanager
def browsing(
    *archives: Path, more: tuple[str, ...] = (), under: tuple[str, ...] = ()
) -> Iterator[RunningRoom]:
    """`scrapy browse` on a free port; nothing goes wrong in it that nobody is told of. under: a
    command that runs it."""
    command = [
        *under,
        sys.executable,
        "-m",
        "scrapy",
        "browse",
        *map(str, archives),
        "--port",
        "0",
        *more,
    ]
    with tempfile.TemporaryFile("w+") as complaints:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=complaints, text=True
        )
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert "http://" in line, _read(complaints)
            parts = urlsplit(line.split("at ", 1)[1].split()[0])
            yield RunningRoom(parts.hostname or "", parts.port or 0, archives[0], process)
        finally:
            process.terminate()
            process.communicate(timeout=60)
        # what Datasette says of queries that were to fail
        lines = [each for each in _read(complaints).splitlines() if "ERROR: conn=" not in each]
        assert lines == []


def _read(file: IO[str]) -> str:
    file.seek(0)
    return file.read()


@pytest.fixture(scope="session")
def room(demo_archive: Path) -> Iterator[RunningRoom]:
    with browsing(demo_archive) as it:
        yield it


@pytest.fixture(scope="session")
def odd_room(odd_archive: Path) -> Iterator[RunningRoom]:
    with browsing(odd_archive) as it:
        yield it


# -- a browser ----------------------------------------------------------------------------------


@dataclass
class Visitor:
    """Somebody at a browser, who notes what a page complains of and what it asks for."""

    page: Any
    complaints: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def go(self, url: str) -> None:
        self.page.goto(url)

    def check(self) -> None:
        """Nothing was complained of, nothing went beyond loopback, nothing ran that should not."""
        assert self.complaints == []
        assert self.outside == []
        assert self.page.evaluate("window.pwned === undefined")


def _must_have_browser() -> bool:
    return bool(os.environ.get("CI")) or os.environ.get("HYPOTHESIS_PROFILE") == "ci"


@pytest.fixture(scope="module")  # Playwright's event loop is the thread's as long as it is open
def chromium() -> Iterator[Any]:
    path = CHROMIUM if Path(CHROMIUM).exists() else shutil.which("chromium")
    if path is None:
        if _must_have_browser():
            pytest.fail("there is no chromium here: apt-get install chromium")
        pytest.skip("there is no chromium here: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def visiting(chromium: Any, **context: Any) -> Iterator[Visitor]:
    """A visitor with a browser of their own."""
    with chromium.new_context(**context) as its:
        visitor = Visitor(its.new_page())
        visitor.page.on(
            "console",
            lambda message: (
                visitor.complaints.append(message.text)
                if message.type in ("error", "warning")
                else None
            ),
        )
        visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        visitor.page.on(
            "request",
            lambda request: (
                visitor.outside.append(request.url)
                if urlsplit(request.url).hostname not in ("127.0.0.1", "localhost")
                and not request.url.startswith(("data:", "about:"))
                else None
            ),
        )
        yield visitor
