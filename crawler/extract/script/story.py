"""The story of a page in what it ships for its scripts.

No make of page is known here. An object is the story where it has a headline, a long text or blocks
of text, and agrees with its page: with the title that the page gives itself, or with its address.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from lxml import etree

from crawler.extract.page import (
    Document,
    ScriptValue,
    Structured,
    script_values,
    strings,
    text_of,
    unflattened,
)
from crawler.extract.script.fields import (
    AUTHORS,
    IMAGES,
    MODIFIED,
    PUBLISHED,
    SECTIONS,
    SLUGS,
    STANDFIRSTS,
    TAGS,
    TITLES,
    Node,
    address_of,
    by_key,
    moment_at,
    names_at,
    picture_at,
    plain_key,
    text_at,
)
from crawler.extract.script.markup import Writer
from crawler.items import Article, Claim
from crawler.text import DENSE, words
from crawler.urls import absolute, same_story

SOURCE = "script-json"
"""Begins the source of a claim that was found there; the place follows."""
_LEAST = 200
"""Characters of a story's text."""
_MOST_NODES = 60_000
_MOST_DEEP = 50
_MOST_CANDIDATES = 300
_MOST_READ = 6
_LEAST_TITLE = 12
_TAG = re.compile(r"<[^<>]{1,1000}>")
_ENDS = re.compile(r"</?(?:p|li|div|br|h\d)\b[^<>]{0,500}>")
_LINE = 25
"""Characters of a paragraph."""
_LONGEST_WORD = 25
"""Characters of a word, on average."""
_MOST_INNER = 1_500_000
"""Characters of JSON that is written as a string in JSON."""
_BODIES = (
    "body", "articlebody", "content", "contentelements", "bodyhtml", "html", "text", "bodytext",
    "blocks", "components", "paragraphs", "elements", "richtext", "fulltext", "maincontent",
    "contents", "storycontent", "articlecontent", "bodyelements", "document", "main", "story",
)  # fmt: skip
_NOT_BODY = re.compile(
    r"related|recommend|comment|popular|latest|trending|more|menu|nav|footer|header|config|setting"
    r"|translat|messages|i18n|locale|labels|advert|^ads?|seo|^meta|bio|author|byline|tags|keyword"
    r"|legal|cookie|consent|privacy|newsletter|feature|flags|social|share|schema|jsonld|amp|social"
    r"|series|collection|promo|playlist|gallery|images?$|description|excerpt|summary|standfirst|dek"
)
_PARTS = ("header", "head", "metadata", "meta", "attributes", "fields", "data", "content", "info",
          "article", "basic", "headers", "props", "details", "publication", "dates", "credits",
          "taxonomy", "seo")  # fmt: skip
_WALLED = ("ispremium", "premium", "paywalled", "ispaywalled", "subscriberonly", "locked")


class _Candidate(NamedTuple):
    node: Node
    path: str
    store: Node
    """What it is kept in, where objects name one another."""
    weight: int
    score: int


@dataclass(frozen=True, slots=True)
class ScriptStory:
    """A story as a page's scripts have it."""

    title: str
    html: str
    """Its text, as elements of blocks."""
    properties: Mapping[str, Any]
    """Further fields under schema.org's names."""
    paths: Mapping[str, str] = field(default_factory=dict)
    """schema.org's name, or `body` → where the field was found."""


def script_story(doc: Document, data: Structured) -> ScriptStory | None:
    """The page's story as its scripts have it; None where they hold none that is this page's."""
    titles = _titles(doc, data)
    found: list[_Candidate] = []
    for value in script_values(doc):
        found += _candidates(value, lambda node: _agreement(node, titles, doc))
    found.sort(key=lambda each: (each.score, each.weight), reverse=True)
    for each in found[:_MOST_READ]:
        story = _read(each)
        if story is not None:
            return story
    return None


def as_page(doc: Document, data: Structured, story: ScriptStory) -> Document:
    """The page as it would be if its markup held the story: the head that it has, and the text."""
    own = {key: value for key, value in data.story.items() if value}
    told = {"@type": "NewsArticle", "headline": story.title, **story.properties, **own}
    node = json.dumps(told, ensure_ascii=False, default=str).replace("<", "\\u003c")
    head = [f'<script type="application/ld+json">{node}</script>']
    tongue = html.escape(doc.root.get("lang") or "")
    for element in doc.root.iterfind("head/*"):
        is_data = element.tag == "script" and "ld+json" in (element.get("type") or "")
        if element.tag in ("title", "meta", "link", "base") or is_data:
            head.append(etree.tostring(element, encoding="unicode", with_tail=False, method="html"))
    body = f"<article><h1>{html.escape(story.title)}</h1><div>{story.html}</div></article>"
    lang = f' lang="{tongue}"' if tongue else ""
    whole = (
        f'<html{lang}><head><meta charset="utf-8">{"".join(head)}</head><body>{body}</body></html>'
    )
    return Document(whole.encode("utf-8", "replace"), doc.url, "text/html; charset=utf-8")


_OF_THE_HEAD = ("title", "lang")
_FIELDS = {
    "title": "headline", "authors": "author", "standfirst": "description", "image": "image",
    "section": "articleSection", "tags": "keywords", "body": "body",
}  # fmt: skip


