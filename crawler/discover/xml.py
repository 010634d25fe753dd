"""Elements of a possibly broken XML file, one at a time, without its dangers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html.entities import html5
from io import BytesIO

from lxml import etree

MAX_ELEMENTS = 100_000
"""Elements read from one wanted element to the next: a file with more is an attack on memory."""

_BOM = b"\xef\xbb\xbf"
_DECLARED = re.compile(rb"""^<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:\-]{1,40})["']""")
_HALF = re.compile(
    rb"&#(?:[xX]0*[dD][89a-fA-F][0-9a-fA-F]{2}"
    rb"|0*(?:5529[6-9]|55[3-9]\d\d|56\d{3}|57[0-2]\d\d|573[0-3]\d|5734[0-3]));"
)
"""A reference to half of a surrogate pair (U+D800 to U+DFFF), which no text can hold: libxml2 lets
it in, and lxml fails on the text that has it."""
_INSTEAD = b"&#xFFFD;"
_UTF_16 = re.compile(rb"(?P<bom>\xff\xfe|\xfe\xff)|(?P<le><\0[^\0]\0)|\0<\0")


_ROOTS = rb"(?:[\w.-]{1,40}:)?(?:urlset|sitemapindex|rss|feed|rdf|channel)[\s>]"
_LOOK = 65_536
_BEGINS = re.compile(
    rb"<\?xml\s[^>]{0,400}\?>(?:\s|<!--.{0,4000}?-->|<\?[^>]{0,400}\?>|<!doctype[^>]{0,400}>)*+<"
    + _ROOTS
    + rb"|<"
    + _ROOTS,
    re.IGNORECASE | re.DOTALL,
)
_PAGE = re.compile(rb"<(?:html|head|body|title|meta|link|script|style)\b", re.IGNORECASE)
_STRAY = re.compile(
    rb"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});)"
    rb"|<(?![A-Za-z_:/!?\x80-\xff])|<[^<>]*+<"
)
_PIECES = re.compile(
    rb"(?:<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z))"
    rb"|(?P<named>&[A-Za-z][A-Za-z0-9]{1,31};)"
    rb"|(?P<stray>&(?!#[0-9]{1,7};|#[xX][0-9a-fA-F]{1,6};)"
    rb"|<(?![A-Za-z_:/!?\x80-\xff])|<(?![!?])(?=[^<>]*+(?:<|\Z)))",
    re.DOTALL,
)
_XML_NAMES = frozenset({b"&amp;", b"&lt;", b"&gt;", b"&quot;", b"&apos;"})


def without_preamble(data: bytes) -> bytes:
    """A file without what a server's program printed before its XML: a warning, an empty line, a
    byte order mark. A page, or whatever else, is as it was.

    >>> without_preamble(b"<br />Warning: no 5 in x.php<br /><?xml version='1.0'?><rss><channel>")
    b"<?xml version='1.0'?><rss><channel>"
    """
    if data[:_LOOK].removeprefix(_BOM).lstrip().startswith((b"<?", b"<!")):
        return data  # it begins as XML does
    begins = _BEGINS.search(data, 0, _LOOK)
    if begins is None or _PAGE.search(data, 0, begins.start()):
        return data
    return data[begins.start() :]


def _mended(data: bytes) -> bytes:
    """A file without `&` and `<` that begin nothing: written as they are, they cost an address its
    parameters, or a feed all that follows. Names that HTML has and XML lacks are characters."""
    if b"<!ENTITY" in data or not _STRAY.search(data):
        return data
    return _PIECES.sub(_piece, data)


def _piece(found: re.Match[bytes]) -> bytes:
    piece = found[0]
    if found["stray"]:
        return b"&lt;" if piece == b"<" else b"&amp;"
    if not found["named"] or piece in _XML_NAMES:
        return piece
    text = html5.get(piece[1:].decode())
    return b"".join(b"&#%d;" % ord(each) for each in text) if text else b"&amp;" + piece[1:]


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
    data, encoding = _readable(without_preamble(data))
    data = _mended(data)
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
            encoding=encoding,
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


def _readable(data: bytes) -> tuple[bytes, str | None]:
    """A file without what libxml2 stops at or lxml fails on, and its encoding; None for libxml2 to
    find it."""
    wide = _UTF_16.match(data)
    if wide is not None:
        codec = "utf-16" if wide["bom"] else "utf-16-le" if wide["le"] else "utf-16-be"
        return _HALF.sub(_INSTEAD, data.decode(codec, "replace").encode()), "utf-8"
    data = _HALF.sub(_INSTEAD, data)
    match = _DECLARED.match(data)
    if match is None:
        return data, None
    try:
        "".encode(match[1].decode("ascii", "replace"))
    except LookupError:
        return data, "utf-8"  # it names an encoding that does not exist
    return data, None


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
