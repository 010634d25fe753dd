"""Somebody reads for so long that the database's log cannot be emptied."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from scrapy.utils.project import get_project_settings

from benchmarks.invented import Library
from benchmarks.library import visit
from crawler.archive import log_room
from crawler.archive.database import FILE_NAME
from crawler.extensions.session.archive import CrawlArchive
from crawler.items import Visit
from crawler.runs import Run

_MOST = 3_000_000
_BATCH = 10
_LIBRARY = Library(400)


@pytest.fixture(autouse=True)
def little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_room, "MOST", _MOST)
    monkeypatch.setattr("crawler.extensions.session.archive._PAUSE", 0.05)
    monkeypatch.setattr("crawler.runs.run._PAUSE", 0.05)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    run = Run(tmp_path, get_project_settings(), "news", {})
    run.open()
    return run


def _reader(run: Run) -> sqlite3.Connection:
    """Somebody who has begun to read, and does not end."""
    reader = sqlite3.connect(run.folder / FILE_NAME, isolation_level=None, check_same_thread=False)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM articles").fetchone()
    return reader


def _log(run: Run) -> int:
    return (run.folder / f"{FILE_NAME}-wal").stat().st_size


def _stories(run: Run) -> int:
    (count,) = run.store.db.execute("SELECT count(*) FROM articles").fetchone()
    return int(count)


def _visits(begin: int, number: int = _BATCH) -> list[Visit]:
    return [visit(_LIBRARY, begin + n) for n in range(number)]


@pytest.mark.timeout(60)
def test_a_crawl_waits_for_who_reads_and_says_so(
    run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    async def crawl() -> None:
        archive = CrawlArchive(run, get_project_settings(), lambda outcome: None)
        archive.answered = True
        with closing(_reader(run)):
            sizes = []
            for begin in range(0, 300, _BATCH):
                for each in _visits(begin):
                    archive.add(each)
                archive.flush()
                sizes.append(_log(run))
            stored = _stories(run)
            assert sizes[-1] < 2 * _MOST  # another batch is in it
            assert stored < 300
            assert archive.waits
            assert not archive.is_ready
        while archive.holds_back:
            await asyncio.sleep(0.02)
        assert _stories(run) == 300
        assert archive.error is None
        archive.cancel_timer()

    asyncio.run(crawl())
    told = [record.getMessage() for record in caplog.records if FILE_NAME in record.getMessage()]
    assert len(told) == 2
    assert "has been read by another program" in told[0]
    assert "goes on" in told[1]
    run.finish("finished")
    run.release()


def test_a_run_that_ends_stores_what_it_has_all_the_same(run: Run) -> None:
    async def crawl() -> None:
        archive = CrawlArchive(run, get_project_settings(), lambda outcome: None)
        archive.answered = True
        with closing(_reader(run)):
            run.record(_visits(0, 100))
            assert _log(run) > _MOST
            for each in _visits(100):
                archive.add(each)
            archive.flush()
            assert _stories(run) == 100
            archive.flush(is_last=True)
            assert _stories(run) == 110
        archive.cancel_timer()

    asyncio.run(crawl())
    run.finish("finished")
    run.release()


@pytest.mark.timeout(60)
def test_a_command_that_fetches_nothing_waits_where_it_is(
    run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(_reader(run)) as reader:
        run.record(_visits(0, 100))
        ends = threading.Timer(0.3, reader.execute, ("COMMIT",))
        ends.start()
        run.wait_for_readers()
        ends.join()
    assert _log(run) == 0
    assert "has been read by another program" in caplog.text
    run.finish("finished")
    run.release()
