"""What becomes of an answer: the one place that decides it, whether the answer has just come from a
server or is read back from WARC.

A crawl, an import, a rebuild and a rereading all go the same way: `read_answer` reads what the
answer holds (pure, for a page reader), `settled` says what that makes of the visit,
`assembly` joins a story's later pages, `dated` and `judged` make of the reading an article or the
reason why it is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from crawler.discover.feeds import parse_feed
from crawler.discover.kinds import sniff
from crawler.discover.link_header import links, with_links
from crawler.discover.script_lists import parse_script_list
from crawler.discover.shapes import shape
from crawler.discover.sitemaps import parse_sitemap
from crawler.discover.story_urls import is_page
from crawler.errors import PageError
from crawler.extract import Document, read_page
from crawler.extract.dates import normalise as with_dates
from crawler.extract.fields import is_front
from crawler.items import (
    Article,
    Capture,
    Claim,
    FoundUrl,
    Keep,
    Kind,
    Page,
    Picture,
    Role,
    State,
    Truncation,
    Visit,
)
from crawler.learn import Markup, SiteProfile, applied
from crawler.reasons import Reason, because
from crawler.requisites.fonts import is_font
from crawler.requisites.pages import page_needs
from crawler.requisites.pictures import picture_in
from crawler.requisites.styles import is_style_sheet
from crawler.reservations import Reservation, is_site_wide, of_headers
from crawler.runs.requests import Asked
from crawler.runs.states import cut_state, no_page, status_state
from crawler.text import cleaned
from crawler.urls import normalise
from crawler.validate import missing
from crawler.warc.http import Message, decoded, message_in
from crawler.warc.members import DamagedError
from crawler.warc.reader import read_record
from crawler.warc.records import HTML

_ASSET = re.compile(
    r"\s*(?:image|audio|video|font)/|\s*text/(?:css|javascript|csv|calendar)"
    r"|\s*application/(?!xhtml|xml|octet-stream)",
    re.IGNORECASE,
)
"""Content types of what is no page, whatever status it has."""
RENDERED = "rendered"
"""The source that an article names for its page where that is what a browser showed."""
_DRAWINGS = frozenset({"image/svg+xml", "image/jxl"})
"""Types of pictures that are not known by their first bytes."""
NOT_HERE = because("original_not_here")
"""Why a revisit was not read."""


# -- an answer, and what it holds ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said, as far as its meaning depends on it."""

    url: str
    """The address that answered, normalised."""
    body: bytes
    """Without transfer and content coding."""
    content_type: str | None = None
    """The header, as sent."""
    links: tuple[str, ...] = ()
    """Values of its `Link` headers (RFC 8288)."""
    rendered_by: str | None = None
    """By what it was made, where it is what a browser showed of the answer."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What an answer holds."""

    kind: Kind | None
    """None where there is nothing to tell by."""
    page: Page | None = None
    """Of HTML."""
    unruled: Page | None = None
    """The same without its site's profile, where that has changed anything."""
    told: tuple[FoundUrl, ...] = ()
    """Of a sitemap or feed: what it tells of."""
    reason: Reason | None = None
    """What there is to say of a sitemap or page: that it was read in part, or is not what was
    asked for."""
    content_type: str | None = None
    """Of what is neither page nor sitemap nor feed: the header, as sent."""
    picture: Picture | None = None
    """Of a picture: what its first bytes say."""
    needs: tuple[str, ...] = ()
    """Addresses of what must be there for it to be shown, as far as they were asked for."""
    is_empty: bool = False
    """Whether nothing came, or nothing is left without the codings."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record is, and the address of its page."""

    folder: Path
    name: str
    offset: int
    length: int
    url: str
    rendered_by: str | None = None
    """By what it was made, where the record is of what a browser showed."""


def answer_in(message: Message, url: str, rendered_by: str | None = None) -> Answer:
    """The answer that an HTTP message of a WARC record is. url: the address that answered.
    rendered_by: as `Answer` has it."""
    sent = _link_headers(message.headers)
    return Answer(url, decoded(message), message.get("Content-Type"), sent, rendered_by)


def rendered(url: str, html: bytes, rendered_by: str) -> Answer:
    """What a browser showed of the page at an address, to be read as its answer is."""
    return Answer(url, html, HTML, rendered_by=rendered_by)


def read_answer(
    answer: Answer, role: Role = "page", profile: SiteProfile | None = None, keep: Keep = "text"
) -> Reading:
    """What an answer holds, by its bytes first and its headers second.

    role: what it was asked for as; a page where a sitemap or feed was expected is not read.
    profile: of the site, if there is one. keep: what is archived beside the page.
    Raises PageError where a page cannot be read.
    """
    if not answer.body or answer.body.isspace():
        return Reading(None, content_type=answer.content_type, is_empty=True)
    kind = sniff(answer.body, answer.content_type, answer.url)
    if kind == "html":
        if role in ("sitemap", "feed"):
            return Reading("html", reason=because("no_list", role))
        page, unruled, needs = _pages(answer, profile, keep)
        if answer.links:
            page = with_links(page, answer.links)
            unruled = with_links(unruled, answer.links) if unruled is not None else None
        return Reading("html", page, unruled, needs=needs)
    if kind == "sitemap":
        content = parse_sitemap(answer.body, answer.url)
        cut = because("read_in_part", content.cut) if content.cut else None
        return Reading("sitemap", told=(*content.sitemaps, *content.urls), reason=cut)
    if kind == "feed":
        return Reading("feed", told=tuple(parse_feed(answer.body, answer.url)))
    if role == "feed" and (listed := parse_script_list(answer.body, answer.url)):
        return Reading("feed", told=listed)
    return Reading("other", content_type=answer.content_type, picture=picture_in(answer.body))


