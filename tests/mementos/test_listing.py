"""What indexes say, in each of their forms; how long ones are asked for; what is taken of them."""

from __future__ import annotations

import itertools
import json
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import UsageError
from crawler.mementos import (
    AsSent,
    Listed,
    Lister,
    Listing,
    ListingError,
    Query,
    Scope,
    collections,
    endpoint,
    has_digest,
    is_wanted,
    leads_elsewhere,
    page_count,
    read_listing,
    span,
)
from crawler.mementos.endpoint import MOST_ROWS

DIGEST = "ZHS5JNMVD6WES6AFDFFMV3ITB7EOY4L6"
ONE = Listed("http://paper.example/a", "20100102030405", 200, "text/html", DIGEST)
JSON = {
    "urlkey": "example,paper)/a", "timestamp": "20100102030405", "url": "http://paper.example/a",
    "mime": "text/html", "status": "200", "digest": DIGEST,
}  # fmt: skip
SEVEN = f"example,paper)/a 20100102030405 http://paper.example/a text/html 200 {DIGEST} 358"
ARRAYS = [
    ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"],
    SEVEN.split(" "),
]


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(JSON),
        f"example,paper)/a 20100102030405 {json.dumps({k: JSON[k] for k in list(JSON)[2:]})}",
        json.dumps(ARRAYS),
        SEVEN,
        f"{SEVEN.removesuffix(' 358')} - - 9 8 f.gz",
    ],
    ids=["pywb", "cdxj", "internet-archive", "cdx-7", "cdx-11"],
)
def test_a_row_is_the_same_in_every_form(body: str) -> None:
    (row,) = read_listing(body.encode()).rows
    assert (row.url, row.timestamp, row.status, row.content_type, row.digest) == (
        ONE.url, ONE.timestamp, ONE.status, ONE.content_type, ONE.digest,
    )  # fmt: skip
    assert row.captured_at == "2010-01-02T03:04:05+00:00"


def test_the_key_of_the_next_part_stands_behind_an_empty_row() -> None:
    assert read_listing(json.dumps([*ARRAYS, [], ["key with space"]]).encode()).resume == (
        "key with space"
    )
    assert read_listing(f"{SEVEN}\n\nsome+key".encode()).resume == "some+key"


def test_an_array_that_breaks_off_is_read_as_far_as_it_goes() -> None:
    text = ",\n".join(json.dumps(row) for row in [*ARRAYS, ARRAYS[1]])
    listing = read_listing(f"[{text},\n['exam".encode())
    assert len(listing.rows) == 2
    assert listing.odd == {"no line of an index": 1}
    assert not listing.is_whole


@pytest.mark.parametrize("body", [f"{json.dumps(JSON)}\n{json.dumps(JSON)[:40]}", f"{SEVEN}\nexam"])
def test_lines_that_break_off_are_no_whole_part(body: str) -> None:
    listing = read_listing(body.encode())
    assert (len(listing.rows), listing.is_whole) == (1, False)
    assert read_listing(SEVEN.encode()).is_whole


def test_what_cannot_be_written_is_not_taken() -> None:
    rows = [{**JSON, "mime": "text/html\ud800"}, {**JSON, "digest": "\udfff\x1b"}]
    listing = read_listing("\n".join(map(json.dumps, rows)).encode())
    assert [(row.content_type, row.digest) for row in listing.rows] == [
        (None, ONE.digest), (ONE.content_type, None),
    ]  # fmt: skip
    with pytest.raises(ListingError, match="cannot be used"):
        read_listing(json.dumps([*ARRAYS, [], ["\ud800"]]).encode())


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html><script>x</script><h1>Too busy</h1>", "a page: Too busy"),
        (b'{"message": "Invalid parameter"}', "it says: Invalid parameter"),
        (b"Blocked Site Error", "no list of captures: Blocked Site Error"),
    ],
)
def test_what_is_no_list_is_said(body: bytes, words: str) -> None:
    with pytest.raises(ListingError, match=words):
        read_listing(body)


def test_that_there_are_none_is_no_error() -> None:
    assert read_listing(b"").lines == 0
    assert read_listing(b"[]").lines == 0
    assert read_listing(b'{"message": "No Captures found for: a.example"}').lines == 0


@given(
    st.binary(max_size=300) | st.text(alphabet='[]{}",:0129 \n\x00', max_size=200).map(str.encode)
)
def test_whatever_comes_is_a_list_or_said_to_be_none(body: bytes) -> None:
    try:
        listing = read_listing(body)
    except ListingError:
        return
    assert all(len(row.timestamp) == 14 for row in listing.rows)


def test_how_many_pages_there_are_is_said_or_not() -> None:
    assert page_count(b'{"blocks": 3, "pages": 2, "pageSize": 10}') == 2
    assert page_count(b"7") == 7
    assert page_count(json.dumps(JSON).encode()) is None
    assert page_count(b"") is None


