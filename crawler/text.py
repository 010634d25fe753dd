"""Text that comes from outside: made fit to be stored and shown, compared, counted.

What a page, a feed or a server says may hold anything. `cleaned` stands where parsers give their
results and once more where they are stored; `shown` wherever a person's terminal is written to.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from itertools import chain
from operator import attrgetter
from string import ascii_letters, digits
from typing import Any, TypeVar, cast

import msgspec

T = TypeVar("T")

# -- a shell's ---------------------------------------------------------------------------------


def as_typed(path: object) -> str:
    """A path as one types it in a shell: quoted where it must be, and no option.

    >>> as_typed("my news"), as_typed("-old")
    ("'my news'", './-old')
    """
    said = str(path)
    return shlex.quote(f"./{said}" if said.startswith("-") else said)


# -- scripts ------------------------------------------------------------------------------------

_UNSPACED_RANGES = (
    "\u0e00-\u0fff"  # Thai, Lao, Tibetan
    "\u1000-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f"  # Burmese
    "\u1780-\u17ff\u19e0-\u19ff"  # Khmer
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # Japanese
    "\u3100-\u312f\u31a0-\u31bf\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
)
UNSPACED = re.compile(f"[{_UNSPACED_RANGES}]")
"""A letter of a script that puts no spaces between words."""
DENSE = re.compile(f"[{_UNSPACED_RANGES}\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]+")
"""Letters that each say as much as a syllable: those, and Hangul, whose words are spaced but carry
their endings, so that they are told by parts, too."""
_DENSE_LEADS = bytes({0xE0, 0xE1, *range(0xE3, 0xF8)})
"""First bytes, in UTF-8, of all of these letters, and of few that other languages write."""
_NOT_DENSE = bytes({*range(0x100)} - {*_DENSE_LEADS})
UNSPACED_LANGUAGES = frozenset({"ja", "zh", "yue", "th", "lo", "km", "my", "bo", "dz"})
"""Primary subtags (BCP 47) of the languages that are written so."""


def is_unspaced(text: str) -> bool:
    """Whether a text has a letter of a script that puts no spaces between words."""
    return _may_be_dense(text) and UNSPACED.search(text) is not None


def is_dense(text: str) -> bool:
    """Whether a text has a letter that says as much as a syllable.

    >>> is_dense("Köln – “Zürich”"), is_dense("오늘 10:30")
    (False, True)
    """
    return _may_be_dense(text) and DENSE.search(text) is not None


def _may_be_dense(text: str) -> bool:
    """Whether the patterns need be tried: they take a hundred times as long as this."""
    if text.isascii():
        return False
    return bool(text.encode("utf-8", "surrogatepass").translate(None, _NOT_DENSE))


# -- words --------------------------------------------------------------------------------------

VOWEL_SIGNS = (
    "\u0900-\u0963\u0966-\u0dff"  # of India and Ceylon, without the strokes that end sentences
    "\u0e31-\u0e3a\u0e47-\u0e4e\u0eb1-\u0ebc\u0ec8-\u0ecd"  # Thai, Lao
    "\u102b-\u103e\u1056-\u109d\u17b4-\u17d3\u17dd"  # Burmese, Khmer
)
"""What some scripts put on their letters, for a class of a pattern: they are no letters to `re`,
and "\u0915\u093e" and "\u0915\u0940" are two words."""
_WORD = re.compile(rf"[\w{VOWEL_SIGNS}]+")
_QUOTES = "’‘“”–—…«»"
"""Marks beyond ASCII that most texts have."""
_UNSEEN = "\xad\u200b"
"""Marks of where a line may break, within words."""
_LONE_MARK = re.compile(r" ([–—|/•·&+*=:…-])(?: \1)?(?= )")
"""One between two words, or two of a kind, which draw a line."""
_SAMPLE = 2_000
"""Characters that tell in what script a text is."""
_SHORT = 200
"""Characters of a text whose words are kept."""
PHRASE = 3
"""Words of the phrases that two texts have in common."""


def only(signs: str) -> bytes:
    """A table for `parted` that leaves these characters of ASCII, and all beyond, as they are."""
    return bytes(code if code > 127 or chr(code) in signs else ord(" ") for code in range(256))


_WORD_SIGNS = only(ascii_letters + digits + "_")


def parted(text: str, table: bytes) -> list[bytes]:
    """The parts of a text between spaces and the characters of ASCII that a table has no room for,
    as UTF-8: words, nearly all of them, many times as quickly as a pattern finds them.

    >>> parted("a co-op’s \u201cmill\u201d", only(ascii_letters))
    [b'a', b'co', b'op', b's', b'mill']
    """
    if not text.isascii():
        for mark in _QUOTES:
            text = text.replace(mark, " ")
        for mark in _UNSEEN:
            text = text.replace(mark, "")
    return text.encode("utf-8", "surrogatepass").translate(table).split()


def words(text: str) -> str:
    """Text as it is compared: lower-case words with single spaces.

    >>> words("“Fish” – and Chips!")
    'fish and chips'
    """
    return _short_words(text) if len(text) <= _SHORT else " ".join(_words(text))


def _words(text: str) -> list[str]:
    parts = parted(text.casefold(), _WORD_SIGNS)
    found = b" ".join(parts).decode("utf-8", "surrogatepass")
    return found.split(" ") if found.isascii() and found else _WORD.findall(found)


@lru_cache(maxsize=1_024)
def _short_words(text: str) -> str:
    """Headlines and names are compared with many others."""
    return " ".join(_words(text))


def count_words(text: str) -> int:
    """Words of a text; characters in scripts that put no spaces between words.

    >>> count_words("It’s a well-known fact – 3.5 litres."), count_words("新华社北京")
    (6, 5)
    >>> count_words("오늘 아침 강물이 크게 불었다")
    5
    """
    unspaced = 0
    if not text.isascii() and is_unspaced(text[:_SAMPLE]):
        text, unspaced = UNSPACED.subn(" ", text)
    return len(text.split()) - len(_LONE_MARK.findall(text)) + unspaced


def has_capitals(text: str) -> bool:
    """Whether a text is in a script that begins names with capitals. Georgian letters have capitals
    that begin none.

    >>> has_capitals("ada lund"), has_capitals("ნინო ბერიძე"), has_capitals("홍길동")
    (True, False, False)
    """
    return text.title() != text.lower()


def line_words(text: str) -> int:
    """Words of a line, as many as a headline in English would have: in scripts whose letters say as
    much as a syllable (Hangul, too), two letters are one.

    >>> line_words("Don’t look up"), line_words("最新記事")
    (3, 2)
    """
    if text.isascii():
        return len(text.split()) if text else 1
    dense = sum(map(len, DENSE.findall(text)))
    return len(text.split()) if dense * 2 < len(text) else max(1, dense // 2)


def phrases(text: str) -> set[str]:
    """The phrases of a text, without punctuation and case."""
    found = _words(text)
    return set(map(" ".join, zip(*(found[at:] for at in range(PHRASE)), strict=False)))


def likeness(one: set[str], other: set[str]) -> float:
    """The share of phrases that two texts have in common (Jaccard), 0 to 1.

    >>> likeness(phrases("the mill turns again"), phrases("The mill turns – again!"))
    1.0
    """
    union = len(one | other)
    return len(one & other) / union if union else 0.0


# -- what enters --------------------------------------------------------------------------------

CONTROLS = bytes(code for code in range(0x20) if code not in b"\t\n\f\r") + b"\x7f"
"""Control characters that no text needs, as bytes of ASCII or UTF-8."""
_SEEN_BY_BYTES = bytes(code for code in range(0x20) if code not in b"\t\n") + b"\x7f"
_WRITER = msgspec.json.Encoder()
_HARMLESS = frozenset({b'"', b"n", b"t"})
"""What follows a backslash in JSON where it stands for a character that text may have, and for no
backslash."""
_BREAKS_AT = "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff"
"""Scripts whose texts may have a space without width between words: Thai, Lao, Burmese, Khmer."""
_UNFIT = re.compile(
    "\r\n?|[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\xad\u2060\ufeff]"
    f"|(?<![{_BREAKS_AT}])\u200b"
)
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")


def is_clean(text: str) -> bool:
    """Whether a text can be stored, sent and shown as it is: `clean` would leave it alone."""
    try:
        data = text.encode()
    except UnicodeEncodeError:
        return False
    # the quickest way to ask of a long text whether it holds any of some bytes
    if len(data.translate(None, _SEEN_BY_BYTES)) != len(data):
        return False
    if text.isascii():
        return True
    return _is_clean_beyond_ascii(data)


def clean(text: str) -> str:
    """A text without what UTF-8, XML 1.0 (2.2) and terminals cannot bear.

    Halves of surrogate pairs and non-characters become U+FFFD, two halves that belong together one
    character; line ends become line feeds; form feeds spaces; codes 128 to 159 the letters that
    they mean in windows-1252, as HTML reads references to them (13.2.5.80); other controls but tab
    and line feed go. So does what only says where a line may break, or may not: soft hyphens, word
    joiners and spaces without width would hide a word from whoever looks for it (the last stay in
    scripts that part words by them). What only steers the direction of text stays: it belongs to
    the text, and is for `shown` to bear.

    >>> clean("a\\x1b]52;c;aGk=\\x07b\\udfff \\x93c\\x94\\r\\n"), clean("Do\\u00adnau\\u200bdampf")
    ('a]52;c;aGk=b� “c”\\n', 'Donaudampf')
    """
    if is_clean(text):
        return text
    text = _PAIR.sub(_joined, text)
    return _UNFIT.sub(_mended, text)


def cleaned(value: T) -> T:
    """A value with all text in it clean, however deep: strings, tuples, lists, mappings, frozen
    dataclasses. The very same object where all is clean, as it nearly always is."""
    try:
        data = _WRITER.encode(value)
    except (TypeError, ValueError, RecursionError):  # half a surrogate pair, or a type of others
        found: list[str] = []
        _gather(value, found)
        return value if is_clean("".join(found)) else cast("T", _remade(value))
    return value if _is_clean_json(data) else cast("T", _remade(value))


def clean_json(value: object) -> bytes:
    """A value's text made clean, as JSON. Raises TypeError for what JSON does not know."""
    try:
        data = _WRITER.encode(value)
    except (UnicodeEncodeError, RecursionError):
        return _WRITER.encode(cleaned(value))
    return data if _is_clean_json(data) else _WRITER.encode(cleaned(value))


