"""What changes with every visit is not the story's: a clock, keys, the sections of the day."""

from __future__ import annotations

import pytest

from crawler.extract import extract
from crawler.items import Article

URL = "https://paper.example/valley/the-bell-rings-again"
TITLE = "The bell of Tarnholt rings again"
TEXT = "".join(
    f"<p>The bell was hung on Sunday, and the sexton rang it {n} times before its rope broke.</p>"
    for n in ("nine", "seven", "three", "eleven")
)
NAV = "<nav><a href=/a>A</a><a href=/b>B</a><a href=/c>C</a><a href=/d>D</a><a href=/e>E</a></nav>"


def read(body: str, head: str = "") -> Article:
    return extract(f"<html><head>{head}</head><body>{body}</body></html>".encode(), URL).article


TODAY = {
    "a clock": '<time datetime="2026-11-28T07:43">Sat, 28 Nov 2026 07:43</time>',
    "a line": '<div class="top-line">Samstag, 28. November 2026</div>',
    "a date": '<span class="date">28 de noviembre de 2026</span>',
}
BARS = {
    "in the header": "<header>{}" + NAV + "</header><main>{}</main>",
    "over the header": "<div>{}</div><header>" + NAV + "</header><div>{}</div>",
    "in a bar without a name": "<div><div>{}</div><div>" + NAV + "</div></div><div>{}</div>",
    "in a banner": '<div role="banner"><a href="/">Paper</a>{}</div><div>{}</div>',
}


@pytest.mark.parametrize("today", TODAY.values(), ids=TODAY.keys())
@pytest.mark.parametrize("bar", BARS.values(), ids=BARS.keys())
def test_todays_date_in_the_sites_bar_is_no_date_of_the_story(bar: str, today: str) -> None:
    story = f"<h1>{TITLE}</h1>{TEXT}"
    assert read(bar.format(today, story)).published_claims == ()
    dated = f"<h1>{TITLE}</h1><p>14 July 2021</p>{TEXT}"
    claims = read(bar.format(today, dated)).published_claims
    assert [claim.text for claim in claims] == ["14 July 2021"]


def test_a_date_over_the_headline_is_of_the_story() -> None:
    body = f"<header>{NAV}</header><main><div>14 July 2021</div><h1>{TITLE}</h1>{TEXT}</main>"
    assert [claim.text for claim in read(body).published_claims] == ["14 July 2021"]
    body = f"<article><header><time>14 July 2021</time><h1>{TITLE}</h1></header>{TEXT}</article>"
    assert [claim.text for claim in read(body).published_claims] == ["14 July 2021"]


@pytest.mark.parametrize(
    "key",
    ["0b9d3a52-77c1-4f0e-9d5e-1f2a3b4c5d6e", "9f86d081884c7d65", "e3b0c442", "40123", "12.345"],
)
def test_keys_and_numbers_are_no_tags(key: str) -> None:
    story = f"<article><h1>{TITLE}</h1>{TEXT}</article>"
    for told in (
        "".join(f'<meta property="article:tag" content="{tag}">' for tag in (key, "Bells")),
        f'<meta name="keywords" content="{key}, Bells">',
        f'<meta name="news_keywords" content="{key}"><meta name="keywords" content="Bells">',
    ):
        assert read(story, told).tags == ("Bells",)
    assert read(story, f'<meta name="keywords" content="{key}">').tags == ()


@pytest.mark.parametrize(
    "sections",
    [
        '<nav class="sections"><a href="/sport/">Sport</a><a href="/arts/">Arts</a></nav>',
        '<aside><div class="category"><a href="/sport/">Sport</a></div></aside>',
        '<ul class="categories">'
        + "".join(f'<li><a href="/s{n}/">Section {n}</a></li>' for n in range(7))
        + "</ul>",
        '<article><b class="category"><a href="/sport/">Sport</a></b><h3>Derby won</h3></article>',
    ],
)
def test_a_section_is_not_read_from_a_list_of_sections(sections: str) -> None:
    own = '<div class="category"><a href="/valley/">Valley</a></div>'
    assert read(f"<div>{sections}<h1>{TITLE}</h1>{TEXT}</div>").section is None
    assert read(f"<div>{sections}<div>{own}<h1>{TITLE}</h1></div>{TEXT}</div>").section == "Valley"
