"""Up to when the last report went: it says so itself, and the next one begins there."""

from __future__ import annotations

import re
from pathlib import Path

NAME = "hemeroteca-until"
_HEAD = 4_096
_UNTIL = re.compile(
    rb'<meta name="' + NAME.encode() + rb'" content="(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00)">'
)


def last_until(path: Path) -> str | None:
    """Up to when the report in a file goes, ISO 8601, UTC; None where there is no report."""
    try:
        with path.open("rb") as file:
            found = _UNTIL.search(file.read(_HEAD))
    except OSError:
        return None
    return found[1].decode() if found else None
