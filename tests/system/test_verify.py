"""An archive that is not what it was is told apart from one that is, and where."""

from __future__ import annotations

import dataclasses
import gzip
import io
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from benchmarks.flips import TRAILER, Flip, damage, every_part, is_named, places
from crawler.commands.verify import DAMAGED, FORMAT
from crawler.fixity.archive import verify
from crawler.fixity.report import Report
from crawler.warc.records import FIELDS, HTTP_RESPONSE, digest, new_id, record
from crawler.warc.walk import HEADER
from crawler.warc.writer import OPEN

from .conftest import PLAINLY, ROOT, crawl, query, run_scrapy


@pytest.fixture(scope="module")
def small_files(demo: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo newspaper in WARC files of some 40 kB, crawled twice."""
    folder = tmp_path_factory.mktemp("verified") / "archive"
    for _ in range(2):
        done = crawl("news", folder, "-s", "WARC_FILE_BYTES=40000", site=demo, revisit="now")
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def copy(small_files: Path, tmp_path: Path) -> Path:
    """A copy to do harm to."""
    return Path(shutil.copytree(small_files, tmp_path / "copy"))


pytestmark = pytest.mark.usefixtures("loaded_commands")


def files(folder: Path) -> list[Path]:
    return sorted((folder / "warc").iterdir())


def member(data: bytes) -> bytes:
    """A record as the writer compresses it."""
    return HEADER + gzip.compress(data, mtime=0)[10:]


def change(path: Path, edit: Callable[[bytearray], None]) -> None:
    data = bytearray(path.read_bytes())
    edit(data)
    path.write_bytes(data)


def told(report: Report) -> str:
    return "\n".join(f"{each.file} {each.offset} {each.what}" for each in report.damage)


# -- sound -----------------------------------------------------------------------------------------


def test_a_fresh_archive_is_sound_and_everything_in_it_was_looked_at(small_files: Path) -> None:
    done = run_scrapy("verify", str(small_files), "--json")
    assert done.returncode == 0, done.stdout
    found = json.loads(done.stdout)
    assert (found["format"], found["sound"]) == (FORMAT, True)
    assert found["damage"] == found["notices"] == []
    counts = found["counts"]
    assert counts["files"] == len(files(small_files)) > 5
    assert counts["bytes"] == sum(path.stat().st_size for path in files(small_files))
    (rows,) = query(
        small_files,
        "SELECT (SELECT count(*) FROM captures) AS captures, (SELECT sum(records) FROM warc_files)"
        " AS records, (SELECT count(*) FROM captures WHERE record_type = 'revisit') AS revisits,"
        " (SELECT count(*) FROM revisions) AS revisions,"
        " (SELECT count(*) FROM linked_stories) AS links",
    )
    assert counts["captures"] == rows["captures"]
    assert counts["records"] == rows["records"]
    assert counts["records: revisit"] == rows["revisits"] > 0
    # each revision and each linked story was compared with the record that it was stored from
    assert counts["compared with conversions"] == rows["revisions"] + rows["links"]


def test_several_processes_find_what_one_finds(copy: Path) -> None:
    change(files(copy)[1], lambda data: data.__setitem__(300, data[300] ^ 1))
    shutil.move(files(copy)[3], copy / "elsewhere")
    alone, together = verify(copy, processes=1), verify(copy, processes=2)
    assert len(alone.damage) >= 2
    assert alone.counts == together.counts

    def order(report: Report) -> list[str]:
        return sorted(str(dataclasses.astuple(each)) for each in report.damage)

    assert order(alone) == order(together)


def test_an_archive_is_sound_after_it_was_read_again_and_after_it_was_rebuilt(copy: Path) -> None:
    with sqlite3.connect(copy / "archive.db") as connection:
        (trigger,) = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'revisions_are_never_changed'"
        ).fetchone()
        connection.execute("DROP TRIGGER revisions_are_never_changed")
        connection.execute("UPDATE revisions SET extractor = 'hemeroteca/0.0'")
        connection.execute("UPDATE revisions SET section = 'Menu' WHERE article_id < 3")
        connection.execute(trigger)
    assert "history" in {each.check for each in verify(copy).damage}
    done = run_scrapy("reextract", *PLAINLY, str(copy), "--jobs", "1")
    assert done.returncode == 0, done.stderr
    read = verify(copy)
    assert read.sound, told(read)
    assert run_scrapy("rebuild", str(copy), "--replace").returncode == 0
    rebuilt = verify(copy)
    assert rebuilt.sound, told(rebuilt)
    assert rebuilt.notices == []


def test_an_archive_is_sound_after_an_import_of_files_of_other_programs(
    copy: Path, tmp_path: Path
) -> None:
    path, url = tmp_path / "other.warc.gz", "https://other.example/2020/rain"
    page = f"<html><body><article><h1>Rain</h1><p>{'It rained on the bridge. ' * 40}</p></article>"
    headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
    chunked = StatusAndHeaders(
        "200 OK", [("Content-Type", "text/html"), ("Transfer-Encoding", "chunked")],
        protocol="HTTP/1.1",
    )  # fmt: skip
    body = page.encode()
    with path.open("wb") as out:
        writer = WARCWriter(out, gzip=True)  # version 1.0, digests of SHA-1
        writer.write_record(writer.create_warcinfo_record("o.warc.gz", {"software": "other"}))
        for address, payload, head in (
            (url, body, headers),
            (url + "/chunked", b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body), chunked),
        ):
            response = writer.create_warc_record(
                address, "response", payload=io.BytesIO(payload), http_headers=head
            )
            request = writer.create_warc_record(
                address, "request",
                http_headers=StatusAndHeaders("GET / HTTP/1.1", [], is_http_request=True),
            )  # fmt: skip
            writer.write_request_response_pair(request, response)
        digest = response.rec_headers["WARC-Payload-Digest"]
        for original in (url, "https://elsewhere.example/"):
            revisit = writer.create_revisit_record(
                url, digest if original == url else "sha1:" + "B" * 32, original,
                "2020-01-01T00:00:00Z", http_headers=headers,
            )  # fmt: skip
            writer.write_record(revisit)
    done = run_scrapy("import", *PLAINLY, str(path), "-a", f"archive={copy}")
    assert done.returncode == 0, done.stderr
    imported = (
        "SELECT count(*) AS n FROM captures c JOIN urls u ON u.id = c.url_id WHERE u.url LIKE ?"
    )
    assert query(copy, imported, "https://other.example/%") == [{"n": 4}]
    found = verify(copy)
    assert found.damage == []
    assert [each.what for each in found.notices] == [
        "a revisit repeats a response that is not in this archive"
    ]


# -- one bit ---------------------------------------------------------------------------------------


def test_one_bit_turned_over_anywhere_in_a_warc_file_is_found_and_its_place_named(
    small_files: Path, tmp_path: Path
) -> None:
    chance = random.Random(11)
    flips = []
    for path in files(small_files):
        per_file = list(every_part(path, chance, samples=2))
        flips += chance.sample(per_file, min(25, len(per_file)))
    assert {flip.part for flip in flips} == {"header", "data", "trailer"}
    missed = [flip for flip in flips if not is_named(flip, damage(small_files, flip, tmp_path))]
    assert missed == []


def test_each_byte_of_a_header_and_a_trailer_counts(small_files: Path, tmp_path: Path) -> None:
    path = files(small_files)[0]
    offset, length = places(path)[2]
    spots = [*range(offset, offset + 10), *range(offset + length - TRAILER, offset + length)]
    for position in spots:
        flip = Flip(path.name, position, position % 8, "", offset)
        found = damage(small_files, flip, tmp_path)
        assert is_named(flip, found), flip
        # the rest of the file is sound, and read: one bit is one problem, and the file's digest
        assert {each.offset for each in found} == {offset, None}, found


def test_the_page_that_was_hit_is_named_and_the_exit_code_says_so(copy: Path) -> None:
    row = query(
        copy,
        "SELECT c.*, u.url FROM captures c JOIN urls u ON u.id = c.url_id"
        " WHERE c.record_type = 'response' AND c.payload_bytes > 2000 ORDER BY c.id DESC LIMIT 1",
    )[0]
    middle = row["warc_offset"] + row["warc_length"] // 2
    change(copy / "warc" / row["warc_file"], lambda d: d.__setitem__(middle, d[middle] ^ 16))
    done = run_scrapy("verify", str(copy))
    assert done.returncode == DAMAGED
    line = next(line for line in done.stdout.splitlines() if "a record is damaged" in line)
    assert line.startswith(f"damage: {row['warc_file']} at {row['warc_offset']}: ")
    assert row["record_id"] in line
    assert row["url"] in line
    assert "To repair: put a copy of the file in its place" in line
    assert done.stdout.splitlines()[-1].startswith("damaged: ")


# -- the database ----------------------------------------------------------------------------------


def flip_text(folder: Path, text: str) -> None:
    """Change one letter of a text everywhere in the database's file, as a fault of the disk would:
    below SQLite."""
    path = folder / "archive.db"
    data = path.read_bytes()
    needle = text.encode()
    assert needle in data
    middle = len(needle) // 2
    path.write_bytes(
        data.replace(needle, needle[:middle] + bytes([needle[middle] ^ 1]) + needle[middle + 1 :])
    )


def settle(folder: Path) -> None:
    connection = sqlite3.connect(folder / "archive.db")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


@pytest.mark.parametrize(
    ("sql", "check"),
    [
        ("SELECT substr(body_text, 20, 24) AS t FROM revision_texts WHERE revision_id = 5",
         "history"),
        ("SELECT title AS t FROM revisions WHERE id = 7", "history"),
        ("SELECT substr(value, 1, 30) AS t FROM revision_texts, json_each(markdown_parts)"
         " WHERE type = 'text' AND value LIKE '%](%' LIMIT 1", "content"),
        ("SELECT title AS t FROM linked_stories WHERE relation = 'next' AND length(title) > 20"
         " LIMIT 1", "content"),
        ("SELECT excerpt AS t FROM linked_stories WHERE length(excerpt) > 20 LIMIT 1", "content"),
        ("SELECT alt AS t FROM images WHERE length(alt) > 10 LIMIT 1", "content"),
        ("SELECT substr(record_id, 12, 30) AS t FROM captures WHERE id = 9", "capture"),
        ("SELECT substr(payload_digest, 8, 30) AS t FROM captures WHERE id = 3", "capture"),
    ],
)  # fmt: skip
def test_one_letter_changed_in_the_database_is_found(copy: Path, sql: str, check: str) -> None:
    settle(copy)
    (text,) = [row["t"] for row in query(copy, sql)]
    flip_text(copy, text)
    found = verify(copy, processes=1)
    assert check in {each.check for each in found.damage}, told(found)


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("UPDATE articles SET revisions = 4 WHERE id = 2", "said to have 4 revisions"),
        ("DELETE FROM revisions WHERE id = (SELECT revision_id FROM articles WHERE id = 2)",
         "refers to a row of revisions that is not there"),
        ("DELETE FROM _links WHERE id = (SELECT min(id) FROM _links)",
         "linked stories"),
        ("UPDATE _linked SET linked_by = linked_by + 1 WHERE id = (SELECT max(id) FROM _linked)",
         "linked_by is not how many"),
        ("UPDATE _links SET is_edge = 0 WHERE id = (SELECT min(id) FROM _links)",
         "not one alone is counted"),
        ("UPDATE articles SET published_day = '2020-01-01' WHERE id = 2",
         "its date or length is not its newest revision's"),
        ("UPDATE captures SET warc_offset = warc_offset + 1 WHERE id = 4",
         "the file no record"),
        ("UPDATE captures SET status = 404 WHERE id = 4", "status (404 in the database, 200 in"),
        ("UPDATE captures SET warc_length = 5 WHERE id = 4", "warc_length (5 in the database"),
        ("UPDATE captures SET fetched_at = '19' || substr(fetched_at, 3) WHERE id = 4",
         "fetched_at ("),
        ("UPDATE captures SET refers_to_id = NULL WHERE record_type = 'revisit'",
         "refers_to (None in the database"),
        ("UPDATE captures SET refers_to_id = (SELECT max(id) FROM captures) WHERE id ="
         " (SELECT min(id) FROM captures WHERE record_type = 'revisit')", "is a revisit of"),
        ("INSERT INTO stories_fts(stories_fts, rowid, title, standfirst, body_text)"
         " SELECT 'delete', id, title, standfirst, body_text FROM stories LIMIT 1",
         "the search index has"),
        ("INSERT INTO stories_fts(rowid, title) VALUES (1, 'unheard')",
         "the search index is not what the stories say"),
    ],
)  # fmt: skip
def test_a_database_that_contradicts_itself_or_the_files_is_found(
    copy: Path, sql: str, says: str
) -> None:
    connection = sqlite3.connect(copy / "archive.db")
    for trigger in ("changed", "deleted"):
        for table in ("captures", "revisions"):
            connection.execute(f"DROP TRIGGER {table}_are_never_{trigger}")
    assert connection.execute(sql).rowcount != 0
    connection.commit()
    connection.close()
    found = verify(copy, processes=1)
    assert says in told(found)


def test_a_database_whose_pages_are_garbage_is_damage_and_no_crash(copy: Path) -> None:
    settle(copy)
    path = copy / "archive.db"
    size = path.stat().st_size
    change(path, lambda data: data.__setitem__(slice(size // 2, size), b"\0" * (size - size // 2)))
    done = run_scrapy("verify", str(copy))
    assert done.returncode == DAMAGED, done.stderr
    assert "Traceback" not in done.stderr
    assert "damage: archive.db: " in done.stdout


def test_a_database_that_cannot_be_opened_is_damage_and_the_files_are_checked(copy: Path) -> None:
    settle(copy)
    change(copy / "archive.db", lambda data: data.__setitem__(slice(100, 90_000), b"x" * 89_900))
    path = files(copy)[1]
    change(path, lambda data: data.__setitem__(2000, data[2000] ^ 1))
    found = verify(copy)
    assert [(each.file, each.check) for each in found.damage] == [
        (None, "integrity"), (path.name, "record"),
    ]  # fmt: skip
    assert found.counts["files"] == len(files(copy))


# -- files -----------------------------------------------------------------------------------------


def test_a_file_that_is_gone_is_named_with_what_was_in_it(copy: Path) -> None:
    path = files(copy)[1]
    path.unlink()
    (count,) = query(copy, "SELECT count(*) AS n FROM captures WHERE warc_file = ?", path.name)
    found = verify(copy)
    assert [(each.file, each.what) for each in found.damage] == [
        (path.name, f"the file is not there; {count['n']} captures are in it")
    ]


def test_a_folder_in_the_place_of_a_file_is_named(copy: Path) -> None:
    path = files(copy)[1]
    path.unlink()
    path.mkdir()
    (copy / "warc" / "other.warc.gz").mkdir()
    told = {each.file: each.what for each in verify(copy).damage if "stands where" in each.what}
    words = "a folder stands where a WARC file should"
    assert told == {path.name: words, "other.warc.gz": words}
    done = run_scrapy("verify", str(copy))
    assert done.returncode == 6
    assert f"{path.name}: {words}" in done.stdout
    assert f"warc/{path.name} is not there" in run_scrapy("status", str(copy)).stdout


def test_bytes_behind_the_last_record_and_between_records_are_found(copy: Path) -> None:
    first, second = files(copy)[:2]
    size = first.stat().st_size
    first.write_bytes(first.read_bytes() + b"junk")
    offset, length = places(second)[3]
    data = second.read_bytes()
    second.write_bytes(data[: offset + length] + b"\0" * 7 + data[offset + length :])
    found = verify(copy)
    assert (first.name, size) in {(each.file, each.offset) for each in found.damage}
    assert (second.name, offset + length) in {(each.file, each.offset) for each in found.damage}


def test_a_file_cut_short_is_damage_if_it_was_closed(copy: Path) -> None:
    path = files(copy)[0]
    offset, length = places(path)[-1]
    path.write_bytes(path.read_bytes()[: offset + length - 3])
    found = verify(copy)
    assert any(each.offset == offset and "ends in the middle" in each.what for each in found.damage)


def test_a_file_that_is_there_twice_is_found(copy: Path) -> None:
    path = files(copy)[0]
    shutil.copy(path, path.with_name("copied.warc.gz"))
    assert "the database has this record in" in told(verify(copy))


# -- what a killed run leaves ----------------------------------------------------------------------


def answer(url: str) -> bytes:
    body = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nhello"
    headers = [
        ("WARC-Target-URI", url), ("WARC-Payload-Digest", digest(b"hello")),
        ("Content-Type", HTTP_RESPONSE),
    ]  # fmt: skip
    return record("response", new_id(), "2026-05-01T10:00:00.123456Z", headers, body)


def test_what_a_killed_run_leaves_is_a_notice_until_the_next_run_has_mended_it(
    copy: Path, demo: str
) -> None:
    last = files(copy)[0]
    started = last.with_name("killed-20990101000000000-00001.warc.gz" + OPEN)
    info = record("warcinfo", new_id(), "2026-05-01T10:00:00Z", [("Content-Type", FIELDS)], b"")
    whole = member(info) + member(answer("http://a.example/1"))
    half = member(answer("http://a.example/2"))
    started.write_bytes(whole + half[:-20])
    found = verify(copy)
    assert found.sound, told(found)
    said = [(each.file, each.offset, each.what, each.url) for each in found.notices]
    assert [what for _, _, what, _ in said] == [
        "the file is not closed: a run is writing it, or died",
        "no visit has acknowledged this record: a run has it in hand, or died",
        "the file ends in the middle of a record, as a killed run leaves it",
    ]
    assert said[1][3] == "http://a.example/1"
    assert said[2][1] == len(whole)
    done = run_scrapy("verify", str(copy))
    assert done.returncode == 0
    assert "the next run adopts it" in done.stdout
    again = crawl("news", copy, site=demo)
    assert again.returncode == 0, again.stderr
    after = verify(copy)
    assert after.sound, told(after)
    assert after.notices == []
    assert query(copy, "SELECT 1 FROM captures c JOIN urls u ON u.id = c.url_id WHERE u.url LIKE ?",
                 "http://a.example/1")  # fmt: skip


def test_damage_in_what_was_acknowledged_is_damage_in_an_open_file_too(copy: Path) -> None:
    path = files(copy)[0]
    connection = sqlite3.connect(copy / "archive.db")
    connection.execute("DELETE FROM warc_files WHERE name = ?", (path.name,))
    connection.commit()
    connection.close()
    assert verify(copy).sound
    offset, _ = places(path)[1]
    change(path, lambda data: data.__setitem__(offset + 60, data[offset + 60] ^ 1))
    path.rename(path.with_name(path.name + OPEN))
    found = verify(copy)
    assert any(each.offset == offset for each in found.damage), told(found)


def test_verify_says_what_is_wrong_with_its_arguments(tmp_path: Path) -> None:
    done = run_scrapy("verify", str(tmp_path / "none"))
    assert done.returncode == 2
    assert "no archive at" in done.stderr


# -- how it ends -----------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["SIGINT", "SIGTERM", "a child"])
def test_whatever_ends_it_one_line_says_so_and_nothing_is_left_behind(
    copy: Path, tmp_path: Path, how: str
) -> None:
    with (copy / "warc" / "long.warc.gz").open("wb") as file:
        file.truncate(40 << 30)  # of holes: no disk, and minutes of reading
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with subprocess.Popen(
        [sys.executable, "-m", "scrapy", "verify", str(copy)], cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        env={**os.environ, "TMPDIR": str(scratch), "SQLITE_TMPDIR": str(scratch)},
    ) as process:  # fmt: skip
        checking = wait_for_children(process)
        if how == "a child":
            checking[0].kill()
        else:  # from a terminal, or from systemd: to all of them
            os.killpg(process.pid, getattr(signal, how))
        out, err = process.communicate(timeout=100)
    assert out == ""
    assert len(err.splitlines()) == 1, err
    if how == "a child":
        assert process.returncode == 1
        assert "ended from outside" in err
    else:
        assert process.returncode == 130
        assert err.endswith("verify: stopped; the same command begins anew\n")
    assert psutil.wait_procs(checking, timeout=10)[1] == []
    assert list(scratch.iterdir()) == []


def wait_for_children(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Those that check, once some of them do."""
    while process.poll() is None:
        children = psutil.Process(process.pid).children(recursive=True)
        checking = [each for each in children if "spawn_main" in " ".join(each.cmdline())]
        if checking and max(sum(each.cpu_times()[:2]) for each in checking) > 0.5:
            return checking
        time.sleep(0.05)
    raise AssertionError(process.communicate())
