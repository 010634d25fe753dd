"""What fields ask for: `site:news.example`, `before:2026-02`, `edited:yes`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import cast

from crawler.search.periods import FORMS, period
from crawler.search.query import Field, Filter
from crawler.text import shown_line
from crawler.urls import site_host

_YES = frozenset({"yes", "true", "1", "y"})
_NO = frozenset({"no", "false", "0", "n"})
_MINUTES = re.compile(r"(\d{1,4})(?:\s*[-–]\s*(\d{1,4})|(\+))?")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")


@dataclass(slots=True)
class Conditions:
    """All that the fields of a query ask for."""

    filters: list[Filter] = field(default_factory=list)
    since: str | None = None
    before: str | None = None
    edited: bool | None = None
    minutes: tuple[int, int | None] | None = None
    notes: list[str] = field(default_factory=list)

    def take(self, name: str, value: str, *, negated: bool = False) -> None:
        """Add what a field asks for. What is no value of it is told, and left out."""
        if not value:
            self._note(name, value, "has no value")
        elif name in ("before", "after", "since", "until", "date"):
            self._dates(name, value, negated)
        elif name == "edited":
            self._edited(value, negated)
        elif name == "read":
            self._minutes(value, negated)
        else:
            self._filter(cast("Field", name), value, negated)

    def _note(self, name: str, value: str, what: str) -> None:
        self.notes.append(f"{name}:{_brief(value)} {what}; it is left out.")

    def _dates(self, name: str, value: str, negated: bool) -> None:
        known = period(value)
        if known is None:
            self._note(name, value, f"is no date: {FORMS}")
            return
        if negated:
            opposite = {"before": "after", "after": "before", "since": "before"}
            if name not in opposite:
                self._note(f"-{name}", value, "cannot be excluded: use before: and after:")
                return
            name = opposite[name]
        first, end = known
        since, before = {
            "before": (None, first), "after": (first, None), "since": (first, None),
            "until": (None, end), "date": (first, end),
        }[name]  # fmt: skip
        if since and (self.since is None or since > self.since):
            self.since = since
        if before and (self.before is None or before < self.before):
            self.before = before

    def _edited(self, value: str, negated: bool) -> None:
        word = value.lower()
        if word not in _YES | _NO:
            self._note("edited", value, "is neither yes nor no")
            return
        self.edited = (word in _YES) != negated

    def _minutes(self, value: str, negated: bool) -> None:
        match = _MINUTES.fullmatch(value)
        if match is None or negated:
            self._note("read", value, "is no read time: write minutes as in 5, 3-5 or 10+")
            return
        first = int(match[1])
        self.minutes = first, None if match[3] else int(match[2] or first)

    def _filter(self, name: Field, value: str, negated: bool) -> None:
        if name == "site":
            host = site_host(value if "//" in value else f"https://{value}/")
            if not host:
                self._note(name, value, "is no host name: write it as in news.example")
                return
            value = host
        elif name == "lang":
            if not _LANGUAGE.fullmatch(value):
                self._note(name, value, "is no language code: write it as in en, de or pt-BR")
                return
            value = value.replace("_", "-")
        self.filters.append(Filter(name, value, negated))


def _brief(value: str) -> str:
    line = shown_line(value)
    return line if len(line) <= 40 else line[:39] + "…"
