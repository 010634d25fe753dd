"""What visits tell of: further URLs, and the next ones in a row of lists or stories."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

from sqlite_utils import Database

from crawler import times
from crawler.archive.chains import TOLD_BY, is_chained, is_step
from crawler.archive.finds import Steps, Told
from crawler.archive.frontier import FrontierTable
from crawler.items import FoundUrl, Visit
from crawler.reasons import Reason
from crawler.urls import site_host

MAX_ROWS = 4_000
"""Addresses entered in one transaction, about: others wait for its end."""

Entered: TypeAlias = tuple[Visit, Told, Reason | None]
"""A visit, what of its found URLs was entered ahead of it, and what was left out and why."""


class FoundUrls:
    """Enters them. Methods belong into a transaction of the caller's, but for `enter_ahead`; all
    raise sqlite3.Error."""

    def __init__(
        self, db: Database, frontier: FrontierTable, site_id: Callable[[str], int]
    ) -> None:
        self._db = db
        self._frontier = frontier
        self._site_id = site_id

    def enter_ahead(self, visit: Visit) -> Entered:
        """Enter what a list or page of very many addresses tells of in transactions of their own,
        before its visit: none holds up other programs for long. After a crash it is read again.

        Returns the visit without what was entered, what that was, and what was left out and why.
        """
        told = Told(0, 0)
        if len(visit.found) <= MAX_ROWS:
            return visit, told, None
        now = visit.captures[-1].fetched_at if visit.captures else times.now(exact=True)
        with self._db.atomic():
            url_id = self._frontier.finds.url_id(
                visit.url, visit.role, self._site_id, now, visit.origin
            )
            site = self._site_id(visit.url)
        pages = [each for each in visit.found if not is_step(each)]
        steps = [each for each in visit.found if is_step(each)]
        # before its visit is stored, nobody knows whether a story's page is a copy: it is no list
        teller = url_id if is_list(visit) else None
        for part in _parts(pages):
            with self._db.atomic():
                told = told.plus(self.add(replace(visit, found=part), now, teller=teller))
        if visit.role not in TOLD_BY:
            return replace(visit, found=tuple(steps)), told, None
        plan = self._frontier.finds.next_steps(url_id, visit, site, told, revised=False)
        for part in _parts(plan.found):
            with self._db.atomic():
                self.add_steps(visit, plan._replace(found=list(part)), now)
        return replace(visit, found=()), told, plan.left_out

    def add(self, visit: Visit, now: str, teller: int | None = None) -> Told:
        """Enter what a visit told of, but for what is the next in a row. teller: the key of its
        URL, where that is no story."""
        if not visit.found:
            return Told(0, 0)
        needed = [each for each in visit.found if each.role == "requisite"]
        if needed:
            self._frontier.requisites.add(needed, self._site_id, now)
        found = [f for f in visit.found if f.role != "requisite" and not is_step(f)]
        return self._frontier.finds.add(
            found, self._site_id, now, listed=visit.role in TOLD_BY, by=visit.role, teller=teller
        )

    def add_steps(self, visit: Visit, steps: Steps, now: str) -> None:
        """Enter the next ones in a row."""
        self._frontier.finds.add(
            steps.found, self._site_id, now, listed=visit.role in TOLD_BY, by=visit.role,
            dry=steps.dry,
        )  # fmt: skip

    def note_told(self, visit: Visit, *, first: bool, told: Told, further: int) -> None:
        """Note what the first visit of a list brought, and what the lists that told of a page were
        worth."""
        if not first:
            return
        site, chains = self._site_id(visit.url), self._frontier.chains
        origin = visit.origin
        if origin is not None and is_chained(origin):
            chains.note_list(site, told.first, further)
        if visit.role == "page":
            is_story = visit.article is not None
            if origin is not None and origin.source in TOLD_BY:
                chains.note_page(site, is_story=is_story)
            if is_story and (number := chains.take_up(site)):
                self._frontier.news.grown += number
                self._frontier.news.woken.add(site_host(visit.url))


def found_story(visit: Visit) -> bool:
    """Whether a visit found a story of its own; a copy of what another host has is one all the
    same: so addresses here look."""
    elsewhere = visit.part_of and site_host(visit.part_of) != site_host(visit.url)
    return visit.article is not None and (visit.part_of is None or bool(elsewhere))


def is_list(visit: Visit) -> bool:
    """Whether a visit found a page that is no story, and may have told of some."""
    return visit.role == "page" and visit.state == "done" and not found_story(visit)


def first_part(visits: Sequence[Visit]) -> int:
    """How many of some visits belong into one transaction: those that tell of at most MAX_ROWS
    addresses together; one at least."""
    rows = 0
    for number, visit in enumerate(visits):
        rows += len(visit.found)
        if number and rows > MAX_ROWS:
            return number
    return len(visits)


def _parts(found: Sequence[FoundUrl]) -> Iterator[tuple[FoundUrl, ...]]:
    for start in range(0, len(found), MAX_ROWS):
        yield tuple(found[start : start + MAX_ROWS])
