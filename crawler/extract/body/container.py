"""Where in a page the story's text stands.

Every piece of running text gives its length to the elements around it, the nearest most (after
Readability); boilerplate and link text give nothing. The best element is the container; neighbours
that were cut off from it are taken back in by climbing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import chain, islice

from lxml.html import HtmlElement

from crawler.extract.body.figures import is_caption
from crawler.extract.body.furniture import is_furniture, is_text_of_its_own, refutes_its_names
from crawler.extract.body.linked import is_card
from crawler.extract.body.rows import Cards
from crawler.extract.body.running_text import is_story, running_text
from crawler.extract.markup import Meaning, is_noise, is_wrapper, meanings, named_story, names_of
from crawler.extract.page import SENTENCE_ENDS, Document, text_of

_HOLDERS = frozenset({"div", "td", "section", "article", "body", "main"})
_NO_CONTAINER = frozenset({
    "html", "body", "p", "li", "ul", "ol", "dl", "a", "header", "figure", "figcaption", "option",
})  # fmt: skip
_MAX_CLIMB = 60
_PART = 0.6
"""Share of the text right around it and the headline; a container that holds less of it is one box
of many."""
_PART_OF_PAGE = 0.4
"""The same of what is farther around."""
_CERTAIN = 400
"""Characters of text below the headline that are the story, whatever else is on the page."""
_MAX_LEAD = 6
"""Pieces of text before the container that can belong to the story."""
_MORE = 1.15
"""How much more text is around an element where the story has other parts."""
_MAX_IDLE = 2
"""Steps up that bring nothing more of the story; after these, boxes of the page stand beside it as
often as parts of the story, and only what is named for it counts."""
_MAX_SIBLINGS = 100
_NO_LEAD = int(Meaning.AUTHOR | Meaning.DATE)
_APART = int(Meaning.COMMENTS | Meaning.DIALOG)
"""Boilerplate however much text it holds: comments, cookie walls."""
_REPLY, _STORY = int(Meaning.REPLY), int(Meaning.STORY)


@dataclass(slots=True, eq=False)
class _Node:
    """What is known of an element on the way from a piece of text to the root."""

    element: HtmlElement
    parent: _Node | None
    mass: int = 0
    """Characters of running text in it, boilerplate or not."""
    noise: bool | None = None
    """Whether it is boilerplate or in boilerplate; None until asked."""
    direct: int = 0
    score: float = 0.0
    total: int = 0
    """Characters of running text in it that are not boilerplate."""
    other: bool = False
    """Whether it holds another story."""
    near: bool = False
    """Whether it is in the part of the page that begins with the headline."""
    kept: bool = False
    """Whether what it holds refutes its names."""


@dataclass(frozen=True, slots=True)
class StoryPlace:
    """Where a story stands in the tree."""

    container: HtmlElement
    kept: frozenset[HtmlElement]
    """Elements that hold much of the story's text, whatever their names say."""
    lead: tuple[HtmlElement, ...] = ()
    """Paragraphs between the headline and the container."""


def story_place(
    doc: Document,
    headline: HtmlElement | None = None,
    others: Set[HtmlElement] = frozenset(),
) -> StoryPlace | None:
    """The element that holds the story's text, or None where the page has no running text.

    headline: the element of the story's headline, if known: what is around it is no boilerplate.
    others: elements that hold other stories.
    """
    nodes: dict[HtmlElement, _Node] = {}
    holders: dict[HtmlElement, _Node] = {}
    runs = running_text(doc)
    for length, element in runs:
        holder = element if element.tag in _HOLDERS else element.getparent()
        if holder is None:
            continue
        node = _node(nodes, holder)
        node.direct += length
        holders[holder] = node
    for element in others & nodes.keys():
        nodes[element].other = True
    if not holders:
        return None
    for node in holders.values():
        for up in _upwards(node):
            up.mass += node.direct
    whole = max(node.mass for node in nodes.values())
    above = []
    if headline is not None:
        above = [up for up in _upwards(_node(nodes, headline)) if up.mass >= 0.15 * whole]
    parts, cards = list(holders.values()), Cards(doc.url)
    best = _best(nodes, holders, above, headline, whole, strict=True)
    found, near = best.total, best.near and best.total >= _CERTAIN
    certain = found > 150 and named_story(names_of(best.element))
    wrong_names = False
    if found < 0.25 * whole and not certain:
        # Names like boilerplate's stand around most of the text: perhaps the names are wrong.
        best = _best(nodes, holders, above, headline, whole, strict=False)
        wrong_names = best.total >= 2 * found and (best.near or not near)
        if not wrong_names:
            best = _best(nodes, holders, above, headline, whole, strict=True)
    if best.total == 0:
        return None
    best = _without_cards(best, nodes.values(), parts, cards)
    place = _around_headline(_climb(best, parts, cards), above, parts, cards)
    spine = {n.element for n in nodes.values() if n.kept or n.total >= 0.2 * place.total}
    spine.update(_whole_story(runs, place))
    if wrong_names:
        spine |= {n.element for n in nodes.values() if n.total and not _is_reply(n)}
    lead = _lead(runs, nodes, place, headline) if headline is not None else ()
    return StoryPlace(place.element, frozenset(spine), lead)


