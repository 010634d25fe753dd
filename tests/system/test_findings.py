"""`scrapy findings`: what monitors found, and who knows of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from crawler.archive.database import open_for_writing
from crawler.archive.findings import end, enter
from crawler.archive.store import Store
from crawler.monitors import KINDS, Found, Over, advice, sentence

pytestmark = pytest.mark.usefixtures("loaded_commands")

ROOT = Path(__file__).resolve().parent.parent.parent
DAY = date(2026, 1, 2)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """One with a silence, a note on a field, and a finding that is over."""
    folder = tmp_path / "archive"
    store = Store(folder)
    with store.db.atomic():
        store.add_site("https://daily.example/")
        site = store.find_site("daily.example")
        db = store.db.conn
        shifted = {"before": "json-ld", "after": "meta", "stories": 12}
        enter(db, site, [Found("field_shifted", "authors", "note", DAY, shifted)])
        enter(db, site, [Found("silent", "", "error", DAY, {"expected": 20, "stories": 0})])
        enter(db, site, [Found("more", "", "note", DAY, {"before": 4, "after": 20})])
        end(db, site, [Over("more", "", DAY)])
    store.db.close()
    return folder


def scrapy(archive: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    environment.pop("COLUMNS", None)  # the width of whoever runs the tests
    return subprocess.run(
        [sys.executable, "-m", "crawler", *words, str(archive)], env=environment, text=True,
        capture_output=True, timeout=300, cwd=archive.parent,
    )  # fmt: skip


def test_the_worst_comes_first_with_what_to_do(archive: Path) -> None:
    lines = scrapy(archive, "findings").stdout.splitlines()
    assert lines[0].split() == [
        "2", "error", "daily.example:", "no", "new", "story;", "20", "were", "to", "be",
        "expected", "(since", "2026-01-02)",
    ]  # fmt: skip
    assert "Open the home page" in lines[1]
    assert "authors comes from meta now" in lines[2]
    assert not [line for line in lines if "4 stories a day before" in line]
    assert "4 stories a day before" in scrapy(archive, "findings", "--all").stdout


def test_what_is_seen_or_muted_is_not_in_the_status(archive: Path) -> None:
    assert "no new story" in scrapy(archive, "status").stdout
    assert scrapy(archive, "findings", "seen", "2").stdout == "2: seen\n"
    assert scrapy(archive, "findings", "mute", "1", "--until", "2999-01-01").returncode == 0
    shown = scrapy(archive, "status").stdout
    assert "no new story" not in shown
    assert "authors comes from" not in shown
    states = {
        each["id"]: (each["state"], each["muted_until"])
        for each in json.loads(scrapy(archive, "findings", "--json", "--all").stdout)
    }
    assert states == {2: ("seen", None), 1: ("muted", "2999-01-01"), 3: ("recovered", None)}


@pytest.mark.parametrize(
    ("words", "code", "wrong"),
    [
        (["seen", "99"], 7, "there is no finding 99"),
        (["seen", "9" * 20], 2, "name a finding by its number"),
        (["seen", "3"], 2, "finding 3 is over"),
        (["mute", "2"], 2, "mute needs --until DATE"),
        (["mute", "2", "--until", "2020-01-01"], 2, "is over; name a day to come"),
        (["--until", "2999-01-01"], 2, "--until is for mute"),
        (["--site", "other.example"], 7, "the archive has no such newspaper"),
    ],
)
def test_a_mistake_is_one_line(archive: Path, words: list[str], code: int, wrong: str) -> None:
    done = scrapy(archive, "findings", *words)
    assert done.returncode == code
    assert wrong in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_what_is_found_again_while_it_is_open_is_one_finding(archive: Path) -> None:
    with closing(open_for_writing(archive)) as db, db.atomic():
        site = db.execute("SELECT id FROM sites").fetchone()[0]
        again = Found("silent", "", "error", DAY, {"expected": 40, "stories": 0})
        assert enter(db.conn, site, [again]) == []
        assert len(enter(db.conn, site, [Found("more", "", "note", DAY, {})])) == 1
    assert "40 were to be expected" in scrapy(archive, "findings").stdout


def test_every_kind_has_words_and_advice() -> None:
    for kind in KINDS:
        assert advice(kind, "scrapy")
        assert sentence(kind, "authors", {})  # numbers of another version
