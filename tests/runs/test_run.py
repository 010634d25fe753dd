"""A run's hold on its archive: what it takes when, and how it lets go."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from scrapy.utils.project import get_project_settings

from crawler.archive.database import FILE_NAME, WARC_FOLDER
from crawler.archive.lock import is_held
from crawler.errors import BusyError, MissingError
from crawler.runs import Run, offline_run
from crawler.warc.reader import Record, read_file


def rows(folder: Path) -> list[tuple[str, str, str]]:
    connection = sqlite3.connect(folder / FILE_NAME)
    try:
        found = connection.execute("SELECT spider, outcome, finished_at FROM runs ORDER BY id")
        return found.fetchall()
    finally:
        connection.close()


def test_a_run_changes_nothing_before_it_is_asked_to(tmp_path: Path) -> None:
    run = Run(tmp_path / "archive", get_project_settings(), "news", {})
    run.close_files("finished")
    run.finish("finished")
    run.release()
    assert not (tmp_path / "archive").exists()


def test_records_are_written_where_there_is_a_database(tmp_path: Path) -> None:
    run = Run(tmp_path, get_project_settings(), "news", {})
    run.hold_for_records()
    assert (tmp_path / FILE_NAME).exists()
    assert not (tmp_path / WARC_FOLDER).exists()
    run.release()
    assert not is_held(tmp_path)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (None, "finished"),
        (KeyboardInterrupt(), "shutdown"),
        (MissingError("no such newspaper"), "archive error"),
        (OSError("disk full"), "archive error"),
        (ValueError("of ours"), "fault"),
    ],
)
def test_a_run_is_closed_however_it_ends(
    tmp_path: Path, error: BaseException | None, outcome: str
) -> None:
    def end() -> None:
        with offline_run(tmp_path, get_project_settings(), "retry", {"excluded": "all"}):
            assert is_held(tmp_path)
            if error is not None:
                raise error

    if error is None:
        end()
    else:
        with pytest.raises(type(error)):
            end()
    assert not is_held(tmp_path)
    ((spider, ended, finished_at),) = rows(tmp_path)
    assert (spider, ended) == ("retry", outcome)
    (file,) = (tmp_path / WARC_FOLDER).glob("*.warc.gz")
    account = [each for each in read_file(file) if isinstance(each, Record)][-1]
    told = json.loads(account.block)
    assert (told["spider"], told["outcome"], told["finished_at"]) == ("retry", ended, finished_at)
    assert told["arguments"] == {"excluded": "all"}


def test_a_held_archive_is_left_alone(tmp_path: Path) -> None:
    with offline_run(tmp_path, get_project_settings(), "retry", {}):
        second = Run(tmp_path, get_project_settings(), "recheck", {})
        with pytest.raises(BusyError):
            second.hold()
        second.release()
        assert is_held(tmp_path)
    assert [spider for spider, *_ in rows(tmp_path)] == ["retry"]
