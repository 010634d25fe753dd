"""What a check of an archive found."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

MAX_LISTED = 1000
"""Problems that are listed one by one, of each file and of the database; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, or worth knowing."""

    check: str
    """file, record, capture, reference, content, integrity, keys, search, history or revisits."""
    what: str
    """A sentence without its full stop."""
    mend: str
    """What to do about it, likewise."""
    file: str | None = None
    """Name in the archive's `warc/` folder; None: archive.db."""
    offset: int | None = None
    """Bytes from the file's start to the gzip member."""
    record_id: str | None = None
    url: str | None = None


@dataclass(slots=True)
class Report:
    """All of it."""

    damage: list[Problem] = field(default_factory=list)
    """What makes the archive unsound."""
    notices: list[Problem] = field(default_factory=list)
    """What does not."""
    counts: Counter[str] = field(default_factory=Counter)
    """files, bytes, records, captures, `records: <WARC-Type>`, revisions, `not listed` (problems
    beyond MAX_LISTED) …"""

    @property
    def sound(self) -> bool:
        """Whether there is no damage."""
        return not self.damage

    def harm(self, problem: Problem) -> None:
        """Add damage."""
        self._add(self.damage, problem)

    def note(self, problem: Problem) -> None:
        """Add a notice."""
        self._add(self.notices, problem)

    def take(self, other: Report) -> None:
        """Add what another check found."""
        self.damage += other.damage
        self.notices += other.notices
        self.counts.update(other.counts)

    def put(self, other: Report) -> None:
        """Add what a check of another part of the same file, or of the database, found; so many
        problems are listed as of one check."""
        for each in other.damage:
            self.harm(each)
        for each in other.notices:
            self.note(each)
        self.counts.update(other.counts)

    def _add(self, problems: list[Problem], problem: Problem) -> None:
        if len(problems) < MAX_LISTED:
            problems.append(problem)
        else:
            self.counts["not listed"] += 1
