"""What pages need to be shown, as a crawl comes upon it: which of it is asked for, and what its
answers hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice
from typing import TYPE_CHECKING

from scrapy.http import Response

from crawler.archive.article_columns import images
from crawler.archive.outcomes import REQUISITE
from crawler.extensions.session import Session
from crawler.items import Article, FoundUrl, Keep, Visit
from crawler.requisites.styles import is_style_sheet, style_needs
from crawler.runs.visits import Reading, settled_requisite, why_none
from crawler.urls import site_host

if TYPE_CHECKING:
    from .base import ArchiveSpider

# Of one page, and of one style sheet; and hosts that they are asked of.
_MOST = 300
_MOST_HOSTS = 12
# How many style sheets may lead to one another.
_DEEPEST = 5


def needed(keep: Keep, reading: Reading, article: Article | None, url: str) -> Iterator[FoundUrl]:
    """What is to be archived of a page beside it.

    keep: `pictures` or `page`. reading: of the page. article: with a story's later pages.
    url: the page's.
    """
    pictures: Iterator[str] = iter(())
    page = reading.page
    if article is not None and page is not None and why_none(article, page.not_article) is None:
        pictures = (image["url"] for image in images(article))
    more = reading.needs if keep == "page" else ()
    yield from bounded(chain(pictures, more), url)


def bounded(urls: Iterable[str], page: str, depth: int = 0) -> Iterator[FoundUrl]:
    """Addresses as URLs to be asked for, of one page or style sheet no more than it may need.

    page: that needs them. depth: how many sheets led to them.
    """
    hosts: set[str] = set()
    for url in islice(dict.fromkeys(urls), _MOST):
        hosts.add(site_host(url))
        if len(hosts) <= _MOST_HOSTS:
            yield FoundUrl(url, "requisite", "needed", page, priority=REQUISITE - depth)
        else:
            hosts.discard(site_host(url))


async def read_requisite(
    spider: ArchiveSpider, response: Response, visit: Visit, found: FoundUrl
) -> Visit:
    """The visit of what a page needs, with what came: a picture, a style sheet with what that needs
    itself, a font. Raises PageError."""
    said = (response.headers.get(b"Content-Type") or b"").decode("latin-1")
    visit = settled_requisite(visit, response.body, said)
    depth, page = REQUISITE - found.priority + 1, found.via or visit.url
    if visit.state != "done" or depth > _DEEPEST or spider.keeps(page) != "page":
        return visit
    if visit.picture is not None or not is_style_sheet(said, visit.url):
        return visit
    run = Session.of(spider.crawler).workers.run
    urls = await run(style_needs, response.body, visit.url, said)
    return replace(visit, found=tuple(bounded(urls, page, depth)))
