"""What a data card tells, for people and for programs alike."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.archive.export_facts import Facts
from crawler.export.dataset import HeldTable
from crawler.export.formats import Format


@dataclass(frozen=True, slots=True)
class About:
    """A data set."""

    name: str
    """In small letters, digits and hyphens."""
    form: Format
    tables: tuple[HeldTable, ...]
    facts: Facts
    selection: tuple[str, ...]
    """How the stories were chosen: phrases; empty: all there are."""
    reserved: tuple[tuple[str, int], ...]
    """What newspapers reserve, and of how many stories, the most frequent first."""
    left_out: tuple[tuple[str, int], ...]
    """What was left out because it is reserved, and how many stories."""
    software: str
    """That wrote it."""

    @property
    def title(self) -> str:
        """A line."""
        hosts = [paper.host for paper in self.facts.papers]
        if len(hosts) > _NAMED:
            return f"News of {len(hosts):,} newspapers"
        return f"News of {', '.join(hosts)}" if hosts else "News"

    @property
    def day(self) -> str:
        """The day of which it is: that of the archive's last capture."""
        return (self.facts.last_capture or "")[:10]

    @property
    def version(self) -> str:
        """As semantic versioning writes it, so that a later export has a later one."""
        year, month, day = (int(part) for part in (self.day or "1970-01-01").split("-"))
        return f"{year}.{month}.{day}"

    @property
    def span(self) -> tuple[str, str] | None:
        """First and last day of publication."""
        first = [paper.first_day for paper in self.facts.papers if paper.first_day]
        last = [paper.last_day for paper in self.facts.papers if paper.last_day]
        return (min(first), max(last)) if first and last else None

    @property
    def description(self) -> str:
        """A few sentences."""
        stories = f"{self.facts.stories:,} {'story' if self.facts.stories == 1 else 'stories'}"
        span = f", published from {self.span[0]} to {self.span[1]}" if self.span else ""
        how = f" Chosen: {'; '.join(self.selection)}." if self.selection else ""
        papers = ", ".join(paper.host for paper in self.facts.papers) or "no newspaper"
        return (
            f"{stories} of {papers}{span}, as archived from the newspapers' own web pages up to"
            f" {self.day}.{how}"
        )

    def has(self, column: str) -> bool:
        """Whether one of its tables has this column, for a reader to see."""
        return self.form.has_columns and any(
            column == each.name for held in self.tables for each in held.table.columns
        )

    @property
    def license(self) -> str:
        """What is said of rights wherever a licence is asked for."""
        is_told = self.has("reserved")
        where = "in the columns reserved and reservations" if is_told else "told in README.md"
        return f"{_LICENSE} What they reserve is {where}."

    @property
    def citation(self) -> str:
        """How to cite it, with what is known here; who publishes it adds their names and its
        identifier."""
        return (
            f"{self.title}. Data set, version {self.version}, archived with {self.software} from"
            f" the newspapers' web pages, as of {self.day}."
        )


_NAMED = 3
COVERAGE = "coverage.csv"
"""A table of each data set: stories by newspaper and month."""
_LICENSE = (
    "The stories are their newspapers' and authors' own: this data set grants no right to them."
)
