"""Since when a newspaper's pages are built otherwise."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from crawler.archive.database import open_for_reading
from crawler.archive.layouts import FIELDS, New, place_in
from crawler.archive.site_profiles import in_force
from crawler.runs import layouts
from tests.learn.newspaper import Story
from tests.learn.test_in_a_run import newspaper
from tests.loopback import HTML, site
from tests.system.conftest import LEARNING, crawl, query, run_scrapy

NEW = (
    "<html lang=en><head><title>{title} - The Lund Gazette</title></head><body class=grid>"
    "<div class=shell><nav class=rail><a href='/'>The Lund Gazette</a></nav><section class=page>"
    "<div class=top><h1 class=big>{title}</h1><p class=who>By <b>{author}</b></p></div>"
    "<div class=columns><div class=text>{text}</div></div></section></div></body></html>"
)


def redesigned(story: Story) -> bytes:
    text = "".join(f"<p>{each}</p>" for each in story.paragraphs)
    return NEW.format(title=story.title, author=story.author, text=text).encode()


def changes(folder: Path) -> list[dict[str, object]]:
    return query(folder, "SELECT field, since, before, after, urls FROM layout_changes")


def test_a_redesign_is_found_and_dated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, old = tmp_path / "a", [Story(n) for n in range(24)]
    answers = newspaper(old)
    with site(answers) as home:
        crawl("news", folder, *LEARNING, site=home)
        assert changes(folder) == []
        for number in (24, 25, 26, 27):  # four come as ever, a run each
            answers.update(newspaper([*old, *(Story(n) for n in range(24, number + 1))]))
        crawl("news", folder, *LEARNING, site=home, revisit="now")
        assert changes(folder) == []
        new = [Story(n) for n in range(28, 36)]
        answers.update(newspaper([*old, *new]))
        for story in new:
            path = f"/2024/05/a-story-of-the-town-{story.number}"
            answers[path] = (200, HTML, redesigned(story))
        crawl("news", folder, *LEARNING, site=home, revisit="now")
    rows = changes(folder)
    (layout,) = [row for row in rows if row["field"] == "layout"]
    captured = query(
        folder,
        "SELECT url, first_captured_at AS at FROM articles WHERE url LIKE '%-town-28'"
        " OR url LIKE '%-town-29' OR url LIKE '%-town-3_' AND url NOT LIKE '%town-3'"
        " ORDER BY at",
    )
    assert layout["since"] == captured[0]["at"]
    assert json.loads(str(layout["urls"])) == [row["url"] for row in captured[:3]]
    assert "main > h1" in str(layout["before"])
    assert "h1.big" in str(layout["after"])
    (authors,) = [row for row in rows if row["field"] == "authors"]
    assert str(authors["before"]).startswith("json-ld")
    assert len(query(folder, "SELECT * FROM site_profiles")) == 2
    said = run_scrapy("status", str(folder)).stdout
    assert "Changes of layout" in said
    with closing(open_for_reading(folder)) as db:
        (learned,) = in_force(db.conn)

        def told_of(place: str) -> list[str]:
            """Fields that have moved, where later stories have all of them from a place, and most
            that taught are still of before."""
            later = [New(1, home, "2026-01-02", dict.fromkeys(FIELDS, place))] * 6
            taught = {name: Counter({"json-ld:author": 95, place: 5}) for name in FIELDS}
            monkeypatch.setattr(layouts, "sources_before", lambda *_: taught)
            return [each.field for each in layouts._moved(db.conn, learned, later)]

        assert "authors" not in told_of(place_in(str(authors["after"])))  # it is told once
        assert "authors" in told_of("meta:author")
    crawl_again = query(folder, "SELECT title, authors FROM stories WHERE url LIKE '%-town-30'")
    assert crawl_again[0]["authors"] == Story(30).author
    (folder / "archive.db").unlink()
    assert run_scrapy("rebuild", str(folder)).returncode == 0
    assert changes(folder) == rows


def test_old_stories_that_come_late_are_no_redesign(tmp_path: Path) -> None:
    folder, old = tmp_path / "a", [Story(n) for n in range(24)]
    answers = newspaper(old)
    with site(answers) as home:
        crawl("news", folder, *LEARNING, site=home)
        paths = []
        for story in (Story(n) for n in range(24, 34)):
            path = f"/2004/05/a-story-of-the-town-{story.number}"
            answers[path] = (200, HTML, redesigned(story))
            paths.append(f"{home}{path}\n")
        names = tmp_path / "urls.txt"
        names.write_text("".join(paths))
        crawl("article", folder, *LEARNING, urls=str(names))
    assert len(query(folder, "SELECT 1 FROM stories")) == 34
    assert changes(folder) == []
