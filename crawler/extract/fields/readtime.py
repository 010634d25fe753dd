"""How long an article takes to read: what its page says, or an estimate from its length."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from itertools import chain, islice

from lxml.html import HtmlElement

from crawler.extract.dates import has_date
from crawler.extract.fields.bylines import leads_to_person
from crawler.extract.language import pattern
from crawler.extract.page import Document
from crawler.items import Claim, ReadTime
from crawler.text import UNSPACED_LANGUAGES, line_words

# Words a minute of adults reading aloud, Trauzettel-Klosinski & Dietz 2012 (IOVS 53, table 2), and
# for English silently, Brysbaert 2019 (J. Mem. Lang. 109). Chinese and Japanese: characters.
_PACE = {
    "ar": 138, "zh": 255, "yue": 255, "nl": 202, "en": 238, "fi": 161, "fr": 195, "de": 179,
    "he": 187, "it": 188, "ja": 357, "pl": 166, "pt": 181, "ru": 184, "sl": 180, "es": 218,
    "sv": 199, "tr": 166,
}  # fmt: skip
_MEAN_PACE = 184
"""The mean of the seventeen languages, for all others."""
_MEAN_LETTERS = 863
"""The same in characters, for scripts without spaces that the study did not measure."""

MAX_MINUTES = 24 * 60
"""A longer reading time is a misreading."""

_WITH_UNIT = r"\d(?:\s?[-–]\s?\d|[\d.,])*+(?::(?P<s>[0-5]\d))?\s?-?\s?<reading.minute>"
_MINUTES_ALONE = r"[^\w(]*\d{1,2}\s?<reading.minute>\W*"
_LONGEST_ALONE = 16
_LONGEST_READ = 60
"""Minutes that stand alone; more of them are a film's."""
_PLAY = re.compile("[▶►⏵▷🎧🎬📺🔊🎙🎥]")
_AGO = r"\s?<reading.ago>(?![^\W\d_])"
_BEFORE_AGO = r"(?<![^\W\d_])<reading.ago_before>\s*$"
_HEADLINE = 4
"""Words of a link that is another story's headline."""
_HOURS = r"(?<!\d)(\d{1,2})\s?<reading.hour>(?![^\W\d_])"
_SECONDS = r"(\d+)\s?<reading.second>\b"
_DURATION = re.compile(
    r"P(?:(\d{1,2})D)?(?:T(?:(\d{1,3})H)?(?:(\d{1,4})M)?(?:(\d{1,5})(?:\.\d+)?S)?)?"
)

_SHORT = 80  # characters: a longer text is prose
_LEVELS = 6  # of the tree, up from the headline
_BUDGET = 2_000  # characters of text looked at after the headline; a quarter as many before it
_SIBLINGS = 60  # of an ancestor of the headline, looked at on either side
_MUTE = frozenset({"script", "style", "template", "noscript", "svg"})
_NEAR = 240  # elements looked at after the headline; a quarter as many before it
# Class names of the element that holds it: reading-time, ReadTime, min-read, lesezeit … but no
# header, thread, reader or readable.
_CLASS = re.compile(
    r"(?:(?<![A-Za-z])|time|min|post)(?:[Rr]ead|READ)(?!er|y|ab|m|-?more)|Read(?:ing|Time|_)"
    r"|[Ll]ese(?:zeit|dauer)|le(?:ct|it|tt)ura|leestijd"
)