def _pages(
    answer: Answer, profile: SiteProfile | None, keep: Keep
) -> tuple[Page, Page | None, tuple[str, ...]]:
    """A page, what it is without the profile, where that is another, and what it needs."""
    doc = document(answer)
    page = cleaned(_told(read_page(doc, follow=True), answer.rendered_by))
    needs = page_needs(doc) if keep == "page" else ()
    if profile is None:
        return page, None, needs
    ruled = with_profile(lambda: doc, page, profile)
    return ruled, None if ruled is page else page, needs


def _told(page: Page, rendered_by: str | None) -> Page:
    """A page whose article says that it was read from what a browser showed, where it was."""
    if rendered_by is None:
        return page
    sources = {**page.article.sources, "page": Claim(rendered_by, RENDERED)}
    return replace(page, article=replace(page.article, sources=sources))


def document(answer: Answer) -> Document:
    """The markup of an answer. Raises PageError where there is none."""
    return Document(answer.body, answer.url, answer.content_type or "")


def with_profile(markup: Markup, page: Page, profile: SiteProfile) -> Page:
    """A page that was read without a profile as it is read with it; the very same where that
    changes nothing."""
    ruled, changes = applied(markup, page, profile)
    return cleaned(ruled) if changes else page


def read_place(place: Place, profile: SiteProfile | None = None, keep: Keep = "text") -> Reading:
    """What the answer in a record holds; what it tells of is left out, for nobody asks. Raises
    PageError where it cannot be read, OSError."""
    return replace(read_answer(answer_at(place), profile=profile, keep=keep), told=())


def answer_at(place: Place) -> Answer:
    """The answer in a record. Raises PageError where it cannot be read, OSError."""
    try:
        record = read_record(place.folder, place.name, place.offset, place.length)
    except DamagedError as error:
        raise PageError("damaged_record", error) from None
    return answer_in(message_in(record), place.url, place.rendered_by)


def reservations(url: str, headers: Sequence[tuple[bytes, bytes]]) -> tuple[Reservation, ...]:
    """What an answer's headers state of the rights in it. url: the address that answered."""
    return of_headers(headers, links(_link_headers(headers)), url)


def _link_headers(headers: Iterable[tuple[bytes, bytes]]) -> tuple[str, ...]:
    return tuple(value.decode("latin-1") for name, value in headers if name.lower() == b"link")


# -- what that makes of a visit --------------------------------------------------------------------


def answer_state(status: int, truncated: Truncation | None = None) -> tuple[State, Reason | None]:
    """State and reason of a URL by the status of its answer.

    truncated: why a run of ours did not take all of it.
    """
    return cut_state(truncated) or status_state(status)


def moved_state(url: str, *, was_story: bool) -> tuple[State, Reason]:
    """State and reason of an address that leads to another one.

    was_story: whether it led to an archived story before.

    >>> moved_state("https://a.example/", was_story=True)
    ('gone', Reason(code='to_home_page', subject=None))
    """
    if was_story and is_front(url):
        return "gone", because("to_home_page")
    return "redirected", because("redirected", url)


def settled(visit: Visit, reading: Reading) -> Visit:
    """A visit that was answered with success, with what the answer holds. An article is not yet
    dated, joined or judged."""
    visit = replace(visit, kind=reading.kind, reason=reading.reason)
    page = reading.page
    if reading.kind in (None, "other"):
        capture = visit.captures[-1]
        state, why = no_page(reading.content_type, capture, is_empty=reading.is_empty)
        is_whole = state == "done" and visit.captures[-1].truncated is None
        return replace(
            visit, state=state, reason=why, kind=reading.kind if state == "done" else None,
            picture=reading.picture if is_whole else None,
        )  # fmt: skip
    if page is None:
        if reading.kind == "html":
            return replace(visit, state="failed")
        return replace(visit, found=reading.told)
    visit = replace(visit, captures=_reserved(visit.captures, page))
    return replace(visit, article=page.article, not_article=page.not_article, says=page.says)


