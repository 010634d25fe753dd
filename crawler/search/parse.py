"""A query language that never errs: whatever is not understood is searched for as words, and a
sentence says so."""

from __future__ import annotations

from dataclasses import dataclass, field

from crawler.search import words
from crawler.search.conditions import Conditions
from crawler.search.query import AllOf, AnyOf, Near, Node, Phrase, Query, Word
from crawler.search.scan import FIELDS, MAX_CHARACTERS, Token, readable, tokens
from crawler.text import shown_line

MAX_WORDS = 64
"""Words of a query that are searched for."""
NEAR = 10
"""Words between those of a NEAR that names no number."""
_MAX_NEAR = 1_000
_MAX_DEPTH = 12
_MAX_IN_NEAR = 8
_SHOWN = 40
"""Characters of a query that a note shows."""


def parse(text: str) -> Query:
    """What somebody typed as a query. Raises nothing.

    >>> query = parse('rivers "town hall" -mill site:news.example after:2020')
    >>> query.words
    AllOf(parts=(Word(text='rivers', begins=False), Phrase(text='town hall')), without=(Word(text='mill', begins=False),))
    >>> query.since, query.filters
    ('2020-01-01', (Filter(field='site', value='news.example', negated=False),))
    """  # noqa: E501
    fit, is_cut = readable(text)
    reader = _Reader(tokens(fit))
    if is_cut:
        reader.note(f"Only the first {MAX_CHARACTERS:,} characters of the query are read.")
    wanted = reader.query()
    asked = reader.conditions
    return Query(
        fit, wanted, tuple(asked.filters), asked.since, asked.before, asked.edited, asked.minutes,
        tuple(dict.fromkeys([*reader.notes, *asked.notes])),
    )  # fmt: skip


def parse_raw(text: str) -> Query:
    """A query in the syntax of SQLite's FTS5, as it is. Raises nothing: whether it is one, the
    engine says."""
    fit, _ = readable(text)
    return Query(fit, is_raw=True)


