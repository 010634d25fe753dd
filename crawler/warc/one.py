"""A single WARC record that came by itself."""

from __future__ import annotations

import io

from crawler.warc.members import DamagedError
from crawler.warc.reader import Damage, Record, read_content


def one_record(data: bytes, name: str) -> Record:
    """The WARC record that some bytes are, gzip or plain. Raises DamagedError where they are none,
    or several."""
    found = list(read_content(io.BytesIO(data), len(data), name))
    if len(found) != 1 or isinstance(found[0], Damage):
        first = found[0].reason if found and isinstance(found[0], Damage) else "no single record"
        raise DamagedError(first)
    return found[0]
