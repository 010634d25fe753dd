"""What a page ships for its own scripts: states and data in `<script>`, in attributes, as JSON.

`<script type="application/json">` (HTML Living Standard, 4.12.1, "data blocks"), assignments
(`window.STATE = {…}`, `JSON.parse("…")`), React's flight rows (`push([1,"…"])`), and values of
attributes. JavaScript is not run: what is no JSON is passed over.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from crawler.extract.page.broken_json import read_json
from crawler.extract.page.document import Document

_MAX_CHARACTERS = 6_000_000
"""Of all that is read of one page."""
_LEAST = 200
"""Characters; what is shorter holds no story."""
_MAX_SCRIPTS, _MAX_ASSIGNMENTS, _MAX_TRIED, _MAX_ATTRIBUTES = 500, 40, 2_000, 200
_LONGEST_NAME = 80
"""Characters of what a value is assigned to: the last ones, where it has more."""
_MOST_MENDED = 20
"""Values in a script that are read a second time, without what JSON has no word for."""
_ASSIGNED = re.compile(
    # a name is tried from its beginning alone, not from each of its letters
    r"((?<![\w$.])[\w$.]++|\[[\"'][\w$.-]{1,80}[\"']\])\s*=\s*(JSON\.parse\(\s*)?(?=[\[{\"'])"
)
_SINGLE_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'", re.DOTALL)
_UNDEFINED = re.compile(r"(?<=[:\[,])\s*(?:undefined|NaN)(?=\s*[,}\]])")
_PUSHED = re.compile(r"\.push\(\s*(\[)")
_ROW = re.compile(r"([0-9a-f]{1,8}):")
_TEXT_ROW = re.compile(r"([0-9a-f]{1,8}):T([0-9a-f]{1,8}),")
_MOST_DEEP = 60
_MOST_RESOLVED = 100_000


class ScriptValue(NamedTuple):
    """A value that a page holds for its scripts."""

    where: str
    """Its script's id, the variable that it is assigned to, or the attribute that holds it."""
    value: Any
    """A JSON object or array."""


def script_values(doc: Document) -> list[ScriptValue]:
    """The JSON objects and arrays in a page's scripts and attributes, in page order, JSON-LD left
    out. Raises nothing: what cannot be read is left out."""
    return list(_values(doc))


def _values(doc: Document) -> Iterator[ScriptValue]:
    left = _MAX_CHARACTERS
    rows: list[str] = []
    for script in doc.tags["script"][:_MAX_SCRIPTS]:
        text, kind = script.text or "", (script.get("type") or "").lower()
        if len(text) < _LEAST or "ld+json" in kind or (left := left - len(text)) < 0:
            continue
        name = script.get("id") or ""
        if "json" in kind or text.lstrip()[:1] in ("{", "["):
            for value in read_json(text, repair=len(text) < 200_000):
                if isinstance(value, dict | list):
                    yield ScriptValue(name or "script", unflattened(value))
        elif not kind or "javascript" in kind or kind == "module":
            yield from _assigned(text)
            rows += _pushed(text)
    yield from _flight("".join(rows))
    for name, value in islice(_attributes(doc), _MAX_ATTRIBUTES):
        if (left := left - len(value)) < 0:
            return
        for each in read_json(value, repair=False):
            if isinstance(each, dict | list):
                yield ScriptValue(name, each)


def _assigned(text: str) -> Iterator[ScriptValue]:
    at = count = mended = 0
    has_undefined = "undefined" in text or "NaN" in text
    for _ in range(_MAX_TRIED):
        found = _ASSIGNED.search(text, at)
        if found is None or count >= _MAX_ASSIGNMENTS:
            return
        at = found.end()
        name = found[1].strip("[]\"'")[-_LONGEST_NAME:]
        name = name.removeprefix("window.").removeprefix("self.")
        value: Any = None
        if found[2]:
            written, at = _string(text, at)
            value = _json(written) if written else None
        elif text[at] in "{[":
            begun = at
            value, at = _decoded(text, at)
            if value is None and has_undefined and mended < _MOST_MENDED:
                mended += 1
                value, _ = _decoded(_UNDEFINED.sub("null", text[begun:]), 0)
        if isinstance(value, dict | list) and value:
            count += 1
            yield ScriptValue(name, value)


def _decoded(text: str, at: int) -> tuple[Any, int]:
    """The JSON value that begins at a place, and where it ends; None where it is none."""
    decoder = json.JSONDecoder(strict=False)
    try:
        return decoder.raw_decode(text, at)
    except (ValueError, RecursionError):
        return None, at + 1


