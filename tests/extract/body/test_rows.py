"""A story is found whole among rows of boxes: its own parts, and no other stories' cards."""

from __future__ import annotations

import pytest

from crawler.extract import extract

URL = "https://paper.example/river/2024/the-lock-is-shut"
STORY = [
    "The lock at Tarnholt is shut since Monday, and eleven barges wait below it for the water.",
    "A beam of the lower gate broke in the night; the keeper heard it from his bed, he says.",
    "The carpenters of the yard have oak for one beam, and none for the two that should follow.",
    "Until it is mended the grain goes by cart, at twice the price and at half the pace.",
]


def read(html: str) -> list[str]:
    return extract(f"<html><body>{html}</body></html>".encode(), URL).article.body.split("\n\n")


def paragraphs(texts: list[str]) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


HEADLINES = [
    "Three mills stand still", "The ferry takes carts again", "A bridge of rope", "Oak is dear",
    "Who pays the keeper",
]  # fmt: skip
TEASER = "It was found on the bank by a boy of nine, who thought that it was a cow, and ran {}."
CARDS = {
    "a headline that is a link": "<div class=item><h3><a href=/a/{n}>{head}</a></h3><p>{text}</p>"
    "</div>",
    "a link over all of it": "<li class='post {odd}'><h4>{head}</h4><div><p>{text}</p></div>"
    "<a href=https://www.paper.example/b/{n}></a></li>",
    "a link around the picture": "<section><a href=/c/{n}><img src=/{n}.jpg></a><b>{head}</b>"
    "<p>{text}</p></section>",
    "a link before the text": "<div><div class=x><a href=/d/{n}>{head}</a></div>"
    "<p>{text}</p></div>",
}


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS.keys())
@pytest.mark.parametrize("box", ["<div class=main-content>{}</div>", "<div><div>{}</div></div>"])
def test_cards_below_a_story_are_not_taken_in(card: str, box: str) -> None:
    cards = "".join(
        card.format(n=n, head=head, text=TEASER.format(n), odd="odd" if n % 2 else "even")
        for n, head in enumerate(HEADLINES)
    )
    long = [*STORY, *(f"In other words: {text}" for text in STORY)]
    story = f"<header><h1>The lock is shut</h1></header><div class=t>{paragraphs(long)}</div>"
    assert read(box.format(story + f"<div class=list>{cards}</div>")) == long


PARTS = {
    "boxes of a page builder": "<div class=row><div class=col><div class=module><div class=inner>"
    "{}</div></div></div></div>",
    "sections with a heading": "<section><div><h2>What is known</h2><div>{}</div></div></section>",
    "a box of its own with a list": "<div><div><div><ul><li>One barge.</li></ul>{}</div></div>"
    "</div>",
}


@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS.keys())
def test_a_story_in_many_boxes_is_read_whole(part: str) -> None:
    long = [f"{text} {text.lower()}" for text in STORY]
    parts = "".join(part.format(paragraphs([text])) for text in long)
    body = read(f"<div><div><h1>The lock is shut</h1></div>{parts}</div>")
    assert [text for text in body if text in long] == long


@pytest.mark.parametrize("row", ["<ul>{}</ul>", "<div class=community>{}</div>", "<ol>{}</ol>"])
def test_what_readers_say_at_length_is_not_the_story(row: str) -> None:
    says = "I do not think so, for the gate was new when my father worked there, and oak lasts. "
    replies = "".join(f"<li><b>R{n}</b><div><p>{says * 3} {n}</p></div></li>" for n in range(6))
    long = [*STORY, *(f"In short: {text}" for text in STORY)]
    story = f"<article><h1>The lock is shut</h1>{paragraphs(long)}</article>"
    body = read(f"<div><div>{story}</div><div><div>{row.format(replies)}</div></div></div>")
    assert body == long


@pytest.mark.parametrize(
    "names",
    ["id=block-2ccb0dd2cf321a0d02c9", "class=css-1ad9d", "class='c4ad40b84 x1pr0mo2'"],
)
def test_letters_in_a_made_up_name_are_no_words(names: str) -> None:
    boxes = "".join(f"<div {names}>{paragraphs([text])}</div>" for text in STORY)
    assert read(f"<article><h1>The lock is shut</h1>{boxes}</article>") == STORY


@pytest.mark.parametrize("names", ["Section--ads", "slider-part", "widget part"])
def test_names_that_are_wrong_of_the_container_are_wrong_of_its_parts(names: str) -> None:
    parts = "".join(
        f"<section class='{names}' id=s{n}><h2>Part {n}</h2><div>{paragraphs([text] * 1)}"
        f"<p>{text} So it was told to us by the keeper {n}.</p></div></section>"
        for n, text in enumerate(STORY)
    )
    body = read(f"<main><article><h1>The lock is shut</h1>{parts}</article></main>")
    assert [text for text in body if text in STORY] == STORY
