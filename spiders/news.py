"""`scrapy crawl news`: find a newspaper's stories and archive them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any, ClassVar
from urllib.parse import urljoin, urlsplit
from zlib import crc32

from scrapy import Request
from scrapy.http import Response

from crawler.config import SOURCES, Papers
from crawler.discover import story_urls
from crawler.discover.claims import outside, url_day
from crawler.discover.places import MOST_USUAL, USUAL_PLACES
from crawler.discover.shapes import shape
from crawler.discover.variants import is_dressed, plain_forms
from crawler.discover.wordpress import further_pages, parse_posts, posts_url
from crawler.extensions.session import Session
from crawler.frontier.scheduler import Frontier
from crawler.frontier.spider import LATER
from crawler.items import STORY_LIKE, Due, FoundUrl, Page, Visit
from crawler.policy.budget import is_listed
from crawler.reasons import OUTSIDE, Reason, because
from crawler.urls import same_owner, site_host

from .arguments import addresses, choice, choices
from .base import ArchiveSpider, same_site
from .fronts import Front, shows_nothing
from .parts import MIRROR, NO_FRONT, Parts, was_accepted
from .wishes import Wishes

_SPREAD = 15
_DEEPEST = 1_000_000
# What a link says is as good a sign as an address: a headline leads to a story, a number to a list.
_SAYS = {"h": 30, "n": -25}
_OLDEST = 1980 * 12
# Stories stored by which it shows whether a sitemap has them all.
_ENOUGH = 8
# Stories before and after a story, that a page may name: by date, in its section, in its series.
_NEIGHBOURS = 3
_MOST_NEIGHBOURS = 20
# Links of a story's page; the page of a list may have twenty thousand.
_STORY_LINKS = 1_000
# Feeds that a home page announces, and sitemaps that a robots.txt names.
_FEEDS = 100
_SITEMAPS = 1_000


class NewsSpider(ArchiveSpider):
    """Finds a site's stories from its home page, robots.txt, sitemaps, feeds, lists and links.

    -a site=URL[,URL…]       home pages, or bare hosts; without it, the papers of hemeroteca.toml,
    -a paper=NAME[,NAME…]    or some of them
    -a since= -a until=      only stories published in this span (YYYY, YYYY-MM or YYYY-MM-DD)
    -a discover=HOW[,HOW…]   sitemap, feed, wordpress, archive, previous, links; all if not said
    -a max_pages=N           fetch at most N pages; the next run goes on from there
    -a render=auto|never|always   which pages are shown in a browser; auto if not said
    -a keep=pictures         archive the pictures of stories, too; keep=page: all that pages show
    -a revisit=now           visit again whatever was visited, instead of what is due
    """

    name = "news"
    doubts_pages = True
    may_keep_more = True
    known_arguments: ClassVar[frozenset[str]] = ArchiveSpider.known_arguments | {
        "paper", "site", "since", "until", "max_pages", "discover", "revisit", "keep",
    }  # fmt: skip

    def __init__(self, **arguments: str) -> None:
        """Raises UsageError."""
        super().__init__(**arguments)
        self.seeds = addresses("site", arguments.get("site"))
        self.resume_hosts = tuple(dict.fromkeys(site_host(url) for url in self.seeds))
        self.hosts = set(self.resume_hosts)
        self.discover = choices("discover", arguments.get("discover"), SOURCES)
        self.revisit = choice("revisit", arguments.get("revisit"), ("due", "now"))
        self.wishes = self._wishes_with(Papers())
        self.fronts: dict[str, Front] = {}
        """Home pages that lead nowhere."""
        self._parts = Parts(self.seeds)
        self._places: dict[str, list[tuple[str, str]]] = {}
        """site → usual places of sitemaps and feeds that were not tried yet."""
        self._feeds_known: set[str] = set()
        """Sites that announce feeds, or where they were looked for already."""

    def _wishes_with(self, papers: Papers) -> Wishes:
        return Wishes(self.seeds, self.since, self.until, self.discover, papers, self.keep)

    @property
    def missed_seeds(self) -> str | None:
        """What the home pages make of the run, those that lead nowhere among them."""
        known = Session.of(self.crawler).known
        for url, front in self.fronts.items():
            site = site_host(url)
            if front.is_failure(known.site_yield(site).stories) or known.was_shut(site):
                self.seed_failures.setdefault(url, front.reason)
        return super().missed_seeds

    @property
    def notes(self) -> list[str]:
        """For the user: newspapers that have moved to another owner's host."""
        return [
            f"{url} leads to {host}: the newspaper was followed there, with its stories. Give that"
            " as its address from now on"
            for url, host in self._homes.items()
            if not same_owner(url, f"https://{host}/")
        ]

    def note_barren(self) -> None:
        """Newspapers of which no story is archived, whatever the dates, are missed."""
        known = Session.of(self.crawler).known
        for url in self.seeds if self.seeds_done else ():
            if url in self.fronts or any(self.wishes.window(url)):
                continue
            if self.missed(url) is None:
                hosts = {site_host(url), *filter(self._is_below(url), self.hosts)}
                if all(map(known.is_barren, hosts)):
                    self.seed_failures[url] = because("no_story")

    def _is_below(self, seed: str) -> Callable[[str], bool]:
        """Says whether a host is that of a newspaper, or below it."""
        main = self._homes.get(seed) or site_host(seed)
        name = main.partition(":")[0]
        return lambda host: host == main or host.partition(":")[0].endswith(f".{name}")

    async def start(self) -> AsyncIterator[Request]:
        """The home pages, and what was left of hosts below theirs."""
        for main in self.resume_hosts:
            self._meet_hosts(Session.of(self.crawler).known.hosts_below(main))
        for url in self.seeds:
            yield self.request(Due(FoundUrl(url, "home", "seed")))

    def rank(self, found: FoundUrl) -> int:
        """Home pages, then what lists many stories, then stories before other pages.

        A sitemap told of by another sitemap, or the next page of a feed, comes after the stories
        that are waiting: so the frontier of a large site stays small.
        """
        return self._rank(found, found.family[:1])

    def _rank(self, found: FoundUrl, says: str) -> int:
        """The same by what is said of a URL, one of `LINK_WORDS`, whatever its family."""
        if found.role == "home":
            return 1000
        if found.role == "feed":
            return 900 if found.source != "feed" else 0
        if found.role == "sitemap":
            return 800 if found.source != "sitemap" else 0
        if found.role == "wordpress":
            return 700 if found.source != "wordpress" else 0
        if found.source == "previous":
            return 90
        rank = story_urls.priority(found.url, found.claimed_title) + _SAYS.get(says, 0)
        if rank < 0:
            # The first few lists of a kind decide whether more are read. Newest first, they would
            # show what is known already: the oldest dates first, the deepest pages, the rest in no
            # order.
            page = story_urls.list_page(found.url)
            if page is not None:
                return rank - _DEEPEST + min(page, _DEEPEST)
            month = story_urls.list_month(found.url)
            rank -= 0 if month is None else max(0, month - _OLDEST) * _SPREAD
            return rank - crc32(urlsplit(found.url).path.encode()) % _SPREAD
        # an address with something added waits for the plain one, which may spare it
        return rank - 5 if rank >= STORY_LIKE and is_dressed(found.url) else rank

    def is_part(self, host: str) -> bool:
        """Hosts below the newspaper's own."""
        return self._parts.is_followed(host)

    def refuse(self, due: Due) -> Reason | None:
        """What the dates asked for, the address itself or another address of the story rule out."""
        found = due.found
        since, until = self.wishes.window(found.url)
        if (since or until) and found.role in ("page", "sitemap"):
            # what sources told since it was claimed is in the archive
            known = Session.of(self.crawler).known.lookup(found.url)
            told = known.found if known is not None else found
            if outside(told, since, until):
                return OUTSIDE
            undated = told.claimed_at is None and url_day(found.url) is None
            if (
                found.role == "page"
                and undated
                and Frontier.of(self.crawler).awaits_sources(found.url)
            ):
                return LATER
        if found.role != "page" or due.visited_at is not None:
            return None
        host = site_host(found.url)
        if self._parts.is_mirror(host, Session.of(self.crawler).known.shared):
            self.hosts.discard(host)
            self._close_part(host, MIRROR)
        if host not in self.hosts and not self._parts.is_pending(host):
            return MIRROR
        if story_urls.is_service(found.url):
            return because("service_address")
        for plain in plain_forms(found.url):
            known = Session.of(self.crawler).known.lookup(plain)
            if known is not None and known.is_story:
                return because("other_address", plain)
            if known is not None and known.state in ("queued", "claimed"):
                return LATER
        return None

    # -- what pages and files tell of ------------------------------------------------------------

    def follow(self, page: Page, found: FoundUrl) -> Iterable[FoundUrl]:
        """Pages of the same site; and the feeds and WordPress lists that its home page
        announces."""
        if found.role == "home":
            yield from self._announced(page)
        self._meet_hosts(page.out_links)  # a home page may lead to nothing but its parts
        if found.source == "seed" and (why := shows_nothing(page, self._is_ours)):
            led = Session.of(self.crawler).known.led_to_stories(found.url)
            self.fronts[found.url] = Front(why, led)
        neighbours: set[str] = set()
        if page.not_article is None and self.wishes.looks_by("previous", page.url):
            named = {
                link.url: link
                for link in page.article.links
                if link.relation in ("previous", "next") and self._is_ours(link.url)
            }
            # who names very many neighbours has none: most are no links of its readers either
            neighbours.update(named if len(named) > _MOST_NEIGHBOURS else ())
            for relation in ("previous", "next"):
                beside = (link for link in named.values() if link.relation == relation)
                for link in islice(beside, _NEIGHBOURS):
                    neighbours.add(link.url)
                    yield self._ranked(
                        FoundUrl(link.url, "page", "previous", page.url, claimed_title=link.title),
                        "h",
                    )
        ours = [
            (url, says)
            for url, says in zip(page.out_links, page.link_words, strict=True)
            if self._is_ours(url) and url not in neighbours
        ]
        if page.not_article is None and len(ours) > _STORY_LINKS:
            why = because("links_left_out", f"{_STORY_LINKS:,}")
            Session.of(self.crawler).archive.reasons["excluded", why] += len(ours) - _STORY_LINKS
            del ours[_STORY_LINKS:]
        for url, says in ours:
            each = self._ranked(FoundUrl(url, "page", "link", page.url), says)
            if self.wishes.looks_by(
                "links" if each.priority >= STORY_LIKE else "archive", page.url
            ):
                yield each

    def _is_ours(self, url: str) -> bool:
        is_ours = same_site(url, self.hosts) or self._parts.is_pending(site_host(url))
        return is_ours and story_urls.is_page(url)

    def _announced(self, page: Page) -> Iterable[FoundUrl]:
        if self.wishes.looks_by("feed", page.url):
            linked = (url for url in page.out_links if story_urls.is_feed(url))
            for url in page.feeds[:_FEEDS] or islice(linked, _FEEDS):
                if same_site(url, self.hosts):
                    self._feeds_known.add(site_host(page.url))
                    yield self._ranked(FoundUrl(url, "feed", "link", page.url))
        if self.wishes.looks_by("wordpress", page.url) and page.wordpress is not None:
            since, until = self.wishes.window(page.url)
            posts = posts_url(page.wordpress, since=since, until=until)
            if posts is not None and same_site(posts, self.hosts):
                yield self._ranked(FoundUrl(posts, "wordpress", "link", page.url))

    def accept(self, found: Iterable[FoundUrl]) -> Iterable[FoundUrl]:
        """Pages, sitemaps and feeds of the same site."""
        told = tuple(found)
        self._meet_hosts(each.url for each in told if each.role == "page")
        self._parts.note_told(site_host(each.url) for each in told)
        return [
            self._ranked(each)
            for each in told
            if same_site(each.url, self.hosts)
            or (each.role == "page" and self._parts.is_pending(site_host(each.url)))
        ]

    def _ranked(self, found: FoundUrl, says: str = "l") -> FoundUrl:
        """A URL with its priority, and its family by what is said of it (`LINK_WORDS`)."""
        if found.role != "page":
            return replace(found, priority=self.rank(found))
        family = f"{says} {shape(found.url)}"
        return replace(found, priority=self._rank(found, says), family=family)

    async def _read_posts(self, response: Response, visit: Visit, found: FoundUrl) -> Visit:
        posts = await Session.of(self.crawler).workers.run_list(
            parse_posts, response.body, found.url
        )
        total = response.headers.get(b"X-WP-TotalPages")
        pages = further_pages(found.url, total.decode("latin-1") if total else None, len(posts))
        more = (FoundUrl(url, "wordpress", "wordpress", found.url) for url in pages)
        return replace(visit, found=tuple(self.accept((*posts, *more))))

    # -- first sources ---------------------------------------------------------------------------

    def robots_parsed(self, robotparser: Any, request: Request) -> None:
        """Visit the sitemaps that robots.txt names, else the usual places of sitemaps and feeds."""
        if not same_site(request.url, self.hosts):
            self._parts.note_robots(request)
            return
        site = site_host(request.url)
        # a newspaper that is a folder of its host has them there
        homes = [urljoin(url, ".") for url in self.seeds if site_host(url) == site]
        places = [
            (kind, urljoin(home, path.lstrip("/")))
            for home in (*homes, urljoin(request.url, "/"))
            for kind, path in (MOST_USUAL if self.is_part(site) else USUAL_PLACES)
            if self.wishes.looks_by(kind, request.url)
        ]
        self._places[site] = list(dict.fromkeys(places))
        if self.wishes.looks_by("wordpress", request.url):
            self._offer_changed_posts(site_host(request.url))
        if self.wishes.looks_by("sitemap", request.url):
            # robots.txt may name a sitemap on another host (sitemaps.org, "Sitemaps & cross
            # submits"): one of the same owner
            named = islice(request.meta["sitemaps"], _SITEMAPS)
            urls = [url for url in named if same_owner(url, request.url)]
            if urls:
                Frontier.of(self.crawler).offer(
                    FoundUrl(url, "sitemap", "robots", request.url) for url in urls
                )
                return
        self._try_next_place(request.url)

    def answered_nothing(self, found: FoundUrl) -> None:
        """Where a sitemap or feed was expected and none is, try the next usual place; a host that
        shows no front page is no part of the newspaper."""
        if self._parts.is_pending(site_host(found.url)):
            self._close_part(site_host(found.url), NO_FRONT)
        if found.source in ("robots", "usual") and found.role in ("sitemap", "feed"):
            self._try_next_place(found.url)

    def _try_next_place(self, url: str) -> None:
        places = self._places.get(site_host(url), [])
        # what the newspaper's own sitemap tells of need not have one of its own
        if places and not self._parts.is_told(site_host(url)):
            role, place = places.pop(0)
            known = Session.of(self.crawler).known.lookup(place)
            if known is not None and known.state in ("failed", "gone", "excluded"):
                self._try_next_place(url)
                return
            offered = FoundUrl(place, "sitemap" if role == "sitemap" else "feed", "usual")
            Frontier.of(self.crawler).offer([offered])

    def look_further(self, site: str) -> None:
        """Where sitemaps turn out to lack stories, look for a feed as where there are none."""
        if site in self._feeds_known:
            return
        brought = Session.of(self.crawler).known.site_yield(site)
        if brought.stories >= _ENOUGH and not is_listed(brought):
            self._feeds_known.add(site)
            left = self._places.get(site, ())
            self._places[site] = [place for place in left if place[0] == "feed"]
            self._try_next_place(f"http://{site}/")

    def _offer_changed_posts(self, host: str) -> None:
        """Of a site whose posts were listed before, those that changed since."""
        known = Session.of(self.crawler).known.posts_listed(host)
        if known is None or any(self.wishes.window(f"http://{host}/")):
            return
        first, at = known
        root = first.partition("wp/v2/posts")[0]
        url = posts_url(root, modified_after=datetime.fromisoformat(at))
        if url is not None:
            Frontier.of(self.crawler).offer([FoundUrl(url, "wordpress", "wordpress", first)])

    def belongs(self, url: str) -> bool:
        """Only addresses of the newspaper itself."""
        return same_site(url, self.hosts)

    def moved(self, found: FoundUrl, url: str) -> None:
        """A newspaper whose home page is at another host now is that host's newspaper."""
        host = site_host(found.url)
        if self._parts.is_pending(host) and site_host(url) != host:
            self._close_part(host, because("front_elsewhere", url))
        if found.role == "home":
            host = self._homes[found.url] = site_host(url)
            self.hosts.add(host)
            self._parts.mains.setdefault(host, url)
            Frontier.of(self.crawler).take_up(host)

    # -- hosts below the newspaper's own ---------------------------------------------------------

    def _meet_hosts(self, urls: Iterable[str]) -> None:
        """Look at the front pages of hosts that may be parts of the newspaper; those that an
        earlier run has judged are followed or left, as it did."""
        ours = (url for url in urls if self.wishes.may_have_parts(url))
        for front in filter(None, (self._parts.meet(url, self.hosts) for url in ours)):
            known = Session.of(self.crawler).known.lookup(front)
            accepted = was_accepted(known) if known is not None else None
            if accepted is None:
                Frontier.of(self.crawler).offer([self._ranked(FoundUrl(front, "page", "link"))])
            elif accepted:
                self._open_part(site_host(front))
            else:
                self._close_part(site_host(front), NO_FRONT)

    def unwanted(self, page: Page, found: FoundUrl) -> Reason | None:
        """Judge a host by its front page: whether it is a part of the newspaper."""
        host = site_host(page.url)
        if not self._parts.is_pending(host):
            return None
        session = Session.of(self.crawler)
        session.archive.flush()  # what the newspaper's own pages told of counts
        reason = self._parts.judge(page, lambda url: session.known.lookup(url) is not None)
        if reason is None:
            self._open_part(host)
        else:
            self._close_part(host, reason)
        return reason

    def _open_part(self, host: str) -> None:
        self.hosts.add(host)
        self.resume_hosts += (host,)
        request = self._parts.settle(host)
        Frontier.of(self.crawler).take_up(host)
        if request is not None:
            self.robots_parsed(None, request)

    def _close_part(self, host: str, reason: Reason) -> None:
        self._parts.settle(host)
        Session.of(self.crawler).queue.shut(host, reason)