def read_time(shown: str | None, words: int, language: str | None) -> ReadTime:
    """Reading time of an article.

    shown: the text on the page ("2 mins read", "Lesezeit: 3 Min.", "PT3M"), or None.
    words: words in the body (CJK: characters), 0 or more.
    language: BCP 47 tag, or None if unknown.

    Returns minutes (int, at least 1) and whether the page said so or we estimated it: 238 words a
    minute for English prose, other languages from the table above (Brysbaert 2019, J. Mem. Lang.
    109; Trauzettel-Klosinski & Dietz 2012, IOVS 53). Parts of a minute count as one where the page
    says them, and are rounded where we estimate.
    Raises nothing: text that gives no number counts as not shown.

    >>> read_time("Lesezeit: 3 Min.", 100, "de")
    ReadTime(minutes=3, shown=True, raw='Lesezeit: 3 Min.')
    >>> read_time(None, 700, "en-GB")
    ReadTime(minutes=3, shown=False, raw=None)
    """
    stated = _minutes(shown) if shown else None
    if shown and stated is not None:
        return ReadTime(stated, True, shown)
    primary = (language or "").lower().partition("-")[0]
    other = _MEAN_LETTERS if primary in UNSPACED_LANGUAGES else _MEAN_PACE
    return ReadTime(max(1, math.floor(max(0, words) / _PACE.get(primary, other) + 0.5)), False)


def shown_read_time(doc: Document, language: str | None) -> Claim | None:
    """The text on the page that states the article's own reading time; None if it states none.

    What is visible comes first, then the preview card's label (`twitter:label1`), then schema.org's
    `timeRequired`. The words of all languages in the table are looked for, for pages are often
    built from parts in another language than their own. Raises nothing.
    """
    return _visible(doc) or _in_meta(doc) or _in_json_ld(doc)


