"""The story's own headline: the heading that the reader sees, told by agreement and by place."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from itertools import islice
from typing import NamedTuple

from lxml.html import HtmlElement

from crawler.extract.fields.canonical import is_front
from crawler.extract.fields.heading_place import (
    heading_at_the_story,
    headline_below,
    low_heading_at_the_story,
    pieces,
    shown_text,
    stands_at_the_story,
    unseen,
)
from crawler.extract.fields.site_names import (
    LABELLED,
    SEPARATOR,
    home_names,
    menu_names,
    section_names,
    without_site,
)
from crawler.extract.markup import elsewhere, names_of
from crawler.extract.page import Document, Structured, strings, text_of
from crawler.items import Claim
from crawler.text import is_unspaced, words

_KICKER = re.compile(
    r"kicker|over-?line|top-?line|eye-?brow|dach-?zeile|spitz-?marke|ante-?titulo|volanta|cintillo"
    r"|sur-?titre|occhiello|chapeu|roof-?line|pre-?title|super-?title|label|badge|rubri[ck]|categor",
    re.IGNORECASE,
)
_LONGEST_KICKER = 8
"""Words."""
_LEAST_HEADLINE = 12
"""Characters; what would be left beside a kicker is no headline if it is shorter."""
_MAX_TITLE = 500


class Headline(NamedTuple):
    """What a page calls its story."""

    title: Claim | None
    """What the reader sees; where the page shows no headline, what it tells to machines."""
    element: HtmlElement | None
    """The element that shows it."""
    seo: Claim | None
    """What search engines and social networks are told, where that is something else."""


def headline(doc: Document, data: Structured) -> Headline:
    """The story's headline as the page shows it, its element, and what is told in its place.

    What the reader sees counts: a heading that stands at the story is its headline, whatever the
    page tells to search engines and social networks; which of several headings it is, is told by
    their agreement with og:title, JSON-LD and <title>, and by their places. Where no heading is the
    headline, it is the first of these claims.
    """
    claims = _claims(doc, data)
    names, sections = [*data.site_names, *home_names(doc)], section_names(data)
    told = [
        Claim(text, claim.source)
        for claim in claims
        if (text := without_site(claim.text, names, doc.url, sections))
    ]
    shown = _shown(doc, data, [claim.text for claim in claims], names)
    if shown is None:
        menu = menu_names(doc)
        told = [Claim(without_site(c.text, names, doc.url, sections, menu), c.source) for c in told]
        told = _before_masthead(doc, claims, told)
        part = _shown_part(doc, claims, told)
        if part is not None:
            claim, element = part
            at = element if stands_at_the_story(doc, element) else None
            return Headline(claim, at, _told_apart(told, claim.text, claim.text))
        site = {words(name) for name in names}
        low: HtmlElement | None = None
        if not is_front(doc.url) and all(words(claim.text) in site for claim in told):
            # all pages of the site have its name as their title, or none
            low = low_heading_at_the_story(doc, names)
        if low is not None:
            return Headline(Claim(shown_text(low), f"html:{low.tag}"), low, None)
        return Headline(told[0] if told else None, None, None)
    full, element, certain = shown
    agreed = None if certain else _agreed(told)
    if agreed is not None and not _agreement(words(agreed.text), words(full)):
        return Headline(agreed, element, None)
    text = _without_kicker(element, full, told, data)
    return Headline(Claim(text, f"html:{element.tag}"), element, _told_apart(told, text, full))


def _before_masthead(doc: Document, claims: Sequence[Claim], told: Sequence[Claim]) -> list[Claim]:
    """What is told, up to the masthead: what the page shows as its first heading, and its title
    has behind the headline."""
    mastheads = {_key(shown_text(element)) for element in doc.tags["h1"][:3]} - {""}
    found = []
    for claim, bare in zip(claims, told, strict=False):
        for cut in SEPARATOR.finditer(claim.text):
            rest = _key(claim.text[cut.end() :])
            if any(rest == name or rest.startswith(name + " ") for name in mastheads):
                head = claim.text[: cut.start()].strip()
                bare = Claim(head, bare.source) if 3 < len(head) < len(bare.text) else bare
                break
        found.append(bare)
    return found or list(told)


_PART_TAGS = ("h2", "h3", "h4", "h5", "h6", "div", "span", "p", "strong", "b", "font", "td", "dt")
_LEAST_PART = 0.35


def _shown_part(
    doc: Document, claims: Sequence[Claim], told: Sequence[Claim]
) -> tuple[Claim, HtmlElement] | None:
    """The longest beginning of a told title, up to something that parts it, or all of it, that an
    element of the page shows as all its text: no heading, but what the reader sees.

    told: the claims without the site's name.
    """
    parts: dict[str, None] = {
        words(claim.text): None
        for claim in told
        if len(claim.text) >= (8 if is_unspaced(claim.text) else _LEAST_HEADLINE)
    }
    for claim in claims:
        for cut in SEPARATOR.finditer(claim.text):
            head = claim.text[: cut.start()].strip()
            if len(head) >= max(8 if is_unspaced(head) else _LEAST_HEADLINE,
                                _LEAST_PART * len(claim.text)):  # fmt: skip
                parts[words(head)] = None
    if not parts:
        return None
    tails = {  # "Harbour: Cranes are sold", the kicker elsewhere
        words(claim.text[cut.end() :])
        for claim in told
        for cut in islice(SEPARATOR.finditer(claim.text), 1)
        if cut[0].strip() in (":", "：") and len(claim.text) - cut.end() >= _LEAST_HEADLINE
    }
    longest = max(map(len, parts))
    best: tuple[int, str, HtmlElement] | None = None
    for element in islice(doc.root.iter(*_PART_TAGS), 4_000):
        text = element.text
        if not text or not 5 < len(text) < 2 * longest + 40:
            continue
        key = words(text)
        if key in tails and not elsewhere(element) and _in_heading(element):
            return Claim(" ".join(text.split()), f"html:{element.tag}"), element
        if key in parts and (best is None or len(key) > best[0]) and not elsewhere(element):
            best = len(key), " ".join(text.split()), element
    return (Claim(best[1], f"html:{best[2].tag}"), best[2]) if best is not None else None


def _in_heading(element: HtmlElement) -> bool:
    return any(up.tag in ("h1", "h2") for up in (element, *islice(element.iterancestors(), 3)))


def _agreed(told: Sequence[Claim]) -> Claim | None:
    """The title that a page gives to social networks and to search engines alike, if it does: it
    counts for more than a heading that does not stand at the story."""
    said: dict[str, list[Claim]] = {}
    for claim in told:
        if claim.source in ("meta:og:title", "json-ld:headline"):
            said.setdefault(words(claim.text), []).append(claim)
    return next((found[0] for key, found in said.items() if key and len(found) > 1), None)


def _told_apart(told: Sequence[Claim], shown: str, full: str) -> Claim | None:
    """What the page tells in the headline's place; None where it tells the same.

    full: the headline with its kicker.
    """
    same = {words(shown), words(full)}
    for claim in told:
        if _cut_off(claim.text, shown) or claim.text.endswith(("…", "...")):
            continue  # says no more than that the place was short
        parts = LABELLED.split(claim.text)
        if words(claim.text) not in same and not any(words(part) in same for part in parts):
            return claim
    return None


def _without_kicker(
    element: HtmlElement, full: str, told: Sequence[Claim], data: Structured
) -> str:
    """The headline that an element shows, without a kicker, a label or the site's name in it.

    What opens the heading in an element of its own is a kicker if its name says so: what the page
    tells to machines has no say, for it changes apart. With a colon after it, it is read as one
    with the rest. What ends it in an element of its own (a count, a source) is none of it if the
    page tells the rest.
    """
    inner = [(text, part) for text, part in pieces(element) if part is None or not unseen(part)]
    if _letters(full) != _letters(_joined(inner)):  # a part of it is the headline already
        inner = []
    named = {words(claim.text) for claim in told}
    if len(inner) > 1 and len(rest := _joined(inner[1:])) >= _LEAST_HEADLINE:
        first, source = inner[0]
        colon = first.endswith(":") or rest.startswith(":")
        short = len(first.split()) <= _LONGEST_KICKER
        if source is not None and short and not colon and _KICKER.search(names_of(source)):
            return rest
    ended = len(inner) > 1 and inner[-1][1] is not None and words(full) not in named
    if ended and words(rest := _joined(inner[:-1])) in named:
        return rest
    bare = without_site(full, data.site_names, "")
    return bare if words(bare) in named else full


def _letters(text: str) -> str:
    """A text as compared words, run together: labels may stand close to what they label."""
    return words(text).replace(" ", "")


def _joined(pieces: Sequence[tuple[str, HtmlElement | None]]) -> str:
    return " ".join(text for text, _ in pieces)


def _cut_off(claimed: str, shown: str) -> bool:
    """Whether a claim ends where the headline has a quotation mark: the attribute was not escaped.

    >>> _cut_off("Winners and", 'Winners and "royal" guests'), _cut_off("Wins", "Wins, guests")
    (True, False)
    """
    rest = shown[len(claimed) :].lstrip()
    return shown.startswith(claimed) and rest[:1] in ('"', "'")


def _claims(doc: Document, data: Structured) -> list[Claim]:
    found = [
        data.first_meta("og:title"),
        data.ld("headline"),
        data.first_meta("twitter:title"),
        data.ld("name"),
    ]
    found += [Claim(text_of(element), "html:title") for element in doc.tags["title"][:1]]
    return [claim for claim in found if claim is not None and 0 < len(claim.text) <= _MAX_TITLE]


def _shown(
    doc: Document, data: Structured, claimed: Sequence[str], names: Sequence[str]
) -> tuple[str, HtmlElement, bool] | None:
    """The heading that shows the headline, with its text and whether that is certain: the page
    tells the same, or it stands at the story."""
    keys = [_key(text) for text in claimed]
    cuts = [(text, cut) for text in claimed for cut in SEPARATOR.finditer(text)]
    heads = {_key(text[: cut.start()]) for text, cut in cuts}
    tails = {_key(text[cut.end() :]) for text, cut in cuts} - heads
    site = {words(name) for name in names}
    best: tuple[float, str, HtmlElement] | None = None
    for tag, worth in (("h1", 0.3), ("h2", 0.0)):
        for element in doc.tags[tag][:40]:
            text = shown_text(element)
            if len(text) > _MAX_TITLE or not (key := _key(text)):
                continue
            if key in site or _leads_home(doc, element):
                continue
            if key in tails and _is_shown(doc, {*heads, *keys} - site):
                continue
            score = worth + sum(_agreement(key, other) for other in keys)
            if key in heads:  # all that is told before a sign that parts titles
                score = max(score, worth + 1.0) if len(key) >= _LEAST_HEADLINE else score + 0.8
            if worth == 0.0 and score < 1.0:
                continue
            if best is None or score > best[0] + 0.01:
                best = (score, text, element)
        if best is not None and best[0] >= 1.0:
            if tag == "h1" and (low := headline_below(doc, best[2])) is not None:
                return *low, True
            break
        if tag == "h1" and keys:
            parts = {head for head in heads if len(head) >= _LEAST_HEADLINE}
            placed = heading_at_the_story(
                doc, _other_names(names, data, claimed), frozenset(keys), parts
            )
            if placed is not None and (low := headline_below(doc, placed)) is not None:
                return *low, True
            if placed is not None and len(text := shown_text(placed)) <= _MAX_TITLE:
                return text, placed, True
    if best is None or (best[0] < 0.5 and keys and not _only_heading(doc, best[2])):
        return None
    return best[1], best[2], best[0] >= 1.0


def _is_shown(doc: Document, keys: Set[str]) -> bool:
    """Whether a heading shows one of some texts."""
    headings = (element for tag in ("h1", "h2", "h3") for element in doc.tags.get(tag, ())[:40])
    return any(_key(shown_text(element)) in keys for element in headings)


def _key(text: str) -> str:
    return words(text.replace("_", " "))


def _leads_home(doc: Document, heading: HtmlElement) -> bool:
    """Whether a heading is the masthead: all of it a link to the front page."""
    if is_front(doc.url):
        return False
    for link in (*islice(heading.iter("a"), 1), *islice(heading.iterancestors("a"), 1)):
        url = doc.address(link.get("href") or "")
        if url is not None and is_front(url) and len(text_of(link)) > 0.7 * len(text_of(heading)):
            return True
    return False


def _other_names(site_names: Sequence[str], data: Structured, claimed: Sequence[str]) -> list[str]:
    """What a heading may say that is no headline: the names of the site and of its sections, also
    those that stand beside the headline in what the page tells as its title."""
    names = [*site_names, *strings(data.story.get("articleSection"))]
    names += data.meta.get("article:section", ())
    for text in claimed:
        parts = sorted(SEPARATOR.split(text), key=len)
        names += parts[:-1]
    return [words(name) for name in names]


def _only_heading(doc: Document, element: HtmlElement) -> bool:
    return (
        element.tag == "h1" and len(doc.tags["h1"]) == 1 and next(element.iter("img"), None) is None
    )


def _agreement(key: str, other: str) -> float:
    if key == other:
        return 1.0
    if _is_part(key, other) or _is_part(other, key):
        return 0.8
    a, b = set(key.split()), set(other.split())
    common = len(a & b)
    return common / max(len(a), len(b)) if common > 2 else 0.0


def _is_part(part: str, whole: str) -> bool:
    """Whether a headline is the beginning or end of another, and most of it."""
    if len(part) < 12 or len(part) < 0.35 * len(whole) or part == whole:
        return False
    return whole.startswith(part + " ") or whole.endswith(" " + part)
