"""What Datasette is told of an archive: every table and column in words, and questions that people
ask, with forms."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from crawler.archive.describe import DESCRIPTIONS
from crawler.room.places import Place


@dataclass(frozen=True, slots=True)
class Question:
    """A question as SQL, and as people ask it."""

    name: str
    title: str
    description: str
    sql: str


@cache
def questions() -> tuple[Question, ...]:
    """The questions, in the order in which they are shown."""
    source = files("crawler.room") / "queries.toml"
    table = tomllib.loads(source.read_text(encoding="utf-8"))
    return tuple(
        Question(name, each["title"], each.get("description", ""), each["sql"].strip())
        for name, each in table.items()
    )


def metadata(places: tuple[Place, ...]) -> dict[str, Any]:
    """Datasette's metadata for these archives."""
    tables: dict[str, Any] = {
        name: {
            "description": columns[""],
            "columns": {column: text for column, text in columns.items() if column},
            "hidden": name.startswith("_"),
        }
        for name, columns in DESCRIPTIONS.items()
    }
    for hidden in ("_sqlite_migrations", "descriptions"):
        tables.setdefault(hidden, {})["hidden"] = True
    queries = {
        each.name: {"title": each.title, "description": each.description, "sql": each.sql}
        for each in questions()
    }
    return {"databases": {place.name: {"tables": tables, "queries": queries} for place in places}}
