"""A query as text, changed by one condition: what a facet's link asks for."""

from __future__ import annotations

import re

_SIMPLE = re.compile(r"[\w.+-]+")


def condition(field: str, value: str) -> str:
    """A condition as one types it.

    >>> condition("author", "Jane Doe"), condition("site", "news.example")
    ('author:"Jane Doe"', 'site:news.example')
    """
    plain = re.sub(r'["“”„‟«»「」『』]', " ", value).strip()
    return f"{field}:{plain}" if _SIMPLE.fullmatch(plain) else f'{field}:"{plain}"'


def narrowed(text: str, field: str, value: str) -> str:
    """A query with one condition more."""
    more = condition(field, value)
    return text if more in text.split() or more in text else f"{text} {more}".strip()


def widened(text: str, field: str, value: str) -> str:
    """A query without a condition, as `narrowed` adds it."""
    return " ".join(text.replace(condition(field, value), " ").split())
