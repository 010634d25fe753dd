"""The standfirst: the summary that the page shows under the headline."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from itertools import islice

from lxml.html import HtmlElement

from crawler.extract.body import is_caption, is_prose, read_blocks
from crawler.extract.dates import dates_in, has_date, is_dateline
from crawler.extract.fields.bylines import heads_another, leads_to_person
from crawler.extract.fields.names import opens_byline
from crawler.extract.language import (
    heads_no_stories,
    is_appeal,
    is_label,
    is_note,
    names_itself,
    pattern,
    states_age,
)
from crawler.extract.markup import (
    Marks,
    Meaning,
    is_line_of_story,
    is_noise,
    meanings,
    names_of,
)
from crawler.extract.page import Document, Structured, below, is_longer, text_of
from crawler.items import Claim
from crawler.text import is_dense, words

_MIN, _MAX = 20, 1_000
_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
_LEAST = 40
"""Characters of a standfirst that nothing but its place tells."""
_LOOKED_AT = 40
"""Elements below the headline."""
_LINE, _DATE = 140, 60
"""Characters of a line that opens as a byline does, and of one with a date."""
_HOLDS_A_LINE = frozenset({"p", "h2", "h3", "h4"})
_MAY_HOLD_ONE = frozenset({
    "div", "span", "strong", "b", "em", "i", "section", "li", "a", "address", "td", "font",
})  # fmt: skip
_NONE_OF_IT = frozenset({"figure", "h1", "nav", "aside", "footer", "form", "ul", "ol", "table"})
"""Before which a standfirst stands, if at all."""
_NO_NOISE = re.compile(r"teasers?(?![a-z])", re.IGNORECASE)
"""What a name says of other stories' summaries, and as often of the story's own."""
_ENDS = (".", "!", "?", "。", "।", "؟")
_FEW_WORDS = 5
"""Of a line that ends as a sentence does, and is the date's all the same: "Posted 7 May 2026."."""
_LABEL_WORDS = 4
_CREDIT = r"(?:^|[\s.(])<bylines.other_credit>\s*[:：]"
_LABEL = re.compile(r"[:：|–—]")
_NOISE = int(Meaning.NOISE)
_CARD = 400
"""Characters of another story's card."""
_BLOCKS = 4
"""Paragraphs and pictures; more of them are a list of other stories."""


def standfirst(
    doc: Document,
    data: Structured,
    marked: Marks,
    headline: HtmlElement | None,
    title: str | None,
) -> Claim | None:
    """The summary under the headline, or None if the page has none of its own.

    The first of these: an element of a standfirst's class near the headline; a sentence as a
    heading right below it, or as a paragraph between it and the line of the author and the date;
    JSON-LD description or alternativeHeadline, og:description, meta description, unless they are
    cut off.
    """
    above = _above(headline)
    near = [
        element
        for element in marked[Meaning.STANDFIRST][:60]
        if element is not headline and element not in above and _beside(element, above)
        and not _is_box(element) and "articlebody" not in (element.get("itemprop") or "").lower()
    ]  # fmt: skip
    for element in _before_text(near, headline):
        if _linked(element) or heads_another(element) or is_caption(element, above):
            continue
        text = _prose(element, doc)
        if _usable(text, title) and not is_dateline(text):
            return Claim(text, "html:standfirst")
    shown = _by_place(headline, title, doc.root.get("lang"))
    if shown is not None:
        return Claim(shown, "html:below headline")
    for claim in (
        data.ld("description"),
        data.first_meta("og:description", "description", "twitter:description"),
    ):  # fmt: skip
        if (
            claim is not None
            and _usable(claim.text, title)
            and not claim.text.endswith(("…", "...", "[…]", "[...]"))
        ):
            return claim
    return None


def _by_place(headline: HtmlElement | None, title: str | None, language: str | None) -> str | None:
    """What stands right below the headline, and before the line of author and date if it is no
    heading: a sentence, and one alone."""
    if headline is None:
        return None
    above = _above(headline)
    found: HtmlElement | None = None
    picture: HtmlElement | None = None
    for element in islice(below(headline), _LOOKED_AT):
        tag = element.tag
        if picture is not None and picture in element.iterancestors():
            continue
        if found is not None and tag == "figure":
            picture = element
            continue
        if found is not None and tag == "aside" and is_line_of_story(element, headline):
            break
        if found is not None and tag in ("ul", "ol") and _is_line_in_list(element):
            break
        if tag in _NONE_OF_IT:
            return None
        if tag not in _HOLDS_A_LINE and not (tag in _MAY_HOLD_ONE and (element.text or "").strip()):
            if tag == "time":
                break
            continue
        text = text_of(element)
        if not text:
            continue
        if (len(text) <= _LINE and opens_byline(text, language)) or _is_dateline(text):
            break
        if len(text) < _least(text) and tag not in _HEADINGS:
            continue  # a name, a place
        if found is None and _is_sentence(element, text, title, above):
            found = element
        elif found is None or found not in element.iterancestors():
            # the story, with no line of author and date before it
            heads = found is not None and found.tag in _HEADINGS
            return text_of(found) if found is not None and heads and is_prose(element) else None
    else:
        return None
    return text_of(found) if found is not None else None


def _is_line_in_list(element: HtmlElement) -> bool:
    """Whether a list is the line of authors and date."""
    text = text_of(element)
    if len(text) > _LINE:
        return False
    return has_date(text) or any(map(leads_to_person, islice(element.iter("a"), 1)))


