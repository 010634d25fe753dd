"""What a crawl leaves in WARC: every byte as it came, each payload once, nothing half."""

from __future__ import annotations

import gzip
import hashlib
import json
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from warcio.archiveiterator import ArchiveIterator

from benchmarks.kill import faults
from crawler.extensions import download, tap
from crawler.reservations import Reservation, as_line, from_json
from tests.loopback import NOT_FOUND, raw_site

from .conftest import crawl, query
from .test_errors import complaint
from .test_hostile import STORY


def kept(archive: Path) -> list[tuple[str, dict[str, str], bytes]]:
    """Type, named fields and block of each record, in order, as warcio reads them."""
    found = []
    for path in sorted((archive / "warc").iterdir()):
        with path.open("rb") as stream:
            for each in ArchiveIterator(stream, no_record_parse=True):
                named = dict(each.rec_headers.headers)
                found.append((each.rec_type, named, each.raw_stream.read()))
    return found


def of(records: list[tuple[str, dict[str, str], bytes]], kind: str, url: str) -> list[bytes]:
    return [
        block for k, named, block in records if k == kind and named.get("WARC-Target-URI") == url
    ]


CODED = gzip.compress(STORY.encode(), mtime=0)
HEAD = (
    b"HTTP/1.1 200 Quite All Right\r\nserver:odd\r\nSET-cookie: a=1\r\ncontent-type: text/html;"
    b" charset=utf-8\r\nX-Folded: one\r\n  two\r\nSet-Cookie: b=2\r\nNo colon here\r\n"
    b"Content-Encoding: gzip\r\nConnection: close\r\n"
)
CHUNKED = b"5;ext=1\r\n" + CODED[:5] + b"\r\n%x\r\n" % (len(CODED) - 5) + CODED[5:]
CHUNKED += b"\r\n0\r\nX-Trailer: t\r\n\r\n"


def answer_chunked(path: str) -> bytes:
    return HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKED if path == "/s" else NOT_FOUND


def test_bytes_are_kept_as_they_went_over_the_wire(tmp_path: Path) -> None:
    with raw_site(answer_chunked) as (base, requests):
        done = crawl("article", tmp_path / "a", url=f"{base}/s")
    assert done.returncode == 0, done.stderr
    said = [line for line in done.stderr.splitlines() if " pages/s " not in line]
    assert not said  # but for how it is getting on, on a slow machine
    records = kept(tmp_path / "a")
    expected = HEAD + b"X-Archive-Orig-Transfer-Encoding: chunked\r\n\r\n" + CODED
    assert of(records, "response", f"{base}/s") == [expected]
    assert of(records, "request", f"{base}/s") == [requests[2]]
    assert of(records, "request", f"{base}/robots.txt") == [requests[0]]
    info = records[0][2].decode()
    assert records[0][0] == "warcinfo"
    for line in ("http-headers: verbatim", "robots: obey (RFC 9309)", "spider: article"):
        assert f"\r\n{line}\r\n" in info
    (run,) = query(tmp_path / "a", "SELECT uuid FROM runs")
    assert f"\r\nisPartOf: {run['uuid']}\r\n" in info
    (resource,) = of(records, "resource", f"urn:hemeroteca:run:{run['uuid']}")
    account = json.loads(resource)
    assert account["outcome"] == "finished"
    assert account["totals"]["new_articles"] == 1
    assert account["settings"]["ROBOTSTXT_OBEY"] is True
    (conversion,) = of(records, "conversion", f"urn:hemeroteca:article:{base}/s")
    (story,) = query(tmp_path / "a", "SELECT title, body_text FROM stories")
    article = json.loads(conversion)["article"]
    assert (article["title"], article["body"]) == (story["title"], story["body_text"])
    assert faults(tmp_path / "a") == []


