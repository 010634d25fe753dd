"""What sources and addresses say of a story's date, before it is fetched."""

from __future__ import annotations

import re
from datetime import UTC, date, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from urllib.parse import urlsplit

from crawler.items import FoundUrl

_ISO = re.compile(r"((?:19|20)\d\d)(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01])(?!\d))?)?(?!\d)")
_IN_PATH = re.compile(r"/((?:19|20)\d\d)[/-](0?[1-9]|1[0-2])[/-](0?[1-9]|[12]\d|3[01])(?=[/-]|$)")


@lru_cache(maxsize=4_096)
def source_day(text: str | None) -> str | None:
    """The day that a source's date means, YYYY-MM-DD, coarser where it says less; None if it is
    none.

    ISO 8601 (sitemaps, Atom), RFC 5322 (RSS).

    >>> source_day("2024-05-31T10:00:00Z"), source_day("Fri, 31 May 2024 23:30:00 -0200")
    ('2024-05-31', '2024-06-01')
    """
    if not text:
        return None
    match = _ISO.match(text.strip())
    if match:
        return "-".join(part for part in match.groups() if part)
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    if moment.tzinfo is not None:
        try:
            moment = moment.astimezone(UTC)
        except (OverflowError, ValueError):
            return None
    return f"{moment:%Y-%m-%d}"


@lru_cache(maxsize=4_096)
def url_day(url: str) -> str | None:
    """The day in an address's path, YYYY-MM-DD; None if it has none.

    >>> url_day("https://a.example/news/2024/5/31/mill-wheel"), url_day("https://a.example/2024/")
    ('2024-05-31', None)
    """
    match = _IN_PATH.search(urlsplit(url).path)
    return f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}" if match else None


def outside(found: FoundUrl, since: str | None, until: str | None) -> bool:
    """Whether what is said of a URL rules out that it was published in a span.

    since, until: YYYY, YYYY-MM or YYYY-MM-DD, both included; None: open. A day to either side is
    left to clocks and time zones. What last changed before `since` was not published in it; a later
    change says nothing.
    """
    changed = source_day(found.changed_at)
    if since and changed and _before(changed, since):
        return True
    only_changed = found.claimed_at is not None and found.claimed_at == found.changed_at
    day = url_day(found.url) or (None if only_changed else source_day(found.claimed_at))
    if day is None:
        return False
    return bool((since and _before(day, since)) or (until and _after(day, until)))


def _before(day: str, since: str) -> bool:
    return _shift(day, 1)[: len(since)] < since[: len(day)]


def _after(day: str, until: str) -> bool:
    return _shift(day, -1)[: len(until)] > until[: len(day)]


def _shift(day: str, days: int) -> str:
    """A day later or earlier; coarser dates stay as they are."""
    if len(day) < 10:
        return day
    try:
        return (date.fromisoformat(day) + timedelta(days=days)).isoformat()
    except ValueError:
        return day
