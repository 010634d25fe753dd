"""What `alarms` of a paper may say."""

from __future__ import annotations

from typing import Any

from crawler.config.values import Wrong
from crawler.monitors import AS_USUAL, OF_PAPERS, Alarms

NAMES = OF_PAPERS
_MOST_DAYS = 365


def all_or_none(value: Any) -> Alarms:
    """All that monitors find, or nothing of it. Raises Wrong."""
    if not isinstance(value, bool):
        raise Wrong("must be true, false, or a table: { silent = 14, fewer = false }")
    return AS_USUAL if value else Alarms(off=OF_PAPERS)


def days(value: Any) -> bool | int:
    """Whether silence is told of, or after how many days. Raises Wrong."""
    if isinstance(value, bool) or (isinstance(value, int) and 1 <= value <= _MOST_DAYS):
        return value
    raise Wrong(f"must be true, false, or a whole number of days from 1 to {_MOST_DAYS}")


def share(value: Any) -> bool | float:
    """Whether a field that falls away is told of, or below which share. Raises Wrong."""
    if isinstance(value, bool) or (isinstance(value, float) and 0 < value < 1):
        return value
    raise Wrong("must be true, false, or the share that is enough, between 0 and 1, as 0.3")


def on_or_off(value: Any) -> bool:
    """Whether something is told of. Raises Wrong."""
    if not isinstance(value, bool):
        raise Wrong("must be true or false")
    return value


CHECKS = {"silent": days, "field_dropped": share}
"""Kind of finding → what may be said of it, where that is more than true and false."""


def of_table(said: dict[str, bool | float]) -> Alarms:
    """What a table says that is checked."""
    numbers = {kind: value for kind, value in said.items() if not isinstance(value, bool)}
    silent = numbers.get("silent")
    return Alarms(
        tuple(kind for kind in OF_PAPERS if said.get(kind) is False),
        None if silent is None else int(silent),
        numbers.get("field_dropped"),
    )
