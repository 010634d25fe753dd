"""What publishers reserve, read from each place where they say so."""

from __future__ import annotations

import json
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.reservations import (
    Reservation,
    SiteReservations,
    as_json,
    as_line,
    from_json,
    from_lines,
    of_headers,
    of_page,
    reserved,
)

URL = "https://a.example/news/story"
ROBOTS = "https://a.example/robots.txt"
TDMREP = "https://a.example/.well-known/tdmrep.json"


def header(name: str, *values: str) -> list[str]:
    pairs = [(name.encode(), value.encode("latin-1")) for value in values]
    return [
        f"{each.what}={each.value}" + (f" for {each.agent}" if each.agent else "")
        for each in of_headers(pairs, (), URL)
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("noarchive", ["noarchive=None"]),
        ("NoArchive ,noai;", ["noarchive=None"]),  # "noai;" is no word
        ("noindex nofollow", ["noindex=None"]),
        ("none", ["noindex=None"]),
        ("all, index, follow, max-snippet:-1, max-image-preview: large", []),
        ("max-snippet: 0, max-image-preview:none", ["max-snippet=0", "max-image-preview=none"]),
        (
            "unavailable_after: Wed, 01 Jul 2026 10:00:00 GMT, noimageai",
            ["unavailable_after=Wed, 01 Jul 2026 10:00:00 GMT", "noimageai=None"],
        ),
        ("unavailable_after:", []),
        (
            "noai, googlebot: noarchive, nosnippet, BingBot:nocache",
            ["noai=None", "noarchive=None for googlebot", "nosnippet=None for googlebot",
             "nocache=None for bingbot"],
        ),
        ("a:b:c:noai", ["noai=None for c"]),
        ("noarchive \x1b]0;x\x07\x9b", ["noarchive=None"]),
    ],
)  # fmt: skip
def test_a_robots_tag_says_what_it_limits_and_for_whom(value: str, expected: list[str]) -> None:
    assert header("x-robots-tag", value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("train-ai=n", ["train-ai=n"]),
        ("train-ai=n;note=\"a, b\", search=y,\tai-use=n", ["train-ai=n", "search=y", "ai-use=n"]),
        ('train-ai=y, train-ai, search=n, search="n"', []),  # the draft's own example
        ("train-ai;allow=n, train-ai=y", ["train-ai=y"]),  # and this one
        ("unknown=n", []),
        ("train-ai=no, search=?0", []),
        ("Train-AI=n", []),
        ("train-ai=n,", []),
        ("train-ai=n search=n", []),
        ("(1 2), train-ai=n", []),
        ("x=(1 \"a\" b);c, train-ai=n", ["train-ai=n"]),
        ("x=" + "a" * 1_000 + ", train-ai=n", []),
    ],
)  # fmt: skip
def test_content_usage_is_a_dictionary_or_nothing(value: str, expected: list[str]) -> None:
    assert header("Content-Usage", value) == expected


def test_a_field_of_several_lines_is_one_list() -> None:
    assert header("content-usage", "train-ai=y", "train-ai=n") == ["train-ai=n"]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("TDM-Reservation", "1", ["tdm=1"]),
        ("tdm-reservation", " 0 ", ["tdm=0"]),
        ("tdm-reservation", "2", []),
        ("tdm-reservation", "true", []),
        ("tdm-policy", "/policy.json", ["tdm-policy=https://a.example/policy.json"]),
        ("tdm-policy", "javascript:alert(1)", []),
        ("Content-Signal", "search=yes, ai-train=no", ["search=yes", "train-ai=no"]),
    ],
)
def test_other_headers(name: str, value: str, expected: list[str]) -> None:
    assert header(name, value) == expected


def test_a_link_header_names_a_licence_in_rsl() -> None:
    links = [
        ("/l.xml", frozenset({"license"}), "application/rsl+xml"),
        ("/cc", frozenset({"license"}), "text/html"),
        ("/x.xml", frozenset({"next"}), "application/rsl+xml"),
    ]
    (found,) = of_headers([], links, URL)
    assert (found.what, found.value, found.source) == (
        "license", "https://a.example/l.xml", "header",
    )  # fmt: skip


def test_meta_elements_of_robots_by_name() -> None:
    found = of_page({"googlebot": ["noarchive"], "robots": ["noai"], "author": ["none"]}, (), URL)
    assert [(each.what, each.agent) for each in found] == [
        ("noai", None),
        ("noarchive", "googlebot"),
    ]


