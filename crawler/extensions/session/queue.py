"""What waits in the archive, as a running crawl takes it in hand and gives it back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from crawler import times
from crawler.archive.families import LeftOut
from crawler.archive.outcomes import Admission, Family, SiteYield
from crawler.archive.store import Store
from crawler.discover.story_urls import list_page
from crawler.extensions.session.archive import CrawlArchive
from crawler.items import Due, Visit
from crawler.reasons import LEFT_OUT, WITHHELD, Reason


class Queue:
    """The queued URLs of the sites that a crawl follows.

    size: URLs that wait, without those that the run has in hand.
    on_stored: called after each batch with the hosts of sites that something was queued for, and
    the URLs that were visited.

    When the run has ended:
    left: URLs that are queued still; requisites_left: the same of requisites.
    left_out: families of which this run has left addresses out.
    """

    def __init__(
        self, archive: CrawlArchive, sites: Callable[[], Iterable[str]],
        keepers: Callable[[], Iterable[str]] = tuple,
    ) -> None:  # fmt: skip
        """sites: gives the hosts of the sites that the crawl follows. keepers: those of sites whose
        pages are archived with more than their text."""
        self._keepers = keepers
        self.size = 0
        self.on_stored: Callable[[Iterable[str], Iterable[str]], None] = lambda hosts, urls: None
        self.needed: set[str] = set()
        """Hosts that requisites of pages were queued of since somebody last looked."""
        self.left = 0
        self.requisites_left = 0
        self.left_out: list[LeftOut] = []
        self._archive = archive
        self._sites = sites
        self._counted_at = 0.0
        self._left_out_now: set[int] = set()
        """Families of which this run has left addresses out."""
        archive.on_stored = self._take_news

    @property
    def doubtful(self) -> list[LeftOut]:
        """What this run has left out that may be stories."""
        return [one for one in self.left_out if one.may_be_stories]

    # -- URLs ------------------------------------------------------------------------------------

    def best_waiting(self, host: str) -> int | None:
        """The highest priority among what waits of a site in the archive; None if nothing does."""
        return self._archive.look_at_site(
            host, lambda store, site: store.frontier.best_waiting(site)
        )

    def claim(self, host: str, limit: int, above: int) -> list[Due]:
        """Take waiting URLs of a site in hand; none before a server has answered. above: only those
        of a higher priority."""
        self._archive.flush()
        if not self._archive.is_ready:
            return []

        def claim(store: Store) -> list[Due] | None:
            site = store.find_site(host)
            if site is None:
                return None
            with store.db.atomic():
                return store.frontier.claim(site, limit, times.now(), above)

        found = self._archive.attempt(claim)
        if found is None:
            return []
        self.size = max(0, self.size - len(found))
        self.count(self._archive.run.store)
        return found

    def claim_requisites(self, host: str, limit: int) -> list[Due] | None:
        """Take requisites at a host in hand that pages of this run's newspapers need; None where
        that cannot be done just now."""
        if not self._archive.is_ready:
            return None

        def claim(store: Store) -> list[Due]:
            site = store.find_site(host)
            if site is None:
                return []
            whose = self._newspapers(store)
            with store.db.atomic():
                return store.frontier.requisites.claim(site, whose, limit, times.now())

        return self._archive.attempt(claim)

    def need_pictures(self, after: int) -> int | None:
        """Queue pictures of stories that were archived without, as `Requisites.add_missing`; gives
        `after` back where that cannot be done just now."""
        if not self._archive.is_ready:
            return after

        def need(store: Store) -> tuple[int | None]:
            found = store.need_pictures(self._newspapers(store), after)
            self.needed |= store.frontier.news.needed
            store.frontier.news.needed.clear()
            return (found,)

        done = self._archive.change(need)
        return after if done is None else done[0]

    def requisite_hosts(self) -> list[str] | None:
        """Hosts at which such requisites wait; None where that cannot be said just now."""
        if not self._archive.is_ready:
            return None
        return self._archive.attempt(
            lambda store: store.frontier.requisites.hosts(self._newspapers(store), times.now())
        )

    def _newspapers(self, store: Store) -> list[int]:
        """Keys of the sites whose pages' requisites are archived in this run."""
        found = map(store.find_site, self._keepers())
        return [site for site in found if site is not None]

    def refuse(self, url: str, reason: Reason, due_at: str | None) -> None:
        """Exclude a claimed URL unvisited."""
        self._archive.count_reason("excluded", reason)
        self._archive.change(lambda store: store.frontier.refuse(url, reason, due_at))

    def shut(self, host: str, reason: Reason) -> None:
        """Exclude whatever waits of a host."""
        self._archive.flush()

        def shut(store: Store) -> None:
            site = store.find_site(host)
            if site is not None:
                with store.db.atomic():
                    store.frontier.shut(site, reason)

        self._archive.attempt(shut)

    def give_back(self, store: Store, hosts: Iterable[str]) -> None:
        """Queue again what is in hand still, at the end of the run. hosts: those of the newspapers,
        of which to say what was left out. Raises sqlite3.Error."""
        with store.db.atomic():
            store.frontier.release()
        self.left = sum(map(store.frontier.count_queued, self._site_ids(store)))
        if keepers := self._newspapers(store):
            self.requisites_left = store.frontier.requisites.count(keepers)
        if hosts := tuple(hosts):
            self.left_out = [
                one
                for one in store.frontier.families.left_out(hosts)
                if one.family_id in self._left_out_now
            ]

    # -- families --------------------------------------------------------------------------------

    def hold_family(self, family_id: int) -> None:
        """Hold what waits of a family, until a round lets it in."""
        self._archive.change(lambda store: store.frontier.families.hold_all(family_id))

    def next_round(
        self, host: str, decide: Callable[[list[Family], SiteYield], list[Admission]]
    ) -> int:
        """Let some of what is held of a site in: what `decide` says. Where it lets nothing in, what
        is held is left out. Returns how many URLs were let in; -1 where the archive cannot be
        written just now."""
        self._archive.flush()
        if self._archive.holds_back or not self._archive.is_ready:
            return -1
        count = self._archive.change(lambda store: self._let_in(store, host, decide))
        return -1 if count is None else count

    def _let_in(
        self, store: Store, host: str, decide: Callable[[list[Family], SiteYield], list[Admission]]
    ) -> int:
        site = store.find_site(host)
        if site is None:
            return 0
        families, reasons = store.frontier.families, self._archive.reasons
        held = families.held_families(site)
        numbered = {family.id for family in held if list_page(family.example) is not None}
        admissions = decide(held, families.site_yield(site))
        if not admissions:
            left = families.leave_out(site)
            if left:
                self._left_out_now |= left.keys()
                reasons["excluded", LEFT_OUT] += sum(left.values())
            return 0
        families.begin_round(site)
        count = 0
        for each in admissions:
            let_in, left_out = families.admit(site, each, numbered=each.family in numbered)
            count += let_in
            if reasons["excluded", LEFT_OUT]:
                reasons["excluded", LEFT_OUT] -= left_out
        return count

    # -- how much waits --------------------------------------------------------------------------

    def count(self, store: Store) -> None:
        """Count what waits, as often as that costs next to nothing: what becomes due or is excluded
        meanwhile is in no running total."""
        began = time.monotonic()
        if began < self._counted_at:
            return
        frontier, now = store.frontier, times.utc(datetime.now(UTC))
        self.size = sum(
            frontier.count_queued(site) + frontier.count_due(site, now)
            for site in self._site_ids(store)
        )
        self._counted_at = began + max(1.0, 100 * (time.monotonic() - began))

    def _take_news(self, store: Store, visits: list[Visit]) -> None:
        frontier = store.frontier
        self.size += frontier.news.grown
        frontier.news.grown = 0
        if frontier.chains.withheld:
            self._archive.reasons["excluded", WITHHELD] += frontier.chains.withheld
            frontier.chains.withheld = 0
        self.count(store)
        self.needed |= frontier.news.needed
        frontier.news.needed.clear()
        woken, frontier.news.woken = frontier.news.woken, set()
        self.on_stored(woken, [visit.url for visit in visits])

    def _site_ids(self, store: Store) -> list[int]:
        """Keys of the sites that the run follows, as far as the archive knows them."""
        found = map(store.find_site, set(self._sites()))
        return [site for site in found if site is not None]
