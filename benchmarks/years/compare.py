"""What an archive has, beside what there was."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.years.paper import NOISE, ZONE, Paper, Story, Version

_SEEN_WITHIN = timedelta(days=1.2)
"""A story that is withdrawn sooner than a run can see it is nobody's fault."""


@dataclass
class Difference:
    """counts: of what there is. faults: what differs, by kind, each as a line."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True)
class _Kept:
    """What an archive has of one story: rows of `stories` and `revisions`, times of captures."""

    articles: list[sqlite3.Row]
    revisions: list[sqlite3.Row]
    captured: list[datetime]


def compare(folder: Path, papers: Sequence[Paper]) -> Difference:
    """How the archive in a folder differs from what its papers were."""
    db = sqlite3.connect(folder / "archive.db")
    db.row_factory = sqlite3.Row
    found = Difference()
    (last,) = db.execute("SELECT max(started_at) FROM runs").fetchone()
    until = datetime.fromisoformat(last)
    for paper, story, kept in _kept(db, papers, found):
        if story.born > until - timedelta(hours=1):
            continue
        found.counts["stories"] += 1
        _compare_presence(paper, story, kept, until, found)
        if kept.articles:
            _compare_history(paper, story, kept, until, found)
            for row in _edits(kept):
                _compare_revision(paper, story, row, found)
    db.close()
    return found


def told(folder: Path) -> Iterator[str]:
    """The findings and the changes of layout that an archive tells of, a line each."""
    db = sqlite3.connect(folder / "archive.db")
    for row in db.execute(
        "SELECT (SELECT host FROM sites WHERE id = site_id), kind, subject, level, since,"
        " noted_at, ifnull(recovered_at, 'open'), numbers FROM findings ORDER BY noted_at"
    ):
        yield "finding: " + " ".join(map(str, row))
    for row in db.execute(
        "SELECT (SELECT host FROM sites WHERE id = site_id), field, since, before, after, noted_at"
        " FROM layout_changes ORDER BY noted_at"
    ):
        yield "layout: " + " ".join(map(str, row))
    db.close()


def _kept(
    db: sqlite3.Connection, papers: Sequence[Paper], found: Difference
) -> Iterator[tuple[Paper, Story, _Kept]]:
    articles: dict[tuple[str, int], list[sqlite3.Row]] = defaultdict(list)
    captured: dict[tuple[str, int], list[datetime]] = defaultdict(list)
    revisions: dict[int, list[sqlite3.Row]] = defaultdict(list)

    def whose(url: str) -> tuple[str, int] | None:
        for paper in papers:
            if any(host in url for host in paper.hosts):
                number = paper.number_in(url)
                return None if number is None else (paper.name, number)
        return None

    for row in db.execute(
        "SELECT s.*, a.successor_id FROM stories s JOIN articles a ON a.id = s.id"
    ):
        key = whose(row["url"])
        if key is None:
            found.faults["no story of the paper's"].append(f"{row['url']} {row['title'][:50]}")
        else:
            articles[key].append(row)
    for row in db.execute(
        "SELECT url, fetched_at FROM captures WHERE status = 200 ORDER BY fetched_at"
    ):
        if key := whose(row["url"]):
            captured[key].append(datetime.fromisoformat(row["fetched_at"]))
    for row in db.execute(
        "SELECT r.*, t.body_text, b.at AS taken, (SELECT group_concat(field) FROM revision_changes"
        " WHERE revision_id = r.id) AS changed FROM revisions r"
        " LEFT JOIN revision_texts t ON t.revision_id = r.id"
        " LEFT JOIN taken_back b ON b.revision_id = r.id ORDER BY r.captured_at, r.number"
    ):
        revisions[row["article_id"]].append(row)
    for paper in papers:
        for number, story in paper.stories.items():
            rows = articles.get((paper.name, number), [])
            mine = [each for row in rows for each in revisions[row["id"]]]
            mine.sort(key=lambda row: row["captured_at"])
            yield paper, story, _Kept(rows, mine, captured[paper.name, number])


def _compare_presence(
    paper: Paper, story: Story, kept: _Kept, until: datetime, found: Difference
) -> None:
    where = f"{story.number} born day {(story.born - paper.first).days}"
    away = story.absent(until) is not None
    found.counts["away"] += away
    live = [row for row in kept.articles if not row["gone_at"]]
    if not kept.articles:
        seen = max(story.born, paper.first) + _SEEN_WITHIN
        too_soon = bool(story.away) and story.away[0][0] < seen
        kind = "missing, withdrawn before a run" if too_soon else "missing"
        found.faults[kind].append(where)
        return
    if len(kept.articles) > 1:
        led = sum(row["successor_id"] is not None for row in kept.articles)
        kind = f"two articles ({len(live)} not gone, {led} with a successor)"
        addresses = " ".join(f"{row['url']} {row['gone_at']}" for row in kept.articles)
        found.faults[kind].append(f"{where} {addresses}")
    if away == bool(live):
        kind = "gone, and not told" if away else "told gone, and is there"
        spans = [f"{a:%Y-%m-%d}..{b:%Y-%m-%d}" for a, b, _ in story.away]
        found.faults[kind].append(f"{where} {spans} {kept.articles[0]['url']}")


def _edits(kept: _Kept) -> list[sqlite3.Row]:
    return [row for row in kept.revisions if not row["taken"] and row["cause"] != "extractor"]


def _is_walled(paper: Paper, story: Story, at: datetime) -> bool:
    return paper.since("paywall", at) and story.premium


def _shown(paper: Paper, story: Story, kept: _Kept) -> list[Version]:
    """The versions that captures show, in order."""
    shown: list[Version] = []
    for at in kept.captured:
        if paper.on("consent", at) or story.absent(at) is not None:
            continue
        version = story.version(at)
        walled = _is_walled(paper, story, at)
        if walled and shown and version.title == shown[-1].title:
            continue  # what was changed stands behind the wall
        if not shown or shown[-1] is not version:
            shown.append(version)
    return shown


def _compare_history(
    paper: Paper, story: Story, kept: _Kept, until: datetime, found: Difference
) -> None:
    shown, edits = _shown(paper, story, kept), _edits(kept)
    found.counts["revisions"] += len(edits)
    found.counts["versions that were seen"] += len(shown)
    found.counts["versions"] += sum(each.at < until for each in story.versions)
    if len(kept.articles) == 1 and len(edits) != len(shown):
        kind = "revision too many" if len(edits) > len(shown) else "revision that is missing"
        has = [f"{row['captured_at'][:16]}:{row['change']}:{row['changed']}" for row in edits]
        there = [f"{each.at:%Y-%m-%dT%H:%M}" for each in shown]
        found.faults[kind].append(f"{story.number} {has} for {there}")


def _compare_revision(paper: Paper, story: Story, row: sqlite3.Row, found: Difference) -> None:
    at = datetime.fromisoformat(row["captured_at"])
    version, faults = story.version(at), found.faults
    where = f"{story.number} {row['captured_at'][:16]}"
    if row["title"] != version.title:
        faults["title"].append(f"{where} {row['title'][:60]!r} for {version.title[:60]!r}")
    walled = _is_walled(paper, story, at)
    wanted = version.paragraphs[:1] if walled else version.paragraphs
    body = " ".join((row["body_text"] or "").split())
    lacks = [each for each in wanted if " ".join(each.split()) not in body]
    if lacks:
        faults["body lacks"].append(f"{where} {len(lacks)} of {len(wanted)}: {lacks[0][:60]}")
    if any(noise in body for noise in NOISE):
        faults["body has what is not the story's"].append(where)
    date, born = row["published_at"] or "", story.born.astimezone(ZONE).isoformat()
    if date[:10] != born[:10]:
        faults["date"].append(f"{where} {date!r} for {born!r}")
    names = json.loads(row["authors"])
    if names != [story.author] and not (not names and paper.on("no_author", at)):
        faults["author"].append(f"{where} {names}")
    if row["section"] != story.section:
        faults["section"].append(f"{where} {row['section']!r} for {story.section!r}")
