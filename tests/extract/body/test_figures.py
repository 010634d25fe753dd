"""A caption is kept with its picture, wherever that stands, so that its correction is seen."""

from __future__ import annotations

import pytest

from crawler.extract import extract
from crawler.items import Article

URL = "https://paper.example/harbour/2026/the-boats-come-home"
TEXT = [
    f"<p>The {n} boat came home at noon, with a torn sail and eleven baskets of herring.</p>"
    for n in ("first", "second", "third", "fourth", "fifth")
]
CAPTION = "The harbour of Tarnholt from the north."


def read(*pieces: str, above: str = "", head: str = "") -> Article:
    html = f"""<html><head>{head}</head><body><main><article><h1>The boats come home</h1>{above}
    {"".join(pieces)}</article></main></body></html>"""
    return extract(html.encode(), URL).article


MARKUP = {
    "figcaption": "<figure><img src=/a.jpg><figcaption>{}</figcaption></figure>",
    "a paragraph in the figure": "<figure><img src=/a.jpg><p class=caption>{}</p></figure>",
    "an unmarked text": "<figure><div><img src=/a.jpg></div><div>{}</div></figure>",
    "a paragraph below": "<div><img src=/a.jpg><p class=caption>{}</p></div>",
    "below a wrapped picture": "<div class=i><a href=/a.jpg><img src=/a.jpg></a></div>"
    "<div class=image-caption>{}</div>",
    "a box named caption": '<div class="wp-caption"><img src=/a.jpg>'
    '<p class="wp-caption-text">{}</p></div>',
    "an item of a gallery": "<ul><li><img src=/a.jpg><p class=caption>{}</p></li></ul>",
}


@pytest.mark.parametrize("markup", MARKUP.values(), ids=MARKUP.keys())
@pytest.mark.parametrize("at", [2, 5], ids=["within", "after the last paragraph"])
def test_the_caption_is_kept_with_the_picture(markup: str, at: int) -> None:
    pieces = [*TEXT[:at], markup.format(CAPTION), *TEXT[at:]]
    head = '<meta property="og:image" content="/other.jpg">'
    article = read(*pieces, head=head)
    images = [block.image for block in article.blocks if block.image is not None]
    assert [image.caption for image in images] == [CAPTION]
    assert CAPTION not in article.body


@pytest.mark.parametrize("told", ["", "/a.jpg", "/a-1200x630.jpg", "https://cdn.example/x/9f3.jpg"])
@pytest.mark.parametrize(
    "markup", [MARKUP["figcaption"], f"<div class=hero><div>{MARKUP['figcaption']}</div></div>"]
)
def test_the_lead_pictures_caption_is_kept(markup: str, told: str) -> None:
    head = f'<meta property="og:image" content="{told}">' if told else ""
    article = read("<div>", *TEXT, "</div>", above=markup.format(CAPTION), head=head)
    shown = [block.image for block in article.blocks if block.image is not None]
    assert CAPTION in [image.caption for image in (article.image, *shown) if image is not None]
    if not shown:
        assert article.image is not None
        assert article.image.caption == CAPTION


def test_all_captions_of_a_gallery_are_kept() -> None:
    items = "".join(MARKUP["figcaption"].format(f"Boat number {n} at the pier.") for n in range(3))
    for gallery in (f"<div class=gallery>{items}</div>", f"<figure>{items}</figure>"):
        article = read(*TEXT[:3], gallery, *TEXT[3:])
        captions = " ".join(block.text for block in article.blocks if block.type == "figure")
        assert all(f"Boat number {n} at the pier." in captions for n in range(3))
