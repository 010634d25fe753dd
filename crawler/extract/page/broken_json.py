"""JSON as pages have it: wrapped in comments and CDATA, with commas too many, quotes that nobody
escaped, entities. What can be read is read.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

_WRAPPERS = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)|"
    r"(?:-->|//\s*\]\]>|\]\]>|/\*\s*\]\]>\s*\*/|;)\s*$"
)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_TOKEN = re.compile(
    r'"(?P<string>(?:[^"\\]|\\.)*)"|/\*.*?\*/|//[^\n]*|<!--.*?-->|(?P<other>[^"/<]+|[/<])',
    re.DOTALL,
)
_MISSING_COMMA = re.compile(r'\s*"[\w@]{1,40}"\s*:')
_COMMAS = re.compile(r",(?:\s*,)+")
_NO_VALUE = re.compile(r"\b(?:undefined|NaN)\b")
_AFTER_STRING = re.compile(r"\s*(?:[,}\]:]|$)")
_AFTER_VALUE = re.compile(
    r'\s*(?:[}\]]|$|,\s*(?:["{\[\]},]|-?\d|true|false|null|/[/*]|$)|//|/\*|"[\w@]{1,40}"\s*:)'
)
_BAD_ESCAPE = re.compile(r'\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})')
_UNFINISHED = 40
"""Times that an unfinished text is shortened by one value."""
_MOST_REPAIRED, _MOST_SHORTENED = 200_000, 400_000
"""Characters of a text that is repaired, and of all texts that one is shortened to."""


def read_json(text: str, repair: bool = True) -> list[Any]:
    """The values that a script holds, one after another; those before what cannot be mended.

    repair: whether to try hard. It takes some ten times as long as reading.

    >>> read_json('{"a": 1, /* who */ "b": [2,],}')
    [{'a': 1, 'b': [2]}]
    >>> read_json('{"headline": "The "old" bridge", "b": 2}')
    [{'headline': 'The "old" bridge', 'b': 2}]
    """
    try:
        return [json.loads(text, strict=False)]
    except (ValueError, RecursionError):
        pass
    for _ in range(2):
        text = _WRAPPERS.sub("", text).strip()
    if "{" in text[:100] and "&quot;" in text[:200]:
        text = html.unescape(text)
    found, rest = _values(_TRAILING_COMMA.sub(r"\1", text))
    if rest and repair and len(text) <= _MOST_REPAIRED:
        found += _values("".join(_repaired(rest)))[0] or _unfinished(rest)
    return found


def _values(text: str) -> tuple[list[Any], str]:
    """The values at the start of a text, and what is left of it."""
    decoder = json.JSONDecoder(strict=False)
    found: list[Any] = []
    at = 0
    try:
        while at < len(text):
            value, at = decoder.raw_decode(text, at)
            found.append(value)
            while at < len(text) and text[at] in " \t\r\n,;":
                at += 1
    except (ValueError, RecursionError):
        return found, text[at:]
    return found, ""


def _repaired(text: str) -> Iterator[str]:
    """The text without comments and superfluous commas, its bare quotes escaped."""
    out: list[str] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:  # a string that does not end
            out.append(text[at:])
            break
        if match["string"] is not None:
            is_value = "".join(out[-3:]).rstrip()[-1:] in (":", "[")
            end = _end_of_string(text, at, is_value=is_value)
            inner = text[at + 1 : end]
            inner = re.sub(r'(?<!\\)((?:\\\\)*)"', r'\1\\"', inner)
            out.append(f'"{_BAD_ESCAPE.sub("", inner)}"')
            at = end + 1
            if is_value and _MISSING_COMMA.match(text, at):
                out.append(",")
            continue
        if match["other"] is not None:
            out.append(_NO_VALUE.sub("null", _COMMAS.sub(",", match["other"])))
        at = match.end()
    yield _TRAILING_COMMA.sub(r"\1", "".join(out).strip())


def _end_of_string(text: str, start: int, *, is_value: bool) -> int:
    """Where a string ends: at the first quote after which the text goes on as JSON does."""
    at = start + 1
    while (at := text.find('"', at)) >= 0:
        before_it = at
        while text[before_it - 1] == "\\":
            before_it -= 1
        if not (at - before_it) % 2 and (_AFTER_VALUE if is_value else _AFTER_STRING).match(
            text, at + 1
        ):
            return at
        at += 1
    return len(text)


def _unfinished(text: str) -> list[Any]:
    """The value of a text that breaks off, or is broken further on, as far as it can be read."""
    text = "".join(_repaired(text))
    decoder = json.JSONDecoder(strict=False)
    for _ in range(min(_UNFINISHED, _MOST_SHORTENED // (len(text) + 1))):
        closed = text.rstrip().rstrip(",") + _closing(text)
        try:
            return [decoder.raw_decode(closed)[0]]
        except RecursionError:
            return []
        except ValueError as error:
            cut = max(text.rfind(",", 0, min(getattr(error, "pos", 0), len(text))), 0)
            if not cut:
                return []
            text = text[:cut]
    return []


def _closing(text: str) -> str:
    """What closes the brackets that a text leaves open."""
    open_ones: list[str] = []
    for match in _TOKEN.finditer(text):
        for mark in match["other"] or "":
            if mark in "{[":
                open_ones.append("}" if mark == "{" else "]")
            elif mark in "}]" and open_ones:
                open_ones.pop()
    return "".join(reversed(open_ones))
