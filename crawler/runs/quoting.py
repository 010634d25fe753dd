"""Where a story's text stands besides on its own pages: in feeds and lists of posts, on home and
section pages that show its beginning, on other stories' pages that quote it."""

from __future__ import annotations

import html
import re
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from crawler.archive.database import WARC_FOLDER
from crawler.archive.takedown_scope import Scope, captures_beside, texts_of
from crawler.text import words
from crawler.warc.http import decoded, message_in
from crawler.warc.members import DamagedError
from crawler.warc.reader import read_record

# Words of a paragraph that are looked for: teasers break off, and a shorter one may be anybody's.
_PHRASE = 8
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_TAG = re.compile(r"<[^<>]{0,2000}>|\\[nrt]")


@dataclass(slots=True)
class Quoted:
    """What was found."""

    lists: set[int] = field(default_factory=set)
    """Captures of lists, feeds and other pages that are no stories: by their keys."""
    stories: set[str] = field(default_factory=set)
    """Addresses of other stories with words of this one on their pages."""


def quoted(
    connection: sqlite3.Connection, folder: Path, scope: Scope,
    progress: Callable[[int, int], None] = lambda done, whole: None,
) -> Quoted:  # fmt: skip
    """Look for a story's text in whatever else was captured in the time around it.

    folder: the archive's. What cannot be read is passed over. Raises sqlite3.Error.
    """
    found = Quoted()
    phrases = {phrase for text in texts_of(connection, scope) for phrase in _phrases(text)}
    beside = captures_beside(connection, scope) if phrases else []
    for done, (capture_id, place, story) in enumerate(beside):
        progress(done, len(beside))
        try:
            record = read_record(folder / WARC_FOLDER, *place)
            text = _text(decoded(message_in(record)))
        except (DamagedError, OSError):
            continue
        if any(phrase in text for phrase in phrases):
            if story is None:
                found.lists.add(capture_id)
            else:
                found.stories.add(story)
    return found


def _phrases(text: str) -> Iterator[str]:
    for paragraph in text.split("\n"):
        said = words(paragraph).split()
        if len(said) >= _PHRASE:
            yield " ".join(said[:_PHRASE])


def _text(body: bytes) -> str:
    """A page, feed or JSON as its words, whatever stands between them."""
    text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), body.decode("utf-8", "replace"))
    return words(_TAG.sub(" ", html.unescape(html.unescape(text))))
