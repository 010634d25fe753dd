"""Texts as they are compared: without what a reader cannot see, or what a typesetter chooses.

Keys to compare by, not texts to show: `typeset_alike` puts no space beside a quotation mark.
"""

from __future__ import annotations

import re
import unicodedata

from crawler.text import UNSPACED

# -- what cannot be seen ------------------------------------------------------------------------

_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # controls that are no space
    "\u00ad\u034f\u061c\u17b4\u17b5\u180b-\u180d\u180f"  # soft hyphen, marks without a form
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"  # zero width, direction
    "\ufe00-\ufe0f\U000e0100-\U000e01ef]"  # variation selectors
    "|(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0000-\U000e007f]+"  # tags, but of a flag
)
_BLANKS = {0x3164: " ", 0xFFA0: " ", 0x2800: " "}
"""Letters and symbols that print nothing, and are no space by their category."""

_JOINERS = re.compile("[\u200c\u200d]+")
_JOINING = re.compile(
    "[\u0600-\u07ff\u0840-\u08ff\ufb50-\ufdff\ufe70-\ufefc"  # Arabic, Syriac, N'Ko, Mandaic
    "\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\u1a20-\u1aaf\u1b00-\u1bff\ua800-\ua9ff"  # Indic …
    "\U00010a00-\U00010fff\U00011000-\U00011fff\U0001e900-\U0001e95f]"
)
"""A letter of a script where a joiner changes the form of its neighbours."""
_JOINS_NOTHING_BEHIND = re.compile(
    "[\u0621-\u0625\u0627\u0629\u062f-\u0632\u0648\u0671-\u0677\u0688-\u0699\u06c0"
    "\u06c3-\u06cb\u06cd\u06cf\u06d2\u06d3\u06d5\u06ee\u06ef]"
)
"""Arabic letters that never join the one behind them: nobody sees a non-joiner there."""
_SPACES = re.compile(r"\s+")
_BREAK = re.compile(r"\n[^\S\n]*\n\s*")


def as_read(text: str) -> str:
    """A text without what a reader cannot see.

    Unicode's composed form (NFC); no soft hyphens, zero-width spaces, marks of direction, variation
    selectors; joiners only where they change a letter's form or make one emoji of two; each white
    space, a line feed too, one space; blank lines between paragraphs.

    >>> as_read(" Do\\u00adnau\\u200b\\ndampf\\n \\n\\nschiff ")
    'Donau dampf\\n\\nschiff'
    """
    if not text.isascii():
        text = _UNSEEN.sub("", text).translate(_BLANKS)
        text = unicodedata.normalize("NFC", text)
        if _JOINERS.search(text):
            text = unicodedata.normalize("NFC", _JOINERS.sub(_joiner, text))
    elif not text.isprintable():
        text = _UNSEEN.sub("", text)
    paragraphs = (" ".join(each.split()) for each in _BREAK.split(_line_feeds(text)))
    return "\n\n".join(each for each in paragraphs if each)


def closed(text: str) -> str:
    """A text with no space but those between letters or digits that a space parts: "the rapist"
    and "therapist" are two things, "10 %" and "10%" are one.

    >>> closed("10 %,\\n\\nthe  rapist") == closed("10%, the rapist")
    True
    """
    return _SPACES.sub(lambda found: " " if _parts(found) else "", text.strip())


def _parts(space: re.Match[str]) -> bool:
    before, behind = space.string[space.start() - 1], space.string[space.end()]
    dense = UNSPACED.match(before) or UNSPACED.match(behind)
    return before.isalnum() and behind.isalnum() and not dense


def _line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _joiner(match: re.Match[str]) -> str:
    """What a reader sees of a run of joiners: the first of it, or nothing."""
    text, joiner = match.string, match[0][0]
    before, after = _base_before(text, match.start()), text[match.end() : match.end() + 1]
    joins = [bool(_JOINING.match(each)) for each in (before, after)]
    if joiner == "\u200c":
        return joiner if all(joins) and not _JOINS_NOTHING_BEHIND.match(before) else ""
    return joiner if any(joins) or (_is_picture(before) and _is_picture(after)) else ""


