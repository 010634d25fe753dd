"""Linked stories as they are found: by block, each once, without blocks that list no stories."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from crawler.extract.language import match
from crawler.extract.links.cards import Card
from crawler.extract.links.claims import Claimed
from crawler.items import LinkedStory, Relation
from crawler.text import line_words

_RANK = re.compile(r"(\d{1,2})(?:[.)]\s*|\s+)(?=\D)")
"""What a numbered headline begins with."""
_LEAST_RANKED = 3


class Collector:
    """Stories by block, in page order."""

    def __init__(self) -> None:
        self._blocks: dict[object, dict[str, LinkedStory]] = {}
        self._order: list[tuple[object, str]] = []
        self._foreign: dict[object, set[str]] = {}
        """Of each block, the stories of other sites."""
        self._unseen: set[object] = set()
        """The blocks that only machines are told of."""
        self._unlike: set[object] = set()
        """The blocks with a title as short as a name, and an address not made as the page's own."""
        self._seen: set[tuple[Relation, str | None, str]] = set()

    def add(
        self,
        block: object,
        relation: Relation,
        label: str | None,
        url: str,
        key: str,
        card: Card,
        own: bool = True,
        alike: bool = False,
    ) -> None:
        """Keep a story, unless it stands in this block or one that reads the same: pages repeat
        whole blocks for wide and narrow screens."""
        # A story has one before it and one after it; more of them are the arrows of a slider.
        place = (relation, None, "") if relation in ("previous", "next") else (relation, label, key)
        if place in self._seen:
            return
        self._seen.add(place)
        known = self._blocks.setdefault((block, relation, label), {})
        known[key] = LinkedStory(
            relation=relation, url=url, title=card.title, label=label, position=len(known) + 1,
            excerpt=card.excerpt, image=card.image, published=card.published,
        )  # fmt: skip
        self._order.append(((block, relation, label), key))
        if not alike:
            self._unlike.add((block, relation, label))
        if not own:
            self._foreign.setdefault((block, relation, label), set()).add(key)

    def add_unseen(self, claim: Claimed) -> None:
        """Keep a story that the page names for machines, unless it shows it, too."""
        key = claim.target.key
        if any(key in known for known in self._blocks.values()):
            return
        block = ("unseen", claim.list)
        self.add(block, claim.relation, None, claim.target.url, key, Card(claim.title))
        self._unseen.add((block, claim.relation, None))

    def stories(self) -> tuple[LinkedStory, ...]:
        """All but the blocks whose entries are mostly names (topics, people, services), and the
        stories of other sites where they are not a few among the site's own."""
        strange = {
            block: keys if 2 * len(keys) >= len(self._blocks[block]) else frozenset()
            for block, keys in self._foreign.items()
        }
        named = {
            block
            for block, known in self._blocks.items()
            if block not in self._unseen
            and _lists_names(list(known.values()), block not in self._unlike)
        }
        for block, known in self._blocks.items():
            if block not in self._unseen:
                self._blocks[block] = _ranked(known)
        found: list[LinkedStory] = []
        places: Counter[object] = Counter()
        for block, key in self._order:
            if block in named or key in strange.get(block, ()):
                continue
            places[block] += 1
            story = self._blocks[block][key]
            # One that was left out before it has left a gap.
            at = places[block]
            found.append(story if story.position == at else replace(story, position=at))
        return tuple(found)


def _ranked(known: dict[str, LinkedStory]) -> dict[str, LinkedStory]:
    """A block whose headlines are numbered from 1 without the numbers, as `popular` where no
    heading says otherwise."""
    if len(known) < _LEAST_RANKED or (next(iter(known.values())).title or "")[:1] != "1":
        return known
    ranks = [_RANK.match(story.title or "") for story in known.values()]
    if any(rank is None or int(rank[1]) != at for at, rank in enumerate(ranks, 1)):
        return known
    found = {}
    for (key, story), rank in zip(known.items(), ranks, strict=True):
        told = story.label is not None and match(story.label) is not None
        taken = not told and story.relation in ("latest", "related")
        title = (story.title or "")[rank.end() :] if rank else story.title
        relation: Relation = "popular" if taken else story.relation
        found[key] = replace(story, title=title, relation=relation)
    return found


def _lists_names(stories: list[LinkedStory], alike: bool) -> bool:
    """Whether a block shows names (topics, people, services), not headlines.

    alike: whether the addresses of its short titles are made as that of the page is.
    """
    first = stories[0]
    if first.relation in ("inline", "previous", "next"):
        return False
    told = first.label is not None and match(first.label) is not None
    least = 2 if told else 3 if first.image or (alike and len(stories) > 1) else 4
    sizes = sorted(line_words(story.title or "") for story in stories)
    return sizes[(len(sizes) - 1) // 2] < least
