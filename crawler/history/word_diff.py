"""What changed within a text, word by word, so that one can read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from crawler.history.sequences import in_order
from crawler.history.words import is_word, tokens

_CONTEXT = 16
"""Unchanged words, spaces and marks that are shown before and after a change."""
_ISLAND = 2
"""Words that stand between two changes without being worth a word of their own."""
_ENDS = frozenset(".!?…。！？।؟۔")


@dataclass(frozen=True, slots=True)
class Run:
    """Words that stand together in both texts, or in one."""

    kind: Literal["same", "removed", "added"]
    text: str


@dataclass(slots=True)
class _Piece:
    """Words and spaces of both texts: equal ones, or such as took others' place."""

    old: list[str]
    new: list[str]
    equal: bool

    @property
    def words(self) -> int:
        """How long a reader finds it."""
        return max(sum(map(is_word, self.old)), sum(map(is_word, self.new)))


def word_diff(before: str, after: str) -> tuple[Run, ...]:
    """The texts as runs of words, in order; all that is not `added` together is `before`, all that
    is not `removed` is `after`.

    A number is one word, with its separators. A word or two that stand by chance between two
    replaced ones belong to what was replaced.

    >>> [run.text for run in word_diff("The mill turns.", "The old mill stops.")]
    ['The ', 'old ', 'mill ', 'turns', 'stops', '.']
    >>> [run.text for run in word_diff("up by 1,200 in May", "up by 1,250 in May")]
    ['up by ', '1,200', '1,250', ' in May']
    """
    pieces = _without_islands(_pieces(_spaced(before), _spaced(after)))
    runs: list[Run] = []
    for piece in pieces:
        if piece.equal:
            _put(runs, "same", "".join(piece.old))
            continue
        old, new = "".join(piece.old), "".join(piece.new)
        tail = _common_tail(old, new)
        _put(runs, "removed", old[: len(old) - len(tail)])
        _put(runs, "added", new[: len(new) - len(tail)])
        _put(runs, "same", tail)
    return tuple(runs)


def shortened(runs: tuple[Run, ...]) -> Iterator[Run]:
    """The same runs, long unchanged ones cut to what stands beside a change.

    >>> [run.text for run in shortened((Run("same", "a " * 50), Run("added", "b")))]
    ['… a a a a a a a a ', 'b']
    """
    for at, run in enumerate(runs):
        words = tokens(run.text)
        if run.kind != "same" or len(words) <= 2 * _CONTEXT + 2:
            yield run
            continue
        head = "".join(words[:_CONTEXT]) if at else ""
        tail = "".join(words[-_CONTEXT:]).lstrip(" .,;:!?") if at < len(runs) - 1 else ""
        yield Run("same", f"{head}… {tail}" if tail else f"{head}…")


def beginning(text: str) -> str:
    """The first words of a text."""
    words = tokens(text)
    return (
        text if len(words) <= 2 * _CONTEXT else "".join(words[: 2 * _CONTEXT - 2]).rstrip() + " …"
    )


def _spaced(text: str) -> list[tuple[str, str]]:
    """(word or mark, white space behind it); what stands first may be white space alone."""
    found: list[tuple[str, str]] = []
    for token in tokens(text):
        if token.isspace() and found and not found[-1][1]:
            found[-1] = (found[-1][0], token)
        else:
            found.append((token, ""))
    return found


def _pieces(old: list[tuple[str, str]], new: list[tuple[str, str]]) -> list[_Piece]:
    """What is equal and what is not, by turns. Spaces are no words: they are compared where the
    words before them are equal."""
    pieces: list[_Piece] = []
    i = j = 0
    pairs = in_order([word for word, _ in old], [word for word, _ in new])
    for k, m in [*pairs, (len(old), len(new))]:
        if i < k or j < m:
            _lay(pieces, _flat(old[i:k]), _flat(new[j:m]), equal=False)
        if k < len(old):
            (word, space), (_, other) = old[k], new[m]
            _lay(pieces, [word], [word], equal=True)
            if space or other:
                _lay(
                    pieces, [space] if space else [], [other] if other else [], equal=space == other
                )
        i, j = k + 1, m + 1
    return pieces


def _flat(words: list[tuple[str, str]]) -> list[str]:
    return [part for word in words for part in word if part]


def _lay(pieces: list[_Piece], old: list[str], new: list[str], *, equal: bool) -> None:
    """Put a piece behind others, into the last one if it is of its kind."""
    if pieces and pieces[-1].equal == equal:
        pieces[-1].old += old
        pieces[-1].new += new
    else:
        pieces.append(_Piece(old, new, equal))


def _without_islands(pieces: list[_Piece]) -> list[_Piece]:
    """The same, small equal pieces between two changes made part of them."""
    found: list[_Piece] = []
    for at, piece in enumerate(pieces):
        between = piece.equal and found and at + 1 < len(pieces)
        if between and _is_island(found[-1], piece, pieces[at + 1]):
            found[-1].old += piece.old
            found[-1].new += piece.new
        else:
            _lay(found, piece.old, piece.new, equal=piece.equal)
    return found


def _is_island(left: _Piece, island: _Piece, right: _Piece) -> bool:
    """Whether what is equal reads as a part of what was replaced on both sides of it.

    Two numbers that change in one sentence are two changes, and so are two sentences.
    """
    words = island.words
    if words > _ISLAND or left.equal or not _ENDS.isdisjoint(island.old):
        return False
    replaced = any(
        any(map(is_word, side.old)) and any(map(is_word, side.new)) for side in (left, right)
    )
    changed = left.words + right.words
    return (
        replaced and left.words > 0 and right.words > 0 and changed >= 2 * words + 2 + (not words)
    )


def _common_tail(old: str, new: str) -> str:
    """White space that both end with."""
    ends = [each[len(each.rstrip()) :] for each in (old, new)]
    return ends[0] if ends[0] == ends[1] else ""


def _put(runs: list[Run], kind: Literal["same", "removed", "added"], text: str) -> None:
    if not text:
        return
    if runs and runs[-1].kind == kind:
        runs[-1] = Run(kind, runs[-1].text + text)
    else:
        runs.append(Run(kind, text))