def _is_dateline(text: str) -> bool:
    """Whether a text is the line with the story's date: short, and no sentence that tells of it."""
    if len(text) > _DATE or not has_date(text):
        return is_dateline(text)
    return not text.endswith(_ENDS) or len(text.split()) <= _FEW_WORDS


def _is_of_page(text: str) -> bool:
    """Whether a sentence tells of the page, its pictures or its sources and not of the story:
    "Share this article …", "Photo: …", "Topics: …"."""
    first = text.split(maxsplit=_LABEL_WORDS)[:_LABEL_WORDS]
    if any(is_label(" ".join(first[:number])) for number in range(2, len(first) + 1)):
        return True
    label = _LABEL.split(text, maxsplit=1)[0]
    return (
        text.count("|") > 1
        or names_itself(text)
        or (label != text and heads_no_stories(label))
        or pattern(_CREDIT).search(text) is not None
    )


def _heads_a_part(element: HtmlElement) -> bool:
    """Whether a heading below the headline is the first of the story's parts: others of its kind
    stand beside it."""
    if element.tag not in _HEADINGS:
        return False
    beside = islice(element.itersiblings(element.tag), _LOOKED_AT)
    return any(other.get("class") == element.get("class") for other in beside)


def _is_sentence(
    element: HtmlElement, text: str, title: str | None, above: Set[HtmlElement]
) -> bool:
    return (
        _least(text) <= len(text) <= _MAX
        and not _is_of_page(text)
        and not _heads_a_part(element)
        and not has_date(text[-_DATE:])
        and (not title or words(title) not in words(text))
        and not _linked(element)
        and not is_noise(element)
        and not is_caption(element, above)
        and not heads_another(element)
        and _usable(text, title)
    )


def _least(text: str) -> int:
    return _LEAST // 2 if is_dense(text) else _LEAST


def _is_box(element: HtmlElement) -> bool:
    """Whether a name says that it is something else than a standfirst: `subscribe-teaser`."""
    names = _NO_NOISE.sub(" ", names_of(element))
    return bool(meanings(names) & _NOISE)


def _before_text(
    near: Sequence[HtmlElement], headline: HtmlElement | None
) -> Iterator[HtmlElement]:
    """Those of some elements that stand before the story's first paragraph, in page order."""
    if headline is None or not near:
        yield from near
        return
    wanted = set(near)
    behind = wanted.intersection(below(headline))
    yield from (element for element in near if element not in behind)
    for element in below(headline):
        if not behind:
            return
        if element in behind:
            behind.remove(element)
            yield element
        elif is_prose(element) and _is_paragraph(element, [headline, *near]):
            return


def _is_paragraph(element: HtmlElement, near: Sequence[HtmlElement]) -> bool:
    """Whether an element with prose is a paragraph of the story, neither one of some elements or
    in one, nor a note of any kind."""
    text = text_of(element)
    if is_note(text) or states_age(text) or is_appeal(text):
        return False
    above = [element, *islice(element.iterancestors(), 8)]
    return not any(up in near or is_noise(up) for up in above if up.tag not in ("body", "html"))


def _prose(element: HtmlElement, doc: Document) -> str:
    """The text of an element without captions, links and labels; "" where it holds many pieces."""
    blocks = read_blocks(element, doc.address, {element})
    if not blocks:  # blocks leave out a heading that heads nothing
        inner = [element] if element.tag in _HEADINGS else list(islice(element.iter(*_HEADINGS), 2))
        text = text_of(inner[0]) if len(inner) == 1 else ""
        return "" if any(dates_in(text[-_DATE:])) else text
    return " ".join(b.text for b in blocks if b.type != "figure") if len(blocks) <= _BLOCKS else ""


def _beside(element: HtmlElement, above: Set[HtmlElement]) -> bool:
    """Whether an element stands beside the headline, no other story's card between them."""
    at = element.getparent()
    for _ in range(6):
        if at is None:
            return False
        if at in above:
            return True
        if at.tag in ("li", "a", "aside", "nav", "footer") or is_noise(at):
            return False
        if at.tag == "article" and (
            _is_headed(at, element) or _NO_NOISE.search(names_of(element)) is not None
        ):
            return False  # another story's, or the part of the story that all may read
        if heads_another(at) and (not is_longer(at, _CARD) or _is_headed(at, element)):
            return False
        at = at.getparent()
    return False


def _is_headed(article: HtmlElement, element: HtmlElement) -> bool:
    """Whether a heading stands before an element in an <article>, as another story's headline
    stands over its summary; the page's own may stand outside."""
    for each in islice(article.iter("h1", *_HEADINGS, element.tag), _LOOKED_AT):
        if each is element:
            return False
        if each.tag == "h1" or each.tag in _HEADINGS:
            return True
    return True


def _above(headline: HtmlElement | None) -> Set[HtmlElement]:
    """The headline's ancestors, the nearest five, without the page's body."""
    found = set()
    at = headline
    for _ in range(5):
        at = at.getparent() if at is not None else None
        if at is None or at.tag in ("body", "html"):
            break
        found.add(at)
    return found


def _usable(text: str, title: str | None) -> bool:
    if not _MIN <= len(text) <= _MAX or words(text) == words(title or ""):
        return False
    if is_note(text) or states_age(text) or is_appeal(text):
        return False
    return not is_label(_LABEL.split(text, maxsplit=1)[0])


def _linked(element: HtmlElement) -> bool:
    return sum(len(text_of(a)) for a in element.iter("a")) > 0.5 * len(text_of(element))
