"""What is no page is kept, and never asked for again: not after an import, not after a redirect."""

from __future__ import annotations

from collections import Counter
from io import BytesIO
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from benchmarks.kill import faults
from tests.loopback import HTML, NOT_FOUND, Answers, page, raw_site, site

from .conftest import PLAINLY, crawl, query, run_scrapy
from .test_same_answer import story
from .test_warc import plain

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
HTML_ERROR = b"<html><body><p>Nothing is here.</p></body></html>"
KINDS: dict[str, tuple[str, str, bytes, str, dict[str, str]]] = {
    # path → status, type, body, method, headers of the request
    "/a.css": ("200 OK", "text/css", b"a { color: red }", "GET", {}),
    "/b.js": ("200 OK", "text/javascript", b"alert(1)", "GET", {}),
    "/b.js?v=2": ("500 Internal Server Error", "text/html", HTML_ERROR, "GET", {}),
    "/c.png": ("404 Not Found", "text/html", HTML_ERROR, "GET", {}),
    "/favicon.ico": ("404 Not Found", "text/html", HTML_ERROR, "GET", {}),
    "/font.woff2": ("403 Forbidden", "text/html", HTML_ERROR, "GET", {}),
    "/picture?id=4": ("200 OK", "image/png", PNG, "GET", {}),
    "/picture?id=5": ("200 OK", "text/html", PNG, "GET", {}),
    "/picture/six": ("502 Bad Gateway", "text/html", HTML_ERROR, "GET",
                     {"Sec-Fetch-Dest": "image"}),
    "/picture/seven": ("429 Too Many Requests", "image/png", b"", "GET", {}),
    "/api/list": ("200 OK", "application/json", b'{"a": 1}', "GET", {}),
    "/api/html-says-json": ("200 OK", "text/html", b'[{"a": 1}]', "GET", {}),
    "/fragment": ("200 OK", "text/html", HTML_ERROR, "GET",
                  {"X-Requested-With": "XMLHttpRequest"}),
    "/comment": ("200 OK", "text/html", HTML_ERROR, "POST", {}),
    "/comment-later": ("503 Busy", "text/html", HTML_ERROR, "POST", {}),
    "/asked-for-head": ("200 OK", "text/html", b"", "HEAD", {}),
    "/collect": ("204 No Content", "", b"", "GET", {}),
    "/video": ("206 Partial Content", "video/mp4", b"\0\0\0\x18ftypmp42", "GET", {}),
    "/login": ("200 OK", "text/html", HTML_ERROR, "GET", {}),
    "/robots.txt": ("200 OK", "text/plain", b"User-agent: *\n", "GET", {}),
}  # fmt: skip


def file_of(base: str, path: Path) -> Path:
    """A file of another program with all of that, long ago; a story, and a form that was sent to
    its address."""
    with path.open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        all_of = {
            **KINDS,
            "/2026/story": ("200 OK", "text/html", story("one"), "GET", {}),
        }
        posted = ("/2026/story", ("200 OK", "text/html", HTML_ERROR, "POST", {}))
        for number, (where, each) in enumerate([*all_of.items(), posted]):
            status, kind, body, method, headers = each
            date = {"WARC-Date": f"2024-05-02T10:{number:02}:00Z"}
            head = StatusAndHeaders(
                status, [("Content-Type", kind)] if kind else [], protocol="HTTP/1.1"
            )
            record = writer.create_warc_record(
                base + where, "response", payload=BytesIO(body), http_headers=head,
                warc_headers_dict=date,
            )  # fmt: skip
            asked = StatusAndHeaders(
                f"{method} {where} HTTP/1.1", list(headers.items()), is_http_request=True
            )
            request = writer.create_warc_record(
                base + where, "request", http_headers=asked, warc_headers_dict=dict(date)
            )
            if number % 3 == 0:  # tied to its answer by address and time alone
                writer.write_record(record)
                writer.write_record(request)
            elif number % 3 == 1:
                writer.write_request_response_pair(request, record)
            else:  # as wget has it: the answer names its request, which comes first
                record.rec_headers.replace_header(
                    "WARC-Concurrent-To", request.rec_headers["WARC-Record-ID"]
                )
                writer.write_record(request)
                writer.write_record(record)
    return path


