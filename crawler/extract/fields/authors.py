"""Who wrote the story: names only, no publishers, addresses, roles or handles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from lxml.html import HtmlElement

from crawler.extract.fields.beside import Near, beside, lines_by, people_by
from crawler.extract.fields.bylines import leads_to_person, lines_around, marked_bylines
from crawler.extract.fields.names import LONGEST, byline, is_signed, opens_byline, says_by_once
from crawler.extract.fields.persons import (
    begins_with_article,
    has_role,
    is_body,
    is_of_no_person,
    is_person,
    names_paper,
)
from crawler.extract.fields.signatures import people_about, people_in_boxes, signed
from crawler.extract.fields.site_names import home_names
from crawler.extract.markup import Marks, Meaning
from crawler.extract.page import Document, Structured, strings, text_of, types_of
from crawler.items import Block, Claim
from crawler.text import words

_METAS = (
    "author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator",
    "cxenseparse:author", "article:author", "og:article:author", "byl", "article.author",
)  # fmt: skip
_NAMED_META = re.compile(
    r"(?!twitter|fb:|og:image|generator|smartbanner|apple|book|comment|msapplication)(?:.*[.:_\s-])?"
    r"(?:authors?|byl|byline|creators?|writer|journalist|reporter)[.:_-]?(?:full)?(?:names?)?\d?",
)
"""Other names of meta elements for the same: `citation_author`, `article:author_name`."""
_CLOSE = 9
"""Steps up from an element and from the headline to one that holds both."""

_MOST_MARKED, _MOST_LINKS = 16, 20
"""Elements marked as the author's, and links in each, that are looked at."""
_PROSE, _LAST = 100, 2
"""Characters of a paragraph that tells the story, and paragraphs at its end that may be about who
wrote it."""
_LOGIN_LINE = 80
"""Characters of a line that may name a login or a team; a longer one is a sentence: "By the 2000s,
as …"."""


class _Found(NamedTuple):
    names: tuple[str, ...]
    persons: int
    claim: Claim
    explicit: bool = False
    """Whether words introduce it as a byline: "By"."""
    doubtful: bool = False
    """Whether nothing but its place and its shape say that it is an author's."""


def authors(
    doc: Document,
    data: Structured,
    marked: Marks,
    heading: HtmlElement | None,
    blocks: Sequence[Block],
    language: str | None = None,
) -> tuple[tuple[str, ...], Claim | None]:
    """Names of the authors in the page's order, and the claim they are from.

    heading: the headline's element. blocks: the body as it was read, bylines still in it.
    language: the page's.

    What JSON-LD tells counts, then meta elements, unless they name no person and a byline beside
    the headline does, or a byline names others than meta elements. Then what is shown: bylines
    and elements marked as the author's, the nearest to the headline first; names that the body
    begins or ends with.
    """
    others = {words(name) for name in data.site_names}
    told: list[_Found] = []
    persons: _Found | None = None
    for found in _told(doc, data, others, language):
        told.append(found)
        if found.persons and not _is_weak(found):
            persons = found
            break
    if persons is not None and persons.claim.source == "json-ld:author":
        best = _with_others(persons, marked, heading, others, language)
        return best.names, best.claim
    slight = next((found for found in told if found.persons and _is_weak(found)), None)
    by_name = next((each for each in told if _is_by_name(each)), None)
    shown: _Found | None = None
    marginal: list[_Found] = []
    doubtful: list[_Found] = []
    said = frozenset(words(name) for name in persons.names) if persons is not None else frozenset()
    own = others | {words(name) for name in home_names(doc)}
    for found in _shown(marked, heading, others, language, said, own):
        if found.persons and not found.doubtful:
            shown = found
            break
        if not found.doubtful:
            marginal.append(found)
        elif not _is_no_author(found, own, heading, blocks, language):
            doubtful.append(found)
    if persons is not None:
        best = shown if shown is not None and _counts_more(shown, persons) else persons
        return best.names, best.claim
    if shown is not None and (by_name is None or _is_closer(shown, by_name)):
        return shown.names, shown.claim
    if by_name is not None:
        return by_name.names, by_name.claim
    if slight is not None:
        return slight.names, slight.claim
    names, line = signed(blocks, others, language, own)
    if names:
        return names, Claim(line, "html:byline")
    for name in people_in_boxes(doc.root):
        if words(name) not in others:
            return (name,), Claim(name, "html:about")
    firm = (each for each in told if not _is_weak(each))
    for found in (*firm, *marginal, *doubtful, *told):
        return found.names, found.claim
    for name in people_about(doc.root):
        if words(name) not in others:
            return (name,), Claim(name, "html:about")
    return _publisher(data, others)


