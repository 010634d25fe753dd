"""Real pages made ready to be served in versions, and where their parts stand in the markup.

Parts are found by text: the paragraphs of a story are the `<p>` elements whose words stand in the
body that is read from the page. So a change is placed without knowing how the page was read.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.ours import CAPTURED
from benchmarks.tally import is_held_out
from crawler.errors import PageError
from crawler.extract import extract
from crawler.extract.dates import normalise
from crawler.items import Article
from crawler.urls import owner

CORPORA = ("fundus", "links", "fresh", "trafilatura", "htmldate")
"""Folders of pages; publishers of the first two, which hold newspapers only, come first."""
_NEWSPAPERS = 2
ORIGIN = "http://origin.invalid"
"""Stands for the site's address in a prepared page; replaced when it is served."""
FEWEST_WORDS = 120
MOST_BYTES = 300_000
"""Of a page: every one is read some two hundred times."""
FEWEST_PARAGRAPHS = 5

_UNSEEN = re.compile(
    r"<!--.*?-->|<(script|style|noscript|template|svg|textarea)\b.*?</\1\s*>",
    re.DOTALL | re.IGNORECASE,
)
_TAG = re.compile(r"<[^>]*>")
_WORD = re.compile(r"\w+")
_WIDE = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Span:
    """An element in the markup, by the places where it and its content begin and end."""

    start: int
    inner_start: int
    inner_end: int
    end: int
    text: str
    """Its words as a reader sees them."""


@dataclass(frozen=True)
class RealPage:
    """A page of a publisher, its own site's address replaced by `ORIGIN`."""

    publisher: str
    path: str
    html: str
    article: Article
    """What is read from it: only to know which words are headline, standfirst, body …"""

    @property
    def held_out(self) -> bool:
        """Whether only figures are told of it, nothing that one could fit to."""
        return is_held_out(self.publisher)

    @cached_property
    def seen(self) -> str:
        """The markup with scripts, styles and comments blanked, all else in its place."""
        return _UNSEEN.sub(lambda match: " " * len(match[0]), self.html)

    @cached_property
    def paragraphs(self) -> tuple[Span, ...]:
        """The story's paragraphs in order, each text once."""
        body = {squeeze(block.text) for block in self.article.blocks if block.type == "paragraph"}
        found: dict[str, Span] = {}
        for span in elements(self.seen, "p"):
            if long_enough(span.text) and squeeze(span.text) in body:
                found.setdefault(squeeze(span.text), span)
        return tuple(found.values())

    @cached_property
    def headline(self) -> Span | None:
        """The visible headline."""
        wanted = set(words(self.article.title or ""))
        for span in elements(self.seen, "h1"):
            own = set(words(span.text))
            if own and len(own & wanted) >= 0.6 * len(wanted):
                return span
        return None

    @cached_property
    def standfirst(self) -> Span | None:
        """The visible summary under the headline."""
        wanted = squeeze(self.article.standfirst or "")
        if len(wanted) < 20 or self.headline is None:
            return None
        for span in elements(self.seen, "p|h2|h3|div|span|li|strong", leaf=True):
            if squeeze(span.text) == wanted and not any(
                p.start <= span.start < p.end for p in self.paragraphs
            ):
                return span
        return None

    @cached_property
    def caption(self) -> Span | None:
        """A picture's caption that is read as one."""
        figures = [block.image for block in self.article.blocks if block.image]
        images = [self.article.image, *figures]
        known = [squeeze(image.caption) for image in images if image and image.caption]
        summary = squeeze(self.article.standfirst or "")
        for span in elements(self.seen, "figcaption"):
            own = squeeze(span.text)
            told = any(own in each or each in own for each in known)
            if told and own != summary and len(words(span.text)) >= 4:
                return span
        return None

    @cached_property
    def author(self) -> str | None:
        """The first author's name, where it has two words and stands outside the body's text."""
        for name in self.article.authors[:1]:
            if len(name.split()) in (2, 3) and name in self.html and name not in self.article.body:
                return name
        return None

    def all_of(self, span: Span) -> tuple[Span, ...]:
        """Every element of the same kind and words: pages print some twice."""
        name = re.match(r"<(\w+)", self.html[span.start :])
        assert name is not None
        same = elements(self.seen, name[1])
        return tuple(each for each in same if squeeze(each.text) == squeeze(span.text)) or (span,)


