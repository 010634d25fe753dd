"""The story's own headline, chosen by agreement among what the page calls itself."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml.html import HtmlElement

from crawler.extract.document import Document, text_of
from crawler.extract.structured import Structured
from crawler.items import Claim
from crawler.text import words
from crawler.urls import site_host

_SEPARATOR = re.compile(r"\s+[|\-–—·•»«:/›]+\s+|\s*[|»«｜：_]\s*|(?<=\w):\s+|--|\s+[–—]\s*")
_MAX_TITLE = 500


def headline(doc: Document, data: Structured) -> tuple[Claim | None, HtmlElement | None]:
    """The headline and, where the page shows it, its element.

    Candidates, best first: the h1 that agrees with what the page says in its meta elements; the
    part of it that they repeat (an h1 often holds a kicker too); og:title; JSON-LD; <title>.
    """
    claims = _claims(doc, data)
    shown = _shown(doc, [claim.text for claim in claims])
    if shown is None:
        for claim in claims:
            if text := without_site(claim.text, data.site_names, doc.url):
                return Claim(text, claim.source), None
        return None, None
    text, element = shown
    key = words(text)
    agreed = _agreed(claims, data, doc.url)
    if agreed is not None and not (_is_part(words(agreed.text), key) or key in words(agreed.text)):
        return agreed, element
    for claim in claims:
        named = without_site(claim.text, data.site_names, doc.url)
        other = words(named)
        if other == key:
            break
        if claim.source == "html:title" and other.endswith(" " + key):
            break  # what stands before it in the window's title is the newspaper or the section
        if _cut_off(named, text):
            continue
        if _is_part(other, key) or _is_part(key, other):
            return Claim(named, claim.source), element
    return Claim(text, f"html:{element.tag}"), element


def _agreed(claims: Sequence[Claim], data: Structured, url: str) -> Claim | None:
    """The title that a page gives to social networks and to search engines alike, if it does: what
    a newspaper says twice is what it calls the story, whatever its page shows today."""
    said: dict[str, list[Claim]] = {}
    for claim in claims:
        if claim.source in ("meta:og:title", "json-ld:headline"):
            named = without_site(claim.text, data.site_names, url)
            said.setdefault(words(named), []).append(Claim(named, claim.source))
    return next((found[0] for key, found in said.items() if key and len(found) > 1), None)


def _cut_off(claimed: str, shown: str) -> bool:
    """Whether a claim ends where the headline has a quotation mark: the attribute was not escaped.

    >>> _cut_off("Winners and", 'Winners and "royal" guests'), _cut_off("Wins", "Wins, guests")
    (True, False)
    """
    rest = shown[len(claimed) :].lstrip()
    return shown.startswith(claimed) and rest[:1] in ('"', "'")


def without_site(title: str, site_names: Sequence[str], url: str) -> str:
    """A title without the name of the site at its end or beginning.

    >>> without_site("Storm hits coast | The Example Post", ["The Example Post"], "https://x.example/")
    'Storm hits coast'
    >>> without_site("Storm - a warning", [], "https://x.example/")
    'Storm - a warning'
    """
    names = {words(name) for name in site_names}
    host = site_host(url).split(":")[0]
    compact = {"".join(n.split()) for n in names if n} | {
        host.replace(".", ""),
        host.replace("-", ""),
    }
    labels = [label for label in host.split(".")[:-1] if len(label) > 3]
    compact.update(labels)
    text = title.strip()
    for _ in range(4):
        cuts = list(_SEPARATOR.finditer(text))
        if not cuts:
            break
        head, tail = text[: cuts[-1].start()], text[cuts[-1].end() :]
        first, rest = text[: cuts[0].start()], text[cuts[0].end() :]
        if head.strip() and _names_site(tail, compact):
            text = head.strip()
        elif rest.strip() and _names_site(first, compact):
            text = rest.strip()
        else:
            break
    return text


def _names_site(part: str, compact: set[str]) -> bool:
    name = "".join(words(part).split())
    if not name:
        return True
    return name in compact or any(
        len(name) > 3 and len(c) > 3 and (name in c or c in name) and len(name) < 2.5 * len(c)
        for c in compact
    )


def _claims(doc: Document, data: Structured) -> list[Claim]:
    found = [
        data.first_meta("og:title"),
        data.ld("headline"),
        data.first_meta("twitter:title"),
        data.ld("name"),
    ]
    found += [Claim(text_of(element), "html:title") for element in doc.tags["title"][:1]]
    return [claim for claim in found if claim is not None and 0 < len(claim.text) <= _MAX_TITLE]


def _shown(doc: Document, claimed: Sequence[str]) -> tuple[str, HtmlElement] | None:
    """The heading that shows the headline: the one that agrees most with the claims."""
    keys = [words(text) for text in claimed]
    best: tuple[float, str, HtmlElement] | None = None
    for tag, worth in (("h1", 0.3), ("h2", 0.0)):
        for element in doc.tags[tag][:40]:
            text = text_of(element)
            if len(text) > _MAX_TITLE or not (key := words(text)):
                continue
            score = worth + sum(_agreement(key, other) for other in keys)
            if worth == 0.0 and score < 1.0:
                continue
            if best is None or score > best[0] + 0.01:
                best = (score, text, element)
        if best is not None and best[0] >= 1.0:
            break
    if best is None or (best[0] < 0.5 and keys and not _only_heading(doc, best[2])):
        return None
    return best[1], best[2]


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
