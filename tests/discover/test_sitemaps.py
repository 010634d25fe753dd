from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discover.sitemaps import MAX_URLS, SitemapContent, parse_sitemap
from crawler.discover.unpack import MAX_BYTES, unpack
from crawler.items import FoundUrl

AT = "https://news.example/sitemap.xml"
NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def urlset(inside: str, attributes: str = NS) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset {attributes}>{inside}</urlset>'.encode()


def addresses(body: bytes) -> list[str]:
    return [found.url for found in parse_sitemap(body, AT).urls]


def test_pages_are_told_with_their_lastmod():
    body = urlset(
        "<url><loc> https://news.example/a?utm_source=x </loc><lastmod>2021-07-14</lastmod></url>"
    )
    assert parse_sitemap(body, AT).urls == (
        FoundUrl(
            "https://news.example/a", "page", "sitemap", AT, "2021-07-14", None, "2021-07-14"
        ),
    )  # fmt: skip


def test_an_index_tells_of_further_sitemaps():
    body = f"""<sitemapindex {NS}>
        <sitemap><loc>https://news.example/1.xml.gz</loc><lastmod>2021-07-14T09:41:07Z</lastmod></sitemap>
        <sitemap><loc>{AT}</loc></sitemap>
    </sitemapindex>""".encode()
    content = parse_sitemap(body, AT)
    assert content.urls == ()
    assert content.sitemaps == (
        FoundUrl(
            "https://news.example/1.xml.gz",
            "sitemap",
            "sitemap",
            AT,
            "2021-07-14T09:41:07Z",
            None,
            "2021-07-14T09:41:07Z",
        ),
    )


NEWS = """<url><loc>https://news.example/a</loc><lastmod>2021-07-15</lastmod>
  <image:image><image:loc>https://news.example/a.jpg</image:loc><image:title>No</image:title></image:image>
  <news:news><news:publication><news:name>The News</news:name></news:publication>
    <news:publication_date>2021-07-14T09:41:07Z</news:publication_date>
    <news:title><![CDATA[Votes & more]]></news:title></news:news></url>"""


@pytest.mark.parametrize(
    "attributes",
    [
        NS + ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
        ' xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"',
        'xmlns="https://wrong.example/" xmlns:news="urn:wrong" xmlns:image="urn:w"',
        "",
    ],
    ids=["right", "wrong", "missing"],
)
def test_news_dates_and_titles_are_read_whatever_the_namespaces(attributes):
    assert parse_sitemap(urlset(NEWS, attributes), AT).urls == (
        FoundUrl(
            "https://news.example/a", "page", "sitemap", AT, "2021-07-14T09:41:07Z",
            "Votes & more", "2021-07-15",
        ),
    )  # fmt: skip


ONE = "<url><loc>https://news.example/{}</loc></url>"


@pytest.mark.parametrize(
    "body",
    [
        urlset(ONE.format(1) + ONE.format(2)),
        b"\xef\xbb\xbf\n\n" + urlset(ONE.format(1) + ONE.format(2)),
        gzip.compress(urlset(ONE.format(1) + ONE.format(2))),
        gzip.compress(urlset(ONE.format(1))[:-9]) + gzip.compress(ONE.format(2).encode()),
        urlset(ONE.format(1) + ONE.format(2)).decode().replace("UTF-8", "utf-16").encode("utf-16"),
        urlset(ONE.format(1) + ONE.format(2)).replace(b"UTF-8", b"x-invented"),
        urlset(ONE.format(1) + ONE.format(2) + ONE.format(2)),
        urlset(ONE.format(1) + ONE.format(2) + "<url><loc>mailto:x@news.example</loc></url>"),
        urlset(ONE.format(1) + ONE.format(2) + "<url><loc>https://news.exa")[:-9],  # cut off
        urlset(ONE.format(1) + "<lastmod>A & B</lastmod>" + ONE.format(2)),  # bare ampersand
        urlset(ONE.format("1") + "<url><loc>/2</loc></url>"),
        f"<!-- {'x' * 3000} --><urlset>{ONE.format(1)}{ONE.format(2)}</urlset>".encode(),
        b"https://news.example/1\r\nhttps://news.example/2\n",
    ],
)  # fmt: skip
def test_sitemaps_as_the_web_writes_them_are_read(body):
    found = addresses(body)
    assert found[:2] == ["https://news.example/1", "https://news.example/2"]
    assert all(url.startswith("https://news.exa") for url in found[2:])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<!DOCTYPE html><html><body><url><loc>https://news.example/x</loc></url></body></html>",
        b"<html><h1>404</h1></html>",
        b"<rss><channel><item><link>https://news.example/x</link></item></channel></rss>",
        b"Not found",
        b"https://news.example/1\n\nnot an address\nhttps://news.example/2",
        b'{"error": 404}',
        b"\x1f\x8b",
        b"\x1f\x8b\x08\x00broken",
        b"\x00" * 100,
    ],
)  # fmt: skip
def test_anything_else_gives_nothing(body):
    assert parse_sitemap(body, AT) == SitemapContent()


