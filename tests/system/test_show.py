"""An archived page is shown as it was, on the day that is asked for."""

from __future__ import annotations

import gzip
import os
import pty
import shutil
import sqlite3
import subprocess
import sys
import urllib.request
from datetime import datetime
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler.commands.show import end_of
from crawler.demo.server import serve
from crawler.errors import UsageError

from .conftest import ROOT, crawl, loaded, query, run_scrapy
from .test_errors import complaint


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, bytes]:
    """The morning edition, then the evening edition, then the evening edition once more without
    validators; the folder, the base URL, and the home page as it was last."""
    folder = tmp_path_factory.mktemp("shown") / "archive"
    with serve("morning") as url:
        assert crawl("news", folder, site=url).returncode == 0
    port = int(url.rpartition(":")[2])
    for _ in range(2):
        with serve("evening", port=port) as url:
            done = crawl("news", folder, site=url, revisit="now", max_pages="4")
            assert done.returncode == 0, done.stderr
            home = urllib.request.urlopen(f"{url}/", timeout=10).read()
        with sqlite3.connect(folder / "archive.db") as connection:
            connection.execute("UPDATE urls SET etag = NULL, last_modified = NULL")
    return folder, url, home


def show(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return loaded().run(["show", "-a", f"archive={folder}", *arguments], 500)


def home_captures(folder: Path) -> list[dict[str, object]]:
    return query(
        folder,
        "SELECT c.*, u.url FROM captures c JOIN urls u ON u.id = c.url_id WHERE u.role = 'home'"
        " ORDER BY c.id",
    )


def stored(folder: Path, row: dict[str, object]) -> bytes:
    """The block of a capture's record, as warcio reads it."""
    with (folder / "warc" / str(row["warc_file"])).open("rb") as file:
        file.seek(int(str(row["warc_offset"])))
        record = next(iter(ArchiveIterator(file, no_record_parse=True)))
        block: bytes = record.content_stream().read()
        return block


def test_the_newest_capture_is_shown_with_its_headers_and_the_others(
    twice: tuple[Path, str, bytes],
) -> None:
    folder, url, _ = twice
    rows = home_captures(folder)
    assert [row["record_type"] for row in rows] == ["response", "response", "revisit"]
    done = show(folder, url)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.decode().splitlines()
    last = rows[-1]
    assert lines[0] == f"{url}/"
    assert str(last["payload_digest"]) in lines[1]
    assert lines[2] == f"{last['warc_file']} at {last['warc_offset']}, {last['record_id']}"
    assert lines[3].startswith(f"a revisit: the same bytes as {url}/, captured ")
    assert "HTTP/1.1 200 OK" in lines
    assert "3 captures:" in lines
    assert lines[-2].endswith(" <")
    listed = show(folder, url, "--list").stdout.decode().splitlines()
    assert len(listed) == 3
    for line, row in zip(listed, rows, strict=True):
        assert line.startswith(str(row["fetched_at"])[:19].replace("T", " "))
        assert str(row["payload_digest"]) in line


def test_a_revisit_is_shown_with_the_page_it_stands_for(twice: tuple[Path, str, bytes]) -> None:
    folder, url, home = twice
    assert show(folder, url, "--body").stdout == home


def test_the_page_of_an_earlier_day_is_shown(twice: tuple[Path, str, bytes]) -> None:
    folder, url, home = twice
    first = home_captures(folder)[0]
    message = stored(folder, first)
    then = show(folder, url, "--body", "--at", str(first["fetched_at"])[:19]).stdout
    assert then == gzip.decompress(message.partition(b"\r\n\r\n")[2])
    assert then != home
    today = str(first["fetched_at"])[:10]
    assert show(folder, url, "--body", "--at", today).stdout == home
    early = show(folder, url, "--at", "2020-12")
    assert early.returncode == 7
    assert "was first captured" in complaint(early.stderr.decode())


def test_the_record_is_given_byte_for_byte(twice: tuple[Path, str, bytes], tmp_path: Path) -> None:
    folder, url, _ = twice
    first = home_captures(folder)[0]
    at = ("--at", str(first["fetched_at"]))
    message = stored(folder, first)
    assert show(folder, url, *at, "--raw").stdout == message
    assert show(folder, url, *at, "--headers").stdout == message[: message.index(b"\r\n\r\n") + 4]
    record = show(folder, url, *at, "--record").stdout.decode().splitlines()
    assert record[0] == "WARC/1.1"
    assert f"WARC-Record-ID: {first['record_id']}" in record
    out = tmp_path / "page"
    assert show(folder, url, *at, "--raw", "-o", str(out)).returncode == 0
    assert out.read_bytes() == message


def test_other_spellings_of_an_address_lead_to_it(twice: tuple[Path, str, bytes]) -> None:
    folder = twice[0]
    (row,) = query(folder, "SELECT url FROM articles LIMIT 1")
    assert show(folder, row["url"] + "#top").returncode == 0
    assert show(folder, row["url"] + "?utm_source=x").returncode == 0
    slashed = show(folder, row["url"] + "/", "--list").stdout.decode()
    assert slashed == show(folder, row["url"], "--list").stdout.decode() != ""
    redirected = query(folder, "SELECT u.url, location FROM captures c JOIN urls u"
                               " ON u.id = c.url_id WHERE location IS NOT NULL")  # fmt: skip
    assert (
        f"redirects to {redirected[0]['location']}"
        in show(folder, redirected[0]["url"]).stdout.decode()
    )


@pytest.mark.parametrize(
    ("path", "says"),
    [("/nowhere", "no source has told of it"), ("/private/drafts", "never captured: it is")],
)
def test_what_is_not_there_is_said(twice: tuple[Path, str, bytes], path: str, says: str) -> None:
    folder, url, _ = twice
    if path != "/nowhere":
        (row,) = query(folder, "SELECT url FROM urls WHERE state = 'excluded' LIMIT 1")
        path = row["url"].removeprefix(url)
    done = show(folder, url + path)
    assert done.returncode == 7
    assert says in complaint(done.stderr.decode())


def test_a_damaged_record_is_not_shown(twice: tuple[Path, str, bytes], tmp_path: Path) -> None:
    folder, url, _ = twice
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    row = home_captures(copy)[1]
    path = copy / "warc" / str(row["warc_file"])
    data = bytearray(path.read_bytes())
    data[int(str(row["warc_offset"])) + 900] ^= 1
    path.write_bytes(data)
    done = show(copy, url, "--body")
    assert done.returncode == 6
    assert done.stdout == b""
    assert "scrapy verify says more" in complaint(done.stderr.decode())


def test_what_is_no_text_is_kept_off_a_terminal(twice: tuple[Path, str, bytes]) -> None:
    folder, url, _ = twice
    first = str(home_captures(folder)[0]["fetched_at"])
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "scrapy", "show", url, "-a", f"archive={folder}", "--raw",
             "--at", first],
            cwd=ROOT, stdout=theirs, stderr=subprocess.PIPE, timeout=500,
        )  # fmt: skip
    finally:
        os.close(theirs)
        os.close(ours)
    assert done.returncode == 2
    assert b"write it to a file with -o" in done.stderr


@pytest.mark.parametrize(
    ("asked", "end"),
    [
        ("2026", "2027-01-01T00:00:00+00:00"),
        ("2026-01", "2026-02-01T00:00:00+00:00"),
        ("2026-12-31", "2027-01-01T00:00:00+00:00"),
        ("2026-05-01T10:00", "2026-05-01T10:01:00+00:00"),
        ("2026-05-01T10:00:05Z", "2026-05-01T10:00:06+00:00"),
        ("2026-05-01T10:00:05+02:00", "2026-05-01T08:00:06+00:00"),
    ],
)
def test_a_date_means_the_whole_of_it(asked: str, end: str) -> None:
    assert end_of(asked) == datetime.fromisoformat(end)


@pytest.mark.parametrize("asked", ["", "yesterday", "2026-13", "20261", "9999", "2026-02-30"])
def test_what_is_no_date_is_refused(asked: str) -> None:
    with pytest.raises(UsageError):
        end_of(asked)


def test_an_address_is_needed() -> None:
    done = run_scrapy("show")
    assert done.returncode == 2
    assert "name one URL" in complaint(done.stderr)
