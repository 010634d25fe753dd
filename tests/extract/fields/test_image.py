"""The lead picture: which one, from where, with which caption."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crawler.items import Article

Read = Callable[..., Article]
FIGURE = """<figure><img src="/media/ferry.jpg" alt="A ferry" width="900" height="600">
    <figcaption>The ferry at the upper lock. Photo: B. Lind</figcaption></figure>"""


@pytest.mark.parametrize(
    ("head", "above", "source"),
    [
        ('<meta property="og:image" content="/media/ferry.jpg">', "", "meta:og:image"),
        (
            '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Ferry returns'
            ' to the river", "image": [{"@type": "ImageObject", "url": "/media/ferry.jpg"}]}'
            "</script>",
            "",
            "json-ld:image",
        ),
        ('<meta name="twitter:image" content="/media/ferry.jpg">', "", "meta:twitter:image"),
        ("", FIGURE, "html:figure"),
    ],
)
def test_the_lead_picture_is_found_and_its_address_is_absolute(
    read: Read, head: str, above: str, source: str
) -> None:
    article = read(head, above)
    assert article.image is not None
    assert article.image.url == "https://www.paper.example/media/ferry.jpg"
    assert article.image.role == "lead"
    assert article.sources["image"].source == source


def test_its_size_and_words_are_those_that_the_page_tells(read: Read) -> None:
    head = """<meta property="og:image" content="/media/ferry.jpg">
        <meta property="og:image:width" content="1200">
        <meta property="og:image:height" content="630px">
        <meta property="og:image:alt" content="A ferry">"""
    image = read(head).image
    assert image is not None
    assert (image.width, image.height, image.alt, image.caption) == (1200, 630, "A ferry", None)


@pytest.mark.parametrize("size", ["", "-1200x630", "-scaled"])
def test_its_caption_is_that_of_the_figure_by_the_headline_in_any_size(
    read: Read, size: str
) -> None:
    image = read(f'<meta property="og:image" content="/media/ferry{size}.jpg">', FIGURE).image
    assert image is not None
    assert image.caption == "The ferry at the upper lock. Photo: B. Lind"


def test_the_picture_before_the_first_word_is_not_told_twice(read: Read) -> None:
    article = read('<meta property="og:image" content="/media/ferry.jpg">', FIGURE)
    assert not [block for block in article.blocks if block.image is not None]


@pytest.mark.parametrize("address", ["data:image/png;base64,AAAA", "javascript:x()", "", "http://"])
def test_what_is_no_address_on_the_web_is_no_picture(read: Read, address: str) -> None:
    assert read(f'<meta property="og:image" content="{address}">').image is None
