"""Pictures in a row among a story's paragraphs are no part of its text, unless they tell it."""

from __future__ import annotations

import pytest

from crawler.extract import extract
from crawler.items import Article

URL = "https://paper.example/river/2024/the-flood-of-march"
STORY = [
    f"The {n} house by the mill has water in its cellar, and the pump that the council sent is one "
    "of two that work; the other stands in the yard of the brewery, for want of a hose."
    for n in ("first", "second", "third", "fourth")
]
SEEN = ["The bridge in the morning", "Sandbags at the mill", "A boat in Long Street", "The pump"]


def read(gallery: str) -> Article:
    paragraphs = [f"<p>{text}</p>" for text in STORY]
    html = "".join(
        ["<article><h1>The flood of March</h1>", *paragraphs[:3], gallery, paragraphs[3]]
    )
    return extract(f"<html><body>{html}</article></body></html>".encode(), URL).article


GALLERIES = {
    "pictures with captions": "<ul>{}</ul>",
    "pictures in boxes": "<div class=scroller><ul class=x>{}</ul></div>",
}


@pytest.mark.parametrize("gallery", GALLERIES.values(), ids=GALLERIES.keys())
@pytest.mark.parametrize(
    "item",
    ["<li><img src=/{n}.jpg><p>{text}.</p></li>", "<li><a><img src=/{n}.jpg></a>{text}</li>"],
)
def test_a_list_of_pictures_is_kept_as_pictures(gallery: str, item: str) -> None:
    items = "".join(item.format(n=n, text=text) for n, text in enumerate(SEEN))
    article = read(gallery.format(items))
    assert article.body.split("\n\n") == STORY
    captions = [block.text.rstrip(".") for block in article.blocks if block.type == "figure"]
    assert captions == SEEN


COUNTED = {
    "a list": ("<h2>In pictures</h2><ul>{}</ul>", "<li>{n}/{of} {text}</li>"),
    "paragraphs": ("<div>{}</div>", "<p>{n} de {of} {text}</p>"),
    "in brackets": ("<h3>Bilder</h3>{}", "<p>({n} von {of}) {text}</p>"),
}


@pytest.mark.parametrize(("gallery", "item"), COUNTED.values(), ids=COUNTED.keys())
def test_captions_that_count_the_pictures_are_left_out(gallery: str, item: str) -> None:
    said = "of the keeper, who took it from the tower on Tuesday, before the water came."
    items = [item.format(n=n, of=4, text=f"{text} {said}") for n, text in enumerate(SEEN, 1)]
    assert read(gallery.format("".join(items))).body.split("\n\n") == STORY


def test_a_story_told_in_counted_pictures_is_read() -> None:
    items = "".join(f"<p>{n}/4 {text}</p>" for n, text in enumerate(STORY, 1))
    html = f"<html><body><article><h1>The flood of March</h1>{items}</article></body></html>"
    body = extract(html.encode(), URL).article.body
    assert all(text in body for text in STORY)


@pytest.mark.parametrize(
    "items",
    [
        ["1/2 cup of flour", "1/2 cup of milk", "1/4 of an onion"],
        ["3 of 10 said yes", "5 of 10 said no", "2 of 10 did not know"],
        ["1/2 pound of butter", "2/3 pound of sugar", "3/4 pound of salt"],
    ],
)
def test_fractions_are_no_count_of_pictures(items: list[str]) -> None:
    body = read("<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>").body
    assert all(item in body for item in items)


def test_steps_with_pictures_are_the_story() -> None:
    steps = "".join(
        f"<li><img src=/{n}.jpg><p>{text} first.</p></li>" for n, text in enumerate(SEEN)
    )
    assert all(text in read(f"<ol>{steps}</ol>").body for text in SEEN)
