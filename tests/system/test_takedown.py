"""`scrapy takedown`: a story that is gone for good, and stays out."""

from __future__ import annotations

import gzip
import json
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from scrapy.settings import Settings
from warcio.archiveiterator import ArchiveIterator

from crawler.archive.database import open_for_writing
from crawler.fixity.archive import verify
from crawler.runs.removing import finish_removals
from tests.killing import killed, some, steps_of
from tests.loopback import HTML, Answers, page, site

from .conftest import ROOT, crawl, query, run_scrapy

SECRET = "/2024/11/03/zyxomitra-confesses"
COPY = "/2024/11/03/zyxomitra-admits-it"
OLD = "/s/4711"
OTHER = "/2024/11/04/ferry-is-late"
TOKENS = (b"Zyxomitra", b"quxbarian", b"Brandywhisk", b"Plonkington")
FILLER = "The harbour master said that the boats would sail as they always had done before. "


def story(
    title: str, text: str, more: str = "", author: str = "Ann Lee"
) -> tuple[int, dict[str, str], bytes]:
    return 200, HTML, (
        f"<html><head><title>{title}</title><meta property='og:type' content='article'>"
        f"<meta name='author' content='{author}'></head><body><article><h1>{title}</h1>"
        f"<time datetime='2024-11-03T10:00:00Z'>x</time><p>{text}</p><p>{FILLER * 8}</p></article>"
        f"{more}</body></html>"
    ).encode()  # fmt: skip


CONFESSION = (
    "In a quxbarian letter to the council the mayor admits that he took the whole of the lamp"
    " fund for himself. "
)
TEASER = (
    f"<aside><h2>Related</h2><ul><li><a href='{SECRET}'><h3>Zyxomitra confesses it all</h3>"
    "</a></li></ul></aside>"
)
FEED = (
    "<?xml version='1.0'?><rss version='2.0'><channel><title>x</title><item><title>Zyxomitra"
    f" confesses it all</title><link>{{home}}{SECRET}</link><description>{CONFESSION}"
    "</description></item></channel></rss>"
)


@dataclass(frozen=True)
class Paper:
    folder: Path
    home: str
    answers: Answers
    asked: list[str]

    @property
    def url(self) -> str:
        return self.home + SECRET

    def copy(self, to: Path) -> Path:
        shutil.copytree(self.folder, to)
        return to


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Paper]:
    """A newspaper with a story at three addresses, in a feed and in another story's links, in two
    revisions."""
    folder = tmp_path_factory.mktemp("takedown") / "a"
    asked: list[str] = []
    secret = story("Zyxomitra confesses it all", CONFESSION * 4, author="Tom Brandywhisk")
    answers: Answers = {
        "/": page(SECRET, COPY, OLD, OTHER),
        SECRET: secret,
        COPY: secret,
        OLD: (302, {"Location": SECRET}, b""),
        OTHER: story("Ferry is late today again", FILLER * 4, TEASER),
    }
    with site(answers, asked) as home:
        status = 200
        answers["/feed"] = (status, {"Content-Type": "application/rss+xml"},
                            FEED.format(home=home).encode())  # fmt: skip
        assert crawl("news", folder, site=home).returncode == 0
        answers[SECRET] = answers[COPY] = story(
            "Zyxomitra confesses it all", CONFESSION * 4 + "Plonkington knew. " * 30,
            author="Tom Brandywhisk",
        )  # fmt: skip
        assert crawl("news", folder, site=home, revisit="now").returncode == 0
        yield Paper(folder, home, answers, asked)


def taken_down(folder: Path, url: str, *more: str) -> subprocess.CompletedProcess[str]:
    return run_scrapy(
        "takedown", url, "-a", f"archive={folder}", "--reason", "court order 7 U 12/26",
        "--by", "Landgericht", "--yes", *more,
    )  # fmt: skip


def left(folder: Path) -> list[str]:
    """Where one of the story's words is still, in any byte of an archive."""
    found = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        data = path.read_bytes()
        if path.suffix == ".gz":
            data = gzip.decompress(data)
        found += [f"{path.name}: {t.decode()}" for t in TOKENS if t.lower() in data.lower()]
    return found


def sound(folder: Path) -> None:
    report = verify(folder, processes=1)
    assert report.damage == []
    assert report.notices == []


