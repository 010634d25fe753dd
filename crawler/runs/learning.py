"""Newspapers' profiles, learned from their archived stories.

What is learned depends on nothing but which stories the archive has: the order in which they came,
and whatever broke off meanwhile, leave no trace in it.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from hashlib import blake2b
from pathlib import Path

from crawler import times
from crawler.archive.layouts import last_change
from crawler.archive.rereads import Held, standing
from crawler.archive.site_profiles import (
    LayoutChange,
    Learned,
    enter,
    in_force,
    stories_of_sites,
)
from crawler.errors import VisitError
from crawler.extract.version import extractor_version
from crawler.learn import LEAST_NEW, Sighting, SiteProfile, learn, written
from crawler.runs.facts import tell_of_lesson
from crawler.runs.held_pages import place_of_page
from crawler.runs.layouts import layout_changes
from crawler.runs.profiles import profile_of
from crawler.runs.rereading import reextract
from crawler.runs.run import Run
from crawler.runs.sightings import seen_at
from crawler.runs.workers import Workers
from crawler.warc.provenance import profile_record

LEAST = 20
"""Stories that a site has, at least, when a run learns its profile."""
GROWTH = 1.5
"""How many times as many stories there are, at least, when it is learned again."""
SAMPLE = 200
"""Stories of a site that teach; more teach hardly more."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What the stories of a site taught."""

    profile: SiteProfile
    pages: tuple[str, ...]
    """WARC-Record-IDs of those that did."""


async def learn_sites(
    run: Run, workers: Workers, progress: Callable[[str, Counter[str]], None] = lambda h, c: None
) -> Counter[str]:
    """Learn the profile of each site that has enough stories more than when it was last learned,
    and read its pages again that were read otherwise.

    A profile counts once all pages were read with it; broken off, the next run goes on. progress:
    told the host, and how many pages were `changed`, `unchanged` …, as of `reextract`. Returns the
    sum of these; nothing is done where the user wants no learning (LEARN_PROFILES). Raises
    sqlite3.Error, OSError.
    """
    total = Counter[str]()
    if not run.profiles.learns:
        return total
    connection, version = run.store.db.conn, extractor_version()
    known = {each.host: each for each in in_force(connection)}
    for host, stories in stories_of_sites(connection):
        before = known.get(host)
        changes: list[LayoutChange] = []
        if before is not None and stories >= before.stories + LEAST_NEW:
            changes = await layout_changes(run.folder, connection, before, workers)
        if stories < LEAST or not (
            before is None
            or before.extractor != version
            or stories >= GROWTH * before.stories
            or changes
        ):
            continue
        since = max((each.since for each in changes if each.field == "layout"), default=None)
        lesson = await learn_site(
            run.folder, connection, host, workers, since, kept=run.readings.get
        )
        told = Learned(
            host, times.now(exact=True), version, stories, lesson.pages, "",
            written(lesson.profile), tuple(changes),
        )  # fmt: skip
        run.profiles.learn(host, profile_of(told))
        told = replace(told, rules=run.profiles.rules(host))
        counts = Counter[str]()
        if before is None or before.extractor != version or before.rules != told.rules:
            counts = await reextract(
                run, workers, workers.count, site=host, version=version,
                progress=partial(progress, host),
            )  # fmt: skip
        _enter(run, told)
        total.update(counts)
    return total


def _enter(run: Run, told: Learned) -> None:
    """Have a profile count from now on, its record on disk before its row."""
    run.warc.write_other(*profile_record(told.host, asdict(told)))
    run.warc.sync()
    assert run.store.run_id is not None
    with run.store.db.atomic():
        enter(run.store.db.conn, run.store.run_id, told)
    tell_of_lesson(told)


async def learn_site(
    folder: Path, connection: sqlite3.Connection, host: str, workers: Workers,
    since: str | None = None, *, kept: Callable[[str], bytes | None] = lambda record_id: None,
) -> Lesson:  # fmt: skip
    """The profile of a site, from a sample of its stories that depends on nothing but which stories
    the archive has. Raises sqlite3.Error.

    folder: the archive's. host: of the site, as the table `sites` has it. since: when its pages
    began to be built otherwise, if that is newer than what the archive knows. kept: gives the
    reading of a capture, as `KeptReadings.get` does.
    """
    since = since or last_change(connection, host)

    async def see(each: Held) -> tuple[str, Sighting] | None:
        with suppress(VisitError, OSError):
            place, reading = place_of_page(folder, each), kept(each.record_id)
            seen = await workers.run(seen_at, place, each.captured_at, reading)
            return None if seen is None else (each.record_id, seen)
        return None

    found = await asyncio.gather(*map(see, sample(connection, host, since)))
    seen = [each for each in found if each is not None]
    return Lesson(learn(host, [one for _, one in seen]), tuple(sorted(page for page, _ in seen)))


def sample(connection: sqlite3.Connection, host: str, since: str | None = None) -> list[Held]:
    """Revisions that stand, of as many stories as teach: those whose addresses have the least
    digests, so that a story more or less changes the sample by one; half of them of stories that
    came since the pages are built as they are. Raises sqlite3.Error."""
    every = sorted(_standing(connection, host), key=lambda each: _digest(each.article_url))
    if since is None:
        return every[:SAMPLE]
    late = [each for each in every if each.captured_at >= since][: SAMPLE // 2]
    early = [each for each in every if each.captured_at < since][: SAMPLE - len(late)]
    return early + late


def _standing(connection: sqlite3.Connection, host: str) -> Iterator[Held]:
    after = 0
    while rows := standing(connection, host, after):
        yield from rows
        after = rows[-1].article_id


def _digest(url: str) -> bytes:
    return blake2b(url.encode(), digest_size=8).digest()
