"""Stories that a page names for machines and shows to nobody: JSON-LD, and `link` in its head.

schema.org: `relatedLink` of a WebPage, `itemListElement` of an ItemList. HTML Living Standard,
4.6.7: `rel=prev` and `rel=next`, which more often lead to another page of a list.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from crawler.extract.language import match
from crawler.extract.links.addresses import StoryUrls, Target
from crawler.extract.links.cards import tidy
from crawler.extract.page import Document, Node, Structured, types_of
from crawler.items import Relation
from crawler.text import line_words

_MAX_ITEMS = 100
"""Of one list; longer ones are indexes."""
_BLOCKS = frozenset({"related", "latest", "popular", "featured", "sponsored"})


class Claimed(NamedTuple):
    """A story that a page names."""

    relation: Relation
    list: int
    """Which of the page's lists it is in: a number."""
    target: Target
    title: str | None


def claimed_stories(doc: Document, data: Structured, urls: StoryUrls) -> Iterator[Claimed]:
    """Stories of the same site that a page names in JSON-LD and in its head, in page order.

    A list counts where at least two of its items have an address and a headline of a story.
    """
    for link in doc.head_links("prev", "next")[:_MAX_ITEMS]:
        title = tidy(link.get("title") or "")
        if line_words(title) >= 3:
            told = (link.get("rel") or "").lower().split()
            relation: Relation = "previous" if "prev" in told else "next"
            target = _story(urls, link.get("href"))
            if target:
                yield Claimed(relation, 0, target, title)
    for number, node in enumerate(data.nodes, 1):
        for value in islice(_values(node.get("relatedLink")), _MAX_ITEMS):
            target = _story(urls, _address(value))
            if target:
                yield Claimed("related", number, target, _title(value))
        if "itemlist" in types_of(node):
            yield from _list(node, number, urls)


def _list(node: Node, number: int, urls: StoryUrls) -> Iterator[Claimed]:
    told = match(str(node.get("name") or "")[:100])
    relation: Relation = told.relation if told and told.relation in _BLOCKS else "related"
    found = []
    for entry in islice(_values(node.get("itemListElement")), _MAX_ITEMS):
        inner = entry.get("item") if isinstance(entry, dict) else None
        item = inner if isinstance(inner, dict) else entry
        address = inner if isinstance(inner, str) else _address(item)
        target, title = _story(urls, address), _title(item) or _title(entry)
        if target and title and line_words(title) >= 3:
            found.append(Claimed(relation, number, target, title))
    if len(found) >= 2:
        yield from found


def _story(urls: StoryUrls, address: object) -> Target | None:
    """Where an address leads, if that is for sure a story of this site and not the page itself."""
    if not isinstance(address, str) or not address:
        return None
    target = urls.target(address.strip())
    sure = target is not None and target.strong and target.own_site and not target.itself
    return target if sure else None


def _values(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _address(value: Any) -> object:
    return value.get("url") or value.get("@id") if isinstance(value, dict) else value


def _title(value: Any) -> str | None:
    if not isinstance(value, dict):
        return None
    name = value.get("headline") or value.get("name")
    return (tidy(name) or None) if isinstance(name, str) else None
