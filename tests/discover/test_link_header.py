"""Links in the headers of answers."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from crawler.discover.link_header import links, with_links
from crawler.items import Article, Page

HERE = "https://a.example/news/"


def test_a_page_gets_what_its_headers_point_to() -> None:
    page = Page(HERE, Article(HERE, "News"), None, out_links=("https://a.example/x",))
    found = with_links(
        page,
        [
            '<page/2/>; rel="next", <https://a.example/x>; rel=prev; title="a, b; c"',
            '<https://a.example/wp-json/>; rel="https://api.w.org/"',
            '</feed/>; rel=alternate; type="application/rss+xml", <javascript:x>; rel=next',
            "<https://a.example/news>; REL=Canonical; broken",
        ],
    )
    assert found.out_links == ("https://a.example/x", "https://a.example/news/page/2/")
    assert found.feeds == ("https://a.example/feed/",)
    assert found.wordpress == "https://a.example/wp-json/"
    assert found.article.canonical_url == "https://a.example/news"


def test_what_the_page_says_itself_comes_first() -> None:
    page = Page(HERE, Article(HERE, "News", canonical_url="https://a.example/own"), None)
    found = with_links(page, ["<https://a.example/other>; rel=canonical"])
    assert found.article.canonical_url == "https://a.example/own"


@given(st.text(max_size=300))
def test_no_header_breaks_anything(value: str) -> None:
    links([value])


def test_no_header_holds_it_up() -> None:
    began = time.process_time()
    for value in ("<" * 60_000, "<a>" + ";x" * 30_000, '<a>; x="' * 8_000, "<a>;" + " " * 60_000):
        links([value])
    assert time.process_time() - began < 10  # of CPU time; by squares it would be minutes