def _with_others(
    told: _Found,
    marked: Marks,
    heading: HtmlElement | None,
    others: Set[str],
    language: str | None,
) -> _Found:
    """The byline beside the headline, where it names all that machines are told, and more persons:
    some content systems tell but the first author."""
    names = {words(name) for name in told.names}
    known = (_linked_people(element) for element in marked[Meaning.AUTHOR][:_MOST_MARKED])
    if all(people <= names for people in known):
        return told
    for element, texts, steps, _ in marked_bylines(marked, heading):
        if steps > _CLOSE:
            break
        if not all(any(name in line for line in map(words, texts)) for name in names):
            continue
        found = _found(texts, "html:author", others, language)
        if found is None or found.persons < len(found.names):
            continue
        shown, linked = {words(name) for name in found.names}, _linked_people(element)
        apart = linked | ({*map(words, texts)} if len(texts) > 1 else set())
        # where one who is linked wrote nothing ("Fact-checked by"), nobody knows of the next
        if names < shown and shown - names <= apart and linked <= shown:
            return found
    return told


def _linked_people(element: HtmlElement) -> set[str]:
    """The names in an element that lead to a person's page, as compared words."""
    links = islice(element.iter("a"), _MOST_LINKS)
    return {words(text_of(link)) for link in links if leads_to_person(link)}


def _is_no_author(
    found: _Found,
    own: Set[str],
    heading: HtmlElement | None,
    blocks: Sequence[Block],
    language: str | None,
) -> bool:
    """Whether a name that nothing but its place tells is likelier another's: of a place, a section,
    the newspaper, or of whom or what the story is about."""
    if any(is_of_no_person(name, language) for name in found.names):
        return True
    if any(names_paper(name, own) for name in found.names):
        return True
    told = [text_of(heading)] if heading is not None else []
    told += [
        line
        for block in blocks[:-_LAST]
        if block.type == "paragraph" and len(block.text) > _PROSE
        for line in block.text.split("\n")  # the first of them may be the author's
        if len(line) > _PROSE
    ]
    return any(name in shown for name in found.names for shown in told)


def _counts_more(shown: _Found, told: _Found) -> bool:
    """Whether a byline that is shown counts more than what is told to machines: it names others,
    after a word that says so."""
    seen, said = ({words(name) for name in found.names} for found in (shown, told))
    return shown.explicit and seen.isdisjoint(said) and not _are_forms(seen, said)


def _is_by_name(found: _Found) -> bool:
    """Whether it is one name of its own, of a person or not: "Ada"; no team's, no login."""
    if found.persons or _is_weak(found) or len(found.names) != 1:
        return False
    name = found.names[0]
    return name.istitle() and name.isalpha() and not has_role(name) and not is_body(name)


def _is_closer(shown: _Found, told: _Found) -> bool:
    """Whether what is shown is a fuller form of a name that is told, or is marked or introduced as
    the author's."""
    if shown.explicit or shown.claim.source.startswith(("html:author", "html:rel")):
        return True
    return _are_forms({words(n) for n in shown.names}, {words(n) for n in told.names})


def _are_forms(seen: Set[str], said: Set[str]) -> bool:
    """Whether two sets of names may be of the same people, a surname in common."""
    return any(set(a.split()) & set(b.split()) for a in seen for b in said)


def _is_weak(found: _Found) -> bool:
    """Whether it names whoever put the page up, as often as its author."""
    return found.claim.source.startswith(("meta:twitter:", "link:"))


def _found(
    raw: Sequence[str],
    source: str,
    others: Set[str],
    language: str | None,
    *,
    machine: bool = False,
) -> _Found | None:
    read = byline(raw, language, others, machine=machine)
    if not read.names:
        return None
    return _Found(read.names, read.persons, Claim("; ".join(raw), source))


def _told(
    doc: Document, data: Structured, others: Set[str], language: str | None
) -> Iterator[_Found]:
    """What the page tells to machines, best first."""
    for raw, source in _claims(doc, data):
        found = _found(raw, source, others, language, machine=True)
        if found is not None:
            if source == "link:author" and not found.persons:
                continue
            if source == "json-ld:author" and _are_bodies(data.story["author"]):
                found = found._replace(persons=0)
            yield found


def _claims(doc: Document, data: Structured) -> Iterator[tuple[list[str], str]]:
    for key in ("author", "creator"):
        if data.story.get(key):
            yield strings(data.story[key]), f"json-ld:{key}"
    named = [name for name in data.meta if _names_author(name) and name not in _METAS]
    for name in (*_METAS, *named):
        if name in data.meta:
            yield list(data.meta[name]), f"meta:{name}"
    for number in ("1", "2"):
        label = data.first_meta(f"twitter:label{number}")
        value = data.first_meta(f"twitter:data{number}")
        if label is not None and value is not None and opens_byline(f"{label.text}:"):
            yield [value.text], value.source
    for link in doc.tags["link"]:
        if link.get("rel") == "author" and (title := link.get("title")):
            yield [" ".join(title.split())], "link:author"
    if "twitter:creator" in data.meta:
        yield list(data.meta["twitter:creator"]), "meta:twitter:creator"


