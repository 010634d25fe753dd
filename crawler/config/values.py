"""What is written by hand, in a configuration and behind `-a` alike."""

from __future__ import annotations

import re
from datetime import date

from crawler.urls import normalise

_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
_HOST = re.compile(r"//(?:[^/.]+\.[^/]|localhost|\[)")
# Somebody at a host, or a host with a dot in its name.
_REACHES = re.compile(r"\S@\S|\w\.\w")


class Wrong(Exception):  # noqa: N818
    """What would be right instead of a value."""


def home_address(text: str) -> str | None:
    """A normalised http(s) address, of a bare host too; None where it is none.

    >>> home_address("news.example"), home_address("news")
    ('https://news.example/', None)
    """
    text = text.strip()
    url = normalise(text if "://" in text else f"https://{text}")
    return url if url is not None and _HOST.search(url) else None


def is_partial_day(text: str) -> bool:
    """Whether it is a date as YYYY, YYYY-MM or YYYY-MM-DD.

    >>> is_partial_day("2024-02-30"), is_partial_day("2024-02")
    (False, True)
    """
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat((text + "-01-01")[:10])
    except ValueError:
        return False
    return True


def reaches_somebody(contact: str) -> bool:
    """Whether it may be a mail address or a URL, in characters that a header can have.

    >>> reaches_somebody("you@library.example"), reaches_somebody("me")
    (True, False)
    """
    return contact.isascii() and contact.isprintable() and bool(_REACHES.search(contact))
