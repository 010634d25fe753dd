"""One page, read as an article: what `extract`, `scrapy extract` and `scrapy try` share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path

from crawler.errors import NotAnArticleError, PageError, UsageError
from crawler.extract import Document
from crawler.extract import read_page as read
from crawler.extract.dates import normalise
from crawler.items import Article, Page
from crawler.learn import (
    MOST_KEPT,
    Change,
    Sighting,
    SiteProfile,
    applied,
    learn,
    read_profile,
    sample,
    site_of,
    survey,
)
from crawler.text import cleaned
from crawler.validate import missing

_NOWHERE = "about:blank"
"""What HTML calls the address of a page that has none; nothing is relative to it."""
_MOST_BYTES = 10_000_000
"""Of a profile."""


def extract(
    html: str | bytes,
    url: str | None = None,
    *,
    content_type: str | None = None,
    captured_at: datetime | None = None,
    profile: SiteProfile | None = None,
) -> Article:
    """Read an HTML page as the article that it is.

    html: text, or bytes as the server sent them (content coding removed), whose encoding is found
    out. url: the page's address, for its links, and for what addresses tell (the date, a listing's
    path). Without it, the address that the page calls its own (`link rel=canonical`) is taken;
    where it names none, `Article.url` is "" and relative links lead nowhere.
    content_type: the HTTP header's value, for the encoding of bytes. captured_at: when the page was
    fetched, for dates like "2 hours ago"; now, if it is not said. profile: what is known of the
    page's site (`learn_profile`, `load_profile`).

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
    content_type = None if isinstance(html, str) else content_type
    data = _checked(html, url)
    if profile is not None and not isinstance(profile, SiteProfile):
        raise TypeError(f"profile is a SiteProfile, not {type(profile).__name__}")
    page = read_saved(data, url, content_type, captured_at, profile)[0]
    why = page.not_article or missing(page.article)
    if why is not None:
        raise NotAnArticleError(why, page.article)
    return page.article


def _checked(html: object, url: object) -> bytes:
    """A page as bytes. Raises TypeError for what is no page, or no address."""
    if url is not None and not isinstance(url, str):
        raise TypeError(f"url is str, not {type(url).__name__}")
    if isinstance(html, str):
        # marked as UTF-8, whatever a meta element says of the bytes that the text once was
        return ("\ufeff" + html).encode("utf-8", errors="replace")
    if not isinstance(html, bytes):
        raise TypeError(f"html is str or bytes, not {type(html).__name__}")
    return html


def learn_profile(pages: Iterable[tuple[str | bytes, str | None]]) -> SiteProfile:
    """What pages of one site teach of it, for `extract(…, profile=…)` to read its pages with.

    pages: (html, url) of some of its stories; five already teach, a hundred teach more. Without a
    URL, the address that the page calls its own is taken, as `extract` takes it. Pages that are no
    stories or cannot be read are passed over. The site is the host of the first story; pages of
    other hosts are left out.
    """
    seen: list[Sighting] = []
    for html, url in pages:
        one = sighting(_checked(html, url), url)
        if one is not None and (not seen or one.host == seen[0].host):
            seen.append(one)
        if len(seen) >= 2 * MOST_KEPT:
            seen = sample(seen)
    seen = sample(seen)
    return learn(seen[0].host if seen else "", seen)


def load_profile(path: str | PathLike[str]) -> SiteProfile:
    """A profile from a TOML file, learned or written by hand (docs/extend.md).

    Raises UsageError where the file cannot be read or is no profile, with what is wrong and where.
    """
    try:
        with Path(path).open("rb") as file:
            data = file.read(_MOST_BYTES + 1)  # of a device, too, that never ends
        text = data[:_MOST_BYTES].decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise UsageError(f"{path} cannot be read ({why})") from None
    if len(data) > _MOST_BYTES:
        raise UsageError(f"{path} is too long for a profile")
    return read_profile(text, str(path))


def load_profiles(folder: str | PathLike[str]) -> dict[str, SiteProfile]:
    """Host → profile, from the TOML files of a folder, one a site: HOST.toml, or any name with
    `host =` in the file. Raises UsageError for a file that is no profile, or the second of its
    host."""
    found: dict[str, SiteProfile] = {}
    for path in sorted(Path(folder).glob("*.toml")):
        profile = load_profile(path)
        host = profile.host or site_of(path.stem)
        if not host:
            raise UsageError(f"{path}: its name is that of no host; write host = in it")
        if host in found:
            raise UsageError(f"{path}: there is another profile of {host}; keep one of them")
        found[host] = profile
    return found


def sighting(
    html: bytes,
    url: str | None,
    content_type: str | None = None,
    captured_at: datetime | None = None,
) -> Sighting | None:
    """What a page tells of its site; None for one that is no story. Raises nothing.

    url: the page's; without it, the address that the page calls its own.
    """
    try:
        doc, page = _read(html, url or _NOWHERE, content_type, captured_at)
        if not url and (own := page.article.canonical_url) is not None:
            doc, page = _read(html, own, content_type, captured_at)
    except PageError:
        return None
    return None if page.not_article or missing(page.article) else survey(doc, page)


def read_saved(
    html: bytes,
    url: str | None = None,
    content_type: str | None = None,
    captured_at: datetime | None = None,
    profile: SiteProfile | None = None,
) -> tuple[Page, tuple[Change, ...]]:
    """A page that was saved, with the address that it calls its own where none is given, and what
    a profile changed of it. `Page.url` is "" where it names none.
    """
    page, changes = read_page(html, url or "", content_type, captured_at, profile)
    if not url and (own := page.article.canonical_url) is not None:
        return read_page(html, own, content_type, captured_at, profile)
    return page, changes


NO_ADDRESS = (
    "the page does not name its own address, so links in it are left out; give it with --url"
)
"""What is said of a saved page without an address."""


def read_page(
    html: bytes,
    url: str,
    content_type: str | None = None,
    captured_at: datetime | None = None,
    profile: SiteProfile | None = None,
) -> tuple[Page, tuple[Change, ...]]:
    """A page, be it an article or not, with its dates as moments, and what a profile changed of it.

    captured_at: when it was fetched; None for now. profile: of its site; another's is not used.
    Raises PageError where there is no HTML to read.
    """
    doc, page = _read(html, url or _NOWHERE, content_type, captured_at)
    changes: tuple[Change, ...] = ()
    if profile is not None and profile.is_for(url):
        page, changes = applied(lambda: doc, page, profile)
        page = cleaned(page)
        page = replace(page, article=_dated(page.article, captured_at))
    return replace(page, url=url, article=replace(page.article, url=url)), changes


def _read(
    html: bytes, url: str, content_type: str | None, captured_at: datetime | None
) -> tuple[Document, Page]:
    doc = Document(html, url, content_type)
    page = cleaned(read(doc))
    return doc, replace(page, article=_dated(page.article, captured_at))


def _dated(article: Article, captured_at: datetime | None) -> Article:
    return normalise(article, captured_at or datetime.now(UTC))
