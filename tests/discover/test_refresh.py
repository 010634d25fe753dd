"""Pages that show nothing and send their reader on."""

from __future__ import annotations

import pytest

from crawler.discover.refresh import sends_on

URL = "https://a.example/news/old"
WORDS = "The mill above the weir was sold on Tuesday to nine families of the valley. " * 6


@pytest.mark.parametrize(
    "markup",
    [
        "<html><head><meta content='0;url=/new' http-equiv='refresh'></head><body></body></html>",
        '<META HTTP-EQUIV="Refresh" CONTENT="0; URL=https://a.example/new">',
        "<meta http-equiv=refresh content='3;URL=&quot;../new&quot;'><p>Sie werden weitergeleitet.",
        "<title>Moved</title><meta charset=x><meta content=\"1 ; url='/new'\" http-equiv=refresh>",
    ],
)
def test_a_page_that_sends_on_by_markup(markup: str) -> None:
    assert sends_on(markup.encode(), None, URL) == "https://a.example/new"


def test_a_header_sends_on_too() -> None:
    assert sends_on(b"", "0; url=/new", URL) == "https://a.example/new"
    assert sends_on(b"<p>Moved", "5;URL='/new'", URL) == "https://a.example/new"


@pytest.mark.parametrize(
    "markup",
    [
        f"<meta http-equiv=refresh content='0;url=/new'><p>{WORDS}",
        "<meta http-equiv=refresh content='300;url=/new'>",
        "<meta http-equiv=refresh content='5'><p>Just a moment",
        "<meta http-equiv=refresh content='0;url=/news/old?token=1'><p>Just a moment",
        "<noscript><meta http-equiv=refresh content='0;url=/new'></noscript><p>An app",
        "<!-- <meta http-equiv=refresh content='0;url=/new'> --><p>x",
        "<meta name=refresh content='0;url=/new'>",
        "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
        "<meta http-equiv=refresh content='9999999999999999999;url=/new'>",
        "<meta http-equiv=refresh content>",
        "",
    ],
)
def test_any_other_page_does_not(markup: str) -> None:
    assert sends_on(markup.encode(), None, URL) is None


@pytest.mark.parametrize("piece", ["<meta ", "<!-- refresh", "<script refresh", "refresh<", "a=' "])
def test_a_page_of_pieces_is_read_in_one_pass(piece: str) -> None:
    assert sends_on(b"<meta http-equiv=refresh" + piece.encode() * 50_000, None, URL) is None
