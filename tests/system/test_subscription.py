"""Cookies of a subscription: sent to its newspaper, and kept nowhere."""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from crawler.subscriptions import CookieFile, Subscription, Subscriptions
from crawler.warc.http import without_cookies
from tests.loopback import HTML, page, serving
from tests.system.conftest import FULL_SPEED, crawl, query, run_scrapy
from tests.system.test_runs import story

SECRET, SET, OTHER = "s3cr3t-0f-mine", "s3t-by-them", "0f-anoth3r"
NOBODYS = "of-nobody"
"""Set where no cookies were sent."""
STORY, MOVED, AWAY = "/2024/11/03/ferry-number-3-late", "/moved", "/away"
IN_AN_HOUR, LONG_AGO = int(time.time()) + 3_600, 1_600_000_000


def cookies(path: Path, *lines: tuple[str, str, int, str, str], mode: int = 0o600) -> Path:
    """A cookies.txt: domain, path, expiry, name, value of each; secure where the name says so."""
    text = "# Netscape HTTP Cookie File\n" + "".join(
        f"{domain}\tFALSE\t{below}\t{'TRUE' if 'secure' in name else 'FALSE'}\t{expiry or ''}"
        f"\t{name}\t{value}\n"
        for domain, below, expiry, name, value in lines
    )
    path.write_text(text)
    path.chmod(mode)
    return path


Asked = list[tuple[str, str | None]]


@pytest.fixture
def two() -> Iterator[tuple[str, Asked, str, Asked]]:
    """A newspaper that sets cookies and redirects, and a host beside it; what each was asked for,
    and with which cookies."""
    own, other = list[tuple[str, str | None]](), list[tuple[str, str | None]]()

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            other.append((self.path, self.headers["Cookie"]))
            self.send_response(200)
            self.end_headers()

    class Newspaper(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            own.append((self.path, self.headers["Cookie"]))
            answers = {"/": page(STORY, MOVED, AWAY), STORY: story(3)}
            status, headers, body = answers.get(self.path, (404, HTML, b""))
            if self.path in (MOVED, AWAY):
                status = 302
                headers = {"Location": STORY if self.path == MOVED else f"{away}/landed"}
            self.send_response(status)
            session = SET if self.headers["Cookie"] else NOBODYS
            for name, value in {**headers, "SET-Cookie": f"session={session}"}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with serving(Elsewhere) as away, serving(Newspaper) as home:
        yield home, own, away, other


def everything(folder: Path) -> bytes:
    """All bytes of an archive, WARC records unpacked."""
    return b"".join(
        gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    )


def test_they_are_sent_to_the_newspaper_alone_and_kept_nowhere(
    tmp_path: Path, two: tuple[str, Asked, str, Asked]
) -> None:
    home, own, _, other = two
    file = cookies(
        tmp_path / "mine.txt",
        ("127.0.0.1", "/", IN_AN_HOUR, "sid", SECRET),
        ("127.0.0.1", "/elsewhere", IN_AN_HOUR, "deep", "not-here"),
        ("127.0.0.1", "/", IN_AN_HOUR, "secure-one", "not-plainly"),
        ("127.0.0.1", "/", LONG_AGO, "old", "not-any-more"),
        ("tracker.example", "/", IN_AN_HOUR, "track", OTHER),
    )
    archive, log = tmp_path / "a", tmp_path / "log"
    done = crawl(
        "news", archive, "-s", "LOG_LEVEL=DEBUG", "--logfile", str(log), site=home,
        cookies=str(file),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    sent = {path: line for path, line in own if path != "/robots.txt"}
    assert sent["/"] == sent[STORY] == sent[MOVED] == f"sid={SECRET}"
    assert [line for path, line in own if path == "/robots.txt"] == [None]
    assert [path for path, _ in other if path == "/landed"]
    assert {line for _, line in other} == {None}
    said = done.stdout + done.stderr
    assert f"{home.removeprefix('http://')} is read with 3 cookies of a subscription" in said
    kept = everything(archive)
    assert b"http-cookies: sent, removed" in kept
    assert b"User-Agent" in kept  # requests are there
    assert b"Ferry number 3" in kept
    for secret in (SECRET, SET, "mine.txt", "not-any-more", OTHER):
        assert secret not in said.replace(str(file), "")
        assert secret.encode() not in kept, secret
        assert secret not in log.read_text(), secret
    assert run_scrapy("verify", str(archive)).returncode == 0
    assert query(archive, "SELECT arguments ->> 'cookies' AS c FROM runs") == [{"c": "of a file"}]


def test_without_them_what_a_server_sets_is_kept_as_ever(
    tmp_path: Path, two: tuple[str, Asked, str, Asked]
) -> None:
    home, *_ = two
    assert crawl("news", tmp_path / "a", site=home).returncode == 0
    assert NOBODYS.encode() in everything(tmp_path / "a")


def test_a_paper_with_expired_ones_is_left_out_and_stops_no_other(
    tmp_path: Path, two: tuple[str, Asked, str, Asked]
) -> None:
    home, own, *_ = two
    cookies(tmp_path / "mine.txt", ("127.0.0.1", "/", IN_AN_HOUR, "sid", SECRET), mode=0o644)
    cookies(tmp_path / "old.txt", ("daily.example", "/", LONG_AGO, "sid", OTHER))
    config = tmp_path / "hemeroteca.toml"
    config.write_text(
        f"[papers.here]\naddress = '{home}'\ncookies = 'mine.txt'\n"
        "[papers.daily]\naddress = 'daily.example'\ncookies = 'old.txt'\n"
    )
    done = run_scrapy(
        "crawl", "news", "--config", str(config), "-a", "allow_private=1", *FULL_SPEED
    )
    assert done.returncode == 11, done.stderr
    assert "papers.daily.cookies: " in done.stderr
    assert "all cookies for daily.example have expired, the last on 2020-09-13" in done.stderr
    assert "mine.txt can be read by others on this machine; chmod 600 it" in done.stderr
    assert (STORY, f"sid={SECRET}") in own
    assert SECRET not in done.stderr + done.stdout
    kept = everything(tmp_path / "archive")
    assert SECRET.encode() not in kept
    assert b"mine.txt" not in kept


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (lambda path: None, "cannot be read (No such file or directory)"),
        (lambda path: path.write_text(f"sid={SECRET}\n"), "is not a cookies.txt"),
        (lambda path: path.write_text(f"# HTTP Cookie File\n{SECRET}\n"), "is not a cookies.txt"),
        (lambda path: path.write_bytes(b"# HTTP Cookie File\n\xff\xfe"), "cannot be read"),
        (lambda path: cookies(path), "has no cookies for news.example"),
        (lambda path: cookies(path, ("other.example", "/", 0, "a", SECRET)), "has no cookies for"),
    ],
)
def test_a_file_that_is_of_no_use_is_one_line(tmp_path: Path, make: object, what: str) -> None:
    assert callable(make)
    make(tmp_path / "c.txt")
    done = crawl(
        "news", tmp_path / "a", site="news.example", cookies=str(tmp_path / "c.txt"),
        contact="a@b.example",
    )  # fmt: skip
    assert done.returncode == 2
    assert what in done.stderr
    assert done.stderr.count("\n") == 1
    assert SECRET not in done.stderr


