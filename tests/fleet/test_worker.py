"""Workers as processes: woken, stopped, killed, without their PostgreSQL."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from benchmarks.fleet import Setting, setting
from benchmarks.postgres import Postgres
from crawler.config import read
from crawler.fleet.child import Crawl, outcome_of
from crawler.fleet.leases import BUSY, DONE, FAILED, STOPPED
from crawler.fleet.papers import digest
from crawler.fleet.worker import FleetWorker


@pytest.fixture
def two(server: Postgres) -> Iterator[Setting]:
    """Two papers of six stories, slow enough that a crawl can be hit in its middle; with a
    PostgreSQL of its own. server: says whether one is installed."""
    with setting(2, 6, lease=6, delay=0.4, in_bucket=False, failing=False, durable=False) as (
        found,
        _,
    ):
        yield found


def until(condition: Callable[[], Any]) -> Any:
    while not (found := condition()):
        time.sleep(0.05)
    return found


def log(here: Setting, worker: str) -> str:
    return (here.folder / f"{worker}.log").read_text()


def test_a_killed_worker_s_paper_is_done_by_the_next_one_and_no_host_has_two_visitors(
    two: Setting,
) -> None:
    first = two.start(2)
    until(lambda: any(each.who == first and "paper" not in each.target
                      for each in two.paper_press.visits[4:]))  # fmt: skip
    two.workers[first].kill()
    second = two.start(2)
    until(lambda: not two.rows("SELECT paper FROM site_leases WHERE last_success_at IS NULL"))
    spans = {
        (row["paper"], row["holder"].split(":")[1]): (
            row["taken_at"].timestamp(), row["ended_at"].timestamp()
        )
        for row in two.rows("SELECT * FROM lease_history")
    }  # fmt: skip
    assert len(spans) == 4
    for visit in two.paper_press.visits:
        begin, end = spans[visit.paper, str(two.workers[visit.who].pid)]
        assert begin <= visit.at <= end
    assert {each.who for each in two.paper_press.visits} == {first, second}
    two.workers[second].terminate()
    assert two.workers[second].wait() == 0
    assert (
        two.rows("SELECT holder FROM fleet_workers WHERE pid = %s", two.workers[second].pid) == []
    )


def test_a_worker_that_is_stopped_gives_its_papers_back_with_what_it_has(two: Setting) -> None:
    name = two.start(2)
    until(lambda: len(two.paper_press.visits) > 12)
    two.workers[name].terminate()
    assert two.workers[name].wait() == 0
    rows = two.rows("SELECT holder, last_outcome, attempts, manifest FROM site_leases")
    assert [(row["holder"], row["attempts"]) for row in rows] == [(None, 0)] * 2
    assert {row["last_outcome"] for row in rows} <= {STOPPED, DONE}
    assert all(row["manifest"] for row in rows), "what it had is kept, and gone on with"
    again = two.start(2)
    until(lambda: not two.rows("SELECT paper FROM site_leases WHERE last_success_at IS NULL"))
    for name, paper in two.paper_press.papers.items():
        database = two.folder / f"work-{again}" / name / "archive" / "archive.db"
        with closing(sqlite3.connect(database)) as db:
            titles = [title for (title,) in db.execute("SELECT title FROM story_revisions")]
        assert sorted(titles) == sorted(story.title for story in paper.stories)
    assert "due again" in log(two, again)


def test_a_worker_that_ends_before_archives_are_in_their_place_says_so_and_the_next_has_them(
    two: Setting,
) -> None:
    name = two.start(2)
    until(lambda: len(two.paper_press.visits) > 12)
    kept = two.folder / "state"
    kept.rename(two.folder / "away")
    two.workers[name].terminate()
    assert two.workers[name].wait() == 9
    said = log(two, name)
    assert "what is new of it is in" in said
    (two.folder / "away").rename(kept)
    again = f"work-worker{len(two.workers) + 1:03}"
    (two.folder / f"work-{name}").rename(two.folder / again)
    two.start(2)
    until(lambda: not two.rows("SELECT paper FROM site_leases WHERE last_success_at IS NULL"))
    for paper, each in two.paper_press.papers.items():
        database = two.folder / again / paper / "archive" / "archive.db"
        with closing(sqlite3.connect(database)) as db:
            titles = [title for (title,) in db.execute("SELECT title FROM story_revisions")]
        assert sorted(titles) == sorted(story.title for story in each.stories)


def test_a_postgresql_that_is_away_longer_than_a_lease_ends_crawls_and_loses_nothing(
    two: Setting,
) -> None:
    name = two.start(2)
    until(lambda: len(two.paper_press.visits) > 8)
    two.server.stop(hard=True)
    until(lambda: "does not answer" in log(two, name))
    time.sleep(6)
    seen = len(two.paper_press.visits)
    time.sleep(1.5)
    assert len(two.paper_press.visits) == seen, "nobody visits without a lease"
    two.server.start()
    until(lambda: not two.rows("SELECT paper FROM site_leases WHERE last_success_at IS NULL"))
    assert two.workers[name].poll() is None
    assert "set-aside" not in log(two, name)


@pytest.mark.usefixtures("loaded_commands")
def test_the_archive_of_a_long_run_is_put_in_its_place_while_it_goes_on(two: Setting) -> None:
    said: list[str] = []
    crawl = Crawl(
        two.folder / "hemeroteca.toml", ["allow_private=1"],
        ["DOWNLOAD_DELAY=0.4", "AUTOTHROTTLE_ENABLED=False", "EXTRACT_WORKERS=1"],
    )  # fmt: skip
    config, _ = read(crawl.config.read_text())
    worker = FleetWorker(
        two.server.url, crawl, two.folder / "work", 1, lambda: digest(config), said.append,
        save_every=0.5,
    )  # fmt: skip
    thread = threading.Thread(target=worker.run)
    thread.start()
    [row] = until(lambda: two.rows(
        "SELECT paper, manifest FROM site_leases WHERE holder <> '' AND manifest <> ''"
    ))  # fmt: skip
    worker.stop()
    thread.join()
    [after] = two.rows("SELECT manifest, holder FROM site_leases WHERE paper = %s", row["paper"])
    assert after["holder"] is None
    assert after["manifest"] > row["manifest"], "and once more at its end"
    kept = [path.name for path in (two.folder / "state" / row["paper"] / "manifests").iterdir()]
    assert kept == [after["manifest"].removeprefix("manifests/")], "what was put between is gone"


def test_a_folder_of_archives_that_is_away_is_told_by_the_fleet_and_waited_for(
    two: Setting,
) -> None:
    mark, away = two.folder / "state" / "hemeroteca.fleet", two.folder / "away"
    mark.rename(away)
    name = two.start(2)
    [row] = until(lambda: two.rows("SELECT says FROM fleet_workers WHERE says <> ''"))
    assert "mount the folder that the archives are in" in row["says"]
    # the other paper's crawl may still be under way
    until(lambda: log(two, name).count("mount the folder") >= 2)
    assert two.rows("SELECT paper FROM site_leases WHERE manifest <> ''") == []
    away.rename(mark)
    until(lambda: not two.rows("SELECT paper FROM site_leases WHERE last_success_at IS NULL"))
    until(lambda: not two.rows("SELECT says FROM fleet_workers WHERE says <> ''"))
    assert not (two.folder / f"work-{name}" / "set.aside").exists()
    assert log(two, name).count("mount the folder") == 2, "once for each paper"


def test_a_worker_of_an_older_version_takes_nothing(two: Setting) -> None:
    name = two.start(1, old=True)
    assert two.workers[name].wait() == 2
    assert log(two, name).count("\n") == 1
    assert "is of version 1, and this program knows 0" in log(two, name).replace("are", "is")
    assert two.rows("SELECT paper FROM site_leases WHERE fence > 0") == []


@pytest.mark.parametrize(
    ("code", "was_ended", "outcome"),
    [
        (0, False, DONE), (0, True, DONE), (8, False, DONE), (3, False, FAILED),
        (10, False, FAILED), (4, False, BUSY), (5, False, BUSY), (130, False, STOPPED),
        (137, True, STOPPED),
        (137, False, FAILED), (1, False, FAILED),
    ],
)  # fmt: skip
def test_what_a_crawl_s_exit_code_means_for_its_lease(
    code: int, was_ended: bool, outcome: str
) -> None:
    assert outcome_of(code, was_ended=was_ended) == outcome
