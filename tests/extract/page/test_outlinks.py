"""Where a page leads, in whatever way it says so."""

from __future__ import annotations

import pytest

from crawler.extract import extract


def leads(html: str) -> list[str]:
    page = extract(html.encode(), "https://a.example/news/", "text/html", True)
    return [url.removeprefix("https://a.example") for url in page.out_links]


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        ("<meta http-equiv=Refresh content='0; URL=/en/index.html'>", ["/en/index.html"]),
        ("<meta http-equiv=refresh content=\"5;url='next/'\">", ["/news/next/"]),
        ("<meta http-equiv=refresh content=300>", []),
        ("<frameset><frame src=menu.html><frame src=top.html></frameset>",
         ["/news/menu.html", "/news/top.html"]),
        ("<map><area href='/politics/'></map>", ["/politics/"]),
        ("<select><option value=''>Month<option value='/2024/05/'>May<option value=7>x</select>",
         ["/2024/05/"]),
        ("<div onclick=\"window.location.href='/a-story'\">A story</div>", ["/a-story"]),
        ("<p onclick=\"document.location.assign('/a-story')\">A story</p>", ["/a-story"]),
        ("<iframe src='/newest.html'></iframe>", ["/news/newest.html".replace("/news", "")]),
        ('<script type="application/ld+json">{"@type":"ItemList","itemListElement":[{"@type":'
         '"ListItem","url":"https:\\/\\/a.example\\/one"},{"item":{"@id":"/two"}}]}</script>',
         ["/one", "/two"]),
        ('<script type="application/ld+json">{"@type":"NewsArticle","url":"/one"}</script>', []),
        ("<button data-url='?start=20' class=more>More</button>", ["/news/?start=20"]),
        ("<div data-next-page='/news/page/2/'></div>", ["/news/page/2/"]),
        ("<div data-url='{{ url }}' data-next=2 data-more='true' data-link='a b'></div>", []),
        ("<a href='/x'>x</a><p data-href='/x'>", ["/x"]),
    ],
)  # fmt: skip
def test_a_page_leads_on_in_many_ways(html: str, wanted: list[str]) -> None:
    assert leads(f"<html><body>{html}<p>Text.</p></body></html>") == wanted


@pytest.mark.parametrize(
    ("head", "api"),
    [
        ("<link rel='https://api.w.org/' href=/blog/wp-json/>", "/blog/wp-json/"),
        ("<link rel='HTTPS://API.W.ORG/' href='/?rest_route=/'>", "/?rest_route=/"),
        ("<link rel='&#x9f;https://api.w.org/ alternate' href='/wp-json/'>", "/wp-json/"),
        ("<link rel=next href=/page/2><link href=/fr/wp-content/a.css>", "/fr/wp-json/"),
        ("<link rel=preload src=/wp-includes/js/jquery.js>", "/wp-json/"),
        ("<script src=https://cdn.example/wp-includes/a.js></script>", None),
        ("<script>var a='/wp-content/';</script>", None),
    ],
)
def test_a_wordpress_is_known_by_what_it_names_or_loads(head: str, api: str | None) -> None:
    page = extract(
        f"<html><head>{head}</head><p>Tekst.</p>".encode(), "https://a.example/", "", True
    )
    assert page.wordpress == (api and f"https://a.example{api}")
