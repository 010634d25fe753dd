"""Who wrote the story: names only, no publishers, addresses, roles or handles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from crawler.extract.language import pattern
from crawler.extract.markup import Marks, Meaning, elsewhere
from crawler.extract.page import Structured, strings, text_of, types_of
from crawler.items import Block, Claim
from crawler.text import words

_BY = r"^\s*(?:<bylines.kind_of_text>?\s*<bylines.by>\b|@)\s*[:：]?\s*"
_DOMAIN = re.compile(r"\w\.(?:com|org|net|info|de|co|at|ch|uk|fr|es|it|pl)\b", re.IGNORECASE)
_SPLIT = r"\s*(?:,|;|\||/|•|·|\n|\s&\s|\s+<bylines.joined>\s+|、|，)\s*"
_EMPHASISED = re.compile(r"(\*{1,3}).+\1", re.DOTALL)
_PERSON = r"(?:[^\W\d_a-z][\w.'’-]*\s+){1,3}(?:<bylines.particle>\s+)*[^\W\d_a-z][\w.'’-]*"
"""Two to four words with capitals."""
_NO_NAME = (
    r"https?:|www\.|@|\.(?:com|org|net|de|co|at|ch|uk|fr)\b|(?<![A-Za-z\d])\d|\d{3}"
    r"|^<bylines.no_name>$"
)
_ROLE = r"\s+[-–—]\s+.*$|\s*\(.*?\)\s*$|\s+<bylines.before_role>\s+.*$"


def authors(
    data: Structured, marked: Marks, blocks: Sequence[Block]
) -> tuple[tuple[str, ...], Claim | None]:
    """Names of the authors in the page's order, and the claim they are from.

    blocks: the body as it was read, bylines still in it.

    The first of these that gives a name: JSON-LD author, author meta elements, rel=author and
    itemprop=author, elements of an author's or byline's class, an emphasised name that the body
    begins or ends with.
    """
    publishers = {words(name) for name in data.site_names}
    bodies: tuple[tuple[str, ...], Claim] | None = None
    for raw, source in _candidates(data, marked):
        names = _names(raw, publishers)
        if names and (bodies is None or not set(names) <= set(bodies[0])):
            found = names, Claim("; ".join(raw), source)
            if source != "json-ld:author" or not _are_bodies(data.story["author"]):
                return found
            bodies = bodies or found
    for block in (*blocks[:4], *blocks[-3:]):
        if names := _byline(block):
            return names, Claim(block.text, "html:byline")
    if bodies is not None:
        return bodies
    # Nobody but the publisher: the page names no person, it does name an author.
    raw = [name for name in strings(data.story.get("author")) if words(name) in publishers]
    return (tuple(raw[:1]), Claim(raw[0], "json-ld:author")) if raw else ((), None)


def _candidates(data: Structured, marked: Marks) -> Iterable[tuple[list[str], str]]:
    for key in ("author", "creator"):
        if data.story.get(key):
            yield strings(data.story[key]), f"json-ld:{key}"
    for name in (
        "author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator",
        "cxenseparse:author",
        "article:author", "og:article:author", "byl", "article.author", "twitter:creator",
    ):  # fmt: skip
        if name in data.meta:
            yield list(data.meta[name]), f"meta:{name}"
    found = [element for element in marked[Meaning.AUTHOR][:40] if not elsewhere(element)]
    shown = [e for e in found if e.get("rel") == "author" or e.get("itemprop") == "author"]
    if shown:
        yield [text_of(e) for e in shown[:10]], "html:rel=author"
    for element in found[:12]:
        text = text_of(element)
        if text and len(text) < 120:
            links = [text_of(a) for a in element.iter("a")]
            links = [name for name in links if name]
            if links:
                yield links, "html:author"
            yield [text], "html:author"


def _are_bodies(value: Any) -> bool:
    """Whether JSON-LD's authors are organisations: a person may be told elsewhere then."""
    authors = value if isinstance(value, list) else [value]
    return all(
        isinstance(author, Mapping) and any("organization" in kind for kind in types_of(author))
        for author in authors
    )


def _byline(block: Block) -> tuple[str, ...]:
    """The names that an emphasised line of nothing but names tells."""
    text = block.text
    if block.type != "paragraph" or len(text) > 80 or not _EMPHASISED.fullmatch(block.markdown):
        return ()
    names = _names([text], set())
    rest = words(pattern(_BY).sub("", text))
    told = all(pattern(_PERSON, 0).fullmatch(name) for name in names) and len(rest) <= sum(
        len(n) + 5 for n in names
    )
    return names if told else ()


def _names(raw: Sequence[str], publishers: set[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for text in raw[:30]:
        if text.startswith(("http://", "https://", "@")) or len(text) > 300:
            continue
        text = pattern(_BY).sub("", text)
        if _DOMAIN.search(text):
            continue
        for part in pattern(_SPLIT, 0).split(text):
            name = (
                pattern(_BY)
                .sub("", pattern(_ROLE, 0).sub("", part.strip(" .:–—-\t")))
                .strip(" .:–—-")
            )
            key = words(name)
            if not key or len(name) < 2 or len(name) > 60 or len(key.split()) > 6:
                continue
            if pattern(_NO_NAME).search(name) or key in publishers:
                continue
            found.setdefault(key, name)
    return tuple(found.values())[:20]
