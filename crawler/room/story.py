"""A story's page."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from itertools import groupby

from datasette.utils.asgi import Request, Response
from markupsafe import Markup
from sqlite_utils import Database

from crawler.archive import room_story, stories
from crawler.archive.pictures import picture_capture
from crawler.archive.revisions import Answer, Event, answers_apart, events_of
from crawler.archive.room_story import Beside, StoryLink
from crawler.archive.stories import Story, StoryRevision
from crawler.errors import MissingError
from crawler.items import Article
from crawler.room.links import language_tag
from crawler.room.pages import Room, address, number_in
from crawler.room.places import Place
from crawler.room.reading import figure, for_reading

_STEPS = ("previous", "next")


@dataclass(frozen=True, slots=True)
class Found:
    """A story and all that its page shows."""

    story: Story
    article: Article
    number: int
    captured_at: str
    beside: Beside
    events: list[Event]
    apart: list[Answer]
    pictures: dict[str, int]
    """Addresses of pictures that the archive has, and their captures."""


def found(connection: sqlite3.Connection, key: int, number: int | None) -> Found:
    """A story. number: of the revision; None: the newest that stands. Raises MissingError,
    sqlite3.Error."""
    url = room_story.address_of(connection, key)
    db = Database(connection)
    story = stories.story_with(db, key)
    beside = room_story.beside(connection, key, number)
    article, captured = story.article, ""
    shown = number if number is not None else 0
    if number is not None:
        revision = _revision(db, key, number)
        article = revision.article
    for each in beside.revisions:
        if number == each.number or (number is None and each is beside.revisions[-1]):
            shown, captured = each.number, each.captured_at
    pictures = {}
    for image, _, _ in beside.images[:60]:
        capture = picture_capture(connection, image)
        if capture is not None:
            pictures[image] = capture
    return Found(
        story, article, shown, captured, beside, events_of(db, url), answers_apart(db, url),
        pictures,
    )  # fmt: skip


def _revision(db: Database, key: int, number: int) -> StoryRevision:
    for revision in stories.revisions_with(db, key):
        if revision.number == number:
            return revision
    raise MissingError(f"the story has no revision {number}")


async def page(room: Room, request: Request, place: Place) -> Response:
    """A story, as its newest revision has it, or as ?revision=N."""
    key, number = int(request.url_vars["story"]), number_in(request, "revision")
    it = await room.reader.read(place, found, key, number)
    links = it.beside.links
    language = language_tag(it.article.language)
    steps = {link.relation: link for link in reversed(links) if link.relation in _STEPS}
    return room.html(
        "story.html",
        place,
        it=it,
        article=it.article,
        body=_body(room, place, it, isolate=not language),
        lead=_lead(room, place, it),
        language=language,
        blocks=_blocks(links),
        steps=steps,
        sources=sorted(it.article.sources.items()),
        query=request.args.get("q") or "",
    )


async def at_address(room: Room, request: Request, place: Place) -> Response:
    """The story at an address: ?url=."""
    url = request.args.get("url") or ""
    key = await room.reader.read(place, room_story.story_at, url)
    if key is None:
        raise MissingError(room.say("problem.address", url=url))
    return Response.redirect(address(place, "story", key))


def _body(room: Room, place: Place, it: Found, *, isolate: bool) -> Markup:
    text = it.article.body_markdown
    standfirst = it.article.standfirst
    # the page's head has it already
    if standfirst and text.startswith(standfirst):
        text = text[len(standfirst) :].lstrip()
    captions = {url: caption for url, _, caption in it.beside.images}
    lead = it.article.image
    if lead is not None and text.lstrip().startswith("![") and f"]({lead.url})" in text[:3000]:
        first, _, rest = text.lstrip().partition("\n\n")
        text = rest if f"]({lead.url})" in first else text
    return for_reading(
        text,
        stories={url: address(place, "story", key) for url, key in it.beside.archived},
        pictures=_pictures(place, it),
        captions=captions,
        words=room.say,
        isolate=isolate,
    )


def _lead(room: Room, place: Place, it: Found) -> Markup:
    image = it.article.image
    if image is None:
        return Markup("")
    alt = image.alt or next(
        (alt for url, alt, _ in it.beside.images if url == image.url and alt), None
    )
    return Markup(  # noqa: S704
        figure(image.url, alt, image.caption, _pictures(place, it), room.say)
    )


def _pictures(place: Place, it: Found) -> dict[str, str]:
    return {
        url: address(place, "capture", capture, "picture") for url, capture in it.pictures.items()
    }


def _blocks(links: tuple[StoryLink, ...]) -> list[tuple[str, str | None, list[StoryLink]]]:
    """(relation, label, links) as the page had them, without the steps to its neighbours."""
    kept = [link for link in links if link.relation not in _STEPS]
    return [
        (relation, label, list(group))
        for (relation, label), group in groupby(kept, key=lambda each: (each.relation, each.label))
    ]
