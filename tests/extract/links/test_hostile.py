"""Pages that are broken, huge or meant to harm: an answer, always, and soon."""

from __future__ import annotations

import time
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import PageError
from crawler.extract.links import linked_stories
from crawler.extract.links.addresses import StoryUrls
from crawler.extract.links.stories import MAX_STORIES
from crawler.extract.page import Document
from crawler.items import RELATIONS
from crawler.urls import absolute
from tests.examples import at_least

URL = "https://www.harbour.example/2024/05/ferries-stand-still-for-a-second-week/"
PROSE = "<p>" + "The harbour master counted the ferries again. " * 5 + "</p>"


def _link(number: int) -> str:
    return f"<a href='/2024/05/a-story-of-some-length-{number}'>A story of some length {number}</a>"


MANY = 20_000
HOSTILE = {
    "deep": "<div>" * 100_000 + PROSE + _link(1),
    "deep in the body": f"<div class=story>{PROSE}" + "<b><div>" * 50_000 + _link(1),
    "deep with links": "".join(f"<div>{_link(n)}" for n in range(MANY)),
    "flat": "".join(_link(n) for n in range(MANY)),
    "one list": "<h2>Latest</h2><ul>"
    + "".join(f"<li>{_link(n)}</li>" for n in range(MANY))
    + "</ul>",
    "one paragraph": f"<div class=story>{PROSE}<p>"
    + "".join("and " + _link(n) for n in range(MANY)),
    "all promos": f"<div class=story>{PROSE}"
    + "".join(f"<p>ALSO READ: {_link(n)}</p>" for n in range(MANY)),
    "all headings": "".join(
        f"<h3>Latest</h3><div><div>{_link(n)}</div></div>" for n in range(MANY)
    ),
    "one link many times": "<h2>Related</h2><ul>" + f"<li>{_link(1)}</li>" * MANY,
    "siblings before a card": "<div>" + "<i>x</i>" * MANY + f"<div>{_link(1)}</div>" * MANY,
    "a link of many parts": f"{PROSE}<aside><a href='/2024/05/a-story-of-some-length'>"
    + "<span>word </span>" * MANY,
    "long words": f"<aside><a class='{'x-' * MANY}' href='/{'a-' * MANY}'>{'w' * MANY}</a></aside>",
    "menus in menus": f"<nav><ul><li>{_link(1)}</ul><ul class=related-posts>" * 2_000
    + "".join(f"<nav><ul><li>{_link(n)}</ul></nav>" for n in range(MANY)),
    "unclosed": "<h2><ul><li><a href='/2024/05/a-story-of-some-length'>A story<div><p><table><td>",
}


@pytest.mark.parametrize("markup", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_page_is_read_in_bounded_time(markup: str) -> None:
    doc = Document(f"<html><body>{markup}".encode(), URL)
    stories = doc.xpath("//div[@class='story']")
    start = time.process_time()
    links = linked_stories(doc, stories[0] if stories else None)
    assert time.process_time() - start < 5
    assert len(links) <= MAX_STORIES
    assert all(len(k.title or "") <= 1000 for k in links)


_TEXT = st.text(alphabet="aB 1é関読ไא\u0130:|-.\u00a0\u200d", max_size=30)
_HREF = st.one_of(
    st.sampled_from(
        [URL, "", "#x", "/", "//", "?p=12", "/a/b", "http://[", "https://x:99999/a-b-c-d",
         "javascript:void(0)", "/2024/05/a-good-story-is-here", "/2024/05/", "/%zz%00-a-b-c",
         "https://harbour.example.evil.example/2024/05/a-b-c-d-e"]
    ),
    _TEXT,
)  # fmt: skip
_CLASS = st.sampled_from(
    ["", "related", "prev", "post-navigation", "nav-next", "menu", "story", "title", "most-read",
     "excerpt", "date", "kicker", "share", "\u0130"]
)  # fmt: skip
_TAG = st.sampled_from(
    ["div", "p", "a", "ul", "li", "article", "aside", "section", "h1", "h2", "h3", "span", "time",
     "img", "nav", "header", "footer", "table", "svg", "style", "noscript", "br", "blockquote",
     "figure", "template"]
)  # fmt: skip


@st.composite
def _element(draw: st.DrawFn, inside: st.SearchStrategy[str]) -> str:
    tag, name = draw(_TAG), draw(_CLASS)
    href = draw(_HREF).replace("'", "")
    rel = draw(st.sampled_from(["", "prev", "next", "prev next", "tag"]))
    content = "".join(draw(st.lists(inside, max_size=4)))
    closed = "" if draw(st.integers(0, 9)) == 0 else f"</{tag}>"
    return (
        f"<{tag} class='{name}' href='{href}' src='{href}' datetime='{href}' "
        f"rel='{rel}'>{content}{closed}"
    )


_MARKUP = st.recursive(
    st.one_of(
        _TEXT,
        st.sampled_from(["Related", "ALSO READ: ", "<!-- c -->", "&amp;", "<?x?>", "<![CDATA[x]]>"])
    ),
    _element,
    max_leaves=30,
)  # fmt: skip


@at_least(200)
@given(_MARKUP, st.booleans())
def test_any_markup_gives_links_that_are_whole(markup: str, known: bool) -> None:
    try:
        doc = Document(f"<html><body>{markup}</body></html>".encode(), URL)
    except PageError:
        return
    stories = doc.xpath("//*[@class='story']") if known else []
    links = linked_stories(doc, stories[0] if stories else None)
    for link in links:
        assert link.relation in RELATIONS
        assert link.url.startswith(("http://", "https://"))
        assert link.url.partition("?")[0].rstrip("/") != URL.rstrip("/")
        assert link.position >= 1
        assert link.title is None or link.title.strip()
    assert len({(k.relation, k.label, k.url) for k in links}) == len(links)


@at_least(200)
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_address_is_judged(page: str, href: str) -> None:
    target = StoryUrls(partial(absolute, page), page).target(href)
    assert target is None or target.url.startswith("http")
