"""A story of the paper, as its file in `data/demo/stories/` tells it."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from datetime import datetime

from crawler.bundled import folder
from crawler.demo import prose

DATA = folder("demo")


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One story: front matter in TOML between `+++` lines, then the text (`crawler.demo.prose`)."""

    slug: str
    title: str
    section: str
    """Slug of the section; it decides the markup."""
    language: str
    published: datetime
    """With the offset of the valley's clock, to the second."""
    standfirst: str
    tags: tuple[str, ...]
    authors: tuple[str, ...] = ()
    modified: datetime | None = None
    image: str | None = None
    """Alt text of the lead picture; None: no picture."""
    read_time: bool = True
    """Whether the page shows one, where the markup has a place for it."""
    edition: str | None = None
    """The only edition that prints this version; None: each that has no version of its own."""
    listed: bool = True
    """False: in no sitemap, feed or list; only its neighbours’ previous/next links lead here."""
    gone: bool = False
    """Still linked and listed, but the server answers 410."""
    old_path: str | None = None
    """The address that all links and lists still name; it answers 301 to the present one."""
    encoding: str | None = None
    """How the page's bytes are encoded; None: as the section does."""
    header_charset: str | None = None
    """What the Content-Type header claims; "none": nothing; None: as the section does."""
    meta_charset: str | None = None
    """What the page's meta element claims; None: as the section does."""
    body: tuple[prose.Piece, ...]

    @property
    def minutes(self) -> int:
        """Read time in minutes at 180 words each, begun ones counted in full."""
        words = sum(len(piece.text().split()) for piece in self.body if piece.type != "promo")
        return math.ceil(words / 180)


def load(edition: str) -> tuple[Story, ...]:
    """The stories of an edition, newest first. Where two files tell one story, its own counts."""
    chosen: dict[str, Story] = {}
    for path in sorted((DATA / "stories").glob("*.md")):
        story = read(path.read_text("utf-8"))
        if story.edition == edition or (story.edition is None and story.slug not in chosen):
            chosen[story.slug] = story
    return tuple(sorted(chosen.values(), key=lambda s: (s.published, s.slug), reverse=True))


def read(text: str) -> Story:
    """The story in a file's text.

    Raises ValueError or TypeError where the front matter is wrong: a mistake in our own data.
    """
    _, front, body = text.split("+++\n", 2)
    fields = tomllib.loads(front)
    fields["tags"] = tuple(fields["tags"])
    fields["authors"] = tuple(fields.get("authors", ()))
    return Story(body=prose.read(body), **fields)