def test_no_more_than_fifty_thousand_addresses_are_read_and_that_is_said():
    body = urlset("".join(ONE.format(n) for n in range(MAX_URLS + 5)))
    content = parse_sitemap(body, AT)
    assert len(content.urls) == MAX_URLS
    assert content.cut is not None
    assert "50,000" in content.cut
    assert parse_sitemap(urlset(ONE.format(1)), AT).cut is None


def test_a_gzip_bomb_is_cut_at_50_mib_and_that_is_said():
    bomb = gzip.compress(urlset(ONE.format(1))[:-9] + b" " * (MAX_BYTES + 1_000_000))
    content = parse_sitemap(bomb, AT)
    assert [found.url for found in content.urls] == ["https://news.example/1"]
    assert content.cut is not None
    assert "50 MiB" in content.cut


def test_a_broken_gzip_file_gives_what_comes_before_the_break():
    whole = gzip.compress(b"".join(b"%d " % (n * n) for n in range(20_000)))
    broken = whole[: len(whole) // 2] + b"\x00\xff" * 50 + whole[len(whole) // 2 :]
    data, cut = unpack(broken)
    assert data.startswith(b"0 1 4 9 ")
    assert len(data) > 1000
    assert not cut


def test_no_file_is_read_for_an_entity(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("https://news.example/secret")
    body = (
        f'<!DOCTYPE urlset [<!ENTITY x SYSTEM "file://{secret}">]>'
        f"<urlset><url><loc>&x;</loc></url>{ONE.format(1)}</urlset>"
    ).encode()
    assert addresses(body) == ["https://news.example/1"]


def test_entities_that_multiply_are_not_expanded():
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    body = (
        f'<!DOCTYPE urlset [<!ENTITY l0 "ha">{laughs}]>'
        f"<urlset>{ONE.format(1)}<url><loc>https://news.example/&l11;</loc></url></urlset>"
    ).encode()
    assert addresses(body) == ["https://news.example/1"]


def test_deep_nesting_is_survived():
    assert addresses(urlset("<url>" * 100_000)) == []


def test_a_sitemap_of_nothing_but_parts_is_given_up_early():
    body = urlset(ONE.format(1) + "<url>" + "<loc/>" * 2_000_000)
    assert addresses(body) == ["https://news.example/1"]


@given(st.binary(max_size=300))
def test_no_bytes_raise(data):
    for body in (
        data,
        urlset("") + data,
        gzip.compress(data),
        b"\x1f\x8b" + data,
        b"<urlset>" + data,
    ):
        assert isinstance(parse_sitemap(body, AT), SitemapContent)


PIECES = st.sampled_from(
    ["<url>", "</url>", "<loc>", "</loc>", "https://news.example/", "[", "::", "&", "<", "]]>",
     "<![CDATA[", "<lastmod>", "<news:news>", "<sitemap>", "<!--", "-->", "<!DOCTYPE x [", "]>",
     "\x00", "é"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=30).map("".join))
def test_no_markup_raises(inside):
    for found in parse_sitemap(urlset(inside), AT).urls:
        assert found.url.startswith(("http://", "https://"))
