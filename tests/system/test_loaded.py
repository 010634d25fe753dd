"""What is loaded once for many tests does what the command does that a user types."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.loopback import HTML, Answers, page, site

from .conftest import FULL_SPEED, ROOT, query, run_scrapy
from .loaded import Command
from .test_hostile import STORY

TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d to \d\d:\d\d UTC")


def typed(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scrapy", *words],
        cwd=ROOT, capture_output=True, text=True, timeout=500,
    )  # fmt: skip


def kept(folder: Path) -> list[list[dict[str, Any]]]:
    return [
        query(folder, "SELECT url, title, body_text FROM stories"),
        query(folder, "SELECT url, state, reason FROM urls ORDER BY url"),
        query(folder, "SELECT status, record_type, payload_digest FROM captures ORDER BY 3, 1"),
    ]


def test_a_loaded_command_does_what_a_typed_one_does(tmp_path: Path) -> None:
    answers: Answers = {
        "/": page("/2026/story", "/2026/none"),
        "/2026/story": (200, HTML, STORY.encode()),
    }
    said, found = [], []
    with site(answers) as home:
        for name, run in (("typed", typed), ("loaded", run_scrapy)):
            folder = tmp_path / name
            done = run(
                "crawl", "news", "-a", f"site={home}", "-a", f"archive={folder}",
                "-a", "allow_private=1", *FULL_SPEED,
            )  # fmt: skip
            wrong = run("status", str(folder / "nothing"))
            lines = [line for line in done.stderr.splitlines() if " pages/s " not in line]
            texts = [done.stdout, "\n".join(lines), wrong.stdout, wrong.stderr]
            said.append(
                [
                    done.returncode,
                    wrong.returncode,
                    *(TIME.sub("now", t.replace(str(folder), "a")) for t in texts),
                ]
            )
            found.append(kept(folder))
    assert said[0] == said[1]
    assert found[0] == found[1]
    assert said[0][0] == 0


@pytest.mark.usefixtures("loaded_commands")
def test_a_loaded_command_is_a_process_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(STORY)
    words = [sys.executable, "-m", "crawler"]
    done = subprocess.run(
        [*words, "extract", "--url", "https://news.example/2026/story", "page.html"], cwd=tmp_path,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert '"title"' in done.stdout
    assert subprocess.run([*words, "none"], capture_output=True).returncode == 2
    asked = subprocess.run([*words, "extract"], input=b"no JSON\n", capture_output=True)
    assert b"not JSON" in asked.stdout
    with subprocess.Popen(
        [*words, "demo", "--port", "0"], stdout=subprocess.PIPE, start_new_session=True
    ) as demo:
        assert isinstance(demo, Command)
        assert demo.stdout is not None
        assert demo.stdout.readline()
        assert (demo.poll(), os.getsid(demo.pid)) == (None, demo.pid)
        demo.kill()
    assert demo.returncode == -signal.SIGKILL


def test_what_an_interpreter_reads_at_its_start_is_read_by_one_of_its_own() -> None:
    words = [sys.executable, "-m", "crawler", "--version"]
    with Command(words, env={**os.environ, "PYTHONIOENCODING": "utf-16"}, stdout=-1) as process:
        assert process.stdout is not None
        assert process.stdout.read().decode("utf-16").startswith("hemeroteca ")
