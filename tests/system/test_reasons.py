"""What becomes of odd answers is said in words that need no Python to be understood."""

from __future__ import annotations

import gzip
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import crawl, query, run_scrapy

STORY = (
    "<html lang=en><head><title>Weir repaired</title></head><body><article><h1>Weir repaired</h1>"
    + "".join(
        f"<p>The weir at lock {n} was repaired this week, and boats pass it again, said the master "
        "of the locks, who has looked after it for twenty years and knows each of its stones.</p>"
        for n in range(6)
    )
    + "</article></body></html>"
).encode()
CHUNKED = "Transfer-Encoding: chunked"


def reply(body: bytes = b"", *headers: str, status: str = "200 OK", sized: bool = True) -> bytes:
    lines = [f"HTTP/1.1 {status}", "Content-Type: text/html", "Connection: close", *headers]
    lines += [f"Content-Length: {len(body)}"] if sized else []
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def to(address: str) -> bytes:
    return reply(b"", f"Location: {address}", status="302 Found")


def coded(coding: str, body: bytes) -> bytes:
    return reply(body, f"Content-Encoding: {coding}")


NO_HTTP = ("retry", "the answer is no HTTP that can be understood")
BROKEN_OFF = ("retry", "answer broken off")
NO_ADDRESS = ("failed", "no address that can be asked for")
ANSWERS: dict[str, tuple[bytes, tuple[str, str | None]]] = {
    "story": (reply(STORY), ("done", None)),
    "gzip-broken": (coded("gzip", b"\x1f\x8bno"), ("retry", "its body cannot be read as gzip")),
    "gzip-not": (coded("gzip", STORY), ("retry", "its body cannot be read as gzip")),
    "gzip-twice": (coded("gzip, gzip", gzip.compress(b"no")),
                   ("retry", "its body cannot be read as gzip")),
    "deflate-not": (coded("deflate", b"\xff\xfe\xfd"),
                    ("retry", "its body cannot be read as gzip or deflate")),
    "brotli-not": (coded("br", b"\xff\xfe\xfd"), ("retry", "its body cannot be read as brotli")),
    "zstd-not": (coded("zstd", b"garbage"), ("retry", "its body cannot be read as zstd")),
    "zstd-broken": (coded("zstd", b"(\xb5/\xfdno"),
                    ("retry", "nothing is left of its body when its coding is removed")),
    "coding-odd": (coded("\xff", STORY), NO_HTTP),
    "chunks-bad": (reply(b"zz\r\n" + STORY, CHUNKED, sized=False), BROKEN_OFF),
    "chunks-negative": (reply(b"-5\r\n" + STORY, CHUNKED, sized=False), BROKEN_OFF),
    "chunks-none": (reply(STORY, CHUNKED, sized=False), BROKEN_OFF),
    "chunks-missing": (reply(b"", CHUNKED, sized=False), BROKEN_OFF),
    "body-missing": (reply(b"", "Content-Length: 10000", sized=False), BROKEN_OFF),
    "empty": (reply(b""), ("done", "no article: the answer is empty")),
    "no-content": (reply(b"", status="204 X"), ("done", "no article: the answer is empty")),
    "image": (reply(b"\x89PNG\r\n\x1a\n12345"),
              ("done", "no article: not HTML, though it is sent as text/html")),
    "to-broken": (to("http://[broken"), NO_ADDRESS),
    "to-port": (to("http://127.0.0.1:99999/"), NO_ADDRESS),
    "to-script": (to("javascript:alert(1)"), NO_ADDRESS),
    "to-itself": (to("/to-itself"), ("failed", "redirected without end")),
    "length-negative": (reply(STORY, "Content-Length: -5", sized=False), NO_HTTP),
    "length-word": (reply(STORY, "Content-Length: some", sized=False), NO_HTTP),
    "length-two": (reply(STORY, "Content-Length: 5", "Content-Length: 7", sized=False), NO_HTTP),
    "status-word": (b"HTTP/1.1 abc OK\r\n\r\n", NO_HTTP),
    "status-huge": (reply(STORY, status="99999999999999999999 OK"), NO_HTTP),
    "status-negative": (reply(STORY, status="-1 OK"), NO_HTTP),
    "status-four": (reply(STORY, status="1000 OK"), NO_HTTP),
    "garbage": (b"this is no HTTP\r\n\r\n", NO_HTTP),
}  # fmt: skip


def answer(server: socket.socket) -> None:
    while True:
        try:
            client, _ = server.accept()
        except OSError:
            return
        with client:
            head = client.recv(65_536)
            path = head.split(b" ")[1].decode().strip("/") if b" " in head else ""
            if path == "robots.txt":
                client.sendall(reply(b"", status="404 Not Found"))
            elif path in ANSWERS:
                client.sendall(ANSWERS[path][0])


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listening:
        threading.Thread(target=answer, args=(listening,), daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture(scope="module")
def folder(server: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reasons")
    urls = folder / "urls.txt"
    lines = [f"{server}/{path}" for path in ANSWERS]
    urls.write_text("\n".join([lines[0], "what is this", *lines[1:], "http://no-host.invalid/"]))
    done = crawl(
        "article", folder / "a", "-s", "RETRY_TIMES=0", urls=str(urls), contact="a@b.example"
    )
    assert done.returncode == 9, done.stderr
    assert f"{urls}, line 2: 'what is this' is not a web address; skipped" in done.stderr
    assert "1 lines of urls= were skipped" in done.stderr
    assert "Traceback" not in done.stderr
    return folder / "a"


def test_each_answer_has_its_reason(server: str, folder: Path) -> None:
    found = {
        row["url"].removeprefix(server + "/"): (row["state"], row["reason"])
        for row in query(folder, "SELECT url, state, reason FROM urls")
    }
    assert {path: found[path] for path in ANSWERS} == {
        path: expected for path, (_, expected) in ANSWERS.items()
    }


def test_no_reason_names_an_exception(folder: Path) -> None:
    reasons = {row["reason"] or "" for row in query(folder, "SELECT reason FROM urls")}
    assert "robots.txt could not be fetched (host name not found)" in reasons
    assert not [each for each in reasons if re.search(r"[a-z](?:Error|File|Exception)\b", each)]


def test_what_could_be_kept_is_kept_and_sound(folder: Path) -> None:
    kept = query(folder, "SELECT count(*) AS n FROM captures")[0]["n"]
    assert kept > 15
    assert run_scrapy("verify", str(folder)).returncode == 0
