"""Addresses: one spelling for each."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request

from crawler.discover.story_urls import priority
from crawler.extract.links.addresses import StoryUrls
from crawler.urls import (
    absolute,
    is_public,
    normalise,
    owner,
    same_story,
    segments,
    site_host,
    story_key,
)


@given(st.text(max_size=200))
def test_no_text_breaks_anything(text: str) -> None:
    for url in (text, f"https://{text}", f"https://news.example/{text}"):
        normalise(url)
        site_host(url)
        story_key(url)
    absolute("https://news.example/a/", text)


@given(
    st.sampled_from(["", "www.", "www.www."]),
    st.text("ab0.-", max_size=6),
    st.text("aB0/_.~%-@=", max_size=12),
    st.sampled_from(["", "/", "//", "/index.html", "/index.php", "/index.htm"]),
)
def test_plain_addresses_are_spelled_as_all_others_are(
    www: str, host: str, path: str, end: str
) -> None:
    plain = f"https://{www}{host}.example/{path}{end}"
    other = f"{plain}?a=1"  # is looked at part by part
    assert (normalise(plain) or "") == (normalise(other) or "").removesuffix("?a=1")
    assert story_key(plain) == story_key(other).removesuffix("?a=1")
    assert site_host(plain) == site_host(other)


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=80))
def test_normalising_twice_is_normalising_once(path: str, query: str, fragment: str) -> None:
    once = normalise(f"https://news.example/{path}?{query}#{fragment}")
    if once is not None:
        assert normalise(once) == once
        assert once.isascii()
        assert not urlsplit(once).fragment


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("/b", "https://news.example/b"),
        ("/x;jsessionid=AB12.node1?id=3", "https://news.example/x?id=3"),
        ("/x?PHPSESSID=1&sid=4f3a9b2c1d4f3a9b2c&id=2", "https://news.example/x?id=2"),
        ("/x?sid=12345678901234567", "https://news.example/x?sid=12345678901234567"),
        ("/?s=weather-report", "https://news.example/?s=weather-report"),
        ("/(S(abcdefghijklmnopqrstuvwx))/n.aspx", "https://news.example/n.aspx"),
        ("c?x=1&utm_source=rss", "https://news.example/a/c?x=1"),
        ("//other.example/d", "https://other.example/d"),
        ("HTTP://Other.Example:80/e#f", "http://other.example/e"),
        ("/caf\u00e9 au lait", "https://news.example/caf%C3%A9%20au%20lait"),
        ("/already%20there", "https://news.example/already%20there"),
        ("https://m\u00fcnchen.example/", "https://xn--mnchen-3ya.example/"),
        ("\n/b\n", "https://news.example/b"),
        ("#top", None),
        ("", None),
        ("mailto:a@b.example", None),
        ("javascript:void(0)", None),
        ("tel:123", None),
        ("https://[broken", None),
        ("https://news.example:99999/", None),
    ],
)
def test_a_link_is_made_absolute_as_a_browser_would(href: str, expected: str | None) -> None:
    assert absolute("https://news.example/a/", href) == expected


def test_one_story_under_two_spellings_is_told() -> None:
    assert same_story("http://www.news.example/a/", "https://news.example/a")
    assert not same_story("https://news.example/a?id=1", "https://news.example/a?id=2")


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x2FFF), max_size=12))
def test_an_address_is_asked_for_as_it_is_spelt(text: str) -> None:
    """Or its answer would be that of another address, which would be fetched once more."""
    for place in ("x{}y", "x?q={}&b=1"):
        url = normalise("https://a.example/" + place.format(text))
        assert url is None or Request(url).url == url


@pytest.mark.parametrize(
    ("url", "registered"),
    [
        ("https://haber.web.tr/a", "haber.web.tr"),
        ("https://www.haber.com.tr/a", "haber.com.tr"),
        ("https://one.github.io/", "one.github.io"),
        ("https://sport.paper.example:8080/", "paper.example"),
        ("http://192.0.2.7:81/", "192.0.2.7:81"),
    ],
)
def test_an_owner_is_told_by_the_public_suffix_list(url: str, registered: str) -> None:
    assert owner(url) == registered


def test_a_crawl_and_the_linked_stories_go_by_the_same_words() -> None:
    """A page of a list, a service or a shop is put off by the one and dropped by the other."""
    links = StoryUrls(lambda href: href, "https://a.example/town/2026/ferry-returns")
    for words in (segments.TOPICS, segments.AUTHORS, segments.SHOPS, segments.SERVICE):
        for word in words:
            assert links.target(f"https://a.example/{word}/x1y2z3a4-b5") is None, word
            assert priority(f"https://a.example/{word}/") < 0, word


@pytest.mark.parametrize(
    ("address", "is_so"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("2002:808:808::1", True),
        ("::ffff:8.8.8.8", True),
        ("::ffff:10.0.0.1", False),
        ("::10.0.0.1", False),
        ("2002:a00:1::1", False),
        ("2002:7f00:1::", False),
        ("64:ff9b::a00:1", False),
        ("64:ff9b:1::a00:1", False),
        ("::ffff:0:10.0.0.1", False),
        ("fec0::1", False),
        ("fd00::1", False),
        ("fe80::1", False),
        ("ff0e::1", False),
        ("2001:0:7f00:1::", False),
    ],
)
def test_a_private_address_is_told_however_it_is_put(address: str, is_so: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) == is_so
