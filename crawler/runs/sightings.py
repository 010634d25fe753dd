"""What page readers see on archived pages that teach of their site."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from crawler.extract import read_page
from crawler.extract.dates import normalise
from crawler.learn import Build, Sighting, build, survey
from crawler.runs.readings import kept_page
from crawler.runs.visits import Place, answer_at, document, why_none
from crawler.text import cleaned


def seen_at(place: Place, captured_at: str, kept: bytes | None = None) -> Sighting | None:
    """What an archived page tells of its site; None for one that is no story. For page readers.
    Raises PageError where it cannot be read, OSError.

    kept: its reading, if the run has it, as `KeptReadings.get` gives it.
    """
    doc = document(answer_at(place))
    page = kept_page(kept) if kept is not None else cleaned(read_page(doc))
    if why_none(page.article, page.not_article) is not None:
        return None
    article = normalise(page.article, datetime.fromisoformat(captured_at))
    return survey(doc, replace(page, article=article))


def build_at(place: Place) -> Build:
    """How an archived page is built. For page readers. Raises PageError where it cannot be read,
    OSError."""
    return build(document(answer_at(place)).root)
