"""The shapes that travel through the program; nothing else does.

A page is fetched (`Capture`), read (`Page`, with an `Article` when it is one) and reported to the
archive as a `Visit`: what became of one URL. All are frozen; a later step makes a changed copy
with `dataclasses.replace`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from crawler.reasons import Reason
from crawler.reservations import Reservation

Precision = Literal["second", "minute", "day", "month", "year"]
"""How exact a date is: the finest part that the page states."""

Access = Literal["full", "teaser"]
"""How much of a story its page has."""

Relation = Literal[
    "previous", "next", "also_read", "inline", "related", "latest", "popular", "featured",
    "sponsored",
]  # fmt: skip
"""How a linked story stands to the page that shows it."""
RELATIONS: tuple[str, ...] = get_args(Relation)

Role = Literal["home", "robots", "sitemap", "feed", "wordpress", "page", "requisite"]
"""What a URL is fetched as. robots: a file that speaks for a whole host (robots.txt, tdmrep.json).
wordpress: a page of a WordPress site's REST list of posts. A `page` may turn out to be an article
or a listing. requisite: what a page needs to be shown: a picture, a style sheet, a font."""

Keep = Literal["text", "pictures", "page"]
"""What is archived of a story beside its page. text: nothing. pictures: its pictures. page:
whatever its page needs to be shown without scripts."""
KEEPS: tuple[Keep, ...] = get_args(Keep)

Source = Literal[
    "seed", "list", "robots", "usual", "sitemap", "feed", "wordpress", "archive", "previous",
    "link", "redirect", "import", "script", "needed",
]  # fmt: skip
"""How a URL was found. list: named by the user; usual: one of the places where sites usually keep a
sitemap or feed; archive: a further page of a listing; previous: a story's link to the one before or
after it; import: in a WARC file of another program; script: a page's script asked for it when a
browser showed the page; needed: a page cannot be shown without it."""

Kind = Literal["html", "sitemap", "feed", "other", "reply"]
"""What a URL turned out to hold. other: what is read by none of our readers (a picture, a style
sheet, a script, JSON …); reply: it was not got but sent something (POST) or asked otherwise."""

RecordType = Literal["response", "revisit"]
Truncation = Literal["length", "time", "disconnect", "unspecified"]

State = Literal["queued", "claimed", "done", "retry", "redirected", "failed", "gone", "excluded"]
"""Where a URL stands in the frontier.

queued: to be fetched. claimed: a run has it in hand. done: fetched and read. retry: no usable
answer yet, to be tried again when it is due. redirected: leads to another URL. failed: no usable
answer, given up. gone: no longer there (404, 410, the home page in its place, an error page).
excluded: not fetched or not kept on purpose (robots.txt, out of the dates asked for, a private
address …).
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a page says of itself, word for word, and where."""

    text: str
    source: str
    """Where in the page: `json-ld:datePublished`, `meta:og:title`, `html:h1`, `url`, …"""


@dataclass(frozen=True, slots=True)
class Moment:
    """A date as ISO 8601, never finer than what was stated."""

    value: str
    """`2021-07-14T09:41:07+01:00`, `2021-07-14T09:41` (no offset known), `2021-07-14`, `2021` …"""
    precision: Precision
    raw: str
    """The string it was read from."""
    source: str
    relative: bool = False
    """True if the string counts back from the time of capture ("2 hours ago")."""

    @property
    def datetime(self) -> dt.datetime:
        """The same for computing with: aware, the first instant of what `value` says. Where it has
        no offset, in UTC.

        >>> Moment("2021-07", "month", "July 2021", "html:time").datetime.isoformat()
        '2021-07-01T00:00:00+00:00'
        """
        value = f"{self.value}-01-01"[:10] if len(self.value) < 10 else self.value
        found = dt.datetime.fromisoformat(value)
        return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Image:
    """A picture of an article."""

    url: str
    role: Literal["lead", "body"] = "lead"
    alt: str | None = None
    caption: str | None = None
    width: int | None = None
    """Pixels, as the page states them."""
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """What the first bytes of a picture say of it."""

    media_type: str
    """`image/jpeg` …, by the bytes and not by what was sent with them."""
    bytes: int
    """Without content coding."""
    width: int | None = None
    """Pixels; None where that cannot be told."""
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of an article's body, in reading order."""

    type: Literal["paragraph", "heading", "list", "quote", "figure", "code", "table"]
    text: str
    """Plain text. list: one line an item; table: one line a row, cells apart by tabs; figure: its
    caption, may be empty."""
    markdown: str
    """The same as CommonMark, with links and emphasis."""
    level: int | None = None
    """heading: 1 to 6."""
    image: Image | None = None
    """figure: its picture."""


@dataclass(frozen=True, slots=True)
class LinkedStory:
    """A story that an article's page points to."""

    relation: Relation
    url: str
    """Absolute, without tracking parameters."""
    title: str | None
    """The headline shown; None where the link shows none."""
    label: str | None = None
    """The block's visible heading, word for word; None where it has none."""
    position: int = 1
    """Order in its block, from 1."""
    excerpt: str | None = None
    image: str | None = None
    published: Claim | None = None
    """The date on the card, as shown."""


