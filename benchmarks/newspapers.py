"""Invented newspapers of many builds, to crawl whole: what a site can be like, one by one.

Each is made from a `Plan`; none is of anybody's. A story's text is drawn from the demo newspaper's
words. What the server was asked for is noted.
"""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from crawler.demo import ledger

_NEWEST = datetime(2026, 11, 20, 18, 0)
_GONE = (
    "Was du suchst, haben wir verlegt.", "Vielleicht hat es nie hier gestanden, vielleicht steht es"
    " längst an einem anderen Ort, vielleicht hat sich beim Schreiben ein Buchstabe verirrt.",
    "Geh zurück zur ersten Seite und sieh nach, was es Neues gibt, oder frage in der Redaktion.",
)  # fmt: skip
_SECTIONS = ("politics", "economy", "culture", "sport", "science", "travel", "opinion", "local")


@dataclass(frozen=True, slots=True)
class Plan:
    """How a newspaper is built."""

    name: str
    stories: int = 240
    sections: int = 5
    address: str = "slug"
    """slug: /section/a-headline · date: /2024/05/31/a-headline · number: /section/123 ·
    root-number: /1234567 · query: /article.php?id=123 · wordpress: /?p=123 ·
    html: /section/a-headline-123.html · bare: /a-headline"""
    pages: str = "query"
    """Numbering of lists: query, path, short, offset, dated, next (only "older"), more (a button
    with an address in a data attribute), rel (link elements in the head alone), none."""
    page_size: int = 12
    hours: int = 17
    """Between two stories."""
    window: int = 2
    """Numbers of pages shown on either side of the present one."""
    lists: int = 1_000
    """Pages that each section's list has at most (those of tags and authors have all)."""
    sitemap: str = ""
    """Empty for none; whole, cut (the newest third), sections (lists only), broken (XML that ends
    too early), months (an index of one file a month), stale (the oldest half), section (all but one
    section)."""
    in_robots: bool = True
    feed: int = 0
    """Stories in /feed/."""
    tags: bool = False
    authors: bool = False
    days: bool = False
    """An archive page for each month and day."""
    neighbours: bool = False
    """Links to the story before and the one after."""
    related: int = 3
    on_home: int = 15
    session: str = ""
    """What each link carries: path (;jsessionid=…) or query (?sid=…), new for each page."""
    dress: str = ""
    """Other addresses of each story: amp, print, or ref (?ref=…)."""
    canonical: str = "own"
    """own, none, or home (all pages name the home page)."""
    traps: tuple[str, ...] = ()
    """calendar, facets, growing, search."""
    soft_404: bool = False
    """Whether what is not there answers with status 200 and a text."""
    lost: int = 0
    """Links on the home page to stories that are there no more."""
    validators: bool = True
    parts: int = 0
    """Sections that are at hosts of their own: sport.paper.localhost."""
    absolute: bool = True
    """Whether links are absolute."""
    extra_pages: int = 4
    """Pages about the paper."""
    style: str = ""
    """How all addresses are written, where stories and lists are to look alike: flat
    (/a-headline.html, /all-of-politics-page-2.html), query (/?article12, /?rubrique3&debut=24) or
    mirror (…/index.html). Pages must be `path`."""
    jitter: float = 0.0
    """Seconds, at most, that an answer takes, at random: answers come in another order."""


@dataclass(frozen=True, slots=True)
class Story:
    """One story of a newspaper. number: 0 is the newest."""

    number: int
    section: str
    title: str
    author: str
    tag: str
    published: datetime
    paragraphs: tuple[str, ...]


