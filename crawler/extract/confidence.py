"""How far what was read from a page can be believed, by the evidence of its fields.

Weights were fitted by logistic regression to pages with gold answers (`make bench-extract` says how
well bad pages are told, also on pages that were set aside). They are about evidence, not about
sites: how much prose of the page is left out, whether the page's own account of its text agrees,
whether headline and text are about the same, where authors and dates come from.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from crawler.extract.page import SENTENCE_ENDS, Document, Structured, strings, text_of
from crawler.items import Article, Claim, Confidence
from crawler.text import words

_PROSE = 100
"""Characters of a paragraph that may be the story's."""
_SENTENCE = 60
_BIAS = 1.2
_LENGTH, _ENDS, _LINKS, _MISSED, _AGREES, _TITLE = 0.18, 0.47, -0.34, -0.53, 0.27, 0.31
_USUAL = 3_000
"""Characters of a story."""
_MOST_MISSED = 500
"""Paragraphs that are looked for in the text."""
_AUTHORS = {"json-ld": 0.97, "meta": 0.86, "html": 0.7}
_DATES = {"json-ld": 0.95, "meta": 0.98, "html": 0.82, "url": 0.8}
"""How often authors and dates of a source are right. That a second source says the same makes
neither likelier on real pages."""
_NONE = 0.5


def confidence(doc: Document, data: Structured, article: Article) -> Confidence:
    """What the evidence says for an article's text, authors and date of publication, each from 0 to
    1."""
    return Confidence(
        body=round(_body(doc, data, article), 2),
        authors=_by_source(_AUTHORS, article.sources.get("authors")),
        published=_by_source(_DATES, next(iter(article.published_claims), None)),
    )


def _body(doc: Document, data: Structured, article: Article) -> float:
    if not article.body:
        return 0.0
    length = len(article.body)
    texts = [block.text for block in article.blocks if block.type != "figure"]
    ends = sum(
        len(text) for text in texts if len(text) >= _SENTENCE and text.endswith(SENTENCE_ENDS)
    )
    log_odds = (
        _BIAS
        + _LENGTH * min(4.0, math.log((length + 100) / _USUAL))
        + _ENDS * ends / max(1, sum(map(len, texts)))
        + _LINKS * min(3.0, 100 * article.body_markdown.count("](") / length)
        + _MISSED * math.log((_left_out(doc, article.body) + 100) / (length + 100))
        + _AGREES * _agreement(data, article)
        + _TITLE * _title_in_text(article)
    )
    return 1 / (1 + math.exp(-log_odds))


def _left_out(doc: Document, body: str) -> int:
    """Characters of paragraphs of the page that are prose and not in the text."""
    flat = body.replace("\n", " ")
    left = looked_at = 0
    for element in doc.root.iter("p", "blockquote"):
        start, parted = element.text or "", len(element) > 0
        if len(start) < _PROSE and not parted:
            continue
        # What stands before its first link or the like tells as much of most paragraphs.
        text = " ".join(start.split()) if len(start) >= _PROSE else ""
        told = len(text) >= _PROSE and text[10:70] in flat
        if not told and parted:
            text = text_of(element)
            told = len(text) >= _PROSE and text[10:70] in flat
        if len(text) < _PROSE:
            continue
        if not told:
            left += len(text)
        looked_at += 1
        if looked_at == _MOST_MISSED:
            break
    return left


def _agreement(data: Structured, article: Article) -> float:
    """1 where the page tells of a text as long as ours, -1 of one of another length; 0: neither."""
    told = max(map(len, strings(data.story.get("articleBody"))), default=0)
    got = len(article.body)
    if told <= 50:
        told, got = _number(data.story.get("wordCount")), article.word_count
    if told <= 50:
        return 0.0
    ratio = min(got, told) / max(got, told)
    return 1.0 if ratio > 0.85 else -1.0 if ratio < 0.6 else 0.0


def _number(value: object) -> int:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0


def _title_in_text(article: Article) -> float:
    """Share of the headline's longer words that the text has."""
    long = [word for word in words(article.title or "").split() if len(word) > 3]
    text = article.body.casefold()
    return sum(word in text for word in long) / len(long) if long else 0.5


def _by_source(how_often: Mapping[str, float], claim: Claim | None) -> float:
    return _NONE if claim is None else how_often.get(claim.source.partition(":")[0], _NONE)
