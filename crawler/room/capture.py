"""The page as it was: a stored response, shown so that nothing of it is ever executed, nothing is
fetched, and nothing of it can be taken for ours."""

from __future__ import annotations

import base64
import re
import sqlite3
from dataclasses import dataclass
from datetime import datetime

import nh3
from datasette.utils.asgi import Request, Response

from crawler.archive import replay, room_story
from crawler.archive.database import WARC_FOLDER
from crawler.archive.replay import KeptCapture
from crawler.archive.room_story import NumberedCapture
from crawler.errors import DamageError, MissingError
from crawler.kept_records import message_of
from crawler.room import guards
from crawler.room.pages import Room
from crawler.room.places import Place
from crawler.urls import absolute
from crawler.warc import http

RASTER = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"})
"""Pictures that hold nothing but a picture."""
_DROPPED_NAMES = (
    "script style template noscript iframe object embed svg math audio video canvas form "
    "button input select textarea dialog head title"
)
_DROPPED = frozenset(_DROPPED_NAMES.split())
_TAGS_NAMES = (
    "a abbr address article aside b bdi bdo blockquote br caption center cite code col "
    "colgroup dd del details dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 "
    "header hgroup hr i img ins kbd li main mark nav ol p pre q rp rt ruby s samp section "
    "small span strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr"
)
_TAGS = frozenset(_TAGS_NAMES.split())
_ATTRIBUTES = {
    "*": {"dir", "lang", "title"}, "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan", "scope"}, "ol": {"start"},
    "time": {"datetime"},
}  # fmt: skip
_MOST_PICTURES, _MOST_BYTES = 80, 12_000_000
_PLACEHOLDER = re.compile(r'src="https://picture\.invalid/(\d+)"')
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
    return Shown(key, capture, story, title, others, head, problem)


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
    html = await room.reader.read(place, _sanitised, place, int(request.url_vars["capture"]))
    body = room.environment.get_template("stored.html").render(html=html, nonce=guards.nonce())
    return Response.html(body, headers={"Content-Security-Policy": guards.capture_policy()})


def _sanitised(connection: sqlite3.Connection, place: Place, key: int) -> str:
    from crawler.extract.page import decode  # a fifth of what the room's start would take

    capture, _ = _kept(connection, key)
    try:
        body = http.decoded(message_of(place.folder, connection, capture))
    except DamageError as error:
        return nh3.clean_text(str(error))
    kind = (capture.content_type or "").partition(";")[0].strip().lower()
    if kind.startswith("image/"):
        return ""
    text = decode(body, capture.content_type)[:_LONGEST]
    if kind not in ("", "text/html", "application/xhtml+xml"):
        return f"<pre>{nh3.clean_text(text)}</pre>"
    pictures: list[str] = []

    def kept(tag: str, name: str, value: str) -> str | None:
        if (tag, name) != ("img", "src"):
            return value
        url = absolute(capture.url, value)
        if url is None or len(pictures) >= _MOST_PICTURES:
            return None
        pictures.append(url)
        return f"https://picture.invalid/{len(pictures) - 1}"

    clean = nh3.clean(
        text, tags=set(_TAGS), clean_content_tags=set(_DROPPED), attributes=_ATTRIBUTES,
        attribute_filter=kept, url_schemes={"http", "https"}, link_rel=None,
    )  # fmt: skip
    budget = _MOST_BYTES
    found: dict[str, str] = {}
    for url in dict.fromkeys(pictures):
        data = _as_data(connection, place, url, budget)
        budget -= len(data)
        found[url] = data
    return _PLACEHOLDER.sub(lambda match: _source(found[pictures[int(match[1])]]), clean)


def _source(data: str) -> str:
    return f'src="{data}"' if data else ""


def _as_data(connection: sqlite3.Connection, place: Place, url: str, budget: int) -> str:
    """A picture of the archive's as a data: address; "" where there is none, or no room for it."""
    key = room_story.picture_capture(connection, url)
    if key is None:
        return ""
    try:
        kind, body = _picture(connection, place, key)
    except (DamageError, MissingError):
        return ""
    data = f"data:{kind};base64,{base64.b64encode(body).decode()}"
    return data if len(data) <= budget else ""


def _picture(connection: sqlite3.Connection, place: Place, key: int) -> tuple[str, bytes]:
    capture, _ = _kept(connection, key)
    kind = (capture.content_type or "").partition(";")[0].strip().lower()
    if kind not in RASTER:
        raise MissingError(f"capture {key} is not a picture that is shown here")
    return kind, http.decoded(message_of(place.folder, connection, capture))


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
        with (place.folder / WARC_FOLDER / capture.warc_file).open("rb") as file:
            file.seek(capture.warc_offset)
            return file.read(capture.warc_length)
    except OSError as error:
        raise DamageError(f"{capture.warc_file} cannot be read ({error.strerror})") from error


async def record(room: Room, request: Request, place: Place) -> Response:
    """The raw WARC record, to download."""
    key = int(request.url_vars["capture"])
    return Response(
        await room.reader.read(place, _record, place, key),
        content_type="application/warc",
        headers={"Content-Disposition": f'attachment; filename="capture-{key}.warc.gz"'},
    )
