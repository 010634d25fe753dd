"""A changed date, told as a date."""

from __future__ import annotations

import re
from datetime import datetime

_DATE = re.compile(
    r"(?P<day>\d{4}(?:-\d\d){0,2})(?:T(?P<time>\d\d:\d\d(?P<second>:\d\d(?:\.\d+)?)?))?"
    r"(?P<offset>Z|[+-]\d\d:\d\d)?"
)
_BY_LENGTH = {4: "year", 7: "month", 10: "day"}


def shown_date(value: str | None) -> str:
    """A date of the archive's as one reads it; what is none as it is.

    >>> shown_date("2026-11-20T09:00:00+01:00"), shown_date("2026-11-20"), shown_date(None)
    ('2026-11-20 09:00:00 +01:00', '2026-11-20', 'none')
    """
    if value is None:
        return "none"
    match = _DATE.fullmatch(value)
    if match is None:
        return value
    offset = "+00:00" if match["offset"] == "Z" else match["offset"]
    return " ".join(part for part in (match["day"], match["time"], offset) if part)


def date_change(before: str | None, after: str | None) -> str:
    """From which date to which; and whether they differ only in how exact they are, or in the
    offset that they are told in.

    >>> date_change("2026-11-20T09:00+01:00", "2026-11-20T08:00+00:00")
    '2026-11-20 09:00 +01:00 → 2026-11-20 08:00 +00:00 (the same moment)'
    >>> date_change("2026-11-20", "2026-11-20T09:00+01:00")
    '2026-11-20 → 2026-11-20 09:00 +01:00 (to the day → to the minute)'
    """
    told = f"{shown_date(before)} → {shown_date(after)}"
    if before is None or after is None:
        return told
    one, other = _precision(before), _precision(after)
    if one and other and one != other:
        return f"{told} (to the {one} → to the {other})"
    return f"{told} (the same moment)" if _moment(before) == _moment(after) is not None else told


def _precision(value: str) -> str | None:
    match = _DATE.fullmatch(value)
    if match is None:
        return None
    if match["time"]:
        return "second" if match["second"] else "minute"
    return _BY_LENGTH[len(match["day"])]


def _moment(value: str) -> datetime | None:
    """None where it is no moment: a day, a time without an offset."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
