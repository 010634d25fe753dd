"""The soak's server makes up stories without end, and each is one."""

from __future__ import annotations

import re

import pytest

from benchmarks.soak import Row, address, answer, growth
from crawler.extract import extract


def test_each_list_leads_to_stories_and_to_the_next_list() -> None:
    front = answer("/")
    assert front is not None
    paths = re.findall(r'<h2><a href="([^"]+)"', front)
    assert len(set(paths)) == 60
    assert 'href="/page/2/"' in front
    second = answer("/page/2/")
    assert second is not None
    assert not set(paths) & set(re.findall(r'<h2><a href="([^"]+)"', second))
    for path in paths[:3]:
        html = (answer(path) or "").encode()
        page = extract(html, f"http://soak.example{path}", "text/html", True)
        assert page.not_article is None
        assert page.article.word_count > 500
        assert len(page.out_links) > 40


def test_there_is_nothing_elsewhere() -> None:
    assert answer("/2026/nothing/") is None
    assert answer("/other") is None
    assert address(7) == address(7) != address(8)


def test_growth_is_that_of_the_second_half() -> None:
    rows = [Row(n, 0, 0, 50 + max(0, n - 10) * 1.5, (n, n), 0, 0) for n in range(21)]
    assert growth(rows, lambda row: row.crawl) == pytest.approx(1.5)
    assert growth(rows, lambda row: sum(row.readers)) == pytest.approx(2)
    assert growth(rows[:1], lambda row: row.crawl) == 0
