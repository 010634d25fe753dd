"""Which paragraph of a text became which of another."""

from __future__ import annotations

import heapq
import zlib
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from crawler.history.reader_text import as_read
from crawler.history.sequences import Pair, gaps, in_order, increasing
from crawler.history.words import telling

Kind = Literal["same", "changed", "added", "removed", "moved", "moved_changed"]

CHANGED = 0.5
"""Share of its words that a paragraph keeps where it stands, or it is another one."""
MOVED = 0.8
"""The same, where it stands elsewhere."""

_WORK = 3_000_000
"""Words that are compared, at most, to find the likest of all pairs of paragraphs; beyond, only
those are looked at that have a rare phrase in common."""
_WORK_EACH = 20
"""What looking at a pair costs besides, in words."""
_PHRASE = 3
_MARKS = 6
"""Phrases, of so many words, that stand for a paragraph; chosen by their checksums."""
_MOST_WITH_A_MARK = 8
"""A phrase that more paragraphs have is a set phrase and tells none of them."""


@dataclass(frozen=True, slots=True)
class Step:
    """What became of a paragraph.

    same: nothing that a reader could see. changed: at least half of its words stand as they did.
    moved: it stands before or behind paragraphs that it did not stand before or behind;
    moved_changed: that, and up to a fifth of its words are others.
    """

    kind: Kind
    before: str | None
    """As it was given; None where it was added."""
    after: str | None
    """None where it was removed."""
    before_at: int | None
    """Its place among the paragraphs, from 0."""
    after_at: int | None


def aligned(before: Sequence[str], after: Sequence[str]) -> tuple[Step, ...]:
    """What became of each paragraph, in the order of the newer text; each once.

    A replaced paragraph is removed and added, in this order; what was removed stands where it
    stood. Paragraphs are compared as a reader sees them (`as_read`).

    >>> [step.kind for step in aligned(["a b c", "x y z"], ["a b d", "new", "x y z"])]
    ['changed', 'added', 'same']
    """
    pairs = _Pairs(before, after)
    pairs.join_equal()
    pairs.join_alike()
    pairs.join_moved()
    return tuple(pairs.steps())


class _Pairs:
    """Paragraphs of two texts, and which of them belong together as far as is known."""

    def __init__(self, before: Sequence[str], after: Sequence[str]) -> None:
        self.before, self.after = before, after
        self._keys = [as_read(each) for each in before], [as_read(each) for each in after]
        self._in_place: list[Pair] = []
        self._moved: dict[int, int] = {}  # place after → place before
        self._free_before = set(range(len(before)))
        self._free_after = set(range(len(after)))
        self._likeness: _Likeness | None = None

    def join_equal(self) -> None:
        """Join what a reader takes for equal: in order first, then wherever it stands."""
        for pair in in_order(*self._keys):
            self._join(pair, in_place=True)
        places: defaultdict[str, deque[int]] = defaultdict(deque)
        for at in sorted(self._free_before):
            places[self._keys[0][at]].append(at)
        for at in sorted(self._free_after):
            if places.get(self._keys[1][at]):
                self._join((places[self._keys[1][at]].popleft(), at), in_place=False)

    def join_alike(self) -> None:
        """Join what keeps half of its words, in order."""
        if not self._free_before or not self._free_after:
            return
        like = self._likeness = _Likeness(*self._keys)
        ends = len(self.before), len(self.after)
        for (i, j), (k, m) in list(gaps(sorted(self._in_place), (0, 0), ends)):
            olds = [at for at in range(i, k) if at in self._free_before]
            news = [at for at in range(j, m) if at in self._free_after]
            if like.affords(olds, news):
                found = _best_in_order(olds, news, like)
            else:
                candidates = _one_each(like.candidates(olds, news), CHANGED)
                found = increasing(sorted(candidates))
            for pair in found:
                if like.in_order(*pair) >= CHANGED:
                    self._join(pair, in_place=True)

    def join_moved(self) -> None:
        """Join what keeps four fifths of its words, wherever it stands."""
        if not self._free_before or not self._free_after:
            return
        assert self._likeness is not None
        olds, news = sorted(self._free_before), sorted(self._free_after)
        if self._likeness.affords(olds, news):
            scored = [(self._likeness.of(i, j), i, j) for i in olds for j in news]
        else:
            scored = self._likeness.candidates(olds, news)
        for pair in _one_each(scored, MOVED):
            if self._likeness.in_order(*pair) >= CHANGED:
                self._join(pair, in_place=False)

    def steps(self) -> Iterator[Step]:
        """All paragraphs, once each."""
        i = j = 0
        for k, m in [*sorted(self._in_place), (len(self.before), len(self.after))]:
            for at in range(i, k):
                if at in self._free_before:
                    yield Step("removed", self.before[at], None, at, None)
            for at in range(j, m):
                if at in self._free_after:
                    yield Step("added", None, self.after[at], None, at)
                else:
                    yield self._step(self._moved[at], at, "moved", "moved_changed")
            if k < len(self.before):
                yield self._step(k, m, "same", "changed")
            i, j = k + 1, m + 1

    def _step(self, old: int, new: int, equal: Kind, other: Kind) -> Step:
        kind = equal if self._keys[0][old] == self._keys[1][new] else other
        return Step(kind, self.before[old], self.after[new], old, new)

    def _join(self, pair: Pair, *, in_place: bool) -> None:
        old, new = pair
        self._free_before.remove(old)
        self._free_after.remove(new)
        if in_place:
            self._in_place.append(pair)
        else:
            self._moved[new] = old