def own_certificate(folder: Path) -> ssl.SSLContext:
    """What a server needs to speak TLS, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "news.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    pem = serialization.Encoding.PEM
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(pem)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def test_under_tls_too(tmp_path: Path) -> None:
    with raw_site(answer_chunked, own_certificate(tmp_path)) as (base, requests):
        done = crawl("article", tmp_path / "a", url=f"{base}/s")
    assert done.returncode == 0, done.stderr
    records = kept(tmp_path / "a")
    (block,) = of(records, "response", f"{base}/s")
    assert block.startswith(HEAD)
    assert of(records, "request", f"{base}/s") == [requests[2]]


def test_with_verbatim_the_transfer_coding_stays(tmp_path: Path) -> None:
    with raw_site(answer_chunked) as (base, _):
        crawl("article", tmp_path / "a", "-s", "WARC_VERBATIM=1", url=f"{base}/s")
    records = kept(tmp_path / "a")
    assert of(records, "response", f"{base}/s") == [
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKED
    ]
    assert b"\r\ntransfer-coding: kept\r\n" in records[0][2]
    assert len(query(tmp_path / "a", "SELECT 1 FROM stories")) == 1


def test_where_the_tap_does_not_work_that_is_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert download.working_tap() is tap
    download.working_tap.cache_clear()
    monkeypatch.setattr(tap._Parser, "lineReceived", tap._LenientHTTPClientParser.lineReceived)
    assert download.working_tap() is None
    assert "headers are kept as Scrapy has" in caplog.text
    download.working_tap.cache_clear()


def test_without_the_tap_a_crawl_keeps_what_scrapy_gives(tmp_path: Path) -> None:
    plain = "scrapy.core.downloader.handlers.http11.HTTP11DownloadHandler"
    with raw_site(answer_chunked) as (base, _):
        done = crawl(
            "article", tmp_path / "a", "-s", f'DOWNLOAD_HANDLERS={{"http": "{plain}"}}',
            url=f"{base}/s",
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    records = kept(tmp_path / "a")
    assert b"\r\nhttp-headers: rebuilt\r\n" in records[0][2]
    (block,) = of(records, "response", f"{base}/s")
    head, _, body = block.partition(b"\r\n\r\n")
    assert body == CODED
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2" in head


def plain(body: bytes, *headers: bytes) -> bytes:
    lines = [b"HTTP/1.1 200 OK", b"Content-Type: text/html; charset=utf-8", *headers]
    return b"\r\n".join(
        [*lines, b"Content-Length: %d" % len(body), b"Connection: close", b"", body]
    )


def test_a_payload_is_kept_once_however_often_it_comes(tmp_path: Path) -> None:
    archive = tmp_path / "a"
    page = STORY.encode()

    def answer(path: str) -> bytes:
        return plain(page, b"X-Robots-Tag: noarchive") if path.startswith("/s") else NOT_FOUND

    with raw_site(answer) as (base, _):
        for _ in range(3):
            done = crawl("article", archive, url=f"{base}/s")
            assert done.returncode == 0, done.stderr
        crawl("article", archive, url=f"{base}/s?copy=1")
    captures = query(
        archive,
        "SELECT c.*, u.url FROM captures c JOIN urls u ON u.id = c.url_id"
        " WHERE u.url LIKE '%/s%' ORDER BY c.id",
    )
    first = captures[0]
    assert [row["record_type"] for row in captures] == ["response", *["revisit"] * 3]
    assert {row["refers_to_id"] for row in captures[1:]} == {first["id"]}
    assert {row["payload_digest"] for row in captures} == {first["payload_digest"]}
    noarchive = Reservation("noarchive", None, True, "header", "X-Robots-Tag")
    assert from_json(first["reservations"]) == (noarchive,)
    records = kept(archive)
    revisits = [named for kind, named, _ in records if kind == "revisit"]
    assert len(revisits) == 3
    for named in revisits:
        assert named["WARC-Refers-To"] == first["record_id"]
        assert named["WARC-Refers-To-Target-URI"] == f"{base}/s"
        date = first["fetched_at"].replace("+00:00", "Z")
        assert named["WARC-Refers-To-Date"] == date
    stories = query(archive, "SELECT revisions FROM stories")
    assert [row["revisions"] for row in stories] == [1]
    # what was made of the page is told once, too
    assert sum(kind == "conversion" for kind, _, _ in records) == 1
    line = f"\r\nreservation: {as_line(noarchive)}\r\n".encode()
    assert any(line in block for _, _, block in records)
    assert faults(archive) == []


def test_an_answer_that_nothing_has_changed_refers_to_the_page_that_holds(tmp_path: Path) -> None:
    archive = tmp_path / "a"
    page = plain(STORY.encode(), b'ETag: "1"')
    unchanged = b'HTTP/1.1 304 Not Modified\r\netag: "1"\r\nConnection: close\r\n\r\n'
    answers = [page, unchanged]
    with raw_site(lambda path: answers[0] if path == "/2026/s" else NOT_FOUND) as (base, requests):
        crawl("article", archive, url=f"{base}/2026/s")
        answers.pop(0)
        done = crawl("article", archive, url=f"{base}/2026/s")
    assert done.returncode == 0, done.stderr
    assert any(b'If-None-Match: "1"' in request for request in requests)
    first, second = query(
        archive,
        "SELECT id, status, record_type, refers_to_id, record_id FROM captures"
        " WHERE url_id = (SELECT id FROM urls WHERE url LIKE '%/2026/s') ORDER BY id",
    )
    assert (second["status"], second["record_type"]) == (304, "revisit")
    assert second["refers_to_id"] == first["id"]
    (named,) = [named for kind, named, _ in kept(archive) if kind == "revisit"]
    assert named["WARC-Profile"].endswith("/server-not-modified")
    assert named["WARC-Refers-To"] == first["record_id"]
    assert faults(archive) == []


def test_an_answer_that_is_cut_is_kept_as_far_as_it_came(tmp_path: Path) -> None:
    long = b"<html>" + b"x" * 300_000

    def drip() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>"
        while True:  # until nobody listens
            time.sleep(0.1)
            yield b"drip "

    def answer(path: str) -> bytes | Iterator[bytes]:
        if path == "/long":
            return plain(long)
        if path == "/endless":
            head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            return iter([head, *[b"2710\r\n" + b"x" * 10_000 + b"\r\n"] * 40])
        if path == "/slow":
            return drip()
        if path == "/broken":
            return plain(STORY.encode())[:-600]
        return NOT_FOUND

    paths = ("long", "endless", "slow", "broken")
    with raw_site(answer) as (base, _):
        done = crawl(
            "article", tmp_path / "a", "-s", "DOWNLOAD_MAXSIZE=200000", "-s", "DOWNLOAD_TIMEOUT=8",
            url=",".join(f"{base}/{path}" for path in paths),
        )  # fmt: skip
    assert "Traceback" not in done.stderr
    rows = {
        row["url"].rpartition("/")[2]: row
        for row in query(
            tmp_path / "a",
            "SELECT u.url, u.state, u.reason, c.truncated, c.payload_bytes FROM urls u"
            " JOIN captures c ON c.url_id = u.id WHERE u.url NOT LIKE '%robots.txt'",
        )
    }
    told = {path: (rows[path]["state"], rows[path]["truncated"]) for path in paths}
    assert told == {
        "long": ("failed", "length"),
        "endless": ("failed", "length"),
        "slow": ("retry", "time"),
        "broken": ("done", "disconnect"),
    }
    assert rows["long"]["reason"] == "answer longer than the limit"
    assert 200_000 < rows["long"]["payload_bytes"] < 300_000
    truncated = {
        named["WARC-Target-URI"].rpartition("/")[2]: named["WARC-Truncated"]
        for kind, named, _ in kept(tmp_path / "a")
        if kind == "response" and "WARC-Truncated" in named
    }
    assert truncated == {path: rows[path]["truncated"] for path in paths}
    assert faults(tmp_path / "a") == []


def test_files_are_closed_when_full_and_known_by_their_digest(demo: str, tmp_path: Path) -> None:
    archive = tmp_path / "My News (1)"
    done = crawl("news", archive, "-s", "WARC_FILE_BYTES=60000", site=demo)
    assert done.returncode == 0, done.stderr
    files = sorted((archive / "warc").iterdir())
    assert len(files) > 3
    entered = {row["name"]: row for row in query(archive, "SELECT * FROM warc_files")}
    assert set(entered) == {path.name for path in files}
    for path in files:
        assert path.name.startswith("My-News-1-")
        data = path.read_bytes()
        assert entered[path.name]["sha256"] == hashlib.sha256(data).hexdigest()
        assert entered[path.name]["bytes"] == len(data)
        with path.open("rb") as stream:
            kinds = [each.rec_type for each in ArchiveIterator(stream)]
        assert kinds[0] == "warcinfo"
        assert entered[path.name]["records"] == len(kinds)
    assert faults(archive) == []


def test_a_run_ends_before_the_disk_is_full_and_the_next_one_goes_on(
    demo: str, tmp_path: Path
) -> None:
    archive = tmp_path / "a"
    done = crawl("news", archive, "-s", f"DISK_SPARE_BYTES={1 << 60}", site=demo)
    assert done.returncode == 5
    assert "Make space and run the same command again" in complaint(done.stderr)
    assert query(archive, "SELECT outcome FROM runs") == [{"outcome": "disk nearly full"}]
    assert query(archive, "SELECT 1 FROM captures")
    assert faults(archive) == []
    again = crawl("news", archive, site=demo)
    assert again.returncode == 0, again.stderr
    assert query(archive, "SELECT count(*) AS n FROM stories") == [{"n": 39}]
    assert faults(archive) == []
