"""Pages with their expected answers: a file of HTML and one of JSON, side by side."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.corpora import CORPORA
from crawler.extract import extract
from crawler.items import Page

PAGES = Path(__file__).parent / "pages"
SEED = CORPORA.parent / "seed"


def answers() -> list[Any]:
    found = [
        pytest.param(p.with_suffix(".html"), p, id=p.stem) for p in sorted(PAGES.glob("*.json"))
    ]
    missing = pytest.mark.skipif(
        not (SEED / "page.html").exists(), reason="the development corpora are not here"
    )
    seed = pytest.param(SEED / "page.html", SEED / "expected.json", id="seed", marks=missing)
    return [*found, seed]


def read(page: Path, answer: Path) -> tuple[Page, dict[str, Any]]:
    expected = json.loads(answer.read_text(encoding="utf-8"))
    return extract(page.read_bytes(), expected["url"]), expected


@pytest.mark.parametrize(("page", "answer"), answers())
def test_every_field_of_a_known_page_comes_out_word_for_word(page: Path, answer: Path) -> None:
    got, expected = read(page, answer)
    article = got.article
    assert got.not_article is None
    assert article.title == expected["title"]
    assert article.section == expected["section"]
    assert list(article.tags) == expected["tags"]
    assert article.standfirst == expected["standfirst"]
    blocks = [{"type": b.type, "text": b.text} for b in article.blocks if b.type != "figure"]
    assert blocks == expected["body"]
    assert article.body == "\n\n".join(block["text"] for block in expected["body"])


@pytest.mark.parametrize(("page", "answer"), answers())
def test_the_visible_date_and_read_time_are_kept_as_shown(page: Path, answer: Path) -> None:
    got, expected = read(page, answer)
    assert got.article.published_claims[0].text == expected["published_raw"]
    assert got.article.read_time is not None
    assert got.article.read_time.minutes == expected["read_time_minutes"]
    assert got.article.read_time.raw == expected["read_time_raw"]
    assert got.article.read_time.shown


def test_a_picture_beside_the_headline_is_the_lead_image() -> None:
    got, _ = read(PAGES / "tooltip_theme.html", PAGES / "tooltip_theme.json")
    assert got.article.image is not None
    assert got.article.image.url == "https://courier.example/uploads/ferry.jpg"


@pytest.mark.parametrize(("page", "answer"), answers())
def test_each_value_names_the_claim_it_is_from(page: Path, answer: Path) -> None:
    got, expected = read(page, answer)
    sources = got.article.sources
    assert sources["title"].text == expected["title"]
    assert {"section", "tags", "standfirst", "body", "read_time"} <= set(sources)
