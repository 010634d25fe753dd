"""`make test-kill`: crawls of the demo newspaper killed at random moments, and what becomes of
them.

Each trial starts a crawl, kills it (SIGKILL, its page readers die with it) at a moment drawn at
random, now and then kills the next one too, lets a last one finish, and compares the archive with
that of a crawl that nobody disturbed: the same stories, each once, with the same text and links; no
reference that leads nowhere; every WARC record whole.
"""

from __future__ import annotations

import argparse
import gzip
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator

from crawler.demo.server import serve

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "kill.md"


def command(site: str, archive: Path) -> list[str]:
    """A crawl in small batches, slow enough that a moment in the middle of it can be hit."""
    return [
        sys.executable, "-m", "scrapy", "crawl", "news", "-a", f"site={site}",
        "-a", f"archive={archive}", "-a", "allow_private=1", "-s", "DOWNLOAD_DELAY=0.01",
        "-s", "DOWNLOAD_DELAY_JITTER=0", "-s", "AUTOTHROTTLE_ENABLED=False",
        "-s", "BATCH_SIZE=5", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=4",
    ]  # fmt: skip


def kill_once(site: str, archive: Path, log: Path, draw: random.Random, answers: int) -> str:
    """Start a crawl and kill it at a moment drawn at random; says how much it had stored by then.

    log: gets a line for each answer of the server; answers: how many a whole crawl gets. The moment
    is some time after one of them, so that a busy machine makes no difference.
    """
    before = len(log.read_bytes().splitlines()) if log.exists() else 0
    wanted, pause = before + draw.randrange(answers), draw.uniform(0, 0.15)
    with subprocess.Popen(
        command(site, archive), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as run:
        while run.poll() is None:
            if log.exists() and len(log.read_bytes().splitlines()) > wanted:
                time.sleep(pause)
                break
            time.sleep(0.005)
        if run.poll() is not None:
            return "had ended"
        os.kill(run.pid, signal.SIGKILL)
    if not (archive / "archive.db").exists():
        return "nothing stored"
    try:
        captures, stories = rows(
            archive, "SELECT (SELECT count(*) FROM captures) c, (SELECT count(*) FROM articles) a"
        )[0].values()
    except sqlite3.Error:
        return "making the archive"
    return f"{captures} captures, {stories} stories stored"


def finish(site: str, archive: Path) -> None:
    """Let a crawl run to its end. Raises AssertionError where it fails."""
    done = subprocess.run(
        command(site, archive), cwd=ROOT, capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr, done.stderr


def rows(archive: Path, sql: str) -> list[dict[str, Any]]:
    """What a query of an archive gives."""
    connection = sqlite3.connect(archive / "archive.db")
    try:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(sql)]
    finally:
        connection.close()


def end_state(archive: Path) -> dict[str, Any]:
    """What two archives of one newspaper must have in common, whatever happened on the way."""
    return {
        "stories": rows(
            archive,
            "SELECT url, title, authors, published_at, section, tags, word_count, body_text,"
            " revisions, gone_at FROM stories ORDER BY url",
        ),
        "links": rows(
            archive,
            "SELECT DISTINCT from_url, relation, label, to_url, title FROM story_links"
            " ORDER BY 1, 2, 3, 4, 5",
        ),
        "left": rows(archive, "SELECT url, state FROM urls WHERE state IN ('queued', 'claimed')"),
        "trouble": rows(
            archive,
            "SELECT url, state, reason FROM urls WHERE state IN ('retry', 'failed', 'gone')"
            " ORDER BY url",
        ),
    }


def faults(archive: Path) -> list[str]:
    """What is broken in an archive: references, records."""
    found = [f"foreign key: {row}" for row in rows(archive, "PRAGMA foreign_key_check")]
    check = rows(archive, "PRAGMA integrity_check")
    if check != [{"integrity_check": "ok"}]:
        found.append(f"database: {check}")
    records: dict[tuple[str, int], str] = {}
    exchanges: list[str] = []
    for path in sorted((archive / "warc").iterdir()):
        try:
            with gzip.open(path) as whole:
                while whole.read(1 << 20):
                    pass
            with path.open("rb") as stream:
                reader = ArchiveIterator(stream, check_digests="raise")
                for record in reader:
                    record.content_stream().read()
                    place = (path.name, reader.get_record_offset())
                    records[place] = record.rec_headers["WARC-Record-ID"]
                    if record.rec_type in ("response", "revisit"):
                        exchanges.append(records[place])
        except Exception as error:
            found.append(f"{path.name}: {type(error).__name__}: {error}")
    for row in rows(archive, "SELECT warc_file, warc_offset, record_id FROM captures"):
        if records.get((row["warc_file"], row["warc_offset"])) != row["record_id"]:
            found.append(f"capture without its record: {row}")
    known = {row["record_id"] for row in rows(archive, "SELECT record_id FROM captures")}
    found += [f"record without its capture: {each}" for each in exchanges if each not in known]
    closed = {row["name"] for row in rows(archive, "SELECT name FROM warc_files")}
    found += [f"file not closed: {p.name}" for p in (archive / "warc").iterdir()
              if p.name not in closed]  # fmt: skip
    if not (archive / "archive.db").exists() or (archive / "run.lock").exists():
        found.append("a lock is left")
    return found


def trial(
    site: str, folder: Path, log: Path, draw: random.Random, answers: int
) -> tuple[str, Path]:
    """One crawl killed once or more, then finished; says how far it was each time."""
    archive = folder / "archive"
    told: list[str] = []
    while not told or told[-1] == "had ended" or draw.random() < 0.3:
        told.append(kill_once(site, archive, log, draw, max(2, answers // (1 + len(told)))))
        if told[-1] == "had ended" and len(told) > 5:
            break
    finish(site, archive)
    return "; ".join(told), archive


def main() -> None:
    """Run the trials, print and write what became of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=30)
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.randrange(1 << 30)
    draw = random.Random(seed)
    lines = []
    equal = 0
    with (
        tempfile.TemporaryDirectory() as scratch,
        serve("morning", log=Path(scratch) / "l") as site,
    ):
        whole, log = Path(scratch) / "whole", Path(scratch) / "l"
        finish(site, whole)
        answers = len(log.read_bytes().splitlines())
        wanted = end_state(whole)
        for number in range(1, options.trials + 1):
            told, archive = trial(site, Path(scratch) / str(number), log, draw, answers)
            broken = faults(archive)
            state = end_state(archive)
            for part, rows_wanted in wanted.items():
                broken += [f"{part}: {row}" for row in rows_wanted if row not in state[part]]
                broken += [f"{part}, new: {row}" for row in state[part] if row not in rows_wanted]
            same = state == wanted and not broken
            equal += same
            lines.append(f"| {number} | {told} | {'equal' if same else 'NOT EQUAL'} |")
            print(lines[-1], *broken[:3], flush=True)
    verdict = f"{equal} of {options.trials} end states equal (seed {seed})"
    print(verdict)
    RESULTS.parent.mkdir(exist_ok=True)
    head = (
        "# Kill test\n\nWritten by `make test-kill`: crawls of the demo newspaper killed with"
        f" SIGKILL at random moments among their {answers} answers, then finished, and compared"
        f" with a crawl that was not disturbed.\n\n**{verdict}**\n\n"
        "| trial | stored when killed | end state |\n|---|---|---|\n"
    )
    RESULTS.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
    sys.exit(equal != options.trials)


if __name__ == "__main__":
    main()
