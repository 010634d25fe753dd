"""Invented newspapers and their stories, of any number: each is made from its number alone, so that
none has to be remembered."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from benchmarks.vocabulary import ENGLISH, JAPANESE, SPANISH, Tongue, Words, tongue
from crawler.items import (
    Article,
    Block,
    Claim,
    Confidence,
    Image,
    LinkedStory,
    Moment,
    ReadTime,
    Relation,
)  # fmt: skip
from crawler.text import count_words


@dataclass(frozen=True, slots=True)
class Paper:
    """A newspaper."""

    host: str
    words: Words
    share: int
    """Of a hundred stories, how many are its own."""
    offset: float
    """Hours that its clocks are ahead of UTC."""


PAPERS = (
    Paper("courier.example", ENGLISH, 58, 1),
    Paper("gazette.example", ENGLISH, 24, 1),
    Paper("herald.example", ENGLISH, 11, -5),
    Paper("diario.example", SPANISH, 4, 2),
    Paper("nippo.example", JAPANESE, 3, 9),
)
_ROUND = 100
_FIRST = datetime(2014, 1, 1, 6, tzinfo=UTC)
_DAYS = 4_000
_MEDIAN_WORDS = 330
_SEED = 1911
_FIELDS = {
    "title": "html:h1", "authors": "json-ld:author", "published": "json-ld:datePublished",
    "standfirst": "meta:og:description", "section": "meta:article:section",
    "tags": "meta:article:tag", "image": "json-ld:image", "body": "html:article",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a story of a number."""

    relation: Relation
    label: str | None
    position: int
    target: int
    """From `Library.stories` on: one that is not archived."""

    @property
    def has_picture(self) -> bool:
        """Whether it shows one."""
        return self.relation not in ("inline", "also_read")


