"""The whole extractor: promises that hold on any page."""

import json
import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import PageError
from crawler.extract import extract
from crawler.extract.page import Document
from crawler.extract.page.encoding import decode, utf8
from crawler.items import Page
from crawler.urls import absolute
from tests.examples import at_least

URL = "https://paper.example/town/a-story-of-bread"
SENTENCE = "The bakers of the lower town have agreed on a common price for a loaf of rye bread. "


def page(body: str, head: str = "", follow: bool = False) -> Page:
    title = "<title>Bread price agreed - Paper</title>"
    html = f"<html lang=en><head>{title}{head}</head><body>{body}</body></html>"
    return extract(html.encode(), URL, None, follow)


def story(inner: str = "") -> str:
    paragraphs = "".join(f"<p>{SENTENCE * 2} Paragraph {n}.</p>" for n in range(6))
    body = f"<div class=entry-content>{paragraphs}{inner}</div>"
    return f"<article><h1>Bread price agreed</h1>{body}</article>"


def test_an_empty_page_is_a_page_error() -> None:
    for html in (b"", b"   ", b"\x00\x00"):
        with pytest.raises(PageError):
            extract(html, URL)


@at_least(150)
@given(st.binary(max_size=400), st.text(max_size=60))
def test_no_bytes_and_no_address_make_it_raise_anything_else(html: bytes, url: str) -> None:
    with suppress(PageError):
        extract(html, url)


TAGS = [
    *("div", "p", "a", "b", "ul", "li", "table", "tr", "td", "figure", "blockquote", "h2", "br"),
    *("pre", "article", "span", "code", "time", "script type='application/ld+json'"),
]


@at_least(150)
@given(st.lists(st.sampled_from([f"<{t}>" for t in TAGS] + [f"</{t.split()[0]}>" for t in TAGS]
       + [SENTENCE, '{"@type":', "&amp;amp;", "<!-- x -->", "\u202e"]), max_size=60))  # fmt: skip
def test_any_tag_soup_is_read(pieces: list[str]) -> None:
    got = page("".join(pieces))
    assert got.article.body == "\n\n".join(
        b.text for b in got.article.blocks if b.type != "figure" and b.text
    )


@pytest.mark.parametrize("tag", ["div", "b", "ul><li", "blockquote", "tr><td", "span", "article"])
def test_a_hundred_thousand_nested_tags_do_no_harm(tag: str) -> None:
    extract(f"<html><body>{f'<{tag}>' * 100_000}{SENTENCE}".encode(), URL)


def test_deeply_nested_json_ld_does_no_harm() -> None:
    deep = '<script type="application/ld+json">' + "[" * 100_000 + "</script>"
    assert page(story(), deep).article.title == "Bread price agreed"


def in_script(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


@pytest.mark.parametrize(
    "wrap",
    [
        lambda t: in_script(t),
        lambda t: in_script(f"<!-- {t} -->"),
        lambda t: in_script(f"//<![CDATA[\n{t}\n//]]>"),
        lambda t: in_script(t + ";"),
        lambda t: in_script(t[:-1] + ",}"),
        lambda t: in_script(t.replace('"', "&quot;")),
        lambda t: in_script(f'{{"@graph": [{{"@type": "WebPage", "mainEntity": {t}}}]}}'),
        lambda t: in_script('{"broken": ') + in_script(t),
        lambda t: in_script(t + "\n" + '{"@type": "WebSite", "name": "Paper"}'),
    ],
)
def test_json_ld_is_read_in_the_forms_that_pages_have(wrap: Callable[[str], str]) -> None:
    told = json.dumps({
        "@type": "NewsArticle", "headline": "Bread price agreed",
        "datePublished": "2024-05-06T07:08:09Z",
        "author": {"@type": "Person", "name": "Ada Miller"}, "articleSection": "Town",
    })  # fmt: skip
    article = page(story(), wrap(told)).article
    assert article.authors == ("Ada Miller",)
    assert article.published_claims[0].text == "2024-05-06T07:08:09Z"
    assert article.section == "Town"


def test_links_and_feeds_of_the_page_are_found_once_and_absolute() -> None:
    feed = '<link rel=alternate type="application/rss+xml" href="/feed">'
    links = '<a href="/x?utm_source=a">1</a><a href="/x">2</a><a href="../y/./z">3</a>'
    got = page(links + story(), feed, follow=True)
    assert got.out_links == ("https://paper.example/x", "https://paper.example/y/z")
    assert got.feeds == ("https://paper.example/feed",)


def test_the_site_name_is_no_part_of_the_headline() -> None:
    head = (
        '<meta property="og:title" content="Bread price agreed | Paper">'
        '<meta property="og:site_name" content="Paper">'
    )
    assert page(story(), head).article.title == "Bread price agreed"
    bare = page(story().replace("h1", "div"), head).article
    assert bare.title == "Bread price agreed"


def test_a_tag_with_endless_attributes_is_refused_at_once() -> None:
    html = b"<html><body " + b" ".join(b"a%d=b" % n for n in range(100_000)) + b"><p>Text.</p>"
    began = time.process_time()
    with pytest.raises(PageError, match="more than 2,000 attributes"):
        extract(html, "https://news.example/a")
    assert time.process_time() - began < 2


HREFS = st.one_of(
    st.text(max_size=30),
    st.lists(
        st.sampled_from([
            "/", "//", "http:", "https:", "news.example", "?", "&", "=", "#", ":", ".", "..", "a",
            "utm_source", "é", "%C3%A9", " ", "\t", "x.html", ";", "[", "]", "(", "@", ":8080",
            "mailto:", "WWW.", "\\", "<", "|",
        ]),
        max_size=8,
    ).map("".join),
)  # fmt: skip


@at_least(400)
@given(
    HREFS,
    st.sampled_from([
        "https://a.example/b/c?d=/e", "http://A.example:8080", "https://a.example/%zz/ü/",
        "", "x:y",
    ]),
)  # fmt: skip
def test_links_that_need_no_parsing_lead_where_parsing_them_would(href: str, url: str) -> None:
    assert Document(b"<p>", url).address(href) == absolute(url, href)


@pytest.mark.parametrize("name", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "ascii"])
def test_the_bytes_that_are_parsed_say_what_the_text_says(name: str) -> None:
    html = "<p>Köln".encode(name, errors="replace")
    assert utf8(html).decode() == decode(html)
