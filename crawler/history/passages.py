"""A text's change as one reads it: paragraph by paragraph, in each word by word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from crawler.history.alignment import Step, aligned
from crawler.history.reader_text import as_read
from crawler.history.word_diff import Run, word_diff
from crawler.history.words import is_word, tokens

_LETTERS = {"changed": "c", "added": "a", "removed": "r", "moved_changed": "m"}
_WINDOWS = [
    re.compile(kinds.replace("+", "{1,8}"))
    for kinds in ("a+ca+", "r+cr+", "ca+", "cr+", "a+c", "r+c", "ra+", "r+a")
]
"""What a paragraph may look like, step by step, that was divided or joined; 8 parts at most."""
_LEAST_SAVED = 5
"""Words that came and went, and did neither, that tell of a divided paragraph."""

PassageKind = Literal[
    "same", "changed", "added", "removed", "moved", "moved_changed", "divided"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Passage:
    """One paragraph and what became of it, or several where the breaks between them are others
    (`divided`); words may be, too."""

    kind: PassageKind
    before: range | None
    """The paragraphs that it was, from 0; None where it was added."""
    after: range | None
    """The paragraphs that it is; None where it was removed."""
    runs: tuple[Run, ...]
    """Its words."""


def paragraphs_of(body: str) -> list[str]:
    """The paragraphs of a body as the archive has it: blank lines are between them.

    >>> paragraphs_of("One.\\n\\n- two\\n- three\\n")
    ['One.', '- two\\n- three']
    """
    return [each.strip("\n") for each in body.split("\n\n") if each.strip()]


def passages(before: Sequence[str], after: Sequence[str]) -> tuple[Passage, ...]:
    """Paragraphs as `aligned` finds them, with their words.

    >>> [(p.kind, [r.text for r in p.runs]) for p in passages(["One two six."], ["One four six."])]
    [('changed', ['One ', 'two', 'four', ' six.'])]
    """
    found: list[Passage] = []
    steps = aligned(before, after)
    for stays, group in groupby(steps, key=lambda step: step.kind in ("same", "moved")):
        together = list(group)
        found += [_passage(step) for step in together] if stays else _changed(together)
    return tuple(found)


def word_runs(before: str, after: str) -> tuple[Run, ...]:
    """What changed between two texts, as a reader sees it; lines stay where both have as many."""
    if before.count("\n") == after.count("\n"):
        return word_diff(_by_line(before), _by_line(after))
    return word_diff(as_read(before), as_read(after))


def _changed(steps: list[Step]) -> Iterator[Passage]:
    """Steps between two that stay. What was added beside a changed paragraph may be a part of it
    that is now one of its own, and the other way round."""
    found = [_passage(step) for step in steps]
    whole = _divided(steps, found)
    if whole is not None and all(run.kind == "same" for run in whole.runs):
        yield whole
        return
    kinds = "".join(_LETTERS[step.kind] for step in steps)
    at = 0
    while at < len(steps):
        ends = [match.end() for window in _WINDOWS if (match := window.match(kinds, at))]
        tried = ((_divided(steps[at:end], found[at:end]), end) for end in ends)
        divided, end = next((each for each in tried if each[0]), (None, at + 1))
        yield divided or found[at]
        at = end


def _divided(steps: list[Step], found: list[Passage]) -> Passage | None:
    """Steps as one passage, if that explains half of the words that came and went; else None.

    found: the same as passages of their own.
    """
    old = [step for step in steps if step.before is not None]
    new = [step for step in steps if step.after is not None]
    if not old or not new or len(old) == len(new) == 1:
        return None
    out, come = (_count(found, kind) for kind in ("removed", "added"))
    alone = sum(_count([each], each.kind) for each in found if each.kind in ("removed", "added"))
    least = max(_LEAST_SAVED, alone / 2)
    if 2 * min(out, come) < least:
        return None
    runs = word_diff(
        " ".join(as_read(step.before or "") for step in old),
        " ".join(as_read(step.after or "") for step in new),
    )
    places = _span(step.before_at for step in old), _span(step.after_at for step in new)
    whole = Passage("divided", *places, runs)
    still = _count([whole], "removed") + _count([whole], "added")
    return whole if out + come - still >= least else None


def _count(found: Iterable[Passage], kind: str) -> int:
    """Words in runs of a kind."""
    texts = (run.text for passage in found for run in passage.runs if run.kind == kind)
    return sum(sum(map(is_word, tokens(text))) for text in texts)


def _passage(step: Step) -> Passage:
    if step.before is None:
        runs: tuple[Run, ...] = (Run("added", _by_line(step.after or "")),)
    elif step.after is None:
        runs = (Run("removed", _by_line(step.before)),)
    elif step.kind in ("same", "moved"):
        runs = (Run("same", _by_line(step.after)),)
    else:
        runs = word_runs(step.before, step.after)
    return Passage(step.kind, _span([step.before_at]), _span([step.after_at]), runs)


def _span(places: Iterable[int | None]) -> range | None:
    known = [at for at in places if at is not None]
    return range(min(known), max(known) + 1) if known else None


def _by_line(text: str) -> str:
    return "\n".join(as_read(line) for line in text.split("\n"))
