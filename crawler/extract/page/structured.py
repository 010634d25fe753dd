"""What a page says of itself for machines: meta elements and JSON-LD.

schema.org's Article and its kin, OpenGraph, and the meta names in use. All of it is a claim:
broken, nested, escaped twice or about another story as often as not.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from lxml.html import HtmlElement

from crawler.extract.page.broken_json import read_json
from crawler.extract.page.document import Document
from crawler.items import Claim
from crawler.urls import same_story

ARTICLE_TYPES = frozenset({
    "article", "newsarticle", "reportagenewsarticle", "analysisnewsarticle", "opinionnewsarticle",
    "backgroundnewsarticle", "reviewnewsarticle", "askpublicnewsarticle",
    "advertisercontentarticle",
    "satiricalarticle", "scholarlyarticle", "techarticle", "report", "blogposting",
    "liveblogposting", "socialmediaposting", "review", "interview",
})  # fmt: skip
_MAX_NODES = 5_000
_MAX_JSON = 3_000_000
"""Characters of all JSON-LD of a page."""
_MAX_BROKEN = 200_000
"""Characters of those that have to be repaired."""
_MAX_SCRIPTS = 1_000
_PEOPLE = ("author", "creator", "publisher")
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]{0,500}>")
Node = Mapping[str, Any]


@dataclass(frozen=True)
class Structured:
    """A page's own machine-readable claims."""

    meta: Mapping[str, tuple[str, ...]]
    """meta name, property or itemprop in lower case → contents in page order."""
    nodes: tuple[Node, ...]
    """Every JSON-LD object with a type, the nested ones too, in page order."""
    story: Node
    """The JSON-LD object that describes this page's story; empty if none does."""

    def first_meta(self, *names: str) -> Claim | None:
        """The first content of the first of these names that has one."""
        for name in names:
            for text in self.meta.get(name, ()):
                return Claim(text, f"meta:{name}")
        return None

    def ld(self, *keys: str) -> Claim | None:
        """The first of these keys of the story that holds a string."""
        for key in keys:
            for text in strings(self.story.get(key)):
                return Claim(text, f"json-ld:{key}")
        return None

    @cached_property
    def site_names(self) -> tuple[str, ...]:
        """What the page calls its site or publisher."""
        names = [*self.meta.get("og:site_name", ()), *self.meta.get("application-name", ())]
        names += strings(self.story.get("publisher"))
        writers = set(strings(self.story.get("author")))
        for node in self.nodes:
            if types_of(node) & {"website", "organization", "newsmediaorganization"}:
                told = strings(node.get("name")) + strings(node.get("alternateName"))
                # An agency that is named as an author is an organisation too.
                names += [name for name in told if name not in writers]
        return tuple(dict.fromkeys(n for n in names if 1 < len(n) < 60))


def structured(doc: Document) -> Structured:
    """Read a page's meta elements and JSON-LD. Raises nothing: what cannot be read is left out."""
    meta: dict[str, list[str]] = {}
    for element in doc.tags["meta"]:
        content = element.get("content")
        if content is None:
            continue
        name = element.get("property") or element.get("name") or element.get("itemprop")
        name = name or element.get("http-equiv")
        text = clean(content)
        if name and text:
            meta.setdefault(name.strip().lower(), []).append(text)
    nodes = tuple(islice(_typed(_scripts(doc)), _MAX_NODES))
    frozen = {name: tuple(dict.fromkeys(texts)) for name, texts in meta.items()}
    return Structured(frozen, nodes, _with_people(_story(nodes, doc, frozen), nodes))


def clean(text: str) -> str:
    """Text of an attribute or JSON string: white space collapsed, references and markup resolved.

    >>> clean(" Fish &amp;amp; chips ")
    'Fish & chips'
    >>> clean("<p>All about <b>bread</b></p>")
    'All about bread'
    """
    text = " ".join(text.split())
    for _ in range(2):
        if "&" not in text:
            break
        text = " ".join(html.unescape(text).split())
    if "</" in text:
        text = " ".join(_MARKUP.sub(" ", text).split())
    return text


