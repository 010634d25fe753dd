"""A run that is stopped, in order or not, is gone on with by the same command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler.demo.truth import expected

from .conftest import ROOT, crawl, query

pytestmark = pytest.mark.usefixtures("loaded_commands")

PATHS = {story.path for story in expected("morning")}


def start(demo: str, folder: Path, delay: float = 0.05) -> subprocess.Popen[str]:
    """A crawl slow enough to be stopped in the middle. delay: seconds between two requests."""
    return subprocess.Popen(
        [
            sys.executable, "-m", "scrapy", "crawl", "news", "-a", f"site={demo}",
            "-a", f"archive={folder}", "-a", "allow_private=1", "-s", f"DOWNLOAD_DELAY={delay}",
            "-s", "AUTOTHROTTLE_ENABLED=False", "-s", "BATCH_SIZE=5", "-s", "EXTRACT_WORKERS=1",
        ],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def wait_for_stories(folder: Path, number: int) -> None:
    while True:
        if (folder / "archive.db").exists():
            try:
                if query(folder, "SELECT count(*) AS n FROM stories")[0]["n"] >= number:
                    return
            except Exception:
                pass
        time.sleep(0.05)


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_stopped_crawl_is_gone_on_with(demo: str, tmp_path: Path, signum: int) -> None:
    folder = tmp_path / "a"
    with start(demo, folder, delay=0.3) as run:
        wait_for_stories(folder, 5)
        os.kill(run.pid, signum)
        _, errors = run.communicate(timeout=500)
    if signum == signal.SIGKILL:
        assert run.returncode == -signal.SIGKILL
    else:
        assert run.returncode == 130, errors
        assert "Traceback" not in errors
        assert query(folder, "SELECT outcome FROM runs") == [{"outcome": "shutdown"}]
    before = query(folder, "SELECT count(*) AS n FROM stories")[0]["n"]
    assert 5 <= before < len(PATHS)

    done = crawl("news", folder, site=demo)
    assert done.returncode == 0, done.stderr
    kept = [urlsplit(row["url"]).path for row in query(folder, "SELECT url FROM stories")]
    assert sorted(kept) == sorted(PATHS)
    assert query(folder, "SELECT max(revisions) AS n FROM stories") == [{"n": 1}]
    assert query(folder, "SELECT * FROM urls WHERE state = 'queued'") == []
    assert query(folder, "PRAGMA foreign_key_check") == []
    for capture in query(folder, "SELECT * FROM captures"):
        with (folder / "warc" / capture["warc_file"]).open("rb") as stream:
            stream.seek(capture["warc_offset"])
            record = next(iter(ArchiveIterator(stream)))
            assert record.rec_headers["WARC-Record-ID"] == capture["record_id"]


def test_by_default_a_host_is_asked_one_thing_at_a_time_seconds_apart(
    demo: str, tmp_path: Path
) -> None:
    folder = tmp_path / "a"
    done = subprocess.run(
        [
            sys.executable, "-m", "scrapy", "crawl", "news", "-a", f"site={demo}",
            "-a", f"archive={folder}", "-a", "allow_private=1", "-a", "max_pages=2",
            "-s", "CLOSESPIDER_PAGECOUNT=4",
        ],
        cwd=ROOT, capture_output=True, text=True, timeout=500,
    )  # fmt: skip
    times = query(folder, "SELECT fetched_at, unixepoch(fetched_at) AS s FROM captures ORDER BY 1")
    assert len(times) >= 4, done.stderr
    gaps = [b["s"] - a["s"] for a, b in pairwise(times)]
    assert all(gap >= 0 for gap in gaps)
    assert sum(gaps) / len(gaps) >= 1
