"""Whether a page has the whole story, as it says and shows itself."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crawler.extract import extract
from crawler.items import Article

URL = "https://paper.example/valley/2026/the-orchard-is-sold"
TITLE = "The orchard is sold"
STORY = [
    f"The {n} owner of the orchard had planted pears where there had been plums before, it is told."
    for n in ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
]


def read(count: int, behind: str = "", head: str = "", **said: Any) -> Article:
    data = {"@type": "NewsArticle", "headline": TITLE, **said}
    text = "".join(f"<p>{paragraph}</p>" for paragraph in STORY[:count])
    html = f"""<html><head>{head}<script type="application/ld+json">{json.dumps(data)}</script>
    </head><body><main><article><h1>{TITLE}</h1><div class=text>{text}</div>{behind}</article>
    </main></body></html>"""
    return extract(html.encode(), URL).article


WALLS = [
    '<div class="paywall"><p>Subscribe to read on.</p></div>',
    "<div><h3>This story is for subscribers</h3><p>From 4 a month</p><a href=/a>Log in</a></div>",
    "<section class=x7><p>Weiterlesen mit dem Probeabo</p><button>Jetzt testen</button></section>",
    "<div><p>La suite est réservée à nos abonnés.</p><a href=/a>Abonnez-vous</a></div>",
    "<p>Para seguir leyendo, <a href=/s>suscríbete</a>.</p>",
    "<form><p>Log in to continue reading</p><input name=mail><button>Log in</button></form>",
    "<div><p>この記事は会員限定です。続きを読むにはログインしてください。</p></div>",
]


@pytest.mark.parametrize("wall", WALLS)
def test_a_wall_that_ends_a_short_text_makes_it_a_teaser(wall: str) -> None:
    article = read(2, wall)
    assert article.access == "teaser"
    assert article.body.split("\n\n") == STORY[:2]


@pytest.mark.parametrize("wall", WALLS)
def test_a_wall_that_the_story_goes_on_after_is_a_box(wall: str) -> None:
    rest = "".join(f"<p>{paragraph}</p>" for paragraph in STORY[2:])
    html = f"<article><h1>{TITLE}</h1><p>{STORY[0]}</p><p>{STORY[1]}</p>{wall}{rest}</article>"
    article = extract(html.encode(), URL).article
    assert article.access is None
    assert article.body.split("\n\n") == STORY


PART = {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".rest"}


@pytest.mark.parametrize("said", [False, "False", "http://schema.org/False"])
def test_a_text_that_is_not_free_and_cut_is_a_teaser(said: Any) -> None:
    assert read(2, isAccessibleForFree=said, wordCount=900).access == "teaser"
    assert read(2, isAccessibleForFree=said, hasPart=PART).access == "teaser"
    empty = '<div class="rest"></div>'
    assert read(2, empty, isAccessibleForFree=said, hasPart=[PART]).access == "teaser"
    locked = '<meta property="article:content_tier" content="locked">'
    assert read(2, head=locked, wordCount=900).access == "teaser"


def test_a_text_that_is_not_free_and_all_there_is_no_teaser() -> None:
    words = sum(len(text.split()) for text in STORY)
    assert read(8, isAccessibleForFree=False, wordCount=words).access == "full"
    rest = f'<div class="rest"><p>{STORY[6]}</p><p>{STORY[7]}</p></div>'
    assert read(6, rest, isAccessibleForFree=False, hasPart=PART).access is None
    assert read(8, isAccessibleForFree=False).access is None


def test_a_text_is_whole_by_the_pages_own_word() -> None:
    assert read(8, isAccessibleForFree=True).access == "full"
    assert read(8, isAccessibleForFree="true").access == "full"
    assert read(8, head='<meta property="article:content_tier" content="free">').access == "full"
    assert read(8, wordCount=130).access == "full"


@pytest.mark.parametrize("selector", ["", "..", ":::", "[", "p:has(", "*" * 199, "a>>b"])
def test_a_selector_that_cannot_be_read_tells_nothing(selector: str) -> None:
    part = {"isAccessibleForFree": False, "cssSelector": selector}
    assert read(2, isAccessibleForFree=False, hasPart=part).access is None


def test_where_nothing_tells_access_is_unknown() -> None:
    assert read(8).access is None
    assert read(2).access is None
