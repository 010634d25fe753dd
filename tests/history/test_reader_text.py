"""What a reader cannot see is no difference; what a typesetter chooses is one of its own kind."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.history.reader_text import as_read, typeset_alike

ODD = "\u00ad\u200b\u200c\u200d\u200e\u2060\ufeff\ufe0f\u202e\u2009\u00a0\u3000\u3164\u0085\u2029"
ODD += "\n\r\t -–—−‑\"'“”„«»‹›‘’`´′″,.…!?:;%()[]¿「」ﬁﬂＡ１！～ｱ"
ODD += (
    "aA1é\u0301e\u0308مياـ\u0653\u0654ﻻ\ufefbकर\u094dর\u0e33新ー❤👩🏽💻🏴\U000e0067\U000e007f\u1160"
)
TEXTS = st.text(st.one_of(st.sampled_from(ODD), st.characters(exclude_categories=["Cs"])))
OF_ODD = st.text(st.sampled_from(ODD), max_size=12)


@given(TEXTS | OF_ODD)
def test_a_text_as_read_is_read_the_same(text: str) -> None:
    assert as_read(as_read(text)) == as_read(text)


@given(TEXTS | OF_ODD)
def test_typography_is_folded_once_and_for_all(text: str) -> None:
    folded = typeset_alike(text)
    assert typeset_alike(folded) == folded
    assert typeset_alike(as_read(text)) == folded


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"])))
def test_plain_text_is_read_as_it_is(text: str) -> None:
    assert as_read(text) == " ".join(text.split())


LETTERS = st.sampled_from("aAbßéñжЖяعםकกก新日ｱ한") | st.sampled_from("0123456789٣५")


@given(
    st.text(st.sampled_from("abc жя عب 新日  \n\n–-“”‘’'\"«».,…!?:;()\u00ad\u200b\u00a0\u200f%")),
    LETTERS, LETTERS,
    st.text(st.sampled_from("abc жя عب 新日  \n\n–-“”‘’'\"«».,…!?:;()\u00ad\u200b\u00a0\u200f%")),
)  # fmt: skip
def test_a_changed_letter_or_digit_always_stays_visible(
    head: str, one: str, other: str, tail: str
) -> None:
    if one == other:
        return
    assert as_read(head + one + tail) != as_read(head + other + tail)
    assert typeset_alike(head + one + tail) != typeset_alike(head + other + tail)
    assert typeset_alike(head + one + tail) != typeset_alike(head + tail)


@pytest.mark.parametrize(
    "other",
    [
        "Die Do\u00adnau\u00addampf\u00adschiff\u00adfahrt bei Köln",
        "Die Donaudampfschiff\u200bfahrt bei\u00a0Köln",
        unicodedata.normalize("NFD", "Die Donaudampfschifffahrt bei Köln"),
        "\ufeffDie\u2009Donaudampfschiff\u200cfahrt\n bei\u2060 Köln\u200e ",
        "Die\u3000Donaudampf\u200dschifffahrt\tbei\u202fKöln\ufe0f",
    ],
)
def test_what_nobody_sees_is_no_difference(other: str) -> None:
    assert as_read(other) == "Die Donaudampfschifffahrt bei Köln"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("می‌خواهم", "میخواهم"),  # Persian: I want
        ("خانه‌ها", "خانهها"),
        ("क्‍ष", "क्ष"),  # Hindi: half a letter and a whole one
        ("র‍্য", "র্য"),
        ("👩‍💻", "👩💻"),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "🏴"),
        ("re-sign", "resign"),
        ("Ａ", "A"),
        ("one\n\ntwo", "one two"),
    ],
)
def test_what_a_reader_sees_stays(one: str, other: str) -> None:
    assert as_read(one) != as_read(other)


def test_a_non_joiner_that_parts_nothing_is_not_seen() -> None:
    assert as_read("کار\u200cها") == "کارها"
    assert as_read("خانه\u200c ها") == "خانه ها"
    assert as_read("Auf\u200clage") == "Auflage"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('"Yes," he said.', "“Yes,” he said."),
        ("„Ja“, sagte er", "»Ja«, sagte er"),
        ("« Oui », dit-il : « Non ! »", '"Oui", dit-il: "Non!"'),
        ("‘Yes,’ he said, ‘it’s mine.’", '"Yes," he said, "it\'s mine."'),
        ("``Yes''", "“Yes”"),
        ("The mill – closed — again", "The mill--closed -- again"),
        ("2020–2024", "2020-2024"),
        ("wait…", "wait . . ."),
        ("wait... what", "wait … what"),
        ("ﬁve ﬂags", "five flags"),
        ("新华社（北京）：“好”", "新华社(北京):「好」"),
        ("５ ％", "5%"),
        ("e‑mail", "e-mail"),
        ("Hawaiʻi", "Hawai'i"),
        ("كتـــاب", "كتاب"),
        ("too   many  spaces .", "too many spaces."),
        ("¿ Qué ?", "¿Qué?"),
        ("one ,, two", "one,, two"),
        ("−5 Grad", "-5 Grad"),
    ],
)
def test_typography_is_told_from_text(one: str, other: str) -> None:
    assert as_read(one) != as_read(other)
    assert typeset_alike(one) == typeset_alike(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5'", '5"'),
        ("-5", "5"),
        ("3, 5", "3,5"),
        ("Yes.", "yes."),
        ("the Mill", "the mill"),
        ("he said yes", "he said “yes”"),
        ("re-sign", "resign"),
        ("12", "1 2"),
        ("Is it?", "Is it."),
        ("one\n\ntwo", "one two"),
        ("ي", "ی"),
    ],
)
def test_what_is_no_typography_stays(one: str, other: str) -> None:
    assert typeset_alike(one) != typeset_alike(other)
