"""What all pages of the room have in common: how they are rendered, and how they fail."""

from __future__ import annotations

import logging
import re
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

from datasette.app import Datasette
from datasette.database import QueryInterrupted
from datasette.utils.asgi import Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from crawler.archive.database import explain
from crawler.errors import HemerotecaError, MissingError, UsageError
from crawler.monitors import sentence
from crawler.room import guards
from crawler.room.assets import asset_address
from crawler.room.links import direction, language_tag, plain, safe_address
from crawler.room.places import Place, Reader
from crawler.room.texts import Texts, texts
from crawler.search import condition
from crawler.text import UNSPACED_LANGUAGES

logger = logging.getLogger(__name__)

_OFFSET = re.compile(r"(?:Z|[+-]\d\d:\d\d)$")


def address(place: Place | None, *parts: object, **query: object) -> str:
    """The address of a page of ours. query: what is None or "" is left out."""
    path = "/".join(quote(str(part), safe="") for part in parts)
    base = f"/{path}" if place is None else f"/in/{place.name}" + (f"/{path}" if path else "")
    kept = [(name.rstrip("_"), value) for name, value in query.items() if value not in (None, "")]
    return base + (f"?{urlencode(kept, doseq=True)}" if kept else "")


@dataclass(frozen=True)
class Room:
    """A reading room: its archives, its texts, and what renders its pages."""

    datasette: Datasette
    reader: Reader
    say: Texts
    environment: Environment

    @property
    def places(self) -> tuple[Place, ...]:
        """Its archives, in the order in which they were named."""
        return tuple(self.reader.places.values())

    def html(
        self, template: str, place: Place | None = None, status: int = 200, **values: Any
    ) -> Response:
        """A page. place: the archive that it is of; None: of all."""
        body = self.environment.get_template(template).render(
            room=self, place=place, nonce=guards.nonce(), **values
        )
        return Response.html(
            body, status=status, headers={"Content-Security-Policy": guards.page_policy()}
        )

    def compile_templates(self) -> None:
        """Have all templates at hand."""
        for name in self.environment.list_templates():
            self.environment.get_template(name)

    def problem(self, status: int, error: Exception | str) -> Response:
        """A page that says what is wrong."""
        return self.html("problem.html", status=status, message=str(error), code=status)


Handler = Callable[[Room, Request, Place], Awaitable[Response]]


def new_room(datasette: Datasette, places: tuple[Place, ...]) -> Room:
    """A room with these archives."""
    say = texts()
    environment = Environment(
        loader=PackageLoader("crawler.room"),
        autoescape=True,
        auto_reload=False,  # a template of a newer version would ask for what this one has not
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # all text of a page that is not ours, and ours, steers nothing
        finalize=lambda value: value if isinstance(value, Markup | int) else plain(value),
    )
    environment.globals |= {
        "t": say,
        "at": address,
        "asset": asset_address,
        "safe": safe_address,
        "condition": condition,
        "length": lambda number, language: length_in_words(say, number, language),
        "dir": direction,
        "lang": language_tag,
        "day": lambda value: day_in_words(say, value),
        "moment": lambda value: moment_in_words(say, value),
        "relation": lambda name: say.get(f"relation.{name}", name),
        "sentence": lambda one: sentence(one.kind, one.subject, one.numbers),
        "field": lambda name: say.get(f"field.{name}", name.replace("_", " ")),
    }
    environment.filters["number"] = lambda value: f"{value:,}"
    environment.filters["percent"] = lambda value: (
        "< 1 %" if 0 < value < 0.01 else f"{min(value, 1):.0%}".replace("%", " %")
    )
    return Room(datasette, Reader(datasette, places), say, environment)


async def served(room: Room, handler: Handler, request: Request) -> Response:
    """A handler's answer, or a page that says why there is none."""
    name = request.url_vars.get("archive")
    place = room.reader.places.get(name) if name else room.places[0]
    if place is None:
        return room.problem(404, room.say("problem.archive", name=name))
    try:
        return await handler(room, request, place)
    except MissingError as error:
        return room.problem(404, error)
    except UsageError as error:
        return room.problem(400, error)
    except HemerotecaError as error:
        return room.problem(500, error)
    except (sqlite3.Error, QueryInterrupted) as error:
        if "interrupted" in str(error):
            return room.problem(503, room.say("problem.slow"))
        return room.problem(500, explain(place.folder, error))
    except Exception:
        # Datasette would print all variables of all frames
        logger.exception("%s", request.path)
        return room.problem(500, room.say("problem.ours"))


def length_in_words(say: Texts, number: int, language: str | None) -> str:
    """A text's length: in characters where its script has no spaces between words."""
    primary = (language or "").partition("-")[0].lower()
    unit = "characters" if primary in UNSPACED_LANGUAGES else "words"
    return say(f"count.{unit}", n=number)


def day_in_words(say: Texts, value: str | None) -> str:
    """A date as people write it, as exact as it is: of a moment, its day."""
    if not value:
        return say("date.none")
    parts = value[:10].split("-")
    try:
        names = say("date.months").split()
        match len(parts):
            case 1:
                return parts[0]
            case 2:
                return say("date.month", month=names[int(parts[1]) - 1], year=parts[0])
            case _:
                date(*map(int, parts))
                return say(
                    "date.day", day=str(int(parts[2])), month=names[int(parts[1]) - 1],
                    year=parts[0],
                )  # fmt: skip
    except (ValueError, IndexError):
        return value


def moment_in_words(say: Texts, value: str | None) -> str:
    """A date with its time and offset, where it has them."""
    told = day_in_words(say, value)
    if not value or "T" not in value:
        return told
    time, offset = value[11:16], _OFFSET.search(value, 16)
    zone = "" if offset is None else "UTC" if offset[0] in ("+00:00", "Z") else offset[0]
    return say("date.moment", day=told, time=time, zone=zone).strip()


def number_in(request: Request, name: str, usual: int | None = None) -> int | None:
    """A number among a page's parameters. Raises UsageError for what is none."""
    value = request.args.get(name)
    if value in (None, ""):
        return usual
    if not value.isascii() or not value.isdigit() or len(value) > 12:
        raise UsageError(f"{name}={value} is not a number")
    return int(value)
