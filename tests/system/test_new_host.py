"""A newspaper that leaves its host is the same newspaper, and its stories are the same stories."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.kill import faults
from tests.loopback import HTML, Answers, page, site

from .conftest import crawl, query, run_scrapy
from .test_history import TEXTS, story

TITLES = {name: f"What the {name} said in the town" for name in TEXTS}
OLD = {name: f"/2026/03/{name}-said" for name in TEXTS}
NEW = {name: f"/artikel/{number}-{name}.html" for number, name in enumerate(TEXTS, 1)}


def newspaper(paths: dict[str, str], **more: str) -> Answers:
    answers: Answers = {"/": page(*paths.values()), "/robots.txt": (404, {}, b"")}
    for name, path in paths.items():
        text = story(name, TITLES[name], more=more.get(name, ""))
        answers[path] = (200, HTML, text.encode())
    return answers


def articles(folder: Path) -> list[tuple[str, int, bool]]:
    rows = query(folder, "SELECT url, revisions, gone_at IS NULL AS there FROM stories")
    return sorted((row["url"], row["revisions"], bool(row["there"])) for row in rows)


@pytest.fixture
def hosts() -> Iterator[tuple[Answers, str, Answers, str]]:
    """Answers and address of the old host, and of the new one."""
    old, new = newspaper(OLD), newspaper(NEW)
    with site(old) as before, site(new) as after:
        yield old, before, new, after.replace("127.0.0.1", "localhost")


@pytest.mark.parametrize("old_stories", ["lead to where they are", "lead home", "are not there"])
def test_its_stories_are_at_their_new_addresses(
    tmp_path: Path, hosts: tuple[Answers, str, Answers, str], old_stories: str
) -> None:
    folder = tmp_path / "a"
    old, before, new, after = hosts
    assert crawl("news", folder, site=before).returncode == 0
    old["/"] = (301, {"Location": f"{after}/"}, b"")
    for name, path in OLD.items():
        target = NEW[name] if old_stories == "lead to where they are" else "/"
        is_there = old_stories != "are not there"
        old[path] = (301, {"Location": after + target}, b"") if is_there else (404, {}, b"")
    # the run that finds the move, and one that visits all of it again
    for revisit in ("due", "now"):
        done = crawl("news", folder, site=before, revisit=revisit)
        assert done.returncode == 0
        assert f"{before}/ leads to {after.partition('//')[2]}: " in done.stderr
        assert articles(folder) == sorted((before + path, 1, True) for path in OLD.values())
    # who looks after it enters the new address
    name = next(iter(OLD))
    more = f"<p>{'The mayor spoke of it, too, in the hall by the river. ' * 4}</p>" * 9
    new.update(newspaper(NEW, **{name: more}))
    done = crawl("news", folder, site=after, revisit="now")
    assert (done.returncode, done.stderr) == (0, "")
    told = sorted((before + path, 1 + (each == name), True) for each, path in OLD.items())
    assert articles(folder) == told
    new[NEW[name]] = (410, {}, b"")
    assert crawl("news", folder, site=after, revisit="now").returncode == 0
    gone = sorted((url, n, n == 1) for url, n, _ in told)
    assert articles(folder) == gone
    assert faults(folder) == []
    union = tmp_path / "u.db"
    assert run_scrapy("merge", "-o", str(union), str(folder)).returncode == 0
    with closing(sqlite3.connect(union)) as db:
        assert sorted(db.execute("SELECT url, revisions, gone_at IS NULL FROM stories")) == gone
    (folder / "archive.db").unlink()
    assert run_scrapy("rebuild", str(folder)).returncode == 0
    assert articles(folder) == gone


def test_what_another_newspaper_has_too_is_its_own(
    tmp_path: Path, hosts: tuple[Answers, str, Answers, str]
) -> None:
    folder = tmp_path / "a"
    _, before, _, after = hosts
    assert crawl("news", folder, site=f"{before},{after}").returncode == 0
    assert len(articles(folder)) == 2 * len(TEXTS)


def test_what_leads_to_a_story_of_another_newspaper_changes_nothing_there(
    tmp_path: Path, hosts: tuple[Answers, str, Answers, str]
) -> None:
    folder = tmp_path / "a"
    old, before, new, after = hosts
    crawl("news", folder, site=f"{before},{after}")
    (name, path), *_ = OLD.items()
    old[path] = (301, {"Location": after + NEW[name]}, b"")
    assert crawl("news", folder, site=before, revisit="now").returncode == 0
    state = "SELECT state FROM urls WHERE url = ?"
    assert query(folder, state, after + NEW[name]) == [{"state": "done"}]
    assert query(folder, "SELECT event FROM story_events") == [{"event": "gone"}]
    new[NEW[name]] = (200, HTML, story(name, "It was otherwise, says the council").encode())
    assert crawl("news", folder, site=after, revisit="now").returncode == 0
    revised = query(folder, "SELECT url FROM stories WHERE revisions = 2")
    assert revised == [{"url": after + NEW[name]}]
    assert faults(folder) == []


def test_what_leads_to_a_newspaper_that_is_not_known_yet_keeps_none_of_its_stories_from_it(
    tmp_path: Path, hosts: tuple[Answers, str, Answers, str]
) -> None:
    folder = tmp_path / "a"
    old, before, _, after = hosts
    (name, path), *_ = OLD.items()
    old[path] = (301, {"Location": after + NEW[name]}, b"")
    assert crawl("news", folder, site=before).returncode == 0
    assert crawl("news", folder, site=after).returncode == 0
    assert sum(url.startswith(after) for url, _, _ in articles(folder)) == len(NEW)
    both = tmp_path / "both"
    assert crawl("news", both, site=f"{before},{after}").returncode == 0
    assert sum(url.startswith(after) for url, _, _ in articles(both)) == len(NEW)
