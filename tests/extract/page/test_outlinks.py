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
        ("<button data-url='?start=20' class=more>More</button>", ["/news/?start=20"]),
        ("<div data-next-page='/news/page/2/'></div>", ["/news/page/2/"]),
        ("<div data-url='{{ url }}' data-next=2 data-more='true' data-link='a b'></div>", []),
        ("<a href='/x'>x</a><p data-href='/x'>", ["/x"]),
    ],
)  # fmt: skip
def test_a_page_leads_on_in_many_ways(html: str, wanted: list[str]) -> None:
    assert leads(f"<html><body>{html}<p>Text.</p></body></html>") == wanted
