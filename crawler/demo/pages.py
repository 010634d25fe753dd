"""All pages of an edition, rendered: path → answer.

A pure function of the edition and the origin (`http://127.0.0.1:8000`): the same bytes each time.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from email.utils import format_datetime
from functools import lru_cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from crawler.demo import feeds, prose
from crawler.demo.answer import Answer, picture
from crawler.demo.json_ld import news_article
from crawler.demo.paper import Paper, Shelf, open_paper
from crawler.demo.story import DATA, Story
from crawler.demo.words import read_time, slug, written

PAGE_SIZE = 4
"""Stories on one page of a list."""

BROKEN = "/news/live-from-the-council-chamber/"
"""A page that lists and sitemaps name and the server always answers 500 for."""

HTML = "text/html; charset=utf-8"
_ASSETS = {".css": "text/css", ".woff2": "font/woff2"}


@lru_cache(maxsize=4)
def render(edition: str, origin: str) -> Mapping[str, Answer]:
    """Every page of an edition, for the host that the origin names.

    Raises UsageError for an unknown edition.
    """
    return _Press(open_paper(edition), origin).everything()


@dataclass(frozen=True)
class Card:
    """A story as other pages show it."""

    story: Story
    title: str
    url: str
    image: str
    day: str
    rfc_date: str
    paper: str

    @property
    def excerpt(self) -> str:
        """The first words of standfirst and text, cut as themes cut them."""
        text = f"{self.story.standfirst} {self.story.body[0].text()}"
        return " ".join(text.split()[:32])

    @property
    def short(self) -> str:
        """The first words of the text."""
        return " ".join(self.story.body[0].text().split()[:11])


@dataclass(frozen=True)
class Named:
    """A name with the address of its list."""

    name: str
    url: str


@dataclass(frozen=True)
class ShownShelf:
    """A shelf with its stories as cards."""

    label: str
    cards: list[Card]


class _Press:
    """Renders one edition for one origin."""

    def __init__(self, paper: Paper, origin: str) -> None:
        self.paper = paper
        self.origin = origin
        self.environment = Environment(
            loader=FileSystemLoader(DATA / "templates"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
        )
        self.environment.globals.update(
            origin=origin,
            sections=[
                {"title": s.title, "url": f"{origin}/{s.slug}/"} for s in paper.sections.values()
            ],
        )
        self.pages: dict[str, Answer] = {}

    def everything(self) -> Mapping[str, Answer]:
        """All pages."""
        listed = self.paper.listed()
        for story in self.paper.stories:
            self._story(story)
        self._home(listed)
        for section in self.paper.sections.values():
            own = [s for s in listed if s.section == section.slug]
            self._list(f"/{section.slug}/", section.title, own, section.language)
        self._archive(listed)
        for tag in sorted({tag for s in listed for tag in s.tags}):
            self._list(f"/tag/{slug(tag)}/", tag, [s for s in listed if tag in s.tags])
        for name in sorted({name for s in listed for name in s.authors}):
            self._list(f"/author/{slug(name)}/", name, [s for s in listed if name in s.authors])
        self._plain_pages()
        self.pages |= feeds.render(
            self.environment,
            self.origin,
            [self._card(story) for story in listed],
            [self.origin + path for path in (BROKEN, "/about/", "/contact/")],
        )
        return self.pages

    def _html(self, template: str, **values: object) -> str:
        return self.environment.get_template(template).render(**values)

    def _card(self, story: Story) -> Card:
        return Card(
            story=story,
            title=story.title,
            url=self.origin + self.paper.address(story),
            image=f"{self.origin}/media/{story.slug}.png",
            day=written(story.published, story, self.paper, "day"),
            rfc_date=format_datetime(story.published),
            paper=self.paper.word(story, "paper"),
        )

    def _shelf(self, shelf: Shelf) -> ShownShelf:
        return ShownShelf(shelf.label, [self._card(story) for story in shelf.stories])

    def _picture(self, alt: str) -> str:
        path = f"/media/{slug(alt)}.png"
        self.pages.setdefault(path, Answer(picture(path), "image/png"))
        return self.origin + path

    def _narrow(self, alt: str) -> str:
        """A narrower version of a picture, for narrow windows."""
        path = f"/media/{slug(alt)}-480.png"
        self.pages.setdefault(path, Answer(picture(path), "image/png"))
        return self.origin + path

    def _story(self, story: Story) -> None:
        paper, path = self.paper, self.paper.path(story)
        url = self.origin + path
        cover = f"/media/{story.slug}.png"
        self.pages[cover] = Answer(picture(cover), "image/png")
        if story.old_path:
            self.pages[story.old_path] = Answer.moved(url)
        if story.gone:
            self.pages[path] = self._message(410, "This story is gone", "We have withdrawn it.")
            return
        section = paper.sections[story.section]
        shelves = dict.fromkeys(("previous", "next")) | {
            shelf.relation: self._shelf(shelf) for shelf in paper.shelves(story)
        }
        charset = story.encoding or section.encoding
        newest = next(s for s in paper.listed() if s.section == next(iter(paper.sections)))

        def address(target: str) -> str:
            slug, mark, query = target.partition("?")
            return self.origin + paper.address(paper.story(slug)) + mark + query

        html = self._html(
            f"{section.markup}.html",
            story=story,
            url=url,
            number=1000 + len(paper.stories) - paper.stories.index(story),
            section={"title": section.title, "url": f"{self.origin}/{section.slug}/"},
            meta_charset=story.meta_charset or section.meta_charset,
            authors=[Named(name, f"{self.origin}/author/{slug(name)}/") for name in story.authors],
            tags=[Named(tag, f"{self.origin}/tag/{slug(tag)}/") for tag in story.tags],
            shelves=shelves,
            menu_story=self._card(newest),
            date=written(story.published, story, paper, "date"),
            modified=written(story.modified, story, paper, "date") if story.modified else "",
            # The theme's own mistake: its pattern has seconds where minutes belong.
            swapped=f"{story.published:%d %b, %Y %H:%S:%M}",
            read_time=read_time(story, paper),
            json_ld=news_article(story, paper, self.origin),
            word=lambda key: paper.word(story, key),
            picture=self._picture,
            narrow=self._narrow,
            inline=lambda line: prose.markup(line, address),
            promo=lambda piece: self._card(paper.story(piece.lines[0])),
        )
        claimed = story.header_charset or section.header_charset
        self.pages[path] = Answer(
            # A character reference stands for what a narrow encoding cannot hold.
            html.encode(charset, "xmlcharrefreplace"),
            "text/html" if claimed == "none" else f"text/html; charset={claimed}",
            modified=story.modified or story.published,
        )

    def _listing(
        self,
        path: str,
        title: str,
        groups: list[tuple[str, list[Card]]],
        *,
        language: str = "en-GB",
        newer: str | None = None,
        older: str | None = None,
        extra: Iterable[tuple[str, str]] = (),
    ) -> None:
        dates = [s.modified or s.published for _, cards in groups for s in (c.story for c in cards)]
        html = self._html(
            "listing.html",
            title=title,
            paper=self.paper.words[language.partition("-")[0]]["paper"],
            language=language,
            url=self.origin + path,
            groups=groups,
            newer=newer,
            older=older,
            extra=list(extra),
        )
        self.pages[path] = Answer(html.encode(), HTML, modified=max(dates, default=None))

    def _list(self, path: str, title: str, stories: list[Story], language: str = "en-GB") -> None:
        """A list of stories, on as many pages as it needs."""
        count = math.ceil(len(stories) / PAGE_SIZE)

        def place(number: int) -> str:
            return path if number == 1 else f"{path}page/{number}/"

        for number in range(1, count + 1):
            cards = [self._card(s) for s in stories[(number - 1) * PAGE_SIZE :][:PAGE_SIZE]]
            self._listing(
                place(number),
                title if number == 1 else f"{title} – {number}",
                [("", cards)],
                language=language,
                newer=self.origin + place(number - 1) if number > 1 else None,
                older=self.origin + place(number + 1) if number < count else None,
            )

    def _home(self, listed: tuple[Story, ...]) -> None:
        def marked(story: Story) -> Card:
            """Home counts where its readers go on: by a parameter, in two fashions."""
            card = self._card(story)
            look = self.paper.sections[story.section].markup
            mark = {"fox": "?utm_source=home&utm_medium=web", "gazette": "?ref=home", "classic": ""}
            return replace(card, url=card.url + mark[look])

        groups = [("Newest", [marked(story) for story in listed[:6]])]
        for section in self.paper.sections.values():
            own = [s for s in listed[6:] if s.section == section.slug]
            groups.append((section.title, [self._card(s) for s in own[:2]]))
        live = ("Live: from the council chamber", self.origin + BROKEN)
        self._listing("/", "The Vellmar Courier", groups, extra=[live])
        self.pages[BROKEN] = self._message(500, "Something went wrong", "Please try again later.")

    def _archive(self, listed: tuple[Story, ...]) -> None:
        months = sorted({f"{s.published:%Y/%m}" for s in listed}, reverse=True)
        for month in months:
            own = [s for s in listed if f"{s.published:%Y/%m}" == month]
            self._list(f"/archive/{month}/", f"Archive {month}", own)
        self._listing(
            "/archive/",
            "Archive",
            [],
            extra=[(month, f"{self.origin}/archive/{month}/") for month in months],
        )

    def _plain_pages(self) -> None:
        pages = {
            "/about/": ("About us", "The Courier has reported from the Vellmar Valley since 1911."),
            "/contact/": ("Contact", "Write to the newsroom at 4 Lock Street, Vellmar."),
            "/private/subscribers/": ("Subscribers", "This page is for subscribers only."),
        }
        for path, (title, line) in pages.items():
            self.pages[path] = self._message(200, title, line)
        self.pages["/style.css"] = Answer(b"body { font-family: serif }\n", "text/css")
        for file in sorted((DATA / "assets").iterdir()):
            self.pages[f"/assets/{file.name}"] = Answer(file.read_bytes(), _ASSETS[file.suffix])
        for name in ("icon.png", "paper.png"):
            self.pages[f"/assets/{name}"] = Answer(picture(name), "image/png")

    def _message(self, status: int, title: str, line: str) -> Answer:
        paper = self.paper.words["en"]["paper"]
        html = self._html("plain.html", title=title, paper=paper, lines=[line])
        return Answer(html.encode(), HTML, status=status)
