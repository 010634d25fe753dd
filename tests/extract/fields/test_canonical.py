"""The address that a page calls its own, where it can be believed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crawler.extract.fields import is_front
from crawler.items import Article

Read = Callable[..., Article]
HERE = "https://www.paper.example/town/ferry"


@pytest.mark.parametrize(
    ("head", "source"),
    [
        (f'<link rel="canonical" href="{HERE}">', "link:canonical"),
        ('<link rel="CANONICAL" href="/town/ferry?utm_source=x#top">', "link:canonical"),
        (f'<meta property="og:url" content="{HERE}">', "meta:og:url"),
        (
            f'<link rel="canonical" href="/"><meta property="og:url" content="{HERE}">',
            "meta:og:url",
        ),
        (f'<link rel="canonical" href=""><meta property="og:url" content="{HERE}">', "meta:og:url"),
    ],
)
def test_the_address_is_absolute_and_spelled_in_one_way(read: Read, head: str, source: str) -> None:
    article = read(head)
    assert article.canonical_url == HERE
    assert article.sources["canonical_url"].source == source


@pytest.mark.parametrize(
    "href", ["/", "https://www.paper.example", "/en/", "/index.html", "mailto:x"]
)
def test_a_front_page_is_not_a_storys_own_address(read: Read, href: str) -> None:
    assert read(f'<link rel="canonical" href="{href}">').canonical_url is None


@pytest.mark.parametrize(
    ("url", "front"),
    [
        ("https://a.example", True),
        ("https://a.example/home", True),
        ("https://a.example/fr", True),
        ("https://a.example/?p=12", False),
        ("https://a.example/12", False),
        ("https://[broken", False),
    ],
)
def test_what_a_front_page_is(url: str, front: bool) -> None:
    assert is_front(url) is front
