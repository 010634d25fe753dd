"""A robots.txt says what its author meant, in whatever way it is written down."""

from __future__ import annotations

import pytest
from protego import Protego

from crawler.discover.robots import as_meant

AGENT = "Hemeroteca"


def read(body: bytes) -> Protego:
    return Protego.parse(as_meant(body).decode())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_its_rules_hold_in_every_encoding(encoding: str, end: str) -> None:
    body = f"User-agent: *{end}Disallow: /intern{end}".encode(encoding)
    assert not read(body).can_fetch("https://news.example/intern/1", AGENT)
    assert read(body).can_fetch("https://news.example/1", AGENT)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("10", 10), ("10s", 10), ("10 sec", 10), ("10 seconds", 10), ("2,5", 2.5), ("2.5;", 2.5),
        ("10 # slowly", 10), ("10s # slowly", 10), ("1e1", 10), ("-1", None), ("soon", None),
        ("10.0.0", None),
    ],
)  # fmt: skip
def test_a_delay_is_read_with_what_people_write_around_it(
    written: str, seconds: float | None
) -> None:
    rules = read(f"User-agent: *\nCrawl-delay: {written}\nDisallow: /x".encode())
    assert rules.crawl_delay(AGENT) == seconds
    assert not rules.can_fetch("https://news.example/x", AGENT)


def test_a_crawler_that_is_named_with_its_version_is_meant() -> None:
    rules = read(b"User-Agent: Hemeroteca/1.0 # out\nDisallow: /\n\nUser-agent: *\nDisallow:\n")
    assert not rules.can_fetch("https://news.example/", AGENT)
    assert rules.can_fetch("https://news.example/", "Other")


def test_what_is_no_text_says_nothing() -> None:
    spaces = b"crawl-delay: 1" + b" " * 500_000 + b"x"
    lines = b"\n" * 500_000
    for body in (
        b"",
        b"\xff\xfe\x00",
        b"\x00" * 600_000,
        b"\xfe\xff" + b"\xd8\x00" * 9,
        spaces,
        lines,
    ):
        assert read(body).can_fetch("https://news.example/", AGENT)