def relabelled(article: Article, data: Structured, story: ScriptStory) -> Article:
    """What was read on `as_page`, each claim with the place in the scripts that it is from."""

    def source(name: str, claim: Claim) -> Claim:
        kind, _, key = claim.source.partition(":")
        if kind == "json-ld" and key in story.paths and not data.story.get(key):
            return Claim(claim.text, f"{SOURCE}:{story.paths[key]}")
        if kind in ("html", "text") and key not in _OF_THE_HEAD:
            path = story.paths.get(_FIELDS.get(name, name)) or story.paths["body"]
            return Claim(claim.text, f"{SOURCE}:{path}")
        return claim

    return replace(
        article,
        published_claims=tuple(source("published", each) for each in article.published_claims),
        modified_claims=tuple(source("modified", each) for each in article.modified_claims),
        sources={name: source(name, claim) for name, claim in article.sources.items()},
    )


# -- which object it is ----------------------------------------------------------------------------


def _candidates(value: ScriptValue, agreement: Callable[[Node], int]) -> list[_Candidate]:
    """The objects that have a headline and enough text, and agree with the page."""
    found: list[_Candidate] = []
    left = [_MOST_NODES, _MOST_INNER]

    def weigh(item: Any, path: str, depth: int, store: Node) -> int:
        left[0] -= 1
        if left[0] < 0 or depth > _MOST_DEEP:
            return 0
        if isinstance(item, str):
            if item[:1] in ("{", "[") and len(item) >= _LEAST and len(item) <= left[1]:
                left[1] -= len(item)
                inner = _inner(item)
                return 0 if inner is None else weigh(inner, path, depth + 1, store)
            return len(item) if " " in item or len(item.encode()) > 2 * len(item) else 0
        if isinstance(item, list):
            return sum(weigh(each, f"{path}[{n}]", depth + 1, store) for n, each in enumerate(item))
        if not isinstance(item, Mapping):
            return 0
        if isinstance(item.get("__ref"), str):
            return _LEAST  # what it leads to is weighed where it stands
        if _is_store(item):
            store = item
        weight = sum(
            weigh(each, f"{path}.{key}"[:200], depth + 1, store) for key, each in item.items()
        )
        may_be = weight >= _LEAST and len(found) < _MOST_CANDIDATES and _has_title(item)
        if may_be and (agrees := agreement(item)):
            found.append(_Candidate(item, path, store, weight, agrees + _evidence(item)))
        return weight

    weigh(value.value, value.where, 0, {})
    return found


def _is_store(node: Node) -> bool:
    """Whether an object keeps others by their names, by which they name one another."""
    some = [each for each, _ in zip(node.values(), range(20), strict=False)]
    return sum(isinstance(each, Mapping) and "__typename" in each for each in some) >= 1


def _inner(text: str) -> Any:
    try:
        value = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None
    return unflattened(value) if isinstance(value, dict | list) else None


def _has_title(node: Node) -> bool:
    if any(plain_key(key) in TITLES for key in node):
        return True
    return any(
        isinstance(each, Mapping)
        and plain_key(key) in _PARTS
        and any(plain_key(inner) in TITLES for inner in each)
        for key, each in node.items()
    )


def _titles(doc: Document, data: Structured) -> list[str]:
    """What the page calls itself, for comparing."""
    told = [*data.meta.get("og:title", ()), *data.meta.get("twitter:title", ())]
    told += strings(data.story.get("headline"))
    told += [text_of(element) for element in (*doc.tags["title"][:1], *doc.tags["h1"][:3])]
    return [key for text in told if len(key := words(text)) >= _LEAST_TITLE]


def _agreement(node: Node, titles: list[str], doc: Document) -> int:
    """How far an object agrees with its page; 0: it may be any story's."""
    score = 0
    title = words(_own(node, TITLES, text_at)[1] or "")
    if len(title) >= _LEAST_TITLE and any(title in each or each in title for each in titles):
        score += 6
    address = address_of(node)
    url = absolute(doc.base_url, address) if address else None
    if url is not None and same_story(url, doc.url):
        return score + 6
    parts = by_key(node)
    segments = _segments(doc.url)
    for key in SLUGS:
        value = parts[key][1] if key in parts else None
        if isinstance(value, Mapping):
            value = by_key(value).get("current", ("", ""))[1]
        if type(value) is int:
            value = str(value)
        if isinstance(value, str) and len(value) >= 4 and value.strip("/").lower() in segments:
            return score + 5
    return score


def _segments(url: str) -> set[str]:
    """The parts of an address by which a page's object may be named: those of its path, of the
    last one without its ending, its numbers, the values of its parameters."""
    parts = urlsplit(url)
    path = unquote(parts.path).lower().strip("/")
    last = path.rpartition("/")[2]
    found = {path, *path.split("/"), last.rpartition(".")[0] or last}
    found |= set(re.findall(r"(?<![0-9a-z])[0-9a-z]*\d{4,}[0-9a-z]*(?![0-9a-z])", last))
    found |= {each.partition("=")[2].lower() for each in parts.query.split("&")[:20]}
    return {each for each in found if len(each) >= 4}


