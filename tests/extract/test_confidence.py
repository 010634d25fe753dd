"""How far a reading is believed: by what its page has besides, and where its fields come from."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from crawler.extract import extract
from crawler.items import Confidence

PROSE = [
    f"The {name} above the weir was sold on Tuesday to a cooperative of nine families of the"
    f" valley, who want to grind grain there again from the spring, for the {number}. time."
    for number, name in enumerate(("mill", "barn", "forge", "bakery", "sawmill", "dairy"))
]


def read(text: list[str], beside: str = "", head: str = "", **told: object) -> Confidence:
    story = {"@type": "NewsArticle", "headline": "Mill sold to nine families", **told}
    page = extract(
        f"<html><head><title>Mill sold to nine families</title>{head}<script"
        f' type="application/ld+json">{json.dumps(story)}</script></head><body><article><h1>Mill'
        f" sold to nine families</h1>{''.join(f'<p>{each}</p>' for each in text)}</article>{beside}"
        "</body></html>".encode(),
        "https://a.example/1",
    )
    assert page.article.confidence is not None
    return page.article.confidence


def test_prose_that_is_left_out_costs_confidence_in_the_text() -> None:
    others = [each.replace("sold", "let") for each in PROSE * 3]
    beside = "<div class=comments>" + "".join(
        f"<p>{number}. {each}</p>" for number, each in enumerate(others)
    )
    assert read(PROSE, beside).body < read(PROSE).body - 0.1


def test_a_page_that_tells_how_long_its_text_is_vouches_for_it_or_not() -> None:
    length = len(" ".join(PROSE).split())
    sure = [
        read(PROSE, wordCount=length).body, read(PROSE).body, read(PROSE, wordCount=length * 5).body
    ]  # fmt: skip
    assert sure == sorted(sure, reverse=True)
    assert sure[0] > sure[1] > sure[2]


def test_authors_and_dates_are_believed_by_their_source() -> None:
    told = read(PROSE, author={"@type": "Person", "name": "Ana Vidal"}).authors
    meta = read(PROSE, head='<meta name="author" content="Ana Vidal">').authors
    assert told > meta > read(PROSE).authors
    told = read(PROSE, datePublished="2026-05-01T08:00:00Z").published
    shown = read([*PROSE, "Published on 1 May 2026"]).published
    assert told > shown > read(PROSE).published


def test_all_of_it_is_no_surer_than_any_part() -> None:
    sure = Confidence(body=0.9, authors=0.8, published=0.5)
    assert sure.overall == pytest.approx(0.36)
    assert replace(sure, body=0.0).overall == 0


def test_hostile_accounts_are_bounded() -> None:
    for count in (10**30, -5, True, "9" * 5000, None, [1], {"a": 1}, 0.5):
        assert 0 <= read(PROSE, wordCount=count).body <= 1
    assert 0 <= read([]).body <= 1
