"""The files of `data/languages/`: one a language, each of the same make."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from crawler.bundled import folder
from crawler.extract.language import month_number, pattern, words_of
from crawler.extract.language.loader import tables
from crawler.extract.language.months import MONTHS, WEEKDAYS, month_key
from docs.languages import with_months

FILES = sorted(folder("languages").glob("*.toml"))
KEYS = {
    "dates": {
        "lead_in", "lead_in_joined", "changed", "published", "of_something_else", "am", "pm",
        "am_first", "pm_first", "before_time", "after_time", "oclock", "ordinal", "of_month",
        "of_year", "after_year", "after_month", "before_month", "after_day", "year_sign", "day",
        "month", "year",
        "weekday", "day_word", "until",
    },
    "numbers": {"large"},
    "bylines": {
        "by", "by_here", "by_after_all", "kind_of_text", "label", "after", "joined", "particle",
        "no_name", "no_person", "before_role", "about", "about_whom", "role", "body", "agency",
        "other_credit", "action",
    },
    "reading": {
        "read", "minute", "two_minutes", "hour", "second", "less_than_one", "ago", "ago_before",
    },
    "notices": {"not_found", "taken_down", "wall", "outage", "error_title", "wall_title"},
}  # fmt: skip
PHRASES = {
    "ago": {
        "before", "after", "around", "one", "yesterday", "minute", "hour", "day", "week", "month",
        "year", "two_minutes", "two_hours", "two_days",
    },
}  # fmt: skip
NAMES = {"months": {*MONTHS, "only_here"}, "dateparser": {*MONTHS, WEEKDAYS}}


def patterns() -> Iterator[tuple[str, str]]:
    for table, keys in KEYS.items():
        for key in sorted(keys):
            yield table, key


@pytest.mark.parametrize("code", list(tables()))
def test_a_file_has_known_tables_alone(code: str) -> None:
    file = tables()[code]
    assert set(file) <= {"links", "boilerplate", "text", *KEYS, *PHRASES, *NAMES}
    for table, keys in (KEYS | PHRASES | NAMES).items():
        assert set(file.get(table, {})) <= keys


@pytest.mark.parametrize(("table", "key"), list(patterns()))
def test_each_word_is_a_pattern_of_some_text(table: str, key: str) -> None:
    assert words_of(table, key)
    for word in words_of(table, key):
        assert re.compile(word).groups == 0, "a group has no name here, and no number"
        assert not re.compile(word).fullmatch("")
    assert pattern(f"<{table}.{key}>").search("~") is None


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_months_are_as_make_languages_writes_them(path) -> None:  # type: ignore[no-untyped-def]
    text = path.read_text(encoding="utf-8")
    assert with_months(text, path.stem) == text, "run `make languages`"


def test_what_is_added_by_hand_stays_and_is_written_once() -> None:
    text = '[months]\njanuary = "jän hartung"\n'
    once = with_months(text, "de")
    assert once.startswith(text)
    assert "hartung" not in once.removeprefix(text)
    assert '"jan januar jänner"' in once
    assert with_months(once, "de") == once
    assert with_months("[links]\n", "no language") == "[links]\n"


def test_every_name_of_a_month_names_it_in_its_own_language() -> None:
    for code, file in tables().items():
        for table in ("months", "dateparser"):
            for number, key in enumerate(MONTHS, start=1):
                for name in file.get(table, {}).get(key, "").split():
                    assert month_key(name) == name
                    assert month_number(name.replace("_", " "), code) == number


@pytest.mark.parametrize(
    ("name", "language", "month"),
    [
        ("Jänner", "de-AT", 1),
        ("Sept.", None, 9),
        ("août", "fr", 8),
        ("listopad", "pl", 11),
        ("listopad", "hr-HR", 10),
        ("srpnja", "hr", 7),
        ("srp", "bs", 7),
        ("كانون الثاني", "ar", 1),
        ("thirteenth", "en", None),
        ("", None, None),
    ],
)
def test_months_are_known_as_they_are_printed(
    name: str, language: str | None, month: int | None
) -> None:
    assert month_number(name, language) == month
