"""One page, read as an article: what `extract`, `scrapy extract` and `scrapy try` share."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from crawler.errors import NotAnArticleError
from crawler.extract import extract as read
from crawler.extract.dates import normalise
from crawler.items import Article, Page
from crawler.validate import missing

_NOWHERE = "about:blank"
"""What HTML calls the address of a page that has none; nothing is relative to it."""


def extract(
    html: str | bytes,
    url: str | None = None,
    *,
    content_type: str | None = None,
    captured_at: datetime | None = None,
) -> Article:
    """Read an HTML page as the article that it is.

    html: text, or bytes as the server sent them (content coding removed), whose encoding is found
    out. url: the page's address, for its links, and for what addresses tell (the date, a listing's
    path). Without it, the address that the page calls its own (`link rel=canonical`) is taken;
    where it names none, `Article.url` is "" and relative links lead nowhere.
    content_type: the HTTP header's value, for the encoding of bytes. captured_at: when the page was
    fetched, for dates like "2 hours ago"; now, if it is not said.

    Gives the whole article: title, authors, body as text, Markdown and blocks, linked stories,
    dates as moments (`article.published.datetime`, `.precision`), and in `sources` where on the
    page each value stood. Nothing is fetched.

    Raises NotAnArticleError for a page that is none (a listing, a wall, an error page …), with a
    code in `reason` and the best reading all the same in `article`; PageError, of which that is a
    kind, for what is no HTML that can be read. An exception and no None: nobody takes a cookie wall
    for a story because a check was forgotten, and `extract(html).title` needs none. Whoever wants
    what can be had from any page asks for `error.article`.

    Pages of strangers are read within bounds of length and depth. A bound of CPU time needs a
    process of its own, which `scrapy extract` has.

    >>> extract("<h1>Tides</h1>", "https://news.example/tides")
    Traceback (most recent call last):
    crawler.errors.NotAnArticleError: no article: no body text
    """
    if isinstance(html, str):
        # marked as UTF-8, whatever a meta element says of the bytes that the text once was
        html, content_type = ("\ufeff" + html).encode("utf-8", errors="replace"), None
    elif not isinstance(html, bytes):
        raise TypeError(f"html is str or bytes, not {type(html).__name__}")
    if url is not None and not isinstance(url, str):
        raise TypeError(f"url is str, not {type(url).__name__}")
    page = read_saved(html, url, content_type, captured_at)
    why = page.not_article or missing(page.article)
    if why is not None:
        raise NotAnArticleError(why, page.article)
    return page.article


def read_saved(
    html: bytes,
    url: str | None = None,
    content_type: str | None = None,
    captured_at: datetime | None = None,
) -> Page:
    """A page that was saved, with the address that it calls its own where none is given:
    `Page.url` is "" where it names none.
    """
    page = read_page(html, url or "", content_type, captured_at)
    if not url and (own := page.article.canonical_url) is not None:
        return read_page(html, own, content_type, captured_at)
    return page


NO_ADDRESS = "the page names no address of its own: its links lead nowhere; give it with --url"
"""What is said of a saved page without an address."""


def read_page(
    html: bytes, url: str, content_type: str | None = None, captured_at: datetime | None = None
) -> Page:
    """A page, be it an article or not, with its dates as moments.

    captured_at: when it was fetched; None for now. Raises PageError where there is no HTML to read.
    """
    page = read(html, url or _NOWHERE, content_type)
    article = normalise(page.article, captured_at or datetime.now(UTC))
    return replace(page, url=url, article=replace(article, url=url))
