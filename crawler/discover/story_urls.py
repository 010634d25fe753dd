"""How much an address looks like that of a news story, before anything is fetched.

By forms that addresses of stories have in common, and by the words of `urls.segments`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

from crawler.discover.shapes import path_and_query
from crawler.urls import segments as words

_ENDPOINT_QUERY = re.compile(
    r"(?:^|&)(?:share|replytocom|print|printable|printpreview|s|search|q|query|suche|login"
    r"|redirect_to|redirect|return_?to|returnurl|feed|format=(?:pdf|xml|rss|json)"
    r"|add-to-cart|like_comment|unapproved|doing_wp_cron|rest_route)(?:=|&|$)"
    r"|(?:^|&)(?:u|url|link)=https?(?::|%3a)",  # share buttons
    re.IGNORECASE,
)

_LISTINGS = (
    words.TOPICS | words.PEOPLE | words.ARCHIVES | words.LIST_PAGES | words.OTHER_MATTER
    | words.NEWSLETTERS | words.SHOPS
)  # fmt: skip
"""Path segments of pages that list stories, or hold none."""
_SERVICE = words.SERVICE | words.SERVICE_OR_SECTION | words.SUBSCRIBE
"""Path segments of pages about the site itself."""
_PAGE = "|".join(sorted(words.PAGES, key=len, reverse=True))
_DATE_IN_PATH = re.compile(
    r"/(?:19|20)\d\d[/\-_](?:0?[1-9]|1[0-2]|[a-z]{3})[/\-_](?:0?[1-9]|[12]\d|3[01])(?=[/\-_.]|$)"
    r"|[/\-_](?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?=[/\-_.]|$)"
)
_MONTH_IN_PATH = re.compile(r"/(?:19|20)\d\d/(?:0?[1-9]|1[0-2]|[a-z]{3})/[^/]{6,}")
_ONLY_A_DATE = re.compile(r"(?:/(?:19|20)\d\d)(?:/\d{1,2}){0,2}/?$")
_LIST_DATE = re.compile(r"/((?:19|20)\d\d)(?:[/-](\d{1,2}))?(?:[/-]\d{1,2})?/?$")
_YEAR_IN_PATH = re.compile(r"/(?:19|20)\d\d/[^/]{6,}")
_ID = re.compile(r"(?:^|[\-_./,!])(?:[a-z]{1,3}[\-_]?)?\d{5,}(?:$|[\-_.,])|[0-9a-f]{16,}")
_LONG_ID_QUERY = re.compile(
    r"(?:^|&)(?:(?:p|id|aid|nid|articleid|article_id|newsid|storyid)=|(?:article|story|news|post)=?)"
    r"\d+(?:\.html?)?(?=&|$)"
)
_PAGE_NUMBER = re.compile(rf"/(?:{_PAGE})/?\d{{1,5}}/?$|(?:^|&)(?:page|paged|pg)=\d+")
_NUMBERED = re.compile(rf"/(?:{_PAGE})[/-]?(\d{{1,6}})/?$|[-_]page[-_](\d{{1,6}})(?:\.\w+)?$")
_NUMBERED_QUERY = re.compile(
    r"(?:^|&)(?:page|paged|pg|p|seite|pagina|start|offset|from|skip|limitstart|debut\w*)=(\d{1,6})"
    r"(?:\.html?)?(?=&|$)()"
)
_STORY_WORD = re.compile(rf"/(?:{'|'.join(sorted(words.STORIES, key=len, reverse=True))})/[^/]")
_OTHER_EDITION = re.compile(
    r"/amp/?$|^/amp/|\.amp(?:\.html)?$|(?:^|&)(?:amp|outputType=amp)(?:=|&|$)"
)
_LETTERS = re.compile(r"[^\W\d_]{2,}")


@lru_cache(maxsize=4_096)
def is_page(url: str) -> bool:
    """Whether an address may be that of an HTML page worth fetching: no picture, document, feed or
    other file, and no endpoint for logging in, searching, sharing or printing.

    >>> is_page("https://a.example/2021/07/a-story"), is_page("https://a.example/a-picture.jpg")
    (True, False)
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return False
    segments = parts.path.lower().strip("/").split("/")
    stem, dot, extension = segments[-1].rpartition(".")
    if dot and stem and extension in words.FILES:
        return False
    if words.MACHINES.intersection(segments) or segments[-1] in words.ENDPOINTS:
        return False
    if (
        segments[0] in words.ENDPOINTS
        and len(segments) == 2
        and len(_LETTERS.findall(segments[1])) < 4
    ):
        return False
    return not _ENDPOINT_QUERY.search(parts.query)


