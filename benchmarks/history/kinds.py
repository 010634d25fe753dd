"""Every kind of change, and what is right to make of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from benchmarks.history import edits, noise, walls
from benchmarks.history.walls import Serve, page_of

Scope = Literal["alone", "one", "site"]
"""alone: the site has no other address; one: other stories of it stay as they were; site: all its
addresses answer alike."""


SAME = page_of(edits.same)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is right after a visit."""

    changed: tuple[frozenset[str], ...] = ()
    """Sets of fields of which one must be told as changed; none: nothing may be told as an edit."""
    gone: bool | None = False
    """Whether the story is gone then; None: either will do."""
    replaced: bool = False
    """Whether another story stands under the address."""
    told: tuple[str, ...] = ()
    """Words of which one is in what the archive says of the visit, where it names a reason."""
    events: int = 0
    """How many events of going and coming back are in the story's history by then."""


@dataclass(frozen=True, slots=True)
class Step:
    """One more visit."""

    serve: Serve
    wanted: Wanted
    second: Serve | None = None
    """What the story's second page answers then; None: as before."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of change: how the site first is, and what it serves on each further visit."""

    name: str
    group: str
    steps: tuple[Step, ...]
    first: Serve = SAME
    second: Serve | None = None
    scope: Scope = "alone"


NOTHING = Wanted()
BRIEF = "a brief grows"
BACK = Step(SAME, NOTHING)


def changes(*fields: str) -> Wanted:
    """An edit of these fields."""
    return Wanted((frozenset(fields),))


BODY = changes("body")
NOTE = Wanted(tuple(frozenset({name}) for name in ("body", "correction", "note", "notes")))
CAPTION = Wanted(tuple(frozenset({name}) for name in ("captions", "caption", "images")))
# Where the lead is the summary, the body begins with it.
SUMMARY = Wanted((frozenset({"standfirst"}), frozenset({"standfirst", "body"})))
TYPOGRAPHY = changes("typography")


def _controls() -> Iterable[Kind]:
    made = {
        "same bytes": (edits.same, NOTHING),
        "one word": (edits.word, BODY),
        "a number": (edits.number, BODY),
        "a quote": (edits.quote, BODY),
        "paragraph added": (edits.added, BODY),
        "paragraph removed": (edits.removed, BODY),
        "two paragraphs change places": (edits.swapped, BODY),
        "two thirds written anew": (edits.rewritten_much, BODY),
        "a third cut out by the editors": (edits.shortened, BODY),
    }
    for name, (version, wanted) in made.items():
        yield Kind(name, "text", (Step(page_of(version), wanted),))
    yield Kind(
        "a word, and back again", "text", (Step(page_of(edits.word), BODY), Step(SAME, BODY))
    )
    yield Kind(BRIEF, "text", (Step(SAME, BODY),), first=page_of(edits.brief))
    yield Kind(
        "a live report goes on", "text",
        (Step(page_of(edits.live_entry), BODY), Step(page_of(edits.live_entry), BODY)),
    )  # fmt: skip


def _described() -> Iterable[Kind]:
    made = {
        "headline, not its metadata": (edits.new_headline, changes("title")),
        "metadata's headline, not the visible": (edits.seo_title, changes("seo_title")),
        "standfirst": (edits.new_standfirst, SUMMARY),
        "standfirst removed": (edits.no_standfirst, SUMMARY),
        "author": (edits.new_author, changes("authors")),
        "caption": (edits.new_caption, CAPTION),
        "typography": (edits.typography, TYPOGRAPHY),
        "correction below the text": (edits.correction_below, NOTE),
        "correction under the headline": (edits.correction_above, NOTE),
        "date of change alone": (edits.modified_only, NOTHING),
        "date of publication": (edits.published, changes("published_at")),
    }
    for name, (version, wanted) in made.items():
        yield Kind(name, "fields", (Step(page_of(version), wanted),))


