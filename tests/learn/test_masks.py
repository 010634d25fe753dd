"""Texts without what changes from story to story."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crawler.learn.masks import AUTHOR, TITLE, masker, may_hide_numbers, numbers

WORDS = st.sampled_from(
    ["the", "ferry", "May", "3", "10:15", "2026", "12,345", "Ada", "Lund", "Platform", "٣", "№7"]
)


def test_a_text_is_masked_by_the_story_that_it_stands_in() -> None:
    masked = masker("Ferries return", ["Ada Lund", "Ole Brand"])
    assert masked("Ferries return!") == TITLE
    assert masked("By Ada Lund, Ole Brand – 3 May") == f"by {AUTHOR} # ⟨month⟩"
    assert masker()("By Ada Lund") == "by ada lund"


@given(st.lists(WORDS, max_size=60).map(" ".join), st.lists(WORDS, max_size=3).map(" ".join))
def test_a_text_whose_mask_hides_no_numbers_has_none(text: str, name: str) -> None:
    mask = masker("Ferries return", [name])(text)
    assert may_hide_numbers(mask) or numbers(text) == ""
