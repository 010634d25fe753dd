"""An edition of the paper: its sections, its stories and which of them each page promotes."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from crawler.demo import prose
from crawler.demo.story import DATA, Story, load
from crawler.errors import UsageError
from crawler.items import Relation

EDITIONS = ("morning", "evening")


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the paper with one look."""

    slug: str
    title: str
    language: str
    markup: Literal["fox", "gazette", "classic"]
    encoding: str = "utf-8"
    header_charset: str = "utf-8"
    meta_charset: str = "utf-8"


@dataclass(frozen=True, slots=True)
class Shelf:
    """Stories that a page shows under one label."""

    relation: Relation
    label: str
    stories: tuple[Story, ...]


@dataclass(frozen=True)
class Paper:
    """One edition. stories: all, newest first, the unlisted and the gone among them."""

    edition: str
    stories: tuple[Story, ...]
    sections: dict[str, Section]
    featured: tuple[str, ...]
    popular: tuple[str, ...]
    words: dict[str, dict[str, str]]
    """language → key → what the paper prints: labels of blocks, month names …"""

    def word(self, story: Story, key: str) -> str:
        """A label in the story's language, and in its section's markup where that has its own."""
        table = self.words[story.language.partition("-")[0]]
        own = f"{self.sections[story.section].markup}_{key}"
        section = self.sections[story.section].title
        return table[own if own in table else key].replace("{section}", section)

    def story(self, slug: str) -> Story:
        """The story with this slug. Raises KeyError where the paper has none."""
        return {story.slug: story for story in self.stories}[slug]

    def listed(self) -> tuple[Story, ...]:
        """What lists, feeds and sitemaps name, newest first."""
        return tuple(story for story in self.stories if story.listed)

    def path(self, story: Story) -> str:
        """Where the story stands."""
        match self.sections[story.section].markup:
            case "fox":
                return f"/{story.section}/{story.slug}/"
            case "gazette":
                return f"/{story.section}/{story.published:%Y/%m/%d}/{story.slug}"
            case "classic":
                return f"/{story.section}/{story.slug}.html"

    def address(self, story: Story) -> str:
        """Where the paper's links say it stands."""
        return story.old_path or self.path(story)

    def shelves(self, story: Story) -> tuple[Shelf, ...]:
        """What the story's page shows beside the story, in the order of the page."""
        match self.sections[story.section].markup:
            case "fox":
                return (
                    *self._neighbours(story),
                    self._latest(story, 5),
                    self._chosen(story, "featured", self.featured, 2),
                )
            case "gazette":
                return self._related(story), *self._neighbours(story), self._latest(story, 3)
            case "classic":
                return (
                    *self._neighbours(story),
                    self._chosen(story, "popular", self.popular, 4),
                )

    def _neighbours(self, story: Story) -> tuple[Shelf, ...]:
        same = [s for s in self.stories if s.section == story.section]
        at = same.index(story)
        older, newer = same[at + 1 : at + 2], same[max(at - 1, 0) : at]
        pairs: tuple[tuple[Relation, list[Story]], ...] = (("previous", older), ("next", newer))
        return tuple(
            Shelf(relation, self.word(story, relation), tuple(found))
            for relation, found in pairs
            if found
        )

    def _others(self, story: Story) -> list[Story]:
        return [s for s in self.listed() if s.language == story.language and s is not story]

    def _latest(self, story: Story, count: int) -> Shelf:
        same = [s for s in self._others(story) if s.section == story.section]
        return Shelf("latest", self.word(story, "latest"), tuple(same[:count]))

    def _related(self, story: Story) -> Shelf:
        def kinship(other: Story) -> int:
            return len(set(story.tags) & set(other.tags))

        ranked = sorted(self._others(story), key=kinship, reverse=True)
        kin = tuple(other for other in ranked[:2] if kinship(other))
        return Shelf("also_read", self.word(story, "related"), kin)  # it stands in the body

    def _chosen(
        self, story: Story, relation: Relation, slugs: tuple[str, ...], count: int
    ) -> Shelf:
        found = [self.story(slug) for slug in slugs if slug != story.slug]
        found = [s for s in found if s.language == story.language]
        return Shelf(relation, self.word(story, relation), tuple(found[:count]))


@lru_cache(maxsize=len(EDITIONS))
def open_paper(edition: str) -> Paper:
    """The paper as its morning or evening edition prints it.

    Raises UsageError for another edition.
    """
    if edition not in EDITIONS:
        raise UsageError(f"no edition {edition!r} of the demo newspaper: use morning or evening")
    plan = tomllib.loads((DATA / "paper.toml").read_text("utf-8"))
    sections = {s["slug"]: Section(**s) for s in plan["sections"]}
    return Paper(
        edition=edition,
        stories=load(edition),
        sections=sections,
        featured=tuple(plan["featured"]),
        popular=tuple(plan["popular"]),
        words=plan["words"],
    )


def body_links(paper: Paper, story: Story) -> list[tuple[Relation, str | None, str, Story]]:
    """(relation, label, title shown, story) of each story that the body links to."""
    found: list[tuple[Relation, str | None, str, Story]] = []
    for relation, text, slug in prose.links(story.body):
        other = paper.story(slug)
        if relation == "also_read":
            found.append(("also_read", paper.word(story, "also_read"), other.title, other))
        else:
            found.append(("inline", None, text, other))
    return found