@dataclass
class Newspaper:
    """A newspaper as built by a plan."""

    plan: Plan
    base: str = ""
    asked: list[str] = field(default_factory=list)
    """Target and status of each request."""

    @cached_property
    def stories(self) -> tuple[Story, ...]:
        """All, newest first."""
        draw = random.Random(self.plan.name)
        words = sorted(
            {w for p in ledger.stories() for t in p.paragraphs for w in re.findall(r"[a-z]{3,}", t)}
        )
        names = sorted({piece.author for piece in ledger.stories()})
        found = []
        for number in range(self.plan.stories):
            sentence = _sentences(draw, words)
            title = " ".join(draw.sample(words, draw.randint(4, 8))).capitalize()
            found.append(
                Story(
                    number,
                    _SECTIONS[draw.randrange(self.plan.sections)],
                    title,
                    draw.choice(names),
                    draw.choice(words[:25]),
                    _NEWEST - timedelta(hours=self.plan.hours * number, minutes=number % 60),
                    tuple(
                        " ".join(sentence() for _ in range(draw.randint(2, 5)))
                        for _ in range(draw.randint(4, 9))
                    ),
                )
            )
        return tuple(found)

    def path(self, story: Story) -> str:
        """Where a story stands."""
        slug, number = "-".join(story.title.lower().split()), 48_000 + 7 * story.number
        match self.plan.address:
            case "date":
                return f"/{story.published:%Y/%m/%d}/{slug}/"
            case "number":
                return f"/{story.section}/{number}"
            case "root-number":
                return f"/{1_000_000 + number}"
            case "query":
                return f"/article.php?id={number}"
            case "wordpress":
                return f"/?p={number}"
            case "html":
                return f"/{story.section}/{slug}-{number}.html"
            case "bare":
                return f"/{slug}"
            case _:
                return f"/{story.section}/{slug}/"

    @cached_property
    def by_path(self) -> dict[str, Story]:
        """path → story."""
        return {self.path(story): story for story in self.stories}

    @cached_property
    def addresses(self) -> frozenset[str]:
        """Targets of all stories, as links write them."""
        return frozenset(map(self.styled, self.by_path))

    # -- addresses -------------------------------------------------------------------------------

    def styled(self, target: str) -> str:
        """A target as the plan's style writes it."""
        path, _, query = target.partition("?")
        segments = [s for s in path.split("/") if s]
        match self.plan.style:
            case "mirror" if path.endswith("/"):
                return f"{path}index.html" + (f"?{query}" if query else "")
            case "flat" if segments and segments[0] in _SECTIONS:
                if len(segments) == 1:
                    return f"/all-of-{segments[0]}.html"
                if segments[1] == "page":
                    return f"/all-of-{segments[0]}-page-{segments[2]}.html"
                return f"/{'-'.join(segments[1:])}.html"
            case "query" if segments and segments[0] in _SECTIONS:
                number = _SECTIONS.index(segments[0])
                if len(segments) == 1:
                    return f"/?rubrique{number}"
                if segments[1] == "page":
                    return f"/?rubrique{number}&debut={int(segments[2]) * 12}"
                story = self.by_path[f"/{'/'.join(segments[:2])}/"]
                if segments[2:] == ["print"]:
                    return f"/?page=print&id_article={story.number}"
                return f"/?article{story.number}"
        return target

    def _plain(self, target: str) -> str:
        """What a target means, whatever the style."""
        if self.plan.style == "mirror":
            return re.sub(r"(?<=/)index\.html(?=$|\?)", "", target)
        if self.plan.style in ("flat", "query"):
            return self._unstyled.get(target, target)
        return target

    @cached_property
    def _unstyled(self) -> dict[str, str]:
        lists = [f"/{s}/" for s in _SECTIONS]
        lists += [f"/{s}/page/{n}/" for s in _SECTIONS for n in range(2, 100)]
        prints = [f"{path}print/" for path in self.by_path] if self.plan.dress == "print" else []
        return {self.styled(target): target for target in (*lists, *prints, *self.by_path)}

    # -- pages -----------------------------------------------------------------------------------

    def answer(self, target: str, host: str = "") -> tuple[int, str, str]:
        """Status, type and text of what stands at a target. host: as the request names it."""
        part = host.partition(".")[0]
        if part in _SECTIONS[: self.plan.parts]:
            if target == "/":
                target = f"/{part}/"
            elif not target.startswith(f"/{part}/"):
                return 404, "text/html; charset=utf-8", "<h1>Not found</h1>"
        target = re.sub(r";jsessionid=\w+", "", target)
        target = self._plain(re.sub(r"[?&]sid=\w+", "", target))
        parts = urlsplit(target)
        path, query = parts.path, parse_qs(parts.query)
        html = "text/html; charset=utf-8"
        story = self.by_path.get(target) or self.by_path.get(re.sub(r"[?&]ref=\w+", "", target))
        if story is not None:
            return 200, html, self._story(story)
        if self.plan.dress in ("amp", "print"):
            plain = re.sub(rf"(?:/{self.plan.dress}/?|[?&]{self.plan.dress}=1)$", "", target)
            for form in (plain, plain + "/"):
                if form != target and form in self.by_path:
                    return 200, html, self._story(self.by_path[form], dressed=True)
        found = self._file(path)
        if found is not None:
            return found
        page = self._page(path, query)
        if page is not None:
            return 200, html, page
        text = f"<p>{' '.join(_GONE)}</p>" * (2 if self.plan.soft_404 else 0)
        missing = self._frame("Hoppla", f"<h1>Hoppla!</h1><div class='text'>{text}</div>")
        return (200 if self.plan.soft_404 else 404), html, missing

    def _page(self, path: str, query: dict[str, list[str]]) -> str | None:
        if path == "/" and not query:
            return self._home()
        segments = [s for s in path.split("/") if s]
        if not segments:
            return None
        head = segments[0]
        if head in _SECTIONS[: self.plan.sections]:
            own = [s for s in self.stories if s.section == head]
            return self._list(f"/{head}/", head.title(), own, path, query)
        if head == "tag" and len(segments) > 1 and self.plan.tags:
            own = [s for s in self.stories if s.tag == segments[1]]
            return self._list(f"/tag/{segments[1]}/", segments[1], own, path, query)
        if head == "author" and len(segments) > 1 and self.plan.authors:
            own = [s for s in self.stories if _slug(s.author) == segments[1]]
            return self._list(f"/author/{segments[1]}/", segments[1], own, path, query)
        if head == "archive" and self.plan.days:
            return self._archive(segments[1:])
        if head == "page-about" and segments[-1].isdigit():
            number = int(segments[-1])
            if number < self.plan.extra_pages:
                return self._frame("About", "<h1>About us</h1><p>We print a newspaper.</p>")
        if head == "calendar" and "calendar" in self.plan.traps:
            day = query.get("day", ["2026-11-20"])[0]
            try:
                now = datetime.fromisoformat(day[:10])
                near = [now + timedelta(days=d) for d in (-1, 1, -30, 30)]
            except (ValueError, OverflowError):
                return None
            links = "".join(f'<a href="/calendar?day={d:%Y-%m-%d}">{d:%d %B}</a> ' for d in near)
            return self._frame("Calendar", f"<h1>Events</h1><p>Nothing today.</p>{links}")
        if head == "grow" and "growing" in self.plan.traps:
            here = path.rstrip("/")
            return self._frame("More", f'<h1>More</h1><a href="{here}/more/">More of this</a>')
        return None

    def _file(self, path: str) -> tuple[int, str, str] | None:
        plan = self.plan
        if path == "/robots.txt":
            line = f"Sitemap: {self.base}/sitemap.xml\n" if plan.sitemap and plan.in_robots else ""
            return 200, "text/plain", f"User-agent: *\nDisallow: /cgi-bin/\n{line}"
        if path == "/feed/" and plan.feed:
            items = "".join(
                f"<item><title>{escape(s.title)}</title><link>{self.base}{escape(self.path(s))}"
                f"</link><pubDate>{s.published:%a, %d %b %Y %H:%M:00} +0000</pubDate></item>"
                for s in self.stories[: plan.feed]
            )
            rss = f'<rss version="2.0"><channel><title>News</title>{items}</channel></rss>'
            return 200, "application/rss+xml", rss
        if not plan.sitemap or not path.startswith("/sitemap"):
            return None
        return self._sitemap(path)

    def _sitemap(self, path: str) -> tuple[int, str, str] | None:
        space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        kind = self.plan.sitemap
        if kind == "months":
            months = sorted({f"{s.published:%Y-%m}" for s in self.stories}, reverse=True)
            if path == "/sitemap.xml":
                files = "".join(
                    f"<sitemap><loc>{self.base}/sitemap-{m}.xml</loc></sitemap>" for m in months
                )
                return 200, "application/xml", f"<sitemapindex {space}>{files}</sitemapindex>"
            named = path.removeprefix("/sitemap-").removesuffix(".xml")
            if named not in months:
                return None
            shown = [s for s in self.stories if f"{s.published:%Y-%m}" == named]
        elif path != "/sitemap.xml":
            return None
        else:
            third, half = self.plan.stories // 3, self.plan.stories // 2
            shown = list(self.stories)
            shown = {
                "cut": shown[:third],
                "stale": shown[half:],
                "sections": [],
                "section": [s for s in shown if s.section != _SECTIONS[2]],
            }.get(kind, shown)
        lists = "".join(
            f"<url><loc>{self._base(f'/{s}/')}/{s}/</loc></url>"
            for s in _SECTIONS[: self.plan.sections]
        )
        urls = "".join(
            f"<url><loc>{self._base(self.path(s))}{escape(self.path(s))}</loc>"
            f"<lastmod>{s.published:%Y-%m-%d}</lastmod></url>"
            for s in shown
        )
        text = f"<urlset {space}>{lists if kind != 'months' else ''}{urls}</urlset>"
        if kind == "broken":
            text = text[: int(len(text) * 0.9)]
        return 200, "application/xml", text

    def _home(self) -> str:
        items = "".join(map(self._card, self.stories[: self.plan.on_home]))
        for n in range(self.plan.lost):
            path = self.path(self.stories[n]).replace("/?", "?").rstrip("/")
            items += f'<p><a href="{path}-that-was-lost">A story that was lost, number {n}</a></p>'
        return self._frame("Home", f"<h1>The {self.plan.name.title()} Post</h1>{items}")

    def _list(
        self, first: str, title: str, own: list[Story], path: str, query: dict[str, list[str]]
    ) -> str | None:
        size = self.plan.page_size
        most = self.plan.lists if first.count("/") == 2 else 1_000
        count = min(most, max(1, -(-len(own) // size)))
        page = self._page_number(first, path, query, own)
        if page is None or not 1 <= page <= count:
            return None
        shown = own[(page - 1) * size :][:size]
        items = "".join(map(self._card, shown))
        return self._frame(
            title, f"<h1>{escape(title)}</h1>{items}{self._pager(first, page, count, own)}",
            head=self._rel(first, page, count, own),
        )  # fmt: skip

    def _address(self, first: str, page: int, own: list[Story]) -> str:
        if page == 1:
            return first
        match self.plan.pages:
            case "path" | "next" | "rel":
                return f"{first}page/{page}/"
            case "short":
                return f"{first}p{page}"
            case "offset" | "more":
                return f"{first}?start={(page - 1) * self.plan.page_size}"
            case "dated":
                before = own[(page - 1) * self.plan.page_size - 1].published
                return f"{first}?before={before:%Y-%m-%dT%H:%M}"
            case _:
                return f"{first}?page={page}"

    def _page_number(
        self, first: str, path: str, query: dict[str, list[str]], own: list[Story]
    ) -> int | None:
        count = max(1, -(-len(own) // self.plan.page_size))
        for page in range(1, count + 1):
            parts = urlsplit(self._address(first, page, own))
            if parts.path.rstrip("/") == path.rstrip("/") and parse_qs(parts.query) == query:
                return page
        if path == first and set(query) <= {"sort", "view"} and "facets" in self.plan.traps:
            return 1
        return None

    def _pager(self, first: str, page: int, count: int, own: list[Story]) -> str:
        def link(number: int, text: str) -> str:
            return f'<a href="{self._link(self._address(first, number, own))}">{text}</a> '

        out = ""
        if "facets" in self.plan.traps:
            out += "".join(
                f'<a href="{first}?sort={by}&amp;view={view}">{by}</a> '
                for by in ("date", "title", "reads")
                for view in ("list", "grid", "full")
            )
        if self.plan.pages in ("none", "rel"):
            return out
        if self.plan.pages == "next":
            return out + (link(page + 1, "Older stories") if page < count else "")
        if self.plan.pages == "more":
            here = self._address(first, page + 1, own) if page < count else ""
            return out + (f'<button data-url="{here}" class="load-more">More</button>' * bool(here))
        near = range(max(1, page - self.plan.window), min(count, page + self.plan.window) + 1)
        return out + "".join(link(n, str(n)) for n in near if n != page)

    def _rel(self, first: str, page: int, count: int, own: list[Story]) -> str:
        if self.plan.pages != "rel" or page >= count:
            return ""
        return f'<link rel="next" href="{self._address(first, page + 1, own)}">'

    def _archive(self, segments: list[str]) -> str | None:
        days = sorted({s.published.date() for s in self.stories}, reverse=True)
        if not segments:
            months = sorted({f"{d:%Y/%m}" for d in days}, reverse=True)
            links = "".join(f'<li><a href="/archive/{m}/">{m}</a></li>' for m in months)
            return self._frame("Archive", f"<h1>Archive</h1><ul>{links}</ul>")
        if len(segments) == 2:
            own = [d for d in days if f"{d:%Y/%m}" == "/".join(segments)]
            links = "".join(f'<li><a href="/archive/{d:%Y/%m/%d}/">{d:%d %B}</a></li>' for d in own)
            return self._frame("Archive", f"<h1>Archive</h1><ul>{links}</ul>") if own else None
        shown = [s for s in self.stories if f"{s.published:%Y/%m/%d}" == "/".join(segments)]
        items = "".join(map(self._card, shown))
        return self._frame("Archive", f"<h1>Stories of the day</h1>{items}") if shown else None

    def _card(self, story: Story) -> str:
        ref = ("&" if "?" in self.path(story) else "?") + "ref=list"
        target = self.path(story) + (ref if self.plan.dress == "ref" else "")
        link = f'<a href="{escape(self._link(target))}">{escape(story.title)}</a>'
        return (
            f'<div class="item"><h2>{link}</h2><p>{escape(story.paragraphs[0][:120])} …</p></div>'
        )

    def _link(self, target: str) -> str:
        if self.plan.session:
            token = f"{random.randrange(1 << 79, 1 << 80):x}"
            if self.plan.session == "path":
                path, mark, query = target.partition("?")
                target = f"{path};jsessionid={token}{mark}{query}"
            else:
                target += ("&" if "?" in target else "?") + f"sid={token}"
        return (self._base(target) if self.plan.absolute else "") + self.styled(target)

    def _base(self, target: str) -> str:
        """Scheme and host of what stands at a target."""
        section = target.split("/", 2)[1]
        if section in _SECTIONS[: self.plan.parts]:
            return self.base.replace("//", f"//{section}.")
        return self.base

    def _story(self, story: Story, *, dressed: bool = False) -> str:
        near = [s for s in self.stories if s.section == story.section and s.number > story.number]
        related = "".join(
            f'<li><a href="{escape(self._link(self.path(s)))}">{escape(s.title)}</a></li>'
            for s in near[: self.plan.related]
        )
        more = f"<aside><h3>Related stories</h3><ul>{related}</ul></aside>" if related else ""
        if self.plan.neighbours:
            places = ((story.number + 1, "prev"), (story.number - 1, "next"))
            more += "<nav class='post-navigation'>"
            for number, rel in places:
                if 0 <= number < len(self.stories):
                    other = self.stories[number]
                    address = escape(self._link(self.path(other)))
                    more += f'<a rel="{rel}" href="{address}">{escape(other.title)}</a> '
            more += "</nav>"
        marks = ""
        if self.plan.tags:
            marks += f'<p class="tags"><a href="/tag/{story.tag}/">{story.tag}</a></p>'
        if self.plan.dress in ("amp", "print") and not dressed:
            own = self.path(story)
            form = f"{own}{'&' if '?' in own else '?'}{self.plan.dress}=1"
            if own.endswith("/"):
                form = f"{own}{self.plan.dress}/"
            marks += f'<a href="{escape(self._link(form))}">Print</a>'
        byline = escape(story.author)
        if self.plan.authors:
            byline = f'<a href="/author/{_slug(story.author)}/">{byline}</a>'
        body = "".join(f"<p>{escape(text)}</p>" for text in story.paragraphs)
        canonical = {"own": self.path(story), "home": "/"}.get(self.plan.canonical)
        head = ""
        if canonical:
            head = f'<link rel="canonical" href="{self._base(canonical)}{escape(canonical)}">'
        return self._frame(
            story.title,
            f"<article><h1>{escape(story.title)}</h1><p class='byline'>By {byline}, <time"
            f" datetime='{story.published:%Y-%m-%dT%H:%M}'>{story.published:%d %B %Y}</time></p>"
            f"<div class='text'>{body}</div>{marks}</article>{more}",
            head=head,
        )

    def _frame(self, title: str, inside: str, head: str = "") -> str:
        menu = "".join(
            f'<a href="{self._link(f"/{s}/")}">{s.title()}</a> '
            for s in _SECTIONS[: self.plan.sections]
        )
        if self.plan.days:
            menu += f'<a href="{self._link("/archive/")}">Archive</a> '
        if "calendar" in self.plan.traps:
            menu += '<a href="/calendar">Events</a> '
        if "growing" in self.plan.traps:
            menu += '<a href="/grow/">More</a> '
        if "search" in self.plan.traps:
            menu += "".join(f'<a href="/search?q={w}">{w}</a> ' for w in title.split()[:3])
        if self.plan.feed:
            head += '<link rel="alternate" type="application/rss+xml" href="/feed/">'
        about = "".join(
            f'<a href="/page-about/{n}">About {n}</a> ' for n in range(self.plan.extra_pages)
        )
        return (
            f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{escape(title)} | "
            f"{self.plan.name.title()} Post</title>{head}</head><body><header><nav>"
            f"<a href='{self._link('/')}'>Home</a> {menu}</nav></header><main>{inside}</main>"
            f"<footer>{about}</footer></body></html>"
        )


def _slug(name: str) -> str:
    return "-".join(re.findall(r"\w+", name.lower()))


def _sentences(draw: random.Random, words: list[str]) -> Callable[[], str]:
    def sentence() -> str:
        return " ".join(draw.choices(words, k=draw.randint(8, 20))).capitalize() + "."

    return sentence


@contextmanager
def serve(plan: Plan) -> Iterator[Newspaper]:
    """A newspaper on a loopback port."""
    paper = Newspaper(plan)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, kind, text = paper.answer(self.path, self.headers.get("Host", ""))
            body = text.encode()
            tag = f'"{hash(text) & 0xFFFFFFFF:x}"' if plan.validators else None
            if tag and self.headers.get("If-None-Match") == tag:
                status, body = 304, b""
            paper.asked.append(f"{self.path} {status}")
            time.sleep(random.random() * plan.jitter)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            if tag:
                self.send_header("ETag", tag)
            if status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            pass  # a crawl was killed in the middle of an answer

    with Server(("127.0.0.1", 0), Handler) as server:
        host = "paper.localhost" if plan.parts else "127.0.0.1"
        paper.base = f"http://{host}:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield paper
        finally:
            server.shutdown()


PLANS: tuple[Plan, ...] = (
    Plan("whole sitemap", sitemap="whole", tags=True, authors=True),
    Plan(
        "large sitemap", stories=800, sitemap="months", tags=True, authors=True, days=True, feed=20
    ),
    Plan("cut sitemap", sitemap="cut", tags=True, authors=True, feed=10),
    Plan("stale sitemap", sitemap="stale", tags=True, feed=10),
    Plan("sitemap of sections", sitemap="sections", feed=10),
    Plan("broken sitemap", sitemap="broken", address="date"),
    Plan("unannounced sitemap", sitemap="whole", in_robots=False, address="html"),
    Plan("feed and lists", feed=20, address="date", pages="path", tags=True),
    Plan("numbers", address="number", pages="path", absolute=False),
    Plan("root numbers", address="root-number", pages="query"),
    Plan("query", address="query", pages="offset", canonical="none"),
    Plan("old wordpress", address="wordpress", pages="path", tags=True, authors=True),
    Plan("bare slugs", address="bare", pages="short", related=0),
    Plan("dated lists", address="html", pages="dated", related=2),
    Plan("older only", address="slug", pages="next", related=0),
    Plan("load more", address="slug", pages="more", related=0),
    Plan("rel only", address="slug", pages="rel", related=0),
    Plan("neighbours only", stories=150, pages="none", lists=1, neighbours=True, related=0),
    Plan("a section that the sitemap lacks", sitemap="section", related=0),
    Plan("weekly", stories=150, pages="none", lists=1, days=True, related=0, hours=150),
    Plan("days only", stories=200, pages="none", lists=1, days=True, related=0, address="html"),
    Plan("tags only", stories=200, pages="path", lists=2, tags=True, related=0),
    Plan("authors only", stories=200, pages="path", lists=2, authors=True, related=0),
    Plan("related only", stories=150, pages="none", lists=1, related=5),
    Plan("sessions in paths", session="path", address="html", pages="query", canonical="none"),
    Plan("sessions in queries", session="query", address="html", pages="path", validators=False),
    Plan("amp", dress="amp", address="slug", pages="path", sitemap="whole"),
    Plan("print", dress="print", address="query", pages="query", canonical="none"),
    Plan("references", dress="ref", address="html", pages="path"),
    Plan("all name the home page", canonical="home", address="slug", pages="query"),
    Plan("traps", traps=("calendar", "facets", "growing", "search"), soft_404=True, pages="query"),
    Plan("parts", parts=3, pages="path", related=1),
    Plan("parts in the sitemap", parts=3, pages="query", related=0, sitemap="whole"),
    Plan("soft errors", soft_404=True, lost=12, address="html", pages="path"),
    Plan("large links", stories=900, sections=8, pages="path", tags=True, authors=True, days=True),
    Plan("small", stories=12, sections=2, related=2),
    Plan("flat", style="flat", pages="path", canonical="none"),
    Plan("flat with print copies", style="flat", pages="path", dress="print", canonical="none"),
    Plan("query words", style="query", pages="path", dress="print", canonical="none", related=2),
    Plan("mirror", style="mirror", pages="path", canonical="none", related=0, absolute=False),
    Plan(
        "one shape",
        address="bare",
        style="flat",
        pages="path",
        canonical="none",
        related=0,
        on_home=6,
    ),
    Plan("newest alone in the sitemap", stories=400, sitemap="cut", pages="path", related=0),
    Plan("newest alone, older only", stories=400, sitemap="cut", pages="next", related=0),
    Plan("all of the newest on the home page", pages="short", related=0, on_home=120, window=1),
    Plan(
        "a few of the newest in the sitemap",
        stories=60,
        sections=3,
        sitemap="cut",
        pages="path",
        tags=True,
        authors=True,
        traps=("calendar", "facets"),
        related=0,
        on_home=10,
    ),
    Plan("feed of the newest", feed=40, on_home=40, pages="offset", related=0),
)
"""One for each thing that a newspaper can be like."""