def _walls() -> Iterable[Kind]:
    made: dict[str, tuple[Serve, tuple[str, ...]]] = {
        "outage page": (walls.outage, ("outage", "wall")),
        "consent wall": (walls.consent, ("wall", "consent")),
        "login wall": (walls.login, ("wall", "login")),
        "bot page": (walls.bot, ("wall", "bot")),
        "not in your region": (walls.region, ("wall", "region", "outage")),
        "wall under the story's metadata": (walls.wall_with_claims, ("wall", "outage", "shell")),
        "just a moment": (walls.just_a_moment, ("wall", "shell", "bot")),
        "empty page": (walls.empty, ("shell", "empty", "outage")),
        "app shell": (walls.shell, ("shell",)),
        "broken off: length": (walls.broken_off("length"), ("broken", "shorter")),
        "HTTP 503": (walls.refused(503), ("503",)),
    }
    scopes: tuple[Scope, ...] = ("one", "site")
    for name, (serve, told) in made.items():
        for scope in scopes:
            label = name if scope == "one" else f"{name}, all addresses"
            wanted = Wanted(told=told)
            yield Kind(label, "walls", (Step(serve, wanted), BACK), scope=scope)
    for name, (serve, told) in {
        "broken off: chunks": (walls.broken_off("chunks"), ("broken", "lost")),
        "broken off: gzip": (walls.broken_off("gzip"), ("broken", "lost")),
        "HTTP 403": (walls.refused(403, walls.BOT), ("403",)),
        "HTTP 429": (walls.refused(429, walls.BOT), ("429",)),
        "a list of stories in its place": (walls.front_in_place, ()),
    }.items():
        gone = None if serve is walls.front_in_place else False
        yield Kind(name, "walls", (Step(serve, Wanted(gone=gone, told=told)), BACK))
    yield Kind(
        "outage page, twice", "walls",
        (Step(walls.outage, Wanted(told=("outage", "wall"))), Step(walls.outage, NOTHING), BACK),
        scope="one",
    )  # fmt: skip
    yield Kind(
        "outage page, then an edit", "walls",
        (Step(walls.outage, NOTHING), Step(page_of(edits.word), BODY)), scope="one",
    )  # fmt: skip


def _paywalls() -> Iterable[Kind]:
    teaser = Wanted(told=("teaser", "paywall"))
    for name, free in {"paywall": None, "paywall that JSON-LD tells of": False}.items():
        yield Kind(name, "access", (Step(walls.paywall(free), teaser), BACK))
    yield Kind(
        "paywall, then an edit", "access",
        (Step(walls.paywall(None), teaser), Step(page_of(edits.word), BODY)),
    )  # fmt: skip


def _joined() -> Iterable[Kind]:
    for name, second in {
        "second page 404": walls.message(walls.NOT_FOUND, 404),
        "second page 500": walls.refused(500),
        "second page 429": walls.refused(429, walls.BOT),
        "second page a wall": walls.consent,
    }.items():
        yield Kind(
            name, "two pages",
            (
                Step(walls.first_half, NOTHING, second=second),
                Step(walls.first_half, NOTHING, second=walls.second_half),
            ),
            first=walls.first_half, second=walls.second_half,
        )  # fmt: skip
    yield Kind(
        "second page edited", "two pages",
        (Step(walls.first_half, BODY, second=walls.second_half_edited),),
        first=walls.first_half, second=walls.second_half,
    )  # fmt: skip
    never = walls.message(walls.NOT_FOUND, 404)
    yield Kind(
        "second page that never was", "two pages",
        (Step(walls.whole_with_pager, NOTHING, second=never),) * 2,
        first=walls.whole_with_pager, second=never,
    )  # fmt: skip


