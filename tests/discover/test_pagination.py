"""A story on several pages is told from stories that follow one another."""

from __future__ import annotations

import pytest

from crawler.discover.pagination import later_pages, page_number

SITE = "https://news.example"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("/a-long-read/", "/a-long-read/2/"),
        ("/a-long-read", "/a-long-read/2"),
        ("/a-long-read/", "/a-long-read/page/2/"),
        ("/a-long-read", "/a-long-read?page=2"),
        ("/story.php?id=7", "/story.php?id=7&pg=2"),
        ("/a-long-read.html", "/a-long-read-2.html"),
        ("/a-long-read.html", "/a-long-read_2.html"),
        ("/a-long-read.html", "/a-long-read,2.html"),
        ("/a-long-read.html", "/a-long-read-page-2.html"),
        ("/a-long-read.html", "/a-long-read/seite-2.html"),
    ],
)
def test_second_pages_are_told_however_they_are_numbered(first: str, second: str) -> None:
    assert later_pages(SITE + first, [SITE + "/x", SITE + second]) == (SITE + second,)


@pytest.mark.parametrize(
    ("first", "other"),
    [
        ("/", "/2/"),
        ("/a-long-read/", "/another-long-read/2/"),
        ("/a-long-read/", "/a-long-read/comments/"),
        ("/a-long-read/", "/a-long-read/2024/"),
        ("/story.php?id=7", "/story.php?id=8"),
        ("/story.php?id=7", "/story.php?id=7&ref=2"),
        ("/a-long-read", "/a-long-read-of-2"),
        ("/a-long-read/", "/a-long-read/3/"),
    ],
)
def test_other_addresses_are_not(first: str, other: str) -> None:
    assert later_pages(SITE + first, [SITE + other]) == ()


def test_pages_come_in_order_and_end_at_the_first_gap() -> None:
    links = [f"{SITE}/x/{n}/" for n in (3, 2, 5, 99, 1)]
    assert later_pages(f"{SITE}/x/", links) == (f"{SITE}/x/2/", f"{SITE}/x/3/")
    assert page_number(f"{SITE}/x/", "no address") is None
