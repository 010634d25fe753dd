"""What Datasette is told of an archive: every table and column in words, and questions that people
ask, with forms."""

from __future__ import annotations

import tomllib
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from crawler.archive import datasette
from crawler.archive.database import read_only_connection
from crawler.room.places import Place


@dataclass(frozen=True, slots=True)
class Question:
    """A question as SQL, and as people ask it."""

    name: str
    title: str
    description: str
    sql: str


@lru_cache(maxsize=16)
def questions() -> tuple[Question, ...]:
    """The questions, in the order in which they are shown."""
    source = files("crawler.room") / "queries.toml"
    table = tomllib.loads(source.read_text(encoding="utf-8"))
    return tuple(
        Question(name, each["title"], each.get("description", ""), each["sql"].strip())
        for name, each in table.items()
    )


def metadata(places: tuple[Place, ...]) -> dict[str, Any]:
    """Datasette's metadata for these archives. Raises sqlite3.Error."""
    queries = {
        each.name: {"title": each.title, "description": each.description, "sql": each.sql}
        for each in questions()
    }
    databases = {}
    for place in places:
        with closing(read_only_connection(place.database)) as connection:
            told = datasette.metadata(connection)["databases"][datasette.NAME]
        databases[place.name] = {**told, "queries": queries}
    return {"databases": databases}
