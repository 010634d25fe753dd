from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discover.feeds import parse_feed
from crawler.items import FoundUrl

AT = "https://news.example/feed/"


def page(
    path: str, date: str | None = None, title: str | None = None, changed: str | None = None
) -> FoundUrl:
    return FoundUrl("https://news.example" + path, "page", "feed", AT, date, title, changed)


RSS = b"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="urn:media"
     xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel>
  <title>The News</title><link>https://news.example/</link>
  <atom:link href="https://news.example/feed/" rel="self"/>
  <atom:link href="https://news.example/feed/?paged=2" rel="next"/>
  <image><title>Logo</title><link>https://news.example/</link></image>
  <item><title>Votes &amp;amp; voters</title><link>https://news.example/a?utm_source=rss</link>
    <guid isPermaLink="false">123</guid><pubDate>Wed, 14 Jul 2021 09:41:07 +0000</pubDate></item>
  <item><media:title>A picture</media:title><title><![CDATA[<b>Bold</b> words]]></title>
    <link>/b</link><dc:date>2021-07-14</dc:date></item>
  <item><guid>https://news.example/c</guid></item>
  <item><guid isPermaLink="false">https://news.example/no</guid><title>No address</title></item>
  <item><link>https://news.example/a</link><title>Again</title></item>
</channel></rss>"""


def test_rss_2_gives_stories_with_date_and_title_and_its_next_page():
    assert parse_feed(RSS, AT) == (
        page("/a", "Wed, 14 Jul 2021 09:41:07 +0000", "Votes & voters"),
        page("/b", "2021-07-14", "Bold words"),
        page("/c"),
        FoundUrl("https://news.example/feed/?paged=2", "feed", "feed", AT),
    )


def test_rss_1_gives_stories():
    body = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
      xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
      <channel rdf:about="https://news.example/"><title>News</title></channel>
      <item rdf:about="https://news.example/a"><title>A</title><dc:date>2021-07-14T09:41Z</dc:date></item>
    </rdf:RDF>"""
    assert parse_feed(body, AT) == (page("/a", "2021-07-14T09:41Z", "A"),)


def test_atom_gives_stories():
    body = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://news.example/x/">
      <link rel="self" href="https://news.example/feed/"/><link rel="next" href="?p=2"/>
      <entry xml:base="y/"><title type="html">A &lt;i&gt;story&lt;/i&gt;</title>
        <link rel="enclosure" href="z.mp3"/><link rel="alternate" href="a"/>
        <published>2021-07-14T09:41:07Z</published><updated>2021-07-15T00:00:00Z</updated></entry>
      <entry><title>B</title><id>https://news.example/b</id><updated>2021-07-15</updated></entry>
    </feed>"""
    assert parse_feed(body, AT) == (
        page("/x/y/a", "2021-07-14T09:41:07Z", "A story", "2021-07-15T00:00:00Z"),
        page("/b", "2021-07-15", "B", "2021-07-15"),
        FoundUrl("https://news.example/x/?p=2", "feed", "feed", AT),
    )


def test_json_feed_gives_stories():
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "next_url": "/feed.json?page=2",
        "items": [
            {"url": "/a", "title": " A\nstory ", "date_published": "2021-07-14T09:41:07Z"},
            {"id": "https://news.example/b", "date_modified": "2021-07-15"},
            {"id": "3"},
            "no entry",
            {"url": 7, "title": ["x"]},
        ],
    }  # fmt: skip
    assert parse_feed(json.dumps(feed).encode(), AT) == (
        page("/a", "2021-07-14T09:41:07Z", "A story"),
        page("/b", "2021-07-15", None, "2021-07-15"),
        FoundUrl("https://news.example/feed.json?page=2", "feed", "feed", AT),
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body><p>Not found</p></body></html>",
        b"{",
        b"[" * 100_000,
        b'{"items": ' + b"[" * 100_000,
        b'{"items": {"url": "/a"}}',
        b"<rss><channel/></rss>",
        b"<rss><item/><item><link/></item><item><link>javascript:x</link></item></rss>",
    ],
)  # fmt: skip
def test_what_is_no_feed_gives_nothing(body):
    assert parse_feed(body, AT) == ()


def test_a_feed_cut_off_gives_its_complete_entries():
    assert [found.url for found in parse_feed(RSS[: RSS.index(b"<item><guid>")], AT)][:2] == [
        "https://news.example/a",
        "https://news.example/b",
    ]


def test_an_entity_of_html_does_not_hide_a_story():
    body = b"<rss><item><title>Caf&eacute;&nbsp;B</title><link>/a</link></item></rss>"
    assert [found.url for found in parse_feed(body, AT)] == ["https://news.example/a"]


PIECES = st.sampled_from(
    ["<item>", "</item>", "<link>", "</link>", "/a", "<title>", "&amp;lt;", "&amp;#0;", "<entry>",
     "<link href='['/>", "<guid>", "https://[", "<x xml:base='::'>", "&", "<!--", "\x01", "é"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=30).map("".join), st.binary(max_size=100))
def test_no_feed_raises(inside, tail):
    for body in (f"<rss><channel>{inside}".encode() + tail, b"{" + tail, tail):
        assert all(found.url.startswith("http") for found in parse_feed(body, AT))
