"""The page as it was: a stored response, shown so that nothing of it is ever executed, nothing is
fetched, and nothing of it can be taken for ours."""

from __future__ import annotations

import base64
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from datasette.utils.asgi import Request, Response
from markupsafe import escape

from crawler.archive import replay, room_story
from crawler.archive.pictures import picture_capture
from crawler.archive.renderings import rendering_of
from crawler.archive.replay import KeptCapture
from crawler.archive.room_story import NumberedCapture
from crawler.archive.union import warc_place
from crawler.errors import DamageError, MissingError
from crawler.kept_records import message_of, shown_of
from crawler.requisites.pictures import picture_in
from crawler.room import guards
from crawler.room.cleaning import cleaned, text_alone
from crawler.room.pages import Room
from crawler.room.places import Place
from crawler.urls import absolute
from crawler.warc import http
from crawler.warc.records import HTML

RASTER = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"})
"""Pictures that hold nothing but a picture."""
_MOST_BYTES = 12_000_000
"""Of the pictures of a page."""
_LONGEST = 4_000_000
"""Characters of a page that are shown."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A capture and what stands around it."""

    id: int
    capture: KeptCapture
    story: int | None
    title: str | None
    others: list[NumberedCapture]
    """Newest first."""
    head: str
    """Status line and headers as they were sent."""
    problem: str | None
    """Why its record cannot be read."""
    rendered_by: str | None = None
    """By what it was made, where what a browser showed is shown in its place."""


def _kept(connection: sqlite3.Connection, key: int) -> tuple[KeptCapture, int | None]:
    story = room_story.story_of_capture(connection, key)
    return replay.capture_by_id(connection, key), story


def _shown(connection: sqlite3.Connection, place: Place, key: int) -> Shown:
    capture, story = _kept(connection, key)
    title, others = None, [NumberedCapture(key, capture)]
    if story is not None:
        others = room_story.captures_with_keys(connection, story)
        title = next((head.title for head in room_story.heads(connection, [story])), None)
    head, problem = "", None
    try:
        head = message_of(place.folder, connection, capture).head.decode("latin-1").strip()
    except DamageError as error:
        problem = str(error)
    by = rendering_of(connection, key)
    made_by = by.made_by if by is not None else None
    return Shown(key, capture, story, title, others, head, problem, made_by)


async def all_of_story(room: Room, request: Request, place: Place) -> Response:
    """The capture of a story nearest to ?at=, the newest whole one where no date is asked for."""
    story = int(request.url_vars["story"])
    captures = await room.reader.read(place, room_story.captures_with_keys, story)
    if not captures:
        raise MissingError(room.say("captures.none"))
    whole = [each for each in captures if each.capture.status == 200 and not each.capture.verdict]
    chosen = _nearest(whole or captures, request.args.get("at"))
    return await _page(room, place, chosen.id)


def _nearest(captures: list[NumberedCapture], at: str | None) -> NumberedCapture:
    try:
        wanted = datetime.fromisoformat(at or "").replace(tzinfo=None)
    except ValueError:
        return captures[0]

    def apart(each: NumberedCapture) -> float:
        moment = datetime.fromisoformat(each.capture.fetched_at).replace(tzinfo=None)
        return abs((moment - wanted).total_seconds())

    return min(captures, key=apart)


async def page(room: Room, request: Request, place: Place) -> Response:
    """A capture, framed."""
    return await _page(room, place, int(request.url_vars["capture"]))


async def _page(room: Room, place: Place, key: int) -> Response:
    it = await room.reader.read(place, _shown, place, key)
    return room.html("capture.html", place, it=it)


async def sanitised(room: Room, request: Request, place: Place) -> Response:
    """A stored page without what could do anything, for a sandbox."""
    key = int(request.url_vars["capture"])
    html = await room.reader.read(place, _sanitised, place, key, room.say("captures.tangled"))
    body = room.environment.get_template("stored.html").render(html=html, nonce=guards.nonce())
    return Response.html(body, headers={"Content-Security-Policy": guards.capture_policy()})


def _sanitised(connection: sqlite3.Connection, place: Place, key: int, tangled: str) -> str:
    from crawler.extract.page import decode  # a fifth of what the room's start would take

    capture, _ = _kept(connection, key)
    said = capture.content_type
    try:
        shown = shown_of(place.folder, connection, capture.record_id)
        if shown is not None:
            body, said = shown[1], HTML
        else:
            body = http.decoded(message_of(place.folder, connection, capture))
    except DamageError as error:
        return str(escape(error))
    kind = (said or "").partition(";")[0].strip().lower()
    if kind.startswith("image/"):
        return ""
    text = decode(body, said)[:_LONGEST]
    if kind not in ("", "text/html", "application/xhtml+xml"):
        return f"<pre>{escape(text)}</pre>"
    clean = cleaned(text)
    if clean is None:
        alone = escape(text_alone(text))
        return f"<p><em>{escape(tangled)}</em></p><pre>{alone}</pre>"
    pictures = [absolute(capture.url, each) for each in clean.pictures]
    budget = _MOST_BYTES
    found: dict[str | None, str] = {None: ""}
    for url in filter(None, dict.fromkeys(pictures)):
        data = _as_data(connection, place, url, budget)
        budget -= len(data)
        found[url] = data
    return clean.source().sub(lambda match: _source(found[pictures[int(match[1])]]), clean.html)


def _source(data: str) -> str:
    return f'src="{data}"' if data else ""


def _as_data(connection: sqlite3.Connection, place: Place, url: str, budget: int) -> str:
    """A picture of the archive's as a data: address; "" where there is none, or no room for it."""
    key = picture_capture(connection, url)
    if key is None:
        return ""
    try:
        kind, body = _picture(connection, place, key)
    except (DamageError, MissingError):
        return ""
    data = f"data:{kind};base64,{base64.b64encode(body).decode()}"
    return data if len(data) <= budget else ""


def _picture(connection: sqlite3.Connection, place: Place, key: int) -> tuple[str, bytes]:
    """A stored picture, and its type by its own bytes: what was sent with them may be anything.

    Drawings in SVG are documents, which may have scripts, styles and addresses in them: they are
    not shown, as nothing is that is no picture alone.
    """
    capture, _ = _kept(connection, key)
    body = http.decoded(message_of(place.folder, connection, capture))
    found = picture_in(body)
    if found is None or found.media_type not in RASTER:
        raise MissingError(f"capture {key} is not a picture that is shown here")
    return found.media_type, body


async def picture(room: Room, request: Request, place: Place) -> Response:
    """A stored picture."""
    kind, body = await room.reader.read(place, _picture, place, int(request.url_vars["capture"]))
    return Response(
        body,
        content_type=kind,
        headers={"Content-Security-Policy": "default-src 'none'; sandbox"},
    )


def _record(connection: sqlite3.Connection, place: Place, key: int) -> bytes:
    capture, _ = _kept(connection, key)
    try:
        warc, name = warc_place(place.folder, capture.warc_file)
        with (warc / name).open("rb") as file:
            file.seek(capture.warc_offset)
            data = file.read(capture.warc_length)
    except OSError as error:
        raise DamageError(f"{capture.warc_file} cannot be read ({error.strerror})") from error
    if len(data) < capture.warc_length:
        raise DamageError(f"{capture.warc_file} ends before the end of this record")
    return data


async def record(room: Room, request: Request, place: Place) -> Response:
    """The raw WARC record, to download."""
    key = int(request.url_vars["capture"])
    return Response(
        await room.reader.read(place, _record, place, key),
        content_type="application/warc",
        headers={"Content-Disposition": f'attachment; filename="capture-{key}.warc.gz"'},
    )