def _string(text: str, at: int) -> tuple[str | None, int]:
    """The JavaScript string that begins at a place, and where it ends."""
    if text[at] == '"':
        value, end = _decoded(text, at)
        return (value, end) if isinstance(value, str) else (None, at + 1)
    found = _SINGLE_QUOTED.match(text, at)
    if found is None:
        return None, at + 1
    inner = re.sub(r'(?<!\\)((?:\\\\)*)"', r"\1\\" + '"', found[1].replace("\\'", "'"))
    value, _ = _decoded(f'"{inner}"', 0)
    return (value, found.end()) if isinstance(value, str) else (None, found.end())


def _json(text: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _pushed(text: str) -> Iterator[str]:
    """Strings that are pushed onto a list of numbered pieces: `push([1,"…"])`."""
    for found in islice(_PUSHED.finditer(text), _MAX_ASSIGNMENTS):
        value, _ = _decoded(text, found.start(1))
        if isinstance(value, list) and len(value) == 2 and isinstance(value[1], str):
            yield value[1]


def _flight(text: str) -> Iterator[ScriptValue]:
    """Rows of React's flight format: `ID:JSON` a line, `IDs:TLENGTH,text` for long texts, which the
    others name as `$ID`."""
    texts: dict[str, str] = {}
    values: list[Any] = []
    at = 0
    while at < len(text):
        if found := _TEXT_ROW.match(text, at):
            size = int(found[2], 16)  # bytes of UTF-8
            data = text[found.end() : found.end() + size].encode("utf-8", "replace")[:size]
            shown = data.decode("utf-8", "ignore")
            texts[f"${found[1]}"] = shown
            at = found.end() + max(1, len(shown))
            continue
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        row = _ROW.match(text, at, end)
        if row and text[row.end() : row.end() + 1] in ("{", "[") and end - at >= _LEAST:
            values += [v for v in [_json(text[row.end() : end])] if isinstance(v, dict | list)]
        at = end + 1
    for value in values:
        yield ScriptValue("flight", _named_texts(value, texts) if texts else value)


def _named_texts(value: Any, texts: dict[str, str], depth: int = 0) -> Any:
    """A value with the texts that it names in their places."""
    if isinstance(value, str):
        return texts.get(value, value) if value[:1] == "$" else value
    if depth >= _MOST_DEEP:
        return None
    if isinstance(value, list):
        return [_named_texts(each, texts, depth + 1) for each in value]
    if isinstance(value, dict):
        return {key: _named_texts(each, texts, depth + 1) for key, each in value.items()}
    return value


def unflattened(value: Any) -> Any:
    """A value that was written as one list of all its parts, which name one another by their
    places in it (the format of the library devalue); any other value as it is.

    >>> unflattened([{"story": 1}, {"title": 2, "tags": 3}, "Bread", [2]])
    {'story': {'title': 'Bread', 'tags': ['Bread']}}
    """
    if not isinstance(value, list) or len(value) < 3 or not _names_places(value):
        return value
    left = [_MOST_RESOLVED]

    def at(place: Any, depth: int) -> Any:
        left[0] -= 1
        if type(place) is not int or not 0 <= place < len(value):
            return None
        if depth > _MOST_DEEP or left[0] < 0:
            return None
        part = value[place]
        if isinstance(part, dict):
            return {key: at(each, depth + 1) for key, each in part.items()}
        if isinstance(part, list):
            if part and isinstance(part[0], str):  # a kind of its own: Date, Ref, Reactive …
                if part[0] == "Date" and len(part) > 1:
                    return part[1]
                return at(part[1], depth + 1) if len(part) == 2 else None
            return [at(each, depth + 1) for each in part]
        return part

    return at(0, 0)


def _names_places(parts: list[Any]) -> bool:
    """Whether the objects in a list hold nothing but places in it."""
    objects = [part for part in parts[:200] if isinstance(part, dict) and part]
    return bool(objects) and all(
        type(each) is int and -10 < each < len(parts) for part in objects for each in part.values()
    )


def _attributes(doc: Document) -> Iterator[tuple[str, str]]:
    for element in doc.elements:
        if not isinstance(element.tag, str):
            continue
        for name, value in element.items():
            if len(value) >= _LEAST and value.lstrip()[:1] in ("{", "["):
                yield str(name), value
