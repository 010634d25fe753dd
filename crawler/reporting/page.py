"""The report: what is in it, and how it is written."""

from __future__ import annotations

import base64
import hashlib
import sqlite3
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib.resources import files
from urllib.parse import urlsplit

from jinja2 import Environment, StrictUndefined, Template

from crawler.archive import report_rows
from crawler.archive.findings import Finding, open_findings
from crawler.archive.report_rows import Edit, Failure, PaperNews, Source, Span
from crawler.archive.run_reports import RunReport
from crawler.bundled import PROGRAM
from crawler.charts import Bar, bars
from crawler.counted import counted
from crawler.monitors import advice, sentence
from crawler.outcome import MEANINGS
from crawler.reporting.since import NAME

_LEAST_DAYS = 28
"""Days that a chart shows at least, so that one sees what is usual."""
_MOST_DAYS = 92


@dataclass(frozen=True, slots=True)
class Coverage:
    """A newspaper's stories by the days on which they were published.

    days: from the first to the last of a chart. none: how many of them have no story, of those
    between the first story and the last day, which may not be over. gap: the longest row of such
    days; first, last, how many.
    """

    paper: PaperNews
    days: tuple[tuple[str, int], ...]
    bars: tuple[Bar, ...]
    none: int
    gap: tuple[str, str, int] | None


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says."""

    archive: str
    span: Span
    papers: tuple[PaperNews, ...]
    coverage: tuple[Coverage, ...]
    findings: tuple[Finding, ...]
    edits: tuple[Edit, ...]
    failures: tuple[Failure, ...]
    sources: tuple[Source, ...]
    runs: tuple[RunReport, ...]

    @property
    def silent(self) -> tuple[PaperNews, ...]:
        """Newspapers that published before and brought nothing new."""
        return tuple(each for each in self.papers if not each.new)


def report(db: sqlite3.Connection, archive: str, span: Span) -> Report:
    """Look at an archive. archive: what it is called. Raises sqlite3.Error."""
    last = date.fromisoformat(span.until[:10])
    days = (last - date.fromisoformat(span.since[:10])).days + 1
    first = last - timedelta(days=min(_MOST_DAYS, max(_LEAST_DAYS, days)) - 1)
    papers = report_rows.papers(db, span, first.isoformat())
    return Report(
        archive,
        span,
        tuple(papers),
        tuple(_coverage(each, first, last) for each in papers if each.days),
        tuple(open_findings(db, span.host)),
        tuple(report_rows.edits(db, span)),
        tuple(report_rows.failures(db, span)),
        tuple(report_rows.lost_sources(db, span)),
        tuple(report_rows.runs(db, span)),
    )


def html(told: Report) -> str:
    """The report as one HTML file that loads nothing and runs nothing."""
    style = _file("report.css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return _template().render(
        it=told, style=style, policy=f"default-src 'none'; style-src 'sha256-{digest}'", name=NAME
    )


def _coverage(paper: PaperNews, first: date, last: date) -> Coverage:
    counts = paper.days or {}
    each_day = [(first + timedelta(days=at)).isoformat() for at in range((last - first).days + 1)]
    days = tuple((day, counts.get(day, 0)) for day in each_day)
    begun = [pair for pair in days[:-1] if pair[0] >= min(counts)]
    gaps: list[list[str]] = [[]]
    for day, number in begun:
        if number:
            gaps.append([])
        else:
            gaps[-1].append(day)
    longest = max(gaps, key=len)
    return Coverage(
        paper, days, bars([(day, float(number)) for day, number in days]), sum(map(len, gaps)),
        (longest[0], longest[-1], len(longest)) if longest else None,
    )  # fmt: skip


@lru_cache(maxsize=1)
def _template() -> Template:
    made = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                       lstrip_blocks=True)  # fmt: skip
    made.filters.update(
        counted=counted, share=_share, moment=_moment, said=_said, web=_is_web,
        total=lambda papers, name: sum(getattr(each, name) for each in papers),
        advice=lambda one: advice(one.kind, PROGRAM), ended=_ended, number=lambda n: f"{n:,}",
        text=_text,
    )  # fmt: skip
    return made.from_string(_file("report.html"))


def _file(name: str) -> str:
    return (files("crawler.reporting") / name).read_text(encoding="utf-8")


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "–"


def _moment(value: str) -> str:
    """A moment as people read it, UTC."""
    return value[:16].replace("T", " ")


def _said(one: Finding) -> str:
    return sentence(one.kind, one.subject, one.numbers)


def _is_web(url: str) -> bool:
    """Whether an address may be a link: what a page says may be any."""
    try:
        return urlsplit(url).scheme in ("http", "https")
    except ValueError:
        return False


def _text(value: str) -> str:
    """Text without characters that HTML has no place for."""
    return "".join(c if c.isprintable() or c == " " else " " for c in value)


def _ended(run: RunReport) -> str:
    if run.outcome is None:
        return "is running, or was killed"
    if run.exit_code is None:
        return run.outcome
    return f"{run.outcome} ({run.exit_code}: {MEANINGS.get(run.exit_code, 'ended')})"
