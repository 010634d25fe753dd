"""What may come to a few addresses of a few newspapers, made up by chance."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from crawler.items import (
    RELATIONS,
    Article,
    Capture,
    Claim,
    FoundUrl,
    Image,
    LinkedStory,
    Moment,
    Visit,
)
from crawler.reasons import because

_BEGUN = datetime(2026, 2, 1, tzinfo=UTC)
_WORDS = (
    "river", "council", "houses", "house", "vote", "night", "paper", "bridge", "fire", "school",
    "winter", "running", "ran", "city", "court", "Straße", "ΑΘΗΝΑ", "naïve", "İstanbul", "ıssız",
    "co-op", "don't", "½", "東京都は新しい橋を建設する", "ประเทศไทยมีแผนสร้างสะพานใหม่", "오늘",
    "مدينة", "Москва",
)  # fmt: skip
_ODD = (
    "\ud800 lone", "nul\x00 in", "\u202eto the left\u202c", "🏳️\u200d🌈 👩\u200d👧", "L" * 3_000,
    "a\u0301 mark", "\ufffe\uffff", " \u00a0 space ", "<b>&amp;", "'; DROP--", "%_", '"a" NOT (b',
    "İ i ı", "ß SS", "",
)  # fmt: skip
_OF_THE_SITE = (
    "The council of the valley meets each month in the old hall and its minutes are read there.",
    "Trains of the eastern line stop at the harbour on weekdays only, says the company.",
)
_HOSTS = ("one.example", "www.one.example", "two.example")
_ADDRESSES = [f"https://{host}/{part}/{n}/" for host in _HOSTS for part in "ab" for n in range(6)]
_MOMENTS = (
    None, ("2026-01-15", "day"), ("2026-01-15T23:30:00+00:00", "second"),
    ("2026-01-15T23:30:00+09:00", "second"), ("2025", "year"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reread:
    """A page is read again."""

    url: str
    record_id: str
    article: Article


@dataclass(frozen=True, slots=True)
class TakenDown:
    """A story is taken down."""

    url: str


Event: TypeAlias = list[Visit] | Reread | TakenDown
"""Visits that belong together, or what comes between batches."""


@dataclass(slots=True)
class Chance:
    """Makes it up."""

    seed: int
    chance: random.Random = field(init=False)
    captures: int = 0
    stories: dict[str, list[Article]] = field(default_factory=dict)
    """Address → what its page has said, the newest last."""
    read: list[Reread] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def events(self, count: int) -> Iterator[Event]:
        """So many."""
        for _ in range(count):
            what = self.chance.random()
            if what < 0.05 and self.read:
                known = self.chance.choice(self.read)
                new = self._edited(known.article) if what < 0.03 else known.article
                links = tuple(link for link in new.links if link.relation in RELATIONS)
                yield replace(known, article=replace(new, title=new.title or "T", links=links))
            elif what < 0.07:
                yield TakenDown(self._spelled(self.chance.choice(_ADDRESSES)))
            else:
                yield self._visits()

    def _text(self) -> str:
        said = self.chance.choices(_WORDS, k=self.chance.choice((0, 3, 45, 60, 90)))
        parts = [" ".join(said)]
        if self.chance.random() < 0.1:
            parts.append(self.chance.choice(_ODD))
        if len(said) > 40 and self.chance.random() < 0.4:
            parts.append(self.chance.choice(_OF_THE_SITE))
        return "\n\n".join(parts)

    def _title(self) -> str:
        if self.chance.random() < 0.2:
            return self.chance.choice(_ODD)
        return " ".join(self.chance.choices(_WORDS, k=4)).capitalize()

    def _names(self) -> tuple[str, ...]:
        names = ("Ann Lee", "ann lee", "ANN LEE", "李 雷", *_ODD)
        return tuple(self.chance.choices(names, k=self.chance.choice((0, 1, 2, 4))))

    def _spelled(self, url: str) -> str:
        ways = (
            url, url, url, url.replace("https:", "http:"), url[:-1], f"{url}?utm_source=x",
            f"{url}index.html", f"{url}amp/", url.replace("://one", "://www.one"),
        )  # fmt: skip
        return self.chance.choice(ways)

    def _links(self) -> tuple[LinkedStory, ...]:
        pick = self.chance.choice
        later = [f"https://two.example/later/{n}/" for n in range(9)]
        return tuple(
            LinkedStory(
                pick(RELATIONS), self._spelled(pick(_ADDRESSES + later)),  # type: ignore[arg-type]
                pick((None, "A title", "Another", *_ODD[:5])), pick((None, "Related", "related")),
                at + 1, pick((None, "Ex\x00cerpt")), pick((None, "https://one.example/i.jpg")),
                pick((None, Claim("2 hours ago", "html:time"))),
            )
            for at in range(pick((0, 1, 3, 9)))
        )  # fmt: skip

    def _moment(self) -> Moment | None:
        found = self.chance.choice(_MOMENTS)
        return Moment(found[0], found[1], "as shown", "url") if found else None  # type: ignore[arg-type]

    def _new(self) -> Article:
        pick, text = self.chance.choice, self._text()
        return Article(
            "", self._title(), authors=self._names(), published=self._moment(),
            standfirst=pick((None, self._title())), section=pick((None, "News", "news", "")),
            tags=self._names(), language=pick((None, "en", "en-GB", "ja", "tr")), body=text,
            body_markdown=text, word_count=len(text.split()), access=pick((None, "full", "teaser")),
            image=pick((None, Image("https://one.example/p.jpg"))), links=self._links(),
        )  # fmt: skip

    def _edited(self, article: Article) -> Article:
        text = self.chance.choice((
            f"{article.body}\n\n{self.chance.choice(_OF_THE_SITE)}",
            f"{article.body} And there is more to tell of it.", article.body[::-1],
        ))  # fmt: skip
        said = replace(article, body=text, body_markdown=text, word_count=len(text.split()))
        return self.chance.choice((
            said, said, replace(article, title=self._title()), replace(article, tags=self._names()),
            replace(article, authors=self._names()), replace(article, published=self._moment()),
            replace(article, links=article.links[::2] + self._links()),
            replace(article, language="th"), self._new(),
        ))  # fmt: skip

    def _capture(self, url: str, status: int = 200, location: str | None = None) -> Capture:
        self.captures += 1
        minutes = self.captures * 60
        if self.chance.random() < 0.04:  # an import brings what was before
            minutes = self.chance.randrange(minutes)
        at = (_BEGUN + timedelta(minutes=minutes)).isoformat(timespec="microseconds")
        return Capture(
            url, at, status, "text/html", f"sha256:{self.captures}", 9,
            f"<urn:uuid:{self.captures}>", "t.warc.gz", self.captures * 100, 100, location,
        )  # fmt: skip

    def _visits(self) -> list[Visit]:
        chance = self.chance
        address = chance.choice(_ADDRESSES)
        versions = self.stories.get(address)
        if versions is None:  # a new story, or one that another address has, too
            others = list(self.stories.values())
            versions = chance.choice(others) if others and chance.random() < 0.2 else [self._new()]
            self.stories[address] = versions
        elif chance.random() < 0.5:
            versions.append(
                chance.choice(versions) if chance.random() < 0.2 else self._edited(versions[-1])
            )
        url = self._spelled(address)
        own = self._spelled(chance.choice(_ADDRESSES)) if chance.random() < 0.1 else None
        article = replace(versions[-1], url=url, canonical_url=own)
        if chance.random() < 0.03:  # what the database does not take
            bad = LinkedStory("no such relation", url, None)  # type: ignore[arg-type]
            article = replace(article, links=(*article.links, bad))
        told = tuple(
            FoundUrl(self._spelled(chance.choice(_ADDRESSES)), "page", "link", url, family="h a/*")
            for _ in range(chance.choice((0, 0, 2)))
        )
        page = Visit(
            url, "page", "done", found=told, kind="html", shape=chance.choice((None, "a/*"))
        )
        what = chance.random()
        if what < 0.60:
            visits = [replace(page, captures=(self._capture(url),), article=article)]
        elif what < 0.72:
            visits = self._redirected(replace(page, article=article))
        elif what < 0.78:
            visits = [replace(page, captures=(self._capture(url, 304),), not_modified=True)]
        elif what < 0.86:
            status = chance.choice((404, 410, 451))
            gone = replace(page, state="gone", reason=because("http_status", status), found=())
            visits = [replace(gone, captures=(self._capture(url, status),))]
        elif what < 0.92:
            visits = [replace(page, captures=(self._capture(url),), not_article="listing")]
        elif what < 0.96:
            later = f"{url}?page=2"
            captures = (self._capture(later),)
            visits = [replace(page, url=later, captures=captures, part_of=address, found=())]
        else:
            verdict = chance.choice(("outage", "wall", "other story", "teaser", "soft 404"))
            captures = (self._capture(url),)
            visits = [replace(page, captures=captures, article=article, verdict=verdict)]
        for each in visits:
            if each.article is not None:
                self.read.append(Reread(own or url, each.captures[-1].record_id, each.article))
        return visits

    def _redirected(self, page: Visit) -> list[Visit]:
        """Once or more often, from where a story is or nowhere; perhaps nobody follows."""
        known = [*_ADDRESSES, "https://one.example/s/1", "https://one.example/s/2"]
        way = [*self.chance.choices(known, k=self.chance.choice((1, 1, 2))), page.url]
        hops = tuple(self._capture(url, 301, way[n + 1]) for n, url in enumerate(way[:-1]))
        along = tuple(Visit(url, "page", "redirected", leads_to=page.url) for url in way[:-1])
        if self.chance.random() < 0.3:
            return [replace(along[0], captures=hops)]
        captures = (*hops, self._capture(page.url))
        return [replace(page, captures=captures, along=along), *along]
