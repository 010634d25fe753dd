"""From a page's bytes to text.

Order of the WHATWG Encoding standard and of HTML's "encoding sniffing algorithm" (BOM, HTTP header,
meta, then frequency analysis), but for one thing: bytes that are valid UTF-8 beyond ASCII are UTF-8
whatever is claimed, for text in another encoding is valid UTF-8 practically never, and wrong claims
are common.
"""

from __future__ import annotations

import codecs
import re
from contextlib import suppress

from w3lib.encoding import (
    html_body_declared_encoding,
    http_content_type_encoding,
    read_bom,
    resolve_encoding,
    to_unicode,
)

from crawler.extract.page.mojibake import mended

_LATE = 200_000
"""Bytes in which a declaration is looked for that scripts have pushed down; w3lib looks in 4,096
and knows fewer labels."""
_CHARSET = re.compile(r"charset\s{0,5}=\s{0,5}[\"']?([\w.:-]{2,30})", re.ASCII | re.IGNORECASE)
_META = re.compile(
    rb"<meta[^<>]{0,200}charset\s{0,5}=\s{0,5}[\"']?\s{0,5}([\w.:-]{2,30})", re.IGNORECASE
)
_SHIFTS = (b"\x1b$", b"\x1b(")
"""How text in ISO-2022-JP begins and ends, all in ASCII."""

_LABELS = {
    **dict.fromkeys(
        ("unicode-1-1-utf-8", "unicode11utf8", "unicode20utf8", "x-unicode20utf8",
         # A declaration that can be read as ASCII is in no UTF-16 (HTML, 13.2.3.2).
         "utf-16", "utf-16le", "utf-16be", "unicode", "ucs-2", "iso-10646-ucs-2", "csunicode",
         "unicodefeff", "unicodefffe"), "utf-8"),
    **dict.fromkeys(("sun_eu_greek",), "iso8859-7"),
    **dict.fromkeys(("visual", "logical"), "iso8859-8"),
    **dict.fromkeys(("csisolatin9",), "iso8859-15"),
    **dict.fromkeys(("koi", "koi8"), "koi8-r"),
    "koi8-ru": "koi8-u",
    **dict.fromkeys(("csmacintosh", "mac", "x-mac-roman"), "mac-roman"),
    **dict.fromkeys(("x-mac-cyrillic", "x-mac-ukrainian"), "mac-cyrillic"),
    **dict.fromkeys(("dos-874",), "cp874"),
    **dict.fromkeys(("csgb2312", "gb_2312", "x-gbk"), "gb18030"),
    **dict.fromkeys(("cn-big5", "x-x-big5"), "big5hkscs"),
    **dict.fromkeys(("cseucpkdfmtjapanese", "x-euc-jp"), "euc_jp"),
    **dict.fromkeys(
        ("cseuckr", "csksc56011987", "iso-ir-149", "ks_c_5601-1989", "ksc_5601", "windows-949"),
        "cp949"),
    "x-user-defined": "cp1252",
}  # fmt: skip
"""Labels of the Encoding standard that neither Python nor w3lib knows."""
_PREFIXED = re.compile(r"x-(cp125\d)|(?:cs)?iso-?8859-?(\d{1,2})-?[ei]?")


def utf8(html: bytes, content_type: str | None = None) -> bytes:
    """The same as `decode`, in UTF-8: the page's own bytes where they are that already. Text that
    was read in a wrong encoding before it was sent is mended where that is certain (`mojibake`).

    Raises nothing: what UTF-8 cannot hold (half of a surrogate pair) becomes a question mark.
    """
    if read_bom(html)[0] is None and not _in_seven_bits(html, content_type):
        with suppress(UnicodeDecodeError):
            html.decode("utf-8")
            return mended(html)
    return mended(decode(html, content_type).encode("utf-8", errors="replace"))


