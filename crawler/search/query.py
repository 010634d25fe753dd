"""What a reader asks for, once it is understood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Field: TypeAlias = Literal["author", "section", "tag", "site", "lang"]


@dataclass(frozen=True, slots=True)
class Word:
    """A word, in any of its forms."""

    text: str
    """As typed: letters and digits, nothing else."""
    begins: bool = False
    """Typed with a * at its end: any word that begins so."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand beside one another exactly so; one alone: that word and no other form."""

    text: str


@dataclass(frozen=True, slots=True)
class Near:
    """Words and phrases with at most so many other words between them, in any order."""

    parts: tuple[Word | Phrase, ...]
    distance: int


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of some, and none of others. Only at the top of a query may `parts` be empty."""

    parts: tuple[Node, ...]
    without: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of two or more."""

    parts: tuple[Node, ...]


Node: TypeAlias = Word | Phrase | Near | AllOf | AnyOf


@dataclass(frozen=True, slots=True)
class Filter:
    """One thing that a story must have, or must not."""

    field: Field
    value: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for. `parse` makes it of what somebody typed."""

    text: str
    """As typed, without control characters."""
    words: Node | None = None
    """What is to be in headline, standfirst or body; None: anything. Of an engine's own query
    (`is_raw`) it is in `text`."""
    filters: tuple[Filter, ...] = ()
    """Sites, sections and languages: one of those that are named (a story has one). Authors and
    tags: all."""
    since: str | None = None
    """First day of publication: 2026-01-31. None: any."""
    before: str | None = None
    """The day after the last one. None: any."""
    edited: bool | None = None
    """Whether the newspaper changed it afterwards; None: either."""
    minutes: tuple[int, int | None] | None = None
    """Read time, from and to (None: any longer one). None: any."""
    notes: tuple[str, ...] = ()
    """Sentences on what was not understood, and what was made of it."""
    is_raw: bool = False
    """`text` is a query in the syntax of SQLite's FTS5."""

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing: every story is found."""
        return not (
            self.words or self.filters or self.since or self.before or self.minutes
            or self.edited is not None or (self.is_raw and self.text)
        )  # fmt: skip

    @property
    def has_words(self) -> bool:
        """Whether it looks for something in texts."""
        return self.words is not None or (self.is_raw and bool(self.text))
