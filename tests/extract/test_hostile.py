"""Pages that are huge, endless or no pages at all: read or refused in a bounded time."""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from crawler.errors import PageError
from crawler.extract import extract
from crawler.extract.dates import normalise
from crawler.extract.page.bounds import MAX_ATTRIBUTES, MAX_TAGS

URL = "https://courier.example/2024/05/ferries-stand-still-for-a-second-week/"
AT = datetime(2026, 11, 1, tzinfo=UTC)
PROSE = "<p>" + "The harbour master counted the ferries again, said nobody. " * 6 + "</p>"
STORY = (
    "<html lang=en><head><title>Ferries stand still</title></head><body><article>"
    "<h1>Ferries stand still</h1>" + PROSE * 6
)
K = 1_000
# So many times as long as an ordinary page may the worst take: on the machines that we know of, two
# to three seconds of CPU. Measured side by side, for how fast a machine is says nothing.
LIMIT = 450
ORDINARY = (STORY + PROSE * 300).encode()
QUOTED = " a#='<>'"


def ld(text: str) -> str:
    return f"<script type='application/ld+json'>{text}</script>"


def numbered(pattern: str, count: int) -> str:
    return "".join(pattern.replace("#", str(n)) for n in range(count))


PAGES: dict[str, Callable[[], str | bytes]] = {
    "50 MB": lambda: STORY + PROSE * 130 * K,
    "14 MB of paragraphs": lambda: STORY + PROSE * 38 * K,
    "a million paragraphs": lambda: STORY + "<p>a</p>" * 1000 * K,
    "a hundred thousand paragraphs": lambda: STORY + "<p>a word</p>" * 100 * K,
    "a million lines": lambda: STORY + "<br>x" * 1000 * K,
    "5 MB of text": lambda: STORY + "<p>" + "word " * 1000 * K,
    "5 MB headline": lambda: f"<h1>{'word ' * 1000 * K}</h1>" + STORY,
    "5 MB of angle brackets": lambda: STORY + "<p>" + ">" * 5000 * K,
    "deep": lambda: "<div>" * 100 * K + STORY,
    "deep in the story": lambda: STORY + "<b><div>some words of text. " * 50 * K,
    "deep and named": lambda: STORY + "<div class='byline date tags comments'>2024-05-06 " * 50 * K,
    "a million attributes": lambda: f"<div {numbered('a#=b ', 1000 * K)}>" + STORY,
    "attributes without values": lambda: f"<div {numbered('a# ', 400 * K)}>" + STORY,
    "quoted brackets": lambda: f"<div {numbered(QUOTED, 50 * K)}>" + STORY,
    "many tags of many attributes": lambda: STORY + f"<i {numbered('a#=b ', 1 * K)}>x</i>" * K,
    "no body": lambda: PROSE * 50,
    "no markup": lambda: "just text " * K,
    "zeros": lambda: "\0" * 5000 * K + STORY,
    "a picture": lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40 * K,
    "noise": lambda: random.Random(1).randbytes(3000 * K),
    "an entity bomb": lambda: "<!DOCTYPE html [<!ENTITY a 'aaaaaaaaaa'>"
    + numbered("<!ENTITY b# '&b;&b;&b;&b;'>", 100)
    + "]>"
    + STORY
    + "&b99;",
    "entities": lambda: STORY + "<p>" + "&amp;&lt;&nbsp;" * 500 * K,
    "JSON-LD scripts": lambda: STORY + ld('{"@type":"NewsArticle","headline":"x"}') * 100 * K,
    "broken JSON-LD scripts": lambda: STORY + ld('{"@type":"NewsArticle","headline":,,') * 100 * K,
    "deep JSON lists": lambda: STORY + ld("[" * 100 * K),
    "deep JSON objects": lambda: STORY + ld('{"a":' * 100 * K + "1" + "}" * 100 * K),
    "many JSON authors": lambda: STORY
    + ld('{"@type":"NewsArticle","headline":"x","author":[' + numbered('{"name":"A B#"},', 50 * K)),
    "broken JSON commas": lambda: STORY + ld('{"a":' + ("," + " " * K) * 2 * K + "x"),
    "times": lambda: STORY + "<time datetime=2024-05-06T07:08:09Z>6 May 2024</time>" * 100 * K,
    "dates": lambda: "<span class=date>6 May 2024</span>" * 100 * K + STORY,
    "years": lambda: "<h1>Ferries</h1>" + "<p>2020 x 1</p>" * 100 * K,
    "meta elements": lambda: numbered("<meta name=date content=#>", 100 * K) + STORY,
    "tags": lambda: numbered("<meta property=article:tag content='tag #'>", 100 * K) + STORY,
    "links": lambda: STORY + numbered("<a href='/2024/05/a-story-of-#'>Story #</a> ", 60 * K),
    "broken links": lambda: STORY + numbered("<a href='http://[x#'>A story</a> ", 60 * K),
    "pictures": lambda: STORY + numbered("<img src=/i/#.jpg alt='x y z'>", 60 * K),
    "comments": lambda: STORY + "<!-- x -->" * 200 * K,
    "instructions": lambda: STORY + "<?x y?>" * 200 * K,
    "list items": lambda: STORY + "<ul>" + "<li>item text here" * 100 * K,
    "rows": lambda: STORY + "<table>" + "<tr><td>a<td>b" * 50 * K,
    "bylines": lambda: STORY + "<span class=byline>By Ann Lee</span>" * 60 * K,
    "one long byline": lambda: STORY + f"<span class=byline>By {'Ann Lee and ' * 300 * K}</span>",
    "brackets": lambda: "<" * 5000 * K,
    "an open quote": lambda: STORY + '<a href="' + "x" * 5000 * K,
    "mojibake": lambda: STORY + "<p>" + "Ã¶ы" * 400 * K,
    "a legacy encoding": lambda: STORY.encode() + ("<p>Паром снова " * 60 * K).encode("cp1251"),
    "bad UTF-8": lambda: STORY.encode() + b"\xff\xfe\xc3 " * 1000 * K,
    "spaces": lambda: STORY + "<p>" + " " * 10_000 * K + "x",
    "wrong nesting": lambda: STORY + "<b><i><u><s><em><strong>x</p><p>" * 20 * K,
}  # fmt: skip


