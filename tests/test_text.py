"""Text: what is fit to be stored and shown, and how its words are counted."""

from __future__ import annotations

import re
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.bundled import DATA
from crawler.extract.fields import read_time
from crawler.extract.version import TABLES, code_digest
from crawler.text import (
    DENSE,
    UNSPACED,
    VOWEL_SIGNS,
    clean,
    cleaned,
    count_words,
    is_clean,
    phrases,
    shown,
    shown_line,
    words,
)

ROOT = Path(__file__).resolve().parents[1]
ANYTHING = st.text(st.characters(exclude_categories=[]))
"""Any code points, halves of surrogate pairs too."""


@given(ANYTHING)
def test_words_are_those_that_a_pattern_finds(text: str) -> None:
    told = re.sub("[\xad\u200b]", "", text.casefold())  # marks of where a word may break
    found = re.findall(rf"[\w{VOWEL_SIGNS}]+", told)
    assert words(text) == " ".join(found)
    assert phrases(text) == {" ".join(found[at : at + 3]) for at in range(len(found) - 2)}


def test_a_sign_for_a_vowel_is_part_of_its_word() -> None:
    assert words("राघवेंद्र त्रिपाठी") == "राघवेंद्र त्रिपाठी"
    assert words("का") != words("की")
    assert words("नदी। पुल") == "नदी पुल"


def test_words_are_counted_where_they_are_spaced_and_characters_elsewhere() -> None:
    assert count_words("Two words, it’s four") == 4
    assert count_words("오늘 아침 강물이 크게 불었다") == 5
    assert count_words("今日は雨") == 4
    assert count_words("豈更車") == 3  # compatibility ideographs, U+F900 and on
    assert count_words("𠀀𠀁") == 2
    assert count_words("") == 0


def test_two_hundred_korean_sentences_take_five_minutes() -> None:
    body = " ".join(["오늘 아침 강물이 크게 불었다."] * 200)
    assert read_time(None, count_words(body), "ko").minutes == 5


@pytest.mark.parametrize("letter", "กກཀကក្あア々中㐀豈𠀀ㄅ")
def test_scripts_without_spaces_are_known(letter: str) -> None:
    assert UNSPACED.search(letter)
    assert DENSE.search(letter)


@pytest.mark.parametrize("letter", "한글aяعאहক")
def test_scripts_with_spaces_are_not_taken_for_them(letter: str) -> None:
    assert not UNSPACED.search(letter)


def test_hangul_is_dense_all_the_same() -> None:
    assert DENSE.fullmatch("강물이")


def test_words_are_compared_without_case_and_punctuation() -> None:
    assert words("“Straße” – UND mehr!") == "strasse und mehr"


@given(ANYTHING)
def test_clean_text_goes_wherever_text_has_to_go(text: str) -> None:
    fit = clean(text)
    fit.encode()
    assert is_clean(fit)
    assert clean(fit) == fit
    assert sqlite3.connect(":memory:").execute("SELECT ?", (fit,)).fetchone() == (fit,)
    element = ElementTree.Element("a")
    element.text = fit
    assert ElementTree.fromstring(ElementTree.tostring(element, "utf-8")).text == (fit or None)


UNSEEN = "\xad\u200b\u2060\ufeff\ufffe\uffff"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters=UNSEEN)))
def test_text_without_controls_is_left_alone(text: str) -> None:
    assert clean(text) is text


