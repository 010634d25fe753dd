"""Forms of a word are one word; any piece of a text without spaces is found."""

from __future__ import annotations

import re
import sqlite3
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.search import (
    Word,
    forms_of,
    keys,
    language_of,
    letter_pairs,
    mark,
    pairs_expression,
    passage,
    pieces,
    words_in,
)


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("en", "river rivers RIVER River"),
        ("en", "flooded flooding floods flood"),
        ("de", "Haus Hauses Häuser hauser"),
        ("de", "Straße Strasse straßen"),
        ("es", "canción canciones cancion"),
        ("fr", "élève élèves eleve"),
        ("tr", "kitap kitaplar kitabı"),
        ("ar", "كتاب الكتاب"),
        ("el", "ποταμός ποταμοί ποταμού"),
        ("ru", "река реки реку рекой"),
        ("", "Αθήνα ΑΘΗΝΑ Ἀθήνα"),
        ("", "Diyarbakır DİYARBAKIR diyarbakir"),
        ("", "أحمد احمد"),
        ("", "Łódź lodz"),
    ],
)
def test_forms_of_a_word_have_something_in_common(language: str, forms: str) -> None:
    words = forms.split()
    for word in words[1:]:
        assert set(keys(word, language)) & set(keys(words[0], language)), word


@pytest.mark.parametrize(("language", "one", "other"), [
    ("en", "river", "riverside"), ("en", "mill", "million"), ("de", "Haus", "Hausboot"),
    ("es", "casa", "casino"),
])  # fmt: skip
def test_other_words_do_not(language: str, one: str, other: str) -> None:
    assert not set(keys(one, language)) & set(keys(other, language))


def test_a_tag_names_a_language_that_has_stems() -> None:
    assert [language_of(tag) for tag in ("en-GB", "de_AT", "EN", "ja", "hi", "", None)] == [
        "en", "de", "en", "", "", "", "",
    ]  # fmt: skip


TEXT = st.text(
    st.characters(
        categories=("Lu", "Ll", "Nd", "Zs", "Po"), max_codepoint=0x233, exclude_characters="µſŉǠǡ"
    )
)


@given(TEXT)
def test_words_are_written_as_the_index_has_them(text: str) -> None:
    index = sqlite3.connect(":memory:")
    index.execute(
        "CREATE VIRTUAL TABLE t USING fts5(x, tokenize = 'unicode61 remove_diacritics 2')"
    )
    index.execute("CREATE VIRTUAL TABLE v USING fts5vocab(t, row)")
    index.execute("INSERT INTO t VALUES (?)", (text,))
    known = {term for (term,) in index.execute("SELECT term FROM v")}
    assert {word for _, word in forms_of(words_in(text), "en")} <= known


UNSPACED = st.text(st.sampled_from("東京都大阪はのがภาษาไทย、。 a"), min_size=1, max_size=40)


@given(UNSPACED, st.data())
def test_any_piece_of_a_text_without_spaces_is_found(text: str, data: st.DataObject) -> None:
    runs = [run for run in "".join(c if c not in "、。 a" else " " for c in text).split() if run]
    if not runs:
        return
    run = data.draw(st.sampled_from(runs))
    start = data.draw(st.integers(0, len(run) - 1))
    piece = run[start : data.draw(st.integers(start + 1, len(run)))]
    index = sqlite3.connect(":memory:")
    index.execute(
        "CREATE VIRTUAL TABLE t USING fts5(pairs, content='',"
        " tokenize=\"unicode61 remove_diacritics 0 categories 'L* M* N* Co'\")"
    )
    index.execute("INSERT INTO t(rowid, pairs) VALUES (1, ?)", (letter_pairs(text),))

    def finds(what: str) -> bool:
        made = pairs_expression(Word(what))
        return bool(index.execute("SELECT 1 FROM t WHERE t MATCH ?", (made,)).fetchone())

    assert finds(piece)
    assert finds(piece + "鼎") is False


def test_marks_are_pieces_and_no_markup() -> None:
    assert pieces("a \x02river\x03 <b>") == (("a ", False), ("river", True), (" <b>", False))
    assert mark("東京都は東京", ["東京"]) == (("東京", True), ("都は", False), ("東京", True))
    assert mark("(a) b", ["(a)"]) == (("(a)", True), (" b", False))
    assert passage("x " * 200 + "東京", ["東京"])[-1] == ("東京", True)


@given(st.text(st.sampled_from("ab \x02\x03")))
def test_pieces_say_what_the_text_says(text: str) -> None:
    said = "".join(piece for piece, _ in pieces(text))
    assert said == text.replace("\x02", "").replace("\x03", "")


@given(st.text(st.characters(exclude_categories=[]), max_size=60))
def test_words_are_runs_of_letters_of_some_length(text: str) -> None:
    lower = unicodedata.normalize("NFC", text.replace("İ", "i").lower())
    pattern = r"(?<![^\W_])[^\W\d_]{3,30}(?![^\W_])"
    assert words_in(text) == set(re.findall(pattern, lower))