def _whole_story(runs: Sequence[tuple[int, HtmlElement]], place: _Node) -> Iterator[HtmlElement]:
    """The paragraph that holds most of the story, its parts parted by no more than line breaks,
    whatever its names say."""
    lengths: dict[HtmlElement, int] = {}
    for length, element in runs:
        if element.tag not in _HOLDERS:
            lengths[element] = lengths.get(element, 0) + length
    for element, length in lengths.items():
        if 2 * length > place.total and is_text_of_its_own(element):
            yield element


def _lead(
    runs: Sequence[tuple[int, HtmlElement]],
    nodes: Mapping[HtmlElement, _Node],
    place: _Node,
    headline: HtmlElement,
) -> tuple[HtmlElement, ...]:
    """The paragraphs that stand between the headline and the container, in page order."""
    inside = (
        at
        for at, (_, element) in enumerate(runs)
        if element is place.element or place.element in element.iterancestors()
    )
    first = next(inside, 0)
    found: list[HtmlElement] = []
    above = list(headline.iterancestors())
    for _, element in reversed(runs[max(0, first - _MAX_LEAD) : first]):
        if not _follows(element, headline, above):
            break
        holder = element if element.tag in _HOLDERS else element.getparent()
        node = nodes.get(holder) if holder is not None else None
        aside = node is None or node.noise is not False or is_furniture(element, headline)
        if aside or element in found or meanings(names_of(element)) & _NO_LEAD:
            continue
        if not is_caption(element, above) and _is_prose(text_of(element)):
            found.append(element)
    return tuple(reversed(found))


def _is_prose(text: str) -> bool:
    return len(text) >= 120 or (len(text) >= 60 and text.endswith(SENTENCE_ENDS))


def _follows(element: HtmlElement, headline: HtmlElement, above: Sequence[HtmlElement]) -> bool:
    """Whether an element comes after the headline. above: the headline's ancestors."""
    at = element
    for up in islice(element.iterancestors(), _MAX_CLIMB):
        if up in above:
            place = above.index(up)
            beside = above[place - 1] if place else headline
            return beside in islice(at.itersiblings(preceding=True), _MAX_SIBLINGS)
        at = up
    return False


def _best(
    nodes: dict[HtmlElement, _Node],
    holders: dict[HtmlElement, _Node],
    above: Sequence[_Node],
    headline: HtmlElement | None,
    whole: int,
    *,
    strict: bool,
) -> _Node:
    """The best container; strict: names count as boilerplate unless the element is large."""
    for node in nodes.values():
        node.noise, node.score, node.total = True if node.other else None, 0.0, 0
    for up in above:
        up.noise = False
    near = above[0] if above else None
    for node in nodes.values():  # parents come before their children
        node.near = node is near or (node.parent is not None and node.parent.near)
    for node in holders.values():
        if _in_noise(node, headline, whole, strict=strict):
            continue
        share = 1.0
        for step, up in enumerate(_upwards(node)):
            up.total += node.direct
            if step < 5:
                up.score += node.direct * share
                share *= 0.6 if step == 0 else 0.75
    return max(nodes.values(), key=_rank)


def _node(nodes: dict[HtmlElement, _Node], element: HtmlElement) -> _Node:
    """The node of an element, made with those of all its ancestors."""
    path = []
    found: _Node | None = None
    at: HtmlElement | None = element
    while at is not None and (found := nodes.get(at)) is None:
        path.append(at)
        at = at.getparent()
    for up in reversed(path):
        found = nodes[up] = _Node(up, found)
    assert found is not None
    return found


def _upwards(node: _Node | None) -> Iterator[_Node]:
    for _ in range(_MAX_CLIMB):
        if node is None:
            return
        yield node
        node = node.parent


def _in_noise(node: _Node, headline: HtmlElement | None, whole: int, *, strict: bool) -> bool:
    path: list[_Node] = []
    at: _Node | None = node
    while at is not None and at.noise is None and len(path) < _MAX_CLIMB:
        path.append(at)
        at = at.parent
    noise = bool(at.noise) if at is not None else False
    for up in reversed(path):
        if not noise and up.element.tag not in ("html", "body", "main"):
            noise = _is_noise(up, headline, whole, strict=strict)
        up.noise = noise
    return noise


