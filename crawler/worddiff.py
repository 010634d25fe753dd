"""What changed between two texts, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_TOKEN = re.compile(r"\n+|[^\S\n]+|\w+|[^\w\s]")
# Unchanged words that are shown before and after a change.
_CONTEXT = 12


@dataclass(frozen=True, slots=True)
class Run:
    """Words that stand together in both texts, or in one."""

    kind: Literal["same", "removed", "added"]
    text: str


def word_diff(before: str, after: str) -> tuple[Run, ...]:
    """The texts as runs of words, in order; all that is not `added` together is `before`.

    >>> [run.text for run in word_diff("The mill turns.", "The old mill stops.")]
    ['The', ' old', ' mill ', 'turns', 'stops', '.']
    """
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    runs: list[Run] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            runs.append(Run("same", "".join(old[a:b])))
            continue
        if b > a:
            runs.append(Run("removed", "".join(old[a:b])))
        if d > c:
            runs.append(Run("added", "".join(new[c:d])))
    return tuple(runs)


def shortened(runs: tuple[Run, ...]) -> Iterator[Run]:
    """The same runs, long unchanged ones cut to what stands beside a change.

    >>> [run.text for run in shortened((Run("same", "a " * 50), Run("added", "b")))]
    ['… a a a a a a ', 'b']
    """
    for at, run in enumerate(runs):
        words = _TOKEN.findall(run.text)
        if run.kind != "same" or len(words) <= 2 * _CONTEXT + 2:
            yield run
            continue
        head = "".join(words[:_CONTEXT]) if at else ""
        tail = "".join(words[-_CONTEXT:]) if at < len(runs) - 1 else ""
        yield Run("same", f"{head}… {tail}" if tail else f"{head}…")
