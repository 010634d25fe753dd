"""Elements of a possibly broken XML file, one at a time, without its dangers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from io import BytesIO

from lxml import etree

MAX_ELEMENTS = 100_000
"""Elements read from one wanted element to the next: a file with more is an attack on memory."""

_BOM = b"\xef\xbb\xbf"
_DECLARED = re.compile(rb"""^<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:\-]{1,40})["']""")


def elements(data: bytes, names: frozenset[str]) -> Iterator[etree._Element]:
    """Complete elements with these local names and in no other such element, in document order;
    each is emptied when the next is asked for.

    Namespaces are ignored: files in the wild get them wrong. Broken markup is read as far as it can
    be; entities are not expanded, nothing external is loaded, nesting and memory are bounded.
    Raises nothing.
    """
    data = data.lstrip(b" \t\r\n").removeprefix(_BOM).lstrip(b" \t\r\n")
    if not data:
        return
    since = 0
    try:
        for _, element in etree.iterparse(
            BytesIO(data),
            events=("end",),
            recover=True,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
            encoding=_encoding(data),
        ):
            since += 1
            if since > MAX_ELEMENTS:
                return
            if local_name(element) in names and not any(
                local_name(around) in names for around in element.iterancestors()
            ):
                since = 0
                yield element
                element.clear()
                parent = element.getparent()
                while parent is not None and (before := element.getprevious()) is not None:
                    parent.remove(before)
    except (etree.LxmlError, ValueError, LookupError, AssertionError):
        return


def _encoding(data: bytes) -> str | None:
    """UTF-8 where the file names an encoding that does not exist, else None for libxml2 to find."""
    match = _DECLARED.match(data)
    if match is None:
        return None
    try:
        "".encode(match[1].decode("ascii", "replace"))
    except LookupError:
        return "utf-8"
    return None


def local_name(element: etree._Element) -> str:
    """The name of an element without namespace or prefix, lower-case; "" for what is no element.

    >>> local_name(etree.fromstring('<n:Loc xmlns:n="urn:x"/>'))
    'loc'
    """
    tag: object = element.tag  # comments and the like have a function here
    if not isinstance(tag, str):
        return ""
    return _local(tag)


@lru_cache(maxsize=512)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2].rpartition(":")[2].lower()


def child(element: etree._Element, name: str) -> etree._Element | None:
    """The first child with a local name."""
    return next((e for e in element if local_name(e) == name), None)


def text_of(element: etree._Element | None, limit: int = 2_048) -> str | None:
    """All text in an element, white space collapsed; None where there is none."""
    if element is None:
        return None
    text = " ".join("".join(str(part) for part in element.itertext()).split())
    return text[:limit] or None
