"""What style sheets and pages need to be shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract.page import Document
from crawler.requisites.pages import page_needs
from crawler.requisites.styles import is_style_sheet, style_needs

SHEET = "https://a.example/css/x.css"


@pytest.mark.parametrize(
    ("css", "wanted"),
    [
        ('@import "a.css" screen;', ["a.css"]),
        ("@import url(a.css);@import url('b.css') layer(x);", ["a.css", "b.css"]),
        ("@media print { p { background: #fff url( 'b.png' ) no-repeat } }", ["b.png"]),
        ("p { background-image: image-set('1.png' 1x, url(2.png) 2x) }", ["1.png", "2.png"]),
        ("p { list-style: url(l\\6f go.png) }", ["logo.png"]),
        ("@font-face { src: url(f.eot); src: url(f.woff2) format('woff2'), url(f.woff) }",
         ["f.woff2"]),
        ("@font-face { src: local('F'), url('f.woff?v=2') }", ["f.woff?v=2"]),
        ("@namespace svg url(http://www.w3.org/2000/svg); p { mask: url(m.png) }", ["m.png"]),
        ("/* url(no.png) */ p::after { content: 'url(no.png)'; cursor: url(c.cur), auto }",
         ["c.cur"]),
        ("p { background: url(data:image/gif;base64,R0l) } q { filter: url(#f) }", []),
        ("p { background: url(a b.png) } r { background: url(r.png", ["r.png"]),
        ("p { --x: { background: url(deep.png) } }", ["deep.png"]),
    ],
)  # fmt: skip
def test_the_addresses_of_a_style_sheet(css: str, wanted: list[str]) -> None:
    found = style_needs(css.encode(), SHEET)
    assert [url.removeprefix("https://a.example/css/") for url in found] == wanted


def test_a_sheets_encoding_is_what_it_says() -> None:
    css = '@charset "iso-8859-15"; p { background: url("bärenstraße.png") }'.encode("iso-8859-15")
    assert style_needs(css, SHEET) == ("https://a.example/css/b%C3%A4renstra%C3%9Fe.png",)


def test_a_sheet_is_told_by_its_type_or_where_that_says_nothing_by_its_address() -> None:
    assert is_style_sheet("text/css; charset=utf-8", "https://a.example/look")
    assert is_style_sheet("text/plain", "https://a.example/look.css?v=2")
    assert not is_style_sheet("text/html", "https://a.example/look.css")


@pytest.mark.parametrize("css", [b"a{" * 400_000, b"url(" * 300_000, b"[" * 900_000])
def test_a_sheet_that_is_nested_without_end_is_read_as_far_as_sheets_are_nested(css: bytes) -> None:
    assert style_needs(css, SHEET) == ()


@given(st.text(alphabet="@import url(\"')}{;:/*\\a#\n", max_size=80))
def test_no_sheet_raises(css: str) -> None:
    style_needs(css.encode(), SHEET)


PAGE = b"""<!doctype html><html><head><base href="/b/"><link rel="Stylesheet" href="s.css">
<link rel="alternate stylesheet" href="other.css"><link rel=stylesheet media=print href=paper.css>
<link rel="shortcut icon" href="/icon.png"><link rel=preload as=font href="f.woff2">
<link rel=preload as=script href="no.js"><script src="no2.js"></script>
<style>h1 { background: url(h.png) }</style></head><body background="wall.png"
 style="border-image: url('edge.png')"><picture><source srcset="p.avif 1x, p2.avif 2x">
<img src="p.png" srcset="p-480.png 480w, p-960.png 960w"></picture><img data-src="later.png"
 src="data:image/gif;base64,R0l"><video src="no.mp4" poster="film.png"></video>
<input type=image src="go.png"><iframe src="no.html"></iframe><a href="no.png">x</a>
</body></html>"""


def test_what_a_page_needs_is_sheets_pictures_icons_and_fonts_and_no_scripts() -> None:
    found = page_needs(Document(PAGE, "https://a.example/2026/story"))
    names = [url.removeprefix("https://a.example/b/") for url in found]
    assert names[:2] == ["s.css", "f.woff2"]
    assert set(names[2:]) == {
        "p.png", "p-480.png", "p-960.png", "p.avif", "p2.avif", "later.png", "go.png", "film.png",
        "wall.png", "h.png", "edge.png", "https://a.example/icon.png",
    }  # fmt: skip


def test_what_a_page_names_is_bounded() -> None:
    many = "".join(f"<img src='{n}.png'>" for n in range(5_000)).encode()
    assert len(page_needs(Document(b"<html><body>" + many, "https://a.example/"))) == 300
