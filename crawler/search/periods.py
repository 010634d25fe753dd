"""Years, months and days as people type them."""

from __future__ import annotations

import re
from datetime import date, timedelta

_DATE = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?")
FORMS = "write a year, month or day: 2026, 2026-01 or 2026-01-31"


def period(text: str) -> tuple[str, str] | None:
    """The first day of a year, month or day, and the day after its last; None where it is none.

    >>> period("2026-02"), period("2026/1/31"), period("31.1.2026")
    (('2026-02-01', '2026-03-01'), ('2026-01-31', '2026-02-01'), None)
    """
    match = _DATE.fullmatch(text.strip()) if text.isascii() else None
    if match is None:
        return None
    year, month, day = (int(part) if part else 0 for part in match.groups())
    try:
        first = date(year, month or 1, day or 1)
        if day:
            end = first + timedelta(days=1)
        elif month:
            end = date(year + month // 12, month % 12 + 1, 1)
        else:
            end = date(year + 1, 1, 1)
    except (ValueError, OverflowError):
        return None
    return first.isoformat(), end.isoformat()
