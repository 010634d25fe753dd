"""What is reserved, as an export tells it and leaves it out."""

from __future__ import annotations

import json
from functools import lru_cache

from crawler.reservations import from_json, reserved


@lru_cache(1_024)  # most captures of a newspaper say the same
def terms(reservations: str | None) -> str:
    """A JSON list of the words for what a capture's publisher reserves. reservations: as
    `captures.reservations` has it.

    >>> terms(None)
    '[]'
    """
    return json.dumps(sorted(reserved(from_json(reservations)))) if reservations else "[]"
