"""The edits of an archive, the most significant first."""

from __future__ import annotations

from datasette.utils.asgi import Request, Response

from crawler.archive import room_front
from crawler.errors import UsageError
from crawler.room.pages import Room, number_in
from crawler.room.places import Place

_ON_PAGE = 40


async def page(room: Room, request: Request, place: Place) -> Response:
    """Edits: ?by=share|words|numbers|quotes|date &site= &page=."""
    order = request.args.get("by") or "share"
    if order not in room_front.EDIT_ORDERS:
        raise UsageError(f"by={order}: there are {', '.join(room_front.EDIT_ORDERS)}")
    site = request.args.get("site") or None
    number = max(1, min(number_in(request, "page", 1) or 1, 10_000))
    skip = (number - 1) * _ON_PAGE
    found = await room.reader.read(
        place, room_front.edits, order, _ON_PAGE + 1, skip=skip, site=site
    )
    return room.html(
        "edits.html", place, edits=found[:_ON_PAGE], order=order, site=site, number=number,
        more=len(found) > _ON_PAGE, orders=tuple(room_front.EDIT_ORDERS),
    )  # fmt: skip
