"""Profiles that a run learns at its end, and what stands in the archive then."""

from __future__ import annotations

import json
import random
import shutil
import signal
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from benchmarks.kill import faults
from crawler.extract.version import extractor_version
from tests.learn.newspaper import Story
from tests.loopback import HTML, Answers, site
from tests.system.conftest import LEARNING, crawl, query, run_scrapy
from tests.system.test_interrupted import start, wait_for_stories

pytestmark = pytest.mark.usefixtures("loaded_commands")

COFFEE = "Our reporters drink a lot of coffee, and every cup of it is paid for by people like you."
BOX = f"<div class='mug'><p>{COFFEE}</p></div>"
TOLD = (
    "SELECT a.url, r.number, r.title, r.authors, r.extractor, t.body_text FROM revisions r"
    " JOIN articles a ON a.id = r.article_id JOIN revision_texts t ON t.revision_id = r.id"
    " ORDER BY a.url, r.number"
)
LINKS = "SELECT from_url, relation, label, to_url, position FROM story_links ORDER BY 1, 2, 3, 4"


def newspaper(stories: Sequence[Story]) -> Answers:
    """Its stories, and a home page that links to them."""
    paths = {f"/2024/05/a-story-of-the-town-{s.number}": s for s in stories}
    front = "".join(f'<h2><a href="{path}">{s.title}</a></h2>' for path, s in paths.items())
    answers: Answers = {path: (200, HTML, s.html.encode()) for path, s in paths.items()}
    answers["/"] = (200, HTML, f"<html><body><main>{front}</main></body></html>".encode())
    return answers


def stories_of(count: int, **given: str) -> list[Story]:
    return [Story(n, inside=BOX, **given) for n in range(count)]


