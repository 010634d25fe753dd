"""What two sequences have in common, in order, in time that grows little faster than they do."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from difflib import SequenceMatcher

Pair = tuple[int, int]
"""Places, from 0, of one thing in two sequences."""

_DEEPEST = 8
"""Times that what lies between common things is looked through for more."""
_EQUAL_PAIRS = 120_000
"""Pairs of equal things that are looked at for the longest common runs, and one more for each
thing: those of two texts of 3,000 words. Beyond, what stands once in both comes first."""


def in_order(before: Sequence[Hashable], after: Sequence[Hashable]) -> list[Pair]:
    """Pairs of equal things in the same order in both.

    The longest runs that a person would see, for texts of common length; for very long or very
    repetitive ones those around things that are rare.

    >>> in_order("abcd", "xbcyd")
    [(1, 1), (2, 2), (3, 4)]
    """
    found: list[Pair] = []
    todo = [(0, len(before), 0, len(after), 0)]
    while todo:
        a, b, c, d, depth = todo.pop()
        while a < b and c < d and before[a] == after[c]:
            found.append((a, c))
            a, c = a + 1, c + 1
        while a < b and c < d and before[b - 1] == after[d - 1]:
            b, d = b - 1, d - 1
            found.append((b, d))
        if a == b or c == d:
            continue
        if _few_pairs(before[a:b], after[c:d]):
            found += ((a + i, c + j) for i, j in _longest_runs(before[a:b], after[c:d]))
        elif depth < _DEEPEST:
            anchors = [(a + i, c + j) for i, j in _rare(before[a:b], after[c:d])]
            found += anchors
            for (i, j), (k, m) in gaps(anchors, (a, c), (b, d)):
                todo.append((i, k, j, m, depth + 1))
    return sorted(found)


def gaps(pairs: list[Pair], start: Pair, end: Pair) -> Iterator[tuple[Pair, Pair]]:
    """What lies between pairs that are in order: where it begins and where it ends, in both; only
    where both have something there."""
    i, j = start
    for k, m in [*pairs, end]:
        if i < k and j < m:
            yield (i, j), (k, m)
        i, j = k + 1, m + 1


def increasing(pairs: list[Pair]) -> list[Pair]:
    """Of pairs sorted by their first places, most that are in order by their second, too.

    >>> increasing([(0, 5), (1, 1), (2, 2), (3, 3)])
    [(1, 1), (2, 2), (3, 3)]
    """
    tops: list[int] = []  # the lowest end of the chains of each length
    ends: list[int] = []  # and which pair it is
    previous: list[int] = []
    for number, (_, place) in enumerate(pairs):
        at = bisect_left(tops, place)
        previous.append(ends[at - 1] if at else -1)
        tops[at : at + 1] = [place]
        ends[at : at + 1] = [number]
    chain = []
    number = ends[-1] if ends else -1
    while number >= 0:
        chain.append(pairs[number])
        number = previous[number]
    return chain[::-1]


def _few_pairs(before: Sequence[Hashable], after: Sequence[Hashable]) -> bool:
    one, other = Counter(before), Counter(after)
    pairs = sum(number * other[thing] for thing, number in one.items())
    return pairs <= _EQUAL_PAIRS + len(before) + len(after)


def _longest_runs(before: Sequence[Hashable], after: Sequence[Hashable]) -> Iterator[Pair]:
    for run in SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks():
        yield from ((run.a + n, run.b + n) for n in range(run.size))


def _rare(before: Sequence[Hashable], after: Sequence[Hashable]) -> list[Pair]:
    """Things that stand once in both, in order; else those that stand as often in one as in the
    other, the first with the first."""
    one, other = Counter(before), Counter(after)
    wanted = {thing for thing, number in one.items() if number == other[thing] == 1}
    wanted = wanted or {thing for thing, number in one.items() if number == other[thing]}
    places: dict[Hashable, list[int]] = {}
    for place in range(len(after) - 1, -1, -1):
        if after[place] in wanted:
            places.setdefault(after[place], []).append(place)
    pairs = [(at, places[each].pop()) for at, each in enumerate(before) if each in wanted]
    return increasing(pairs)
