"""What newspapers print within and after a story, in the languages of `data/languages/`."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract.language import is_appeal, is_ending, is_label, may_open_note
from crawler.extract.language.loader import tables, words_of
from crawler.extract.language.phrases import (
    KEYS,
    MORE_KEYS,
    _folded,
    _phrases,
    _plain,
    calls,
)
from crawler.text import DENSE

LABELS = ["Advertisement", "- Anzeige -", "PUBLICIDAD", "Publicité", "広告", "РЕКЛАМА", "Annons"]
ENDINGS = [
    "About the author",
    "Über die Autorin",
    "Sobre la firma:",
    "Об авторе",
    "Deixe um comentário",
]
APPEALS = [
    "Follow us on Facebook and never miss a story.",
    "(Subscribe to our weekly newsletter here.)",
    "Jetzt abonnieren und weiterlesen!",
    "Únete a nuestro canal y recibe las noticias.",
    "Suivez-nous sur les réseaux.",
    "Подписывайтесь на наши новости.",
    "この記事は会員限定です。",
    "무단전재 및 재배포 금지",
    "Xem tin mới, đăng ký kênh của báo.",
]
PROSE = [
    "The river rose by two metres overnight.",
    "Nine of ten readers follow the news on their phones, the study says.",
    "She became a member of the union in 1975.",
    "Der Verein hat seit Januar einen Newsletter für seine Mitglieder.",
    "Le lecteur suit la rivière jusqu’au moulin.",
    "Los vecinos siguen esperando una respuesta del ayuntamiento.",
    "議会は火曜日に橋の修理を決めた。",
]


@pytest.mark.parametrize("text", LABELS)
def test_a_printed_label_is_known(text: str) -> None:
    assert is_label(text)


@pytest.mark.parametrize("text", ENDINGS)
def test_a_heading_over_what_follows_a_story_is_known(text: str) -> None:
    assert is_ending(text)


@pytest.mark.parametrize("text", APPEALS)
def test_an_appeal_to_the_reader_is_known(text: str) -> None:
    assert is_appeal(text)


@pytest.mark.parametrize("text", PROSE)
def test_prose_is_none_of_them(text: str) -> None:
    assert not is_label(text)
    assert not is_ending(text)
    assert not is_appeal(text)


def test_a_long_paragraph_is_prose_whatever_it_says_besides() -> None:
    assert not is_appeal("Follow us on Facebook. " + "The river rose again. " * 20)


@pytest.mark.parametrize("code", [c for c, of in tables().items() if "boilerplate" in of])
def test_each_phrase_of_a_language_is_found(code: str) -> None:
    table = tables()[code]["boilerplate"]
    assert set(KEYS) <= set(table) <= {*KEYS, *MORE_KEYS}
    assert all(is_label(phrase) for phrase in table["labels"])
    assert all(is_ending(phrase) for phrase in table["endings"])
    missed = [phrase for phrase in table["appeals"] if not is_appeal(f"… {phrase} …")]
    assert not missed


@given(st.text(max_size=500))
def test_no_text_makes_them_raise(text: str) -> None:
    assert {is_label(text), is_ending(text), is_appeal(text)} <= {True, False}


MARKS = st.sampled_from(["", " ", "\xa0", "\n ", "_", "“", "(", "¿", "* ", "\u200b", "\u0301", "1"])
WRITTEN = st.sampled_from([str, str.upper, str.title, lambda text: text.replace("'", "’")])
SPACES = st.sampled_from([" ", "\xa0", "  ", "\u3000", "\t", ""])


def said(*keys: str) -> st.SearchStrategy[str]:
    """Phrases of some keys as pages may have them: in capitals, cut off, with marks around them."""
    phrases = [phrase for key in keys for phrase in words_of("boilerplate", key)]

    def one(parts: tuple[str, str, object, str, int, str]) -> str:
        before, phrase, written, space, end, behind = parts
        return before + written(phrase)[:end].replace(" ", space) + behind  # type: ignore[operator]

    pieces = (MARKS, st.sampled_from(phrases), WRITTEN, SPACES, st.integers(1, 60), MARKS)
    return st.tuples(*pieces).map(one)


@given(said("notes"), st.text(max_size=3))
def test_what_opens_a_note_is_told_by_its_first_letters_first(opening: str, more: str) -> None:
    for text in (opening, opening + more, more + opening):
        opens = _phrases().note_start.match(_plain(text[:80])) is not None
        assert may_open_note(text) == opens


FOUND = ("this_story", "years", "old", "calls", "counted", "read_on", "keys")


@given(st.lists(said(*FOUND), max_size=4))
def test_phrases_are_found_letter_by_letter_as_one_after_the_other(parts: list[str]) -> None:
    text = _plain(" ".join(parts))
    for key in FOUND:
        found = getattr(_phrases(), key).search(text)
        wanted = REFERENCE[key].search(text)
        assert (found and found.span()) == (wanted and wanted.span())
    assert calls(text) == len(set(REFERENCE["calls"].findall(text)))


def one_after_the_other(key: str) -> re.Pattern[str]:
    phrases = sorted(set(map(_folded, words_of("boilerplate", key))))
    dense = [re.escape(phrase) for phrase in phrases if DENSE.search(phrase)]
    spaced = [re.escape(phrase) for phrase in phrases if not DENSE.search(phrase)]
    end = "" if key == "calls" else r"\b"
    return re.compile("|".join([rf"\b(?:{'|'.join(spaced)}){end}", *dense]))


REFERENCE = {key: one_after_the_other(key) for key in FOUND}
