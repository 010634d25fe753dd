"""Reservations as JSON: in the database a list for each capture, in WARC an object on a line."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from crawler.reservations.reservation import PLACES, Reservation
from crawler.reservations.stated import of_text
from crawler.text import cleaned


def as_json(reservations: Iterable[Reservation]) -> str | None:
    """A list for the database; None where there is nothing to keep."""
    told = [_object(each) for each in reservations]
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")) if told else None


def from_json(text: str | None) -> tuple[Reservation, ...]:
    """What `as_json` wrote, or an earlier version: there it was text. Raises nothing."""
    try:
        told = json.loads(text) if text else []
    except (ValueError, RecursionError):
        return ()
    found = [each for one in told for each in _read(one)] if isinstance(told, list) else []
    return tuple(dict.fromkeys(found))


def as_line(reservation: Reservation) -> str:
    """One for a field of a WARC record."""
    return json.dumps(_object(reservation), ensure_ascii=False)


def from_lines(lines: Iterable[str]) -> tuple[Reservation, ...]:
    """What `as_line` wrote, or an earlier version. Raises nothing."""
    found: list[Reservation] = []
    for line in lines:
        if line.startswith("{"):
            found += from_json(f"[{line}]")
        else:
            found += of_text(line)
    return tuple(dict.fromkeys(found))


def _object(each: Reservation) -> dict[str, Any]:
    told = {
        "what": each.what, "value": each.value, "reserved": each.reserved, "source": each.source,
        "name": each.name, "at": each.at, "agent": each.agent,
    }  # fmt: skip
    return cleaned({name: value for name, value in told.items() if value is not None})


def _read(told: Any) -> tuple[Reservation, ...]:
    if isinstance(told, str):
        return of_text(told)
    if not isinstance(told, dict):
        return ()
    what, source, name = told.get("what"), told.get("source"), told.get("name")
    maybe = [told.get(each) for each in ("value", "at", "agent")]
    if not (isinstance(what, str) and isinstance(name, str) and source in PLACES):
        return ()
    if not all(each is None or isinstance(each, str) for each in maybe):
        return ()
    value, at, agent = maybe
    return (Reservation(what, value, told.get("reserved") is True, source, name, at, agent),)
