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
    "emphasised in its paragraph": "<p><img src=/a.jpg><br><em>{}</em></p>",
    "small in its paragraph": "<p><a href=/a.jpg><img src=/a.jpg></a><small>{}</small></p>",
    "in italics below it": "<p class=x><img src=/a.jpg><br/><i>{}</i></p>",
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


@pytest.mark.parametrize(
    "paragraph",
    [
        "<p><img src=/a.jpg>{}</p>",
        "<p><em>{}</em><img src=/a.jpg></p>",
        "<p><img src=/a.jpg><em>The boats</em> {}</p>",
        "<p><em>{}</em></p>",
    ],
)
def test_a_paragraph_that_is_more_than_a_picture_and_its_caption_is_text(paragraph: str) -> None:
    assert CAPTION in read(*TEXT[:2], paragraph.format(CAPTION), *TEXT[2:]).body


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


PICTURES = {
    "sizes": '<img srcset="/w-320.jpg 320w, /w-960.jpg 960w, /w-640.jpg 640w" sizes="50vw">',
    "densities": '<img srcset="/s.jpg, /w-960.jpg 2x" alt="w">',
    "sizes that wait": '<img src="/assets/blank.gif" data-srcset="/s.jpg 300w,/w-960.jpg 1100w">',
    "a comma in the address": '<img data-srcset="/c_fill,w_300/s.jpg 300w, /w-960.jpg 900w">',
    "a picture": '<picture><source media="(min-width: 40em)" srcset="/w-960.jpg 960w">'
    '<source srcset="/s.jpg 320w"><img alt=w></picture>',
    "a picture that waits": '<picture><source data-srcset="/w-960.jpg"><img src="data:image/gif;'
    'base64,R0lGODlhAQABAAAAACw="></picture>',
    "AMP": '<amp-img src="/w-960.jpg" width=960 height=640 layout=responsive><noscript>'
    '<img src="/s.jpg"></noscript></amp-img>',
    "a large one": '<img src="/thumbs/s-150x100.jpg" data-src-medium="/s-400x300.jpg" '
    'data-src-large="/w-960.jpg">',
    "lazy": '<img class=lazy src="/img/lazy-placeholder.png" data-lazy-src="/w-960.jpg">',
    "original": '<img src="https://i.example/pixel.gif" data-original="/w-960.jpg">',
    "blurred": '<img src="/w-960.jpg?w=30&amp;blur=10" data-full-src="/w-960.jpg">',
    "without script": '<img class=lazy src="data:,"><noscript><img src="/w-960.jpg"></noscript>',
    "as it is": '<img src="/w-960.jpg" data-image-title="A weir, seen from the north">',
}


@pytest.mark.parametrize("markup", PICTURES.values(), ids=PICTURES)
@pytest.mark.parametrize(
    "around", ["<figure>{}<figcaption>{}</figcaption></figure>",
               "<div class=i>{}</div><p class=caption>{}</p>"],
)  # fmt: skip
def test_a_picture_is_taken_in_its_best_size(markup: str, around: str) -> None:
    article = read(*TEXT[:2], around.format(markup, CAPTION), *TEXT[2:],
                   head='<meta property="og:image" content="/other.jpg">')  # fmt: skip
    shown = [block.image for block in article.blocks if block.image is not None]
    urls = [image.url.partition("?")[0] for image in shown]
    assert urls == ["https://paper.example/w-960.jpg"]
    assert [image.caption for image in shown] == [CAPTION]
    assert CAPTION not in article.body


@pytest.mark.parametrize("name", ["blank.gif", "img/placeholder-16x9.svg", "loader.gif", "1x1.png"])
def test_a_placeholder_alone_is_no_picture(name: str) -> None:
    article = read(*TEXT, f'<figure><img src="/{name}"></figure>')
    assert all(block.image is None for block in article.blocks)
    assert article.image is None


def test_a_picture_of_something_blank_is_a_picture() -> None:
    article = read(*TEXT[:2], '<figure><img src="/loading-the-boats.jpg"></figure>', *TEXT[2:])
    assert article.image is not None


def test_the_lines_of_a_caption_are_kept_apart() -> None:
    figure = (
        "<figure><img src=/a.jpg><figcaption>The harbour<p>Foto: Lind</p></figcaption></figure>"
    )
    article = read(*TEXT[:2], figure, *TEXT[2:])
    assert article.image is not None
    assert article.image.caption == "The harbour Foto: Lind"


@pytest.mark.parametrize(
    "line",
    ["The quay on Monday — Foto: Arquivo pessoal", "Hafen von Norden © Paper", "Boats at noon"],
)
@pytest.mark.parametrize(
    "box",
    [
        '<div class="c"><figure><img src="/a.jpg"></figure><p class="d">{}</p></div>',
        '<div><div class="x"><img src="/a.jpg"></div><div class="y">{}</div></div>',
        '<div><a href="/a.jpg"><img src="/a.jpg"></a><p><span>{}</span></p></div>',
        '<span><div><img src="/a.jpg"></div><em class="img_desc">{}</em></span>',
    ],
)
def test_a_line_that_is_no_sentence_alone_with_a_picture_is_its_caption(
    box: str, line: str
) -> None:
    article = read(*TEXT[:2], box.format(line), *TEXT[2:])
    assert line not in article.body
    assert [b.image.caption for b in article.blocks if b.image is not None] == [line]


@pytest.mark.parametrize(
    "told",
    [
        "The sixth boat came home at dusk, and nobody had waited for it but the dogs.",
        "เรือลำที่หกกลับถึงท่าเมื่อพลบค่ำ และไม่มีใครรออยู่ที่ท่าเรือเลยนอกจากสุนัขสองตัวของคนเฝ้าประภาคาร",
        "عاد القارب السادس عند الغروب ولم يكن في انتظاره على الرصيف أحد سوى الكلاب، وقال البحارة "
        "إنهم أمضوا الليلة السابقة في خليج صغير خلف الجزيرة لأن الريح كانت أقوى من أن تسمح لهم "
        "بالعودة",
    ],
)
def test_a_paragraph_beside_its_picture_is_text(told: str) -> None:
    box = f'<div><div><img src="/a.jpg"></div><div>{told}</div></div>'
    assert told in read(*TEXT[:2], box, *TEXT[2:]).body


def test_a_comment_in_a_figure_is_no_caption() -> None:
    figure = "<figure><!-- slot for the caption --><img src=/a.jpg></figure>"
    article = read(*TEXT[:2], figure, *TEXT[2:])
    assert [b.image.caption for b in article.blocks if b.image is not None] == [None]