def settled_requisite(visit: Visit, body: bytes, content_type: str) -> Visit:
    """A visit of what a page needs that was answered with success, with what came: a picture, a
    style sheet, a font; else it has failed, for it cannot be shown.

    body: without transfer and content coding. content_type: the header's value.
    """
    capture, is_empty = visit.captures[-1], not body.strip()
    said = content_type.partition(";")[0].strip().lower()[:80]
    if capture.truncated == "disconnect" or (is_empty and capture.truncated is None):
        state, why = no_page(content_type, capture, is_empty=is_empty)
        return replace(visit, state="failed" if state == "done" else state, reason=why)
    picture = picture_in(body)
    known = picture is not None or said in _DRAWINGS or is_font(body)
    if capture.truncated is None and (known or is_style_sheet(content_type, visit.url)):
        return replace(visit, kind="other", picture=picture)
    return replace(visit, state="failed", reason=because("no_requisite", said or "no type given"))


def dated(visit: Visit) -> Visit:
    """A visit with its article's dates as moments, as of its capture. Not for page readers:
    dateparser takes seconds to load."""
    if visit.article is None:
        return visit
    captured_at = datetime.fromisoformat(visit.captures[-1].fetched_at)
    return replace(visit, article=with_dates(visit.article, captured_at))


def why_none(article: Article, not_article: str | None) -> str | None:
    """Why what was read on a page is no article, as `Page.not_article` has it; None if it is
    one."""
    return not_article or missing(article)


def judged(visit: Visit) -> Visit:
    """A visit with an article only if it is one; else with the reason."""
    if visit.article is None:
        return visit
    why = why_none(visit.article, visit.not_article)
    if why is None:
        return visit
    reason = because("no_article", why)
    return replace(visit, article=None, shown=visit.article, reason=reason)


def _reserved(captures: tuple[Capture, ...], page: Page) -> tuple[Capture, ...]:
    """Captures, the last of which says what its page reserves, too."""
    if not page.reservations or not captures:
        return captures
    last = captures[-1]
    return (*captures[:-1], replace(last, reservations=last.reservations + page.reservations))


# -- captures that nobody asked for: those of other programs ---------------------------------------


def role_of(capture: Capture, kind: Kind | None = None) -> Role:
    """What a URL that nobody told of would have been asked for as: by its address and what it
    holds, or, where nobody has looked, the answer's type."""
    path, said = urlsplit(capture.url).path, capture.content_type or ""
    if is_site_wide(capture.url):
        return "robots"
    if path in ("", "/") and not urlsplit(capture.url).query:
        return "home"
    if kind is None and "xml" in said and "html" not in said:
        return "sitemap" if "sitemap" in path else "feed"
    return kind if kind == "sitemap" or kind == "feed" else "page"


def unread(capture: Capture, message: Message, site_wide: tuple[Reservation, ...] = ()) -> Visit:
    """The visit that a capture of another program is, as far as its head tells.

    message: its head, at least. site_wide: what its host states for it elsewhere.
    """
    own = reservations(capture.url, message.headers)
    capture = replace(capture, reservations=own + site_wide)
    visit = Visit(
        normalise(capture.url) or capture.url, "page", *answer_state(capture.status), (capture,),
        not_modified=capture.status == 304, etag=message.get("ETag"),
        last_modified=message.get("Last-Modified"),
    )  # fmt: skip
    if capture.status == 304:
        visit = replace(visit, state="done", reason=None)
    return visit


def is_to_be_read(visit: Visit) -> bool:
    """Whether what an answer holds matters for the visit that `unread` gave."""
    last = visit.captures[-1]
    return visit.state == "done" and last.location is None and last.status != 304


def concluded(visit: Visit, reading: Reading | None, *, was_story: bool, asked: Asked) -> Visit:
    """The visit that `unread` gave, with what its answer holds, as `settled` has it.

    reading: None where it was not to be read, or could not be. asked: how it was asked for. What a
    crawl would not have asked for is no page to be visited again.
    """
    capture = visit.captures[-1]
    role = role_of(capture, reading.kind if reading else None)
    visit = replace(visit, role=role, origin=FoundUrl(visit.url, role, "import"))
    if asked.method != "GET":
        why = because("reply", asked.method)
        return replace(visit, kind="reply", reason=visit.reason or why)
    if capture.location is not None:
        target = normalise(capture.location) or capture.location
        state, reason = moved_state(target, was_story=was_story)
        visit = replace(visit, state=state, reason=reason, leads_to=target)
    elif reading is not None:
        visit = replace(settled(visit, reading), found=())
    article = visit.article
    is_story = article is not None and why_none(article, visit.not_article) is None
    if role != "page" or is_story:
        return replace(visit, shape=shape(visit.url) if role == "page" else None)
    if visit.kind == "other" or not asked.for_page or is_asset(visit):
        return replace(visit, kind="other")
    return replace(visit, shape=shape(visit.url))


def is_asset(visit: Visit) -> bool:
    """Whether a visit that found no article was of something that is no page, by its address and
    the answer's type: no crawl would have asked for it."""
    said = visit.captures[-1].content_type or ""
    nothing = visit.captures[-1].status in (204, 205)  # RFC 9110, 15.3.5: no content is meant
    of_type = visit.kind != "html" and _ASSET.match(said)
    return nothing or not is_page(visit.url) or bool(of_type)
