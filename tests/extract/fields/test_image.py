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


SHOWN = {
    "a figure": (FIGURE, "html:figure"),
    "a picture alone": (
        '<div class="hero"><img src=/blank.gif data-src="/media/ferry.jpg"></div>', "html:figure",
    ),
    "what readers without scripts see": (
        '<figure><img src="data:image/gif;base64,R0l"><noscript><img src="/media/ferry.jpg">'
        "</noscript></figure>", "html:figure",
    ),
    "the background beside the headline": (
        "<div class=cover><div style=\"background-image: url('/media/ferry.jpg')\"></div></div>",
        "html:background",
    ),
}  # fmt: skip
STAND_INS = [
    "/img/paper-logo.png", "/static/default-share-image.jpg", "/logo_1200x630.png?v=3",
    "/og-image.png", "/assets/ThePaperPlaceholder.svg", "/no-image-available.jpg",
]  # fmt: skip


@pytest.mark.parametrize(("above", "source"), SHOWN.values(), ids=SHOWN.keys())
@pytest.mark.parametrize("told", ["", *STAND_INS])
def test_the_storys_own_picture_goes_before_one_that_stands_in_for_it(
    read: Read, above: str, source: str, told: str
) -> None:
    article = read(f'<meta property="og:image" content="{told}">' if told else "", above)
    assert article.image is not None
    assert article.image.url == "https://www.paper.example/media/ferry.jpg"
    assert article.sources["image"].source == source


@pytest.mark.parametrize("told", STAND_INS)
def test_machines_may_be_told_another_picture_elsewhere(read: Read, told: str) -> None:
    image = read(
        f'<meta property="og:image" content="{told}"><meta name="twitter:image" content="/f.jpg">'
    ).image
    assert image is not None
    assert image.url == "https://www.paper.example/f.jpg"


@pytest.mark.parametrize(
    "told", ["/media/logo-of-the-bakers.jpg", "/default-judgment-court.jpg", "/no-parking.jpg"]
)
def test_a_picture_of_such_a_thing_is_the_storys(read: Read, told: str) -> None:
    image = read(f'<meta property="og:image" content="{told}">', FIGURE).image
    assert image is not None
    assert image.url.endswith(told)


def test_a_logo_is_better_than_nothing(read: Read) -> None:
    image = read(f'<meta property="og:image" content="{STAND_INS[0]}">').image
    assert image is not None


@pytest.mark.parametrize(
    "above",
    [
        '<div class="byline"><img src="/people/ada.jpg"> Ada Lind</div>',
        '<a href="/sport"><img src="/sport.jpg"></a>',
        '<img src="/pixel.gif" width="1" height="1">',
        '<span><img src="/share.png" alt="WX"></span>',
    ],
)
def test_a_face_a_link_and_a_counter_are_no_lead_picture(read: Read, above: str) -> None:
    assert read("", above).image is None