def _is_noise(node: _Node, headline: HtmlElement | None, whole: int, *, strict: bool) -> bool:
    """Whether an element is boilerplate itself; strict: unless it holds much of the page's text."""
    element = node.element
    if not is_noise(element):
        return (
            strict
            and element.tag == "article"
            and node.mass < 0.5 * whole
            and (_one_of_many(element) and is_card(element))
        )
    if node.kept or refutes_its_names(element, headline):
        node.kept = True
        return False
    names = names_of(element)
    if strict and element.tag == "aside" and not named_story(names):
        return True
    meaning = meanings(names)
    least = 0.15 if meaning & _STORY else 0.4
    return (
        (strict and node.mass < least * whole) or not is_wrapper(element) or bool(meaning & _APART)
    )


def _is_reply(node: _Node) -> bool:
    """Whether names say that an element is a reader's comment, or in one."""
    return any(meanings(names_of(up.element)) & _REPLY for up in _upwards(node))


def _one_of_many(element: HtmlElement) -> bool:
    """Whether an <article> stands in a row of them: other stories' cards."""
    beside = 0
    for other in chain(
        element.itersiblings("article"), element.itersiblings("article", preceding=True)
    ):
        beside += 1 if other.tag == "article" else 0
        if beside >= 2:
            return True
    return False


def _rank(node: _Node) -> float:
    if node.score <= 0 or node.element.tag in _NO_CONTAINER:
        return node.score * 0.3
    names = names_of(node.element)
    bonus = 1.3 if names and named_story(names) else 1.0
    if node.element.get("itemprop") == "articleBody":
        bonus = 1.6
    if node.near:
        bonus *= 1.3
    return node.score * bonus


def _without_cards(
    best: _Node, nodes: Iterable[_Node], holders: Sequence[_Node], cards: Cards
) -> _Node:
    """Down to the element that holds all of an element's text but other stories' cards."""
    inner = max(
        (node for node in nodes if node.parent is best), key=lambda node: node.total, default=best
    )
    if not 0.4 * best.total <= inner.total < best.total / _MORE:
        return best
    return inner if _gained(best, inner, holders, cards) < (_MORE - 1) * inner.total else best


def _around_headline(
    place: _Node, above: Sequence[_Node], holders: Sequence[_Node], cards: Cards
) -> _Node:
    """Up to the nearest element around the headline that holds far more of the story: it stands in
    many boxes, of which one was chosen.

    above: the headline's ancestors.
    """
    if place in above and place.total >= _CERTAIN:
        return place
    around = set(_upwards(place))
    part = _PART
    for up in (up for up in above if up in around):
        if up.element.tag in ("body", "html"):
            part = _PART_OF_PAGE
        if place.total < part * up.total:
            gained = _gained(up, place, holders, cards)
            if place.total < part * (place.total + gained):
                return up
        part = _PART_OF_PAGE
    return place


def _climb(node: _Node, nodes: Sequence[_Node], cards: Cards) -> _Node:
    """Up to where the story's other parts are: more text in elements of the same names, so much
    more text in the parent that the first choice was but a part, or the story's beginning. Other
    stories' cards are no part of it."""
    at = node
    names = set(names_of(node.element).split())
    if names:
        for other in nodes:
            alike = other.element.tag == node.element.tag and other.noise is False
            if alike and other is not node and _named_alike(names, other.element):
                at = _common(at, other) or at
    idle = 0
    for up in _upwards(at.parent):
        if up.element.tag in ("body", "html", "main") or up.total > node.total * 2.5:
            break
        more = up.total >= at.total * _MORE and _gained(up, at, nodes, cards) >= (
            at.total * (_MORE - 1)
        )
        if (more and (idle <= _MAX_IDLE or is_story(up.element))) or (
            is_story(up.element) and _before(at, up, nodes) >= 0.03 * at.total
        ):
            at = up
            idle = 0
        elif (idle := idle + 1) > _MAX_IDLE and not up.near:
            break
    return at


def _gained(up: _Node, at: _Node, holders: Sequence[_Node], cards: Cards) -> int:
    """Characters of running text in an element beyond another in it, other stories' cards left
    out."""
    added: list[_Node] = []
    for holder in holders:
        if holder.noise is not False:
            continue
        above = list(_upwards(holder))
        if up in above and at not in above:
            cards.hold(holder.element)
            added.append(holder)
    return sum(holder.direct for holder in added if not cards.hold(holder.element))


def _before(node: _Node, up: _Node, holders: Sequence[_Node]) -> int:
    """Characters of running text in an element that stand before another element within it."""
    length = 0
    for holder in holders:  # in document order
        if holder.noise is not False:
            continue
        above = list(_upwards(holder))
        if node in above:
            return length
        if up in above:
            length += holder.direct
    return 0


def _named_alike(names: Set[str], element: HtmlElement) -> bool:
    """Whether an element has these names, or all of its own, more than one, among them."""
    other = set(names_of(element).split())
    return other == names or (len(other & names) > 1 and (other < names or names < other))


def _common(a: _Node, b: _Node) -> _Node | None:
    """The nearest element around both, unless it is the whole page."""
    above = {id(up) for up in _upwards(a)}
    for up in _upwards(b):
        if id(up) in above:
            return None if up.element.tag in ("html", "body") else up
    return None
