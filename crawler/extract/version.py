"""Which extractor this is: each revision says by which it was read."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from crawler import __version__

_HOUSE = Path(__file__).resolve().parents[1]
_DATA = _HOUSE.parent / "data"
_SHARED = ("items.py", "text.py", "urls.py")
"""Modules besides the extractor's own that decide what is read."""


@lru_cache(maxsize=1)
def extractor_version() -> str:
    """`hemeroteca/VERSION+DIGEST`: the digest changes whenever the extractor's code, its lexicons
    or its phrases do, so nobody has to remember to count."""
    return f"hemeroteca/{__version__}+{code_digest(_HOUSE, _DATA)[:10]}"


def code_digest(house: Path, data: Path) -> str:
    """SHA-256, in hexadecimal, of all that decides what is read from a page.

    house: the folder of the library. data: that of the lexicons. Raises OSError.
    """
    whole = hashlib.sha256()
    files = [
        *(house / "extract").rglob("*.py"),
        *(house / name for name in _SHARED),
        *(data / "lexicon").rglob("*.toml"),
        *(data / "boilerplate").rglob("*.toml"),
    ]
    for path in sorted(files):
        name = path.relative_to(house.parent).as_posix()
        whole.update(name.encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return whole.hexdigest()
