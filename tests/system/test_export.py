"""What is exported is whole, of one moment, and never damaged without a word."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zipfile
from pathlib import Path

import pytest

from crawler.warc.cdxj import LINES, compressed, index_line

from .conftest import Archived, query, run_scrapy
from .test_errors import complaint


@pytest.fixture
def copy(archived: Archived, tmp_path: Path) -> Path:
    return Path(shutil.copytree(archived.folder, tmp_path / "copy"))


def test_an_index_goes_to_a_file_or_to_standard_output(archived: Archived, tmp_path: Path) -> None:
    path = tmp_path / "index.cdxj"
    done = run_scrapy("export", "cdxj", str(archived.folder), "-o", str(path))
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    lines = path.read_text().splitlines()
    assert done.stderr == f"{len(lines)} captures in {path}\n"
    assert lines == sorted(lines)
    assert run_scrapy("export", "cdxj", str(archived.folder)).stdout == path.read_text()
    fields = [json.loads(line[line.index("{") :]) for line in lines]
    assert {each["url"] for each in fields} == {
        row["url"] for row in archived.rows("SELECT url FROM urls WHERE id IN"
                                            " (SELECT url_id FROM captures)")
    }  # fmt: skip


def test_one_newspaper_can_be_taken_out_of_several(copy: Path, tmp_path: Path) -> None:
    connection = sqlite3.connect(copy / "archive.db")
    connection.execute(
        "INSERT INTO sites (host, home_url, first_seen_at)"
        " VALUES ('other.example', 'https://other.example/', '2026-01-01T00:00:00+00:00')"
    )
    connection.execute(
        "UPDATE urls SET site_id = (SELECT max(id) FROM sites)"
        " WHERE id IN (SELECT url_id FROM captures ORDER BY id LIMIT 3)"
    )
    connection.commit()  # fmt: skip
    connection.close()
    done = run_scrapy("export", "cdxj", str(copy), "--site", "https://www.other.example/")
    assert len(done.stdout.splitlines()) == 3
    path = tmp_path / "other.wacz"
    done = run_scrapy("export", "wacz", str(copy), "--site", "other.example", "-o", str(path))
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(path) as whole:
        package = json.loads(whole.read("datapackage.json"))
        assert package["title"] == "other.example"
        pages = whole.read("pages/pages.jsonl").splitlines()
    assert len(pages) <= 2  # the stories are the other newspaper's
    done = run_scrapy("export", "cdxj", str(copy), "--site", "none.example")
    assert done.returncode == 7
    assert "the archive has no such newspaper" in complaint(done.stderr)


def test_several_archives_have_one_index(archived: Archived, copy: Path, tmp_path: Path) -> None:
    one = run_scrapy("export", "cdxj", str(archived.folder)).stdout.splitlines()
    index = tmp_path / "index.cdxj"
    done = run_scrapy("export", "cdxj", str(archived.folder), str(copy), "-o", str(index))
    assert done.returncode == 0, done.stderr
    lines = index.read_text().splitlines()
    assert lines == sorted(one + one)
    assert f"{len(lines):,} captures" in done.stderr
    for arguments, message in (
        (("wacz", "-o", str(tmp_path / "a.wacz")), "one archive"),
        (("cdxj", "-o", str(copy / "warc" / "index.cdxj")), "file of an archive"),
        (("cdxj", "--site", "nowhere.example"), "no such newspaper"),
    ):
        name, *options = arguments
        done = run_scrapy("export", name, str(archived.folder), str(copy), *options)
        assert done.returncode in (2, 7)
        assert message in complaint(done.stderr)


def test_earlier_revisions_are_pages_too(copy: Path, tmp_path: Path) -> None:
    connection = sqlite3.connect(copy / "archive.db")
    names = [row[1] for row in connection.execute("PRAGMA table_info(revisions)")][1:]
    other = {"number": "2", "title": "'Rewritten'",
             "capture_id": "(SELECT max(id) FROM captures WHERE status = 200)"}  # fmt: skip
    values = ", ".join(other.get(name, name) for name in names)
    connection.execute(
        f"INSERT INTO revisions ({', '.join(names)}) SELECT {values} FROM revisions WHERE id = 3"
    )
    connection.execute(
        "INSERT INTO revision_texts SELECT (SELECT max(id) FROM revisions), body_text,"
        " markdown_parts, sources FROM revision_texts WHERE revision_id = 3"
    )
    connection.execute("UPDATE articles SET revisions = 2, revision_id ="
                       " (SELECT max(id) FROM revisions) WHERE id ="
                       " (SELECT article_id FROM revisions WHERE id = 3)")  # fmt: skip
    connection.commit()
    connection.close()
    path = tmp_path / "a.wacz"
    assert run_scrapy("export", "wacz", str(copy), "-o", str(path)).returncode == 0
    with zipfile.ZipFile(path) as whole:
        newest = [json.loads(line) for line in whole.read("pages/pages.jsonl").splitlines()]
        earlier = [json.loads(line) for line in whole.read("pages/extraPages.jsonl").splitlines()]
    (was,) = query(copy, "SELECT title FROM revisions WHERE id = 3")
    assert [page["title"] for page in earlier[1:]] == [was["title"]]
    titles = [page["title"] for page in newest[1:]]
    assert "Rewritten" in titles
    assert was["title"] not in titles


def test_a_file_that_is_still_open_is_taken_as_far_as_it_is_acknowledged(
    copy: Path, tmp_path: Path
) -> None:
    (path,) = (copy / "warc").iterdir()
    with sqlite3.connect(copy / "archive.db") as connection:
        connection.execute("DELETE FROM warc_files")
        (end,) = connection.execute(
            "SELECT max(warc_offset + warc_length) FROM captures"
        ).fetchone()
    data = path.read_bytes()
    path.rename(path.with_name(path.name + ".open"))
    out = tmp_path / "a.wacz"
    done = run_scrapy("export", "wacz", str(copy), "-o", str(out))
    assert done.returncode == 0, done.stderr
    assert f"its first {end:,} bytes are exported" in done.stderr
    with zipfile.ZipFile(out) as whole:
        assert whole.read(f"archive/{path.name}") == data[:end]


@pytest.mark.parametrize("harm", ["changed", "longer", "gone"])
def test_a_damaged_archive_is_not_exported_as_if_it_were_whole(
    copy: Path, tmp_path: Path, harm: str
) -> None:
    (path,) = (copy / "warc").iterdir()
    data = bytearray(path.read_bytes())
    data[1000] ^= 1
    if harm == "gone":
        path.unlink()
    else:
        path.write_bytes(data if harm == "changed" else path.read_bytes() + b"more")
    out = tmp_path / "a.wacz"
    done = run_scrapy("export", "wacz", str(copy), "-o", str(out))
    assert done.returncode == 6
    assert "scrapy verify says" in complaint(done.stderr)
    assert list(tmp_path.iterdir()) == [copy]  # nor half a file


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ([], 2, "say what to export"),
        (["warc"], 2, "say what to export"),
        (["wacz"], 2, "name it with -o"),
        (["cdxj", "/nowhere"], 2, "no archive at"),
        (["cdxj", "-o", "/nowhere/x"], 2, "cannot write"),
    ],
)
def test_what_cannot_be_exported_is_said_in_one_line(
    archived: Archived, arguments: list[str], code: int, says: str
) -> None:
    done = run_scrapy("export", *arguments, *(
        [] if "/nowhere" in arguments else ["-a", f"archive={archived.folder}"]
    ))  # fmt: skip
    assert done.returncode == code
    assert says in complaint(done.stderr)


def test_an_index_of_any_length_is_compressed_in_blocks() -> None:
    lines = [f"example,a)/{n:06} 20260101000000 {{}}" for n in range(2 * LINES + 5)]
    blocks = list(compressed(lines))
    assert len(blocks) == 3
    places = [json.loads(block.entry[block.entry.index("{") :]) for block in blocks]
    assert [place["offset"] for place in places] == [
        0, len(blocks[0].data), len(blocks[0].data) + len(blocks[1].data),
    ]  # fmt: skip
    assert blocks[1].entry.startswith(f"example,a)/{LINES:06} 20260101000000 {{")
    assert list(compressed([])) == []


def test_a_line_leaves_out_what_is_not_known() -> None:
    line = index_line("http://a.example/", "2026-01-01T01:00:00+01:00", "response", None, 200,
                      "sha256:X", 5, 0, "f.warc.gz")  # fmt: skip
    assert line == (
        'example,a)/ 20260101000000 {"url": "http://a.example/", "status": "200",'
        ' "digest": "sha256:X", "length": "5", "offset": "0", "filename": "f.warc.gz"}'
    )
