"""Names of an archive's WARC files."""

from __future__ import annotations

import re

_ENDING = ".warc.gz"
_REWRITTEN = re.compile(r"\.r([0-9]+)\.warc\.gz$")


def successor(name: str) -> str:
    """What a file is called that stands in another's place, without some of its records.

    >>> successor("a-00001.warc.gz"), successor("a-00001.r1.warc.gz")
    ('a-00001.r1.warc.gz', 'a-00001.r2.warc.gz')
    """
    found = _REWRITTEN.search(name)
    number = int(found[1]) + 1 if found else 1
    return f"{_first(name)}.r{number}{_ENDING}"


def is_successor(name: str, of: str) -> bool:
    """Whether a file stands in another's place, or in that of one that did.

    >>> is_successor("a-1.r2.warc.gz", "a-1.warc.gz"), is_successor("a-1.warc.gz", "a-1.warc.gz")
    (True, False)
    """
    return _first(name) == _first(of) and _number(name) > _number(of)


def _first(name: str) -> str:
    return _REWRITTEN.sub("", name) if _REWRITTEN.search(name) else name.removesuffix(_ENDING)


def _number(name: str) -> int:
    found = _REWRITTEN.search(name)
    return int(found[1]) if found else 0
