"""A run's numbers for Prometheus, as its own parser reads them."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
from prometheus_client import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from prometheus_client.parser import text_string_to_metric_families as as_the_collector_does

from crawler.metrics import write_metrics
from tests.loopback import Answers, page, site

from .conftest import FULL_SPEED, run_scrapy
from .test_runs import story

PATHS = [f"/2024/11/{number:02}/ferry-number-{number}-late" for number in range(1, 4)]
NOW = "2026-11-29T02:00:00Z"


def families(path: Path) -> dict[str, Metric]:
    return {each.name: each for each in text_string_to_metric_families(path.read_text())}


def values(path: Path) -> dict[str, float]:
    """Name with labels → value."""
    return {
        " ".join([each.name.removeprefix("hemeroteca_"), *each.labels.values()]): each.value
        for family in families(path).values()
        for each in family.samples
    }


def test_a_run_is_in_numbers_by_paper_and_a_failed_one_too(tmp_path: Path) -> None:
    answers: Answers = {"/": page(*PATHS), **{p: story(n) for n, p in enumerate(PATHS, 1)}}
    answers[PATHS[2]] = (500, {}, b"")
    config, file = tmp_path / "hemeroteca.toml", tmp_path / "run.prom"

    def crawl_with(home: str) -> int:
        config.write_text(f"metrics = 'run.prom'\n[papers.daily]\naddress = '{home}'\n")
        return run_scrapy(
            "crawl", "news", "--config", str(config), "-a", "allow_private=1", *FULL_SPEED,
            "-s", "RETRY_TIMES=0",
        ).returncode  # fmt: skip

    with site(answers) as home:
        assert crawl_with(home) == 0
        first = values(file)
        assert first["run_exit_code"] == 0
        assert first["paper_new_stories daily"] == 2
        assert first["paper_failed_urls daily"] == 1
        assert first["paper_received_bytes daily"] > 1_000
        assert first["open_findings error"] == first["open_findings note"] == 0
        assert first["archive_free_bytes"] > 0
        new_at = first["paper_last_new_story_timestamp_seconds daily"]
        assert first["run_start_timestamp_seconds"] <= new_at
        assert new_at <= first["run_end_timestamp_seconds"]
        assert first["last_success_timestamp_seconds"] == new_at
        answers["/"] = (403, {}, b"")
        assert crawl_with(home) == 10
    failed = values(file)
    assert failed["run_exit_code"] == 10
    assert failed["paper_last_new_story_timestamp_seconds daily"] == new_at
    assert failed["last_success_timestamp_seconds"] == new_at
    assert failed["run_start_timestamp_seconds"] >= first["run_end_timestamp_seconds"]
    # of units, texts and labels: nothing grows but with the papers
    for family in families(file).values():
        assert family.type == "gauge"
        assert family.documentation
        assert all(set(each.labels) <= {"paper", "level"} for each in family.samples)
        assert family.unit == "" or family.name.endswith(f"_{family.unit}")
    collected = list(as_the_collector_does(file.read_text()))
    assert {each.name for each in collected} == set(families(file))
    config.write_text("metrics = 'run.prom'\nnotify = 3\n[papers.daily]\naddress = 'a.example'\n")
    # what the configuration says is not followed where it has mistakes
    assert run_scrapy("crawl", "news", "--config", str(config)).returncode == 11
    assert values(file) == failed


def test_a_run_that_could_not_begin_is_in_numbers(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "archive.db").write_bytes(b"no database at all" * 100)
    file = tmp_path / "run.prom"
    done = run_scrapy(
        "crawl", "news", "-a", "site=http://127.0.0.1:9", "-a", f"archive={tmp_path / 'a'}",
        "-s", f"METRICS_FILE={file}", "-a", "allow_private=1",
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert values(file)["run_exit_code"] == 2


def test_a_file_that_cannot_be_written_is_told_before_the_run(tmp_path: Path) -> None:
    config, told = tmp_path / "hemeroteca.toml", tmp_path / "told"
    config.write_text(
        "metrics = 'none/run.prom'\n[papers.daily]\naddress = 'http://127.0.0.1:9/'\n"
        f"[notify]\ncommand = ['cp', '/dev/stdin', '{told}']\n"
    )
    done = run_scrapy("crawl", "news", "--config", str(config))
    assert done.returncode == 2
    assert "is no folder that can be written to" in done.stderr
    assert "is no folder that can be written to" in told.read_text()  # whoever sleeps knows it, too


def test_whoever_reads_finds_a_whole_file(tmp_path: Path) -> None:
    file = tmp_path / "run.prom"
    write_metrics(file, NOW, 0, [])
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    done = threading.Event()

    def write() -> None:
        for code in range(50):
            write_metrics(file, NOW, code, [])
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not done.is_set():
        assert "run_exit_code" in values(file)
    writer.join()
    assert [each.name for each in tmp_path.iterdir()] == ["run.prom"]


def test_what_cannot_be_written_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "run.prom"
    write_metrics(file, NOW, 3, [])

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fdopen", fails)
    with pytest.raises(OSError, match="No space"):
        write_metrics(file, NOW, 4, [])
    monkeypatch.undo()
    assert values(file)["run_exit_code"] == 3
    assert len(list(tmp_path.iterdir())) == 1
