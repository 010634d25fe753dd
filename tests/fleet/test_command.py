"""`scrapy fleet`, as it is typed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from crawler.commands.fleet import span
from crawler.fixity.archive import verify
from crawler.fleet.leases import DONE, give_back, take
from crawler.fleet.places import place_of
from crawler.fleet.state import Workplace
from tests.system.conftest import Archived, archived, loaded, run_loaded  # noqa: F401 (a fixture)

from .conftest import Fleet, papers, worker


def typed(url: str, *words: str) -> tuple[int, str, str]:
    done = run_loaded(loaded(), "fleet", *words, DATABASE_URL=url)
    return done.returncode, done.stdout, done.stderr


def status(url: str) -> Any:
    return json.loads(typed(url, "status", "--json")[1])


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "hemeroteca.toml"
    path.write_text(
        'contact = "a@library.example"\n[defaults]\nevery = "6 hours"\n'
        '[papers.daily]\naddress = "https://daily.example/"\n'
        '[papers.weekly]\naddress = "https://weekly.example/"\nevery = "1 week"\n'
    )
    return path


def test_a_fleet_from_its_making_to_its_numbers(url: str, config: Path, tmp_path: Path) -> None:
    code, _, err = typed(url, "status")
    assert code == 7
    assert "fleet init" in err
    state = tmp_path / "state"
    assert typed(url, "init", "--state", str(state))[0] == 0
    assert list(state.rglob("*.json")) == [], "trying it leaves nothing"
    code, out, _ = typed(url, "add", "--config", str(config))
    assert (code, out.startswith("2 papers new, 0 changed")) == (0, True)
    code, out, _ = typed(url, "schedule", "--json")
    assert {each["paper"]: each["every_seconds"] for each in json.loads(out)} == {
        "daily": 21_600.0, "weekly": 604_800.0,
    }  # fmt: skip
    assert typed(url, "pause", "daily")[0] == 0
    numbers = tmp_path / "fleet.prom"
    assert typed(url, "status", "--metrics", str(numbers))[0] == 0
    text = numbers.read_text()
    assert 'hemeroteca_fleet_papers{state="paused"} 1.0' in text
    assert 'hemeroteca_fleet_papers{state="due"} 1.0' in text
    assert re.search(r'hemeroteca_fleet_paper_lag_seconds\{paper="weekly"\} [0-9.]+', text)
    code, out, _ = typed(url, "status", "--json")
    assert [each["state"] for each in json.loads(out)["papers"]] == ["paused", "due"]
    config.write_text(config.read_text().replace("weekly", "monthly"))
    code, out, _ = typed(url, "add", "--config", str(config))
    assert "1 paper new, 0 changed, 1 not in hemeroteca.toml any more" in out
    code, out, _ = typed(url, "status", "--all")
    assert re.search(r"weekly +retired", out)
    # made once more, it keeps its papers
    assert typed(url, "init", "--state", str(state), "--lease", "90")[0] == 0
    assert json.loads(typed(url, "status", "--json")[1])["lease_seconds"] == 90


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "say what to do: init, add"),
        (("fly",), "say what to do"),
        (("init",), "--state is missing"),
        (("init", "--state", "x", "--lease", "soon"), "--lease soon must be seconds"),
        (("init", "--state", "gopher://x/y"), "no address of an object store"),
        (("status", "--slots", "3"), "--slots is of fleet worker"),
        (("status", "daily"), "daily: fleet status takes no further words"),
        (("schedule", "--now"), "name the papers"),
        (("worker", "--slots", "0"), "--slots 0 must be a number"),
        (("worker", "-a", "site=x"), "the fleet says which paper goes where"),
        (("worker", "-a", "max_page=3"), "unknown argument max_page="),
        (("worker", "-a", "since=soon"), "since=soon"),
        (("worker", "-s", "DOWNLOAD_DELY=3"), "did you mean DOWNLOAD_DELAY?"),
        (("schedule", "daily", "--now", "--json"), "without --now"),
        (("fetch", "daily"), "name one paper, and a folder"),
        (("fetch", "daily", "--to", "/"), "/ is there already"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(
    words: tuple[str, ...], says: str, tmp_path: Path
) -> None:
    code, _, err = typed("postgresql://nobody@127.0.0.1:9/nothing", *words)
    assert code == 2
    assert says in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("url", "code", "says"),
    [
        ("", 2, "DATABASE_URL is not set"),
        ("mysql://x/y", 2, "no address of a PostgreSQL"),
        ("postgresql://secret:word@127.0.0.1:9/nothing", 3, "PostgreSQL does not answer"),
    ],
)
def test_a_postgresql_that_is_not_there_is_told_without_its_password(
    url: str, code: int, says: str
) -> None:
    found, _, err = typed(url, "status")
    assert (found, err.count("\n")) == (code, 1)
    assert says in err
    assert "word" not in err


def test_spans_are_short() -> None:
    assert [span(s) for s in (0, 59, 60, 3_600, 90_000, 604_800)] == [
        "0 s", "59 s", "1 min", "1 h", "1 day 1 h", "7 days",
    ]  # fmt: skip


def test_a_fleet_is_not_told_of_a_place_that_has_none_of_its_archives(
    url: str, config: Path, tmp_path: Path, sql: Callable[..., list[tuple[Any, ...]]]
) -> None:
    first, other = tmp_path / "first", tmp_path / "other"
    assert typed(url, "init", "--state", str(first))[0] == 0
    assert typed(url, "add", "--config", str(config))[0] == 0
    sql("UPDATE site_leases SET manifest = 'manifests/1.json' WHERE paper = 'daily'")
    code, _, err = typed(url, "init", "--state", str(other))
    assert (code, "none of the fleet's archives" in err, other.exists()) == (2, True, False)
    (other / "daily" / "manifests").mkdir(parents=True)
    (other / "daily" / "manifests" / "1.json").write_text("{}")
    assert typed(url, "init", "--state", str(other))[0] == 0


def test_a_paper_that_rests_or_is_gone_is_not_said_to_be_due(
    url: str, config: Path, tmp_path: Path
) -> None:
    assert typed(url, "init", "--state", str(tmp_path / "state"))[0] == 0
    assert typed(url, "add", "--config", str(config))[0] == 0
    assert typed(url, "pause", "daily")[0] == 0
    assert "fleet resume daily has it go on" in typed(url, "schedule", "daily", "--now")[1]
    config.write_text(config.read_text().replace("weekly", "monthly"))
    assert typed(url, "add", "--config", str(config))[0] == 0
    code, _, err = typed(url, "schedule", "weekly", "--now")
    assert (code, "no such paper" in err) == (2, True)


def test_the_file_of_another_fleet_does_not_end_this_one(
    url: str, config: Path, tmp_path: Path
) -> None:
    assert typed(url, "init", "--state", str(tmp_path / "state"))[0] == 0
    assert typed(url, "add", "--config", str(config))[0] == 0
    other = tmp_path / "other.toml"
    other.write_text(config.read_text().replace("daily", "kurier").replace("weekly", "morgen"))
    code, _, err = typed(url, "add", "--config", str(other))
    assert (code, "lacks 2 of the fleet's 2 papers (daily, …)" in err) == (2, True)
    states = {each["paper"]: each["state"] for each in status(url)["papers"]}
    assert states == {"daily": "due", "weekly": "due"}
    assert typed(url, "add", "--config", str(other), "--remove")[0] == 0
    states = {each["paper"]: each["state"] for each in status(url)["papers"]}
    assert states == {"daily": "retired", "weekly": "retired", "kurier": "due", "morgen": "due"}
    # half of them may go without a word
    other.write_text(other.read_text().replace("morgen", "abend"))
    assert typed(url, "add", "--config", str(other))[0] == 0


def test_an_archive_of_the_fleet_is_fetched_to_read(
    fleet: Fleet, url: str, tmp_path: Path, archived: Archived  # noqa: F811
) -> None:  # fmt: skip
    fleet.add(papers("daily", "weekly"))
    place = place_of(str(fleet.state), "daily")
    here = Workplace(tmp_path / "work", "daily")
    here.enter()
    here.begin()
    copytree(archived.folder, here.archive, dirs_exist_ok=True)
    lease = take(fleet.db, worker("a"), fleet.digest)
    assert lease is not None
    assert lease.paper == "daily"
    manifest = here.put(place, lease, 1, lambda count: None)
    give_back(fleet.db, lease, DONE, 0, manifest)
    to = tmp_path / "copy"
    code, out, _ = typed(url, "fetch", "daily", "--to", str(to))
    assert (code, f"status {to}" in out) == (0, True)
    assert verify(to).sound
    code, _, err = typed(url, "fetch", "daily", "--to", str(to))
    assert (code, "is there already" in err) == (2, True)
    code, _, err = typed(url, "fetch", "weekly", "--to", str(tmp_path / "none"))
    assert (code, "weekly has no archive yet" in err) == (7, True)
    (fleet.state / "daily" / str(manifest)).unlink()
    code, _, err = typed(url, "fetch", "daily", "--to", str(tmp_path / "none"))
    assert (code, "is not there" in err, (tmp_path / "none").exists()) == (6, True, False)
