"""The search page."""

from __future__ import annotations

from datasette.utils.asgi import Request, Response

from crawler.room.pages import Room
from crawler.room.places import Place


async def page(room: Room, request: Request, place: Place) -> Response:
    """Hits, facets, counts over time."""
    return room.problem(501, "search")


async def data(room: Room, request: Request, place: Place) -> Response:
    """The same as JSON or CSV."""
    return room.problem(501, "search")