def _is_clean_json(data: bytes) -> bool:
    """Whether JSON holds nothing but clean text: a look at the bytes of all of it, which are
    written sooner than its strings are gathered."""
    pieces = data.split(b"\\")
    if b"" in pieces:  # Markdown has backslashes of its own, which JSON writes twice
        pieces = data.replace(b"\\\\", b"").split(b"\\")
    if not _HARMLESS.issuperset({escaped[:1] for escaped in pieces[1:]}):
        return False
    return b"\x7f" not in data and (data.isascii() or _is_clean_beyond_ascii(data))


def _is_clean_beyond_ascii(data: bytes) -> bool:
    """Whether UTF-8 has neither the controls from 128 to 159 nor soft hyphens, nor other characters
    without width, nor non-characters in it."""
    # one byte is looked for far sooner than two
    if b"\xc2" in data and any(
        rest[:1] <= b"\x9f" or rest[:1] == b"\xad" for rest in data.split(b"\xc2")[1:]
    ):
        return False
    if b"\xe2" in data and (b"\xe2\x80\x8b" in data or b"\xe2\x81\xa0" in data):
        return False
    if b"\xef" not in data:
        return True
    return not any(each in data for each in (b"\xef\xbf\xbe", b"\xef\xbf\xbf", b"\xef\xbb\xbf"))