def without_address(found: list[str]) -> list[str]:
    """The address itself stays, in the tombstone and where others link to it."""
    return [each for each in found if "Zyxomitra" not in each]


# -- what goes -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def after(paper: Paper, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = paper.copy(tmp_path_factory.mktemp("after") / "a")
    assert len(query(folder, "SELECT id FROM revisions r WHERE title LIKE 'Zyx%'")) >= 2
    assert len(without_address(left(folder))) >= 6
    done = taken_down(folder, paper.url)
    assert done.returncode == 0, done.stderr
    assert "cannot be undone" in done.stdout
    return folder


def test_nothing_of_it_is_left_in_any_file(after: Path, paper: Paper) -> None:
    assert without_address(left(after)) == []
    assert sorted(path.name for path in after.iterdir()) == ["archive.db", "warc"]
    for path in (after / "warc").iterdir():
        data = gzip.decompress(path.read_bytes())
        for line in data.lower().splitlines():  # the headline stays on the other story's page
            if b"zyxomitra confesses" in line:
                assert b"<aside>" in line, line
    data = (after / "archive.db").read_bytes()
    assert b"zyxomitra confesses" not in data.lower()


def test_the_archive_is_sound_and_the_rest_of_it_there(after: Path, paper: Paper) -> None:
    sound(after)
    assert [row["url"] for row in query(after, "SELECT url FROM stories")] == [paper.home + OTHER]
    assert query(after, "SELECT value FROM _facets WHERE value LIKE '%Brandy%'") == []
    assert query(after, "SELECT name FROM authors WHERE name LIKE '%Brandy%'") == []
    assert query(after, "SELECT word FROM _word_forms WHERE word = 'quxbarian'") == []
    found = run_scrapy("search", "quxbarian", "-a", f"archive={after}")
    assert "confesses" not in found.stdout
    (link,) = query(after, f"SELECT title, excerpt FROM linked_stories WHERE url LIKE '%{SECRET}'")
    assert link == {"title": None, "excerpt": None}


def test_a_tombstone_stays_in_the_database_and_in_warc(after: Path, paper: Paper) -> None:
    (row,) = query(after, "SELECT * FROM takedowns")
    assert (row["url"], row["reason"], row["requested_by"]) == (
        paper.url, "court order 7 U 12/26", "Landgericht",
    )  # fmt: skip
    assert row["finished_at"] is not None
    urls = {r["url"] for r in query(after, "SELECT url FROM takedown_urls")}
    assert urls == {paper.home + path for path in (SECRET, COPY, OLD)}
    assert len(query(after, "SELECT * FROM takedown_digests")) == 2
    states = query(after, f"SELECT state, reason FROM urls WHERE url LIKE '%{SECRET}'")
    assert states == [{"state": "excluded", "reason": "taken down"}]
    records = []
    for path in (after / "warc").iterdir():
        with path.open("rb") as file:
            for record in ArchiveIterator(file, check_digests="raise"):
                address = record.rec_headers["WARC-Target-URI"] or ""
                if address.startswith("urn:hemeroteca:takedown:"):
                    assert record.rec_type == "metadata"
                    records.append(json.loads(record.content_stream().read()))
    assert [each["uuid"] for each in records] == [row["uuid"]]
    assert records[0]["reason"] == "court order 7 U 12/26"


def test_offsets_and_indexes_are_those_of_the_new_files(after: Path, tmp_path: Path) -> None:
    for row in query(after, "SELECT * FROM captures"):
        with (after / "warc" / row["warc_file"]).open("rb") as file:
            file.seek(row["warc_offset"])
            record = next(iter(ArchiveIterator(file)))
            assert record.rec_headers["WARC-Record-ID"] == row["record_id"]
    tools = ROOT / ".venv-replay" / "bin"
    for path in (after / "warc").iterdir():
        with path.open("rb") as file:
            first = next(iter(ArchiveIterator(file)))
            assert first.rec_headers["WARC-Filename"] == path.name
        if (tools / "warcio").exists():
            subprocess.run([tools / "warcio", "check", path], check=True)
    index = run_scrapy("export", "cdxj", str(after)).stdout
    assert SECRET not in index
    assert OTHER in index
    wacz = tmp_path / "a.wacz"
    assert run_scrapy("export", "wacz", str(after), "-o", str(wacz)).returncode == 0
    if (tools / "wacz").exists():
        subprocess.run([tools / "wacz", "validate", "-f", wacz], check=True)


