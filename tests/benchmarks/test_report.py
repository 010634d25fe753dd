"""From corpus folder to table."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from benchmarks.extract import measure, measure_ours
from benchmarks.peers.turns import Turn
from benchmarks.report import OURS, Run, markdown, plain
from benchmarks.tally import GoldPage, read_corpus

BODY = "The bridge by the mill is to be mended, the council said on Monday after a long debate."


def write_corpus(folder: Path) -> None:
    (folder / "html").mkdir(parents=True)
    rows = []
    for number, paragraphs in enumerate((6, 7)):
        text = "".join(f"<p>{n}. {BODY}</p>" for n in range(paragraphs))
        html = f"<html><title>Bridge {number}</title><article><h1>Bridge {number}</h1>{text}"
        (folder / "html" / f"{number}.gz").write_bytes(gzip.compress(html.encode()))
        gold = {
            "title": f"Bridge {number}",
            "body": "\n".join(f"{n}. {BODY}" for n in range(paragraphs)),
        }
        url = f"https://news.example/{number}"
        rows.append({"id": f"p{number}", "url": url, "html": f"html/{number}.gz", "gold": gold})
    rows.append({"id": "links", "url": "https://news.example/", "html": "none", "links": []})
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "gold.jsonl").write_text(lines, encoding="utf-8")


def test_ours_and_a_peer_that_fails_on_a_page_stand_in_one_table(tmp_path: Path) -> None:
    write_corpus(tmp_path / "bridges")
    corpus = read_corpus(tmp_path / "bridges")
    assert [page.id for page in corpus.pages] == ["p0", "p1"]

    def peer(page: GoldPage) -> Turn:
        if page.id == "p1":
            return Turn(None, "ValueError: no", 2.0, 4.0)
        return Turn({"title": "Bridge 0", "body": page.gold["body"]}, None, 2.0, 8.0)

    run = Run([corpus], "make bench-extract")
    for with_links in (False, True):
        run.tallies += measure_ours([corpus], 1, with_links)
    run.tallies += measure("goose3", [corpus], 2, peer)
    run.unavailable["newspaper4k"] = "ImportError: gone"
    report = markdown(run)
    lines = report.splitlines()
    assert "| tool | body F1 | body below 0.5 | title | raises | nothing |" in lines
    assert f"| {OURS} | **1.000** | **0.000** | **1.000** | 0 | 0 |" in lines
    assert "| goose3 | 0.500 | 0.500 | 0.500 | 1 | 0 |" in lines
    assert "| goose3 | 6.00 | 2.00 | 3.0 | 3.0 |" in lines
    assert "Raised: goose3: 1 × ValueError." in lines
    assert "| newspaper4k | could not be loaded | ImportError: gone |" in lines
    assert str(tmp_path) not in report
    assert "body F1              1.000" in plain(run, worst=2)