USAGE = b"""\xef\xbb\xbf# what may be done
License: https://a.example/license.xml
User-agent: GPTBot
Content-Usage: / search=n
User-agent: *
User-agent: Other
Disallow: /no
Content-Usage: train-ai=n
content-usage : /free/\ttrain-ai=y # but here
Content-Usage: /free/*.pdf$ ai-use=n
Content-Signal: search=yes,ai-train=no
License: not-whole.xml
Sitemap: https://a.example/map.xml
Content-Usage: /free/ search=n
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/news", ["train-ai=n", "search=yes", "train-ai=no"]),
        ("/free/x", ["train-ai=y", "search=n", "search=yes", "train-ai=no"]),
        ("/fr%65e/x", ["train-ai=y", "search=n", "search=yes", "train-ai=no"]),
        ("/free/a.pdf", ["ai-use=n", "search=yes", "train-ai=no"]),
    ],
)
def test_robots_txt_says_of_use_what_the_longest_path_says(path: str, expected: list[str]) -> None:
    site = SiteReservations()
    site.note(ROBOTS, 200, USAGE)
    found = site.of(f"https://a.example{path}", 200)
    assert [f"{e.what}={e.value}" for e in found] == [
        *expected, "license=https://a.example/license.xml",
    ]  # fmt: skip
    assert {each.at for each in found} == {ROBOTS}


def test_a_group_of_our_own_counts_alone() -> None:
    site = SiteReservations()
    site.note(ROBOTS, 200, USAGE + b"User-agent: Hemeroteca/1.0\nAllow: /\n")
    assert [each.what for each in site.of(URL, 200)] == ["license"]
    site.note(ROBOTS, 200, b"Content-Usage: / train-ai=n\n")  # of no group
    assert site.of(URL, 200) == ()


RULES = [
    {"location": "/news/free*", "tdm-reservation": 0},
    {"location": "/news/", "tdm-reservation": 1, "tdm-policy": "/p.json"},
    {"location": "/*.jpg$", "tdm-reservation": "1"},
    {"location": "/path/foo-%24", "tdm-reservation": 1},
    {"location": "/yes", "tdm-reservation": True},
    {"location": 1, "tdm-reservation": 1},
    {"tdm-reservation": 1},
    "x",
    None,
]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/news/free/x", ["tdm=0"]),
        ("/news/x", ["tdm=1", "tdm-policy=https://a.example/p.json"]),
        ("/a/b.jpg", ["tdm=1"]),
        ("/a/b.jpg?c", []),
        ("/path/foo-$", ["tdm=1"]),
        ("/yes", []),
        ("/News/", []),
        ("", []),
    ],
)
def test_of_tdmrep_json_the_first_rule_that_matches_counts(path: str, expected: list[str]) -> None:
    site = SiteReservations()
    site.note(TDMREP, 200, json.dumps(RULES).encode())
    found = site.of(f"https://a.example{path}", 200)
    assert [f"{e.what}={e.value}" for e in found] == expected


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<html>", b'{"location": "/", "tdm-reservation": 1}', b"[" * 100_000, b"\xff\xfe[]",
        b'[{"location": "/", "tdm-reservation": ' + b"1" * 5_000 + b"}]",
    ],
    ids=["empty", "a page", "no array", "deep", "utf-16", "a long number"],
)  # fmt: skip
def test_what_is_no_tdmrep_json_reserves_nothing(body: bytes) -> None:
    site = SiteReservations()
    site.note(TDMREP, 200, body)
    assert site.of(URL, 200) == ()


def test_a_file_counts_for_the_content_of_its_host_until_it_is_gone() -> None:
    site = SiteReservations()
    site.note(TDMREP, 200, b'[{"location": "/", "tdm-reservation": 1}]')
    assert [each.what for each in site.of(URL, 304)] == ["tdm"]
    for url, status in (
        (URL, 404), (URL, 301), (ROBOTS, 200), (TDMREP, 200), ("http://a.example/", 200),
        ("https://b.example/", 200),
    ):  # fmt: skip
        assert site.of(url, status) == ()
    site.note(TDMREP, 503, b"")
    site.note(TDMREP.replace("tdmrep", "other"), 404, b"")
    assert site.of(URL, 200)
    site.note(TDMREP, 404, b"")
    assert site.of(URL, 200) == ()


def test_thousands_of_hosts_and_rules_cost_no_more_than_there_is() -> None:
    site = SiteReservations()
    for number in range(3_000):
        site.note(f"https://{number}.example/robots.txt", 404, b"")
    assert len(site._hosts) == 1_000
    pattern = "/" + "*a" * 240 + "$"
    rules = [{"location": pattern, "tdm-reservation": 1}] * 5_000
    site.note(TDMREP, 200, json.dumps(rules).encode()[:500_000])
    site.note(ROBOTS, 200, f"User-agent: *\nContent-Usage: {pattern} train-ai=n\n".encode() * 5_000)
    assert site.of("https://a.example/" + "a" * 1_900 + "b", 200) == ()  # of a cut file: no array
    site.note(TDMREP, 200, json.dumps(rules[:600]).encode())
    began = process_time()
    assert [each.what for each in site.of("https://a.example/" + "a" * 1_900, 200)] == [
        "tdm", "train-ai",
    ]  # fmt: skip
    assert site.of("https://a.example/" + "a" * 1_900 + "b", 200) == ()
    assert process_time() - began < 5  # a pattern that backtracks would take centuries


RESERVED = Reservation("tdm", "1", True, "tdmrep.json", "tdm-reservation", TDMREP)


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ([], set()),
        ([RESERVED], {"tdm"}),
        ([RESERVED, Reservation("tdm", "0", False, "header", "TDM-Reservation")], set()),
        (
            [Reservation("tdm", "0", False, "header", "TDM-Reservation"),
             Reservation("tdm", "1", True, "meta", "tdm-reservation")],
            {"tdm"},
        ),
        (  # of other statements the strictest counts
            [Reservation("train-ai", "y", False, "header", "Content-Usage"),
             Reservation("train-ai", "n", True, "robots.txt", "Content-Usage", ROBOTS)],
            {"train-ai"},
        ),
        ([Reservation("noarchive", None, True, "meta", "googlebot", agent="googlebot")], set()),
        ([Reservation("noai", None, True, "meta", "hemeroteca", agent="hemeroteca")], {"noai"}),
        ([Reservation("tdm-policy", "https://a.example/", False, "meta", "tdm-policy")], set()),
    ],
)  # fmt: skip
def test_what_is_reserved_all_statements_together(
    held: list[Reservation], expected: set[str]
) -> None:
    assert reserved(held) == expected


def test_what_is_kept_is_read_back() -> None:
    site = SiteReservations()
    site.note(ROBOTS, 200, USAGE)
    held = site.of(URL, 200) + of_page({"googlebot": ["noarchive"]}, (), URL) + (RESERVED,)
    assert from_json(as_json(held)) == held
    assert from_lines(map(as_line, held)) == held
    assert as_json(()) is None
    assert from_json(None) == ()


def test_what_earlier_versions_kept_is_read_too() -> None:
    old = [
        "X-Robots-Tag: noarchive, noai", "TDM-Reservation: 1", "Content-Usage: train-ai=n",
        "meta robots: noindex", "meta tdm-policy: https://a.example/p", "X-Robots-Tag: index",
    ]  # fmt: skip
    for found in (from_json(json.dumps(old)), from_lines(old)):
        assert [(each.what, each.source) for each in found] == [
            ("noarchive", "header"), ("noai", "header"), ("tdm", "header"),
            ("train-ai", "header"), ("noindex", "meta"), ("tdm-policy", "meta"),
        ]  # fmt: skip
    for damaged in ("{", "1", '[1, {}, {"what": 1}]', "[" * 10_000):
        assert from_json(damaged) == ()


@given(st.binary(max_size=300), st.text(max_size=200), st.sampled_from(
    ["X-Robots-Tag", "TDM-Policy", "TDM-Reservation", "Content-Usage", "Content-Signal"]
))  # fmt: skip
def test_no_bytes_of_a_server_are_too_strange(body: bytes, text: str, name: str) -> None:
    site = SiteReservations()
    site.note(ROBOTS, 200, b"User-agent: *\n" + body + b"\nContent-Usage: " + body)
    site.note(TDMREP, 200, body)
    held = site.of(URL, 200) + of_headers([(name.encode(), body)], (), URL)
    held += of_page({"robots": [text], "tdm-policy": [text]}, [(text, frozenset(), text)], URL)
    assert from_json(as_json(held)) == held
