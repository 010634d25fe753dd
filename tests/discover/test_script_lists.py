"""Lists of stories that scripts fetch as JSON, and where they go on."""

from __future__ import annotations

import json

import pytest

from crawler.discover.script_lists import further, parse_script_list

URL = "https://paper.example/api/list?section=town&page=1"
ITEMS = [
    {"title": f"Story number {n} of the day", "link": {"href": f"/town/story-{n}"}}
    for n in range(4)
]


def test_a_list_tells_of_its_stories_and_of_its_next_part() -> None:
    found = parse_script_list(json.dumps({"data": {"items": ITEMS}}).encode(), URL)
    assert [(each.url, each.role) for each in found] == [
        *((f"https://paper.example/town/story-{n}", "page") for n in range(4)),
        ("https://paper.example/api/list?section=town&page=2", "feed"),
    ]
    assert found[0].claimed_title == "Story number 0 of the day"


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"title": "One story of the day", "url": "/town/story-1"}).encode(),
        b'{"items": [',
        b"[" * 100_000,
        b"<html></html>",
        b"",
        json.dumps([{"title": "No address at all, here"}] * 9).encode(),
        json.dumps([{"title": "A script, and no page", "url": "javascript:x()"}] * 9).encode(),
    ],
)
def test_what_is_no_list_tells_of_nothing(body: bytes) -> None:
    assert parse_script_list(body, URL) == ()


@pytest.mark.parametrize(
    ("url", "more"),
    [
        ("https://a.example/x?q=p&skip=0&take=5", "https://a.example/x?q=p&skip=5&take=5"),
        ("https://a.example/x?start=12", "https://a.example/x?start=24"),
        ("https://a.example/x?pageIndex=0", "https://a.example/x?pageIndex=1"),
        ("https://a.example/x?page=99999999", None),
        ("https://a.example/x?cursor=eyJhIjox", None),
        ("https://a.example/2024/05/list.json", None),
        ("http://[", None),
    ],
)
def test_the_next_part_is_the_same_address_counted_up(url: str, more: str | None) -> None:
    assert further(url, 12) == more