def is_feed(url: str) -> bool:
    """Whether an address is that of a feed, by its looks.

    >>> is_feed("https://a.example/rss/sport.xml"), is_feed("https://a.example/stories/feed.html")
    (True, False)
    """
    segments = urlsplit(url).path.lower().strip("/").split("/")
    stem, _, extension = segments[-1].rpartition(".")
    if extension in ("rss", "atom", "rdf") or segments[-1] in words.FEEDS:
        return True
    named = words.FEEDS.intersection([*segments[:-1], *re.split(r"[-_.]", stem)])
    return extension == "xml" and bool(named)


def is_service(url: str) -> bool:
    """Whether an address is that of a page about the site itself: contact, imprint, terms …

    >>> is_service("https://a.example/contact/"), is_service("https://a.example/contact/2024/x")
    (True, False)
    """
    segments = [s for s in urlsplit(url).path.lower().split("/") if s]
    return len(segments) == 1 and segments[0].partition(".")[0] in _SERVICE


def list_month(url: str) -> int | None:
    """Of an address of a day's, month's or year's list: which month that is, counted from year 0;
    None for any other.

    >>> list_month("https://a.example/archive/2024/05/31/") == 2024 * 12 + 5
    True
    """
    found = _LIST_DATE.search(urlsplit(url).path)
    if found is None or not 1 <= int(found[2] or 1) <= 12:
        return None
    return int(found[1]) * 12 + int(found[2] or 1)


def list_page(url: str) -> int | None:
    """Of an address of a list's further page: its number, or how many stories it leaves out; None
    for any other.

    >>> list_page("https://a.example/sport/page/7/"), list_page("https://a.example/?debut=40")
    (7, 40)
    """
    path, query = path_and_query(url.lower())
    found = _NUMBERED.search(path.removesuffix("index.html")) or _NUMBERED_QUERY.search(query)
    return int(found[1] or found[2]) if found else None


@lru_cache(maxsize=4_096)
def priority(url: str, title: str | None = None) -> int:
    """How much an address looks like that of a news story: from -100 (surely none) to 100; an
    address that tells nothing is about 0.

    title: the text of the link, or the title that a feed or sitemap gives, if known: headlines are
    long, names of sections short.

    >>> priority("https://a.example/2021/07/14/minister-resigns-after-vote/")
    90
    >>> priority("https://a.example/tag/politics/")
    -40
    """
    if not is_page(url):
        return -100
    path, query = path_and_query(url.lower())
    segments = [segment for segment in path.split("/") if segment]
    if segments and segments[-1].rpartition(".")[0] in ("index", "default"):
        segments.pop()
    score = _by_path(path, segments, query) + _by_title(title)
    return max(-99, min(100, score))


def _by_path(path: str, segments: list[str], query: str) -> int:
    score = 0
    if not segments:
        return -30 if not _LONG_ID_QUERY.search(query) else 20
    last = segments[-1]
    stem = last.rpartition(".")[0] or last
    words = len(_LETTERS.findall(stem))
    if _ONLY_A_DATE.search(path):
        score -= 50
    elif _DATE_IN_PATH.search(path):
        score += 50
    elif _MONTH_IN_PATH.search(path):
        score += 40
    elif _YEAR_IN_PATH.search(path):
        score += 20
    # Slugs of stories are headlines: three words or more, or as many letters where words are not
    # kept apart.
    score += 40 if words >= 4 else 20 if words == 3 else 0
    if words <= 2 and len(stem) >= 30:
        score += 10
    if _ID.search(stem):
        score += 25
    elif _LONG_ID_QUERY.search(query):
        score += 20
    elif query:
        score -= 10
    if last.endswith((".html", ".htm", ".shtml", ".ece", ".cms", ".aspx", ".php")) and words >= 2:
        score += 10
    if _STORY_WORD.search(path):
        score += 10
    if _LISTINGS.intersection(segments[:-1]) or (last in _LISTINGS):
        score -= 40
    if _SERVICE.intersection(segments[:2]):
        score -= 60
    if _PAGE_NUMBER.search(path) or _PAGE_NUMBER.search(query):
        score -= 40
    if _OTHER_EDITION.search(path) or _OTHER_EDITION.search(query):
        score -= 30
    if len(segments) == 1 and words <= 2 and not any(c.isdigit() for c in stem):
        score -= 15
    return score


def _by_title(title: str | None) -> int:
    if not title:
        return 0
    text = title.strip()[:300]
    words = len(text.split())
    if words >= 5 or (len(text) >= 15 and not text.isascii()):
        return 20
    return -10 if words <= 2 else 0