def _gone() -> Iterable[Kind]:
    for status in (404, 410):
        serve = walls.message(walls.NOT_FOUND, status)
        wanted = Wanted(gone=True, told=(str(status),))
        yield Kind(f"HTTP {status}", "gone", (Step(serve, wanted),))
    made: dict[str, tuple[Serve, tuple[str, ...]]] = {
        "soft 404": (walls.not_found, ("not found", "404", "no such", "without the story")),
        "tombstone": (walls.tombstone, ("taken down", "removed", "tombstone")),
        "302 to a section front": (walls.redirect(walls.FRONT, 302), ("led to", "leads to")),
        "302 to the home page": (walls.redirect(walls.HOME, 302), ("home",)),
        "301 to another story": (walls.redirect(walls.OTHER, 301), ("led to", "leads to")),
    }
    for name, (serve, told) in made.items():
        yield Kind(name, "gone", (Step(serve, Wanted(gone=True, told=told)),), scope="one")
    to_login = walls.redirect(walls.SIGN_IN, 302)
    yield Kind("302 to a login", "gone", (Step(to_login, Wanted(told=("login", "wall"))), BACK))
    gone = walls.message(walls.NOT_FOUND, 404)
    yield Kind(
        "gone, back, gone again", "gone",
        (
            Step(gone, Wanted(gone=True, events=1)),
            Step(SAME, Wanted(events=2)),
            Step(gone, Wanted(gone=True, events=3)),
        ),
    )  # fmt: skip
    other = Wanted(gone=None, replaced=True, told=("other story", "another story", "replaced"))
    yield Kind(
        "another story in its place", "gone", (Step(walls.another_story_here, other),), scope="one"
    )


def _noise() -> Iterable[Kind]:
    once = {
        "box: subscribe-teaser": noise.box("subscribe"),
        "box: newsletter": noise.box("newsletter"),
        "box: donate": noise.box("donate"),
        "box: app": noise.box("app"),
        "box without a name": noise.box("plain"),
        "player before the text": noise.listen,
        "cookie banner on top": noise.cookie_banner,
        "who wrote it, under the text": noise.author_box,
        "soft hyphens": noise.soft_hyphens,
        "soft hyphens as entities": noise.soft_hyphen_entities,
        "zero-width spaces": noise.zero_width,
        "accents apart (NFD)": noise.decomposed,
        "spaces that do not break": noise.no_break_spaces,
        "letters by number": noise.numbered_characters,
        "classes renamed": noise.redesigned,
        "new template": noise.new_template,
        "reformatted": noise.reformatted,
        "tracking parameters": noise.tracking,
        "pictures moved": noise.images_moved,
    }
    for name, version in once.items():
        yield Kind(name, "noise", (Step(page_of(version), NOTHING),))
    yield Kind("another encoding", "noise", (Step(walls.recoded("windows-1252"), NOTHING),))
    moving = {
        "note of age": noise.age_note,
        "live ticker": noise.ticker,
        "live ticker without a name": noise.ticker_lines,
        "how many read it now": noise.reading_now,
        "a price": noise.quotation,
        "a poll": noise.poll,
        "advertisement": noise.advert,
        "number of comments": noise.comment_count,
        "number of shares": noise.share_count,
        "clock": noise.clock,
        "made-up tags": noise.uuid_tags,
        "related stories": noise.related,
        "related story in the text": noise.related_between,
        "comments": noise.comments,
        "the next story below": noise.next_story,
    }
    for name, version in moving.items():
        serve = page_of(version)
        first = SAME if name == "note of age" else serve
        yield Kind(name, "noise", (Step(serve, NOTHING), Step(serve, NOTHING)), first=first)


KINDS: tuple[Kind, ...] = (
    *_controls(), *_described(), *_walls(), *_paywalls(), *_joined(), *_gone(), *_noise(),
)  # fmt: skip
GROUPS = {
    "text": "Edits of the text",
    "fields": "Edits beside the text",
    "walls": "Something else than the page",
    "access": "Cut by a paywall",
    "two pages": "Stories on two pages",
    "gone": "Gone, moved, replaced",
    "noise": "No edit",
}