@pytest.mark.parametrize(
    ("text", "fit"),
    [
        ("A\udfff", "A\ufffd"),
        ("\ud83d\ude00", "😀"),
        ("\ude00\ud83d", "\ufffd\ufffd"),
        ("a\x00b\x07\x1b[31mc\x7f", "ab[31mc"),
        ("a\x9d52;c;aGk=\x9c", "a52;c;aGk=œ"),
        ("\x93quoted\x94 it\x92s", "“quoted” it’s"),
        ("one\r\ntwo\rthree\x0bfour\x0cfive", "one\ntwo\nthree four five"),
        ("\ufffe\uffff", "\ufffd\ufffd"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("\u202eturned\u202c \u200fעברית", "\u202eturned\u202c \u200fעברית"),
        ("Do\xadnau\u200bdampf\u2060schiff\ufeff", "Donaudampfschiff"),
        ("ខ្ញុំ\u200bស្រឡាញ់", "ខ្ញុំ\u200bស្រឡាញ់"),
        ("می\u200cخواهم 👩\u200d🚀", "می\u200cخواهم 👩\u200d🚀"),
    ],
)
def test_what_cannot_be_borne_is_mended(text: str, fit: str) -> None:
    assert clean(text) == fit


@dataclass(frozen=True)
class Inner:
    name: str | None
    number: int = 1


@dataclass(frozen=True)
class Outer:
    inner: Inner
    many: tuple[Inner | str, ...]
    table: dict[str, Inner]


def test_text_is_cleaned_however_deep_it_is() -> None:
    bad = Outer(Inner("\x1ba"), ("b\ud800", Inner(None), Inner("c\x00")), {"d\x00": Inner("\x85")})
    assert cleaned(bad) == Outer(
        Inner("a"), ("b\ufffd", Inner(None), Inner("c")), {"d": Inner("…")}
    )


def test_kinds_of_text_are_text_too() -> None:
    class Kind(str):
        __slots__ = ()

    assert cleaned((Kind("a\x00"), Kind("b"))) == ("a", "b")


def test_what_is_clean_stays_the_same_object() -> None:
    good = Outer(Inner("a"), ("b", Inner(None)), {"d": Inner("e\n")})
    assert cleaned(good) is good
    with_backslashes = ("\\[1\\] \\* \\u001b \\\\", '"\\"')
    assert cleaned(with_backslashes) is with_backslashes


@given(ANYTHING)
def test_what_is_shown_steers_no_terminal(text: str) -> None:
    printed = shown(text)
    printed.encode()
    assert not set(printed) & {*map(chr, range(9)), *map(chr, range(0x7F, 0xA0)), "\x1b", "\r"}
    assert not set(printed) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    assert "\n" not in shown_line(text)


def test_escapes_are_shown_as_such() -> None:
    assert shown("\x1b]52;c;aGk=\x07") == "\\x1b]52;c;aGk=\\x07"
    assert shown("a\u202eb\n\tc") == "a\\u202eb\n\tc"
    assert shown_line("a\n\tb\x9b31m") == "a b\\x9b31m"


def _house(tmp_path: Path) -> tuple[Path, Path]:
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "crawler", tmp_path / "crawler", ignore=ignore)
    for folder in TABLES:
        shutil.copytree(ROOT / "data" / folder, tmp_path / "data" / folder)
    return tmp_path / "crawler", tmp_path / "data"


@pytest.mark.parametrize(
    "changed",
    ["crawler/text.py", "crawler/urls/segments.py", "crawler/extract/fields/title.py",
     "crawler/extract/new/room.py", "data/languages/en.toml"],
)  # fmt: skip
def test_the_extractor_is_another_when_anything_it_reads_by_is(
    tmp_path: Path, changed: str
) -> None:
    house = _house(tmp_path)
    before = code_digest(*house)
    assert code_digest(*house) == before
    path = tmp_path / changed
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text((path.read_text() if path.exists() else "") + "# changed\n")
    assert code_digest(*house) != before


def test_the_extractor_is_the_same_wherever_its_files_are(tmp_path: Path) -> None:
    house, data = _house(tmp_path)
    installed = tmp_path / "lib" / "site-packages" / "crawler"
    shutil.copytree(house, installed)
    shutil.copytree(data, installed / "data")
    assert code_digest(installed, installed / "data") == code_digest(house, data)


def test_each_table_that_pages_are_read_by_is_part_of_the_extractor() -> None:
    folders = {path.name for path in DATA.iterdir() if path.is_dir()}
    assert folders - {"demo", "archive"} == set(TABLES)