class Library:
    """Invents stories; the same ones for the same number."""

    def __init__(self, stories: int) -> None:
        """stories: how many are archived."""
        self.stories = stories
        self.missing = stories // 8 + 1
        """How many more are linked to, and not archived."""
        slots = [paper for paper in PAPERS for _ in range(paper.share)]
        random.Random(_SEED).shuffle(slots)
        self._slots = slots
        own = {
            paper.host: [n for n, other in enumerate(slots) if other is paper] for paper in PAPERS
        }
        self._tongue_at = [tongue(paper.words) for paper in slots]
        self._own_at = [own[paper.host] for paper in slots]
        self._step = timedelta(days=_DAYS) / max(stories, 1)

    def paper(self, number: int) -> Paper:
        """Whose story it is."""
        return self._slots[number % _ROUND]

    def chance(self, number: int, what: int = 0) -> random.Random:
        """What decides of a story. what: another number for something else of it."""
        return random.Random(number * 16 + what + _SEED)

    # -- one story -------------------------------------------------------------------------------

    def _section(self, number: int) -> int:
        sections = self.paper(number).words.sections
        # the first section has the most stories, as in any newspaper
        return int(len(sections) * ((number * 7919 % 9973) / 9973) ** 1.4)

    def headline(self, number: int) -> str:
        """What a story, or a link to it, is called."""
        return self._tongue(number).headline(self.chance(number), self._section(number))

    def url(self, number: int, title: str) -> str:
        """Its address. title: its headline."""
        host = self.paper(number).host
        if number >= self.stories:
            return f"https://{host}/before/{number - self.stories}/{_slug(title)}"
        at = self._published(number)
        return f"https://{host}/{at:%Y/%m/%d}/{_slug(title)}-{number}/"

    def _tongue(self, number: int) -> Tongue:
        return self._tongue_at[number % _ROUND]

    def _published(self, number: int) -> datetime:
        zone = timezone(timedelta(hours=self.paper(number).offset))
        return (_FIRST + number * self._step).astimezone(zone)

    def _moment(self, number: int, chance: random.Random) -> Moment | None:
        at, luck = self._published(number), chance.random()
        source = _FIELDS["published"]
        if luck < 0.01:
            return None
        if luck < 0.06:
            return Moment(f"{at:%Y-%m-%d}", "day", f"{at:%d/%m/%Y}", source)
        if luck < 0.2:
            raw = at.isoformat(timespec="minutes")
            return Moment(raw, "minute", raw, source)
        raw = at.isoformat(timespec="seconds")
        return Moment(raw, "second", raw, source)

    def article(self, number: int) -> Article:
        """The story as its page first showed it, without links."""
        speech, section = self._tongue(number), self._section(number)
        words = speech.words
        title = self.headline(number)
        url = self.url(number, title)
        chance = self.chance(number, 1)
        picture = Image(
            _picture(url, ""), caption=speech.headline(chance, section), width=1200, height=800
        )
        length = int(_MEDIAN_WORDS * chance.lognormvariate(0, 0.6))
        shortest, longest = (60, 110) if self.is_edited(number) else (60, 6_000)
        paragraphs = speech.paragraphs(chance, section, min(max(length, shortest), longest))
        blocks: tuple[Block, ...] = ()
        marked = [_marked(text, words, chance) for text in paragraphs]
        if chance.random() < 0.2:
            figure = Image(_picture(url, "-2"), role="body", caption=marked[0][:60])
            markdown = f"![]({figure.url})"
            blocks = (Block("figure", "", markdown, image=figure),)
            marked.insert(1, markdown)
        body = "\n\n".join(paragraphs)
        count, luck = count_words(body), chance.random()
        minutes = max(1, round(count / 238))
        published = self._moment(number, chance)
        authors = self._authors(number, chance)
        tags = tuple(dict.fromkeys(_favourite(speech.tags, chance) for _ in range(3)))
        values = {
            "title": title, "authors": ", ".join(authors), "section": words.sections[section],
            "published": published.raw if published else "", "tags": ", ".join(tags),
            "image": picture.url, "body": body[:60],
        }  # fmt: skip
        return Article(
            url=url,
            title=title,
            seo_title=None if luck < 0.7 else f"{title} | {self.paper(number).host}",
            canonical_url=url,
            authors=authors,
            published=published,
            read_time=ReadTime(minutes, luck < 0.3, f"{minutes} min" if luck < 0.3 else None),
            standfirst=" ".join(speech.sentences(chance, section, 22)) if luck < 0.85 else None,
            section=words.sections[section],
            tags=tags,
            language=words.code,
            image=picture,
            blocks=blocks,
            body=body,
            body_markdown="\n\n".join(marked),
            word_count=count,
            access="teaser" if luck > 0.97 else None,
            confidence=Confidence(0.98, 0.99 if authors else 0.8, 0.99 if published else 0.7),
            sources={name: Claim(text, _FIELDS[name]) for name, text in values.items() if text},
        )

    def _authors(self, number: int, chance: random.Random) -> tuple[str, ...]:
        """Of the newspaper, whose staff grows with its stories; the same few write the most."""
        names = self._tongue(number).names
        staff = names[: 8 + self.stories * self.paper(number).share // 40_000]
        many = (0, 1, 1, 1, 1, 1, 2)[int(chance.random() * 7)]
        return tuple(dict.fromkeys(_favourite(staff, chance) for _ in range(many)))

    @staticmethod
    def is_edited(number: int) -> bool:
        """Whether a story was edited: breaking news, of few words at first."""
        return number % 80 == 17

    def edited(self, number: int) -> Article:
        """The story as its page shows it some days later: another headline, a sentence that was
        changed, one that was added."""
        before, chance = self.article(number), self.chance(number, 2)
        speech, section = self._tongue(number), self._section(number)
        first, *others = before.body.split("\n\n")
        new = [
            *speech.sentences(chance, section, 14), first, *others,
            *speech.paragraphs(chance, section, 30),
        ]  # fmt: skip
        body = "\n\n".join(new)
        return replace(
            before, title=speech.words.again.format(before.title), body=body, body_markdown=body,
            blocks=(), word_count=count_words(body),
        )  # fmt: skip

    # -- links -----------------------------------------------------------------------------------

    def links(self, number: int) -> Iterator[Link]:
        """What a story's page points to: some twenty links, of all relations."""
        chance = self.chance(number, 3)
        latest, popular, picked, more, sponsored = self.paper(number).words.blocks
        before, after = self._beside(number, -1), self._beside(number, 1)
        found: list[tuple[Relation, str | None, list[int]]] = [
            ("previous", None, [before]),
            ("next", None, [after]),
            ("inline", None, [self._any(number, chance) for _ in range(2)]),
            ("also_read", None, [self._any(number, chance)]),
            ("related", more, [self._any(number, chance) for _ in range(4)]),
            ("latest", latest, [number - n * 3 for n in range(1, 6)]),
            ("popular", popular, [number // 50 * 50 - n * 17 for n in range(1, 6)]),
            ("featured", picked, [number // 90 * 90 - n * 31 for n in range(1, 3)]),
        ]
        for relation, label, targets in found:
            own = [self._of_paper(number, each) for each in targets]
            there = [each for each in dict.fromkeys(own) if each is not None and each != number]
            for position, target in enumerate(there, 1):
                yield Link(relation, label, position, target)
        if number >= _ROUND and number % 5 == 0:
            # advertisements lead to other newspapers
            yield Link("sponsored", sponsored, 1, int(number * chance.random() ** 3))

    def _any(self, number: int, chance: random.Random) -> int:
        """A story from before, some much more often than others; now and then one that nobody
        archived."""
        luck = chance.random()
        if luck < 0.1:
            return self.stories + int(self.missing * chance.random() ** 2)
        if luck < 0.5:
            return int(number * chance.random() ** 3)
        return int(number * chance.random())

    def _of_paper(self, number: int, other: int) -> int | None:
        """A story near another one that is of the same newspaper as a third; None if there is
        none."""
        if not 0 <= other < self.stories + self.missing:
            return None
        own = self._own_at[number % _ROUND]
        found = other // _ROUND * _ROUND + own[other % len(own)]
        is_archived = other < self.stories
        if is_archived and found >= self.stories:
            found -= _ROUND
        elif not is_archived and not self.stories <= found < self.stories + self.missing:
            return None
        return found if found >= 0 else None

    def _beside(self, number: int, step: int) -> int:
        """The newspaper's next story, or the one before."""
        own = self._own_at[number % _ROUND]
        at = own.index(number % _ROUND) + step
        return number // _ROUND * _ROUND + at // len(own) * _ROUND + own[at % len(own)]

    def linked(self, link: Link) -> LinkedStory:
        """What a link shows."""
        title = self.headline(link.target)
        url = self.url(link.target, title)
        return LinkedStory(
            link.relation, url, title, link.label, link.position,
            image=thumbnail(url) if link.has_picture else None,
        )  # fmt: skip


def _favourite(names: list[str], chance: random.Random) -> str:
    return names[int(len(names) * chance.random() ** 3)]


def thumbnail(url: str) -> str:
    """The picture that links to an address show."""
    return _picture(url, "-80")


def _picture(url: str, size: str) -> str:
    return f"{url.rstrip('/')}{size}.jpg"


@lru_cache(maxsize=64)
def _slug(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return "-".join("".join(c if c.isalnum() else " " for c in plain).split()) or "story"


def _marked(text: str, words: Words, chance: random.Random) -> str:
    """A paragraph with a link in it, now and then."""
    if chance.random() > 0.1 or len(text) < 60:
        return text
    return f"{text[:30]}[{text[30:50]}](https://wiki.example/{words.code}/{len(text)}){text[50:]}"
