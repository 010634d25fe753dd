"""Invented pages, broken in every way that the web knows: read or refused, and soon.

    make fuzz                       a minute of it
    make fuzz FUZZ_SECONDS=3600     an hour

A page that fails is made small by Hypothesis, printed, and tried first from then on.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from datetime import UTC, datetime

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from crawler.errors import PageError
from crawler.extract import extract
from crawler.extract.dates import normalise
from crawler.items import RELATIONS
from tests.examples import at_least

URL = "https://courier.example/2024/05/06/ferries-stand-still"
AT = datetime(2026, 11, 1, tzinfo=UTC)
CPU_SECONDS = 2.0 if sys.gettrace() is None else 10.0

_LONGEST = 100_000
"""Characters that a repeated element may come to."""

TAGS = """
    html head body title meta base link script style template noscript div section main
    article aside header footer nav figure figcaption picture img svg math table tr td th ul
    ol li dl dt dd p h1 h2 h3 h4 span a b i strong em small time blockquote pre code br hr
    form input button select option iframe video audio object center font address cite label
    p/ x:y a-b plaintext xmp textarea frameset details summary ruby rt
"""
_TAGS = st.sampled_from(TAGS.split())
WORDS = """
    story article-body entry-content post byline author date published updated standfirst
    kicker category tags breadcrumb related teaser comments comment-list share newsletter
    caption headline title lead read-next most-read sidebar hidden paywall live-blog 2024 x
"""
_WORDS = st.sampled_from(WORDS.split())
_TEXTS = st.one_of(
    st.sampled_from(
        ["Ferries stand still", "The ferry to Tarnholt stood still again, and nobody knew why. ",
         "By Ann Lee and Bo Ek", "6 May 2024 07:08", "Updated 06/05/2024", "vor 3 Stunden", "©",
         "ALSO READ: ", "5 min read", "2024-05-06T07:08:09Z", "Related", "&amp;", "&#0;", "&nope;",
         "&#xD800;", "<!-- c -->", "<!--", "-->", "<![CDATA[ x ]]>", "<?php ?>", "<!DOCTYPE x [",
         "\0", "\x1b$B", "\u202e", "\ufeff", "KÃ¶ln â€œ", "РџСЂРё", "渡轮又停了",
         "العبّارة ٦ مايو ٢٠٢٤",
         "<", ">", "</", "<a", "'", '"', "=", "  \n\t "]
    ),
    st.text(max_size=40),
)  # fmt: skip
_VALUES = st.one_of(
    _TEXTS,
    _WORDS,
    st.lists(_WORDS, max_size=4).map(" ".join),
    st.sampled_from(
        [URL, "/2024/05/06/a-story-of-some-length", "//", "http://[", "javascript:x", "#", "?", "",
         "article:published_time", "og:title", "og:image", "author", "date", "datePublished",
         "articleBody", "application/ld+json", "utf-16", "shift_jis", "text/html; charset=x",
         "prev", "next", "canonical", "bookmark", "1 2 3 4 5", "a.jpg 1x, b.jpg 2w,,",
         "99999999999"]
    ),
)  # fmt: skip
NAMES = """
    class id href src srcset rel itemprop property name content datetime lang dir style
    title alt type charset http-equiv role data-date hidden aria-hidden xmlns:x x\u0130 = /
    '