def test_what_was_imported_and_is_no_page_is_not_asked_for(tmp_path: Path) -> None:
    archive = tmp_path / "a"
    front = plain(b"<html><body><p><a href='/2026/story'>A story of the weir</a></p></body></html>")
    answers = {"/": front, "/2026/story": plain(story("one"))}
    with raw_site(lambda path: answers.get(path, NOT_FOUND)) as (base, requests):
        file = file_of(base, tmp_path / "other.warc.gz")
        done = run_scrapy("import", *PLAINLY, str(file), "-a", f"archive={archive}")
        assert done.returncode == 0, done.stderr
        kinds = query(archive, "SELECT replace(url, ?, '') AS path, kind, due_at FROM urls", base)
        assert len(kinds) == len(KINDS) + 1
        assert {
            row["path"]: row["due_at"] for row in kinds if row["kind"] != "html"
        } == dict.fromkeys(KINDS)
        replies = [row["path"] for row in kinds if row["kind"] == "reply"]
        assert sorted(replies) == ["/asked-for-head", "/comment", "/comment-later"]
        assert query(archive, "SELECT state, reason FROM urls WHERE article_id IS NOT NULL") == [
            {"state": "done", "reason": None}
        ]
        for more in ({}, {"revisit": "now"}):
            done = crawl("news", archive, site=base, **more)
            assert done.returncode == 0, done.stderr
        asked = {request.split()[1].decode() for request in requests}
        assert not asked & (set(KINDS) - {"/robots.txt"})
        assert run_scrapy("rebuild", str(archive), "--replace").returncode == 0
        again = query(archive, "SELECT replace(url, ?, '') AS path, kind, due_at FROM urls", base)
        known = {row["path"]: row for row in again}
        for row in kinds:
            if row["kind"] in ("other", "reply"):
                assert known[row["path"]] == row
    assert faults(archive) == []


def test_what_a_redirect_led_over_or_to_is_asked_for_once(tmp_path: Path) -> None:
    over: Answers = {
        "/": page("/2026/05/01/leads-to-a-picture", "/2026/05/02/leads-on", "/2026/05/03/tracked"),
        "/2026/05/01/leads-to-a-picture": (302, {"Location": "/media/1"}, b""),
        "/media/1": (302, {"Location": "/media/1.png"}, b""),
        "/media/1.png": (200, {"Content-Type": "image/png"}, PNG),
        "/2026/05/02/leads-on": (301, {"Location": "/go/2"}, b""),
        "/go/2": (302, {"Location": "/2026/05/02/a-story-of-the-weir"}, b""),
        "/2026/05/02/a-story-of-the-weir": (200, HTML, story("two")),
        "/2026/05/03/tracked": (302, {"Location": "/2026/05/03/weir-story?utm_source=a"}, b""),
        "/2026/05/03/weir-story?utm_source=a": (200, HTML, story("three")),
    }
    asked: Counter[str] = Counter()
    with site(over) as home:
        for more in ({}, {"revisit": "now"}):
            assert crawl("news", tmp_path / "a", site=home, **more).returncode == 0
    rows = query(tmp_path / "a", "SELECT u.url, count(*) AS n FROM captures c"
                 " JOIN urls u ON u.id = c.url_id GROUP BY 1")  # fmt: skip
    asked.update({row["url"].removeprefix(home): row["n"] for row in rows})
    for path in ("/media/1", "/media/1.png", "/go/2", "/2026/05/03/weir-story?utm_source=a"):
        assert asked[path] == 1, path
    assert query(tmp_path / "a", "SELECT url FROM urls WHERE state = 'queued'") == []
    states = {
        row["url"].removeprefix(home): row["state"]
        for row in query(tmp_path / "a", "SELECT url, state FROM urls")
    }
    assert states["/media/1"] == states["/go/2"] == "redirected"