PYWB = endpoint("http://archive.example/news")


def listing(rows: int, resume: str | None = None) -> Listing:
    return Listing([ONE] * rows, resume=resume)


def test_a_long_list_without_keys_or_pages_is_halved_until_all_is_there() -> None:
    lister = Lister(PYWB, Scope.of_site("https://paper.example/"), span("2010", "2010"))
    query = lister.next
    assert query is not None
    lister.counted(query, None)
    asked = []
    while (query := lister.next) is not None:
        asked.append(query.span.digits)
        months = int(query.span.digits[1][4:6]) - int(query.span.digits[0][4:6]) + 1
        lister.took(query, listing(MOST_ROWS if months > 4 else 3))
    whole = sorted(span for span in asked if int(span[1][4:6]) - int(span[0][4:6]) < 4)
    assert whole[0][0] == "20100101000000"
    assert whole[-1][1] == "20101231235959"
    for one, other in itertools.pairwise(whole):
        assert int(other[0]) > int(one[1])  # no second twice, and none left out
    assert len(asked) == 7


def test_a_second_with_too_many_captures_ends_all_the_same() -> None:
    lister = Lister(PYWB, Scope("paper.example", "exact"), span("2010-01-01", "2010-01-01"))
    for _ in range(200):
        if (query := lister.next) is None:
            break
        first = query.span.digits[0] == "20100101000000"
        lister.took(query, listing(MOST_ROWS if first else 0))
    assert lister.next is None
    assert lister.cut == 1


def test_a_list_goes_on_where_it_was_and_a_key_that_comes_twice_is_said() -> None:
    archive = endpoint("https://web.archive.org/web/")
    lister = Lister(archive, Scope("paper.example", "domain"), span("2009", None))
    first = lister.next
    assert first is not None
    lister.took(first, listing(3, "key"))
    other = Lister(archive, Scope("paper.example", "domain"), span("2009", None))
    other.restore(lister.saved())
    second = other.next
    assert second is not None
    assert "resumeKey=key" in other.url(second)
    assert "from=20090101000000" in other.url(second)
    with pytest.raises(ListingError, match="same parts again"):
        other.took(second, listing(3, "key"))


def test_keys_in_a_ring_end() -> None:
    archive = endpoint("web.archive.org")
    lister = Lister(archive, Scope("paper.example", "domain"), span(None, None))
    for number in (0, 1):
        assert lister.next is not None
        lister.took(lister.next, listing(3, f"key {number}"))
    assert lister.next is not None
    with pytest.raises(ListingError, match="same parts again"):
        lister.took(lister.next, listing(3, "key 0"))


def test_a_part_that_cannot_be_had_waits_and_the_other_indexes_are_asked() -> None:
    cc = endpoint("https://index.commoncrawl.example/collinfo.json")
    whole = span("2010", "2010")
    lister = Lister(cc, Scope("paper.example", "domain"), whole, [("a", whole), ("b", whole)])
    assert lister.next is not None
    lister.counted(lister.next, 3)
    lister.took(lister.next, listing(3))
    lister.postpone(lister.next, from_start=False)
    assert lister.next is not None
    lister.counted(lister.next, 0)
    assert lister.next is None
    assert not lister.is_whole
    later = Lister(cc, Scope("paper.example", "domain"), whole)
    later.restore(lister.saved())
    assert later.next == Query("page", *whole.moments, "a", page=1, pages=3)
    later.postpone(later.next, from_start=True)  # its pages are not those that there were
    again = Lister(cc, Scope("paper.example", "domain"), whole)
    again.restore(later.saved())
    assert again.next == Query("count", *whole.moments, "a")


def test_what_is_too_long_and_cannot_be_halved_is_not_lost() -> None:
    lister = Lister(PYWB, Scope("paper.example", "domain"), span(None, None))
    assert lister.next is not None
    lister.counted(lister.next, 2)
    assert not lister.halve(lister.next)
    assert lister.next.page == 0


def test_many_pages_are_no_long_text() -> None:
    lister = Lister(PYWB, Scope("paper.example", "domain"), span(None, None))
    assert lister.next is not None
    lister.counted(lister.next, 999_999)
    assert len(lister.saved()) < 1_000


def test_pages_are_asked_for_one_by_one() -> None:
    lister = Lister(PYWB, Scope("paper.example", "domain"), span(None, None))
    query = lister.next
    assert query is not None
    assert "showNumPages=true" in lister.url(query)
    lister.counted(query, 2)
    pages = []
    while (query := lister.next) is not None:
        assert isinstance(query, Query)
        pages.append(query.page)
        lister.took(query, listing(MOST_ROWS))
    assert pages == [0, 1]


