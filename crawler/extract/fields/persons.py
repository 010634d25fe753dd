"""Whether a text is a person's full name, an organisation's or a role, in any script."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Set
from functools import lru_cache

from crawler.extract.language import pattern, words_of, words_of_one
from crawler.text import has_capitals, is_dense, words

_DENSE_LETTER = "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
MOST_WORDS = 6
_HAN_NAME = re.compile(
    r"[\u3400-\u9fff]{2,4}|[\u3400-\u9fff\u30a0-\u30ff]{1,12}[·・][\u3400-\u9fff\u30a0-\u30ff·・]{1,12}"
    r"|[\u3040-\u30ff\u3400-\u9fff々]{2,8}|[\u3400-\u9fff々]{1,4}[\s\u3000][\u3040-\u30ff\u3400-\u9fff々]{1,4}|[가-힣]{2,4}|[가-힣]{1,2}\s[가-힣]{1,3}"
)
_NO_NAMES_MARKS = re.compile(r"[^\w\s.'’ʼ`´·-]|\d|_")
_NICKNAME = re.compile(r"\s[(“\"][\w. ]{2,20}[)”\"]\s")
_ELIDED = re.compile(r"(?:[a-z]{1,3}['’]|al-|el-)[^\W\d_]")
_SPACED_NAMES = re.compile("[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff]")
"""Scripts that write no spaces but between names: Thai, Lao, Khmer, Burmese."""
_ROLE = r"(?:^|[\s\W])(?:<bylines.role>)(?=$|[\s\W])"
_BODY = rf"(?:^|[\s\W])(?:<bylines.body>)(?=$|[\s\W])|(?<=[{_DENSE_LETTER}])(?:<bylines.body>)$"
_NO_PERSON = r"(?:^|[\s-])(?:<bylines.no_person>)(?=$|[\s-])"
_ARTICLES = frozenset({
    "the", "der", "die", "das", "le", "la", "les", "el", "los", "las", "il", "lo", "o", "a", "de",
    "het", "den",
})  # fmt: skip
"""What the name of a newspaper begins with, in languages that write it with capitals."""


@lru_cache(maxsize=2_048)
def is_person(name: str) -> bool:
    """Whether a text has the shape of a person's full name.

    >>> [is_person(n) for n in ("Ada von Lund", "Associated Press", "freeman", "远洋", "홍길동")]
    [True, False, False, True, True]
    """
    if has_role(name) or is_body(name):
        return False
    if is_dense(name) and not _SPACED_NAMES.search(name):
        return _HAN_NAME.fullmatch(name) is not None
    name = _without_signs(_NICKNAME.sub(" ", name))
    tokens = name.split()
    if not 1 < len(tokens) <= MOST_WORDS or _NO_NAMES_MARKS.search(name):
        return False
    if not has_capitals(name):  # a script without capitals
        return True
    capitals = [token[0].isupper() or _is_elided(token) for token in tokens]
    small = (token.lower() for token, capital in zip(tokens, capitals, strict=True) if not capital)
    return sum(capitals) > 1 and capitals[-1] and all(token in _particles() for token in small)


def _without_signs(name: str) -> str:
    """A name without the signs that some scripts put on their letters, vowels in Devanagari and
    Thai, which are no letters to `re`."""
    if name.isascii():
        return name
    return "".join(c for c in name if unicodedata.category(c)[0] != "M")


def _is_elided(token: str) -> bool:
    """Whether a capital comes after what is bound to it: d’Arc, al-Masri."""
    found = _ELIDED.match(token)
    return found is not None and token[found.end() - 1].isupper()


@lru_cache(maxsize=1)
def _particles() -> frozenset[str]:
    return frozenset(words_of("bylines", "particle"))


def begins_with_article(name: str) -> bool:
    """Whether a name begins as a newspaper's does, and no person's: "The Paper"."""
    return name.casefold().partition(" ")[0] in _ARTICLES


def is_cased_person(name: str) -> bool:
    """The same as `is_person`, in scripts with capitals: elsewhere too much has a name's shape."""
    return has_capitals(name) and is_person(name)


@lru_cache(maxsize=1_024)
def is_of_no_person(name: str, language: str | None = None) -> bool:
    """Whether what has the shape of a name is likelier a place's, a section's or a newspaper's, or
    a call to the reader: words in it say so, or a small word of the page's language.

    >>> [is_of_no_person(n, "en") for n in ("New York", "Read The Rest", "Ada Lund")]
    [True, True, False]
    """
    if begins_with_article(name) or pattern(_NO_PERSON).search(name) is not None:
        return True
    inner = (token.lower() for token in name.split()[1:-1] if len(token) > 1)
    small = _small_words((language or "").lower().partition("-")[0])
    return any(token in small and token not in _particles() for token in inner)


@lru_cache(maxsize=128)
def _small_words(language: str) -> frozenset[str]:
    return frozenset(" ".join(words_of_one(language, "text", "common")).split())


@lru_cache(maxsize=2_048)
def has_role(name: str) -> bool:
    """Whether a text names what a person is: reporter, editor."""
    return pattern(_ROLE).search(name) is not None


def names_paper(name: str, papers: Set[str]) -> bool:
    """Whether a text is the name of the newspaper, or its end: "Post" of "The Valley Post". papers:
    its names, as compared words."""
    key = words(name)
    return any(key == paper or paper.endswith(f" {key}") for paper in papers)


def is_agency(name: str) -> bool:
    """Whether a text is the name of a news agency, often no more than its letters: "AFP"."""
    return pattern(r"(?:<bylines.agency>)").fullmatch(name) is not None


@lru_cache(maxsize=2_048)
def is_body(name: str) -> bool:
    """Whether a text names an agency, a publisher, a team."""
    return pattern(_BODY).search(name) is not None
