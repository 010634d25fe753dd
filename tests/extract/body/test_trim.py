"""Where a story begins and ends: leads, decks, bylines, what stands within and after it."""

from __future__ import annotations

import pytest

from crawler.extract import extract
from crawler.items import Article

URL = "https://paper.example/town/the-bridge-will-be-mended"
TITLE = "The bridge will be mended"
STORY = [
    "The council met on Monday and agreed, after two hours, to mend the bridge by the mill.",
    "Carpenters from the upper valley will begin in April, as soon as the river has gone down.",
    "Until then carts have to take the way around by the ferry, which is an hour longer.",
    "The money comes from the sale of the old toll house, for which three buyers have asked.",
    "The miller, who has waited for this since the flood, said that he would bake for them all.",
]
LEAD = "After three winters without a crossing, the lower town is to have its bridge back at last."


def read(above: str = "", inside: list[str] | None = None, after: str = "") -> Article:
    paragraphs = "".join(f"<p>{text}</p>" for text in (STORY if inside is None else inside))
    html = f"""<html lang="en"><head><title>{TITLE}</title></head><body><main>
    <header><h1>{TITLE}</h1>{above}</header>
    <div class="story-text">{paragraphs}{after}</div></main></body></html>"""
    return extract(html.encode(), URL).article


@pytest.mark.parametrize("markup", ['<p class="lead">{}</p>', '<div class="x1"><p>{}</p></div>'])
def test_a_lead_above_the_body_is_its_first_paragraph(markup: str) -> None:
    assert read(markup.format(LEAD)).body.split("\n\n") == [LEAD, *STORY]


def test_a_lead_that_the_body_says_again_stands_once() -> None:
    article = read(f'<p class="lead">{STORY[0]}</p>')
    assert article.body.split("\n\n") == STORY
    assert article.standfirst == STORY[0]


def test_a_deck_that_is_no_sentence_belongs_to_the_headline() -> None:
    article = read('<p class="subtitle">Carpenters begin in April, the miller bakes for all</p>')
    assert article.body.split("\n\n") == STORY
    assert article.standfirst == "Carpenters begin in April, the miller bakes for all"


def test_a_caption_beside_a_picture_is_no_lead() -> None:
    picture = f'<div><img src="/b.jpg" width="600" height="400"><p>{LEAD}</p></div>'
    assert LEAD not in read(picture).body


def test_labels_and_appeals_within_a_story_are_left_out() -> None:
    inside = [STORY[0], "Advertisement", *STORY[1:3], "Sign up for our newsletter.", *STORY[3:]]
    assert read(inside=inside).body.split("\n\n") == STORY


def test_what_comes_after_a_heading_about_the_author_is_left_out() -> None:
    bio = "<h3>About the author</h3><p>Ann Example has written of bridges for twenty years now.</p>"
    assert read(after=bio).body.split("\n\n") == STORY


def test_a_page_that_is_all_appeal_keeps_its_words() -> None:
    inside = [f"Sign up for our newsletter number {n} today." for n in range(6)]
    assert read(inside=inside).body


@pytest.mark.parametrize("at", [0, len(STORY)])
def test_a_name_in_bold_above_or_below_the_story_is_its_author(at: int) -> None:
    inside = [*STORY[:at], "<b>Ann Example</b>", *STORY[at:]]
    article = read(inside=inside)
    assert article.authors == ("Ann Example",)
    assert article.sources["authors"].source == "html:byline"
    assert article.body.split("\n\n") == STORY


def test_a_line_in_bold_that_names_nobody_is_no_author() -> None:
    assert read(inside=["<b>What happens now</b>", *STORY]).authors == ()


@pytest.mark.parametrize(
    "stamp", ["12.03.2026, 18:03 Uhr", "12 March 2026 at 6:03pm", "18:03 12/03/2026"]
)
def test_the_time_of_going_online_is_not_the_story(stamp: str) -> None:
    assert read(inside=[stamp, *STORY]).body.split("\n\n") == STORY


def test_a_cookie_wall_longer_than_the_story_is_not_the_story() -> None:
    wall = "<p>We and our partners store information on your device, and ask your consent.</p>" * 20
    html = f"""<html><body><div class="modal-dialog"><div class="box">{wall}</div></div>
    <main><h1>{TITLE}</h1><div><p>{"</p><p>".join(STORY)}</p></div></main></body></html>"""
    assert extract(html.encode(), URL).article.body.split("\n\n") == STORY


def test_a_story_in_many_boxes_is_read_whole() -> None:
    boxes = "".join(
        f'<section><div class="b{n}"><p>{t}</p></div></section>' for n, t in enumerate(STORY)
    )
    html = f"<html><body><main><h1>{TITLE}</h1>{boxes}</main></body></html>"
    assert extract(html.encode(), URL).article.body.split("\n\n") == STORY


def test_a_claim_cut_off_at_a_quotation_mark_is_not_the_title() -> None:
    html = f"""<html><head><meta property="og:title" content="The bridge, or "></head>
    <body><h1>The bridge, or "the miller’s road"</h1><p>{"</p><p>".join(STORY)}</p></body></html>"""
    assert extract(html.encode(), URL).article.title == 'The bridge, or "the miller’s road"'
