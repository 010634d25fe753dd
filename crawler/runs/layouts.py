"""Whether a newspaper's pages are built otherwise than those that it was learned from, and since
which story."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from crawler.archive.layouts import FIELDS, New, last_moves, new_stories, place_in, sources_before
from crawler.archive.rereads import Held, of_record, of_story
from crawler.archive.site_profiles import LayoutChange, Learned
from crawler.errors import VisitError
from crawler.learn import LEAST_NEW, Build, first_other, fits, is_break, moved, since_when
from crawler.runs.held_pages import place_of_page
from crawler.runs.sightings import build_at
from crawler.runs.workers import Workers

_LOOKED_AT = 10
"""Pages that are read of the newest, and of those that taught."""
_SHOWN = 3
"""Stories that a change is shown by."""


async def layout_changes(
    folder: Path, connection: sqlite3.Connection, learned: Learned, workers: Workers
) -> list[LayoutChange]:
    """What has changed on a site's newest pages since its profile was learned. Raises
    sqlite3.Error.

    folder: the archive's. learned: the profile that counts.
    """
    new = new_stories(connection, learned.host, learned.learned_at)
    if len(new) < LEAST_NEW:
        return []
    found = list(_moved(connection, learned, new))

    async def look(held: Held | None) -> Build | None:
        if held is None:
            return None
        with suppress(VisitError, OSError):
            return await workers.run(build_at, place_of_page(folder, held))
        return None

    taught = [await look(of_record(connection, page)) for page in learned.learned_from[:_LOOKED_AT]]
    known = [each for each in taught if each is not None]
    came = [await look(of_story(connection, each.article_id)) for each in new[-_LOOKED_AT:]]
    newest = [each for each in came if each is not None]
    if not known or not is_break(newest, known):
        return found

    async def is_other(number: int) -> bool:
        one = await look(of_story(connection, new[number].article_id))
        return one is not None and not fits(one, known)

    first = await first_other(len(new), is_other)
    before = Counter(each.headline for each in known).most_common(1)[0][0]
    after = Counter(each.headline for each in newest).most_common(1)[0][0]
    return [_change("layout", new[first:], f"headline at {before}", f"headline at {after}"), *found]


def _moved(
    connection: sqlite3.Connection, learned: Learned, new: Sequence[New]
) -> Iterator[LayoutChange]:
    before = sources_before(connection, learned.host, learned.learned_at)
    newest = new[-2 * _LOOKED_AT :]
    known = last_moves(connection, learned.host)
    for field in FIELDS:
        found = moved(before[field], Counter(each.sources[field] for each in newest))
        # those that taught are mostly of before for weeks: what moved is told once
        if found is not None and known.get(field) != place_in(found[1]):
            first = since_when(
                [each.sources[field] for each in new], before[field].most_common(1)[0][0]
            )
            yield _change(field, new[first:], *found)


def _change(field: str, stories: Sequence[New], before: str, after: str) -> LayoutChange:
    urls = tuple(each.url for each in stories[:_SHOWN])
    return LayoutChange(field, stories[0].captured_at, before, after, urls)
