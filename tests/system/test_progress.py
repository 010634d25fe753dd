"""What a crawl shows while it goes on."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

from crawler.extensions.progress import Snapshot

from .conftest import ROOT

SLOWLY = ("-s", "DOWNLOAD_DELAY=0.1", "-s", "AUTOTHROTTLE_ENABLED=False", "-s", "EXTRACT_WORKERS=1")


def command(demo: str, folder: Path) -> list[str]:
    return [
        sys.executable, "-m", "scrapy", "crawl", "news", "-a", f"site={demo}",
        "-a", f"archive={folder}", "-a", "allow_private=1", *SLOWLY,
    ]  # fmt: skip


def test_in_a_terminal_there_is_one_live_line(demo: str, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*command(demo, tmp_path / "a"), "-a", "max_pages=30"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=theirs, env={**os.environ, "TERM": "xterm"},
    ) as run:  # fmt: skip
        os.close(theirs)
        shown = b""
        try:
            while chunk := os.read(ours, 65536):
                shown += chunk
        except OSError:  # the other end is closed
            pass
    os.close(ours)
    text = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", shown).decode()
    lines = re.findall(r"\d+:\d\d · ([\d,]+) pages · ([\d,]+) articles · ", text)
    assert len(lines) >= 4
    assert len({pages for pages, _ in lines}) >= 3
    assert b"\x1b[2K" in shown  # each overwrites the one before
    assert run.returncode == 0


def test_elsewhere_there_are_plain_lines(demo: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [*command(demo, tmp_path / "a"), "-a", "max_pages=70"],
        cwd=ROOT, capture_output=True, text=True, timeout=500,
    )  # fmt: skip
    assert "\x1b" not in done.stderr
    at = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ"
    pattern = rf"{at} \d:\d\d · \d+ pages? · \d+ articles? · [\d.]+ pages/s · \d+ queued · "
    assert re.match(pattern, done.stderr)


def test_the_time_left_is_told_where_it_can_be() -> None:
    told = Snapshot(60, 600, 400, 10.0, 3000, 2)
    assert told.line() == (
        "1:00 · 600 pages · 400 articles · 10.0 pages/s · 3,000 queued · 2 errors"
        " · about 5:00 left for these"
    )
    assert Snapshot(60, 600, 400, 10.0, 0, 2).eta is None
    assert Snapshot(1, 3, 0, 0.0, 50, 0).eta is None
