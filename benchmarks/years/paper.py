"""The life of an invented newspaper: what stands at each of its addresses at each moment, and what
an archive of it should have.

A story is made from its number, so that the truth is known for any moment. What befalls the
newspaper as a whole is a `Spell`: a span of days in which something is so.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
from zoneinfo import ZoneInfo

from benchmarks.vocabulary import ENGLISH, tongue

ZONE = ZoneInfo("Europe/Berlin")
AUTHORS = ("Mara Lindqvist", "Tobias Reuter", "Ines Carvalho", "Jonas Feld", "Ada Whitcombe")
SECTIONS = ("News", "Region", "Politics", "Sport", "Culture")
_NUMBER = re.compile(r"(?:-(\d+)/|~(\d+))$|/artikel/(\d+)-")
FOREVER = 1e9
NOISE = ("readers have opened", "You may also like", "Advertisement", "Good evening, it is")


@dataclass(frozen=True)
class Version:
    """What a story says from a moment on."""

    at: datetime
    title: str
    paragraphs: tuple[str, ...]
    changed: frozenset[str] = frozenset()


@dataclass
class Story:
    """One story: what it said when, where it stood when, when it was away."""

    number: int
    born: datetime
    section: str
    author: str
    versions: list[Version]
    slugs: list[tuple[datetime, str, bool]]
    """From when on it stood under which, and whether the one before leads there."""
    away: list[tuple[datetime, datetime, int]] = field(default_factory=list)
    premium: bool = False

    def version(self, now: datetime) -> Version:
        """What it says; as it was first, to a clock that is slow."""
        return [v for v in self.versions if v.at <= now or v is self.versions[0]][-1]

    def slug(self, now: datetime) -> str:
        """What it stands under."""
        return [s for s in self.slugs if s[0] <= now][-1][1]

    def absent(self, now: datetime) -> int | None:
        """The status that stands in its place, while it is away."""
        return next((status for a, b, status in self.away if a <= now < b), None)


@dataclass(frozen=True)
class Answer:
    """Of the server."""

    status: int
    body: str = ""
    kind: str = "text/html; charset=utf-8"
    location: str = ""
    retry_after: int = 0
    story: int | None = None
    """Whose text it has."""


Spells = Mapping[str, tuple[float, float]]
"""Name: the days from the first on between which it is so."""


class Paper:
    """A newspaper."""

    def __init__(
        self, name: str, hosts: Sequence[str], first: datetime, days: int, a_day: float,
        spells: Spells, seed: int, lively: bool = True,
    ) -> None:  # fmt: skip
        """hosts: where it is, one after the other, at the beginning of `host1`, `host2` …"""
        self.name, self.hosts, self.first, self.spells = name, hosts, first, spells
        self.port = 0
        self._speech = tongue(ENGLISH)
        self._chance = random.Random(seed)
        self._loads = 0
        self.stories: dict[int, Story] = {}
        self._seed, self._lively = seed, lively
        number = 1000 * seed + 1
        for day in range(-40, days):
            at = first + timedelta(days=day)
            wanted = a_day if at.weekday() < 5 else a_day * 0.4
            if self.on("half", first + timedelta(days=day, hours=12)):
                wanted *= 0.45
            holiday = (at.month, at.day) in ((12, 25), (12, 26), (1, 1))
            count = 0 if holiday else max(1, round(self._chance.gauss(wanted, wanted**0.5 / 2)))
            for _ in range(count):
                self._add(number, at)
                number += 1
        self._order = sorted(self.stories.values(), key=lambda s: s.born)

    # -- what there is ---------------------------------------------------------------------------

    def _add(self, number: int, day: datetime) -> None:
        chance = random.Random(number * 31 + self._seed)
        local = day.astimezone(ZONE).replace(
            hour=chance.randrange(6, 23), minute=chance.randrange(60), second=chance.randrange(60)
        )
        born = local.astimezone(UTC)
        section = chance.choice(SECTIONS)
        if section == "Sport" and self.on("no_sport", born):
            section = "News"
        at = SECTIONS.index(section)
        title = self._speech.headline(chance, at)
        text = tuple(self._speech.paragraphs(chance, at, chance.randrange(120, 420)))
        versions = [Version(born, title, text)]
        slugs = [(born, _slug(title), True)]
        story = Story(number, born, section, chance.choice(AUTHORS), versions, slugs)
        story.premium = chance.random() < 0.4
        self.stories[number] = story
        if self._lively:
            self._live(story, chance, at)

    def _live(self, story: Story, chance: random.Random, at: int) -> None:
        """What befalls one story: edits within hours and after months, a new headline, a new
        address, absence."""
        luck = chance.random()
        hours = (
            chance.uniform(1, 6) if luck < 0.12 else chance.uniform(24, 72) if luck < 0.2
            else chance.uniform(24 * 40, 24 * 170) if luck < 0.23 else 0
        )  # fmt: skip
        if hours:
            before = story.versions[-1]
            title, text, changed = before.title, list(before.paragraphs), {"body"}
            how = chance.randrange(4)
            if how == 0:
                title, changed = self._speech.headline(chance, at), {"title"}
            elif how == 1:
                text.append("Correction: " + " ".join(self._speech.sentences(chance, at, 20)))
            elif how == 2:
                text.insert(1, " ".join(self._speech.sentences(chance, at, 40)))
            else:
                text[-1] = " ".join(self._speech.sentences(chance, at, 30))
            when = story.born + timedelta(hours=hours)
            story.versions.append(Version(when, title, tuple(text), frozenset(changed)))
        luck = chance.random()
        if luck < 0.02:  # a new address, and the old one may lead there
            when = story.born + timedelta(days=chance.uniform(2, 60))
            new = _slug(self._speech.headline(chance, at))
            story.slugs.append((when, new, luck < 0.013))
        elif luck < 0.045:
            when = story.born + timedelta(days=chance.uniform(0.6, 20))
            back = when + timedelta(days=chance.uniform(10, 60))
            until = back if luck < 0.033 else when + timedelta(days=36_500)
            story.away.append((when, until, chance.choice((404, 410))))

    def on(self, name: str, now: datetime) -> bool:
        """Whether something is so."""
        a, b = self.spells.get(name, (FOREVER, FOREVER))
        return a <= (now - self.first) / timedelta(days=1) < b

    def since(self, name: str, now: datetime) -> bool:
        """Whether something has begun."""
        a, _ = self.spells.get(name, (FOREVER, FOREVER))
        return a <= (now - self.first) / timedelta(days=1)

    # -- addresses -------------------------------------------------------------------------------

    def host(self, now: datetime) -> str:
        """Where it is."""
        return self.hosts[sum(self.since(f"host{n}", now) for n in range(1, len(self.hosts)))]

    def base(self, now: datetime) -> str:
        """Scheme, host and port."""
        scheme = "https" if self.since("https", now) else "http"
        return f"{scheme}://{self.host(now)}:{self.port}"

    def path(self, story: Story, now: datetime, slug: str | None = None) -> str:
        """A story's address."""
        slug = slug or story.slug(now)
        local = story.born.astimezone(ZONE)
        if self.since("paths2", now):
            return f"/{story.section.lower()}/{slug}~{story.number}"
        if self.since("paths1", now):
            return f"/artikel/{story.number}-{slug}.html"
        return f"/{local:%Y/%m/%d}/{slug}-{story.number}/"

    def _out(self, now: datetime) -> list[Story]:
        return [s for s in self._order if s.born <= now and s.absent(now) is None]

    # -- answers ---------------------------------------------------------------------------------

    def answer(self, scheme: str, host: str, path: str, now: datetime) -> Answer:
        """What the server says."""
        self._loads += 1
        if host not in self.hosts or self.hosts.index(host) > self.hosts.index(self.host(now)):
            return Answer(404, "no such host")
        if self.on("503", now):
            return Answer(503, "<h1>Service Unavailable</h1>", retry_after=7_200)
        if path == "/robots.txt" and not self.on("hosts_gone", now):
            rule = "Disallow: /" if self.on("robots", now) else "Disallow: /intern/"
            text = f"User-agent: *\n{rule}\nSitemap: {self.base(now)}/sitemap.xml\n"
            return Answer(200, text, "text/plain")
        here = f"{scheme}://{host}:{self.port}"
        if here != self.base(now):
            return Answer(301, location=self.base(now) + path)
        if self.on("consent", now):
            return Answer(200, _CONSENT)
        clean, _, query = path.partition("?")
        if clean == "/":
            return self._home(now)
        if clean.startswith("/sitemap"):
            return self._sitemap(clean, now)
        feed = "/rss/news.xml" if self.since("feed2", now) else "/feed.xml"
        if clean == feed:
            return self._feed(now)
        if clean.startswith("/ressort/"):
            return self._section(clean.split("/")[2], query, now)
        if clean.startswith("/offers/") and self.on("hacked", now):
            return Answer(200, self._page("Cheap pills", _SPAM * 6, now))
        return self._story(clean, now)

    def _story(self, path: str, now: datetime) -> Answer:
        story = self.stories.get(self.number_in(path) or 0)
        if story is None or story.born > now:
            return self._missing(404, now)
        if (status := story.absent(now)) is not None:
            return self._missing(status, now)
        if path == self.path(story, now):
            return Answer(200, self._story_page(story, now), story=story.number)
        # an address of before: of another slug, of another scheme of addresses
        slug_ok = story.slug(now) in path
        if not slug_ok:
            older = [s for s in story.slugs if s[1] in path]
            if not older or not story.slugs[-1][2]:
                return self._missing(404, now)
        if self.since("paths2", now) and not re.search(r"~\d+$", path):
            return self._missing(404, now)  # this time nobody thought of the old addresses
        return Answer(301, location=self.base(now) + self.path(story, now))

    def _missing(self, status: int, now: datetime) -> Answer:
        status = 200 if self.on("soft404", now) else status
        text = "<h1>Page not found</h1><p>The page that you look for is not here any more.</p>"
        return Answer(status, self._page("Page not found", text, now))

    def _links(self, stories: Iterable[Story], now: datetime) -> str:
        return "".join(
            f'<li><a href="{self.path(s, now)}">{escape(s.version(now).title)}</a></li>'
            for s in stories
        )

    def _page(self, title: str, main: str, now: datetime, head: str = "") -> str:
        nav = "".join(f'<a href="/ressort/{s.lower()}/">{s}</a> ' for s in SECTIONS)
        feed = "/rss/news.xml" if self.since("feed2", now) else "/feed.xml"
        style = 2 if self.since("markup2", now) else 1 if self.since("markup1", now) else 0
        wrap = ('<div id="wrap">{}</div>', '<main class="l-page">{}</main>',
                '<div class="grid"><section class="col">{}</section></div>')[style]  # fmt: skip
        return (
            f'<!doctype html><html lang="en"><head><title>{escape(title)} | {self.name}</title>'
            f'<link rel="alternate" type="application/rss+xml" href="{feed}">{head}</head><body>'
            f'<header><a href="/">{self.name}</a> <span>Good evening, it is {now:%A %d %B %H:%M}'
            f"</span><nav>{nav}</nav></header>{wrap.format(main)}"
            f"<footer>© {now.year} {self.name}</footer></body></html>"
        )

    def _story_page(self, story: Story, now: datetime) -> str:
        version, chance = story.version(now), random.Random(self._loads)
        base, path = self.base(now), self.path(story, now)
        out = self._out(now)
        also = chance.sample(out, min(3, len(out)))
        text = [f"<p>{escape(p)}</p>" for p in version.paragraphs]
        walled = self.since("paywall", now) and story.premium
        if walled:
            text = [*text[:1], '<div class="paywall"><p>Subscribe to read on. Already a subscriber?'
                    ' <a href="/login">Log in</a></p></div>']  # fmt: skip
        text.insert(
            chance.randrange(1, len(text) + 1) if len(text) > 1 else 1,
            '<aside class="also"><h4>You may also like</h4><ul>'
            + self._links(also, now) + "</ul></aside>"
            f'<div class="ad">Advertisement: save {chance.randrange(5, 60)} % today</div>',
        )  # fmt: skip
        views = (
            f'<span class="views">{chance.randrange(50, 90_000):,} readers have opened this</span>'
        )
        body, told = "".join(text), story.born.astimezone(ZONE)
        title, author = escape(version.title), story.author
        data: dict[str, object] = {
            "@context": "https://schema.org", "@type": "NewsArticle", "headline": version.title,
            "datePublished": told.isoformat(), "articleSection": story.section,
            "dateModified": version.at.astimezone(ZONE).isoformat(),
        }  # fmt: skip
        if walled:
            data["isAccessibleForFree"] = False
        canonical = f'<link rel="canonical" href="{base}{path}">'
        if self.since("markup2", now):
            if not self.on("no_author", now):
                data["author"] = {"@type": "Person", "name": author}
            main = (
                f'<div class="hd"><h1 class="hd__t">{title}</h1>{views}</div>'
                f'<div class="rich-text">{body}</div>'
            )
        elif self.since("markup1", now):
            # the system writes the moment of the load as that of the last change
            head = canonical + (
                f'<meta property="og:type" content="article">'
                f'<meta property="og:title" content="{title}">'
                f'<meta property="article:published_time" content="{told.isoformat()}">'
                f'<meta property="article:modified_time" content="{now.isoformat()}">'
                f'<meta property="article:section" content="{story.section}">'
            )
            main = (
                f'<article class="c-story"><h1>{title}</h1><p class="c-byline">By'
                f' <a rel="author" href="/autor/{_slug(author)}/">{author}</a> ·'
                f' <time datetime="{told.isoformat()}">{told:%d %B %Y, %H:%M}</time> {views}</p>'
                f'<div class="c-body">{body}</div></article>'
            )
            return self._page(version.title, main, now, head)
        else:
            data["author"] = {"@type": "Person", "name": author}
            main = (
                f'<div class="post"><h1>{title}</h1><div class="meta">By {author} '
                f'<time datetime="{told.isoformat()}">{told:%d %B %Y}</time> {views}</div>'
                f'<div class="entry">{body}</div></div>'
            )
        ld = f'<script type="application/ld+json">{json.dumps(data)}</script>'
        return self._page(version.title, main, now, canonical + ld)

    def _home(self, now: datetime) -> Answer:
        if self.on("hacked", now):
            spam = "".join(
                f'<li><a href="/offers/{n}/buy-cheap-pills-and-win-the-casino-{n}">Buy cheap pills'
                f" and win in the best casino number {n} now</a></li>" for n in range(30)
            )  # fmt: skip
            return Answer(200, self._page(self.name, f"<ul>{spam}</ul>", now))
        latest = list(reversed(self._out(now)))[:30]
        return Answer(200, self._page(self.name, f"<ul>{self._links(latest, now)}</ul>", now))

    def _section(self, name: str, query: str, now: datetime) -> Answer:
        number = int(query.removeprefix("page=")) if re.fullmatch(r"page=\d{1,3}", query) else 1
        all_ = [s for s in reversed(self._out(now)) if s.section.lower() == name]
        here = all_[(number - 1) * 20 : number * 20]
        if not here:
            return self._missing(404, now)
        more = f'<a href="?page={number + 1}">Older</a>' if len(all_) > number * 20 else ""
        return Answer(200, self._page(name, f"<ul>{self._links(here, now)}</ul>{more}", now))

    def _sitemap(self, path: str, now: datetime) -> Answer:
        if self.on("no_sitemap", now):
            return self._missing(404, now)
        months: dict[str, list[Story]] = {}
        for story in self._out(now):
            months.setdefault(f"{story.born:%Y-%m}", []).append(story)
        base, kind = self.base(now), "application/xml"
        if path == "/sitemap.xml":
            parts = "".join(
                f"<sitemap><loc>{base}/sitemap-{month}.xml</loc>"
                + (
                    f"<lastmod>{max(s.version(now).at for s in some).isoformat()}</lastmod>"
                    if self._lively
                    else ""
                )
                + "</sitemap>"
                for month, some in months.items()
            )
            return Answer(
                200,
                f'<?xml version="1.0"?><sitemapindex xmlns="{_NS}">{parts}</sitemapindex>',
                kind,
            )
        some = months.get(path.removeprefix("/sitemap-").removesuffix(".xml"), [])
        if not some:
            return self._missing(404, now)
        parts = "".join(
            f"<url><loc>{base}{self.path(s, now)}</loc>"
            f"<lastmod>{s.version(now).at.isoformat()}</lastmod></url>"
            for s in some
        )
        return Answer(200, f'<?xml version="1.0"?><urlset xmlns="{_NS}">{parts}</urlset>', kind)

    def _feed(self, now: datetime) -> Answer:
        items = "".join(
            f"<item><title>{escape(s.version(now).title)}</title><link>{self.base(now)}"
            f"{self.path(s, now)}</link>"
            f"<pubDate>{s.born:%a, %d %b %Y %H:%M:%S +0000}</pubDate></item>"
            for s in list(reversed(self._out(now)))[:20]
        )
        return Answer(200, f'<?xml version="1.0"?><rss version="2.0"><channel><title>{self.name}'
                      f"</title>{items}</channel></rss>", "application/rss+xml")  # fmt: skip

    def number_in(self, url: str) -> int | None:
        """Whose address it is."""
        found = _NUMBER.search(url.split("?")[0])
        number = int(found[found.lastindex or 0]) if found else 0
        return number if number in self.stories else None


_NS = "http://www.sitemaps.org/schemas/sitemap/0.9"
_CONSENT = (
    "<!doctype html><html><head><title>Your privacy</title></head><body>"
    "<h1>Before you continue</h1>"
    "<p>We and our 812 partners store and access information on your device. Accept all cookies to"
    " read on, or manage your choices.</p><form><button>Accept all</button><button>Manage options"
    "</button></form></body></html>"
)
_SPAM = (
    "<p>Buy cheap pills online now and win the jackpot at the best casino with our free bonus.</p>"
)


def _slug(title: str) -> str:
    return re.sub(r"[^a-z]+", "-", title.lower()).strip("-")[:60].strip("-")
