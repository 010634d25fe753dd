"""The posts that a WordPress site lists itself."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discover.wordpress import further_pages, parse_posts, posts_url
from crawler.errors import PageError
from crawler.items import FoundUrl

URL = "https://news.example/wp-json/wp/v2/posts?per_page=100&page=1&orderby=date"


def test_posts_become_stories_with_date_title_and_change() -> None:
    posts = [
        {
            "link": "https://news.example/a/",
            "date": "2024-05-31T12:00:00",
            "date_gmt": "2024-05-31T10:00:00",
            "modified_gmt": "2024-06-01T08:00:00",
            "title": {"rendered": "Votes &amp; <i>voters</i>"},
        },
        {"link": "/b/", "date": "2024-05-30T12:00:00", "date_gmt": "0000-00-00T00:00:00"},
        {"link": ["no"]},
        {"link": "mailto:x@news.example"},
        "no post",
        {"link": "https://news.example/a/"},
    ]
    assert parse_posts(json.dumps(posts).encode(), URL) == (
        FoundUrl(
            "https://news.example/a/", "page", "wordpress", URL, "2024-05-31T10:00:00Z",
            "Votes & voters", "2024-06-01T08:00:00Z",
        ),
        FoundUrl("https://news.example/b/", "page", "wordpress", URL, "2024-05-30T12:00:00"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b'{"code":"rest_forbidden","message":"No"}', "rest_forbidden"),
        (b"<html>Sorry</html>", "no list of posts"),
        (b"", "no list of posts"),
        (b"[" * 100_000, "no list of posts"),
        (b"7", "no list of posts"),
    ],
)
def test_where_it_is_shut_off_that_is_said(body: bytes, why: str) -> None:
    with pytest.raises(PageError, match=why):
        parse_posts(body, URL)


@given(st.binary(max_size=200))
def test_any_bytes_give_stories_or_a_page_error(body: bytes) -> None:
    with contextlib.suppress(PageError):
        parse_posts(body, URL)


@pytest.mark.parametrize(
    ("page", "total", "count", "following"),
    [
        (1, "3", 100, [2, 3]),
        (2, "3", 100, [3]),
        (3, "3", 100, []),
        (1, "1", 5, []),
        (1, "0", 0, []),
        (1, None, 100, [2]),
        (7, None, 100, [8]),
        (1, None, 99, []),
        (1, "many", 100, [2]),
        (4, "99999999999999", 100, [5, 6, 7]),
        (4, "99999999999999", 0, []),
        (9, "20000", 40, [10, 11, 12]),
    ],
)
def test_a_page_that_gave_posts_tells_of_the_next_few(
    page: int, total: str | None, count: int, following: list[int]
) -> None:
    url = URL.replace("&page=1&", f"&page={page}&")
    wanted = [URL.replace("&page=1&", f"&page={n}&") for n in following]
    assert list(further_pages(url, total, count)) == wanted


def test_sites_without_pretty_addresses_are_asked_too() -> None:
    url = posts_url("https://news.example/?rest_route=/")
    assert url is not None
    assert url.startswith("https://news.example/?rest_route=/wp/v2/posts&per_page=100&page=1&")


@pytest.mark.parametrize(
    ("since", "until", "parts"),
    [
        ("2024", None, ["after=2023-12-31T00:00:00"]),
        ("2024-02", "2024-02", ["after=2024-01-31T00:00:00", "before=2024-03-04T00:00:00"]),
        (None, "2024-05-31", ["before=2024-06-02T00:00:00"]),
    ],
)
def test_the_dates_asked_for_are_asked_for(
    since: str | None, until: str | None, parts: list[str]
) -> None:
    url = posts_url("https://news.example/wp-json/", since=since, until=until)
    assert url is not None
    assert [part for part in parts if part not in url] == []


def test_later_only_what_changed_is_asked_for() -> None:
    moment = datetime(2024, 5, 31, 10, tzinfo=UTC)
    url = posts_url("https://news.example/wp-json/", modified_after=moment)
    assert url is not None
    assert "modified_after=2024-05-30T10:00:00" in url