def _base_before(text: str, end: int) -> str:
    """The last character before a place that stands for itself; "" where there is none."""
    while end and unicodedata.combining(text[end - 1]):
        end -= 1
    return text[end - 1 : end] if end else ""


def _is_picture(character: str) -> bool:
    """Whether a character may be part of an emoji: a symbol, or a tone of skin."""
    return bool(character) and (
        unicodedata.category(character) == "So" or "\U0001f3fb" <= character <= "\U0001f3ff"
    )


# -- what a typesetter chooses ------------------------------------------------------------------

_DOUBLE_QUOTES = "“”„‟«»″‶〝〞〟＂「」『』｢｣❝❞״"
_SINGLE_QUOTES = "‘’‚‛‹›′‵＇`´ʼʻʹˈ׳❛❜"
_DASHES = "‐‑‒–—―−⁃﹘﹣－⸺⸻֊־"


def _folds() -> dict[int, str | None]:
    """What `typeset_alike` writes for single characters."""
    folds: dict[int, str | None] = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    folds |= dict.fromkeys(map(ord, _DOUBLE_QUOTES), '"')
    folds |= dict.fromkeys(map(ord, _SINGLE_QUOTES), "'")
    folds |= dict.fromkeys(map(ord, _DASHES), "-")
    folds |= {ord("…"): "...", ord("⋯"): "...", ord("‥"): "..", ord("〜"): "~"}
    folds[0x0640] = None  # tatweel stretches an Arabic word and says nothing
    # ligatures of Latin and Arabic, and Arabic letters in the form of one place in a word
    for code in (*range(0xFB00, 0xFB07), *range(0xFB50, 0xFDFC), *range(0xFE70, 0xFEFD)):
        letters = unicodedata.normalize("NFKC", chr(code)).replace("\u0640", "")
        if letters != chr(code) and letters and " " not in letters:
            folds[code] = letters
    return folds


_FOLDS = _folds()
_DOUBLED = re.compile(r"''|(?<!,),,(?=\w)")
_SINGLE = re.compile("'|\n\n")
_SPACED = re.compile(r' *(["~]) *')
_DASHED = re.compile(r" *-(?: *-)* *")
_DOTS = re.compile(r" *\.(?: ?\.){2,} *")
_BEFORE_MARK = re.compile(r" +(?=[;:!?%)\]}]|[.,](?!\d))")
_AFTER_MARK = re.compile(r"(?<=[(\[{¿¡]) +")


def typeset_alike(text: str) -> str:
    """A text as `as_read` gives it, and without what is a typesetter's choice.

    Quotation marks of any kind, apostrophes and primes, dashes and hyphens, dots, ligatures, full
    width, and the spaces beside marks are the same; letters and digits never are.

    >>> typeset_alike("« Allô ? » – 10 %…") == typeset_alike('"Allô?"--10% ...')
    True
    """
    text = as_read(text)
    if not text.isascii():
        text = as_read(text.translate(_FOLDS))
    text = _AFTER_MARK.sub("", _BEFORE_MARK.sub("", text.replace("`", "'")))
    if "'" in text or ",," in text:
        text = _paired(_DOUBLED.sub('"', text))
    text = _SPACED.sub(r"\1", text)
    return _DOTS.sub("...", _DASHED.sub("-", text))


def _paired(text: str) -> str:
    """Single quotation marks around something as double ones; apostrophes as they are."""
    marks = list(text)
    opened: list[int] = []
    for match in _SINGLE.finditer(text):
        at = match.start()
        if match[0] != "'":  # no quotation goes on in the next paragraph
            opened.clear()
            continue
        behind = at > 0 and text[at - 1].isalnum()
        ahead = at + 1 < len(text) and text[at + 1].isalnum()
        if ahead and not behind:
            opened.append(at)
        elif not ahead and opened:
            marks[at] = marks[opened.pop()] = '"'
    return "".join(marks)
