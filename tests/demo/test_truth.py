"""What is expected of an archive stands on the pages: the truth is made from the story files, so
each claim is looked up in the HTML here."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from parsel import Selector

from crawler.demo.pages import render
from crawler.demo.paper import EDITIONS, open_paper
from crawler.demo.truth import expected

ORIGIN = "http://127.0.0.1:8124"
STORIES = [(edition, story) for edition in EDITIONS for story in expected(edition)]
each_story = pytest.mark.parametrize(
    ("edition", "story"), STORIES, ids=[f"{edition}{story.path}" for edition, story in STORIES]
)

# Where each markup shows a relation's block: the label's element and the links' elements.
BLOCKS = {
    ("fox", "previous"): (".singlenav56__post--prev span", ".singlenav56__post--prev"),
    ("fox", "next"): (".singlenav56__post--next span", ".singlenav56__post--next"),
    ("fox", "latest"): (".single56__heading", ".blog56__item"),
    ("fox", "featured"): (".sidedock56__heading", ".sidedock56__post"),
    ("gazette", "also_read"): (".related__title", ".related .card"),
    ("gazette", "previous"): (".story-pager__prev .story-pager__label", ".story-pager__prev"),
    ("gazette", "next"): (".story-pager__next .story-pager__label", ".story-pager__next"),
    ("gazette", "latest"): (".latest h2", ".latest li"),
    ("classic", "previous"): ("td[align=left] > font", "td[align=left]"),
    ("classic", "next"): ("td[align=right] > font", "td[align=right]"),
    ("classic", "popular"): (".nav > b", ".mostread li"),
}
BODY = {"fox": ".entry-content", "gazette": ".story__body", "classic": ".content .text"}


CARDS_IN_BODY = ("Related stories", "Mehr zum Thema")


def in_prose(link):
    """Whether a link stands in the story's text: in a sentence, or a promo between paragraphs."""
    return link.relation in ("inline", "also_read") and link.label not in CARDS_IN_BODY


def squeeze(text):
    return " ".join(text.split())


def page_of(edition, story):
    body = render(edition, ORIGIN)[story.path].body
    return Selector(body.decode("windows-1252" if story.section == "Sport" else "utf-8"))


def text_of(selector):
    return squeeze(selector.xpath("string()").get() or "")


def link_of(selector):
    return urlsplit(selector.xpath("descendant-or-self::a/@href").get()).path


@each_story
def test_the_page_shows_headline_authors_standfirst_and_tags(edition, story):
    page = page_of(edition, story)
    assert text_of(page.css("h1")) == story.title
    html = page.get()
    assert all(name in html for name in story.authors)
    everything = squeeze(page.xpath("string()").get() + " ".join(page.xpath("//@content").getall()))
    assert squeeze(story.standfirst) in everything
    assert all(tag in everything for tag in story.tags)
    declared = page.xpath("string(//html/@lang | //meta[@http-equiv='Content-Language']/@content)")
    assert declared.get() == story.language


@each_story
def test_the_page_shows_every_block_of_the_body_in_order(edition, story):
    body = text_of(page_of(edition, story).css(BODY[story.markup]))
    at = 0
    for _, text in story.blocks:
        for line in text.replace("\t", "\n").splitlines():
            at = body.find(squeeze(line), at)
            assert at >= 0, line


@each_story
def test_the_date_is_as_exact_as_the_markup_shows_it(edition, story):
    page = page_of(edition, story)
    assert len(story.published) == {"day": 10, "minute": 16, "second": 25}[story.precision]
    year, month, day = (int(part) for part in story.published[:10].split("-"))
    if story.markup == "gazette":
        assert page.css("time::attr(datetime)").get() == story.published
    else:
        shown = text_of(page.css(".meta56__date, .byline"))
        assert re.search(rf"\b{day}\b", shown)
        assert str(year) in shown
        words = open_paper(edition).words[story.language[:2]]
        assert words["months"].split()[month - 1] in shown
        assert story.precision == "day" or story.published[-5:] in shown


@each_story
def test_the_read_time_is_expected_only_where_it_is_shown(edition, story):
    html = page_of(edition, story).get()
    shown = re.search(r"(\d+) (?:mins? read|min read)|Lesezeit: (\d+) Min\.", html)
    assert story.read_time_minutes == (int(shown[1] or shown[2]) if shown else None)


@each_story
def test_every_linked_story_stands_in_its_block(edition, story):
    page = page_of(edition, story)
    beside = [link for link in story.links if not in_prose(link)]
    for relation in {link.relation for link in beside}:
        links = [link for link in beside if link.relation == relation]
        label, items = BLOCKS[story.markup, relation]
        assert text_of(page.css(label)).startswith(links[0].label)
        found = page.css(items)
        assert [link_of(item) for item in found] == [link.path for link in links]
        for item, link in zip(found, links, strict=True):
            assert link.title in text_of(item)


@each_story
def test_links_of_the_body_are_the_expected_ones(edition, story):
    body = page_of(edition, story).css(BODY[story.markup])
    anchors = body.xpath(".//a[not(ancestor::aside)]")
    found = [(link_of(a), text_of(a)) for a in anchors]
    links = [link for link in story.links if in_prose(link)]
    assert found == [(link.path, link.title) for link in links]
    promos = [text_of(a.xpath("..")) for a in anchors if a.xpath("parent::strong | parent::b")]
    assert promos == [f"{k.label}: {k.title}" for k in links if k.relation == "also_read"]


def test_the_gone_story_is_not_expected_and_the_moved_one_is_under_its_new_path():
    paths = {story.path for story in expected("morning")}
    assert len(paths) == 39
    assert "/news/fire-brigade-gets-second-ladder/" not in paths
    assert "/environment/otters-return-to-lower-arle/" in paths
    assert "/environment/otters-seen-again/" not in paths


def test_all_markups_and_most_relations_occur():
    stories = expected("morning")
    assert {story.markup for story in stories} == {"fox", "gazette", "classic"}
    relations = {link.relation for story in stories for link in story.links}
    assert relations == {
        "previous", "next", "also_read", "inline", "latest", "popular", "featured",
    }  # fmt: skip
    kinds = {kind for story in stories for kind, _ in story.blocks}
    assert kinds == {"paragraph", "heading", "list", "quote", "figure", "table"}
