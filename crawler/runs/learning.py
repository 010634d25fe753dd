"""A site's profile, learned from its archived stories."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

from crawler.archive.database import WARC_FOLDER
from crawler.archive.rereads import Standing, standing
from crawler.errors import PageError, VisitError
from crawler.extract import Document, read_page
from crawler.extract.dates import normalise
from crawler.learn import Sighting, SiteProfile, learn, survey
from crawler.runs.visits import Place, answer_in, why_none
from crawler.runs.workers import Workers
from crawler.text import cleaned
from crawler.warc.http import message_in
from crawler.warc.members import DamagedError
from crawler.warc.reader import read_record

SAMPLE = 200
"""Stories of a site that teach; more teach hardly more."""


async def learn_site(
    folder: Path, connection: sqlite3.Connection, host: str, workers: Workers
) -> SiteProfile:
    """The profile of a site, from a sample of its stories that depends on nothing but which stories
    the archive has. Raises sqlite3.Error.

    folder: the archive's. host: of the site, as the table `sites` has it.
    """
    asked = [
        workers.run(seen_at, _place(folder, each), each.captured_at)
        for each in sample(connection, host)
    ]
    seen: list[Sighting] = []
    for one in asyncio.as_completed(asked):
        with suppress(VisitError, OSError):
            if (sighting := await one) is not None:
                seen.append(sighting)
    return learn(host, seen)


def sample(connection: sqlite3.Connection, host: str) -> list[Standing]:
    """Revisions that stand, of as many stories as teach: those whose addresses have the least
    digests, so that a story more or less changes the sample by one. Raises sqlite3.Error."""
    every = sorted(_standing(connection, host), key=lambda each: _digest(each.article_url))
    return every[:SAMPLE]


def seen_at(place: Place, captured_at: str) -> Sighting | None:
    """What an archived page tells of its site; None for one that is no story. For page readers.
    Raises PageError where it cannot be read, OSError."""
    try:
        record = read_record(place.folder, place.name, place.offset, place.length)
    except DamagedError as error:
        raise PageError("damaged_record", error) from None
    answer = answer_in(message_in(record), place.url)
    doc = Document(answer.body, answer.url, answer.content_type or "")
    page = cleaned(read_page(doc))
    if why_none(page.article, page.not_article) is not None:
        return None
    article = normalise(page.article, datetime.fromisoformat(captured_at))
    return survey(doc, replace(page, article=article))


def _standing(connection: sqlite3.Connection, host: str) -> Iterator[Standing]:
    after = 0
    while rows := standing(connection, "", after=after, site=host, again=True):
        yield from rows
        after = rows[-1].article_id


def _digest(url: str) -> bytes:
    return blake2b(url.encode(), digest_size=8).digest()


def _place(folder: Path, each: Standing) -> Place:
    return Place(
        folder / WARC_FOLDER, each.warc_file, each.warc_offset, each.warc_length, each.page_url
    )
