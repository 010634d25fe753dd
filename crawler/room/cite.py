"""The page that says how a story is cited."""

from __future__ import annotations

import sqlite3

from datasette.utils.asgi import Request, Response
from sqlite_utils import Database

from crawler.archive import room_story, stories
from crawler.errors import MissingError
from crawler.room.citation import Cited, as_bibtex, as_csl, as_robust_link, as_text
from crawler.room.pages import Room, number_in
from crawler.room.places import Place

_FORMATS = {
    "txt": (as_text, "text/plain"),
    "bib": (as_bibtex, "application/x-bibtex"),
    "json": (as_csl, "application/vnd.citationstyles.csl+json"),
    "html": (as_robust_link, "text/plain"),
}


def _cited(connection: sqlite3.Connection, key: int, number: int | None) -> Cited:
    room_story.address_of(connection, key)
    db = Database(connection)
    story = stories.story_with(db, key)
    found = [each for each in stories.revisions_with(db, key) if number in (None, each.number)]
    if not found:
        raise MissingError(f"the story has no revision {number}")
    revision = found[-1]
    article = revision.article
    return Cited(
        title=article.title or "",
        authors=article.authors,
        site=story.site,
        url=story.url.partition("#")[0],
        published=article.published.value if article.published else None,
        revision=revision.number,
        captured_at=revision.captured_at,
        digest=revision.capture.payload_digest,
        record_id=revision.capture.record_id,
        language=article.language,
    )


async def page(room: Room, request: Request, place: Place) -> Response:
    """All forms of a citation: ?revision=."""
    key, number = int(request.url_vars["story"]), number_in(request, "revision")
    cited = await room.reader.read(place, _cited, key, number)
    forms = {name: form(cited) for name, (form, _) in _FORMATS.items()}
    return room.html("cite.html", place, key=key, cited=cited, forms=forms)


async def download(room: Room, request: Request, place: Place) -> Response:
    """One form of it, as a file."""
    key, number = int(request.url_vars["story"]), number_in(request, "revision")
    form, kind = _FORMATS[request.url_vars["format"]]
    cited = await room.reader.read(place, _cited, key, number)
    name = f"story-{key}-revision-{cited.revision}.{request.url_vars['format']}"
    return Response(
        form(cited),
        content_type=f"{kind}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
