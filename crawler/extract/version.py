"""Which extractor this is: each revision says by which it was read."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from crawler import __version__
from crawler.bundled import DATA

_HOUSE = Path(__file__).resolve().parents[1]
ROOMS = ("extract", "learn", "reservations", "urls")
"""Packages that decide what is read, with all their sub-packages."""
SHARED = ("items.py", "text.py")
"""Modules that do so, too."""
TABLES = ("languages",)
"""Folders of `data/` that do."""


@lru_cache(maxsize=1)
def extractor_version() -> str:
    """`hemeroteca/VERSION+DIGEST`: the digest changes whenever the extractor's code or its tables
    of words do, so nobody has to remember to count. It is the same in a checkout and in what is
    installed from it."""
    return f"hemeroteca/{__version__}+{code_digest(_HOUSE, DATA)[:10]}"


def code_digest(house: Path, data: Path) -> str:
    """SHA-256, in hexadecimal, of all that decides what is read from a page.

    house: the folder of the library. data: that of the tables. Files count by their contents and
    their names in the checkout, wherever the two folders are. Raises OSError.
    """
    code = [path for room in ROOMS for path in (house / room).rglob("*.py")]
    code += [house / name for name in SHARED]
    tables = [path for table in TABLES for path in (data / table).rglob("*.toml")]
    named = [(f"crawler/{path.relative_to(house).as_posix()}", path) for path in code]
    named += [(f"data/{path.relative_to(data).as_posix()}", path) for path in tables]
    whole = hashlib.sha256()
    for name, path in sorted(named):
        whole.update(name.encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return whole.hexdigest()
