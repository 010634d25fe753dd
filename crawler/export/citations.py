"""Bibliographies: BibLaTeX and CSL-JSON, an entry for each story."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

import msgspec

from crawler.citation import Cited, as_bibtex, csl_item
from crawler.export.values import Row, moment_text


def write_bibtex(out: BinaryIO, rows: Iterable[Row]) -> None:
    """Write an entry for each row of STORY_CITATIONS, a blank line between. Raises OSError."""
    between = b""
    for cited in _cited(rows):
        out.write(between + as_bibtex(cited).encode("utf-8", "replace"))
        between = b"\n"


def write_csl(out: BinaryIO, rows: Iterable[Row]) -> None:
    """Write a list with an item for each row of STORY_CITATIONS, one a line. Raises OSError."""
    encode = msgspec.json.Encoder().encode
    before = b"[\n"
    for cited in _cited(rows):
        out.write(before + encode(csl_item(cited)))
        before = b",\n"
    out.write(b"[]\n" if before == b"[\n" else b"\n]\n")


def _cited(rows: Iterable[Row]) -> Iterator[Cited]:
    for row in rows:
        fetched = row["fetched_at"]
        yield Cited(
            title=row["title"] or row["url"],  # none of the two may have no title
            authors=tuple(row["authors"] or ()),
            site=row["site"],
            url=row["url"],
            published=row["published_at"],
            captured_at="" if fetched is None else moment_text(fetched),
            digest=row["payload_digest"] or "",
            record_id=row["record_id"],
            language=row["language"],
        )