@dataclass(frozen=True, slots=True)
class Confidence:
    """How far a reading can be believed, each from 0 to 1, by the evidence of its fields."""

    body: float
    authors: float
    published: float

    @property
    def overall(self) -> float:
        """That all of it is right."""
        return round(self.body * self.authors * self.published, 2)


@dataclass(frozen=True, slots=True)
class ReadTime:
    """How long an article takes to read."""

    minutes: int
    """At least 1."""
    shown: bool
    """True if the page says so, False if estimated from the length of the body."""
    raw: str | None = None
    """The text on the page, None if estimated."""


@dataclass(frozen=True, slots=True)
class Article:
    """A story as one page shows it.

    Dates are first the page's claims, best first; the normalise step turns them into `published`
    and `modified`.
    """

    url: str
    """The address that answered (after redirects)."""
    title: str | None
    """The headline that the reader sees; where the page shows none, what it tells to machines."""
    seo_title: str | None = None
    """What search engines and social networks are told in its place; None where it is the same."""
    canonical_url: str | None = None
    """The address the page calls its own, absolute; None if it names none that can be believed."""
    authors: tuple[str, ...] = ()
    published_claims: tuple[Claim, ...] = ()
    modified_claims: tuple[Claim, ...] = ()
    published: Moment | None = None
    modified: Moment | None = None
    read_time: ReadTime | None = None
    """None only where the body is empty and the page shows none."""
    standfirst: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    language: str | None = None
    """BCP 47 tag in lower-upper form: `en`, `en-GB`, `pt-BR`."""
    image: Image | None = None
    """The lead image."""
    blocks: tuple[Block, ...] = ()
    body: str = ""
    """All blocks as plain text, blank lines between them; figures' captions left out."""
    body_markdown: str = ""
    """All blocks as CommonMark, figures included."""
    word_count: int = 0
    """Words of `body`; in scripts without spaces (Chinese, Japanese, Thai …) characters."""
    access: Access | None = None
    """full: the page says that all of its text is there. teaser: it is cut, and the rest is for
    those who subscribe or log in. None: nothing tells."""
    confidence: Confidence | None = None
    """How far all this can be believed."""
    links: tuple[LinkedStory, ...] = ()
    sources: Mapping[str, Claim] = field(default_factory=dict)
    """field name → the claim its value was taken from."""


@dataclass(frozen=True, slots=True)
class Page:
    """What one HTML page turned out to hold."""

    url: str
    article: Article
    """The best reading of the page as an article, whether it is one or not."""
    not_article: str | None
    """Why the page is no article, a code (`listing`, `no_text` …: `crawler.reasons.NOT_ARTICLE`);
    None if it is one."""
    says: str = ""
    """What a page shows first that is no article, 2,000 characters at most: a notice, perhaps."""
    out_links: tuple[str, ...] = ()
    """Addresses the page links to, http(s), absolute, normalised, each once, in page order; only
    where they were asked for."""
    link_words: str = ""
    """One letter for each of `out_links`: what its link says (`LINK_WORDS`)."""
    feeds: tuple[str, ...] = ()
    """Addresses of feeds the page announces."""
    wordpress: str | None = None
    """Root of the site's WordPress REST API, where the page names or betrays one."""
    reservations: tuple[Reservation, ...] = ()
    """What its markup states of the rights in it."""
    needs_script: bool = False
    """Whether its markup is a shell, which shows next to nothing before its scripts fill it."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """A page as a browser showed it, kept in WARC as a `conversion` record (ISO 28500, 6.8)."""

    record_id: str
    """WARC-Record-ID, `<urn:uuid:…>`."""
    rendered_at: str
    """ISO 8601, UTC, to the microsecond."""
    made_by: str
    """Browser, version, viewport, time taken, requests: as the record says."""
    digest: str
    """`sha256:` and Base32 of the document; ISO 28500, 5.8."""
    bytes: int
    warc_file: str
    """Name in the archive's `warc/` folder."""
    warc_offset: int
    warc_length: int


