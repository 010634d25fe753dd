"""Each paragraph of both texts is told once, as what became of it."""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.history import alignment
from crawler.history.alignment import Step, aligned
from crawler.history.sequences import in_order

WORDS = [f"{a}{b}" for a in "bdfgklmnprst" for b in ("ama", "ilo", "uru", "ete", "ono", "asi")]
FEW = st.sampled_from(
    [
        "a b c d",
        "a b c e",
        "a b x y",
        "d c b a",
        "",
        "***",
        "the mill turns",
        "新华社北京",
        "新华社",
    ]
)


def paragraph(chance: random.Random, words: int = 30) -> str:
    return " ".join(chance.choices(WORDS, k=words))


def kinds(steps: tuple[Step, ...]) -> list[str]:
    return [step.kind for step in steps]


@given(st.lists(FEW), st.lists(FEW))
def test_each_paragraph_is_told_once(before: list[str], after: list[str]) -> None:
    steps = aligned(before, after)
    assert [s.after_at for s in steps if s.after_at is not None] == list(range(len(after)))
    assert sorted(s.before_at for s in steps if s.before_at is not None) == list(range(len(before)))
    for step in steps:
        assert step.before == (None if step.before_at is None else before[step.before_at])
        assert step.after == (None if step.after_at is None else after[step.after_at])
        assert (step.before is None) == (step.kind == "added")
        assert (step.after is None) == (step.kind == "removed")
    in_place = [s.before_at for s in steps if s.kind in ("same", "changed")]
    assert in_place == sorted(in_place, key=lambda at: at or 0)


@given(st.lists(FEW))
def test_the_same_text_is_the_same(text: list[str]) -> None:
    assert kinds(aligned(text, text)) == ["same"] * len(text)
    assert kinds(aligned(text, [f"\u200b{each}\u00ad" for each in text])) == ["same"] * len(text)


def test_words_that_change_leave_a_paragraph_itself() -> None:
    before = ["The mill turned in the valley.", "The mayor said that twelve people were hurt."]
    after = [before[0], "The mayor said that fourteen people were hurt."]
    assert kinds(aligned(before, after)) == ["same", "changed"]


def test_a_replaced_paragraph_is_removed_and_added() -> None:
    steps = aligned(
        ["First.", "The mayor said the bridge would open in spring.", "Last."],
        ["First.", "A court has sentenced the owner of a ferry to prison.", "Last."],
    )
    assert kinds(steps) == ["same", "removed", "added", "same"]


def test_a_long_replaced_paragraph_is_no_word_salad() -> None:
    """All long texts have the most usual words in common, but not in one order."""
    chance = random.Random(5)
    usual = ["the", "of", "and", "in", "to", "a", "was", "that"]
    before, after = (
        " ".join(chance.choice(usual if chance.random() < 0.6 else WORDS) for _ in range(400))
        for _ in range(2)
    )
    assert kinds(aligned([before], [after])) == ["removed", "added"]


def test_a_moved_paragraph_is_moved() -> None:
    text = [paragraph(random.Random(n)) for n in range(6)]
    steps = aligned(text, [text[0], *text[2:5], text[1], text[5]])
    assert kinds(steps) == ["same", "same", "same", "same", "moved", "same"]
    assert [(s.before_at, s.after_at) for s in steps if s.kind == "moved"] == [(1, 4)]


def test_a_paragraph_that_is_moved_and_edited_is_both() -> None:
    text = [paragraph(random.Random(n)) for n in range(6)]
    edited = "quite another start " + text[1].split(" ", 3)[3]
    steps = aligned(text, [text[0], *text[2:5], edited, text[5]])
    assert kinds(steps) == ["same", "same", "same", "same", "moved_changed", "same"]


