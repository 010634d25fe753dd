"""TOML with the line that each name stands on."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

Path = tuple[str, ...]

_CLOSERS = ("]", "}", '"""', "'''")
_AT = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


class NotTomlError(Exception):
    """A text is no TOML."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(line, why)
        self.line, self.why = line, why


def parse(text: str) -> tuple[dict[str, Any], dict[Path, int]]:
    """What a text says, and the line of each name, by the names that lead to it. Raises
    NotTomlError.

    >>> parse("[papers.daily]\\naddress = 'a.example'")[1]
    {('papers',): 1, ('papers', 'daily'): 1, ('papers', 'daily', 'address'): 2}
    """
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _AT.search(str(error))
        line = int(found[1]) if found and found[1] else max(1, len(text.splitlines()))
        raise NotTomlError(line, _AT.sub("", str(error))) from None
    except (ValueError, RecursionError) as error:  # of thousands of digits, or of brackets
        raise NotTomlError(1, "a number is too long, or tables are too deep") from error
    lines: dict[Path, int] = {}
    table: Path = ()
    for line, statement in _statements(text):
        one = tomllib.loads(statement)
        if statement.lstrip().startswith("["):
            table = _innermost(one)
            _note(lines, one, (), line)
        else:
            _note(lines, one, table, line)
    return said, lines


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Headers, and names with their values, each with its first line: of a text that is TOML,
    those are the fewest lines that are TOML by themselves."""
    begun, first = "", 0
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        goes_on = bool(begun)
        begun, first = (f"{begun}\n{line}", first) if begun else (line, number)
        if goes_on and not any(each in line for each in _CLOSERS):
            continue  # what goes over many lines ends in one of these: a list is parsed once
        if not begun.strip() or begun.lstrip().startswith("#"):
            begun = ""
            continue
        try:
            tomllib.loads(begun)
        except tomllib.TOMLDecodeError:
            continue
        yield first, begun
        begun = ""


def _innermost(one: object) -> Path:
    """The names that a header has: tables in one another, the last one empty."""
    names: list[str] = []
    while one:
        if isinstance(one, list):
            one = one[0]
            continue
        assert isinstance(one, dict)
        name, one = next(iter(one.items()))
        names.append(name)
    return tuple(names)


def _note(lines: dict[Path, int], one: object, above: Path, line: int) -> None:
    if isinstance(one, dict):
        for name, inner in one.items():
            lines.setdefault((*above, name), line)
            _note(lines, inner, (*above, name), line)
