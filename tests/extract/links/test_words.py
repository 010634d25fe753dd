"""What links say: headlines, a few words, numbers, nothing."""

from __future__ import annotations

import pytest

from crawler.extract import extract

BASE = "https://news.example/"


def words(body: str) -> dict[str, str]:
    page = extract(f"<html><body>{body}</body></html>".encode(), BASE, "text/html", True)
    assert len(page.link_words) == len(page.out_links)
    return {
        url.removeprefix(BASE): says
        for url, says in zip(page.out_links, page.link_words, strict=True)
    }


@pytest.mark.parametrize(
    ("link", "says"),
    [
        ("<a href=x>Council votes to mend the bridge</a>", "h"),
        ("<h3><a href=x>Bridge to close</a></h3>", "h"),
        ("<a href=x><h2>Bridge to close</h2></a>", "h"),
        ("<h2><a href=x>Politics</a></h2>", "w"),
        ("<a href=x>Read more</a>", "w"),
        ("<a href=x>Die Brücke wird im Frühjahr gesperrt</a>", "h"),
        ("<a href=x>市议会决定明年春天修理大桥</a>", "h"),
        ("<a href=x>政治</a>", "w"),
        ("<a href=x>Совет решил починить мост весной</a>", "h"),
        ("<a href=x>12</a>", "n"),
        ("<a href=x>»</a>", "n"),
        ("<a href=x><img src=i.jpg alt='A long description of what it shows'></a>", "-"),
        ("<button data-url='/x'>More</button>", "-"),
    ],
)
def test_what_a_link_says(link: str, says: str) -> None:
    assert words(link)["x"] == says


def test_the_most_that_any_link_says_counts() -> None:
    picture, headline = "<a href=x><img src=i.jpg></a>", "<a href=x>Five words of a headline</a>"
    assert words(picture + headline)["x"] == words(headline + picture)["x"] == "h"
    assert words("<a href=x>7 comments</a><a href=./x>Five words of a headline</a>")["x"] == "h"