GROWING = (
    "5 MB headline", "5 MB of text", "a hundred thousand paragraphs", "a legacy encoding",
    "broken links", "bylines", "dates", "links", "list items", "pictures", "rows", "times",
    "wrong nesting", "years",
)  # fmt: skip
"""Pages of one thing over and over, each of which is read: what they cost is told by how it grows
from an eighth to a quarter of them, in a third of the time."""


@pytest.mark.parametrize("name", [name for name in PAGES if name not in GROWING])
def test_a_hostile_page_is_read_or_refused_in_a_bounded_time(name: str) -> None:
    html = page(name)
    # Once more, if need be: at first caches fill, and another's load on the machine counts as ours.
    assert cost(html) < LIMIT * cost(ORDINARY) or (
        cost(html) < LIMIT * max(cost(ORDINARY) for _ in range(3))
    )


@pytest.mark.parametrize("name", GROWING)
def test_what_a_page_costs_does_not_outgrow_its_bound(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = []
    for thousand in (125, 250):
        monkeypatch.setitem(globals(), "K", thousand)
        pages.append(page(name))
    costs = [cost(html) for html in pages]
    if whole(costs) > LIMIT * cost(ORDINARY):
        costs = [min(known, cost(html)) for known, html in zip(costs, pages, strict=True)]
        assert whole(costs) < LIMIT * max(cost(ORDINARY) for _ in range(3))


def whole(costs: list[float]) -> float:
    """What all of a page costs of which an eighth and a quarter cost so much, if it goes on growing
    as it did: linear cost doubles twice, quadratic cost fourfold twice."""
    eighth, quarter = costs
    return quarter * max(2.0, quarter / eighth) ** 2


def test_quadratic_cost_is_told() -> None:
    assert whole([0.125, 0.25]) == 1.0
    assert whole([1 / 64, 1 / 16]) == 1.0
    assert whole([1 / 512, 1 / 64]) == 1.0


def page(name: str) -> bytes:
    made = PAGES[name]()
    return made if isinstance(made, bytes) else made.encode("utf-8", "replace")


def cost(html: bytes) -> float:
    """Seconds of CPU that a page takes to be read or refused; not to look through what other tests
    have left behind, which the collector does when it is its turn."""
    gc.disable()
    try:
        start = time.process_time()
        with suppress(PageError):
            normalise(extract(html, URL, "text/html").article, AT)
        return time.process_time() - start
    finally:
        gc.enable()


def test_pages_of_a_size_that_exists_are_not_refused() -> None:
    page = extract((STORY + PROSE * 10 * K).encode(), URL)
    assert page.article.title == "Ferries stand still"
    wide = f"<div data-x='{'a=b > ' * 5000}' {numbered('a#=b ', 300)}>x</div>"
    long_script = f"<script>if(a<b){{{'x = y, z = 1; ' * 20 * K}}}</script>"
    assert extract((STORY + wide * 3 + long_script).encode(), URL).article.word_count > 50


def test_the_reasons_say_what_is_too_much() -> None:
    for html, reason in (
        (STORY + "<p>" * (MAX_TAGS + 1), "more than 250,000 tags"),
        (f"<div {numbered('a# ', 9 * MAX_ATTRIBUTES)}>" + STORY, "more than 2,000 attributes"),
        (STORY + "<!-- x -->" * 40 * K, "more than 30,000 comments"),
        (" \n ", "page is empty"),
    ):
        with pytest.raises(PageError, match=reason):
            extract(html.encode(), URL)


@pytest.mark.parametrize(
    "html",
    [
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9,
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)) * 9,
        b"GIF89a" + bytes(range(256)) * 9,
        b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(range(256)) * 9,
        b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\n" * 9,
        b"\x1f\x8b\x08\x00" + bytes(range(256)) * 9,
        random.Random(1).randbytes(30_000),
    ],
)
def test_what_is_no_text_is_no_page(html: bytes) -> None:
    with pytest.raises(PageError, match="page is"):
        extract(html, URL, "text/html")
