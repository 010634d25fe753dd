"""Whole crawls of the demo newspaper, by the command a user types."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from crawler.demo.server import serve
from tests.system.loaded import Command, Loaded

ROOT = Path(__file__).resolve().parents[2]
FULL_SPEED = (
    "-s", "DOWNLOAD_DELAY=0", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=32",
    "-s", "AUTOTHROTTLE_ENABLED=False",
    # a reader takes most of a second to start; several crawls run at once here, on few cores
    "-s", "EXTRACT_WORKERS=1",
    # pages of script are for tests/system/test_script_paper.py: a browser takes seconds to start
    "-s", "RENDER=never",
    # at the end of a crawl at full speed, learning takes as long as the crawl did
    "-s", "LEARN_PROFILES=0",
)  # fmt: skip
LEARNING = ("-s", "LEARN_PROFILES=1")
PLAINLY = ("-s", "LEARN_PROFILES=0")


@cache
def loaded() -> Loaded:
    """One of it for all tests that a process of pytest runs."""
    return Loaded()


Command.where = loaded


def _lines(output: bytes) -> str:
    """Output as `subprocess` gives it as text, however its lines end."""
    return output.decode().replace("\r\n", "\n").replace("\r", "\n")


def run_loaded(
    where: Loaded, *arguments: str, timeout: int = 500, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run `scrapy` in what is loaded, with a few variables of its own."""
    done = where.run(list(arguments), timeout, **environment)
    return subprocess.CompletedProcess(
        done.args, done.returncode, *map(_lines, (done.stdout, done.stderr))
    )


def run_scrapy(
    *arguments: str, stdin: str | None = None, timeout: int = 500
) -> subprocess.CompletedProcess[str]:
    """Run `scrapy` as from a shell in the project's folder."""
    if stdin is None:
        return run_loaded(loaded(), *arguments, timeout=timeout)
    with Command(
        [sys.executable, "-m", "scrapy", *arguments], cwd=ROOT, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "COLUMNS": "100"},
    ) as process:  # fmt: skip
        out, err = process.communicate(stdin, timeout)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def crawl(
    spider: str, archive: Path, *more: str, private: bool = True, **arguments: str
) -> subprocess.CompletedProcess[str]:
    """`scrapy crawl` at full speed into an archive."""
    pairs = {**arguments, "archive": str(archive)} | ({"allow_private": "1"} if private else {})
    given = [part for name, value in pairs.items() for part in ("-a", f"{name}={value}")]
    return run_scrapy("crawl", spider, *given, *FULL_SPEED, *more)


@dataclass(frozen=True)
class Archived:
    """A finished crawl of the demo newspaper."""

    folder: Path
    base: str
    output: str
    errors: str
    log: list[str]
    """`METHOD path status` of each answer that the newspaper gave."""

    def rows(self, sql: str, *parameters: object) -> list[dict[str, Any]]:
        """The rows that a query of the archive gives."""
        return query(self.folder, sql, *parameters)


def query(folder: Path, sql: str, *parameters: object) -> list[dict[str, Any]]:
    connection = sqlite3.connect(folder / "archive.db")
    try:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(sql, parameters)]
    finally:
        connection.close()


@pytest.fixture(scope="session")
def demo() -> Iterator[str]:
    """The demo newspaper's morning edition; gives its base URL."""
    with serve("morning") as url:
        yield url


@pytest.fixture(scope="session")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Archived:
    """The morning edition, crawled once for all tests that only look."""
    folder = tmp_path_factory.mktemp("archived") / "archive"
    log = folder.parent / "server.log"
    with serve("morning", log=log) as url:
        done = crawl("news", folder, site=url)
        assert done.returncode == 0, done.stderr
    return Archived(folder, url, done.stdout, done.stderr, log.read_text().splitlines())
