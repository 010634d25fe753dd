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
        (NewsSpider, {"site": "not a site"}, "site=not a site is not a web address"),
        (NewsSpider, {"site": "ftp://news.example"}, "is not a web address"),
        (NewsSpider, {"site": "news.example", "sitte": "x"}, "unknown argument sitte="),
        (
            NewsSpider,
            {"site": "news.example", "since": "yesterday"},
            "since=yesterday is not a date",
        ),
        (NewsSpider, {"site": "news.example", "since": "2024-02-30"}, "is not a date"),
        (
            NewsSpider,
            {"site": "news.example", "since": "2025", "until": "2024-05"},
            "since=2025 is after until=2024-05",
        ),
        (NewsSpider, {"site": "news.example", "max_pages": "0"}, "max_pages=0 must be a number"),
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
        (b"# nothing\n", "contains no URL; write"),
        (b"what is this\n", r"no URL \(.*line 1: 'what is this' is not a web address\)"),
        (b"\x89PNG\r\n\xff\x00", "line 1: .* is not UTF-8"),
        (b"\xff\xfe\x00", "contains no URL"),
    ],
)
def test_a_bad_file_of_addresses_is_told(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "urls.txt"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=message):
        ArticleSpider(urls=str(path))


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("what is this", "'what is this' is not a web address"),
        ("ftp://a.example/x", "'ftp://a.example/x' is not a web address"),
        ("https://a.example:99999/", "is not a web address"),
        ("https://[::1/", "is not a web address"),
        ("https://\x1b.example/", r"'https://\x1b.example/' is not a web address"),
        ("https://a.example/k\udcf6ln", r"'https://a.example/k\udcf6ln' is not UTF-8"),
        ("x" * 300, f"'{'x' * 80}' is not a web address"),
    ],
)
def test_a_bad_line_of_a_file_is_left_out_and_named(tmp_path: Path, line: str, wrong: str) -> None:
    path = tmp_path / "urls.txt"
    text = f"https://a.example/1\n\n{line}\nhttps://a.example/2\n"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    spider = ArticleSpider(urls=str(path))
    assert spider.seeds == ("https://a.example/1", "https://a.example/2")
    (left_out,) = spider.bad_lines
    assert left_out.startswith(f"{path}, line 3: ")
    assert left_out.endswith(wrong)


def test_a_file_that_windows_saved_is_read(tmp_path: Path) -> None:
    path = tmp_path / "urls.txt"
    path.write_text("https://a.example/1\r\nhttps://a.example/2\r\n", encoding="utf-16")
    assert ArticleSpider(urls=str(path)).seeds == ("https://a.example/1", "https://a.example/2")
    path.write_text("https://a.example/ö\r\n", encoding="utf-8-sig")
    assert ArticleSpider(urls=str(path)).bad_lines == ()


def test_an_ipv6_address_is_an_address() -> None:
    assert ArticleSpider(url="http://[::1]:8000/a").seeds == ("http://[::1]:8000/a",)
