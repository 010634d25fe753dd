"""In what language a text is written: by its script, and where many languages share one, by the
commonest small words of each (`data/languages/`, table `text`).

Some hundred words of prose hold dozens of them, so that no statistics of letters are needed: no
model is loaded, and a page costs a fraction of a millisecond (docs/decisions/0049).
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import NamedTuple

from crawler.extract.language.loader import tables

_SAMPLE, _SCRIPT_SAMPLE = 2_000, 600
"""Characters of a text that are looked at, for its words and for its script."""
_LEAST_WORDS, _LEAST_LETTERS = 12, 8
_LEAST_SHARE, _LEAST_LEAD = 0.10, 1.15
"""Of words that are the language's, and how many times the next language's."""
_TRUSTED = 0.12
"""Share of its small words that a text in a language has at least."""
_WORD = re.compile(
    r"(?:[^\W\d_]++|[\u0300-\u036f\u0900-\u0dff]++)++(?:['‘](?=[^\W\d_])[^\W\d_]+)?['-]?"
)
_ASCII_WORD = re.compile(r"[a-z]++(?:'[a-z]+)?['-]?")
"""The same in small letters of ASCII alone."""
_SCRIPTS = {
    "hangul": "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af", "kana": "\u3040-\u30ff\u31f0-\u31ff",
    "han": "\u3400-\u4dbf\u4e00-\u9fff", "cyrillic": "\u0400-\u052f",
    "arabic": "\u0600-\u06ff\u0750-\u077f",
    "devanagari": "\u0900-\u097f", "latin": "A-Za-z\u00c0-\u024f\u1e00-\u1eff",
    "th": "\u0e00-\u0e7f", "lo": "\u0e80-\u0eff", "el": "\u0370-\u03ff", "he": "\u0590-\u05ff",
    "hy": "\u0530-\u058f", "ka": "\u10a0-\u10ff", "km": "\u1780-\u17ff", "my": "\u1000-\u109f",
    "ta": "\u0b80-\u0bff", "te": "\u0c00-\u0c7f", "kn": "\u0c80-\u0cff", "ml": "\u0d00-\u0d7f",
    "gu": "\u0a80-\u0aff", "pa": "\u0a00-\u0a7f", "si": "\u0d80-\u0dff", "am": "\u1200-\u137f",
    "bn": "\u0980-\u09ff", "or": "\u0b00-\u0b7f", "bo": "\u0f00-\u0fff",
}  # fmt: skip
"""Script → its letters. One that a single language of the press is written in has its name."""
_LETTERS = {name: re.compile(f"[{letters}]") for name, letters in _SCRIPTS.items()}
_LATIN_RUN = re.compile(f"[{_SCRIPTS['latin']}]+")
_SHARED = frozenset({"cyrillic", "arabic", "devanagari", "latin"})
_WRITTEN_IN = {"hangul": "ko", "kana": "ja", "han": "zh"}
_SAME_SCRIPT = {
    "yi": "he", "dv": "dv", "ti": "am", "dz": "bo", "as": "bn", "yue": "zh", "wuu": "zh",
}  # fmt: skip
"""Languages that are written in the script of another."""


_RELATED = frozenset(
    (one, other)
    for group in (("hr", "bs", "sr"), ("id", "ms"), ("da", "nb"), ("cs", "sk"))
    for one in group
    for other in group
)
"""Languages that share most small words: the better of them is the language, by however little."""


class Guess(NamedTuple):
    """A language, and what speaks for it."""

    language: str
    share: float
    """Of the text's words that are small words of the language; 1 where the script tells."""


def detect(text: str) -> Guess | None:
    """The language of a text; None where it is too short or nothing tells.

    >>> detect("Der Hafen ist seit dem Morgen für alle Schiffe gesperrt, und das ist neu.").language
    'de'
    >>> detect("港口委员会周二投票决定关闭旧桥")
    Guess(language='zh', share=1.0)
    """
    sample = text[:_SAMPLE]
    script = _script(sample[:_SCRIPT_SAMPLE])
    if script is None:
        return None
    if script not in _SHARED:
        return Guess(_WRITTEN_IN.get(script, script), 1.0)
    words = _words(sample)
    if len(words) < _LEAST_WORDS:
        return None
    counted = Counter(words)
    scores: Counter[str] = Counter()
    known = _languages_of_words()
    for word, number in counted.items():
        languages = known.get(word, ())
        for language in languages:
            scores[language] += number * (60 + 120 // len(languages))
    if not scores:
        return None
    (best, score), *others = scores.most_common(4)
    second = next((n for code, n in others if (best, code) not in _RELATED), 0)
    share = _share(best, words)
    if share < _LEAST_SHARE or score < _LEAST_LEAD * second:
        return None
    return Guess(best, round(share, 2))


def contradicts(text: str, language: str) -> bool:
    """Whether a text is for certain in another language than a BCP 47 tag says.

    >>> german = "Der Hafen ist seit dem Morgen für alle Schiffe gesperrt, und das ist neu für uns."
    >>> contradicts(german, "en-US"), contradicts(german, "de-AT")
    (True, False)
    """
    sample = text[:_SAMPLE]
    primary = language.lower().partition("-")[0]
    primary = {"no": "nb", "nn": "nb", "tl": "fil", "iw": "he", "in": "id"}.get(primary, primary)
    script = _script(sample[:_SCRIPT_SAMPLE])
    if script is None:
        return False
    if script not in _SHARED:
        named = _WRITTEN_IN.get(script, script)
        return named != _SAME_SCRIPT.get(primary, primary) and not (
            script == "han" and primary == "ja"
        )
    if primary not in _common_words():
        return primary in _SCRIPTS or primary in _WRITTEN_IN.values()
    words = _words(sample[: _SAMPLE // 2])
    if len(words) < _LEAST_WORDS or _share(primary, words) >= _TRUSTED:
        return False
    found = detect(sample)
    return found is not None and found.share > 2 * _share(primary, words) + 0.05


def _words(text: str) -> list[str]:
    folded = text.casefold().replace("’", "'")
    return (_ASCII_WORD if folded.isascii() else _WORD).findall(folded)


def _share(language: str, words: list[str]) -> float:
    common = _common_words()[language]
    return sum(word in common for word in words) / max(1, len(words))


def _script(text: str) -> str | None:
    """The script that most of a text is in; None for a text of few letters. Japanese has kana among
    its Han, and names in Latin letters are everywhere: what is dense says more with each letter."""
    if text.isascii():
        return "latin" if len(text) > 4 * _LEAST_LETTERS else None
    latin = sum(map(len, _LATIN_RUN.findall(text)))
    if latin > 0.8 * sum(map(str.isalpha, text)):
        return "latin" if latin >= 4 * _LEAST_LETTERS else None
    found = {name: len(letters.findall(text)) for name, letters in _LETTERS.items()}
    if found["kana"] > 0.08 * (found["han"] + found["kana"]):
        found["kana"] += found["han"]
        found["han"] = 0
    for dense in ("han", "kana", "hangul"):
        found[dense] *= 3
    best = max(found, key=lambda name: found[name])
    return best if found[best] >= _LEAST_LETTERS else None


@cache
def _common_words() -> dict[str, frozenset[str]]:
    """Language → its commonest small words."""
    return {
        code: frozenset(" ".join(table["text"]["common"]).split())
        for code, table in tables().items()
        if "text" in table
    }


@cache
def _languages_of_words() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for code, words in _common_words().items():
        for word in words:
            found.setdefault(word, []).append(code)
    return {word: tuple(codes) for word, codes in found.items()}
