"""Verbs that only read do so without Scrapy, and say the same as with it."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.library import build
from crawler.plainly import READING

ROOT = Path(__file__).resolve().parents[1]
_WATCHED = (
    "import sys, json; from crawler.__main__ import main\n"
    "try: main()\n"
    "finally: print(json.dumps(sorted(n for n in sys.modules if n in ('scrapy', 'twisted'))),"
    " file=sys.stderr)"
)
_WORDS = {
    "diff": ["EDITED"],
    "export": ["csv"],
    "findings": [],
    "graph": [],
    "runs": [],
    "search": ["council"],
    "show": ["EDITED"],
    "status": ["--json"],
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plainly") / "archive"
    build(folder, 40, warc=True)
    return folder


def _words(verb: str, archive: Path) -> list[str]:
    with closing(sqlite3.connect(archive / "archive.db")) as db:
        (edited,) = db.execute("SELECT url FROM articles WHERE revisions > 1").fetchone()
    words = [edited if word == "EDITED" else word for word in _WORDS[verb]]
    return [verb, *words, "-a", f"archive={archive}"]


def _run(*arguments: str, code: str | None = None) -> subprocess.CompletedProcess[str]:
    how = ["-c", code] if code else ["-m", "crawler"]
    return subprocess.run(
        [sys.executable, *how, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_all_of_them_are_tried() -> None:
    assert _WORDS.keys() == READING


@pytest.mark.parametrize("verb", sorted(READING))
def test_what_only_reads_loads_nothing_of_scrapy(verb: str, archive: Path) -> None:
    words = _words(verb, archive)
    told = _run(*words, code=_WATCHED)
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stderr.splitlines()[-1]) == []
    assert told.stdout
    if verb in ("diff", "status"):  # with an option of Scrapy's, Scrapy runs it
        with_scrapy = _run(*words, "-L", "INFO", code=_WATCHED)
        assert "scrapy" in json.loads(with_scrapy.stderr.splitlines()[-1])
        assert with_scrapy.stdout == told.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["status", "--nonesuch"],
        ["search", "--limit"],
        ["runs", "7", "/nonesuch"],
    ],
)
def test_what_is_wrong_is_told_as_ever(arguments: list[str]) -> None:
    plain, with_scrapy = _run(*arguments), _run(*arguments, "-s", "LOG_LEVEL=INFO")
    assert plain.returncode == with_scrapy.returncode == 2
    assert plain.stderr == with_scrapy.stderr
    assert len(plain.stderr.splitlines()) == 1


def test_help_tells_of_scrapys_options_too() -> None:
    told = _run("status", "-h")
    assert told.returncode == 0
    assert "--loglevel" in told.stdout


def test_settings_of_the_users_own_are_followed(archive: Path) -> None:
    told = _run("status", "-s", f"ARCHIVE={archive}")
    assert "40 articles" in told.stdout
