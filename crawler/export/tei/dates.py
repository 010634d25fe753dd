"""Dates as TEI's attribute `when` writes them (XML Schema Part 2)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_DAY = re.compile(r"(?!0000)\d{4}(?:-\d\d(?:-\d\d)?)?")
_FARTHEST = timedelta(hours=14)


def when(text: str | None) -> str | None:
    """An ISO 8601 date as the archive has it (`2026`, `2026-01`, `2026-01-02`, or with a time);
    None where no calendar has it.

    A time without seconds gets `:00`, for XML Schema has none without: the element's text says how
    exact it is.

    >>> when("2026-01"), when("2026-01-02T03:04+02:00"), when("2026-13")
    ('2026-01', '2026-01-02T03:04:00+02:00', None)
    """
    if not text:
        return None
    try:
        if _DAY.fullmatch(text):
            datetime.fromisoformat(f"{text}{'-01-01'[: 10 - len(text)]}")
            return text
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    offset = moment.utcoffset() or timedelta()
    if abs(offset) > _FARTHEST or offset % timedelta(minutes=1):
        return None
    return moment.isoformat().replace("+00:00", "Z" if moment.tzinfo is UTC else "+00:00")