def _joined(pair: re.Match[str]) -> str:
    return pair[0].encode("utf-16", "surrogatepass").decode("utf-16")


@lru_cache(maxsize=256)
def _windows(code: int) -> str:
    return bytes([code]).decode("cp1252", "ignore")


def _mended(match: re.Match[str]) -> str:
    found = match[0]
    code = ord(found[0])
    if found[0] == "\r":
        return "\n"
    if found in "\x0b\x0c":
        return " "
    if 0x80 <= code <= 0x9F:
        return _windows(code)
    return "\ufffd" if code >= 0xD800 and found != "\ufeff" else ""


_ATOMS = frozenset({type(None), bool, int, float, bytes})


@lru_cache(maxsize=256)
def _getter(kind: type[object]) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]] | None:
    """Of a dataclass: its fields, and what gives their values; None of another type."""
    if not is_dataclass(kind):
        return None
    names = tuple(each.name for each in fields(kind))
    if len(names) > 1:
        return names, attrgetter(*names)
    return names, lambda value: tuple(getattr(value, name) for name in names)


def _gather(value: Any, found: list[str]) -> None:
    """Put all text in a value into a list. As quick as can be: pages have thousands of pieces."""
    kind = value.__class__
    items: Iterable[Any]
    if isinstance(value, str):
        found.append(value)
        return
    if isinstance(value, tuple | list):
        items = value
    elif isinstance(value, Mapping):
        items = chain.from_iterable(value.items())
    else:
        getter = _getter(kind)
        items = getter[1](value) if getter is not None else ()
    for item in items:
        kind = item.__class__
        if kind is str:
            found.append(item)
        elif kind not in _ATOMS:
            _gather(item, found)


def _remade(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, tuple | list):
        return type(value)(_remade(item) for item in value)
    if isinstance(value, Mapping):
        return {_remade(key): _remade(item) for key, item in value.items()}
    if (getter := _getter(value.__class__)) is not None:
        return replace(value, **{name: _remade(getattr(value, name)) for name in getter[0]})
    return value


# -- what is shown ------------------------------------------------------------------------------

_STEERING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff"
    "\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
"""What moves a cursor, turns text around or hides in it. Marks of direction (U+200E, U+200F) and
joiners stay: Arabic, Hebrew, Persian and Hindi need them, and they turn nothing else around."""


def shown(text: str) -> str:
    """A text as it can be printed on a terminal, line feeds and tabs kept: what would steer it is
    written as an escape.

    >>> print(shown("a\\x1b[31m \\u202eb"))
    a\\x1b[31m \\u202eb
    """
    if text.isascii() and text.isprintable():
        return text
    return _STEERING.sub(lambda match: ascii(match[0])[1:-1], text)


def shown_json(text: str) -> str:
    """JSON as it can be printed: what would steer a terminal as JSON escapes it, so that whoever
    parses it gets the very same.

    >>> print(shown_json('["a\\u202eb"]'))
    ["a\\u202eb"]
    """
    if text.isascii() and text.isprintable():
        return text
    return _STEERING.sub(lambda match: json.dumps(match[0])[1:-1], text)


def shown_line(text: str) -> str:
    """The same on one line: white space is collapsed.

    >>> shown_line("a\\n b\\u2067")
    'a b\\\\u2067'
    """
    return shown(" ".join(text.split()) if not text.isprintable() else text)
