"""What an archive says of each story after a visit, and whether that is right."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.history.kinds import Wanted

# What may be told as changed along with any edit of the text: the links that stood in it.
_ALONG = frozenset({"linked_stories"})
# Of the words that the fullest text had, how many a story must still be shown with where nothing
# was edited.
_MOST_OF_IT = 0.7
_REASONS = ("state", "reason", "verdict", "access")
"""Columns that may tell what was made of an answer; archives of other versions lack some."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the archive says of one story."""

    article: int | None = None
    revisions: int = 0
    edits: Mapping[int, frozenset[str]] = field(default_factory=dict)
    """Number → changed, as the view of edits tells them."""
    changed: Mapping[int, frozenset[str]] = field(default_factory=dict)
    """Number → changed, of all revisions."""
    is_gone: bool = False
    words: int = 0
    """Of the text that is shown."""
    events: int = 0
    """Of going and coming back."""
    stories: int = 0
    """How many stories the archive has of the site."""
    said: str = ""
    """All reasons that it gives, in lower case."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a visit was told rightly."""

    false_revision: bool = False
    false_gone: bool = False
    missed: bool = False
    misdescribed: bool = False
    told: bool | None = None
    """Whether the archive names what was sent; None where nothing is to be named."""
    remark: str = ""

    @property
    def is_right(self) -> bool:
        """Whether nothing is wrong; a reason that is not named is no error."""
        return not (self.false_revision or self.false_gone or self.missed or self.misdescribed)


def judge(before: Known, now: Known, wanted: Wanted) -> Verdict:
    """Compare what a visit has brought with what is right."""
    edits = {n: f for n, f in now.edits.items() if n > before.revisions}
    changed = {n: f for n, f in now.changed.items() if n > before.revisions}
    told = any(word in now.said for word in wanted.told) if wanted.told else None
    false_gone = wanted.gone is False and now.is_gone
    missed = (bool(wanted.gone) and not now.is_gone) or now.events < wanted.events
    if wanted.replaced:
        missed = now.stories <= before.stories and not told
    remarks = [f"gone: {now.said}"] if false_gone else []
    false_revision = misdescribed = False
    fields = frozenset().union(*changed.values()) if changed else frozenset[str]()
    if wanted.changed:
        missed = missed or now.revisions <= before.revisions
        misdescribed = bool(changed) and not _fits(fields, wanted.changed)
    else:
        lost = not wanted.replaced and now.words < _MOST_OF_IT * before.words
        false_revision = bool(edits) or (lost and not wanted.gone)
        remarks += [f"shown with {now.words} words of {before.words}"] if lost else []
    if false_revision or misdescribed:
        remarks.append(f"changed: {', '.join(sorted(fields)) or 'nothing'}")
    return Verdict(false_revision, false_gone, missed, misdescribed, told, "; ".join(remarks))


def _fits(fields: frozenset[str], wanted: Iterable[frozenset[str]]) -> bool:
    return any(fields - _ALONG == each for each in wanted)


class Archive:
    """What one archive says, read as it is now; parts that its version lacks say nothing."""

    def __init__(self, folder: Path) -> None:
        """Raises sqlite3.Error."""
        with closing(sqlite3.connect(folder / "archive.db")) as self._db:
            self._urls = {
                str(url): (number, article)
                for url, number, article in self._rows("SELECT url, id, article_id FROM urls")
            }
            self._stories = {
                int(number): (int(revisions), int(words or 0), str(site))
                for number, revisions, words, site in self._rows(
                    "SELECT id, revisions, word_count, site FROM stories"
                )
            }
            self._of_site = Counter(site for _, _, site in self._stories.values())
            self._gone = {row[0] for row in self._rows("SELECT article_id FROM gone_stories")}
            self._edits = self._changes("SELECT article_id, number, changed FROM edited_stories")
            self._changed = self._changes(
                "SELECT r.article_id, r.number, group_concat(c.field, ', ') FROM revisions r"
                " LEFT JOIN revision_changes c ON c.revision_id = r.id WHERE r.number > 1"
                " GROUP BY r.id"
            )
            self._events = self._told("story_events", "article_id", "*")
            self._access = self._told("stories", "id", "access")
            self._reasons = self._last_reasons()

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self._db.execute(sql).fetchall()

    def _columns(self, table: str) -> set[str]:
        return {str(row[1]) for row in self._rows(f"PRAGMA table_info({table})")}

    def _changes(self, sql: str) -> dict[int, dict[int, frozenset[str]]]:
        """Article → number of a revision → the fields that it changed."""
        found: dict[int, dict[int, frozenset[str]]] = defaultdict(dict)
        for article, number, changed in self._rows(sql):
            fields = frozenset(changed.split(", ")) if changed else frozenset[str]()
            found[article][number] = fields
        return found

    def _told(self, table: str, key: str, column: str) -> dict[int, list[str]]:
        """Article → what a table tells of it, a text for each row; nothing where it is lacking."""
        found: dict[int, list[str]] = defaultdict(list)
        columns = self._columns(table)
        if key in columns and (column == "*" or column in columns):
            for article, *told in self._rows(f"SELECT {key}, {column} FROM {table}"):
                found[article].append(" ".join(map(str, told)))
        return found

    def _last_reasons(self) -> dict[int, str]:
        """URL's key → what its last capture and its own row say."""
        found: dict[int, str] = defaultdict(str)
        for table, key, last in (
            ("urls", "id", "1"),
            ("captures", "url_id", "id IN (SELECT max(id) FROM captures GROUP BY url_id)"),
        ):
            names = [name for name in _REASONS if name in self._columns(table)]
            if names:
                said = " || ' ' || ".join(f"coalesce({name}, '')" for name in names)
                for number, text in self._rows(f"SELECT {key}, {said} FROM {table} WHERE {last}"):
                    found[number] += f" {text}"
        return found

    def known(self, url: str, site: str, article: int | None = None) -> Known:
        """What is known of the story at an address. article: the story that was found there first;
        None: the one that is there now."""
        number, there = self._urls.get(url, (0, None))
        own = there if article is None else article
        reasons = self._reasons.get(number, "")
        if own is None or own not in self._stories:
            return Known(said=reasons.lower())
        revisions, words, _ = self._stories[own]
        events = self._events.get(own, [])
        said = " ".join([reasons, *events, *self._access.get(own, [])])
        return Known(
            own, revisions, self._edits.get(own, {}), self._changed.get(own, {}),
            own in self._gone, words, len(events), self._of_site[site], said.lower().strip(),
        )  # fmt: skip