@pytest.mark.parametrize(
    ("home", "url", "has"),
    [
        ("https://paper.example/", "http://www.paper.example:80/a", True),
        ("https://paper.example/", "http://sport.paper.example/a", True),
        ("https://paper.example/", "http://newspaper.example/a", False),
        ("https://host.example/paper/", "http://host.example/paper/a", True),
        ("https://host.example/paper/", "http://host.example/other/a", False),
        ("https://host.example/paper", "http://host.example/paper/a", True),
        ("https://host.example/paper", "http://host.example/paperback", False),
    ],
)
def test_what_a_server_lists_of_others_is_not_taken(home: str, url: str, has: bool) -> None:
    assert Scope.of_site(home).has(url) is has


@pytest.mark.parametrize(
    ("said", "index", "replay"),
    [
        ("web.archive.org", "https://web.archive.org/cdx/search/cdx", "https://web.archive.org/web/"),
        ("http://a.example/x/cdx/search/cdx", "http://a.example/x/cdx/search/cdx",
         "http://a.example/x/web/"),
        ("http://a.example/news/", "http://a.example/news/cdx", "http://a.example/news/"),
        ("http://a.example/news/cdx", "http://a.example/news/cdx", "http://a.example/news/"),
        ("https://arquivo.example/wayback/index", "https://arquivo.example/wayback/index",
         "https://arquivo.example/wayback/"),
    ],
)  # fmt: skip
def test_a_web_archive_is_named_by_any_of_its_addresses(said: str, index: str, replay: str) -> None:
    found = endpoint(said)
    assert (found.index, found.replay) == (index, replay)


@pytest.mark.parametrize("said", ["", "ftp://a.example/x", "a b", "http://a.example"])
def test_what_names_no_web_archive_is_said(said: str) -> None:
    with pytest.raises(UsageError, match="endpoint="):
        endpoint(said)


@pytest.mark.parametrize(
    ("url", "status", "kind", "wanted"),
    [
        ("http://a.example/story", 200, "text/html", True),
        ("http://a.example/story", None, "warc/revisit", True),
        ("http://a.example/old", 301, "unk", True),
        ("http://a.example/robots.txt", 200, "text/plain", True),
        ("http://a.example/story", 404, "text/html", False),
        ("http://a.example/logo.png", None, "warc/revisit", False),
        ("http://a.example/data", 200, "application/json", False),
    ],
)
def test_pages_and_redirects_are_fetched(
    url: str, status: int | None, kind: str, wanted: bool
) -> None:
    assert is_wanted(Listed(url, "20100101000000", status, kind)) is wanted


@pytest.mark.parametrize(
    ("since", "until", "digits"),
    [
        (None, "9999", ("19900101000000", "20991231235959")),
        ("0001", "2009", ("19900101000000", "20091231235959")),
    ],
)
def test_a_span_ends_where_web_archives_do(
    since: str | None, until: str | None, digits: tuple[str, str]
) -> None:
    assert span(since, until).digits == digits


@pytest.mark.parametrize(("since", "until"), [("2150", None), (None, "1980"), ("9999", "9999")])
def test_a_span_without_web_archives_is_said(since: str | None, until: str | None) -> None:
    with pytest.raises(UsageError, match="1990 to 2099"):
        span(since, until)


@pytest.mark.parametrize(
    "head",
    [
        "302 Found\r\nLocation: /web/99999999999999id_/http://paper.example/a",
        "200 OK\r\nMemento-Datetime: Fri, 31 Dec 9999 23:59:59 -2300",
        "200 OK\r\nMemento-Datetime: Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
    ],
)
def test_a_moment_that_is_none_leads_nowhere(head: str) -> None:
    assert leads_elsewhere(AsSent(f"HTTP/1.1 {head}\r\n\r\n".encode(), b""), ONE) is None


@pytest.mark.parametrize(
    ("digest", "has"),
    [
        ("3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ", True),
        ("sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ", True),
        ("md5:d41d8cd98f00b204e9800998ecf8427e", True),
        ("A" * 32, False),
        ("unknown", None),
        (None, None),
    ],
)
def test_a_digest_is_compared_where_it_is_one(digest: str | None, has: bool | None) -> None:
    assert has_digest(b"", digest) is has


def test_collections_are_told_of_the_newest_first() -> None:
    told = [{"id": str(year), "cdx-api": f"http://a.example/{year}", "from": f"{year}-01-01"}
            for year in (2013, 2020, 2016)]  # fmt: skip
    found = collections(json.dumps(told).encode(), "http://a.example/collinfo.json")
    assert [each.name for each in found] == ["2020", "2016", "2013"]


def test_a_port_is_asked_for_behind_a_scheme() -> None:
    for home, asked in (("http://paper.example:8017/", "http://paper.example:8017"),
                        ("http://paper.example/", "paper.example")):  # fmt: skip
        scope = Scope.of_site(home)
        url = PYWB.listing(scope.url, scope.match, span(None, None))
        assert parse_qs(urlsplit(url).query)["url"] == [asked]
