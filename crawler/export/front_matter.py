"""YAML as it stands at the head of a Markdown file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

# Line ends of YAML 1.1, what its readers refuse, and what would turn the text of an editor around.
_UNSEEN = re.compile(
    "[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_FIRST_YEAR, _LAST_YEAR = 1000, 9000
"""Beyond them readers of dates differ."""


def front_matter(values: Mapping[str, Any]) -> str:
    """Front matter between two lines of `---`: text, numbers, dates, lists of text. What is None or
    an empty list is left out.

    Text is quoted as JSON quotes it, which YAML 1.2 reads, and readers of YAML 1.1 do too where no
    half of a surrogate pair is in it: so no text can end its line.

    >>> print(front_matter({"title": "--- a: b", "tags": ["x"], "n": 3}), end="")
    ---
    title: "--- a: b"
    tags:
      - "x"
    n: 3
    ---
    """
    return "---\n" + "".join(f"{line}\n" for line in _lines(values)) + "---\n"


def _lines(values: Mapping[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        if value is None or value == []:
            continue
        if isinstance(value, list):
            yield f"{name}:"
            yield from (f"  - {_scalar(each)}" for each in value)
        else:
            yield f"{name}: {_scalar(value)}"


def _scalar(value: Any) -> str:
    if isinstance(value, date):  # also a datetime
        text = value.isoformat()
        return text if _FIRST_YEAR < value.year < _LAST_YEAR else json.dumps(text)
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    quoted = json.dumps(_SURROGATE.sub("\ufffd", str(value)), ensure_ascii=False)
    return _UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", quoted)


def moment(text: str | None) -> datetime | None:
    """A moment with its own offset; None where a text tells no time of day or no offset."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
