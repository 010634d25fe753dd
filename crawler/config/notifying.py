"""What `[notify]` may say."""

from __future__ import annotations

from typing import Any

from crawler.config.paper import WHEN, When
from crawler.config.values import Wrong
from crawler.monitors import LEVELS, Level

NAMES = ("to", "ping", "command", "when", "level")


def to(value: Any) -> tuple[str, ...]:
    """Addresses for Apprise."""
    said = value if isinstance(value, list) else [value]
    if not said or not all(isinstance(each, str) and _is_address(each) for each in said):
        raise Wrong(
            'must be a list of addresses for Apprise, or of where they are: "env:NAME", "file:PATH"'
        )
    return tuple(each.strip() for each in said)


def ping(value: Any) -> str:
    """The address of a healthchecks service."""
    if not isinstance(value, str) or not _is_address(value):
        raise Wrong('must be an http(s) address, "env:NAME" or "file:PATH"')
    return value.strip()


def command(value: Any) -> tuple[str, ...]:
    """A program with its arguments."""
    said = value if isinstance(value, list) else [None]
    if not said or not all(isinstance(each, str) and each for each in said):
        raise Wrong('must be a list of words: ["logger", "-t", "hemeroteca"]')
    return tuple(said)


def when(value: Any) -> When:
    """When there is a message."""
    for each in WHEN:
        if value == each:
            return each
    raise Wrong(f"there are {' and '.join(WHEN)}")


def level(value: Any) -> Level:
    """The least that is worth a message."""
    for each in LEVELS:
        if value == each:
            return each
    raise Wrong(f"there are {', '.join(LEVELS)}")


def _is_address(text: str) -> bool:
    is_elsewhere = text.startswith(("env:", "file:")) and len(text.partition(":")[2].strip()) > 0
    return is_elsewhere or "://" in text