def test_a_run_learns_at_its_end_and_reads_again(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    with site(newspaper(stories_of(24))) as home:
        crawl("news", folder, *LEARNING, site=home)
    rows = query(folder, TOLD)
    assert len(rows) == 24
    assert not any(COFFEE in row["body_text"] for row in rows)
    (learned,) = query(folder, "SELECT * FROM site_profiles")
    assert learned["stories"] == 24
    assert {row["extractor"] for row in rows} == {f"{extractor_version()}+{learned['rules']}"}
    pages = json.loads(learned["learned_from"])
    ids = {row["record_id"] for row in query(folder, "SELECT record_id FROM captures")}
    assert len(pages) == 24
    assert set(pages) <= ids
    assert query(folder, "SELECT new_revisions FROM runs") == [{"new_revisions": 0}]
    assert query(folder, "SELECT * FROM edited_stories") == []
    found = query(folder, "SELECT rowid FROM stories_fts WHERE stories_fts MATCH ?", "coffee")
    assert found == []
    assert faults(folder) == []
    assert run_scrapy("verify", str(folder)).returncode == 0
    said = run_scrapy("profile", home.removeprefix("http://"), "-a", f"archive={folder}").stdout
    assert "learned from 24 stories, on 20" in said
    assert "our reporters drink a lot of coffee" in said


def test_what_stands_depends_on_no_order_and_no_end_before(tmp_path: Path) -> None:
    stories, found = stories_of(24), []
    answers: Answers = {}
    with site(answers) as url:
        for name in ("a", "b"):
            random.Random(name).shuffle(stories)
            answers.update(newspaper(stories))
            folder = tmp_path / name
            if name == "b":  # in pieces, of which the first are too small to teach
                names = tmp_path / "urls.txt"
                for part in (stories[:5], stories[5:19]):
                    paths = [f"{url}/2024/05/a-story-of-the-town-{s.number}\n" for s in part]
                    names.write_text("".join(paths))
                    crawl("article", folder, *LEARNING, urls=str(names))
                assert query(folder, "SELECT * FROM site_profiles") == []
            crawl("news", folder, *LEARNING, site=url)
            profiles = query(folder, "SELECT stories, rules, profile FROM site_profiles")
            found.append((profiles, query(folder, TOLD), query(folder, LINKS)))
    assert found[0] == found[1]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A newspaper, and an archive of it whose run learned to its end."""
    folder = tmp_path_factory.mktemp("undisturbed") / "a"
    with site(newspaper(stories_of(60))) as home:
        crawl("news", folder, *LEARNING, site=home)
        yield home, folder


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_ended_while_it_learns_leaves_it_to_the_next_one(
    tmp_path: Path, undisturbed: tuple[str, Path], how: signal.Signals
) -> None:
    folder, (home, whole) = tmp_path / "a", undisturbed
    with start(home, folder, delay=0) as run:
        wait_for_stories(folder, 60)
        run.send_signal(how)
        run.communicate(timeout=60)
    crawl("news", folder, *LEARNING, site=home)
    profiles = "SELECT stories, rules, profile FROM site_profiles"
    assert len(query(whole, profiles)) == 1
    assert query(folder, TOLD) == query(whole, TOLD)
    assert query(folder, LINKS) == query(whole, LINKS)
    assert query(folder, profiles) == query(whole, profiles)
    assert faults(folder) == []


def test_a_second_run_begins_with_it(tmp_path: Path) -> None:
    folder, stories = tmp_path / "a", stories_of(28)
    answers = newspaper(stories[:24])
    with site(answers) as home:
        crawl("news", folder, *LEARNING, site=home)
        answers.update(newspaper(stories))
        crawl("news", folder, *LEARNING, site=home, revisit="now")
    rows = query(folder, TOLD)
    assert [row["number"] for row in rows] == [1] * 28  # nothing was edited
    assert not any(COFFEE in row["body_text"] for row in rows)
    assert len(query(folder, "SELECT * FROM site_profiles")) == 1  # 28 are not half as many more


def test_what_a_profile_changed_and_the_next_one_does_not_is_read_again(tmp_path: Path) -> None:
    folder, logo = tmp_path / "a", "https://gazette.example/logo.jpg"
    head = f"<meta property='og:image' content='{logo}'>"
    # a third of the stories have the same picture, then too few for it to be nobody's
    stories = [Story(n, head=head if n < 8 or 24 <= n < 26 else "") for n in range(72)]
    pictures = "SELECT count(*) AS n FROM images WHERE url = ?"
    answers = newspaper(stories[:24])
    with site(answers) as home:
        crawl("news", folder, *LEARNING, site=home)
        assert query(folder, pictures, logo) == [{"n": 0}]
        answers.update(newspaper(stories))
        crawl("news", folder, *LEARNING, site=home)
    assert len(query(folder, "SELECT rowid FROM site_profiles")) == 2
    assert query(folder, pictures, logo) == [{"n": 10}]
    assert " 0 changed" in run_scrapy("reextract", str(folder), "--again").stdout


def test_a_user_may_want_none_of_it(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    with site(newspaper(stories_of(21))) as home:
        crawl("news", folder, "-s", "LEARN_PROFILES=0", site=home)
    assert query(folder, "SELECT * FROM site_profiles") == []
    assert all(COFFEE in row["body_text"] for row in query(folder, TOLD))


def test_an_import_learns_and_a_rebuild_has_what_was_learned(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    with site(newspaper(stories_of(24))) as home:
        crawl("news", folder, "-s", "LEARN_PROFILES=0", site=home)
    other = tmp_path / "b"
    files = sorted(map(str, (folder / "warc").iterdir()))
    assert run_scrapy("import", *files, "-a", f"archive={other}").returncode == 0
    before = query(other, TOLD), query(other, LINKS)
    profiles = query(other, "SELECT * FROM site_profiles")
    assert len(profiles) == 1
    assert not any(COFFEE in row["body_text"] for row in before[0])
    (other / "archive.db").unlink()
    done = run_scrapy("rebuild", str(other))
    assert done.returncode == 0, done.stderr
    assert (query(other, TOLD), query(other, LINKS)) == before
    assert query(other, "SELECT * FROM site_profiles") == profiles
    assert run_scrapy("reextract", str(other)).stdout.startswith("0 pages")
    assert faults(other) == []


def test_a_rebuild_knows_what_was_read_with_a_written_profile_too(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    (folder / "sites").mkdir(parents=True)
    with site(newspaper(stories_of(24))) as home:
        host = home.removeprefix("http://")
        (folder / "sites" / "any.toml").write_text(f"host = '{host}'\n[fields]\nsection = 'h6'\n")
        crawl("news", folder, *LEARNING, site=home)
    before = query(folder, TOLD)
    (learned,) = query(folder, "SELECT rules FROM site_profiles")
    assert {row["extractor"] for row in before} == {f"{extractor_version()}+{learned['rules']}"}
    (folder / "archive.db").unlink()
    assert run_scrapy("rebuild", str(folder)).returncode == 0
    assert query(folder, TOLD) == before
    assert run_scrapy("reextract", str(folder)).stdout.startswith("0 pages")
    assert faults(folder) == []


def test_edits_of_before_and_after_are_compared_by_one_reading(tmp_path: Path) -> None:
    folder, stories = tmp_path / "a", stories_of(22)
    answers = newspaper(stories)
    with site(answers) as home:
        crawl("news", folder, "-s", "LEARN_PROFILES=0", site=home)
        told = stories[3].paragraphs[1]
        stories[3].paragraphs[1] = told.replace("The ", "A much older ", 1)
        answers.update(newspaper(stories))
        crawl("news", folder, *LEARNING, site=home, revisit="now")
    rows = query(folder, TOLD)
    assert len(rows) == 23
    assert len({row["extractor"] for row in rows}) == 1  # both revisions were read anew
    assert not any(COFFEE in row["body_text"] for row in rows)
    (edit,) = query(folder, "SELECT number, changed, words_out, words_in FROM edited_stories")
    assert edit == {"number": 2, "changed": "body", "words_out": 1, "words_in": 3}


@pytest.mark.parametrize("damage", ["UPDATE site_profiles SET profile = 'x ='"])
def test_a_profile_that_cannot_be_read_is_none(tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "a"
    with site(newspaper(stories_of(21))) as home:
        crawl("news", folder, *LEARNING, site=home)
        copy = tmp_path / "b"
        shutil.copytree(folder, copy)
        with sqlite3.connect(copy / "archive.db") as db:
            db.execute("DROP TRIGGER site_profiles_are_never_changed")
            db.execute(damage)
        done = crawl("news", copy, *LEARNING, site=home, revisit="now")
    assert done.returncode == 0, done.stderr