@lru_cache(maxsize=1_024)
def _names_author(meta: str) -> bool:
    return _NAMED_META.fullmatch(meta) is not None


def _shown(
    marked: Marks,
    heading: HtmlElement | None,
    others: Set[str],
    language: str | None,
    told: Set[str],
    own: Set[str],
) -> Iterator[_Found]:
    """What the page shows as the author, best first.

    own: names of the newspaper, those of its masthead among them, as compared words.

    told: names that machines are told, as compared words; if there are any, none is asked for but
    bylines beside the headline, and none beyond the first element that has one of them.
    """
    near: list[_Found] = []
    close: list[tuple[HtmlElement, _Found]] = []
    far: list[tuple[list[str], str]] = []
    doubtful: list[_Found] = []
    for element, texts, steps, is_next in marked_bylines(marked, heading):
        source = "html:author"
        if element.get("rel") == "author" or element.get("itemprop") == "author":
            source = "html:rel=author"
        if steps > _CLOSE:
            far.append((texts, source))
        elif told and any(name in line for line in map(words, texts) for name in told):
            return
        elif (found := _found(texts, source, others, language)) is not None:
            found = found._replace(explicit=_says_so(element, texts[0], language))
            if is_next:
                yield _whole(found, element, others, language)
            else:
                close.append((element, found))
    if heading is not None:
        around = beside(heading)
        elements = frozenset(around.elements)
        for element, found in close:
            if element in elements:
                near.append(found)
                yield _whole(found, element, others, language)
        yield from _lines(around, others, language, own)
        for shown in () if told else people_by(around, own):
            found = _found([shown.text], shown.source, others, language)
            if found is not None and shown.is_certain:
                yield found
            elif found is not None and found.persons:
                doubtful.append(found._replace(doubtful=True))
    yield from (found for _, found in close if found not in near)
    for texts, source in () if told else far:
        if (found := _found(texts, source, others, language)) is not None:
            yield found
    yield from doubtful


def _says_so(element: HtmlElement, text: str, language: str | None) -> bool:
    """Whether words beside a marked name say that it is the author's: "By" before it, or what ends
    a signature: 김하늘 기자. The name alone may be marked as one within the element."""
    if opens_byline(text, language) or is_signed(text):
        return True
    line = text_of(element)
    return line != text and len(line) <= LONGEST and opens_byline(line, language)


def _whole(found: _Found, element: HtmlElement, others: Set[str], language: str | None) -> _Found:
    """What a line around an element tells where it names more: of "By Ada Lund and Bo Ek" the last
    alone may be marked."""
    if found.explicit:
        return found
    for line in lines_around(element):
        more = _found([line], found.claim.source, others, language)
        if more is not None and set(found.names) < set(more.names):
            return more._replace(explicit=True)
    return found


def _lines(near: Near, others: Set[str], language: str | None, own: Set[str]) -> Iterator[_Found]:
    for line in lines_by(near, language):
        if words(line) in own:  # the masthead: "De Vallei"
            continue
        found = _found([line], "html:byline", others, language)
        if found is not None and (
            found.persons == len(found.names)
            # who writes under a name of their own: "by ada", "by Harbour Team"
            or (
                len(found.names) == 1
                and len(line) <= _LOGIN_LINE
                and _is_short(found.names[0])
                and says_by_once(line)
            )
        ):
            yield found._replace(explicit=True)


def _is_short(name: str) -> bool:
    """Whether what is no full name is a login or a team: one word, or some with capitals."""
    tokens = name.split()
    return len(tokens) == 1 or (len(tokens) < 5 and all(token[0].isupper() for token in tokens))


def _are_bodies(value: Any) -> bool:
    """Whether JSON-LD's authors are organisations: a person may be told elsewhere then."""
    authors = value if isinstance(value, list) else [value]
    return all(
        isinstance(author, Mapping) and any("organization" in kind for kind in types_of(author))
        for author in authors
    )


def _publisher(data: Structured, others: Set[str]) -> tuple[tuple[str, ...], Claim | None]:
    """Nobody but the publisher: the page names no person, it does name an author."""
    for raw in strings(data.story.get("author")):
        if words(raw) in others:
            return (raw,), Claim(raw, "json-ld:author")
    for raw in data.meta.get("author", ()):  # who writes under a name of their own
        if (
            words(raw) in others
            and len(raw) < LONGEST
            and is_person(raw)
            and not begins_with_article(raw)
        ):
            return (raw,), Claim(raw, "meta:author")
    return (), None
