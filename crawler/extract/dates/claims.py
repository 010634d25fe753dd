"""Every date that a page claims for its story, word for word, best first.

Nothing is parsed here: the normalise step reads the strings and picks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from itertools import chain
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawler.extract.dates.beside import Beside, beside
from crawler.extract.dates.elements import Placed, marked_elements, time_elements
from crawler.extract.dates.fallback import SAID_OF_CHANGE, fallback_claims
from crawler.extract.markup import Marks, Meaning
from crawler.extract.page import Document, Structured, strings, types_of
from crawler.items import Claim

_PUBLISHED_META = (
    "article:published_time", "og:article:published_time", "datepublished", "article:published",
    "article.published", "og:published_time", "og:pubdate", "pubdate", "publishdate",
    "publish-date", "publish_date", "published", "published_at", "published-date",
    "published_date", "published_time", "publication_date", "publication-date", "publicationdate",
    "date.published", "date-published", "date_published", "rnews:datepublished",
    "og:publish_date", "article:publish_date", "article.publish_date", "article:post_date",
    "article:date", "article_date", "article-date", "article_date_original",
    "originalpublicationdate", "parsely-pub-date", "sailthru.date",
    "shareaholic:article_published_time",
    "cxenseparse:recs:publishtime", "cxenseparse:publishtime", "bt:pubdate", "dc.date.issued",
    "dcterms.issued", "dc:date.issued", "prism.publicationdate", "citation_publication_date",
    "citation_online_date", "citation_date", "eprints.date", "displaydate", "datenews",
    "date_pub", "temp_published_time", "live_published_time", "timepublished",
    "analyticsattributes.articledate",
    "dc.issued", "dc:issued", "dcterms.date.issued", "og:regdate", "regdate", "reg_date",
    "published_on", "published-on", "publishedon", "article:published_on", "published_date_time",
    "releasedate", "release_date", "release-date", "dateposted", "postdate", "post_date",
    "og:video:release_date", "video:release_date", "og:release_date", "book:release_date",
)  # fmt: skip
_VAGUE_META = (
    "dcterms.created", "dc.date.created", "dc:created", "dcterms.date", "dc.date", "dc:date",
    "dcsext.articlefirstpublished", "datecreated", "article:created", "creationdate",
    "creation_date", "created", "date", "pdate", "doc_date", "last_published", "time",
)  # fmt: skip
"""Names under which a content system may as well tell when a draft was made or a page built."""
_MODIFIED_META = (
    "article:modified_time", "og:updated_time", "datemodified", "article:modified",
    "article:modified_date", "modified", "modified_date", "last-modified", "last_modified",
    "dcterms.modified", "dc.date.modified", "dc:modified", "lastmod", "revised", "updated_time",
    "article.updated", "article:updated", "bt:moddate", "dateupdated", "lastupdate", "last-update",
)  # fmt: skip
_KNOWN_META = frozenset({*_PUBLISHED_META, *_VAGUE_META, *_MODIFIED_META})
_WORKS = frozenset({
    "recipe", "howto", "podcastepisode", "radioepisode", "tvepisode", "episode", "audioobject",
    "videoobject", "creativework", "discussionforumposting", "imagegallery", "mediagallery",
    "course", "dataset", "book", "question", "claimreview", "photograph", "imageobject",
    "mediaobject", "publicationissue", "legislation", "jobposting", "specialannouncement",
})  # fmt: skip
_PAGES = frozenset({"webpage", "itempage", "medicalwebpage", "faqpage", "qapage", "aboutpage"})
_URL_DATES = (
    # Parts of a path: /2024/05/01/, /2024/5/1/, and the month alone.
    re.compile(r"/((?:19|20)\d\d)/(0?[1-9]|1[0-2])/(0?[1-9]|[12]\d|3[01])(?=/|$|[_\-.])"),
    re.compile(r"(?<!\d)((?:19|20)\d\d)([-_./]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)"),
    re.compile(r"(?<!\d)(0?[1-9]|[12]\d|3[01])([-_.])(0?[1-9]|1[0-2])\2((?:19|20)\d\d)(?!\d)"),
    re.compile(r"(?<!\d)((?:19|20)\d\d)[/_.-](0[1-9]|1[0-2])(?![\d])"),
)


def date_claims(
    doc: Document, data: Structured, marked: Marks, near: HtmlElement | None
) -> tuple[tuple[Claim, ...], tuple[Claim, ...]]:
    """Claims of publication and of modification, best first, each text once.

    near: the headline's element; text that looks like a date is searched around it.
    """
    shown = _Shown(doc, marked, near)
    published = _unique(_published(doc, data, shown))
    if not _has_day(published):
        apart = (shown.times.apart, shown.marked.apart)
        changed = {claim.text for claim in _modified(data, shown)}
        found = [
            claim
            for claim in fallback_claims(doc, data, near)
            # "Updated 2 May" tells when the story was changed, and not when it was published.
            if not (claim.source == SAID_OF_CHANGE and changed)
        ]
        published = _unique([*published, *found, *chain(*apart)])
    return published, _unique(_modified(data, shown))


class _Shown:
    """What the page's elements show, read when first asked for."""

    def __init__(self, doc: Document, marked: Marks, near: HtmlElement | None) -> None:
        self._doc, self._marked, self.near = doc, marked, near

    @cached_property
    def times(self) -> Placed:
        return time_elements(self._doc, self.near)

    @cached_property
    def text(self) -> Beside:
        return beside(self.near)

    @cached_property
    def marked(self) -> Placed:
        return marked_elements(self._marked[Meaning.DATE], self.near)