def test_sessions_count_and_hosts_below_get_what_is_for_all(tmp_path: Path) -> None:
    path = cookies(
        tmp_path / "c.txt", (".news.example", "/", 0, "a", "1"), ("x.example", "/", 0, "b", "2")
    )
    path.write_text(path.read_text().replace("\tFALSE\t/", "\tTRUE\t/", 1))
    files = [{"path": str(path), "addresses": ["https://news.example/"]}]
    found = Subscriptions(files)
    assert found.header("https://www.news.example/x") == "a=1"
    assert found.header("https://sport.news.example/x") == "a=1"
    assert found.header("https://notnews.example/") is None
    assert found.header("https://x.example/") is None
    path.write_text(path.read_text().replace("\t\ta", "\t0\ta"))  # as some browsers write them
    assert Subscription(CookieFile(str(path), ("https://news.example/",))).count == 1


def test_heads_lose_their_cookies_and_nothing_else() -> None:
    head = b"GET / HTTP/1.1\r\nHost: a\r\nCOOKIE : a=b;\r\n\tc=d\r\nX-Cookie: stays\r\n\r\n"
    assert without_cookies(head) == b"GET / HTTP/1.1\r\nHost: a\r\nX-Cookie: stays\r\n\r\n"
    head = b"HTTP/1.1 200 OK\nset-cookie: a\nSet-Cookie2:b\nA: b\n\n"
    assert without_cookies(head) == b"HTTP/1.1 200 OK\nA: b\n\n"