class _Likeness:
    """How like paragraphs are, and how much more comparing can be afforded."""

    def __init__(self, before: list[str], after: list[str]) -> None:
        self._texts = before, after
        self._known: tuple[dict[int, list[str]], dict[int, list[str]]] = {}, {}
        self._counted: tuple[dict[int, Counter[str]], dict[int, Counter[str]]] = {}, {}
        self._left = _WORK
        self.comparisons = 0

    def of(self, old: int, new: int) -> float:
        """Words in common as a share of all words of both, 0 to 1."""
        self.comparisons += 1
        one, other = self._counts(0, old), self._counts(1, new)
        if len(one) > len(other):
            one, other = other, one
        common = sum(min(number, other[word]) for word, number in one.items() if word in other)
        total = one.total() + other.total()
        return 2 * common / total if total else 0.0

    def in_order(self, old: int, new: int) -> float:
        """Words in common in the same order, likewise: all long texts have many words in common."""
        one, other = self._words(0, old), self._words(1, new)
        total = len(one) + len(other)
        return 2 * len(in_order(one, other)) / total if total else 0.0

    def affords(self, olds: list[int], news: list[int]) -> bool:
        """Whether all pairs can be compared; if so, what that takes is taken."""
        pairs = len(olds) * len(news)
        if pairs * _WORK_EACH > self._left:
            return False
        words = min(
            sum(len(self._words(0, each)) for each in olds) * len(news),
            sum(len(self._words(1, each)) for each in news) * len(olds),
        )
        cost = words + pairs * _WORK_EACH
        if cost > self._left:
            return False
        self._left -= cost
        return True

    def candidates(self, olds: list[int], news: list[int]) -> list[tuple[float, int, int]]:
        """(likeness, old, new) of those pairs that have a rare phrase in common."""
        places: defaultdict[int, list[int]] = defaultdict(list)
        for old in olds:
            for mark in self._phrases(0, old):
                places[mark].append(old)
        found = set()
        for new in news:
            for mark in self._phrases(1, new):
                with_it = places.get(mark, ())
                if len(with_it) <= _MOST_WITH_A_MARK:
                    found |= {(old, new) for old in with_it}
        return [(self.of(old, new), old, new) for old, new in sorted(found)]

    def _words(self, side: int, at: int) -> list[str]:
        if at not in self._known[side]:
            self._known[side][at] = telling(self._texts[side][at])
        return self._known[side][at]

    def _counts(self, side: int, at: int) -> Counter[str]:
        if at not in self._counted[side]:
            self._counted[side][at] = Counter(self._words(side, at))
        return self._counted[side][at]

    def _phrases(self, side: int, at: int) -> list[int]:
        """Checksums of the phrases that stand for a paragraph."""
        words = self._words(side, at)
        phrases = {
            " ".join(words[n : n + _PHRASE]) for n in range(max(1, len(words) - _PHRASE + 1))
        }
        return heapq.nsmallest(_MARKS, {zlib.crc32(each.encode()) for each in phrases})


def _best_in_order(olds: list[int], news: list[int], like: _Likeness) -> list[Pair]:
    """Pairs in order that are together the likest; all keep half of their words."""
    scores = [[like.of(old, new) for new in news] for old in olds]
    # best[i][j]: of the paragraphs from i and from j on
    best = [[0.0] * (len(news) + 1) for _ in range(len(olds) + 1)]
    for i in range(len(olds) - 1, -1, -1):
        for j in range(len(news) - 1, -1, -1):
            joined = scores[i][j] + best[i + 1][j + 1] if scores[i][j] >= CHANGED else 0.0
            best[i][j] = max(joined, best[i + 1][j], best[i][j + 1])
    found = []
    i = j = 0
    while i < len(olds) and j < len(news):
        if scores[i][j] >= CHANGED and best[i][j] == scores[i][j] + best[i + 1][j + 1]:
            found.append((olds[i], news[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return found


def _one_each(scored: list[tuple[float, int, int]], least: float) -> list[Pair]:
    """The likest pairs, no paragraph in two of them."""
    olds: set[int] = set()
    news: set[int] = set()
    found = []
    for likeness, old, new in sorted(scored, key=lambda each: (-each[0], each[1], each[2])):
        if likeness >= least and old not in olds and new not in news:
            olds.add(old)
            news.add(new)
            found.append((old, new))
    return found
