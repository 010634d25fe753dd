"""Stories that a page ships for its scripts alone, in the shapes that editors' tools give them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crawler.extract import extract
from crawler.items import Page

URL = "https://paper.example/town/the-ferry-runs-again-48213"
TITLE = "The ferry runs again after nine winters"
LINES = [
    "The ferry crossed the sound on Monday for the first time in nine winters, with forty on it.",
    "Its captain, who had sold his coat in the second year, said that he had never lost hope.",
    "Tickets cost what they cost before, and the bell is the old one, hauled out of the museum.",
    "On the far shore the school had closed early, and the band played what it knew by heart.",
]
HTML = "".join(f"<p>{line}</p>" for line in LINES)
HEAD = f"<title>{TITLE} | The Sound</title>"


def read(script: str, head: str = HEAD, url: str = URL, body: str = "") -> Page:
    html = (
        f"<html lang=en><head>{head}</head><body><div id=app>{body}</div>{script}"
        "<script src=/app.js></script></body></html>"
    )
    return extract(html.encode(), url, follow=True)


def data(value: Any, name: str = "__NEXT_DATA__") -> str:
    return f'<script id={name} type="application/json">{json.dumps(value)}</script>'


STORY: dict[str, Any] = {
    "headline": TITLE,
    "publishedAt": "2024-03-04T08:15:00Z",
    "updatedAt": 1709543700000,
    "authors": [{"firstName": "Ada", "lastName": "Holm"}],
    "standfirst": "Forty people, one bell and a band were there.",
    "section": {"name": "Town"},
    "leadImage": {"src": "/pictures/ferry.jpg", "alt": "The ferry"},
}
SPANS = [
    {"_type": "block", "style": "normal", "children": [{"_type": "span", "text": line}]}
    for line in LINES
]
RICH = {
    "nodeType": "document",
    "content": [
        {"nodeType": "paragraph", "content": [{"nodeType": "text", "value": line, "marks": []}]}
        for line in LINES
    ],
}
ELEMENTS = [
    {"type": "text", "content": LINES[0]},
    {"type": "image", "url": "https://img.example/bell.jpg", "caption": "The bell"},
    {"type": "header", "level": 3, "content": "Nine winters"},
    *({"type": "text", "content": line} for line in LINES[1:]),
    {"type": "related_content", "items": [{"text": "Read how the bridge fell down last year"}]},
]
EDITOR = {"blocks": [{"type": "paragraph", "data": {"text": line}} for line in LINES]}
REACT = ["$", "div", None, {"children": [["$", "p", None, {"children": e}] for e in LINES]}]


@pytest.mark.parametrize(
    "body",
    [HTML, "\n\n".join(LINES), LINES, SPANS, RICH, ELEMENTS, EDITOR, json.dumps(EDITOR), REACT],
    ids=["html", "plain", "list", "spans", "rich", "elements", "editor", "json-in-json", "react"],
)
def test_a_story_in_a_pages_state_is_read_whatever_its_blocks_look_like(body: Any) -> None:
    page = read(data({"props": {"pageProps": {"article": {**STORY, "body": body}}}}))
    article = page.article
    assert page.not_article is None
    assert [line for line in article.body.split("\n\n") if line != "Nine winters"] == LINES
    assert (article.title, article.authors) == (TITLE, ("Ada Holm",))
    assert article.published_claims[0].text == "2024-03-04T08:15:00Z"
    assert article.modified_claims[0].text == "2024-03-04T09:15:00+00:00"
    assert article.standfirst == "Forty people, one bell and a band were there."
    assert article.section == "Town"
    assert article.image is not None
    assert article.image.url == "https://paper.example/pictures/ferry.jpg"
    where = "script-json:__NEXT_DATA__.props.pageProps.article"
    assert article.sources["body"].source == f"{where}.body"
    assert article.sources["authors"].source == f"{where}.authors"
    assert article.published_claims[0].source == f"{where}.publishedAt"


def test_links_headings_and_figures_of_its_text_are_kept() -> None:
    href = '<p>It was <a href="/town/the-bridge-11111">the bridge</a> that had to go first.</p>'
    article = read(data({"story": {**STORY, "body": HTML + href}})).article
    assert "[the bridge](https://paper.example/town/the-bridge-11111)" in article.body_markdown
    blocks = read(data({"story": {**STORY, "body": ELEMENTS}})).article.blocks
    assert [block.type for block in blocks[:3]] == ["paragraph", "figure", "heading"]
    assert blocks[2].level == 3


def nuxt() -> str:
    flat = [{"data": 1}, {"article": 2}, {"title": 3, "body": 4, "date": 5}, TITLE, HTML,
            "2024-03-04"]  # fmt: skip
    return data(flat, "__NUXT_DATA__")


def apollo() -> str:
    lines = {f"Line:{n}": {"__typename": "Line", "text": line} for n, line in enumerate(LINES)}
    story = {"__typename": "Article", "headline": TITLE, "author": {"__ref": "Person:1"},
             "body": [{"__ref": name} for name in lines]}  # fmt: skip
    state = {"Article:48213": story, "Person:1": {"__typename": "Person", "name": "Ada Holm"},
             **lines}  # fmt: skip
    return f"<script>window.__APOLLO_STATE__ = {json.dumps(state)};</script>"


def redux() -> str:
    state = json.dumps({"articles": {"48213": {**STORY, "body": HTML}}})
    return f'<script>window.__PRELOADED_STATE__={state[:-1]},"user":undefined}}</script>'


def parsed() -> str:
    written = json.dumps(json.dumps({"a": {**STORY, "body": HTML}}).replace("<", "\\u003c"))
    return f"<script>var STATE = JSON.parse({written});</script>"


def flight() -> str:
    text = HTML.encode()
    row = json.dumps({"post": {**STORY, "body": "$1f"}})
    rows = f"1f:T{len(text):x},{HTML}5:{row}\n"
    half = len(rows) // 2
    pieces = (rows[:half], rows[half:])
    return "".join(
        f"<script>self.__next_f.push({json.dumps([1, p]).replace('<', chr(92) + 'u003c')})</script>"
        for p in pieces
    )


def attribute() -> str:
    value = json.dumps({"props": {"article": {**STORY, "body": HTML}}}).replace('"', "&quot;")
    return f'<div id=app data-page="{value.replace("<", "&lt;")}"></div>'


@pytest.mark.parametrize("untold", [None, "", 7, [], {"fr": "Le bac"}, {"text": None}])
def test_what_ships_a_text_without_saying_its_title_is_passed_by(untold: Any) -> None:
    texts = {"headline": untold, "description": "Le bac traverse de nouveau le détroit. " * 30}
    page = read(data({"promos": [texts], "article": {**STORY, "body": HTML}}))
    assert page.article.body.split("\n\n") == LINES
    assert read(data({"promos": [texts]})).not_article == "needs_script"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("window.STATE", "STATE"),
        ("self.état$1.y", "état$1.y"),
        ('window["__story-4__"]', "__story-4__"),
        ("Zug" * 30 + ".état", "Zug" * 25 + ".état"),
    ],
)
def test_a_state_is_read_whatever_it_is_assigned_to(name: str, shown: str) -> None:
    page = read(f"<script>{name} = {json.dumps({'a': {**STORY, 'body': HTML}})}</script>")
    assert page.article.body.split("\n\n") == LINES
    assert page.article.sources["title"].source == f"script-json:{shown}.a.headline"


@pytest.mark.parametrize("script", [nuxt, apollo, redux, parsed, flight, attribute])
def test_a_state_is_read_however_it_is_shipped(script: Any) -> None:
    page = read(script())
    assert page.not_article is None
    assert page.article.body.split("\n\n") == LINES


def test_another_storys_text_is_never_taken_for_the_pages() -> None:
    other = {**STORY, "headline": "The mill burned down in the night", "slug": "mill-99999"}
    page = read(data({"next": {**other, "body": HTML}}))
    assert page.article.body == ""
    assert page.not_article == "needs_script"


def test_of_several_stories_it_is_the_one_at_the_pages_address() -> None:
    others = [
        {"title": f"Story {n} of the day", "id": 48200 + n, "body": HTML.replace("ferry", f"x{n}")}
        for n in range(20)
    ]
    page = read(data({"feed": others}), head="<title>The Sound</title>")
    assert page.article.title == "Story 13 of the day"
    assert "x13 crossed the sound" in page.article.body


def test_a_text_behind_a_wall_is_left_there() -> None:
    page = read(data({"story": {**STORY, "body": HTML, "isPremium": True}}))
    assert page.article.body == ""


def test_a_page_whose_markup_holds_its_story_is_read_as_ever() -> None:
    shown = f"<article><h1>{TITLE}</h1>{HTML}</article>"
    longer = {**STORY, "body": HTML + "<p>And a line that only scripts have, long enough.</p>"}
    page = read(data(longer), body=shown)
    assert page.article.body.split("\n\n") == LINES
    assert page.article.sources["body"].source == "html:container"


def test_a_shell_is_known_and_leads_where_its_state_leads() -> None:
    state = {"items": [{"title": "The mill burned down in the night", "url": "/town/mill-1"}]}
    page = read(data({"state": state, "pad": "x" * 300}), url="https://paper.example/")
    assert page.needs_script
    assert page.out_links == ("https://paper.example/town/mill-1",)
    empty = read("")
    assert (empty.needs_script, empty.not_article) == (True, "needs_script")


@pytest.mark.parametrize(
    "listed",
    [
        '<h1>accidente aéreo</h1><h2><a href="/madre-critica/">La madre critica al Estado</a></h2>',
        '<h1>Müllabfuhr</h1><a href="/lokales/tonnen-4711"><h3>Tonnen bleiben stehen</h3></a>',
        '<h2 class="x"><a href="https://paper.example/a/2024/05/le-pont">Le pont rouvre</a></h2>',
    ],
)
def test_a_list_of_one_story_is_no_shell(listed: str) -> None:
    page = read("", body=f"<nav><a href='/'>Inicio</a></nav>{listed}")
    assert not page.needs_script
    for front in ("/", "/en-gb/", "/index.html", "/sv/home"):
        logo = read("", body=f'<h1><a href="{front}">The Sound</a></h1>')
        assert logo.needs_script
    assert read("", body='<h1><a href="/themen/hafen">Hafen</a></h1>').needs_script


ABOUT = "https://paper.example/about"


@pytest.mark.parametrize(
    "slot",
    [
        "W733ScriptRootC1204", "div-gpt-ad-homepage-top", "page-ads", "banner_content_left",
        "modal-root", "comments-app", "cookieConsentRoot", "fb-root", "werbung-content",
        "whatsapp-share", "page-top", "domain-info",
    ],
)  # fmt: skip
def test_an_empty_place_for_an_advertisement_makes_no_shell(slot: str) -> None:
    lead = "".join(
        f"<nav><a href='/a/{n}'>Fähren, Brücken und Stege am Sund</a></nav>" for n in range(14)
    )
    page = read("", body=f"{lead}<div id='{slot}'></div>")
    assert not page.needs_script
    for place in ("root", "app", "appRoot", "page-content", "__next", "main-2"):
        assert read("", body=f"{lead}<div id='{place}'></div>").needs_script


def test_an_empty_place_beside_prose_makes_no_shell() -> None:
    prose = "<p>The ferry crosses the sound on each day of the week, whatever the weather is.</p>"
    for place in ("<div id=maincontent></div>", "<main></main>"):
        page = read("", body=f"<h1>Ferries of the sound</h1>{place}{prose * 5}", url=ABOUT)
        assert (page.needs_script, page.not_article) == (False, "about_page")


def test_a_page_of_few_words_without_scripts_is_no_shell() -> None:
    page = extract(b"<html><head><title>A page</title></head><body>Hello</body></html>", URL)
    assert not page.needs_script
    assert page.not_article == "no_text"


@pytest.mark.parametrize(
    "text",
    [
        "window.A = " + "[" * 100_000,
        "a={" * 60_000,
        "a={undefined" * 20_000,
        'a = JSON.parse("' * 20_000,
        "self.f.push([1," * 20_000,
        "x='" * 50_000,
        "self.f.push([1, " + json.dumps("1:T5,<p>ab" * 30_000) + "])",
    ],
)
def test_scripts_made_to_cost_are_read_within_bounds(text: str) -> None:
    assert read(f"<script>{text}</script>").article.body == ""


def test_a_state_that_goes_round_or_deep_is_read_within_bounds() -> None:
    deep: Any = {**STORY, "body": HTML}
    for _ in range(400):
        deep = {"title": TITLE, "content": [deep]}
    assert read(data(deep)).article.title
    ring = {f"A:{n}": {"__typename": "A", "headline": TITLE, "body": [{"__ref": f"A:{1 - n}"}] * 9}
            for n in range(2)}  # fmt: skip
    assert read(f"<script>S={json.dumps(ring)}</script>").article.body == ""
    around = [{"a": 1, "b": 1}, {"a": 0, "b": 0}, {"a": 0}]
    assert read(data(around)).article.body == ""