@dataclass(slots=True)
class _Reader:
    """Reads pieces from the left to the right."""

    left: list[Token]
    at: int = 0
    words: int = 0
    too_many: int = 0
    notes: list[str] = field(default_factory=list)
    conditions: Conditions = field(default_factory=Conditions)

    def note(self, sentence: str) -> None:
        self.notes.append(sentence)

    def query(self) -> Node | None:
        parts: list[Node] = []
        without: list[Node] = []
        while self.at < len(self.left):
            node = self._any_of(0)
            _put(node, parts, without)
            if self._next() == "close":
                self.at += 1
                self.note("A bracket is closed that was never opened; it is left out.")
        if self.too_many:
            self.note(
                f"Only the first {MAX_WORDS} words are searched for; {self.too_many:,} more are"
                " left out."
            )
        return _all_of(parts, without)

    def _next(self) -> str:
        return self.left[self.at].kind if self.at < len(self.left) else ""

    def _any_of(self, depth: int) -> Node | None:
        """Up to a closing bracket or the end."""
        first = self._all_of(depth)
        found = [] if first is None else [first]
        while self._next() == "or":
            self.at += 1
            after = self._all_of(depth)
            if after is not None:
                found.append(after)
        # what must not be there beside OR holds for all of it
        without = [bad for node in found if isinstance(node, AllOf) and not node.parts
                   for bad in node.without]  # fmt: skip
        positive = [node for node in found if not (isinstance(node, AllOf) and not node.parts)]
        if without and positive and len(found) > 1:
            self.note("What follows - or NOT beside OR is excluded from the whole query.")
        if len(positive) > 1:
            return _all_of([AnyOf(tuple(positive))], without)
        return _all_of(positive, without)

    def _all_of(self, depth: int) -> Node | None:
        parts: list[Node] = []
        without: list[Node] = []
        begin = self.at
        while (kind := self._next()) and kind != "close":
            token = self.left[self.at]
            if kind == "or" and self._joins(begin):
                break
            self.at += 1
            if kind == "and":
                if not self._joins(begin, self.at - 1):
                    self._put_words(token.text, parts)
            elif kind == "not":
                self._exclude(token, depth, parts, without)
            elif kind == "or":
                self._put_words(token.text, parts)
            else:
                _put(self._item(token, depth), parts, without)
                self._join_near(parts)
        return _all_of(parts, without)

    def _joins(self, begin: int, at: int | None = None) -> bool:
        """Whether an operator has something on both sides."""
        place = self.at if at is None else at
        after = self.left[place + 1].kind if place + 1 < len(self.left) else ""
        return place > begin and after not in ("", "close", "or", "and")

    def _exclude(self, token: Token, depth: int, parts: list[Node], without: list[Node]) -> None:
        """What must not be there: the next piece."""
        if self._next() in ("", "close", "or", "and", "not"):
            self._put_words(token.text, parts)
            return
        after = self.left[self.at]
        self.at += 1
        if after.kind == "field":
            self._condition(after, negated=True)
            return
        node = self._item(after, depth)
        if node is None:
            return
        if isinstance(node, AllOf) and node.without:
            # not (a but not b): the words that it names are what is meant
            self.note("What is excluded inside an excluded bracket is left out.")
            node = _all_of(list(node.parts), [])
        if node is not None:
            without.append(node)

    def _item(self, token: Token, depth: int) -> Node | None:
        """What one piece, or a bracket, asks for."""
        if token.kind == "open":
            return self._bracket(depth)
        if token.kind == "phrase":
            if not token.is_closed:
                self.note(
                    f"A quotation mark is not closed; “{_brief(token.text)}” is searched for as a"
                    " phrase."
                )
            return self._counted(words.phrase(token.text), token.text)
        if token.kind == "field":
            self._condition(token)
            return None
        if token.kind == "near":
            return self._near(token)
        found: list[Node] = []
        self._put_words(token.text, found)
        return _all_of(found, [])

    def _bracket(self, depth: int) -> Node | None:
        if depth >= _MAX_DEPTH:
            self.note(f"Brackets more than {_MAX_DEPTH} deep are left out.")
            return None
        inner = self._any_of(depth + 1)
        if self._next() == "close":
            self.at += 1
        else:
            self.note("A bracket is not closed; it reaches to the end.")
        return inner

    def _near(self, token: Token) -> Node | None:
        """NEAR(a b, 10), from behind the word; or the word itself where no bracket follows."""
        if self._next() != "open":
            found: list[Node] = []
            self._put_words("NEAR", found)
            return _all_of(found, [])
        self.at += 1
        parts: list[Word | Phrase] = []
        distance = token.text
        inner: list[Token] = []
        while (kind := self._next()) and kind != "close":
            inner.append(self.left[self.at])
            self.at += 1
        self.at += 1
        number = _number(inner)
        if number is not None:
            distance = number
        for each in inner:
            node = self._item(each, _MAX_DEPTH) if each.kind in ("word", "phrase") else None
            parts += [part for part in _flat(node) if isinstance(part, Word | Phrase)]
        if len(parts) > _MAX_IN_NEAR:
            self.note(f"NEAR takes {_MAX_IN_NEAR} words; the rest are left out.")
        return self._nearby(parts[:_MAX_IN_NEAR], distance)

    def _join_near(self, parts: list[Node]) -> None:
        """`a NEAR b`, `a NEAR/5 b`: what was just read, and what follows."""
        if self._next() != "near" or not parts or not isinstance(parts[-1], Word | Phrase):
            return
        token = self.left[self.at]
        after = self.left[self.at + 1] if self.at + 1 < len(self.left) else None
        if after is None or after.kind not in ("word", "phrase"):
            return
        self.at += 2
        others = [n for n in _flat(self._item(after, _MAX_DEPTH)) if isinstance(n, Word | Phrase)]
        if others:
            first = parts.pop()
            assert isinstance(first, Word | Phrase)
            parts.append(self._nearby([first, *others], token.text) or first)

    def _nearby(self, parts: list[Word | Phrase], distance: str) -> Node | None:
        if len(parts) < 2:
            self.note("NEAR takes two words or more: NEAR(river bridge, 10).")
            return parts[0] if parts else None
        return Near(tuple(parts), min(int(distance or NEAR), _MAX_NEAR))

    def _condition(self, token: Token, *, negated: bool = False) -> None:
        self.conditions.take(token.name, token.text, negated=negated)

    def _put_words(self, run: str, parts: list[Node]) -> None:
        name = run.rstrip(":").lower()
        if name != run.lower() and name in FIELDS:
            self.note(f"{name}: has no value, and is searched for as a word.")
        elif (colon := run.partition(":"))[1] and colon[2] and _is_name(colon[0]):
            self.note(
                f"{_brief(colon[0])}: is no field, and “{_brief(run)}” is searched for as words;"
                f" there are {', '.join(f'{each}:' for each in FIELDS)}."
            )
        found = words.parts(run)
        if not found and run.strip("*-−–+&|!?.,;:/'"):
            self.note(f"“{_brief(run)}” has neither letters nor digits, and is left out.")
        parts += [node for each in found if (node := self._counted(each)) is not None]

    def _counted(self, node: Node | None, typed: str = "") -> Node | None:
        """A node, if there is room for its words."""
        if node is None:
            if typed.strip():
                self.note(f"“{_brief(typed)}” has neither letters nor digits, and is left out.")
            return None
        assert isinstance(node, Word | Phrase)
        number = len(node.text.split())
        room = MAX_WORDS - self.words
        self.words += min(number, room)
        self.too_many += max(number - room, 0)
        if number <= room:
            return node
        kept = " ".join(node.text.split()[:room])
        return Phrase(kept) if kept else None


def _number(inner: list[Token]) -> str | None:
    """Takes the number from the end of what NEAR's bracket holds: `a b, 10`."""
    if not inner or inner[-1].kind != "word":
        return None
    last = inner[-1].text.lstrip(",")
    before = inner[-2] if len(inner) > 1 else None
    if not (last.isascii() and last.isdigit() and len(last) < 7):
        # "b,10" is one piece
        word, comma, number = inner[-1].text.rpartition(",")
        if comma and number.isascii() and number.isdigit() and len(number) < 7:
            inner[-1] = Token("word", word)
            return number
        return None
    if last == inner[-1].text and not (before and before.text.endswith(",")):
        return None
    inner.pop()
    return last


def _is_name(text: str) -> bool:
    return text.isascii() and text.isalpha() and text.lower() not in ("http", "https")


def _brief(text: str) -> str:
    line = shown_line(" ".join(text.split()))
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


def _flat(node: Node | None) -> tuple[Node, ...]:
    if node is None:
        return ()
    return node.parts if isinstance(node, AllOf) else (node,)


def _put(node: Node | None, parts: list[Node], without: list[Node]) -> None:
    """A node beside others: what it only excludes is excluded from them all."""
    if isinstance(node, AllOf) and not node.parts:
        without += node.without
    elif node is not None:
        parts.append(node)


def _all_of(parts: list[Node], without: list[Node]) -> Node | None:
    """The simplest node of all of these."""
    if len(parts) == 1 and not without:
        return parts[0]
    if len(parts) == 1 and isinstance(parts[0], AllOf):
        return AllOf(parts[0].parts, (*parts[0].without, *without))
    return AllOf(tuple(parts), tuple(without)) if parts or without else None
