"""The TDM Reservation Protocol: reservations of the right to mine text and data.

Source: W3C Text and Data Mining Reservation Protocol Community Group, "TDM Reservation Protocol
(TDMRep)", final report of 10 May 2024: headers and meta elements `tdm-reservation` (0 or 1) and
`tdm-policy` (an address); a file `/.well-known/tdmrep.json` with one rule for each set of paths.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crawler.reservations.patterns import MAX_LENGTH, MAX_RULES, Pattern
from crawler.reservations.reservation import Reservation, ReservedIn
from crawler.urls import absolute

TDMREP_PATH = "/.well-known/tdmrep.json"
TDM, POLICY = "tdm-reservation", "tdm-policy"
_MAX_BYTES = 512_000


def tdm(
    name: str, value: object, base: str | None, source: ReservedIn, said: str, at: str | None = None
) -> Iterator[Reservation]:
    """What one property states; nothing where its value is none.

    name: TDM or POLICY. base: what a policy's address is relative to; None: it has to be whole.
    said: the name as the source spells it.
    """
    text = str(value).strip() if isinstance(value, str | int) else ""
    if name == TDM and text in ("0", "1") and not isinstance(value, bool):
        yield Reservation("tdm", text, text == "1", source, said, at)
    elif name == POLICY and isinstance(value, str):
        url = address(text, base)
        if url is not None:
            yield Reservation("tdm-policy", url, False, source, said, at)


def address(text: str, base: str | None = None) -> str | None:
    """An http(s) address of at most 2,000 characters, whole; None where it is none.

    >>> address("https://a.example/license.xml"), address("/l.xml"), address("javascript:1")
    ('https://a.example/license.xml', None, None)
    """
    if len(text) > 2_000 or (base is None and "://" not in text):
        return None
    return absolute(base or text, text)


@dataclass(frozen=True, slots=True)
class TdmRules:
    """The rules of a `tdmrep.json`."""

    rules: tuple[tuple[Pattern, tuple[Reservation, ...]], ...] = ()

    @classmethod
    def read(cls, body: bytes, at: str) -> TdmRules:
        """The rules of a file; those without a location or a reservation are left out, all of them
        where it is no JSON array. at: its address. Raises nothing."""
        try:
            found = json.loads(body[:_MAX_BYTES].decode("utf-8-sig", "replace"))
        except (ValueError, RecursionError):
            return cls()
        rules = found[:MAX_RULES] if isinstance(found, list) else []
        return cls(tuple(rule for each in rules if (rule := _rule(each, at)) is not None))

    def of(self, path: str) -> tuple[Reservation, ...]:
        """What holds for a path: "The most specific match is the first in sequence"."""
        return next((held for pattern, held in self.rules if pattern.matches(path)), ())


def _rule(told: Any, at: str) -> tuple[Pattern, tuple[Reservation, ...]] | None:
    if not isinstance(told, dict):
        return None
    location = told.get("location")
    if not isinstance(location, str) or not location.startswith(("/", "*")):
        return None
    held = [*tdm(TDM, told.get(TDM), None, "tdmrep.json", TDM, at)]
    if not held or len(location) > MAX_LENGTH:
        return None
    held += tdm(POLICY, told.get(POLICY), at, "tdmrep.json", POLICY, at)
    return Pattern.of(location), tuple(held)
