"""Sitemaps and feeds as programs without an XML writer print them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from crawler.discover.feeds import parse_feed
from crawler.discover.kinds import sniff
from crawler.discover.sitemaps import parse_sitemap
from crawler.discover.unpack import unpack
from crawler.discover.xml import elements, without_preamble

HOME = "https://a.example/"
SHARED = Path(__file__).resolve().parent.parent.parent.parent / "shared" / "cases" / "discover"


def sitemap(*addresses: str) -> bytes:
    return ("<urlset>" + "".join(f"<url><loc>{a}</loc></url>" for a in addresses)
            + "</urlset>").encode()  # fmt: skip


def found(body: bytes) -> list[str]:
    assert sniff(body, "text/html", HOME) in ("sitemap", "feed")
    if sniff(body, None, HOME) == "feed":
        return [each.url for each in parse_feed(body, HOME)]
    return [each.url for each in parse_sitemap(body, HOME).urls]


@pytest.mark.parametrize("case", sorted(SHARED.glob("*.xml")), ids=lambda path: path.stem)
def test_shared_cases(case: Path) -> None:
    assert (
        found(case.read_bytes())
        == json.loads(case.with_suffix(".expected.json").read_text())["urls"]
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://a.example/?id=1&lang=ca&copy=2", "https://a.example/?id=1&lang=ca&copy=2"),
        ("https://a.example/A&B/tom-&-jerry", "https://a.example/A&B/tom-&-jerry"),
        ("https://a.example/?a=1&amp;b=2", "https://a.example/?a=1&b=2"),
        ("https://a.example/?a=1&#38;b=2", "https://a.example/?a=1&b=2"),
        ("<![CDATA[https://a.example/?a=1&b=2]]>", "https://a.example/?a=1&b=2"),
        ("https://a.example/caf&eacute;", "https://a.example/caf%C3%A9"),
    ],
)
def test_an_ampersand_is_itself_where_it_begins_no_reference(written: str, meant: str) -> None:
    assert found(sitemap(written, "https://a.example/last")) == [meant, "https://a.example/last"]


@pytest.mark.parametrize(
    "title",
    ["Turnout < 5 per cent", "I <3 you", "x <y & z", "a << b", "Wahl: <5 % für die Partei", "<"],
)
def test_a_less_than_sign_in_a_title_costs_no_item(title: str) -> None:
    items = "".join(
        f"<item><title>{each}</title><link>https://a.example/{n}</link></item>"
        for n, each in enumerate(("One", title, "Three"))
    )
    body = f"<rss><channel><title>P</title>{items}</channel></rss>".encode()
    told = list(parse_feed(body, HOME))
    assert [each.url for each in told] == [f"https://a.example/{n}" for n in range(3)]
    # what looks like a tag in a title is taken for one
    assert told[1].claimed_title == title.partition(" <y")[0]


@pytest.mark.parametrize(
    "before",
    [
        "<br />\n<b>Notice</b>: Undefined variable in <b>/srv/map.php</b> on line 3<br />\n",
        "Warning: date(): it is not safe to rely on the settings in map.php on line 12\n\n",
        "\n\n<!-- made in 0.2 s -->\n",
        "<p>DB slow</p>",
        "\ufeff\n",
    ],
)
@pytest.mark.parametrize("declared", ["<?xml version='1.0' encoding='utf-8'?>\n", ""])
def test_what_a_program_printed_before_the_xml_costs_nothing(before: str, declared: str) -> None:
    body = f"{before}{declared}".encode() + sitemap("https://a.example/1")
    assert found(body) == ["https://a.example/1"]


@pytest.mark.parametrize(
    "page",
    [
        b"<!doctype html><p>Read our <code><rss ></code> feed",
        b"<html><body><feed >x</feed></body></html>",
        b"<p>Plain words, and none of it XML.</p>",
    ],
)
def test_a_page_is_none_of_it(page: bytes) -> None:
    assert without_preamble(page) == page
    assert sniff(page, None, HOME) == "html"


def test_what_is_packed_twice_is_unpacked_twice_and_no_more() -> None:
    once = gzip.compress(sitemap("https://a.example/1"))
    assert found(gzip.compress(once)) == ["https://a.example/1"]
    assert unpack(gzip.compress(gzip.compress(once)))[0] == once
    assert unpack(gzip.compress(gzip.compress(b"a" * 100)), limit=5) == (b"aaaaa", True)


@pytest.mark.parametrize("piece", [b"<!--", b"<![CDATA[", b"<a ", b"&", b"<", b"<?", b"<?xml "])
def test_a_million_pieces_without_an_end_give_nothing(piece: bytes) -> None:
    assert list(elements(b"<urlset>" + piece * 200_000, frozenset({"url"}))) == []
