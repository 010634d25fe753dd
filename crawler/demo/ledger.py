"""The Arle Ledger: a paper that nothing but links leads through, made of the Courier's sentences.

No sitemap, no feed, no dates in its addresses, no "previous story", no validators: an old system
that makes each page anew. Each section numbers the pages of its list in another fashion, and there
is what such sites have to get lost in: a calendar without end, orderings of every list, a print
page of each story, addresses that grow, and an error page that says 200.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from html import escape
from urllib.parse import parse_qs, urlsplit

from crawler.demo import prose
from crawler.demo.answer import Answer
from crawler.demo.story import load

STORIES = 240
PAGE_SIZE = 12
HTML = "text/html; charset=utf-8"
SECTIONS = ("valley", "harbour", "trade", "stage", "fields")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_NEWEST = datetime(2026, 10, 12, 18, 0)


@dataclass(frozen=True, slots=True)
class Piece:
    """One story of the Ledger. number: 1 is the oldest."""

    number: int
    section: str
    title: str
    author: str
    published: datetime
    paragraphs: tuple[str, ...]

    @property
    def path(self) -> str:
        """Where it stands: half the sections by a headline, half by a number alone."""
        if SECTIONS.index(self.section) % 2:
            return f"/{self.section}/item.php?id={1000 + self.number}"
        words = "-".join(re.findall(r"[a-z0-9]+", self.title.lower())[:7])
        return f"/{self.section}/{words}-{1000 + self.number}.html"


@lru_cache(maxsize=1)
def stories() -> tuple[Piece, ...]:
    """All, newest first; the same each time."""
    draw = random.Random(1911)  # noqa: S311
    told = [story for story in load("morning") if story.language.startswith("en")]
    sentences = [
        sentence
        for story in told
        for piece in story.body
        if piece.type == "paragraph"
        for sentence in _SENTENCE.split(prose.plain(piece.lines[0]))
        if len(sentence) > 40
    ]
    subjects = [" ".join(story.title.split()[:4]) for story in told]
    ends = [" ".join(story.title.split()[-3:]).lower() for story in told]
    names = sorted({name for story in told for name in story.authors})
    found = []
    for number in range(STORIES, 0, -1):
        paragraphs = tuple(" ".join(draw.sample(sentences, 4)) for _ in range(draw.randint(4, 8)))
        found.append(
            Piece(
                number,
                SECTIONS[number % len(SECTIONS)],
                f"{draw.choice(subjects)}, and {draw.choice(ends)}",
                draw.choice(names),
                _NEWEST - timedelta(hours=11 * (STORIES - number), minutes=number % 60),
                paragraphs,
            )
        )
    return tuple(found)


def list_path(section: str, page: int) -> str:
    """The address of one page of a section's list: each section has its own fashion.

    >>> [list_path(section, 2) for section in SECTIONS[:3]]
    ['/valley/?page=2', '/harbour/page/2/', '/trade/index2.html']
    """
    if page == 1:
        return f"/{section}/"
    match SECTIONS.index(section):
        case 0:
            return f"/{section}/?page={page}"
        case 1:
            return f"/{section}/page/{page}/"
        case 2:
            return f"/{section}/index{page}.html"
        case 3:
            return f"/{section}/?start={(page - 1) * PAGE_SIZE}"
        case _:
            return f"/{section}/{page}"


@lru_cache(maxsize=1)
def _pages() -> dict[str, str]:
    """path → HTML of every page that there is a fixed number of."""
    pages = {"/": _list("The Arle Ledger", stories()[:15], "")}
    for piece in stories():
        pages[piece.path] = _story(piece)
        pages[f"/print.php?id={1000 + piece.number}"] = _print(piece)
    for section in SECTIONS:
        own = [piece for piece in stories() if piece.section == section]
        count = -(-len(own) // PAGE_SIZE)
        for page in range(1, count + 1):
            shown = own[(page - 1) * PAGE_SIZE :][:PAGE_SIZE]
            numbers = "".join(
                f'<a href="{list_path(section, n)}">{n}</a> '
                for n in range(max(1, page - 2), min(count, page + 2) + 1)
                if n != page
            )
            more = (
                f'<a href="{list_path(section, page + 1)}">More stories</a>' if page < count else ""
            )
            orders = "".join(
                f'<a href="/{section}/?sort={by}&amp;dir={way}">{by}</a> '
                for by in ("date", "title", "length")
                for way in ("up", "down")
            )
            pages[list_path(section, page)] = _list(
                section.title(), shown, f"<p>{orders}</p><p>{numbers}{more}</p>"
            )
    for path, line in (("/about.html", "Since 1911."), ("/contact.html", "4 Lock Street.")):
        pages[path] = _frame(path, f"<h1>{path[1:-5].title()}</h1><p>{line}</p>")
    return pages


def find(path: str, query: str) -> Answer:
    """What the Ledger answers: pages, a calendar and orderings without end, and 200 for all
    else."""
    target = f"{path}?{query}" if query else path
    if path == "/robots.txt":
        return Answer(b"User-agent: *\nDisallow: /cgi-bin/\n", "text/plain", dynamic=True)
    page = _pages().get(target)
    if page is None and path == "/calendar":
        page = _calendar(query)
    elif page is None and "sort" in query and path.strip("/") in SECTIONS:
        own = [piece for piece in stories() if piece.section == path.strip("/")][:PAGE_SIZE]
        page = _list("Sorted", own, f'<a href="{escape(target)}&amp;dense=1">Dense</a>')
    elif page is None and path.startswith(("/more/", "/sitemap", "/feed")):
        page = _missing(path)
    if page is None:
        return Answer(_missing(path).encode(), HTML, status=404, dynamic=True)
    return Answer(page.encode(), HTML, dynamic=True)


def _calendar(query: str) -> str:
    asked = parse_qs(query).get("day", ["2026-10-12"])[0][:10]
    try:
        day = datetime.fromisoformat(asked)
        days = [day - timedelta(days=1), day + timedelta(days=1), day - timedelta(days=30)]
    except (ValueError, OverflowError):
        return _missing("/calendar")
    links = "".join(f'<a href="/calendar?day={d:%Y-%m-%d}">{d:%d %B %Y}</a> ' for d in days)
    return _frame(
        "Calendar", f"<h1>Calendar: {day:%d %B %Y}</h1><p>Nothing on this day. {links}</p>"
    )


def _missing(path: str) -> str:
    deeper = urlsplit(path).path.rstrip("/")[:400]
    return _frame(
        "Sorry", f'<h1>Sorry</h1><p>Nothing here. <a href="{escape(deeper)}/x/">Next</a></p>'
    )


def _story(piece: Piece) -> str:
    same = [other for other in stories() if other.section == piece.section and other is not piece]
    after = [other for other in same if other.number < piece.number][:2] or same[:2]
    body = "".join(f"<p>{escape(text)}</p>" for text in piece.paragraphs)
    more = "".join(f'<li><a href="{o.path}">{escape(o.title)}</a></li>' for o in after)
    return _frame(
        piece.title,
        f"<h1>{escape(piece.title)}</h1><p class=byline>By {escape(piece.author)}, "
        f"<time datetime='{piece.published:%Y-%m-%dT%H:%M}'>{piece.published:%d %B %Y, %H:%M}"
        f"</time></p><div class=text>{body}</div>"
        f'<p><a href="/print.php?id={1000 + piece.number}">Print</a> '
        f'<a href="/more/{piece.section}/">More</a></p>'
        f"<h3>More from {piece.section.title()}</h3>"
        f"<ul>{more}</ul>",
    )


def _print(piece: Piece) -> str:
    body = "".join(f"<p>{escape(text)}</p>" for text in piece.paragraphs)
    title = escape(piece.title)
    return f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>"


def _list(title: str, shown: tuple[Piece, ...] | list[Piece], foot: str) -> str:
    items = "".join(
        f'<div class=item><h2><a href="{p.path}">{escape(p.title)}</a></h2>'
        f"<p>{escape(p.paragraphs[0][:140])} …</p></div>"
        for p in shown
    )
    return _frame(title, f"<h1>{escape(title)}</h1>{items}{foot}")


def _frame(title: str, inside: str) -> str:
    menu = "".join(f'<a href="/{section}/">{section.title()}</a> ' for section in SECTIONS)
    return (
        f"<!doctype html><html lang=en><head><title>{escape(title)} - The Arle Ledger</title>"
        f'</head><body><div id=menu><a href="/">Home</a> {menu}<a href="/calendar">Calendar</a>'
        "</div>"
        f'<div id=main>{inside}</div><div id=foot><a href="/about.html">About</a> '
        '<a href="/contact.html">Contact</a></div></body></html>'
    )
