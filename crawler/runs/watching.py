"""What the monitors find at the end of a run."""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median

from scrapy.settings import BaseSettings

from crawler.archive import findings
from crawler.archive.findings import Finding
from crawler.archive.losses import noted_files
from crawler.archive.paper_days import days_of, has_stories, watched_sites
from crawler.archive.run_reports import last_runs
from crawler.config import Papers
from crawler.holdings import wrong_files
from crawler.monitors import AS_USUAL, Day, Found, Over, ratio, together, watch

_LEAST_DAYS_LEFT = 14
_RUNS, _DAYS_OF_PACE = 30, 3
"""Runs that tell the pace, and days that they must be of."""
_RECENT = 70
DISK, FILE = "disk_low", "verify_failed"


@dataclass(frozen=True, slots=True)
class News:
    """What is new since the last run."""

    found: tuple[Finding, ...] = ()
    over: tuple[Finding, ...] = ()


def watch_archive(
    db: sqlite3.Connection, folder: Path, today: date, settings: BaseSettings
) -> News:
    """Look at all newspapers of an archive, at its disk and its files; what is found is entered,
    what is over is closed, in a transaction of the caller's. settings: say what is told of each
    newspaper, and how much room a run leaves free. Raises sqlite3.Error, OSError."""
    asked = Papers.of_setting(settings.get("PAPERS"))
    findings.unmute(db, today)
    papers = {site: (host, days_of(db, site, host)) for site, host in watched_sites(db)}
    ratios = {host: _ratios(days) for host, days in papers.values()}
    new: list[int] = []
    over: list[int] = []
    for site, (host, days) in papers.items():
        others = [each for name, each in ratios.items() if name != host]
        paper = asked.of(f"http://{host}/")
        wanted = AS_USUAL if paper is None else paper.alarms
        usual = together(_joined(others))
        past = findings.episodes(db, site, today)
        report = watch(days, past, usual, wanted, has_stories=has_stories(db, site))
        over += findings.end(db, site, (e for e in report.over if e.kind not in wanted.off))
        findings.end(db, site, (e for e in report.over if e.kind in wanted.off))
        new += findings.enter(db, site, report.found)
    spare_bytes = settings.getint("DISK_SPARE_BYTES")
    of_archive = [*_disk(db, folder, today, spare_bytes), *_files(db, folder, today)]
    new += findings.enter(db, None, of_archive)
    still = {(each.kind, each.subject) for each in of_archive}
    over += findings.end(
        db, None,
        [
            Over(each.kind, each.subject, today)
            for each in findings.findings(db)
            if each.site is None and (each.kind, each.subject) not in still
        ],
    )  # fmt: skip

    def all_of(keys: list[int]) -> tuple[Finding, ...]:
        return tuple(one for key in keys if (one := findings.by_id(db, key)) is not None)

    return News(all_of(new), all_of(over))


def _ratios(days: list[Day]) -> dict[date, float]:
    """How much of what was expected came, of the last days."""
    counts = [each.stories for each in days]
    return {
        days[at].day: one
        for at in range(max(0, len(days) - _RECENT), len(days))
        if days[at].is_watched and (one := ratio(counts, at)) is not None
    }


def _joined(others: list[dict[date, float]]) -> Mapping[date, list[float]]:
    found: dict[date, list[float]] = {}
    for one in others:
        for day, each in one.items():
            found.setdefault(day, []).append(each)
    return found


def _disk(db: sqlite3.Connection, folder: Path, today: date, spare_bytes: int) -> Iterator[Found]:
    """Whether the room that is left lasts less than two weeks at the pace of the last days: their
    median, for the first crawl is no pace."""
    free = shutil.disk_usage(folder).free
    by_day: Counter[str] = Counter()
    for each in last_runs(db, _RUNS):
        by_day[each.started_at[:10]] += each.bytes
    a_day = median(by_day.values()) if len(by_day) >= _DAYS_OF_PACE else 0
    left = max(0, free - spare_bytes)
    if left <= max(a_day * _LEAST_DAYS_LEFT, spare_bytes):
        days = left / a_day if a_day else 0.0
        shown = f"{free / 2**30:.1f} GiB"
        yield Found(DISK, "", "error", today, {"free": shown, "days": round(days, 1)})


def _files(db: sqlite3.Connection, folder: Path, today: date) -> Iterator[Found]:
    """WARC files that are not what they were, as far as a look at their lengths tells, or the last
    `verify --refetch` noted."""
    wrong = {each.file: (each.what, each.noted_at) for each in wrong_files(db, folder)}
    noted = {name: ("is not what it was", each.at) for name, each in noted_files(db).items()}
    for name, (what, at) in sorted({**noted, **wrong}.items()):
        since = date.fromisoformat(at[:10]) if at else today
        yield Found(FILE, name, "error", since, {"what": what})
