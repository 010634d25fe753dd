"""What pages need to be shown, as a crawl comes upon it: which of it is asked for, and what its
answers hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice
from typing import TYPE_CHECKING

from scrapy.http import Response

from crawler.archive.article_columns import images
from crawler.archive.outcomes import REQUISITE
from crawler.extensions.session import Session
from crawler.items import Article, FoundUrl, Keep, Visit
from crawler.reasons import because
from crawler.requisites.fonts import is_font
from crawler.requisites.pictures import picture_in
from crawler.requisites.styles import is_style_sheet, style_needs
from crawler.runs.states import no_page
from crawler.runs.visits import Reading, why_none
from crawler.urls import site_host

if TYPE_CHECKING:
    from .base import ArchiveSpider

# Of one page, and of one style sheet; and hosts that they are asked of.
_MOST = 300
_MOST_HOSTS = 12
# How many style sheets may lead to one another.
_DEEPEST = 5
_PICTURES = frozenset({"image/svg+xml", "image/jxl", "image/svg"})


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
    yield from _bounded(chain(pictures, more), url)


def _bounded(urls: Iterator[str], page: str, depth: int = 0) -> Iterator[FoundUrl]:
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
    body = response.body
    said = (response.headers.get(b"Content-Type") or b"").decode("latin-1")
    media_type = said.partition(";")[0].strip().lower()
    capture = visit.captures[-1]
    if capture.truncated is not None or not body.strip():
        state, why = no_page(said, capture, is_empty=not body.strip())
        if capture.truncated == "unspecified":
            why = because("no_requisite", media_type[:80])
        return replace(visit, state="failed" if state == "done" else state, reason=why)
    picture = picture_in(body)
    if picture is not None:
        return replace(visit, kind="other", picture=picture)
    if is_style_sheet(media_type, visit.url):
        page = found.via or visit.url
        urls: tuple[str, ...] = ()
        depth = REQUISITE - found.priority + 1
        if spider.wishes.keeps(page) == "page" and depth <= _DEEPEST:
            run = Session.of(spider.crawler).workers.run
            urls = await run(style_needs, body, visit.url, said)
        return replace(visit, kind="other", found=tuple(_bounded(iter(urls), page, depth)))
    if media_type in _PICTURES or is_font(body):
        return replace(visit, kind="other")
    told = media_type[:80] or "no type given"
    return replace(visit, state="failed", reason=because("no_requisite", told))
