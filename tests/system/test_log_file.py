"""A log file: lines of JSON, an event for each fact, and nothing that a page or a secret says."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scrapy import Spider

from crawler.archive.findings import Finding
from crawler.archive.site_profiles import LayoutChange, Learned
from crawler.events import LOGGER, event
from crawler.items import Visit
from crawler.log import ShownRecord
from crawler.log_file import JsonLines, Words
from crawler.reasons import Reason
from crawler.runs.facts import tell_of_findings, tell_of_lesson
from crawler.urls import site_host
from tests.loopback import Answers, page, site

from .conftest import FULL_SPEED, crawl, run_scrapy
from .test_runs import story

PATHS = [f"/2024/11/{number:02}/ferry-number-{number}-late" for number in range(1, 4)]


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]


def named(path: Path, name: str) -> list[dict[str, Any]]:
    return [each for each in lines(path) if each.get("event") == name]


def test_a_run_tells_of_each_thing_once(tmp_path: Path) -> None:
    answers: Answers = {"/": page(*PATHS), **{p: story(n) for n, p in enumerate(PATHS, 1)}}
    answers[PATHS[2]] = (500, {}, b"")
    answers["/robots.txt"] = (200, {}, b"Sitemap: /none.xml")
    log = tmp_path / "log.jsonl"
    with site(answers) as home:
        assert crawl("news", tmp_path / "a", "--logfile", str(log), site=home).returncode == 0
        assert sorted(e["url"] for e in named(log, "story_new")) == [home + p for p in PATHS[:2]]
        failed = named(log, "story_failed")
        assert [(each["url"], each["reason"]) for each in failed] == [(home + PATHS[2], "HTTP 500")]
        (started,), (ended,), (paper,) = (
            named(log, name) for name in ("run_started", "run_ended", "paper_done")
        )
        assert (started["run"], started["spider"]) == (1, "news")
        assert (ended["outcome"], ended["exit_code"], ended["new_articles"]) == ("finished", 0, 2)
        assert (paper["host"], paper["outcome"]) == (home.removeprefix("http://"), "finished")
        assert [each["event"] for each in lines(log)][-1] == "run_ended"
        assert all(each["time"].endswith("Z") for each in lines(log))
        assert "late" not in log.read_text().replace("-late", "")  # nothing of the pages
        # as a person is shown it
        answers[PATHS[0]] = (200, story(1)[1], story(1)[2].replace(b"is late", b"is later still"))
        done = crawl(
            "news", tmp_path / "a", "--loglevel", "INFO", site=home, revisit="now"
        )  # fmt: skip
        assert f"story revised url={home}{PATHS[0]}" in done.stderr
        assert '"event"' not in done.stderr


def test_a_run_that_reaches_nobody_ends_in_the_log_too(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    done = crawl(
        "news", tmp_path / "a", "--logfile", str(log), "-s", "RETRY_TIMES=0",
        site="http://127.0.0.1:9/",
    )  # fmt: skip
    assert done.returncode == 3
    assert [each["outcome"] for each in named(log, "run_ended")] == ["unreachable"]


def test_stories_are_in_no_log_however_much_is_logged(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    with site({"/": page(PATHS[0]), PATHS[0]: story(1)}) as home:
        crawl("news", tmp_path / "a", "--logfile", str(log), "--loglevel", "DEBUG", site=home)
    assert named(log, "story_new")
    assert "Ferry number" not in log.read_text()
    assert all("event" in each or "logger" in each for each in lines(log))


def test_a_notification_is_told_without_its_address(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    config = tmp_path / "hemeroteca.toml"
    with site({"/": page(PATHS[0]), PATHS[0]: story(1)}) as home:
        config.write_text(
            "[notify]\nto = ['json://127.0.0.1:9/s3cret']\nwhen = 'always'\n"
            f"[papers.a]\naddress = '{home}'\n"
        )
        run_scrapy(
            "crawl", "news", "--config", str(config), "-a", "allow_private=1", "--logfile",
            str(log), *FULL_SPEED,
        )  # fmt: skip
    (sent,) = named(log, "notification_sent")
    assert (sent["title"], sent["undelivered"]) == ("Hemeroteca: all is well", 1)
    assert "s3cret" not in log.read_text()


def test_a_host_that_is_left_alone_for_a_while_is_told(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    refuses = (503, {"Retry-After": "1"}, b"")
    with site({"/": page(*PATHS[:2]), PATHS[0]: story(1), PATHS[1]: refuses}) as home:
        crawl("news", tmp_path / "a", "--logfile", str(log), "-s", "RETRY_TIMES=0", site=home)
    paused = named(log, "host_paused")
    assert {(each["host"], each["seconds"], each["status"]) for each in paused} == {
        (site_host(home), 1, 503)
    }


@pytest.fixture
def logger(tmp_path: Path) -> Iterator[logging.Logger]:
    """One that writes into `log` in tmp_path, as a crawl does."""
    handler = JsonLines(str(tmp_path / "log"), "WARNING")
    before = logging.getLogRecordFactory()
    logging.setLogRecordFactory(ShownRecord)
    logging.root.addHandler(handler)
    logging.getLogger(LOGGER).setLevel(logging.INFO)
    yield logging.getLogger("a.module")
    logging.getLogger(LOGGER).setLevel(logging.NOTSET)
    logging.root.removeHandler(handler)
    handler.close()
    logging.setLogRecordFactory(before)


def test_a_file_that_is_rotated_loses_no_line(tmp_path: Path, logger: logging.Logger) -> None:
    event("first", number=1)
    (tmp_path / "log").rename(tmp_path / "log.1")
    event("second", number=2)
    assert [each["event"] for each in lines(tmp_path / "log.1")] == ["first"]
    assert [each["event"] for each in lines(tmp_path / "log")] == ["second"]


def test_a_pipe_that_nobody_reads_is_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    done = run_scrapy("status", "--logfile", str(tmp_path / "pipe"), timeout=60)
    assert done.returncode == 2
    assert "pipe cannot be written (No such device or address)" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="there is no /dev/full here")
def test_a_disk_that_is_full_is_told_once(capfd: pytest.CaptureFixture[str]) -> None:
    handler = JsonLines("/dev/full", "DEBUG")
    logger = logging.Logger("full")
    logger.addHandler(handler)
    for number in range(2_000):
        logger.info("line %s", number)
    handler.close()
    (line,) = capfd.readouterr().err.splitlines()
    assert "/dev/full cannot be written (No space left on device): lines are lost" in line


def test_what_is_learned_and_found_is_told(tmp_path: Path, logger: logging.Logger) -> None:
    change = LayoutChange("layout", "2026-01-02", "h1.a", "h1.b", ("https://a.example/1",))
    tell_of_lesson(
        Learned("a.example", "2026-01-03", "1", 20, (), "", "", (change,))
    )  # fmt: skip
    one = Finding(
        7,
        "a.example",
        "silent",
        "",
        "error",
        "2026-01-02",
        "2026-01-04",
        {"expected": 4},
        (),
        "open",
    )
    tell_of_findings([one], [one])
    told = lines(tmp_path / "log")
    assert [each["event"] for each in told] == [
        "profile_learned", "layout_changed", "finding", "finding_over",
    ]  # fmt: skip
    assert (told[1]["field"], told[1]["url"]) == ("layout", "https://a.example/1")
    assert (told[2]["number"], told[2]["kind"], told[2]["severity"]) == (7, "silent", "error")
    assert "url" not in told[2]


def test_an_item_is_named_and_not_shown() -> None:
    visit = Visit("https://a.example/1", "page", "done", Reason("no_article", "list"))
    for said in (
        Words().item_error(visit, ValueError("x"), None, Spider("a")),
        Words().dropped(visit, ValueError("x"), None, Spider("a")),
    ):
        shown = str(said["msg"]) % said["args"]
        assert "https://a.example/1" in shown
        assert "no_article" not in shown


def test_what_strangers_say_ends_no_line_and_steers_no_terminal(
    tmp_path: Path, logger: logging.Logger
) -> None:
    evil = "\x1b[2J\n\u202e\x9b\udcff\u2028 {}"
    event("story_failed", url=evil, reason=evil)
    logger.warning("it said %s", evil)
    try:
        raise ValueError(evil)
    except ValueError:
        logger.exception("it broke")
    logger.info("not asked for")
    text = (tmp_path / "log").read_bytes()
    assert text.count(b"\n") == 3
    assert all(byte == 10 or 32 <= byte < 127 for byte in text)
    told, warned, broke = lines(tmp_path / "log")
    assert told["reason"] == evil
    assert warned["level"] == "warning"
    assert "ValueError" in broke["traceback"]
