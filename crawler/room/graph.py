"""The stories around a story: a picture, drawn by a script of ours, and a list."""

from __future__ import annotations

from datasette.utils.asgi import Request, Response

from crawler.archive import room_graph, room_story
from crawler.archive.room_graph import Near, Neighbourhood
from crawler.items import RELATIONS
from crawler.room.pages import Room, address, day_in_words
from crawler.room.places import Place


def _relations(request: Request) -> tuple[str, ...]:
    asked = tuple(each for each in request.args.getlist("relation") if each in RELATIONS)
    return asked or room_graph.EDITORIAL


async def page(room: Room, request: Request, place: Place) -> Response:
    """Picture and list: ?relation=…, several of them."""
    key = int(request.url_vars["story"])
    relations = _relations(request)
    await room.reader.read(place, room_story.address_of, key)
    near = await room.reader.read(place, room_graph.neighbourhood, key, relations)
    rings: list[list[tuple[Near, list[str]]]] = [[], []]
    said = _said(near)
    for node in near.nodes[1:]:
        rings[node.steps - 1].append((node, said.get(node.id, [])))
    return room.html(
        "graph.html", place, key=key, near=near, rings=rings, relations=relations,
        every=RELATIONS, heads=await room.reader.read(place, room_story.heads, [key]),
        source=address(place, "story", key, "graph.json", relation=list(relations)),
    )  # fmt: skip


def _said(near: Neighbourhood) -> dict[int, list[str]]:
    """By which relations each story is tied to another one shown."""
    found: dict[int, list[str]] = {}
    for tie in near.ties:
        for end in (tie.source, tie.target):
            if tie.relation not in found.setdefault(end, []):
                found[end].append(tie.relation)
    return found


async def data(room: Room, request: Request, place: Place) -> Response:
    """The same for the script."""
    key = int(request.url_vars["story"])
    near = await room.reader.read(place, room_graph.neighbourhood, key, _relations(request))
    places = {node.id: at for at, node in enumerate(near.nodes)}
    return Response.json({
        "nodes": [
            {
                "title": node.title or node.url,
                "day": day_in_words(room.say, node.published_at) if node.published_at else "",
                "href": address(place, "story", node.story_id) if node.story_id else None,
                "steps": node.steps,
                "weight": node.linked_by,
            }
            for node in near.nodes
        ],
        "ties": [
            [places[tie.source], places[tie.target], tie.relation]
            for tie in near.ties
            if tie.source in places and tie.target in places
        ],
        "cut": near.is_cut,
    })  # fmt: skip
