"""A file that is checked in parts is checked as it is from end to end, and by however many
processes."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.flips import every_part, places
from benchmarks.library import build
from crawler.archive.audit import listed_files
from crawler.archive.database import open_for_reading
from crawler.errors import HemerotecaError
from crawler.fixity import parts, together
from crawler.fixity.archive import verify
from crawler.fixity.files import check_file
from crawler.fixity.findings import FileFindings
from crawler.fixity.parts import PartFindings, checked_part, digest_of, joined, parts_of
from crawler.warc.writer import WarcWriter

PART = 50_000


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of one WARC file, of some four hundred records."""
    folder = tmp_path_factory.mktemp("parts") / "archive"
    build(folder, 100, warc=True)
    return folder


@pytest.fixture
def copy(library: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(library, tmp_path / "copy"))


@pytest.fixture(autouse=True)
def short_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "PART", PART)


def file_of(folder: Path) -> Path:
    (path,) = (folder / "warc").iterdir()
    return path


def both(folder: Path, path: Path) -> tuple[FileFindings, FileFindings | None, int]:
    """What is found in a file from end to end, what in its parts, and how many those are."""
    with closing(open_for_reading(folder)) as db:
        (listed,) = listed_files(db.conn)

        def each() -> Iterator[PartFindings]:
            return (checked_part(part, db.conn, lambda count: None) for part in found)

        found = parts_of(path, listed, db.conn)
        whole = check_file(path, listed, db.conn)
        return whole, joined(listed, each(), digest_of(path)) if found else None, len(found)


def replace_file(folder: Path, data: bytes, records: int) -> None:
    """Put another file in place of an archive's, as if it had been closed like that."""
    file_of(folder).write_bytes(data)
    with sqlite3.connect(folder / "archive.db") as db:
        db.execute(
            "UPDATE warc_files SET bytes = ?, sha256 = ?, records = ?",
            (len(data), hashlib.sha256(data).hexdigest(), records),
        )


def let_be_changed(db: sqlite3.Connection) -> None:
    """Take away what keeps captures as they were entered."""
    for (name,) in db.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'captures'"
    ).fetchall():
        db.execute(f"DROP TRIGGER {name}")


def test_parts_of_a_sound_file_tell_what_the_whole_of_it_tells(library: Path) -> None:
    whole, of_parts, count = both(library, file_of(library))
    assert count > 5
    assert whole.report.sound
    assert of_parts is not None
    assert of_parts.report == whole.report
    assert of_parts.untold == whole.untold
    assert of_parts.told == whole.told
    equal = whole.comparisons.equal
    assert len(equal["linked_stories"]) > 500
    assert {name: sorted(keys) for name, keys in of_parts.comparisons.equal.items()} == {
        name: sorted(keys) for name, keys in equal.items()
    }
    assert of_parts.comparisons.differing == whole.comparisons.differing == []


def test_no_part_calls_a_file_sound_in_which_a_bit_was_turned_over(
    library: Path, tmp_path: Path
) -> None:
    chance, path = random.Random(3), tmp_path / file_of(library).name
    flips = list(every_part(file_of(library), chance, samples=0))
    for flip in chance.sample(flips, 25):
        data = bytearray(file_of(library).read_bytes())
        data[flip.position] ^= 1 << flip.bit
        path.write_bytes(data)
        whole, of_parts, count = both(library, path)
        assert count > 5
        assert not whole.report.sound, flip
        assert of_parts is None, flip


def test_a_record_that_is_there_twice_is_found_in_parts_far_from_each_other(copy: Path) -> None:
    data = file_of(copy).read_bytes()
    found = places(file_of(copy))
    offset, length = found[3]  # what is told of the first capture
    replace_file(copy, data + data[offset : offset + length], len(found) + 1)
    whole, of_parts, count = both(copy, file_of(copy))
    # the file is as it was closed: it was so from the beginning
    assert [each.what for each in whole.report.notices] == [
        "a record has the WARC-Record-ID of an earlier one; so since the file was closed"
    ]
    assert count > 5
    assert of_parts is None


