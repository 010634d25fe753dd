"""WordPress sites list their posts themselves: the REST API's collection of posts.

WordPress REST API Handbook, Reference, Posts: up to 100 a page, `X-WP-TotalPages` says how many
pages; `after`, `before` and `modified_after` are ISO 8601 in the site's time.
"""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from crawler.discover.feeds import plain_title
from crawler.errors import PageError
from crawler.items import FoundUrl
from crawler.text import clean, cleaned
from crawler.urls import absolute, normalise

PER_PAGE = 100
MAX_PAGES = 20_000
AHEAD = 3
"""Pages that one page tells of: some, so that one that fails does not end the list."""
MAX_BYTES = 20_000_000

_PAGE = re.compile(r"[?&]page=([0-9]{1,9})(?=&|$)")
_FIELDS = "link,date_gmt,date,modified_gmt,title"


def posts_url(
    root: str, page: int = 1, *, since: str | None = None, until: str | None = None,
    modified_after: datetime | None = None,
) -> str | None:  # fmt: skip
    """The address of one page of a site's posts, newest first.

    root: the API's root as the site names it (`https://…/wp-json/`, or `https://…/?rest_route=/`).
    since, until: YYYY, YYYY-MM or YYYY-MM-DD; taken a day wider, for the site's clock may differ.

    >>> posts_url("https://a.example/wp-json/", 2, since="2024")
    'https://a.example/wp-json/wp/v2/posts?per_page=100&page=2&orderby=date&order=desc&_fields=link,date_gmt,date,modified_gmt,title&after=2023-12-31T00:00:00'
    """
    address = normalise(root)
    if address is None:
        return None
    plain = "rest_route=" in urlsplit(address).query
    base = address.rstrip("/") + "/wp/v2/posts" + ("&" if plain else "?")
    url = f"{base}per_page={PER_PAGE}&page={page}&orderby=date&order=desc&_fields={_FIELDS}"
    if since:
        url += f"&after={_day(since, -1)}"
    if until:
        url += f"&before={_day_after(until)}"
    if modified_after:
        url += f"&modified_after={modified_after - timedelta(days=1):%Y-%m-%dT%H:%M:%S}"
    return url


def further_pages(url: str, total: str | None, count: int) -> tuple[str, ...]:
    """The next few pages after one that gave posts, in order; they tell of those after them.

    url: the page's own address. total: the header X-WP-TotalPages; without it there is one more
    page if this one was full. count: posts on this page.
    """
    here = _PAGE.search(url)
    if here is None or not count:
        return ()
    page = int(here[1])
    if total is not None and total.isascii() and total.strip().isdigit():
        last = min(int(total.strip()[:9]), MAX_PAGES, page + AHEAD)
    else:
        last = page + 1 if count >= PER_PAGE else page
    first, rest = url[: here.start(1)], url[here.end(1) :]
    return tuple(f"{first}{number}{rest}" for number in range(page + 1, last + 1))


def parse_posts(body: bytes, url: str) -> tuple[FoundUrl, ...]:
    """The stories that a page of posts lists, in its order.

    body: as decoded from its content coding. url: its own address.

    Raises PageError where it is no list of posts: the API is shut off, or something else answers.
    """
    try:
        posts = json.loads(body[:MAX_BYTES].decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        posts = None
    if not isinstance(posts, list):
        code = posts.get("code") if isinstance(posts, dict) else None
        raise PageError("no_posts", clean(str(code)[:60]) if code else "no JSON list")
    found: dict[str, FoundUrl] = {}
    for post in posts[: 10 * PER_PAGE]:
        link = post.get("link") if isinstance(post, dict) else None
        address = absolute(url, link[:2_048]) if isinstance(link, str) else None
        if address is not None:
            title = post.get("title")
            rendered = title.get("rendered") if isinstance(title, dict) else title
            found.setdefault(
                address,
                FoundUrl(
                    address, "page", "wordpress", url,
                    _date(post, "date_gmt") or _date(post, "date"),
                    plain_title(rendered[:1_000]) if isinstance(rendered, str) else None,
                    _date(post, "modified_gmt"),
                ),
            )  # fmt: skip
    return cleaned(tuple(found.values()))


def _date(post: dict[str, object], key: str) -> str | None:
    value = post.get(key)
    if not isinstance(value, str) or not value[:4].isdigit() or value.startswith("0000"):
        return None
    return value[:40] + ("Z" if key.endswith("_gmt") and len(value) == 19 else "")


def _day(stated: str, days: int) -> str:
    first = datetime.fromisoformat((stated + "-01-01")[:10])
    return f"{first + timedelta(days=days):%Y-%m-%dT00:00:00}"


def _day_after(stated: str) -> str:
    """The moment by which a day, month or year is surely over everywhere."""
    first = datetime.fromisoformat((stated + "-01-01")[:10])
    spans = {4: 366, 7: 31, 10: 1}
    return f"{first + timedelta(days=spans[len(stated)] + 1):%Y-%m-%dT00:00:00}"
