"""The states of a story: a timeline, and any two of them beside one another or in one text."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from datasette.utils.asgi import Request, Response
from sqlite_utils import Database

from crawler.archive import room_story
from crawler.archive.revisions import Revision, revisions_of
from crawler.archive.room_story import RevisionHead
from crawler.errors import MissingError
from crawler.history.dates import date_change
from crawler.history.passages import Passage
from crawler.history.revision_diff import compared
from crawler.history.word_diff import Run
from crawler.room.pages import Room, number_in
from crawler.room.places import Place

VIEWS = ("inline", "beside")


@dataclass(frozen=True, slots=True)
class Pair:
    """A passage as it was and as it is, for two columns; a side is None where there was none."""

    kind: str
    all: tuple[Run, ...]
    old: tuple[Run, ...] | None
    new: tuple[Run, ...] | None


def _found(
    connection: sqlite3.Connection, key: int
) -> tuple[str, list[Revision], tuple[RevisionHead, ...]]:
    url = room_story.address_of(connection, key)
    return url, revisions_of(Database(connection), url), room_story.timeline(connection, key)


async def page(room: Room, request: Request, place: Place) -> Response:
    """Two revisions compared: ?from=N&to=N&view=inline|beside."""
    key = int(request.url_vars["story"])
    url, revisions, timeline = await room.reader.read(place, _found, key)
    by_number = {each.number: each for each in revisions}
    last = revisions[-1]
    new = by_number.get(number_in(request, "to", last.number) or 0)
    before = [each for each in revisions if new is not None and each.number < new.number]
    usual = before[-1].number if before else last.number
    old = by_number.get(number_in(request, "from", usual) or 0)
    if old is None or new is None:
        raise MissingError(room.say("revisions.none", numbers=", ".join(map(str, by_number))))
    view = request.args.get("view") or "inline"
    diff = compared(old.state, new.state) if old is not new else None
    title = next((each for each in diff.fields if each.name == "title"), None) if diff else None
    return room.html(
        "revisions.html",
        place,
        key=key,
        url=url,
        old=old,
        new=new,
        timeline=timeline,
        diff=diff,
        title=title,
        fields=[each for each in diff.fields if each is not title] if diff else [],
        dates=date_change(*diff.published) if diff and diff.published else None,
        body=[_pair(each) for each in diff.body] if diff else [],
        captions=[_pair(each) for each in diff.captions] if diff else [],
        view=view if view in VIEWS else "inline",
        language=new.state.language,
    )


def _pair(passage: Passage) -> Pair:
    old = tuple(run for run in passage.runs if run.kind != "added")
    new = tuple(run for run in passage.runs if run.kind != "removed")
    return Pair(
        passage.kind,
        passage.runs,
        old if passage.before is not None else None,
        new if passage.after is not None else None,
    )
