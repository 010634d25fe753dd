"""What counts as an article, and what does not."""

import pytest

from crawler.extract import extract
from crawler.reasons import NOT_ARTICLE

TEXT = "The council of the valley met on Monday and spoke for three hours about the new bridge. "
STORY = "<h1>Bridge debate lasts three hours</h1>" + "".join(
    f"<p>On day {n}: {TEXT * 2}</p>" for n in range(5)
)
CARDS = "".join(
    f"<article><h3><a href='/town/story-number-{n}'>Story number {n} of a long day in town</a></h3>"
    f"<p>{TEXT}</p></article>"
    for n in range(20)
)


def verdict(body: str, path: str = "/town/bridge-debate", head: str = "") -> str | None:
    title = "<title>Bridge debate lasts three hours</title>"
    html = f"<html><head>{title}{head}</head><body>{body}</body></html>"
    return extract(html.encode(), f"https://paper.example{path}").not_article


def test_a_story_is_an_article_with_or_without_metadata() -> None:
    assert verdict(STORY) is None
    assert verdict(STORY, head='<meta property="og:type" content="article">') is None
    assert (
        verdict(
            STORY + f"<aside>{CARDS}</aside>", head='<meta property="og:type" content="article">'
        )
        is None
    )


def test_a_short_news_item_that_says_so_is_an_article() -> None:
    head = (
        '<meta property="og:type" content="article">'
        '<meta property="article:published_time" content="2024-01-02T03:04Z">'
    )
    assert verdict(f"<h1>Bridge debate lasts three hours</h1><p>{TEXT * 2}</p>", head=head) is None


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (STORY, "/"),
        (CARDS, "/town/"),
        (f"<h1>Town</h1>{CARDS}", "/category/town/page/2/"),
        (f"<h1>Bridge</h1>{CARDS}", "/tag/bridge/"),
        (f"<h1>Results for bridge</h1>{CARDS}", "/?s=bridge"),
        (STORY, "/about-us/"),
        (f"<h1>Contact</h1><p>{TEXT}</p>", "/contact"),
        ("<h1>404 – Page not found</h1><p>We could not find that page.</p>", "/town/gone"),
        ("<h1>Log in</h1><p>Please log in to read on.</p>", "/town/bridge-debate"),
        ("<h1>Bridge</h1><div>Short.</div>", "/town/bridge-debate"),
        ("", "/town/bridge-debate"),
    ],
)  # fmt: skip
def test_listings_service_pages_walls_and_errors_are_none(body: str, path: str) -> None:
    assert verdict(body, path) in NOT_ARTICLE


def record(kind: str, way: str = "/wp-json/wp/v2/") -> str:
    return f'<link rel="alternate" type="application/json" href="{way}{kind}/2701">'


@pytest.mark.parametrize("way", ["/wp-json/wp/v2/", "https://paper.example/?rest_route=/wp/v2/"])
def test_what_wordpress_itself_says_of_a_page_is_believed(way: str) -> None:
    assert verdict(STORY, head=record("posts", way)) is None
    assert verdict(STORY, head=record("events", way)) is None  # a kind of the site's own
    assert verdict(STORY, head=record("pages", way)) == "about_page"
    assert verdict(STORY, head=record("categories", way)) == "listing"
    short = f"<h1>Bridge debate lasts three hours</h1><p>{TEXT * 2}</p>"
    assert verdict(short) == "too_short"
    assert verdict(short, head=record("posts", way)) is None


def test_a_page_of_wordpress_that_is_dated_like_a_story_is_one() -> None:
    article = '<meta property="og:type" content="article">'  # a plugin writes it on every page
    date = '<meta property="article:published_time" content="2024-01-02T03:04Z">'
    assert verdict(STORY, head=record("pages") + article) == "about_page"
    assert verdict(STORY, head=record("pages") + article + date) is None
