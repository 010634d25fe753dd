"""What the archive knows, as a running crawl asks for it; nothing, where there is none yet."""

from __future__ import annotations

from datetime import datetime

from crawler import times
from crawler.archive.captures import last_response
from crawler.archive.database import WARC_FOLDER
from crawler.archive.frontier import FrontierTable
from crawler.archive.outcomes import Family, SiteYield
from crawler.archive.pictures import pictures_at
from crawler.archive.site_memory import SiteMemory
from crawler.archive.takedowns import is_digest_taken_down, is_taken_down
from crawler.extensions.session.archive import CrawlArchive
from crawler.items import Due, Reference
from crawler.originals import same_payload, still_holds
from crawler.runs.visits import Place
from crawler.urls import site_host
from crawler.warc.exchange import Exchange


class Known:
    """What earlier visits have taught, of this run and of those before it."""

    def __init__(self, archive: CrawlArchive) -> None:
        self._archive = archive
        self._look = archive.look

    # -- of a URL --------------------------------------------------------------------------------

    def lookup(self, url: str) -> Due | None:
        """What is known of a URL; None if it is not, or there is no archive yet."""
        return self._look(lambda db: FrontierTable(db).lookup(url))

    def family(self, url: str, name: str) -> Family | None:
        """What visits have taught of a family of addresses on a URL's site; None: nothing yet."""
        return self._archive.look_at_site(
            site_host(url), lambda store, site: store.frontier.families.family(site, name)
        )

    def is_taken_down(self, url: str, payload_digest: str | None = None) -> bool:
        """Whether an address is not to be fetched, or what it answers not to be stored, because
        the story was taken down."""
        if payload_digest is not None:
            return bool(self._look(lambda db: is_digest_taken_down(db, payload_digest)))
        return bool(self._look(lambda db: is_taken_down(db, url)))

    def has_answer(self, url: str) -> bool:
        """Whether what a URL last answered is in WARC still: only then it makes sense to ask
        whether it has changed."""
        return self._answer(url) is not None

    def last_page(self, url: str) -> Place | None:
        """Where what a URL last answered in full is in WARC."""
        folder = self._archive.run.folder
        found = self._look(lambda db: last_response(db, url))
        return None if found is None else Place(folder / WARC_FOLDER, *found[1], url)

    def pictures(self, url: str) -> list[str]:
        """Addresses of the pictures of the story that a URL leads to."""
        found = self._look(lambda db: pictures_at(db, url)) or ()
        return [each.url for each in found]

    def original(self, exchange: Exchange, asked_if_changed: str | None) -> Reference | None:
        """The response that an answer repeats, if it is in the archive. asked_if_changed: of a 304,
        the URL that was asked for."""
        if asked_if_changed is not None:
            return self._answer(asked_if_changed)
        if not exchange.body or exchange.truncated is not None:
            return None
        folder = self._archive.run.folder
        return self._look(lambda db: same_payload(db, folder, exchange.payload_digest))

    def _answer(self, url: str) -> Reference | None:
        return self._look(lambda db: still_holds(db, self._archive.run.folder, url))

    # -- of a site -------------------------------------------------------------------------------

    def site_yield(self, host: str) -> SiteYield:
        """What all visits of a site have brought."""
        found = self._archive.look_at_site(
            host, lambda store, site: store.frontier.families.site_yield(site)
        )
        return found or SiteYield()

    def hosts_below(self, host: str) -> list[str]:
        """First addresses at hosts below a newspaper's own where something waits, or stories were
        found."""
        return self._look(lambda db: FrontierTable(db).hosts_below(host)) or []

    def shared(self, host: str) -> tuple[int, int]:
        """How many addresses of a host led to a story, and to one that another host has, too."""
        return self._look(lambda db: SiteMemory(db).shared(host)) or (0, 0)

    def is_barren(self, host: str) -> bool:
        """Whether no story of a host is archived, and nothing of it waits."""
        waits = self._archive.look_at_site(
            host, lambda store, site: store.frontier.count_queued(site) > 0
        )
        return not waits and not self._look(lambda db: SiteMemory(db).has_stories(host))

    def led_to_stories(self, url: str) -> bool:
        """Whether a page has told of addresses that turned out to be stories."""
        return bool(self._look(lambda db: SiteMemory(db).led_to_stories(url)))

    def was_shut(self, host: str) -> bool:
        """Whether this run got nothing of a site beside its home page, though it asked."""
        return bool(
            self._archive.look_at_site(
                host,
                lambda store, site: (
                    store.run_id is not None
                    and SiteMemory(store.db.conn).was_shut(site, store.run_id)
                ),
            )
        )

    def posts_listed(self, host: str) -> tuple[str, str] | None:
        """Of a WordPress site: its first list of posts, and when the last one was read."""
        return self._look(lambda db: SiteMemory(db).posts_listed(host))

    def pauses(self, at_most: float) -> dict[str, str]:
        """Hosts that have asked in an earlier run to be left alone still, and until when. at_most:
        seconds from now, beyond which none can have been remembered."""
        now = times.now()
        latest = times.utc(times.after(datetime.fromisoformat(now), at_most))
        return dict(self._look(lambda db: SiteMemory(db).pauses(now, latest)) or ())

    def robots(self, origin: str) -> tuple[str, str, int, bytes] | None:
        """A host's robots.txt as last fetched: url, fetched_at, status, body; None if not known."""
        return self._look(lambda db: SiteMemory(db).robots(origin))
