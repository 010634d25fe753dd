"""The front page of an archive, its questions, and the page about the room."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date

from datasette.utils.asgi import Request, Response

from crawler.archive import room_front
from crawler.archive.findings import Finding, open_findings
from crawler.archive.room_front import EditHead, Holdings, Linked, RunHead
from crawler.archive.room_story import Head
from crawler.charts import calendar
from crawler.room.pages import Room, number_in
from crawler.room.places import Place
from crawler.room.queries import questions


@dataclass(frozen=True, slots=True)
class Front:
    """All that the front page shows beside the counts."""

    newest: list[Head]
    linked: list[Linked]
    edits: list[EditHead]
    runs: list[RunHead]
    findings: list[Finding]


def _front(connection: sqlite3.Connection) -> Front:
    return Front(
        room_front.newest(connection, 9),
        room_front.most_linked(connection, 7),
        room_front.edits(connection, "date", 6),
        room_front.last_runs(connection, 6),
        open_findings(connection),
    )


async def counted(room: Room, place: Place) -> Holdings:
    """An archive in figures."""
    return await room.reader.kept(place, "holdings", room_front.holdings)


async def page(room: Room, request: Request, place: Place) -> Response:
    """The front page; where there are several archives and none is named, all of them."""
    if "archive" not in request.url_vars and len(room.places) > 1:
        all_of_them = [(each, await counted(room, each)) for each in room.places]
        return room.html("archives.html", archives=all_of_them)
    holdings = await counted(room, place)
    front = await room.reader.read(place, _front)
    years = sorted({int(day[:4]) for day, _ in holdings.days})
    last = years[-1] if years else date.today().year
    year = number_in(request, "year", last)
    return room.html(
        "front.html",
        place,
        holdings=holdings,
        front=front,
        years=years,
        calendar=calendar(year, dict(holdings.days)) if year in years else None,
    )


async def queries(room: Room, request: Request, place: Place) -> Response:
    """The questions that others asked, with forms."""
    return room.html("queries.html", place, questions=questions())


async def about(room: Room, request: Request, place: Place) -> Response:
    """What the room is, its keys, what lies below."""
    return room.html("about.html")
