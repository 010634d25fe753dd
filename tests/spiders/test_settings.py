"""A spider of ours in a project of somebody else's."""

from __future__ import annotations

import pytest
from scrapy.utils.test import get_crawler

import crawler.settings
from crawler.errors import UsageError
from spiders.article import ArticleSpider

URL = "https://news.example/story"


def test_a_spider_says_that_it_needs_our_settings() -> None:
    with pytest.raises(UsageError, match=r"from crawler\.settings import \*"):
        ArticleSpider.from_crawler(get_crawler(ArticleSpider), url=URL)


def test_a_spider_takes_settings_that_build_on_ours() -> None:
    ours = {
        name: getattr(crawler.settings, name) for name in dir(crawler.settings) if name.isupper()
    }
    spider = ArticleSpider.from_crawler(get_crawler(ArticleSpider, ours), url=URL)
    assert tuple(spider.seeds) == (URL,)