def _visible(doc: Document) -> Claim | None:
    for headline in doc.tags["h1"][:2]:
        # A look at the bare text first: on most pages it spares the walk.
        text = _text_beside(headline)
        if not _with_unit(text) and not pattern("<reading.less_than_one>").search(text):
            continue
        alone: Claim | None = None
        for element in chain(
            islice(_beside(headline, preceding=False), _NEAR),
            islice(_beside(headline, preceding=True), _NEAR // 4),
        ):
            claim = _stated_by(element)
            if claim is not None:
                return claim
            alone = alone or _alone(element)
        if alone is not None:
            return alone
    return None


def _alone(element: HtmlElement) -> Claim | None:
    """What an element states that says a number of minutes and nothing else, in one line with the
    story's date: "7 May 2026 · 5 min"."""
    text = (element.text or "").strip()
    if not text or len(text) > _LONGEST_ALONE or pattern(_MINUTES_ALONE).fullmatch(text) is None:
        return None
    if _PLAY.search(text) or (_minutes(text) or 0) >= _LONGEST_READ:
        return None
    row = element.getparent()
    line = _text(row) if row is not None else ""
    if not has_date(line) or next(_played(row), None) is not None or _of_card(element):
        return None
    return Claim(text, _source(element))


def _played(row: HtmlElement | None) -> Iterator[HtmlElement]:
    """What takes its minutes to be seen or heard, or is another story's headline."""
    if row is None:
        return
    yield from row.iter("video", "audio", "iframe", "button")
    for link in row.iter("a"):
        if line_words(link.text or "") >= _HEADLINE:
            yield link


def _says_less_than_one(text: str) -> bool:
    is_short = 0 < len(text) <= _SHORT // 2
    return is_short and bool(pattern("<reading.less_than_one>").search(text) and _reading(text))


def _stated_by(element: HtmlElement) -> Claim | None:
    if _CLASS.search(element.get("class") or ""):
        text = _text(element)
        if text and _says_minutes(text) and not _of_card(element):
            return Claim(text, _source(element))
    if not any(map(_is_number, chain((element.text,), (e.tail for e in islice(element, 4))))):
        text = (element.text or "").strip()
        less = _says_less_than_one(text) and not _of_card(element)
        return Claim(text, _source(element)) if less else None
    # "<b>3</b> min read", and the label may stand outside, too.
    for around in islice(chain((element,), element.iterancestors()), 3):
        text = _text(around)
        if not text:
            break
        phrase = _phrase(text)
        if phrase:
            return None if _of_card(around) else Claim(phrase, _source(around))
    return None


_DIGIT = re.compile(r"\d")


def _with_unit(text: str) -> re.Match[str] | None:
    """A number of minutes in a text."""
    return pattern(_WITH_UNIT).search(text)


def _names_minutes(text: str) -> bool:
    return pattern("<reading.minute>").search(text) is not None


def _reading(text: str, start: int = 0, end: int = 10**6) -> re.Match[str] | None:
    """A word for reading in a text."""
    return pattern("<reading.read>").search(text, start, end)


def _is_number(text: str | None) -> bool:
    """Whether a text is a number, or a number of minutes and perhaps more."""
    if text is None or len(text) > 3 * _SHORT or not _DIGIT.search(text):
        return False
    return text.strip().isdecimal() or _with_unit(text) is not None


def _says_minutes(text: str) -> bool:
    if not _DIGIT.search(text):
        return _names_minutes(text)
    return _minutes(text) is not None and bool(_names_minutes(text) or _reading(text))


def _has_gone_by(text: str, minutes: re.Match[str]) -> bool:
    """Whether minutes are those since something was: "5,120 reads · 3 min ago"."""
    return (
        pattern(_AGO).match(text, minutes.end()) is not None
        or pattern(_BEFORE_AGO).search(text[: minutes.start()]) is not None
    )


def _phrase(text: str) -> str | None:
    """The words of a short text that state a reading time: a number of minutes, reading beside."""
    match = _with_unit(text)
    if match is None:
        return None
    start, end = max(0, match.start() - 35), match.end() + 15
    word = _reading(text, start, end)
    if word is None or _minutes(match[0]) is None or _has_gone_by(text, match):
        return None
    if len(text) <= _SHORT // 2:
        return text
    tail = re.match(r"\w*", text[max(match.end(), word.end()) :])
    return text[min(match.start(), word.start()) : max(match.end(), word.end())] + (
        tail[0] if tail and word.end() > match.end() else ""
    )


def _text_beside(headline: HtmlElement) -> str:
    """Text after and before the headline, the nearest, up to a bound on either side."""
    element = headline
    pieces: list[str] = []
    left = {False: _BUDGET, True: _BUDGET // 4}
    for _ in range(_LEVELS):
        for preceding in (False, True):
            if left[preceding] > 0:
                left[preceding] = _add_texts(element, pieces, left[preceding], preceding)
        parent = element.getparent()
        if parent is None or parent.tag in ("body", "html"):
            break
        element = parent
    return "".join(pieces)


def _add_texts(element: HtmlElement, pieces: list[str], left: int, preceding: bool) -> int:
    """Add the texts of an element's siblings; returns what is left of the budget."""
    for sibling in islice(element.itersiblings("*", preceding=preceding), _SIBLINGS):
        if sibling.tag in _MUTE:
            continue
        for text in sibling.itertext() if len(sibling) else (sibling.text or "",):
            length = len(text)
            if length <= _SHORT:
                pieces.append(text)
                left -= length
            else:
                left -= min(length, 4 * _SHORT)
            if left <= 0:
                return 0
        pieces.append("\n")
    return left


def _beside(element: HtmlElement, preceding: bool) -> Iterator[HtmlElement]:
    for _ in range(_LEVELS):
        for sibling in element.itersiblings("*", preceding=preceding):
            yield from sibling.iter(*_TAGS)
        parent = element.getparent()
        if parent is None or parent.tag in ("body", "html"):
            return
        element = parent


_TAGS = ("span", "div", "p", "li", "time", "small", "em", "i", "b", "strong", "dd", "td")


def _text(element: HtmlElement) -> str:
    """The text of a short element, white space collapsed; "" for a long one."""
    parts, length = [], 0
    for part in element.itertext():
        length += len(part)
        if length > 600:
            return ""
        parts.append(part)
    text = " ".join("".join(parts).split())
    return text if len(text) <= _SHORT else ""


def _of_card(element: HtmlElement) -> bool:
    """Whether an element belongs to a teaser of another story: in a link, or nearer to a linked
    heading than to the page's headline."""
    for around in islice(chain((element,), element.iterancestors()), 12):
        if around.tag == "a":
            return True
        heading = next(around.iter("h1", "h2", "h3", "h4"), None)
        if heading is None:
            continue
        if next(around.iter("h1"), None) is not None:
            return False
        parent = heading.getparent()
        link = parent if parent is not None and parent.tag == "a" else next(heading.iter("a"), None)
        if link is not None and not leads_to_person(link):  # the author's name may be one
            return True
    return False


def _source(element: HtmlElement) -> str:
    names = (element.get("class") or "").split()
    name = next((n for n in names if _CLASS.search(n)), None)
    return f"html:.{name[:60]}" if name else f"html:{element.tag}"


def _in_meta(doc: Document) -> Claim | None:
    metas: dict[str, str] = {}
    for meta in doc.tags["meta"][:300]:
        name = (meta.get("name") or meta.get("property") or meta.get("itemprop") or "").lower()
        if name.startswith("twitter:") or name == "timerequired":
            metas[name] = " ".join((meta.get("content") or meta.get("value") or "").split())
    for number in ("1", "2"):
        label, text = metas.get("twitter:label" + number), metas.get("twitter:data" + number)
        if label and text and _reading(label[:_SHORT]) and _minutes(text) is not None:
            return Claim(text, "meta:twitter:data" + number)
    text = metas.get("timerequired", "")
    return Claim(text, "meta:timeRequired") if text and _minutes(text) is not None else None


_TIME_REQUIRED = re.compile(r'"timeRequired"\s*:\s*"?([^",{}\[\]]{1,20})')


def _in_json_ld(doc: Document) -> Claim | None:
    found: set[str] = set()
    for script in doc.tags["script"][:300]:
        if "ld+json" not in (script.get("type") or ""):
            continue
        text = script.text or ""
        if '"timeRequired"' in text:
            found.update(m.strip() for m in _TIME_REQUIRED.findall(text))
    if len(found) != 1:  # several: of other stories, too
        return None
    text = found.pop()
    return Claim(text, "json-ld:timeRequired") if _minutes(text) is not None else None


def _minutes(text: str) -> int | None:
    """The number of minutes that a text states, at least 1; None if it states none."""
    text = text.strip()[:200]
    if not text.isascii():
        text = "".join(str(unicodedata.decimal(c, c)) for c in unicodedata.normalize("NFKC", text))
    if text and (match := _DURATION.fullmatch(text.upper())) is not None:
        days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
        return (
            _bounded(days * 1440 + hours * 60 + minutes + seconds / 60)
            if any(match.groups())
            else None
        )
    hours_match = pattern(_HOURS).search(text)
    total = int(hours_match[1]) * 60.0 if hours_match else 0.0
    if (match := _with_unit(text)) is not None:
        total += _number(match[0]) + int(match["s"] or 0) / 60
    elif hours_match is None:
        if (match := pattern(_SECONDS).search(text)) is not None:
            total = int(match[1][:6]) / 60
        elif (match := re.search(r"(\d+)(?::([0-5]\d)(?!\d))?", text)) is not None:
            total = int(match[1][:6]) + int(match[2] or 0) / 60
        elif _names_minutes(text):  # "a minute", "less than a minute"
            total = 2 if pattern("<reading.two_minutes>").search(text) else 1
        else:
            return None
    return _bounded(total)


def _number(text: str) -> float:
    """The number that a text begins with; of a range its end."""
    last = re.findall(r"\d+(?:[.,]\d+)?", text.partition(":")[0])[-1]
    return float(last[:8].replace(",", "."))


def _bounded(minutes: float) -> int | None:
    return max(1, math.ceil(minutes)) if minutes <= MAX_MINUTES else None
