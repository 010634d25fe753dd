"""What a perfect archive of the demo newspaper holds: made from the story files, not the pages."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.demo.paper import Paper, body_links, open_paper
from crawler.demo.story import Story
from crawler.items import Precision, Relation


@dataclass(frozen=True, slots=True)
class ExpectedLink:
    """A linked story."""

    relation: Relation
    label: str | None
    """The block's heading; None where the page shows none (links in the prose)."""
    title: str
    """The headline shown; inline: the link's text."""
    path: str
    """As the page links to it, without tracking parameters: may be a redirected address."""


@dataclass(frozen=True, slots=True)
class ExpectedStory:
    """One article, as exact as its markup is."""

    path: str
    """Where it stands, after redirects."""
    title: str
    authors: tuple[str, ...]
    published: str
    """ISO 8601: fox shows the day, classic the minute without an offset, gazette the second."""
    precision: Precision
    modified: str | None
    """ISO 8601 to the second; only gazette shows it."""
    language: str
    section: str
    tags: tuple[str, ...]
    standfirst: str
    blocks: tuple[tuple[str, str], ...]
    """(type, text) as `crawler.items.Block` has them; promos for other stories left out."""
    read_time_minutes: int | None
    """As shown; None where the page shows none."""
    links: tuple[ExpectedLink, ...]
    """In the order of relations' blocks on the page; those of the body first."""
    markup: str
    """`fox`, `gazette` or `classic`."""
    listed: bool
    """False: only previous/next links lead to it."""

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The texts of the body's paragraphs."""
        return tuple(text for kind, text in self.blocks if kind == "paragraph")


def expected(edition: str) -> tuple[ExpectedStory, ...]:
    """The articles of an edition that can be had, newest first: the story that is gone is left out,
    the one that moved is under its new path.

    Raises UsageError for an unknown edition.
    """
    paper = open_paper(edition)
    return tuple(_expected(paper, story) for story in paper.stories if not story.gone)


def _expected(paper: Paper, story: Story) -> ExpectedStory:
    section = paper.sections[story.section]
    published, precision = _published(story, section.markup)
    shows_second = section.markup == "gazette"
    shows_read_time = story.read_time and section.markup != "classic"
    return ExpectedStory(
        path=paper.path(story),
        title=story.title,
        authors=story.authors,
        published=published,
        precision=precision,
        modified=story.modified.isoformat() if story.modified and shows_second else None,
        language=story.language,
        section=section.title,
        tags=story.tags,
        standfirst=story.standfirst,
        blocks=tuple((p.type, p.text()) for p in story.body if p.type != "promo"),
        read_time_minutes=story.minutes if shows_read_time else None,
        links=_links(paper, story),
        markup=section.markup,
        listed=story.listed,
    )


def _published(story: Story, markup: str) -> tuple[str, Precision]:
    match markup:
        case "fox":
            return f"{story.published:%Y-%m-%d}", "day"
        case "classic":
            return f"{story.published:%Y-%m-%dT%H:%M}", "minute"
        case _:
            return story.published.isoformat(), "second"


def _links(paper: Paper, story: Story) -> tuple[ExpectedLink, ...]:
    body = [
        ExpectedLink(relation, label, title, paper.address(other))
        for relation, label, title, other in body_links(paper, story)
    ]
    beside = [
        ExpectedLink(shelf.relation, shelf.label, other.title, paper.address(other))
        for shelf in paper.shelves(story)
        for other in shelf.stories
    ]
    return (*body, *beside)