def test_a_moved_paragraph_is_not_taken_for_the_edit_of_another() -> None:
    moved = "The bridge over the river is closed until spring."
    other = "The bridge over the river is closed until autumn."
    steps = aligned([moved, "One.", "Two.", "Three."], [other, "One.", "Two.", "Three.", moved])
    assert kinds(steps) == ["added", "same", "same", "same", "moved"]


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("市长周一表示大桥将在今年关闭。", "市长周二表示大桥将在今年关闭。", ["changed"]),
        ("市长周一表示大桥将关闭。", "法院判处渡轮船主两年监禁。", ["removed", "added"]),
        ("市長は月曜日、橋を閉めると述べた。", "市長は火曜日、橋を閉めると述べた。", ["changed"]),
        ("นายกรัฐมนตรีกล่าวเมื่อวันจันทร์", "นายกรัฐมนตรีกล่าวเมื่อวันอังคาร", ["changed"]),
        ("นายกรัฐมนตรีกล่าวว่าสะพานจะปิด", "ศาลจำคุกเจ้าของเรือสองปี", ["removed", "added"]),
        ("قال رئيس البلدية إن الجسر مغلق", "قال رئيس البلدية إن الجسر مفتوح", ["changed"]),
    ],
)  # fmt: skip
def test_scripts_of_all_kinds(before: str, after: str, kind: list[str]) -> None:
    assert kinds(aligned([before], [after])) == kind


def edited(text: str, chance: random.Random) -> str:
    words = text.split()
    words[chance.randrange(len(words))] = "edited"
    return " ".join(words)


HOSTILE = {
    "each edited": lambda c, t: [edited(each, c) for each in t],
    "all others": lambda c, t: [paragraph(c, 12) for _ in t],
    "shuffled": lambda c, t: c.sample(t, len(t)),
    "edited and shuffled": lambda c, t: c.sample([edited(each, c) for each in t], len(t)),
    "one line again and again": lambda c, t: ["the same line"] * len(t),
    "turned around": lambda c, t: t[::-1],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_ten_thousand_paragraphs_take_a_bounded_number_of_comparisons(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = Counter[str]()
    of, ordered = alignment._Likeness.of, alignment._Likeness.in_order

    def counted(self: alignment._Likeness, old: int, new: int) -> float:
        compared["of"] += 1
        return of(self, old, new)

    def counted_in_order(self: alignment._Likeness, old: int, new: int) -> float:
        compared["in order"] += 1
        return ordered(self, old, new)

    monkeypatch.setattr(alignment._Likeness, "of", counted)
    monkeypatch.setattr(alignment._Likeness, "in_order", counted_in_order)
    chance = random.Random(name)
    before = [paragraph(chance, 12) for _ in range(10_000)]
    steps = aligned(before, HOSTILE[name](chance, before))
    assert compared["of"] <= 2 * 150_000 + 2 * 50 * len(before)
    assert compared["in order"] <= 2 * len(before)
    found = Counter(kinds(steps))
    if name == "each edited":
        assert found["changed"] > 9_900
    if name == "edited and shuffled":
        assert found["changed"] + found["moved_changed"] > 9_500
    if name == "shuffled":
        assert found["same"] + found["moved"] == 10_000


@given(st.text("abc", max_size=30), st.text("abc", max_size=30))
def test_what_is_in_order_is_equal_and_in_order(one: str, other: str) -> None:
    pairs = in_order(one, other)
    assert all(one[i] == other[j] for i, j in pairs)
    assert all(a < c and b < d for (a, b), (c, d) in pairwise(pairs))


def test_a_long_sequence_of_few_things_is_not_compared_pair_by_pair() -> None:
    """SequenceMatcher alone would look at hundreds of millions of pairs."""

    class Thing(str):
        compared = 0
        __slots__ = ()

        def __eq__(self, other: object) -> bool:
            Thing.compared += 1
            return str.__eq__(self, other)  # type: ignore[arg-type]

        __hash__ = str.__hash__

    chance = random.Random(3)
    one, other = ([Thing(chance.choice("abcdefgh")) for _ in range(20_000)] for _ in range(2))
    in_order(one, other)
    assert Thing.compared < 100 * 20_000