def test_what_is_told_of_a_capture_in_another_part_is_told(copy: Path, tmp_path: Path) -> None:
    """All that is told of captures stands at the file's end, behind the captures."""
    data = file_of(copy).read_bytes()
    members = [data[offset : offset + length] for offset, length in places(file_of(copy))]
    with sqlite3.connect(copy / "archive.db") as db:
        let_be_changed(db)
        rows = db.execute("SELECT id, warc_offset FROM captures").fetchall()
        begins = {offset: key for key, offset in rows}
        offsets = [offset for offset, _ in places(file_of(copy))]
        first = [n for n, at in enumerate(offsets) if at in begins or n == 0]
        order = [*first, *(n for n in range(len(members)) if n not in set(first))]
        at = 0
        for number in order:
            if (key := begins.get(offsets[number])) is not None:
                db.execute("UPDATE captures SET warc_offset = ? WHERE id = ?", (-key, key))
                db.execute("UPDATE captures SET warc_offset = ? WHERE id = ?", (at, key))
            at += len(members[number])
    replace_file(copy, b"".join(members[number] for number in order), len(members))
    whole, of_parts, count = both(copy, file_of(copy))
    assert count > 2
    assert whole.report.sound, whole.report.damage
    assert of_parts is not None
    assert of_parts.report == whole.report
    assert of_parts.untold == whole.untold
    assert of_parts.told == whole.told


@pytest.mark.parametrize("behind", [0, 1_000_000])
def test_a_capture_that_is_said_to_be_behind_the_file_is_in_none_of_its_parts(
    copy: Path, behind: int
) -> None:
    with sqlite3.connect(copy / "archive.db") as db:
        let_be_changed(db)
        db.execute(
            "UPDATE captures SET warc_offset = (SELECT bytes FROM warc_files) + ? WHERE id = 5",
            (behind,),
        )
    whole, of_parts, count = both(copy, file_of(copy))
    assert count > 5
    assert [each.what for each in whole.report.damage] == [
        "the database has a capture here, and the file no record"
    ]
    assert of_parts is None


@pytest.mark.parametrize("harm", ["none", "much"])
def test_however_many_processes_there_are_the_report_is_the_same(copy: Path, harm: str) -> None:
    with WarcWriter(copy / "warc", prefix="alone", info=[("software", "Test/1")]) as warc:
        warc.write_other("metadata", [("WARC-Target-URI", "https://a.example/")], b"of nobody")
    if harm == "much":
        path = max((copy / "warc").iterdir(), key=lambda path: path.stat().st_size)
        data = bytearray(path.read_bytes())
        for place in (70_000, 300_000, len(data) - 20):
            data[place] ^= 4
        path.write_bytes(data)
        with sqlite3.connect(copy / "archive.db") as db:
            let_be_changed(db)
            db.execute("UPDATE captures SET status = 404 WHERE id IN (3, 60)")
            db.execute("UPDATE articles SET word_count = 1 WHERE id = 7")
            db.execute("INSERT INTO stories_fts(stories_fts) VALUES ('delete-all')")
    alone = verify(copy, processes=1)
    assert alone.sound == (harm == "none")
    assert len(alone.damage) > 4 or harm == "none"
    for processes in (2, 3):
        found = verify(copy, processes=processes)
        assert (found.damage, found.notices) == (alone.damage, alone.notices)
        assert dict(found.counts) == dict(alone.counts)


def test_a_process_that_dies_or_fails_is_told_of_in_one_line_and_the_others_end() -> None:
    with pytest.raises(HemerotecaError, match="ended from outside"):
        _do(os._exit, 3)
    with pytest.raises(HemerotecaError, match=r"a\.warc\.gz was not checked to its end"):
        _do(int, "x")
    with pytest.raises(FileNotFoundError):
        _do(os.stat, "/nonesuch")


def _do(function: object, *arguments: object) -> None:
    with together._Pool(1, lambda done: None) as pool:
        pool.result(pool.submit("a.warc.gz", function, *arguments))  # type: ignore[arg-type]
