"""What sources say of dates spares fetches, and never a story of the dates asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discover.claims import outside, source_day, url_day
from crawler.discover.shapes import shape
from crawler.discover.variants import plain_forms
from crawler.items import FoundUrl


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-05-31", "2024-05-31"),
        (" 2024-05-31T23:59:59+02:00", "2024-05-31"),
        ("2024-05", "2024-05"),
        ("2024", "2024"),
        ("Fri, 31 May 2024 10:00:00 GMT", "2024-05-31"),
        ("Fri, 31 May 2024 10:00:00", "2024-05-31"),
        ("20240531", None),
        ("yesterday", None),
        ("<?php echo $date ?>", None),
        ("Fri, 99 May 2024 10:00:00 GMT", None),
        ("", None),
        (None, None),
    ],
)
def test_dates_of_sources_are_read(text: str | None, day: str | None) -> None:
    assert source_day(text) == day


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("/2024/05/31/a-story", "2024-05-31"),
        ("/news/2024-5-1-a-story", "2024-05-01"),
        ("/2024/13/31/a", None),
        ("/2024/05/a", None),
        ("/story-20240531", None),
    ],
)
def test_dates_in_addresses_are_read(path: str, day: str | None) -> None:
    assert url_day(f"https://news.example{path}") == day


def found(path: str = "/a", at: str | None = None, changed: str | None = None) -> FoundUrl:
    return FoundUrl(f"https://news.example{path}", "page", "sitemap", None, at, None, changed)


@pytest.mark.parametrize(
    ("each", "since", "until", "is_outside"),
    [
        (found(), "2024", "2024", False),
        (found(at="2023-01-01", changed="2023-01-01"), "2024", None, True),
        (
            found(at="2025-01-01", changed="2025-01-01"),
            None,
            "2024",
            False,
        ),  # changed, not published
        (found(at="2025-03-01", changed="2025-04-01"), None, "2024", True),
        (found(at="2025-03-01"), None, "2024", True),
        (found(at="2024-12-31T23:00:00Z", changed=None), "2025", None, False),  # a day is a clock's
        (found("/2023/05/01/x", changed="2024-06-01"), "2024", None, True),
        (found("/2024/05/01/x"), "2024-05", "2024-05", False),
        (found(at="2024"), "2024-05", "2024-06", False),
        (found(at="soon"), "2024-05", "2024-06", False),
    ],
)
def test_only_what_cannot_match_is_left_out(
    each: FoundUrl, since: str | None, until: str | None, is_outside: bool
) -> None:
    assert outside(each, since, until) is is_outside


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_claim_and_no_address_raises(claim: str, path: str) -> None:
    outside(found("/" + path, claim, claim), "2024", "2024-05-31")
    shape("https://news.example/" + path)
    list(plain_forms("https://news.example/" + path))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/news/2024/05/31/mill-wheel-turns-again", "/news/2023/1/2/weir-at-lock-four-repaired"),
        ("/story.php?id=12", "/story.php?id=999"),
        ("/tag/politics/page/2/", "/tag/sport/page/17/"),
        ("/calendar?day=2024-01-01", "/calendar?day=2030-12-31"),
        ("/?article12", "/?article3000"),
        ("/m/spip.php%3Frubrique5&amp;debut=10.html", "/m/spip.php%3Frubrique6&debut=200.html"),
        ("/politik/минск-принял-решение-о-мосте", "/politik/совет-города-одобрил-бюджет"),
    ],
)
def test_addresses_of_a_kind_have_one_shape(one: str, other: str) -> None:
    assert shape(f"https://news.example{one}") == shape(f"https://news.example{other}")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/news/", "/sport/"),
        ("/news/mill-wheel-turns-again", "/news/politics"),
        ("/news/mill-wheel-turns-again", "/news/mill-wheel-turns-again?print=1"),
        ("/2024/05/", "/2024/05/31/mill-wheel-turns-again"),
    ],
)
def test_other_kinds_have_others(one: str, other: str) -> None:
    assert shape(f"https://news.example{one}") != shape(f"https://news.example{other}")
