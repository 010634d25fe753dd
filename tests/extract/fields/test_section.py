"""The part of the newspaper that a story is in, and its tags."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crawler.extract import extract
from crawler.items import Article

from .conftest import TEXT, URL

Read = Callable[..., Article]
CRUMBS = (
    '<ol class="breadcrumb"><li><a href="/">Home</a></li><li><a href="/town">Town</a></li></ol>'
)
LIST = """<script type="application/ld+json">{"@type": "BreadcrumbList", "itemListElement": [
    {"@type": "ListItem", "position": 1, "name": "Home"},
    {"@type": "ListItem", "position": 2, "item": {"@id": "/town", "name": "Town"}},
    {"@type": "ListItem", "position": 3, "name": "Ferry returns to the river"}]}</script>"""
SAID = """<script type="application/ld+json">{"@type": "NewsArticle",
    "headline": "Ferry returns to the river", "articleSection": "Town"}</script>"""


@pytest.mark.parametrize(
    ("head", "above", "source"),
    [
        (SAID, "", "json-ld:articleSection"),
        ('<meta property="article:section" content="Town">', "", "meta:article:section"),
        ("", '<div class="category"><a href="/town/">Town</a></div>', "html:category"),
        (LIST, "", "json-ld:BreadcrumbList"),
        ("", CRUMBS, "html:breadcrumb"),
    ],
)
def test_the_section_is_found_wherever_it_is_said(
    read: Read, head: str, above: str, source: str
) -> None:
    article = read(head, above)
    assert article.section == "Town"
    assert article.sources["section"].source == source


def test_what_the_page_says_of_the_story_counts_before_what_it_shows(read: Read) -> None:
    head = '<meta property="article:section" content="River">'
    assert read(head, CRUMBS).section == "River"


@pytest.mark.parametrize(
    "above",
    [
        "",  # only the navigation
        "<ul class='categories'>" + "".join(f'<li><a href="/{n}/">S{n}</a></li>' for n in range(9))
        + "</ul>",
        '<div class="category"><a href="/2026/05/">May 2026</a></div>',
    ],
)  # fmt: skip
def test_a_list_of_sections_and_a_date_are_no_section(read: Read, above: str) -> None:
    assert read("", above).section is None


def test_tags_under_the_story_count_before_those_told_to_machines(read: Read) -> None:
    below = """<div class="tags"><a href="/tag/ferry" rel="tag">#Ferry</a>
        <a href="/tag/river" rel="tag">River</a></div>"""
    article = read('<meta name="keywords" content="ferry, boats, 4711">', below=below)
    assert article.tags == ("Ferry", "River")
    told = read('<meta name="keywords" content="ferry, boats, 4711">')
    assert told.tags == ("ferry", "boats")
    assert told.sources["tags"].source == "meta:keywords"


@pytest.mark.parametrize(
    "below",
    [
        """<footer class="entry-footer"><span class="cat-links">Posted in:
        <a href="/category/town/" rel="category tag">Town</a></span></footer>""",
        """<footer><p class="post-category">In <a href="/ressort/stadt/">Town</a></p></footer>""",
    ],
)
def test_a_story_shows_its_section_in_its_own_footer(read: Read, below: str) -> None:
    assert read("", below=below).section == "Town"


@pytest.mark.parametrize(
    ("story_footer", "page_footer", "section"),
    [
        ('<a href="/category/town/" rel="category tag">Town</a>', "", "Town"),
        ("", '<a href="/category/sport/">Sport</a>', None),
    ],
)
def test_a_footer_in_a_wrapper_is_the_storys_own_and_one_below_the_story_is_the_pages(
    story_footer: str, page_footer: str, section: str | None
) -> None:
    page = f"""<!doctype html><html lang="en"><body><div id="page"><article class="post">
        <div class="inside-article"><header><h1>Ferry returns to the river</h1></header>
        <div class="entry-content">{TEXT}</div>
        <footer class="entry-meta"><span class="cat-links">{story_footer}</span></footer></div>
        </article><footer><span class="cat-links">{page_footer}</span></footer></div></body>"""
    assert extract(page.encode(), URL).article.section == section


def test_a_part_of_the_page_that_is_called_a_section_names_none(read: Read) -> None:
    layout = f"""<section class="page-section"><p>{"The ferry crosses at noon again. " * 20}
        <a href="/ferry/timetable/">Timetable</a></p></section>"""
    assert read("", below=layout).section is None


def test_the_first_of_several_sections_in_one_text_counts_if_the_page_shows_them(
    read: Read,
) -> None:
    said = SAID.replace('"Town"', '"Town, River, News"')
    shown = '<ul class="cats"><li class="cat"><a href="/c/{}/">{}</a></li></ul>'
    links = "".join(shown.format(name.lower(), name) for name in ("Town", "River", "News"))
    assert read(said, links).section == "Town"
    assert read(SAID.replace('"Town"', '"Food, Drink and Travel"')).section == (
        "Food, Drink and Travel"
    )


def test_breadcrumbs_may_stand_apart_from_the_story() -> None:
    html = f"""<html><head><title>Ferry returns to the river</title></head><body>
    <div class="region"><nav class="breadcrumb"><h2>You are here</h2><ol>
    <li><a href="/">Home</a></li><li><a href="/town">Town</a></li></ol></nav></div>
    <main><h1>Ferry returns to the river</h1><article>{TEXT}</article></main></body></html>"""
    assert extract(html.encode(), URL).article.section == "Town"


def test_a_link_to_the_front_page_names_no_section(read: Read) -> None:
    link = '<div class="section"><a href="/">Paper Today</a></div>'
    crumbs = CRUMBS if "Home" in CRUMBS else ""
    assert read("", link + crumbs).section == "Town"