def _evidence(node: Node) -> int:
    """How much speaks for a story: its dates, its authors, what it calls itself."""
    score = 2 * bool(_own(node, PUBLISHED, moment_at)[1])
    score += bool(_own(node, AUTHORS, names_at)[1])
    kinds = [str(node.get(key, "")).lower() for key in ("@type", "__typename", "type", "_type")]
    return score + any(word in kind for kind in kinds for word in ("article", "story", "post"))


# -- what it says ----------------------------------------------------------------------------------


def _own(node: Node, keys: tuple[str, ...], read: Any) -> tuple[str, Any]:
    """The first of these keys, of an object or of the parts that it has for such things, that holds
    something: the path to it, and what it holds."""
    parts = by_key(node)
    for key in keys:
        if key in parts and (found := read(parts[key][1])):
            return parts[key][0], found
    for name in _PARTS:
        inner = parts.get(name, ("", None))[1]
        if isinstance(inner, Mapping):
            within = by_key(inner)
            for key in keys:
                if key in within and (found := read(within[key][1])):
                    return f"{parts[name][0]}.{within[key][0]}", found
    return "", None


def _read(found: _Candidate) -> ScriptStory | None:
    left = [_MOST_NODES]
    node = _with_parts(found.node, found.store, left)
    if not isinstance(node, Mapping) or _is_walled(node):
        return None
    key, title = _own(node, TITLES, text_at)
    where, markup = _body(node)
    if not title or not markup:
        return None
    paths = {"headline": key, "body": where}
    properties: dict[str, Any] = {}
    for name, keys, read in (
        ("datePublished", PUBLISHED, moment_at), ("dateModified", MODIFIED, moment_at),
        ("author", AUTHORS, names_at), ("description", STANDFIRSTS, text_at),
        ("image", IMAGES, picture_at), ("articleSection", SECTIONS, names_at),
        ("keywords", TAGS, names_at),
    ):  # fmt: skip
        key, value = _own(node, keys, read)
        if value and key != where:
            properties[name], paths[name] = value, key
    if isinstance(names := properties.get("author"), list):
        properties["author"] = [{"@type": "Person", "name": name} for name in names]
    if isinstance(sections := properties.get("articleSection"), list):
        properties["articleSection"] = sections[0]
    whole = {name: f"{found.path}.{key}"[:300] for name, key in paths.items() if key}
    return ScriptStory(title, markup, properties, whole)


def _body(node: Node) -> tuple[str, str]:
    """The key of an object's text, and the text as HTML; ("", "") where it has none."""
    best: tuple[int, str, str] = (0, "", "")
    for path, value in _texts(node):
        markup = Writer().blocks(value)
        size = _prose(markup)
        if plain_key(path.rpartition(".")[2]) in _BODIES:
            size *= 3
        if size > best[0]:
            best = (size, path, markup)
    _, path, markup = best
    return (path, markup) if _prose(markup) >= _LEAST else ("", "")


def _texts(node: Node) -> Iterator[tuple[str, Any]]:
    """Where an object may have its text: under its keys, and under those of its parts."""
    for key, value in node.items():
        plain = plain_key(key)
        if plain in TITLES or (_NOT_BODY.search(plain) and plain not in _BODIES):
            continue
        if isinstance(value, str) and len(value) < _LEAST:
            continue
        if isinstance(value, str | list | Mapping):
            inner = _inner(value) if isinstance(value, str) and value[:1] in ("{", "[") else None
            yield str(key), value if inner is None else inner


def _prose(markup: str) -> int:
    """Characters of text in paragraphs that are some words long."""
    lines = (_TAG.sub("", each).strip() for each in _ENDS.split(markup))
    return sum(len(line) for line in lines if len(line) >= _LINE and _is_words(line))


def _is_words(line: str) -> bool:
    """Whether a line is words, not addresses or the like: no word of it is very long."""
    return bool(DENSE.search(line)) or len(line) < _LONGEST_WORD * (line.count(" ") + 1)


def _is_walled(node: Node) -> bool:
    """Whether an object says that its text is not for everybody."""
    parts = by_key(node)
    if any(parts.get(key, ("", None))[1] is True for key in _WALLED):
        return True
    return node.get("isAccessibleForFree") in (False, "false", "False")


def _with_parts(value: Any, store: Node, left: list[int], depth: int = 0) -> Any:
    """A value with what it names in a store of objects (`{"__ref": NAME}`) in its place, and JSON
    that is written as a string as what it says."""
    left[0] -= 1
    if left[0] < 0 or depth > _MOST_DEEP:
        return None
    if isinstance(value, list):
        return [_with_parts(each, store, left, depth + 1) for each in value]
    if not isinstance(value, Mapping):
        return value
    name = value.get("__ref")
    if name is None and value.get("type") == "id":
        name = value.get("id")
    if isinstance(name, str) and len(value) <= 4 and isinstance(store.get(name), Mapping):
        return _with_parts(store[name], store, left, depth + 5)
    return {key: _with_parts(each, store, left, depth + 1) for key, each in value.items()}
