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


@pytest.mark.parametrize(
    "line",
    [
        "Updated 7 May 2026 at 5:17 p.m. | Published 7 May 2026 at 6:02 a.m.",
        "Aktualisiert am 7. Mai 2026 um 17.17 Uhr, veröffentlicht am 7. Mai 2026 um 6.02 Uhr",
    ],
)
def test_a_line_that_says_when_the_story_was_updated_is_no_note_to_it(line: str) -> None:
    assert read(f'<p class="lead">{LEAD}</p><div>{line}</div>').body.split("\n\n") == [LEAD, *STORY]


@pytest.mark.parametrize(
    "lines",
    [
        ["Reporter", "Publicerad", "05.10", "Uppdaterad", "07.00"],
        ["Ann Example", "Published 9:40"],
        ["Ann Example", '<time datetime="2026-05-07T05:10Z">3 hours ago</time>'],
        ['<span>Publisert: <time datetime="2026-05-07">For 3 timer siden</time></span>'
         '<span>Oppdatert <time datetime="2026-05-07">for 20 minutter siden</time></span>'],
    ],
)  # fmt: skip
def test_lines_of_an_hour_or_a_time_between_lead_and_story_are_left_out(lines: list[str]) -> None:
    beside = "".join(f"<div>{line}</div>" for line in lines)
    inside = f'<p class="lead">{LEAD}</p>{beside}' + "".join(f"<p>{text}</p>" for text in STORY)
    html = f"""<html><head><title>{TITLE}</title></head><body><main><article>
    <h1>{TITLE}</h1>{inside}</article></main></body></html>"""
    assert extract(html.encode(), URL).article.body.split("\n\n") == [LEAD, *STORY]


def test_how_long_something_takes_is_no_line_of_the_storys_time() -> None:
    takes = '<p class="lead">{}</p><p>Baking</p><p><time datetime="PT15M">15 min</time></p>'
    article = read(
        inside=[], above="", after=takes.format(LEAD) + "".join(map("<p>{}</p>".format, STORY))
    )
    assert "15 min" in article.body


@pytest.mark.parametrize(
    "after",
    [
        "<p>12 gennaio 2026 (modifica il 13 gennaio 2026 | 19:02)</p>",
        "<p>Editor: A. L.</p>",
        "<p><em>(Cover picture: the old bridge. Photo: Ann Example / The Paper)</em></p>",
        "<p><em>(Borítókép: a régi híd. Fotó: Példa Anna)</em></p>",
        "<p><b>BONUS VIDEO:</b></p>",
        "<ul><li>Sign up for our newsletter and get the best stories every morning</li>"
        "<li>Sign up for push alerts and have the best of it on your phone</li></ul>",
    ],
)  # fmt: skip
def test_lines_that_are_about_the_page_do_not_end_the_story(after: str) -> None:
    assert read(after=after).body.split("\n\n") == STORY


@pytest.mark.parametrize(
    "last",
    [
        "(The exhibition is open from 3 March 2026 to 14 July 2026.)",
        "All that he said of it was this: yes (and that to himself).",
        "What you will find in his shop by the bridge, and at which price, is written here:",
    ],
)
def test_a_last_line_that_tells_of_the_story_stays(last: str) -> None:
    assert read(inside=[*STORY, last]).body.split("\n\n") == [*STORY, last]


def test_buttons_in_a_list_behind_the_date_are_left_out() -> None:
    inside = (
        f'<p class="lead">{LEAD}</p><p>Publié le 7 mai 2026 à 07h00</p>'
        "<ul><li>Offrir l’article</li><li>Partager</li></ul>"
        + "".join(f"<p>{text}</p>" for text in STORY)
    )
    html = f"""<html lang="fr"><head><title>{TITLE}</title></head><body><main><article>
    <h1>{TITLE}</h1>{inside}</article></main></body></html>"""
    assert extract(html.encode(), URL).article.body.split("\n\n") == [LEAD, *STORY]
