"""What is other in one revision of a story than in another, field by field."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.history.passages import Passage, paragraphs_of, passages, word_runs
from crawler.history.significance import Significance, significance
from crawler.history.story_words import Texts
from crawler.history.word_diff import Run


@dataclass(frozen=True, slots=True)
class State:
    """A story as one revision has it, as far as a reader sees it."""

    title: str
    standfirst: str | None = None
    authors: tuple[str, ...] = ()
    published_at: str | None = None
    """ISO 8601, as exact as the page."""
    section: str | None = None
    tags: tuple[str, ...] = ()
    body: str = ""
    """Plain text, blank lines between paragraphs."""
    captions: tuple[str, ...] = ()
    language: str | None = None
    """BCP 47."""

    def texts(self) -> Texts:
        """What the measure of significance looks at."""
        return Texts(
            self.title, self.standfirst, paragraphs_of(self.body), self.captions, self.language
        )


@dataclass(frozen=True, slots=True)
class FieldDiff:
    """A field of one line that is other."""

    name: str
    before: str
    """"" where there was none; names and tags with commas between them."""
    after: str
    runs: tuple[Run, ...]
    """What changed as a reader sees it; no run but `same` where nobody could."""


@dataclass(frozen=True, slots=True)
class RevisionDiff:
    """What is other in a revision."""

    fields: tuple[FieldDiff, ...]
    """title, standfirst, authors, section, tags: those that differ."""
    published: tuple[str | None, str | None] | None
    """The date before and after; None where it is the same."""
    body: tuple[Passage, ...]
    captions: tuple[Passage, ...]
    """All, also where nothing changed."""
    significance: Significance

    @property
    def differs(self) -> bool:
        """Whether anything in title, standfirst, body or captions is other, seen or unseen."""
        named = any(each.name in ("title", "standfirst") for each in self.fields)
        return named or any(each.kind != "same" for each in (*self.body, *self.captions))


def compared(old: State, new: State) -> RevisionDiff:
    """What is other in the second of two states of a story.

    >>> diff = compared(State("Mill closed", body="Old."), State("Mill open", body="Old."))
    >>> [(each.name, [run.text for run in each.runs]) for each in diff.fields]
    [('title', ['Mill ', 'closed', 'open'])]
    """
    lines = (
        ("title", old.title, new.title),
        ("standfirst", old.standfirst or "", new.standfirst or ""),
        ("authors", ", ".join(old.authors), ", ".join(new.authors)),
        ("section", old.section or "", new.section or ""),
        ("tags", ", ".join(old.tags), ", ".join(new.tags)),
    )
    published = old.published_at, new.published_at
    return RevisionDiff(
        fields=tuple(
            FieldDiff(name, before, after, word_runs(before, after))
            for name, before, after in lines
            if before != after
        ),
        published=published if published[0] != published[1] else None,
        body=passages(paragraphs_of(old.body), paragraphs_of(new.body)),
        captions=passages(old.captions, new.captions),
        significance=significance(old.texts(), new.texts()),
    )
