"""What the costs of a crawl are measured by."""

from __future__ import annotations

import gzip
from pathlib import Path

from benchmarks.crawl import Contestant, Cost, table
from benchmarks.page_server import Stock, pages_of
from benchmarks.stages import counted
from crawler.archive.duplicates import tells_same_story
from crawler.extract import extract
from tests.learn.newspaper import Story


def test_pages_that_come_again_are_other_stories(tmp_path: Path) -> None:
    (tmp_path / "a.html.gz").write_bytes(gzip.compress(Story(1).html.encode()))
    stock = Stock(list(pages_of(tmp_path)), 3)
    first, *others = (extract(stock.page(n), f"https://a.example/{n}").article for n in range(3))
    assert first.title
    for other in others:
        assert len(other.body) > len(first.body) / 2
        assert not tells_same_story(other, first.title, first.body)


def test_ratios_are_those_within_a_round() -> None:
    bare = Contestant(
        "bare Scrapy", lambda urls, _: [], costs=[Cost(10, 1, 1, 0), Cost(10, 2, 2, 0)]
    )
    ours = Contestant("ours", lambda urls, _: [], costs=[Cost(10, 2, 3, 0), Cost(10, 4, 6, 0)])
    assert "| ours | 10 | 4 | 0.50 | 450.00 | 3.00 | 0 |" in table([bare, ours])


def test_stacks_are_told_by_their_innermost_stage() -> None:
    home, extract = "main (a.py:1)", "crawler/extract"
    stacks = (
        f"{home};_read ({extract}/article.py:9);body ({extract}/body/story.py:3) 6\n"
        f"{home};flush (crawler/archive/store.py:9);write (crawler/warc/writer.py:3) 3\n"
        f"{home};EpollSelector.select (selectors.py:3) 90\n"
        f"{home};title ({extract}/fields/title.py:3);words (crawler/text.py:2) 1\n"
    )
    assert counted(stacks) == [("read: body", 0.6), ("WARC", 0.3), ("read: title", 0.1)]