def strings(value: Any) -> list[str]:
    """The strings that a JSON-LD value stands for: itself, its name, or those of its items.

    >>> strings([{"@type": "Person", "name": "A. B."}, "C. D."])
    ['A. B.', 'C. D.']
    """
    if isinstance(value, str):
        return [text] if (text := clean(value)) else []
    if not value:
        return []
    found: list[str] = []
    todo = [value]
    seen = 0
    while todo and seen < 500:
        seen += 1
        item = todo.pop(0)
        if isinstance(item, str):
            if text := clean(item):
                found.append(text)
        elif isinstance(item, list):
            todo[:0] = item[:200]
        elif isinstance(item, Mapping):
            for key in ("name", "@value", "headline", "url"):
                if item.get(key):
                    todo.insert(0, item[key])
                    break
    return found


def types_of(node: Node) -> set[str]:
    """Types of a JSON-LD object: lower case, without the vocabulary's address."""
    return {t.rsplit("/", 1)[-1].rsplit(":", 1)[-1].lower() for t in strings(node.get("@type"))}


def _scripts(doc: Document) -> Iterator[Any]:
    left, broken = _MAX_JSON, _MAX_BROKEN
    for script in islice(filter(_is_json_ld, doc.tags["script"]), _MAX_SCRIPTS):
        text = script.text
        if text is None or (left := left - len(text)) < 0:
            continue
        found = read_json(text, repair=False)
        if not found and broken > len(text):
            broken -= len(text)
            found = read_json(text)
        yield from found


def _is_json_ld(script: HtmlElement) -> bool:
    kind = script.get("type")
    return kind is not None and "ld+json" in kind.lower()


def _typed(values: Iterator[Any]) -> Iterator[Node]:
    for value in values:
        todo = [value]
        steps = 0
        while todo and steps < 10 * _MAX_NODES:
            steps += 1
            item = todo.pop()
            if isinstance(item, Mapping):
                if "@type" in item:
                    yield item
                todo.extend(
                    value
                    for key, value in reversed(list(item.items()))
                    if isinstance(value, Mapping | list) and not _of_others(key, value)
                )
            elif isinstance(item, list):
                todo.extend(v for v in reversed(item) if isinstance(v, Mapping | list))


def _with_people(story: Node, nodes: tuple[Node, ...]) -> Node:
    """A story whose people and publisher are named, where it only refers to them: `{"@id": …}`."""
    told = {key: story[key] for key in _PEOPLE if isinstance(story.get(key), Mapping | list)}
    named = {key: _named(value, nodes) for key, value in told.items()}
    return {**story, **named} if any(named[key] is not told[key] for key in told) else story


def _named(value: Any, nodes: tuple[Node, ...]) -> Any:
    if isinstance(value, list):
        items = [_named(item, nodes) for item in value[:100]]
        changed = any(new is not old for new, old in zip(items, value, strict=False))
        return items if changed else value
    if (
        not isinstance(value, Mapping)
        or value.get("name")
        or not isinstance(ident := value.get("@id"), str)
    ):
        return value
    fragment = ident.rpartition("#")[2] if "#" in ident else None
    known = [node for node in nodes if node.get("name") and isinstance(node.get("@id"), str)]
    for node in known:
        if node["@id"] == ident:
            return node
    for node in known:  # one spelt from the root, the other from the page
        if fragment and node["@id"].rpartition("#")[2] == fragment:
            return node
    return value


def _of_others(key: str, value: object) -> bool:
    """Whether a property holds what readers wrote, or the entries of a live blog, each with a
    headline, an author and a date of its own; a single review may be the story itself."""
    return key in ("comment", "comments", "liveBlogUpdate") or (
        key in ("review", "reviews") and isinstance(value, list) and len(value) > 1
    )


def _story(nodes: tuple[Node, ...], doc: Document, meta: Mapping[str, tuple[str, ...]]) -> Node:
    best: Node = {}
    best_score = 0
    titles = {t.casefold() for t in meta.get("og:title", ())}
    for node in nodes:
        if not types_of(node) & ARTICLE_TYPES:
            continue
        score = 1 + 2 * bool(node.get("headline")) + 2 * bool(node.get("datePublished"))
        score += 2 * bool(node.get("articleBody")) + bool(node.get("author"))
        headline = next(iter(strings(node.get("headline"))), "").casefold()
        if headline and any(headline in t or t in headline for t in titles):
            score += 6
        pages = strings(node.get("url")) + strings(node.get("mainEntityOfPage"))
        main = node.get("mainEntityOfPage")
        if isinstance(main, Mapping):
            pages += strings(main.get("@id"))
        if any(same_story(p, doc.url) for p in pages[:4] if p.startswith("http")):
            score += 6
        if score > best_score:
            best, best_score = node, score
    return best