def _has_day(claims: Iterable[Claim]) -> bool:
    """Whether a claim can be of a day: one of a month in the address alone is none."""
    return any(len(c.text) > 7 and c.source != "html:sentence" for c in claims)


def _published(doc: Document, data: Structured, shown: _Shown) -> Iterator[Claim]:
    yield from _ld(data, "datePublished", "dateCreated", "uploadDate")
    yield from _metas(data, (*_PUBLISHED_META, *_named_metas(data)))
    if _says_instant(data, "datePublished", "article:published_time"):
        yield from url_dates(doc.url)
        yield from _metas(data, _VAGUE_META)
        if not _in_local_time(data):  # it may be shown, or the offset told
            # of whichever story: no more is taken of them than the same instant told otherwise
            yield from chain(shown.times.all_near(), shown.marked.all_near())
        return
    close = [*shown.times.close, *shown.marked.close]
    yield from close
    if any(_INSTANT.match(claim.text) for claim in close):
        yield from url_dates(doc.url)
        return
    text = shown.text
    yield from text.close
    yield from shown.times.off
    yield from shown.marked.off
    yield from text.alone
    yield from _metas(data, _VAGUE_META)
    yield from _other_works(data)
    yield from url_dates(doc.url)
    yield from chain(shown.times.ago, shown.marked.ago, text.ago)


def _other_works(data: Structured) -> Iterator[Claim]:
    """Dates of what a page is about where that is no article, and of the page itself."""
    for kinds in (_WORKS, _PAGES):
        for node in data.nodes:
            texts = strings(node.get("datePublished")) if node.get("datePublished") else ()
            if texts and (named := types_of(node) & kinds):
                yield Claim(texts[0], f"json-ld:{min(named)}.datePublished")
                break


def url_dates(url: str) -> Iterator[Claim]:
    """The date that stands in an address, if one does.

    >>> [claim.text for claim in url_dates("https://news.example/2024/5/1/ferries")]
    ['2024-05-01']
    """
    try:
        path = urlsplit(url).path[:500]
    except ValueError:
        return
    for pattern in _URL_DATES:
        match = pattern.search(path)
        if match is not None:
            parts = [part for part in match.groups() if part.isdecimal()]
            if len(parts[-1]) == 4:
                parts.reverse()
            yield Claim("-".join(part.zfill(2) for part in parts), "url")
            return


_SAYS_PUBLISHED = re.compile(
    r"(?!.*(?:modif|updat|expir|until|unpub|copyright|image|video|comment|book:|event|status|state|type))"
    r".*(?:publish(?:ed)?|publication|issued|posted|reg)[._:-]?(?:date|time|on|at)(?:[._-]?(?:time|iso|utc))?"
    r"|(?:dc|dcterms)[.:](?:date[.:])?(?:issued|published)"
)
"""Other names of meta elements for the same."""


def _named_metas(data: Structured) -> list[str]:
    return [name for name in data.meta if name not in _KNOWN_META and _says_published(name)]


@lru_cache(maxsize=1_024)
def _says_published(meta: str) -> bool:
    return _SAYS_PUBLISHED.fullmatch(meta) is not None


def _metas(data: Structured, names: Iterable[str]) -> Iterator[Claim]:
    for name in names:
        for text in data.meta.get(name, ()):
            yield Claim(text, f"meta:{name}")


_YEAR = re.compile(r"(?<!\d)(?:1[6-9]|20)\d\d(?!\d{3})|\d{10}")
"""Some year of the press: content systems write 0001-01-01 for none."""
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_LOCAL = re.compile(r"T?\d\d:\d\d(?::\d\d)?(?:\.\d+)?\s?[+-](?!00)\d\d:?\d\d$")


def _in_local_time(data: Structured) -> bool:
    claims = [*_ld(data, "datePublished"), *_metas(data, ("article:published_time",))]
    return any(_LOCAL.search(claim.text) for claim in claims)


def _says_instant(data: Structured, key: str, name: str) -> bool:
    """Whether the machine-readable claims state a time of day: nothing shown says more."""
    claims = [*_ld(data, key), data.first_meta(name)]
    return any(
        claim is not None
        and len(claim.text) >= 16
        and ":" in claim.text
        and _YEAR.search(claim.text)
        for claim in claims
    )


def _modified(data: Structured, shown: _Shown) -> Iterator[Claim]:
    yield from _ld(data, "dateModified")
    yield from _metas(data, _MODIFIED_META)
    if _says_instant(data, "dateModified", "article:modified_time"):
        return
    yield from shown.times.changed
    yield from shown.marked.changed
    yield from shown.text.changed


def _ld(data: Structured, *keys: str) -> Iterator[Claim]:
    for key in keys:
        for text in strings(data.story.get(key))[:1]:
            yield Claim(text, f"json-ld:{key}")


def _unique(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    found: dict[str, Claim] = {}
    for claim in claims:
        found.setdefault(claim.text, claim)
        if len(found) >= 20:
            break
    return tuple(found.values())
