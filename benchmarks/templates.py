"""Story pages of invented papers, each paper of a template of its own, with what a reader would
read in them: to measure what the pages of one paper teach together.

What differs is what differs between real ones: the names of classes (telling, hashed, none), where
the byline stands and whether machines are told of it, what surrounds the headline in <title>, and
what the page puts into the story: appeals, rotating boxes, teasers of its other stories, the date
and the headline again, a bio.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from functools import cache
from html import escape

from crawler.demo import ledger

_FIRST = (
    "Ada", "Ole", "Jette", "Piet", "Mara", "Ines", "Tomas", "Lena", "Bruno", "Siri", "Knut", "Elsa",
)  # fmt: skip
_LAST = (
    "Lund", "Brand", "Rohde", "Stern", "Quist", "Falk", "Holm", "Berger", "Lindqvist", "Ravn",
    "Moreau", "Costa",
)  # fmt: skip
_CLASSES = (
    ("headline", "byline", "article-body", "support", "teasers", "date"),
    ("t1", "t2", "t3", "t4", "t5", "t6"),
    ("css-1x9ab", "css-2kq7c", "css-9zz1d", "css-8hh2e", "css-7pp3f", "css-5rr4g"),
    ("", "", "txt", "xtra", "more", ""),
    ("titulo", "firma", "cuerpo", "aviso", "otras", "fecha"),
    ("o-head", "o-who", "o-text", "o-ask", "o-next", "o-when"),
)
_APPEALS = (
    "Our reporters drink a lot of coffee, and every cup of it is paid for by people like you.",
    "Die Redaktion hört jeden Dienstag ab zehn Uhr am Rathaus zu, bei jedem Wetter.",
    "Quien nos lee cada mañana sabe antes que nadie lo que pasa en la plaza del pueblo.",
    "Every page of this paper is printed on the river, as it was a hundred years ago.",
    "Wie de krant van morgen vandaag wil lezen, belt voor zessen met de drukkerij.",
)


@dataclass(frozen=True, slots=True)
class Template:
    """How a paper builds its story pages."""

    number: int

    @property
    def host(self) -> str:
        """Where it is."""
        return f"paper{self.number}.example"

    @property
    def name(self) -> str:
        """What it is called."""
        return f"The {_LAST[self.number % 12]} {('Gazette', 'Post', 'Courier')[self.number % 3]}"


@dataclass(frozen=True, slots=True)
class StoryPage:
    """A page, and what is right."""

    url: str
    html: str
    title: str
    author: str
    body: str
    picture: str | None


def pages(template: Template, count: int, *, first: int = 0) -> list[StoryPage]:
    """Story pages of a paper, from the given one on; the same ones each time."""
    return [_page(template, number) for number in range(first, first + count)]


def _title(template: Template, number: int) -> str:
    draw = random.Random(f"title {template.number} {number}")
    words = _vocabulary()
    return " ".join(draw.choice(words) for _ in range(7)).capitalize()


def _page(template: Template, number: int) -> StoryPage:
    n, draw = template.number, random.Random(f"{template.number} {number}")
    words = _vocabulary()

    def sentence() -> str:
        return " ".join(draw.choice(words) for _ in range(draw.randint(9, 18))).capitalize() + "."

    title = _title(template, number)
    author = f"{draw.choice(_FIRST)} {draw.choice(_LAST)}"
    day = f"2026-{1 + number % 9:02}-{1 + number % 27:02}"
    paragraphs = [
        " ".join(sentence() for _ in range(draw.randint(2, 4))) for _ in range(draw.randint(5, 12))
    ]
    head_class, by_class, body_class, ask_class, more_class, date_class = (
        f' class="{name}"' if name else "" for name in _CLASSES[n % len(_CLASSES)]
    )
    tells = n % 3 != 2 and number % 4 != 3  # machines are told of the author on most pages
    told = (
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": '
        f'"{title}", "datePublished": "{day}", "author": {{"name": "{author}"}}}}</script>'
        if tells
        else ""
    )
    own = f"https://{template.host}/img/{number}.jpg"
    logo = f"https://{template.host}/share.png"
    picture = own if number % 2 else None
    shared = own if n % 2 and picture else logo
    said = [f"<p>{escape(p)}</p>" for p in paragraphs]
    appeal = _APPEALS[n % 5] if n % 4 else _APPEALS[number % 5]
    said.insert(len(said) // 2, f"<div{ask_class}><p>{appeal}</p></div>")
    if n % 3 == 1:
        others = "".join(
            f"<p><b>{_title(template, number + step)}</b></p>" for step in (1, 2) if number + step
        )
        said.append(f"<div{more_class}>{others}</div>")
    if n % 5 == 0:
        said.insert(0, f"<p{date_class}>{title}</p><p{date_class}>{author} wrote this on {day}</p>")
    if n % 5 == 3:
        said.append(f"<p{ask_class}>{author} has written for {template.name} since the flood, and"
                    " keeps bees behind the printing house.</p>")  # fmt: skip
    around = (f"{title} - {template.name}", f"{title} | {template.name}", title)[n % 3]
    figure = f'<figure><img src="{own}" width="800" height="500"></figure>' if picture else ""
    html = (
        f'<html lang="en"><head><title>{around}</title><meta property="og:image" '
        f'content="{shared}">{told}</head><body><header><a href="/">{template.name}</a></header>'
        f"<main><h1{head_class}>{title}</h1><div{by_class}><span>{author}</span></div>"
        f"{figure}<div{body_class}>{''.join(said)}</div></main></body></html>"
    )
    url = f"https://{template.host}/{day.replace('-', '/')}/{title.lower().replace(' ', '-')}"
    return StoryPage(url, html, title, author, "\n\n".join(paragraphs), picture)


@cache
def _vocabulary() -> list[str]:
    """The demo newspaper's words."""
    texts = (text for story in ledger.stories() for text in story.paragraphs)
    return sorted({word for text in texts for word in re.findall(r"[a-z]{3,}", text)})