@dataclass(frozen=True, slots=True)
class Capture:
    """One HTTP exchange kept in WARC: its `response` record or the `revisit` in its place."""

    url: str
    fetched_at: str
    """ISO 8601, UTC, to the microsecond."""
    status: int
    content_type: str | None
    payload_digest: str
    """`sha256:` and Base32 of the entity body as sent (content coding kept); ISO 28500, 5.9."""
    payload_bytes: int
    record_id: str
    """WARC-Record-ID, `<urn:uuid:…>`."""
    warc_file: str
    """Name in the archive's `warc/` folder."""
    warc_offset: int
    """Bytes from the file's start to the record's gzip member."""
    warc_length: int
    """Bytes of the gzip member."""
    location: str | None = None
    """Absolute target, where the answer is a redirect."""
    record_type: RecordType = "response"
    refers_to: str | None = None
    """WARC-Record-ID of the response that has the payload of a revisit."""
    truncated: Truncation | None = None
    """Why the record holds less than was sent, if it does; ISO 28500, 5.13."""
    fetch_ms: int | None = None
    """Milliseconds from the request to the last byte; None where nobody measured."""
    reservations: tuple[Reservation, ...] = ()
    """What the publisher states of the rights in it: in the answer, and for its whole host."""
    source_uri: str | None = None
    """Where it was got from, if that was another archive of the web (WARC-Source-URI)."""
    rendering: Rendering | None = None
    """What a browser showed of it, where the page was read from that."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A response record that a later capture repeats."""

    record_id: str
    url: str
    fetched_at: str
    """ISO 8601, UTC, to the microsecond."""


@dataclass(frozen=True, slots=True)
class FoundUrl:
    """A URL that a source told of."""

    url: str
    """Normalised."""
    role: Role
    source: Source
    via: str | None = None
    """The URL of the page or file that told of it."""
    claimed_at: str | None = None
    """The date that the source gives for it (publication, or else lastmod), as given."""
    claimed_title: str | None = None
    changed_at: str | None = None
    """When it last changed, as the source says (lastmod, updated), as given."""
    priority: int = 0
    """Higher is fetched first; `STORY_LIKE` or more: by its looks the address of a story."""
    family: str = ""
    """What it has in common with others: one of `LINK_WORDS`, a space, the shape of its address;
    "" where it is fetched whatever its like turned out to be."""


STORY_LIKE = 20
"""From this priority on an address looks like a story's."""

LINK_WORDS = "lhwn-"
"""What is said of a URL where it is told of, the strongest first: l a sitemap, feed or WordPress
list names it, h a headline, w a few words, n a number or an arrow, - nothing."""


@dataclass(frozen=True, slots=True)
class Due:
    """A URL whose turn it is, with what earlier visits left."""

    found: FoundUrl
    state: State = "queued"
    etag: str | None = None
    """Validators of the last good answer (RFC 9110, 8.8), None where it had none."""
    last_modified: str | None = None
    visited_at: str | None = None
    """ISO 8601, UTC; None if it was never visited."""
    due_at: str | None = None
    """When it is to be visited again, ISO 8601, UTC; None: not again."""
    is_story: bool = False
    """Whether it led to an archived story."""
    asked_for: bool = False
    """Whether the user wants it fetched, although it was left out before."""
    ask_as: str | None = None
    """The address to ask for in its place: where all others of its family led to. None: itself."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What became of one URL: the unit that pipelines pass on and the archive stores."""

    url: str
    """The URL that was asked for, as it stands in the frontier."""
    role: Role
    state: State
    reason: Reason | None = None
    """Why it is in this state; None where there is nothing to explain."""
    captures: tuple[Capture, ...] = ()
    """Every exchange on the way, redirects first; the last one is the answer."""
    article: Article | None = None
    """What was read there; after the validate step only if it is an article."""
    not_article: str | None = None
    """`Page.not_article` of the page read."""
    found: tuple[FoundUrl, ...] = ()
    """URLs it told of."""
    etag: str | None = None
    last_modified: str | None = None
    """Validators of the answer, as sent."""
    not_modified: bool = False
    """The answer was 304: all is as the last visit left it."""
    retry_at: str | None = None
    """When the server asks us to come again (Retry-After), ISO 8601, UTC."""
    shape: str | None = None
    """What its address has in common with others of its kind; None where that says nothing."""
    leads_to: str | None = None
    """The address that it led to, where it is redirected."""
    shown: Article | None = None
    """The best reading of a page that is no article."""
    says: str = ""
    """`Page.says` of the page read."""
    is_cut: bool = False
    """Whether the answer breaks off inside its content coding."""
    lacks: str | None = None
    """The address of a later page of the story that could not be had, or does not go on with it."""
    verdict: str | None = None
    """What the answer is that is no state of the story known at its address (`verdicts`)."""
    part_of: str | None = None
    """The URL of the story whose later page this is."""
    origin: FoundUrl | None = None
    """How the URL came into the frontier; None for those that nobody told of."""
    kind: Kind | None = None
    """What the answer turned out to hold; None where nobody has looked."""
    extractor: str | None = None
    """By which the article was read; None: by this program's."""
    picture: Picture | None = None
    """What came, where that is a picture."""
    along: tuple[Visit, ...] = ()
    """Visits that the same answer settled: the address that led here, a story's later pages. They
    are stored in the same transaction: one without the other would be forgotten by a crash."""

    @property
    def is_missed_guess(self) -> bool:
        """Whether a sitemap or feed was looked for at a usual place and is not there, which is no
        error of anybody's."""
        guessed = self.origin is not None and self.origin.source == "usual" and self.role != "page"
        return guessed and self.state in ("failed", "gone")
