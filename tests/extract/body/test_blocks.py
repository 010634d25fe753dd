"""Blocks: what becomes of markup inside a body."""

from functools import partial

import pytest
from lxml.html import fromstring

from crawler.extract.body import read_blocks
from crawler.items import Block
from crawler.urls import absolute

BASE = "https://paper.example/town/story"


def blocks(html: str) -> tuple[Block, ...]:
    return read_blocks(fromstring(f"<div>{html}</div>"), partial(absolute, BASE))


@pytest.mark.parametrize(
    ("html", "text", "markdown"),
    [
        ("<p>Plain  and\n simple.</p>", "Plain and simple.", "Plain and simple."),
        ("<p>So <b>bold </b>and <em>fine</em>.</p>", "So bold and fine.",
         "So **bold** and *fine*."),
        ("<p>See <a href='/x y'>the plan</a> now, it says much more than this.</p>",
         "See the plan now, it says much more than this.",
         "See [the plan](https://paper.example/x%20y) now, it says much more than this."),
        ("<p>2 * 3 _is_ [six]</p>", "2 * 3 _is_ [six]", r"2 \* 3 \_is\_ \[six\]"),
        ("<p>One<br>two</p>", "One\ntwo", "One\\\ntwo"),
        ("<p># no heading</p>", "# no heading", r"\# no heading"),
        ("<p>1986. A good year</p>", "1986. A good year", r"1986\. A good year"),
        ("<p>Before<!-- x --> and after</p>", "Before and after", "Before and after"),
        ("<p>Shown<span style='display:none'>hidden</span> text</p>", "Shown text", "Shown text"),
        ("<p>A <script>var x</script>script</p>", "A script", "A script"),
    ],
)  # fmt: skip
def test_a_paragraph_is_kept_as_text_and_as_commonmark(html: str, text: str, markdown: str) -> None:
    [block] = blocks(html)
    assert (block.type, block.text, block.markdown) == ("paragraph", text, markdown)


def test_two_line_breaks_part_paragraphs() -> None:
    assert [b.text for b in blocks("First line.<br><br>Second line.<br/> <br>Third line.")] == [
        "First line.", "Second line.", "Third line.",
    ]  # fmt: skip


def test_headings_keep_their_level_and_lonely_ones_go() -> None:
    got = blocks("<h2>Part <b>one</b></h2><p>Some text of the part.</p><h3>Related</h3>")
    assert [(b.type, b.level, b.markdown) for b in got] == [
        ("heading", 2, "## Part one"), ("paragraph", None, "Some text of the part."),
    ]  # fmt: skip


def test_lists_are_one_block_with_nested_items_indented() -> None:
    [got] = blocks("<ol><li>Flour<ul><li>Rye</li><li>Wheat</li></ul></li><li><p>Salt</p></li></ol>")
    assert got.type == "list"
    assert got.text == "Flour\nRye\nWheat\nSalt"
    assert got.markdown == "1. Flour\n   - Rye\n   - Wheat\n2. Salt"


def test_a_quote_is_one_block_of_its_paragraphs() -> None:
    [got] = blocks("<blockquote><p>We bake at four.</p><p>Every day.</p></blockquote>")
    assert (got.type, got.text) == ("quote", "We bake at four.\nEvery day.")
    assert got.markdown == "> We bake at four.\n>\n> Every day."


def test_a_figure_keeps_its_picture_and_caption_out_of_the_prose() -> None:
    got = blocks(
        "<p>Some text here.</p><figure><img src='/a.jpg' alt='An oven' width=640 height=480>"
        "<figcaption>The oven. Photo: A.</figcaption></figure>"
    )
    figure = got[1]
    assert (figure.type, figure.text) == ("figure", "The oven. Photo: A.")
    assert figure.image is not None
    assert (figure.image.url, figure.image.alt, figure.image.width) == (
        "https://paper.example/a.jpg",
        "An oven",
        640,
    )


def test_data_tables_are_blocks_and_layout_tables_are_walked_through() -> None:
    [table] = blocks(
        "<table><tr><th>Loaf</th><th>Price</th></tr><tr><td>Rye</td><td>3|4</td></tr></table>"
    )
    assert (table.type, table.text) == ("table", "Loaf\tPrice\nRye\t3|4")
    assert table.markdown == "| Loaf | Price |\n| --- | --- |\n| Rye | 3\\|4 |"
    long = "A long paragraph of a story in a table cell. " * 12
    assert [
        b.type for b in blocks(f"<table><tr><td>x</td><td><p>{long}</p></td></tr></table>")
    ].count("paragraph") >= 1


def test_code_keeps_its_line_breaks() -> None:
    [got] = blocks("<pre>a = 1\n  b = 2</pre>")
    assert (got.type, got.text) == ("code", "a = 1\n  b = 2")


@pytest.mark.parametrize(
    "html",
    [
        "<div class='share-buttons'>Share this with all your friends</div>",
        "<aside>An aside that is not the story</aside>",
        "<div id=comments><p>First! I do not agree with this at all.</p></div>",
        "<div class='newsletter-signup'><p>Get our newsletter each morning.</p></div>",
        "<ul><li><a href='/a'>A story of today</a></li><li><a href='/b'>One more</a></li></ul>",
        "<p><a href='/a'>A line that is nothing but a link to another story</a></p>",
        "<p><strong>ALSO READ: <a href='/a'>Another story of the same day</a></strong></p>",
        "<article><h3><a href='/a'>Another story's card</a></h3><p>With its excerpt.</p></article>",
        "<form><label>Your address</label><input></form><noscript>Switch on scripts.</noscript>",
        "<p>Said once and for all in this one paragraph.</p>",
    ],
)
def test_what_is_not_the_story_is_left_out(html: str) -> None:
    first, last = "Said once and for all in this one paragraph.", "The end of the story."
    got = blocks(f"<p>{first}</p>{html}<p>{last}</p>")
    assert [b.text for b in got] == [first, last]
