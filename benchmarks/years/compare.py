"""What an archive has, beside what there was."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.years.paper import NOISE, ZONE, Paper


def compare(
    scratch: Path, folder: Path, papers: Sequence[Paper], archivist: Any = None
) -> dict[str, Any]:
    """Print each difference, by kind."""
    db = sqlite3.connect(folder / "archive.db")
    db.row_factory = sqlite3.Row
    faults: dict[str, list[str]] = defaultdict(list)
    counts: Counter[str] = Counter()
    last = datetime.fromisoformat(db.execute("SELECT max(started_at) FROM runs").fetchone()[0])
    articles: dict[tuple[str, int], list[sqlite3.Row]] = defaultdict(list)
    for row in db.execute("SELECT * FROM stories"):
        paper = next((p for p in papers if any(h in row["url"] for h in p.hosts)), None)
        number = paper.number_in(row["url"]) if paper else None
        if number is None or paper is None:
            faults["no story of the paper's"].append(f"{row['url']} {row['title'][:50]}")
        else:
            articles[paper.name, number].append(row)
    captured: dict[tuple[str, int], list[str]] = defaultdict(list)
    for row in db.execute(
        "SELECT url, fetched_at, status FROM captures WHERE status = 200 ORDER BY fetched_at"
    ):
        for paper in papers:
            if any(h in row["url"] for h in paper.hosts) and (n := paper.number_in(row["url"])):
                captured[paper.name, n].append(row["fetched_at"])
    revisions: dict[int, list[sqlite3.Row]] = defaultdict(list)
    for row in db.execute(
        "SELECT r.*, t.body_text, b.at taken FROM revisions r LEFT JOIN revision_texts t ON t.revision_id = r.id"
        " LEFT JOIN taken_back b ON b.revision_id = r.id ORDER BY r.captured_at, r.number"):  # fmt: skip
        revisions[row["article_id"]].append(row)
    for paper in papers:
        for story in paper.stories.values():
            if story.born > last - timedelta(hours=1):
                continue
            counts["stories"] += 1
            kept = articles.get((paper.name, story.number), [])
            tag = f"{story.number} born day {(story.born - paper.first).days}"
            if not kept:
                seen = max(story.born, paper.first) + timedelta(days=1.2)
                was_out = not (story.away and story.away[0][0] < seen)
                kind = "missing" if was_out else "missing, gone before the next night"
                faults[kind].append(tag)
                continue
            live = [k for k in kept if not k["gone_at"]]
            if len(kept) > 1:
                linked = sum(
                    1
                    for k in kept
                    if db.execute(
                        "SELECT successor_id FROM articles WHERE id=?", (k["id"],)
                    ).fetchone()[0]
                )
                faults[f"duplicate ({len(live)} not gone, {linked} with successor)"].append(
                    tag + " " + " ".join(f"{k['url']} gone={k['gone_at']}" for k in kept)
                )
            is_away = story.absent(last) is not None
            if is_away == bool(live):
                faults["gone, and not told" if is_away else "told gone, and is there"].append(
                    tag
                    + f" away={[(str(a)[:10], str(b)[:10]) for a, b, _ in story.away]} {kept[0]['url']} {kept[0]['gone_at']}"
                )
            counts["away"] += is_away
            mine = [r for k in kept for r in revisions[k["id"]]]
            mine.sort(key=lambda r: r["captured_at"])
            # what its captures showed
            shown: list[Any] = []
            for at in captured[paper.name, story.number]:
                moment = datetime.fromisoformat(at)
                if paper.on("consent", moment) or story.absent(moment) is not None:
                    continue
                version = story.version(moment)
                walled = paper.since("paywall", moment) and story.premium
                if walled and shown:
                    body_changes = version.title != shown[-1].title
                    if not body_changes:
                        continue
                if not shown or shown[-1] is not version:
                    shown.append(version)
            edits = [r for r in mine if not r["taken"] and r["cause"] != "extractor"]
            counts["revisions"] += len(edits)
            counts["versions shown"] += len(shown)
            counts["versions"] += sum(v.at < last for v in story.versions)
            if len(kept) == 1 and len(edits) != len(shown):
                kind = "invented revision" if len(edits) > len(shown) else "missed revision"
                told = []
                for r in edits:
                    fields = [
                        f
                        for (f,) in db.execute(
                            "SELECT field FROM revision_changes WHERE revision_id=?", (r["id"],)
                        )
                    ]
                    told.append(
                        f"{r['captured_at'][:16]}:{r['cause']}/{r['change']}:{','.join(fields)}"
                    )
                faults[kind].append(
                    f"{tag} {len(edits)}≠{len(shown)} {told} shown {[str(v.at)[:16] for v in shown]} premium={story.premium}"
                )
            for r in edits:
                moment = datetime.fromisoformat(r["captured_at"])
                version = story.version(moment)
                body = r["body_text"] or ""
                where = f"{tag} {r['captured_at'][:16]}"
                if r["title"] != version.title:
                    faults["title wrong"].append(
                        f"{where} {r['title'][:60]!r} for {version.title[:60]!r}"
                    )
                walled = paper.since("paywall", moment) and story.premium
                wanted = (
                    version.paragraphs[:1]
                    if walled and r["access"] == "teaser"
                    else version.paragraphs
                )
                missing = [p for p in wanted if " ".join(p.split()) not in " ".join(body.split())]
                if missing and not (walled and version.paragraphs[0] in body):
                    faults["body lacks"].append(
                        f"{where} {len(missing)} of {len(wanted)}: {missing[0][:60]}"
                    )
                if any(noise in body for noise in NOISE):
                    faults["body has noise"].append(where)
                date = r["published_at"] or ""
                if not date or date[:10] != story.born.astimezone(ZONE).isoformat()[:10]:
                    faults["date wrong"].append(
                        f"{where} {date!r} for {story.born.astimezone(ZONE).isoformat()} raw={r['published_raw']!r}"
                    )
                names = json.loads(r["authors"])
                if names != [story.author] and not (not names and paper.on("no_author", moment)):
                    faults["author wrong"].append(f"{where} {names}")
                if r["section"] != story.section:
                    faults["section wrong"].append(f"{where} {r['section']!r} for {story.section}")
    print(dict(counts))
    lines = [f"{k}: {len(v)}" for k, v in sorted(faults.items())]
    print("\n".join(lines))
    with (scratch / "faults.txt").open("w") as out:
        for kind, found in sorted(faults.items()):
            out.write(f"== {kind}: {len(found)}\n")
            for each in found:
                out.write(f"  {each}\n")
    for row in db.execute(
        "SELECT f.id, (SELECT host FROM sites WHERE id=site_id) host, kind, subject, level, since, noted_at, recovered_at, is_habit, numbers FROM findings f ORDER BY noted_at"
    ):
        print("finding", *row)
    for row in db.execute(
        "SELECT (SELECT host FROM sites WHERE id=site_id), field, since, before, after, noted_at FROM layout_changes ORDER BY 6"
    ):
        print("layout", *row)
    db.close()
    return {"counts": counts, "faults": faults}
