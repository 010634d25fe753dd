"""What one statement of a publisher says of the rights in a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

ReservedIn = Literal["header", "meta", "link", "robots.txt", "tdmrep.json"]
"""Where a statement stands: a header of the answer, a meta element or a link element of the page,
or one of the two files that speak for a whole host."""
PLACES: tuple[ReservedIn, ...] = get_args(ReservedIn)


@dataclass(frozen=True, slots=True)
class Reservation:
    """A term that a publisher sets for what is made of a page. It says nothing of whether the page
    may be fetched: that is for Allow and Disallow in robots.txt alone."""

    what: str
    """The term, in lower case: `tdm`, `tdm-policy`, `license`, a use (`train-ai`, `search` …) or a
    directive for robots (`noarchive`, `noai`, `max-snippet` …)."""
    value: str | None
    """As stated: `1`, `n`, a date, an address; None for directives that have none."""
    reserved: bool
    """Whether this reserves a right; else it grants one, or names the terms."""
    source: ReservedIn
    name: str
    """Of the header, the meta element or the line: `X-Robots-Tag`, `robots`, `Content-Usage`."""
    at: str | None = None
    """Address of the file; None where the answer says it itself."""
    agent: str | None = None
    """The only robot that it is meant for, in lower case; None: all."""

    def __str__(self) -> str:
        said = self.what if self.value is None else f"{self.what}: {self.value}"
        said += f" (for {self.agent})" if self.agent else ""
        if self.at is not None:
            return f"{said}, by {self.name} in {self.at}"
        kinds = {"header": "header", "meta": "meta element", "link": "link element"}
        return f"{said}, by {kinds.get(self.source, self.source)} {self.name}"