def drawn(*names: str) -> bytes:
    """A draw of lots that comes out alike at each run."""
    return sha256(" ".join(names).encode()).digest()


def words(text: str) -> list[str]:
    """Words, without case; a character of a script without spaces is one."""
    return _WORD.findall(_WIDE.sub(lambda match: f" {match[0]} ", text.casefold()))


def squeeze(text: str) -> str:
    """A text's letters and digits: what two printings of it share."""
    return "".join(_WORD.findall(text.casefold()))


def long_enough(text: str) -> bool:
    """Whether an element's words are those of a paragraph."""
    return len(words(text)) >= 12


def shown(markup: str) -> str:
    """The text that a reader sees of some markup."""
    return " ".join(unescape(_TAG.sub(" ", markup)).split())


def elements(seen: str, names: str, leaf: bool = False) -> list[Span]:
    """Elements of these names (`p|div`), in order; leaf: only those without another one inside.

    By a pattern, not by a parser: a change must leave every other byte as it is.
    """
    inner = rf"(?:(?!<(?:{names})\b).)*?" if leaf else ".*?"
    pattern = re.compile(
        rf"<({names})\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*>({inner})</\1\s*>", re.DOTALL | re.IGNORECASE
    )
    return [
        Span(m.start(), m.start(2), m.end(2), m.end(), shown(m[2])) for m in pattern.finditer(seen)
    ]


def own_origin(html: str, url: str) -> str:
    """A page with its own site's address, in every spelling, replaced by `ORIGIN`."""
    host = re.escape((urlsplit(url).hostname or "").removeprefix("www."))
    pattern = re.compile(
        rf"(?:https?:)?(\\?/\\?/)(?:www\.)?{host}(?::\d+)?(?![\w.-])", re.IGNORECASE
    )
    scheme, _, name = ORIGIN.partition("//")
    return pattern.sub(lambda match: f"{scheme}{match[1]}{name}", html)


def prepare(url: str, body: bytes) -> RealPage | None:
    """A page of a corpus, if it can be served in versions: UTF-8, an article of some length whose
    headline and paragraphs are found in its markup."""
    parts = urlsplit(url)
    if parts.query or len(parts.path) < 2 or parts.hostname is None or len(body) > MOST_BYTES:
        return None
    try:
        html = own_origin(body.decode("utf-8"), url)
        page = extract(html.encode(), ORIGIN + parts.path)
    except (UnicodeDecodeError, PageError):
        return None
    if page.not_article is not None or page.article.word_count < FEWEST_WORDS:
        return None
    article = normalise(page.article, CAPTURED)
    named = article.canonical_url
    if named is not None and urlsplit(named).path != parts.path:
        return None  # archived under another address than the one that is served
    found = RealPage(owner(url), parts.path, html, article)
    if found.headline is None or len(found.paragraphs) < FEWEST_PARAGRAPHS:
        return None
    return found


def rows(corpora: Path, names: Sequence[str] = CORPORA) -> Iterator[tuple[str, Path]]:
    """Address and file of every page of some corpora."""
    for name in names:
        gold = corpora / name / "gold.jsonl"
        if gold.exists():
            for line in gold.open(encoding="utf-8"):
                row = json.loads(line)
                yield row["url"], corpora / name / row["html"]


def real_pages(corpora: Path, publishers: int, each: int = 1) -> list[RealPage]:
    """Pages of so many publishers, the same ones each time, and a few of each."""
    of: dict[str, list[tuple[str, Path]]] = {}
    for url, file in rows(corpora):
        of.setdefault(owner(url), []).append((url, file))
    newspapers = {owner(url) for url, _ in rows(corpora, CORPORA[:_NEWSPAPERS])}
    chosen: list[RealPage] = []
    taken = 0
    for publisher in sorted(of, key=lambda name: (name not in newspapers, drawn(name))):
        pages = list(_distinct(of[publisher], each))
        chosen += pages
        taken += bool(pages)
        if taken == publishers:
            break
    return chosen


def _distinct(files: Iterable[tuple[str, Path]], most: int) -> Iterator[RealPage]:
    paths: set[str] = set()
    for url, file in files:
        page = prepare(url, gzip.decompress(file.read_bytes()))
        if page is not None and page.path not in paths:
            paths.add(page.path)
            yield page
            if len(paths) == most:
                return
