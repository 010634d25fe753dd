"""Which extractor this is: each revision says by which it was read."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from crawler import __version__

_HOUSE = Path(__file__).resolve().parent
_DATA = _HOUSE.parent / "data"


@lru_cache(maxsize=1)
def extractor() -> str:
    """`hemeroteca/VERSION+DIGEST`: the digest changes whenever the extractor's code, its lexicons
    or its phrases do, so nobody has to remember to count."""
    whole = hashlib.sha256()
    files = [
        *(_HOUSE / "extract").glob("*.py"),
        *(_DATA / "lexicon").glob("*.toml"),
        *(_DATA / "boilerplate").glob("*.toml"),
    ]
    for path in sorted(files):
        whole.update(path.name.encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return f"hemeroteca/{__version__}+{whole.hexdigest()[:10]}"
