"""Edits as newspapers make them, and how they are told."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from crawler.commands._diff_shown import in_words, lines
from crawler.history.revision_diff import State, compared

PAIRS = tomllib.loads((Path(__file__).parent / "pairs.toml").read_text(encoding="utf-8"))["pair"]


def told(pair: dict[str, str]) -> tuple[str, str]:
    """The lines on the body, and the line on what the change means."""
    old, new = (
        State("A title", body=pair[side], language=pair["language"]) for side in ("before", "after")
    )
    diff = compared(old, new)
    shown = "\n".join(line.plain for line in lines(diff.body, whole=False))
    return shown, in_words(diff.significance)


@pytest.mark.parametrize("pair", PAIRS, ids=[pair["name"] for pair in PAIRS])
def test_an_edit_is_told_as_a_person_would_mark_it(pair: dict[str, str]) -> None:
    shown, meaning = told(pair)
    assert shown == pair["shown"].strip("\n")
    assert meaning == pair["told"]