# -- what does not come again ----------------------------------------------------------------------


def stays_out(folder: Path) -> None:
    assert without_address(left(folder)) == []
    assert query(folder, "SELECT url FROM stories WHERE title LIKE 'Zyx%'") == []
    sound(folder)


def test_a_crawl_does_not_ask_for_it(after: Path, paper: Paper, tmp_path: Path) -> None:
    folder = tmp_path / "a"
    shutil.copytree(after, folder)
    feed = paper.answers.pop("/feed")
    moved = "/2024/11/05/told-anew"
    paper.answers[moved] = (301, {"Location": SECRET}, b"")
    elsewhere = "/2024/11/06/the-same-bytes"
    paper.answers[elsewhere] = paper.answers[SECRET]
    home = paper.answers["/"]
    # another spelling, which nobody has named before, is one address with it
    paper.answers["/"] = page(SECRET, f"{SECRET}/", COPY, OLD, OTHER, moved, elsewhere)
    paper.asked.clear()
    try:
        assert crawl("news", folder, site=paper.home, revisit="now").returncode == 0
        assert {moved, elsewhere} <= set(paper.asked)
        done = crawl("article", folder, url=paper.url)
        assert done.returncode != 0
        assert "taken down" in done.stderr + done.stdout
    finally:
        paper.answers["/"], paper.answers["/feed"] = home, feed
    assert not {SECRET, f"{SECRET}/", COPY, OLD} & set(paper.asked)
    rows = query(folder, f"SELECT state, reason FROM urls WHERE url LIKE '%{elsewhere}'")
    assert rows == [{"state": "excluded", "reason": "taken down"}]
    assert run_scrapy("retry", "--url", paper.url, "-a", f"archive={folder}").returncode == 7
    assert query(folder, "SELECT url FROM urls WHERE state = 'queued'") == []
    stays_out(folder)


def test_an_import_of_its_warc_file_leaves_it_out(
    after: Path, paper: Paper, tmp_path: Path
) -> None:
    folder = tmp_path / "a"
    shutil.copytree(after, folder)
    files = [str(path) for path in (paper.folder / "warc").iterdir()]
    alone = tmp_path / "read-again.warc"  # articles as a later run has read them, without the pages
    with alone.open("wb") as to:
        for path in files:
            members = gzip.decompress(Path(path).read_bytes()).split(b"WARC/1.1\r\n")
            to.writelines(b"WARC/1.1\r\n" + m for m in members if b"Type: conversion" in m)
    assert CONFESSION.encode() in alone.read_bytes()
    done = run_scrapy("import", str(alone), *files, "-a", f"archive={folder}")
    assert done.returncode == 0, done.stderr
    captures = "SELECT count(*) AS n FROM captures"
    assert query(folder, f"{captures} WHERE url LIKE '%zyxomitra%'") == [{"n": 0}]
    assert query(folder, f"{captures} WHERE url LIKE '%/feed'") == [{"n": 0}]
    stays_out(folder)


def test_a_rebuild_and_a_rereading_leave_it_out(after: Path, tmp_path: Path) -> None:
    folder = tmp_path / "a"
    shutil.copytree(after, folder)
    assert run_scrapy("reextract", str(folder)).returncode == 0
    stays_out(folder)
    before = query(folder, "SELECT url, at, reason, requested_by, records, captures FROM takedowns")
    assert run_scrapy("rebuild", str(folder), "--replace").returncode == 0
    (folder / "archive.db.before-1").unlink()
    assert (
        query(folder, "SELECT url, at, reason, requested_by, records, captures FROM takedowns")
        == before
    )
    assert query(folder, f"SELECT reason FROM urls WHERE url LIKE '%{SECRET}'") == [
        {"reason": "taken down"}
    ]
    stays_out(folder)


def test_a_backup_that_has_it_is_named_and_its_restore_has_it_not(
    paper: Paper, tmp_path: Path
) -> None:
    folder, to, again = paper.copy(tmp_path / "a"), tmp_path / "b", tmp_path / "r"
    run_scrapy("backup", str(to), "-a", f"archive={folder}")
    shutil.copytree(to, tmp_path / "old")
    done = taken_down(folder, paper.url)
    assert str(to) in done.stdout
    assert without_address(left(to)) != []
    assert run_scrapy("restore", str(to), str(again)).returncode == 0
    stays_out(again)
    # of a copy that nobody knows of, the archive says what came after it
    named = run_scrapy("restore", str(tmp_path / "old"), str(tmp_path / "r2"), "--takedowns",
                       str(folder))  # fmt: skip
    assert named.returncode == 0, named.stderr
    stays_out(tmp_path / "r2")
    assert run_scrapy("backup", str(to), "-a", f"archive={folder}").returncode == 0
    stays_out(to)


