"""What users may write after `-a`."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.errors import UsageError
from spiders.article import ArticleSpider
from spiders.news import NewsSpider


@pytest.mark.parametrize(
    ("spider", "arguments", "message"),
    [
        (NewsSpider, {}, "site= is missing"),
        (NewsSpider, {"site": ","}, "site= is missing"),
        (NewsSpider, {"site": "not a site"}, "site=not a site is no web address"),
        (NewsSpider, {"site": "ftp://news.example"}, "is no web address"),
        (NewsSpider, {"site": "news.example", "sitte": "x"}, "unknown argument sitte="),
        (NewsSpider, {"site": "news.example", "since": "yesterday"}, "since=yesterday is no date"),
        (NewsSpider, {"site": "news.example", "since": "2024-02-30"}, "is no date"),
        (
            NewsSpider,
            {"site": "news.example", "since": "2025", "until": "2024-05"},
            "since=2025 is after until=2024-05",
        ),
        (NewsSpider, {"site": "news.example", "max_pages": "0"}, "max_pages=0 is no number"),
        (NewsSpider, {"site": "news.example", "max_pages": "many"}, "max_pages=many"),
        (ArticleSpider, {}, "either by -a url="),
        (ArticleSpider, {"url": "https://a.example/", "urls": "f"}, "either by -a url="),
        (ArticleSpider, {"urls": "/no/such/file"}, "cannot be read .*No such file"),
    ],
)
def test_a_bad_argument_is_told_in_one_line(
    spider: type, arguments: dict[str, str], message: str
) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        spider(**arguments)
    assert "\n" not in str(caught.value)


def test_good_arguments_are_read() -> None:
    spider = NewsSpider(
        site="news.example, http://Other.example:8080",
        since="2024",
        until="2024-12-31",
        max_pages="5",
    )
    assert spider.seeds == ("https://news.example/", "http://other.example:8080/")
    assert spider.resume_hosts == ("news.example", "other.example:8080")
    assert (spider.since, spider.until, spider.max_pages) == ("2024", "2024-12-31", 5)


def test_a_file_of_addresses_may_have_comments_and_blank_lines(tmp_path: Path) -> None:
    path = tmp_path / "urls.txt"
    path.write_text("# stories\n\nhttps://a.example/1\nb.example/2\nhttps://a.example/1\n")
    assert ArticleSpider(urls=str(path)).seeds == ("https://a.example/1", "https://b.example/2")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"https://a.example/\nwhat is this\n", "line 2: 'what is this' is no web address"),
        (b"# nothing\n", "holds no address"),
        (b"\xff\xfe\x00", "no UTF-8 text"),
    ],
)
def test_a_bad_file_of_addresses_is_told(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "urls.txt"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=message):
        ArticleSpider(urls=str(path))


def test_an_ipv6_address_is_an_address() -> None:
    assert ArticleSpider(url="http://[::1]:8000/a").seeds == ("http://[::1]:8000/a",)
