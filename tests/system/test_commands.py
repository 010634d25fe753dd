"""The other verbs: article, extract, try, status, demo."""

from __future__ import annotations

import base64
import json
import shutil
from pathlib import Path
from urllib.request import urlopen

from crawler.demo.truth import expected

from .conftest import Archived, crawl, query, run_scrapy

STORY = next(story for story in expected("morning") if story.markup == "gazette")


def page(url: str) -> bytes:
    with urlopen(url) as answer:
        return bytes(answer.read())


def test_article_archives_exactly_what_it_is_given(demo: str, tmp_path: Path) -> None:
    stories = expected("morning")[:3]
    urls = tmp_path / "urls.txt"
    urls.write_text("# three\n" + "".join(f"{demo}{story.path}\n" for story in stories))
    done = crawl("article", tmp_path / "a", urls=str(urls))
    assert done.returncode == 0, done.stderr
    kept = {row["url"] for row in query(tmp_path / "a", "SELECT url FROM stories")}
    assert kept == {demo + story.path for story in stories}
    states = query(tmp_path / "a", "SELECT DISTINCT state FROM urls")
    assert [row["state"] for row in states] == ["done"]


def test_article_records_a_page_that_is_none_with_the_reason(demo: str, tmp_path: Path) -> None:
    done = crawl("article", tmp_path / "a", url=f"{demo}/,{demo}{STORY.path}")
    assert done.returncode == 9, done.stderr
    assert f"{demo}/ could not be archived: no article: a front page" in done.stderr
    assert query(tmp_path / "a", "SELECT count(*) AS n FROM stories")[0]["n"] == 1
    (row,) = query(tmp_path / "a", "SELECT reason FROM not_archived")
    assert row["reason"].startswith("no article: ")


def test_article_fails_if_none_of_its_addresses_answers(demo: str, tmp_path: Path) -> None:
    done = crawl("article", tmp_path / "a", url=f"{demo}/no-such-story")
    assert done.returncode == 3
    assert "could not be archived: HTTP 404" in done.stderr


def test_extract_answers_each_line_and_survives_bad_ones(demo: str) -> None:
    html = page(demo + STORY.path)
    lines = [
        json.dumps(
            {"id": 1, "url": demo + STORY.path, "html_b64": base64.b64encode(html).decode()}
        ),
        "no json",
        json.dumps({"id": 3, "url": "https://a.example/"}),
        json.dumps({"id": 4, "url": "https://a.example/", "html_b64": ""}),
        json.dumps({"id": 5, "url": "https://a.example/", "html_b64": "AAAA"}),
        json.dumps([1]),
    ]
    done = run_scrapy("extract", stdin="\n".join(lines) + "\n")
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == [1, None, 3, 4, 5, None]
    assert all("error" in answer for answer in answers[1:])
    first = answers[0]
    assert first["title"] == STORY.title
    assert first["authors"] == list(STORY.authors)
    assert first["published_at"] == STORY.published
    assert first["sources"]["title"]
    assert {"relation", "label", "position", "title", "excerpt", "url"} <= set(first["links"][0])


def test_extract_reads_files(demo: str, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_bytes(page(demo + STORY.path))
    done = run_scrapy("extract", str(file), str(tmp_path / "missing.html"))
    assert done.returncode == 2
    good, bad = (json.loads(line) for line in done.stdout.splitlines())
    assert (good["id"], good["title"]) == (str(file), STORY.title)
    assert "cannot be read" in bad["error"]


def test_try_shows_each_field_with_its_source(demo: str, tmp_path: Path) -> None:
    done = run_scrapy("try", demo + STORY.path, "--allow-private")
    assert done.returncode == 0, done.stderr
    shown = " ".join(done.stdout.split())
    for each in (STORY.title.split()[0], STORY.published, "json-ld", "linked stories", "also_read"):
        assert each in shown


def test_try_refuses_a_private_address_unless_allowed(demo: str) -> None:
    done = run_scrapy("try", demo + STORY.path)
    assert done.returncode == 3
    assert "private address" in done.stderr


def test_status_shows_sites_runs_and_reasons(archived: Archived) -> None:
    done = run_scrapy("status", str(archived.folder))
    assert done.returncode == 0, done.stderr
    for shown in (f"{len(expected('morning'))} articles", "HTTP 410", "finished", "127.0.0.1"):
        assert shown in done.stdout
    found = json.loads(run_scrapy("status", "-a", f"archive={archived.folder}", "--json").stdout)
    assert found["articles"] == len(expected("morning"))


def test_status_of_several_archives(archived: Archived, tmp_path: Path) -> None:
    copy = shutil.copytree(archived.folder, tmp_path / "copy")
    done = run_scrapy("status", str(archived.folder), str(copy), str(copy / "archive.db"))
    assert done.stdout.count(f"{len(expected('morning'))} articles") == 2
    assert f"{copy}:" in done.stdout
    found = run_scrapy("status", str(archived.folder), str(copy), "--json").stdout
    assert [(each["archive"], each["articles"]) for each in json.loads(found)] == [
        (str(folder), len(expected("morning"))) for folder in (archived.folder, copy)
    ]


def test_scrapy_lists_our_verbs() -> None:
    shown = run_scrapy("-h").stdout
    for verb in ("crawl", "demo", "extract", "status", "try"):
        assert f"\n  {verb} " in shown
