"""Marked words give back both texts, and read as a person would mark them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.history.word_diff import beginning, shortened, word_diff
from crawler.history.words import is_number, is_word, tokens

TEXTS = st.lists(
    st.sampled_from(
        ["the", " ", "  ", "\n", "mill", "1,234.5", "12%", "“", "”", ".", "新", "ก", "-"]
    )
).map("".join) | st.text(max_size=20)


def marked(before: str, after: str) -> str:
    marks = {"same": ("", ""), "removed": ("[-", "-]"), "added": ("{+", "+}")}
    return "".join(run.text.join(marks[run.kind]) for run in word_diff(before, after))


@given(TEXTS)
def test_tokens_together_are_the_text(text: str) -> None:
    assert "".join(tokens(text)) == text


@given(TEXTS, TEXTS)
def test_runs_give_back_both_texts(before: str, after: str) -> None:
    runs = word_diff(before, after)
    assert "".join(run.text for run in runs if run.kind != "added") == before
    assert "".join(run.text for run in runs if run.kind != "removed") == after
    assert all(run.text for run in runs)


@given(TEXTS)
def test_the_same_text_has_no_change(text: str) -> None:
    assert {run.kind for run in word_diff(text, text)} <= {"same"}


@pytest.mark.parametrize(
    "number", ["1,234.50", "12.3%", "2026-11-20", "20.11.2026", "19:30", "3-2", "10 000", "1’200",
               "−5", "٣٥", "2024/25", "12 %"],
)  # fmt: skip
def test_a_number_is_one_word(number: str) -> None:
    assert tokens(f"a {number} b") == ["a", " ", number, " ", "b"]
    assert is_number(number)
    assert is_word(number)


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        (
            "The mayor of the town said the bridge was closed.",
            "A speaker for the county said the bridge was open.",
            "[-The mayor of the town-]{+A speaker for the county+} said the bridge was"
            " [-closed-]{+open+}.",
        ),
        ("killed 12 and hurt 30", "killed 14 and hurt 31",
         "killed [-12-]{+14+} and hurt [-30-]{+31+}"),
        ("He said: “We will never give up.”", "He said: “We may sell the mill.”",
         "He said: “We [-will never give up-]{+may sell the mill+}.”"),
        ("Old news ended here. The rest was fine.", "A new text is there. Then came others.",
         "[-Old news ended here-]{+A new text is there+}. [-The rest was fine-]{+Then came"
         " others+}."),
        ("up 1,234.50 on 2026-11-20", "up 1,300.00 on 2026-11-21",
         "up [-1,234.50-]{+1,300.00+} on [-2026-11-20-]{+2026-11-21+}"),
        ("he’s here", "he’d here", "[-he’s-]{+he’d+} here"),
        ("हिन्दी में", "हिन्दी से", "हिन्दी [-में-]{+से+}"),
    ],
)  # fmt: skip
def test_a_replaced_phrase_is_read_as_one(before: str, after: str, shown: str) -> None:
    assert marked(before, after) == shown


def test_what_did_not_change_is_cut_to_what_stands_beside_a_change() -> None:
    before = "So it goes on, and on. " * 20
    runs = [*shortened(word_diff(f"{before}End. {before}", f"{before}Stop. {before}"))]
    assert [run.kind for run in runs] == ["same", "removed", "added", "same"]
    assert runs[0].text.startswith("… ")
    assert runs[-1].text.endswith("…")
    assert sum(len(run.text) for run in runs) < 200
    assert beginning(before).endswith(" …")
    assert beginning("So it goes.") == "So it goes."
