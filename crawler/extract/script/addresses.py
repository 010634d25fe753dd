"""Addresses of stories in JSON: what a list made by script shows, and what its API answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crawler.extract.script.fields import address_of, title_of
from crawler.urls import absolute

_MOST_NODES = 60_000
_MOST_FOUND = 2_000
_LEAST_TITLE = 12


def story_addresses(value: Any, base: str) -> dict[str, str]:
    """Addresses that objects of a value name as their own beside a headline, absolute and
    normalised → the headline. base: what relative ones are relative to."""
    found: dict[str, str] = {}
    todo, left = [value], _MOST_NODES
    while todo and left and len(found) < _MOST_FOUND:
        left -= 1
        item = todo.pop()
        if isinstance(item, list):
            todo.extend(each for each in reversed(item) if isinstance(each, list | Mapping))
        elif isinstance(item, Mapping):
            title, address = title_of(item)[1], address_of(item)
            if len(title) >= _LEAST_TITLE and address and (url := absolute(base, address)):
                found.setdefault(url, title)
            todo.extend(e for e in reversed(list(item.values())) if isinstance(e, list | Mapping))
    return found
