"""Which pages are of one layout, and which tell one story."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import combinations

from crawler.learn.survey import Sighting

ALIKE = 0.3
"""How much of what they are built of two pages of one layout share (Jaccard), at least."""
_MOST_CORES = 30
_LONG = 80
"""Characters of a line that two stories hardly share by chance."""
_FEW, _FEW_SHARE = 2, 0.1
"""Pages that a paragraph of one story may stand on; what stands on more is the site's."""
_COPIED = 0.3
"""Share of the shorter one's text that two pages of one story share, at least."""


def by_layout(sightings: Sequence[Sighting]) -> list[list[Sighting]]:
    """Pages by what they are built of: stories, live blogs, last year's layout. Those of one layout
    share with its first page more than with any other's."""
    groups: list[list[Sighting]] = []
    for each in sightings:
        best, most = None, ALIKE
        for group in groups[:_MOST_CORES]:
            alike = share(group[0].layout, each.layout)
            if alike >= most:
                best, most = group, alike
        if best is not None:
            best.append(each)
        elif len(groups) < _MOST_CORES:
            groups.append([each])
    return groups


def share(one: frozenset[str], other: frozenset[str]) -> float:
    """How much of what they are built of two pages share: Jaccard's index."""
    return len(one & other) / max(1, len(one | other))


def one_of_each(sightings: Sequence[Sighting]) -> list[Sighting]:
    """One page of each story: of the same headline, or of the same paragraphs, where these stand on
    no other pages. The same story under two addresses says nothing of furniture."""
    pages = list({each.story: each for each in reversed(sightings)}.values())[::-1]
    stands_on: dict[str, list[int]] = defaultdict(list)
    sizes = []
    for number, each in enumerate(pages):
        long = {line.mask: line.length for line in each.lines if line.length >= _LONG}
        sizes.append(max(1, sum(long.values())))
        for mask in long:
            stands_on[mask].append(number)
    lengths = {line.mask: line.length for each in pages for line in each.lines}
    shared: Counter[tuple[int, int]] = Counter()
    for mask, numbers in stands_on.items():
        if 1 < len(numbers) <= max(_FEW, _FEW_SHARE * len(pages)):
            for pair in combinations(numbers[:20], 2):
                shared[pair] += lengths[mask]
    copies = {
        second
        for (first, second), length in shared.items()
        if length >= _COPIED * min(sizes[first], sizes[second])
    }
    return [each for number, each in enumerate(pages) if number not in copies]
