from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discover.kinds import sniff
from crawler.discover.robots import sitemap_urls

URL = "https://news.example/sitemap.xml"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'<?xml version="1.0"?><urlset>', "sitemap"),
        (
            b'\xef\xbb\xbf \n<?xml version="1.0"?>\n<?xml-stylesheet href="x"?><sitemapindex>',
            "sitemap",
        ),
        (b"<!-- made by > us --><ns0:urlset xmlns:ns0='x'>", "sitemap"),
        (gzip.compress(b"<urlset>", mtime=0), "sitemap"),
        ('<?xml version="1.0" encoding="utf-16"?><urlset>'.encode("utf-16"), "sitemap"),
        (b"https://news.example/a\nhttps://news.example/b\n", "sitemap"),
        (b'<!DOCTYPE rss [<!ENTITY nbsp "&#160;">]><rss version="2.0">', "feed"),
        (b'<feed xmlns="http://www.w3.org/2005/Atom">', "feed"),
        (b'<rdf:RDF xmlns:rdf="x">', "feed"),
        (b'{"version": "https://jsonfeed.org/version/1.1"}', "feed"),
        (b'{"version": "https:\\/\\/jsonfeed.org\\/version\\/1"}', "feed"),
        (b"<!doctype HTML><title>x", "html"),
        (b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "x" "y"><html xmlns="z">', "html"),
        (b"<script>var x = '<urlset>'</script>", "html"),
        (b"Warning: x on line 3<br><html><body>", "html"),
        (b"<!-- " + b"x" * 30_000 + b" --><html>", "html"),
        (b'{"a": 1}', "other"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", "other"),
        (b"%PDF-1.7\n<html>\x00\x01", "other"),
        (b"\x89PNG\r\n\x1a\n\x00", "other"),
        (b"", "other"),
        (b"\x1f\x8b\x08", "other"),
        (b"<!-- never closed", "other"),
    ],
)
@pytest.mark.parametrize("content_type", [None, "text/html; charset=utf-8"])
def test_a_response_is_known_by_its_bytes(body, kind, content_type):
    assert sniff(body, content_type, URL) == kind


def test_plain_text_is_no_page_where_the_server_says_so():
    assert sniff(b"see <html> and <p>", "text/plain", URL) == "other"


@given(st.binary(max_size=300), st.text(max_size=20) | st.none())
def test_no_bytes_raise(body, content_type):
    for start in (b"", b"<", b"<!", b"<?xml", b"{", b"\x1f\x8b\x08\x00", b"\xff\xfe<"):
        assert sniff(start + body, content_type, URL) in ("sitemap", "feed", "html", "other")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"Sitemap: https://news.example/1.xml", ["https://news.example/1.xml"]),
        (b"\xef\xbb\xbfSITEMAP :/1.xml # ours\rsitemap:/2.xml\r\n", ["https://news.example/1.xml", "https://news.example/2.xml"]),
        (b"sitemap: /1.xml\nSitemap: https://news.example/1.xml#x", ["https://news.example/1.xml"]),
        (b"# Sitemap: /1.xml\nUser-agent: *\nDisallow: /Sitemap:", []),
        (b"Sitemap:\nSitemap: mailto:x\nSitemap: https://[\n", []),
        (b"<html><p>Sitemap: no</p></html>", []),
    ],
)  # fmt: skip
def test_robots_txt_names_sitemaps(body, expected):
    assert sitemap_urls(body, "https://news.example/robots.txt") == tuple(expected)


@given(st.binary(max_size=300))
def test_no_robots_txt_raises(body):
    for text in (body, b"Sitemap: " + body):
        assert isinstance(sitemap_urls(text, "https://news.example/robots.txt"), tuple)