"""
_NAMES = st.sampled_from(NAMES.split())
_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), _TEXTS, _VALUES),
    lambda inside: st.one_of(
        st.lists(inside, max_size=4),
        st.dictionaries(
            st.sampled_from(
                ["@type", "@graph", "@id", "@context", "headline", "name", "author", "dateModified",
                 "datePublished", "articleBody", "mainEntityOfPage", "url", "image", "publisher",
                 "keywords", "articleSection", "inLanguage", "review", "comment", "itemListElement",
                 "isPartOf", "hasPart", "@value", "timeRequired", "wordCount", "description"]
            ),
            st.one_of(inside, st.sampled_from(["NewsArticle", "BreadcrumbList", "Person", URL])),
            max_size=6,
        ),
    ),
    max_leaves=15,
)  # fmt: skip


@st.composite
def _element(draw: st.DrawFn, inside: st.SearchStrategy[str]) -> str:
    tag = draw(_TAGS)
    quote = draw(st.sampled_from(["'", '"', ""]))
    attributes = draw(st.lists(st.tuples(_NAMES, _VALUES), max_size=4))
    opened = "".join(f" {name}={quote}{value}{quote}" for name, value in attributes)
    content = "".join(draw(st.lists(inside, max_size=4)))
    closed = draw(st.sampled_from([f"</{tag}>"] * 6 + ["", "</p>", "</div>", "</"]))
    whole = f"<{tag}{opened}>{content}{closed}"
    times = draw(st.sampled_from([1] * 12 + [3, 40, 400]))
    return whole * max(1, min(times, _LONGEST // len(whole)))


@st.composite
def _script(draw: st.DrawFn) -> str:
    text = json.dumps(draw(_JSON))
    broken = draw(
        st.sampled_from([text] * 4 + [text[:-1], text + ",", text * 2, "<!--" + text, "{" * 99])
    )
    return f"<script type='application/ld+json'>{broken}</script>"


_MARKUP = st.recursive(st.one_of(_TEXTS, _TEXTS, _script()), _element, max_leaves=25)


@st.composite
def pages(draw: st.DrawFn) -> tuple[bytes, str | None]:
    """The bytes of a page, and its Content-Type."""
    parts = draw(st.lists(_MARKUP, min_size=1, max_size=6))
    html = "".join(parts)
    if draw(st.booleans()):
        prose = "<p>The ferry to Tarnholt stood still again, and nobody knew why it did.</p>" * 5
        html = f"<html><head><title>Ferries</title></head><body><h1>Ferries</h1>{prose}{html}"
    encoding = draw(
        st.sampled_from(["utf-8"] * 6 + ["utf-16", "cp1252", "cp1251", "shift_jis", "utf-8-sig"])
    )
    data = html.encode(encoding, "replace")
    for _ in range(draw(st.integers(0, 3))):  # bytes lost or changed on the way
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(st.binary(max_size=4)) + data[at + draw(st.integers(0, 50)) :]
    content_type = draw(
        st.sampled_from([None, "text/html", "text/html; charset=utf-8", "text/html;charset=utf-16",
                         "text/html; charset=euc-jp", "image/png", ";;=charset", "charset=\u0130"])
    )  # fmt: skip
    return data, content_type


def check(html: bytes, content_type: str | None) -> None:
    """Read a page as a crawl does, and hold the promises that every page is owed."""
    start = time.process_time()
    try:
        page = extract(html, URL, content_type)
    except PageError:
        return
    finally:
        assert time.process_time() - start < CPU_SECONDS
    article = normalise(page.article, AT)
    json.dumps([article.title, article.body, article.body_markdown, article.authors]).encode()
    article.body.encode("utf-8")
    assert article.word_count >= 0
    assert article.title is None or article.title.strip()
    if article.published is not None:
        datetime.fromisoformat(article.published.value[:10].ljust(10, "-").replace("--", "-01"))
    for link in article.links:
        assert link.relation in RELATIONS
        assert link.url.startswith(("http://", "https://"))


@at_least(150, suppress_health_check=list(HealthCheck))
@given(pages())
def test_any_page_is_read_or_refused(page: tuple[bytes, str | None]) -> None:
    check(*page)


def main() -> None:
    """Read invented pages for some time; a failing one ends it with its traceback."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    args = parser.parse_args()
    start = time.monotonic()
    rounds = 0
    while time.monotonic() - start < args.seconds:
        run = given(pages())(lambda page: check(*page))
        run = seed(time.time_ns())(run)
        settings(
            max_examples=500,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.reuse, Phase.generate, Phase.target, Phase.shrink],
        )(run)()
        rounds += 1
    print(f"{rounds * 500:,} pages read or refused in {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