def decode(html: bytes, content_type: str | None = None) -> str:
    """Text of a page.

    html: the page's bytes. content_type: value of the HTTP header, or None.
    Raises nothing: bytes that the encoding does not have become U+FFFD.

    >>> decode("Köln".encode(), "text/html; charset=iso-8859-1")
    'Köln'
    >>> decode("<meta charset=utf-8>Köln".encode("cp1252"))
    '<meta charset=utf-8>Köln'
    """
    encoding, bom = read_bom(html)
    if encoding is not None and bom is not None:
        return html[len(bom) :].decode(encoding, errors="replace")
    header = http_content_type_encoding(content_type) or _label(content_type)
    if (wide := _wide(html, header)) is not None:
        return html.decode(wide, errors="replace")
    if not _in_seven_bits(html, content_type):
        try:
            return html.decode("utf-8")
        except UnicodeDecodeError as error:
            last_is_cut = error.end == len(html) and error.start >= len(html) - 3
            if last_is_cut and not html.isascii():
                return html.decode("utf-8", errors="replace")
    name = codec(header) or codec(_declared(html))
    if name is not None and name != "utf-8":
        text = to_unicode(html, name)
        if not _is_broken(text):
            return text
    elif _mostly_utf8(html):
        return html.decode("utf-8", errors="replace")
    else:
        name = None
    return to_unicode(html, _sniffed(html) or name or "cp1252")


def codec(label: str | None) -> str | None:
    """Python's name of the codec that a label of the Encoding standard stands for; None for no
    label, an unknown one, and those that the standard forbids to read.

    >>> codec("ISO-8859-1"), codec(" x-cp1251 "), codec("klingon"), codec("utf-7")
    ('cp1252', 'cp1251', None, None)
    """
    if not label:
        return None
    label = label.strip().lower()
    match = _PREFIXED.fullmatch(label)
    if match is not None:
        label = match[1] or f"iso-8859-{match[2]}"
    found = resolve_encoding(_LABELS.get(label, label))
    with suppress(LookupError):
        if found is not None and codecs.lookup(found)._is_text_encoding:
            name = codecs.lookup(found).name
            return None if name in ("hz", "iso2022_kr") else name
    return None


def _declared(html: bytes) -> str | None:
    """What a meta element or an XML declaration says."""
    found = html_body_declared_encoding(html)
    if found is not None:
        return found
    match = _META.search(html, 0, _LATE)
    return match[1].decode("ascii", "replace") if match else None


def _label(content_type: str | None) -> str | None:
    match = _CHARSET.search(content_type or "")
    return match[1] if match else None


def _in_seven_bits(html: bytes, content_type: str | None) -> bool:
    """Whether ASCII bytes are text in ISO-2022-JP, by the shifts in it and what says so."""
    return (
        b"\x1b" in html
        and all(s in html for s in _SHIFTS)
        and (codec(_label(content_type)) or codec(_declared(html))) == "iso2022_jp"
    )


def _wide(html: bytes, header: str | None) -> str | None:
    """UTF-16 without a BOM, told by the header or by a zero beside every letter of the markup."""
    said = (header or "").lower().replace("_", "-")
    start = html[:64]
    if 0 not in start:
        return None
    even, odd = start[::2].count(0), start[1::2].count(0)
    if said in ("utf-16le", "utf-16be"):
        return "utf-16-le" if said.endswith("le") else "utf-16-be"
    if odd * 4 > len(start) and not even:
        return "utf-16-le"
    return "utf-16-be" if even * 4 > len(start) and not odd else None


def _mostly_utf8(html: bytes) -> bool:
    """Whether a page with some bad bytes is UTF-8: a few broken spots in much that is good."""
    text = html.decode("utf-8", errors="replace")
    bad = text.count("\ufffd")
    good = sum(1 for char in text if char > "\x7f" and char != "\ufffd")
    return good > 4 * bad


def _is_broken(text: str) -> bool:
    """Whether so much of a page cannot be read that it is in another encoding than it says."""
    bad = text.count("\ufffd")
    return bad > 20 and bad * 10 > sum(1 for char in text if char > "\x7f")


_MARKUP = re.compile(rb"<[^<>]*>")
_SAMPLE = 10_000
"""Bytes that are looked at for the frequency of letters; more tells no more."""


def _sniffed(html: bytes) -> str | None:
    """The encoding that the letters of a page that does not say are most likely in."""
    lines = _MARKUP.sub(b"\n", html[:300_000]).split(b"\n")
    sample = b"\n".join(line for line in lines if not line.isascii())[:_SAMPLE]
    if len(sample) < 20:
        return None
    import chardet  # a twentieth of a second, and hardly a page needs it

    with suppress(Exception):  # a library that reads bytes from the web may fail in any way
        return codec(chardet.detect(sample)["encoding"])
    return None
