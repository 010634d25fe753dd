"""Another program holds the database while a crawl wants to write."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest
from scrapy.utils.project import get_project_settings

from crawler import times
from crawler.archive.database import FILE_NAME
from crawler.extensions.session.archive import CrawlArchive
from crawler.extensions.session.queue import Queue
from crawler.items import Due, FoundUrl
from crawler.runs import Run

HOST = "news.example"
PAGE = FoundUrl(f"https://{HOST}/2026/story", "page", "link")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    run = Run(tmp_path, get_project_settings(), "news", {})
    run.store.wait_for([PAGE], times.now())
    run.store.wait_at_most(10)
    return run


async def _claimed(archive: CrawlArchive, queue: Queue) -> list[Due]:
    """What is claimed in the end, if no visit comes meanwhile that would be stored."""
    while not (found := queue.claim(HOST, 10, -1)) and archive.error is None:
        await asyncio.sleep(0.05)
    return found


@pytest.mark.timeout(60)
def test_what_could_not_be_claimed_is_claimed_when_the_database_is_free(run: Run) -> None:
    async def crawl() -> None:
        archive = CrawlArchive(run, get_project_settings(), lambda outcome: None)
        queue = Queue(archive, lambda: [HOST])
        archive.answered = True
        other = sqlite3.connect(run.folder / FILE_NAME, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert queue.claim(HOST, 10, -1) == []
        assert archive.waits
        assert not archive.is_ready
        other.execute("ROLLBACK")
        assert [due.found.url for due in await _claimed(archive, queue)] == [PAGE.url]
        assert archive.is_ready
        archive.cancel_timer()

    asyncio.run(crawl())
    run.finish("finished")
    run.release()


def test_a_database_that_stays_busy_ends_the_run(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.extensions.session.archive._PATIENCE", 0.0)
    monkeypatch.setattr("crawler.extensions.session.archive._PAUSE", 0.0)
    outcomes: list[str] = []

    async def crawl() -> None:
        archive = CrawlArchive(run, get_project_settings(), outcomes.append)
        queue = Queue(archive, lambda: [HOST])
        archive.answered = True
        other = sqlite3.connect(run.folder / FILE_NAME, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert await _claimed(archive, queue) == []
        assert "locked" in str(archive.error)
        other.execute("ROLLBACK")
        archive.cancel_timer()

    asyncio.run(crawl())
    assert outcomes == ["archive error"]
    run.release()