# -- what is refused -------------------------------------------------------------------------------


def test_what_is_not_confirmed_or_not_there_changes_nothing(paper: Paper, tmp_path: Path) -> None:
    folder = paper.copy(tmp_path / "a")
    before = query(folder, "SELECT url, warc_file FROM captures")
    for code, words, given in (
        (2, "add --yes", [paper.url, "--reason", "x", "--by", "y"]),
        (2, "--reason is needed", [paper.url, "--by", "y", "--yes"]),
        (2, "--by is needed", [paper.url, "--reason", "x", "--yes"]),
        (2, "no page of a story", [paper.home + "/", "--reason", "x", "--by", "y", "--yes"]),
        (7, "never heard of", [paper.home + "/no", "--reason", "x", "--by", "y", "--yes"]),
    ):
        done = run_scrapy("takedown", *given, "-a", f"archive={folder}")
        assert (done.returncode, words in done.stderr) == (code, True), done.stderr
    assert query(folder, "SELECT url, warc_file FROM captures") == before
    assert query(folder, "SELECT * FROM takedowns") == []


def test_any_of_its_addresses_names_it(paper: Paper, tmp_path: Path) -> None:
    for number, path in enumerate((COPY, OLD)):
        folder = paper.copy(tmp_path / f"a{number}")
        assert taken_down(folder, paper.home + path).returncode == 0
        stays_out(folder)


def test_a_rebuild_after_a_kill_in_the_middle_leaves_it_out(paper: Paper, tmp_path: Path) -> None:
    """The database is lost while a file and its successor lie beside one another."""
    folder = paper.copy(tmp_path / "a")
    olds = {path.name: path.read_bytes() for path in (folder / "warc").iterdir()}
    assert taken_down(folder, paper.url).returncode == 0
    for name, data in olds.items():
        (folder / "warc" / name).write_bytes(data)
    (folder / "archive.db").unlink()
    assert run_scrapy("rebuild", str(folder)).returncode == 0
    stays_out(folder)
    # or before any of them was written anew
    for path in (folder / "warc").iterdir():
        if ".r1." in path.name:
            path.unlink()
    for name, data in olds.items():
        (folder / "warc" / name).write_bytes(data)
    (folder / "archive.db").unlink()
    assert run_scrapy("rebuild", str(folder)).returncode == 0
    stays_out(folder)


# -- kills -----------------------------------------------------------------------------------------


@pytest.mark.each_step
def test_a_kill_at_any_moment_is_made_up_for_by_the_next_run(paper: Paper, tmp_path: Path) -> None:
    folder = paper.copy(tmp_path / "a")

    def work() -> object:
        from crawler.runs import offline_run
        from crawler.runs.taking_down import plan, take_down

        with offline_run(
            folder,
            Settings({"SITE_PROFILES": "", "REVISIT_AFTER": [1], "WARC_FILE_BYTES": 1 << 30}),
            "takedown",
            {},
        ) as run:
            planned = plan(run.store.db.conn, folder, paper.url)
            assert planned is not None
            return take_down(run, planned, "x", "y")

    steps = steps_of(work, str(folder))
    begun = 0
    for step in some(steps, 9):
        shutil.rmtree(folder)
        paper.copy(folder)
        assert killed(work, str(folder), step)
        with closing(sqlite3.connect(folder / "archive.db")) as db:
            is_begun = db.execute("SELECT count(*) FROM takedowns").fetchone()[0]
        if is_begun:
            begun += 1
            with closing(open_for_writing(folder)) as writing:
                finish_removals(writing, folder)
            assert query(folder, "SELECT * FROM _removals") == []
            assert query(folder, "SELECT url FROM stories WHERE title LIKE 'Zyx%'") == []
            done = run_scrapy("retry", "-a", f"archive={folder}")  # any run
            assert done.returncode == 0, done.stderr
            assert without_address(left(folder)) == []
        else:
            taken_down(folder, paper.url)
        stays_out(folder)
    assert begun > 3
