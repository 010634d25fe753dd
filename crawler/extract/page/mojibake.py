"""Text in UTF-8 that somebody read as windows-1252 or windows-1251 and saved again: "KÃ¶ln".

Told by the sequences that only this makes; mended by ftfy, which leaves alone what may be meant.
"""

from __future__ import annotations

import re

# The bytes 80 to BF as windows-1252 reads them, or as the controls that they are elsewhere.
_PUNCTUATION = (
    rb"\xe2\x80[\x93\x94\x98-\x9e\xa0-\xa2\xa6\xb0\xb9\xba]|\xe2\x82\xac"
    rb"|\xe2\x84\xa2|\xc5[\x92\x93\xa0\xa1\xb8\xbd\xbe]|\xc6\x92|\xcb[\x86\x9c]"
)
_TRAIL = rb"(?:\xc2[\x80-\xbf]|" + _PUNCTUATION + rb")"
# A no-break space follows many a small letter: "né »".
_NO_SPACE = rb"(?:\xc2[\x80-\x9f\xa1-\xbf]|" + _PUNCTUATION + rb")"
# Letters that are the first byte of two, three or four: "Ã¶", "â€œ", "ðŸ˜€". A pattern that begins
# with one byte is searched ten times as fast as one that may begin with two.
_LATIN = re.compile(
    rb"\xc3(?:[\x82-\x9b]%b|[\xa0-\xaf]%b%b|[\xb0-\xb4]%b%b%b)" % ((_TRAIL,) + (_NO_SPACE,) * 5)
)
# "Рџ", "СЂ": the same by way of windows-1251, three in a row.
_RUSSIAN = (
    rb"\xd0[\xa0\xa1](?:\xc2[\xa0-\xbf]|\xd1[\x90-\x9f]|\xd0[\x80-\x8f]|\xd2[\x90\x91]"
    rb"|\xe2[\x80\x82\x84].)"
)
_CYRILLIC = re.compile(_RUSSIAN * 3)
_HEAD = 50_000
"""Bytes in which Cyrillic sequences are looked for: a page that has them has them in its head."""
_AROUND = 300
"""Bytes on either side of a sequence that may belong to the same text."""
_ENDS = (b"<", b">", b"\n", b'"')
_MAX_PIECES = 300
"""Texts that are mended; each may take a millisecond."""


def mended(html: bytes) -> bytes:
    """A page in UTF-8 with its mojibake mended where that is certain; itself if it has none.

    >>> mended("<h1>KÃ¶ln</h1> NÃO «à»".encode()).decode()
    '<h1>Köln</h1> NÃO «à»'
    """
    pattern = _LATIN
    first = html.find(b"\xc3")  # found sooner than by a pattern, and on many pages not at all
    if first < 0 or _LATIN.search(html, first) is None:
        pattern = _CYRILLIC
        if _CYRILLIC.search(html, 0, _HEAD) is None:
            return html
    return _whole(html) or _in_pieces(html, pattern)


def _whole(html: bytes) -> bytes | None:
    """A page all of which was read wrongly, read rightly; None if there is another letter in it."""
    import ftfy.bad_codecs  # noqa: F401 - registers the codecs; a tenth of a second

    text = html.decode("utf-8", errors="replace")
    for codec in ("sloppy-windows-1252", "sloppy-windows-1251"):
        try:
            data = text.encode(codec)
            data.decode("utf-8")
        except UnicodeError:
            continue
        return data
    return None


def _in_pieces(html: bytes, pattern: re.Pattern[bytes]) -> bytes:
    from ftfy import TextFixerConfig, fix_encoding

    config = TextFixerConfig(replace_lossy_sequences=False)
    parts: list[bytes] = []
    done = 0
    seen = tried = 0
    for match in pattern.finditer(html):
        if match.start() < seen:
            continue
        start, end = _text_around(html, match.start(), match.end())
        start, seen = max(start, seen), end
        tried += 1
        text = html[start:end].decode("utf-8", errors="replace")
        fixed = fix_encoding(text, config)
        if fixed != text and "\ufffd" not in text:
            parts += [html[done:start], fixed.encode("utf-8", errors="replace")]
            done = end
        if tried >= _MAX_PIECES:
            break
    return b"".join([*parts, html[done:]]) if parts else html


def _text_around(html: bytes, start: int, end: int) -> tuple[int, int]:
    """Bounds of the text or attribute that a sequence stands in, at whole characters."""
    first, last = max(0, start - _AROUND), min(len(html), end + _AROUND)
    begins = [html.rfind(mark, first, start) + 1 for mark in _ENDS]
    ends = [at for mark in _ENDS if (at := html.find(mark, end, last)) >= 0]
    first = max([first, *begins])
    last = min([last, *ends])
    while first < start and html[first] & 0xC0 == 0x80:
        first += 1
    while last < len(html) and html[last] & 0xC0 == 0x80:
        last += 1
    return first, last
