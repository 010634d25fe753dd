"""A story on three pages is one article with the text of all."""

from __future__ import annotations

from pathlib import Path

from tests.loopback import HTML, Answers, page, site

from .conftest import crawl, query

HEAD = (
    "<html lang=en><head><title>The long read</title></head><body><article><h1>The long read</h1>"
)


def part(number: int, links: str) -> tuple[int, dict[str, str], bytes]:
    text = "".join(
        f"<p>Sentence {n} of page {number} tells at some length how the river came to the town, "
        "and what the people who lived beside it then said of its water and of one another.</p>"
        for n in range(4)
    )
    return 200, HTML, f"{HEAD}{text}</article><p>{links}</p></body></html>".encode()


def test_later_pages_are_joined_and_lead_to_the_article(tmp_path: Path) -> None:
    base = "/2026/05/01/the-long-read/"
    links = "".join(f"<a href='{base}{n}/'>{n}</a> " for n in (2, 3))
    answers: Answers = {
        "/": page(base, base + "2/"),
        base: part(1, links),
        base + "2/": part(2, links),
        base + "3/": part(3, links),
    }
    with site(answers) as home:
        done = crawl("news", tmp_path / "a", site=home)
        assert done.returncode == 0, done.stderr
        (row,) = query(tmp_path / "a", "SELECT * FROM stories")
        assert row["url"] == home + base
        places = [row["body_text"].find(f"Sentence 0 of page {n}") for n in (1, 2, 3)]
        assert -1 not in places
        assert places == sorted(places)
        assert row["revisions"] == 1
        later = query(tmp_path / "a", "SELECT * FROM urls WHERE url LIKE '%long-read/_/'")
        assert {each["article_id"] for each in later} == {row["id"]}
        again = crawl("news", tmp_path / "a", site=home, revisit="now")
        assert "0 new articles, 0 new revisions" in again.stdout


def test_a_page_that_repeats_the_story_adds_nothing(tmp_path: Path) -> None:
    base = "/2026/05/01/the-long-read"
    answers: Answers = {
        "/": page(base),
        base: part(1, f"<a href='{base}?page=2'>More comments</a>"),
        base + "?page=2": part(1, ""),
    }
    with site(answers) as home:
        crawl("news", tmp_path / "a", site=home)
    (row,) = query(tmp_path / "a", "SELECT * FROM stories")
    assert row["body_text"].count("Sentence 0 of page 1") == 1
