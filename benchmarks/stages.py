"""Where the CPU time of a crawl goes: samples of its processes' stacks (py-spy), by stage."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

from benchmarks.peers.process import PEERS_PYTHON

PY_SPY = PEERS_PYTHON.parent / "py-spy"
_RATE = 200
"""Samples a second."""
# The innermost frame of a stack that one of these fits says the stage.
_STAGES = (
    (r"crawler/extract/page/document\.py", "read: parse, bounds, encoding"),
    (r"crawler/extract/page/(structured|broken_json)\.py", "read: structured data"),
    (r"crawler/extract/page/outlinks\.py", "read: where the page leads"),
    (r"crawler/extract/fields/(names|bylines|persons|beside|signatures|authors)\.py",
     "read: authors"),
    (r"crawler/extract/fields/(\w+)\.py", r"read: \1"),
    (r"crawler/extract/links/", "read: linked stories"),
    (r"crawler/extract/body/", "read: body"),
    (r"crawler/extract/dates/", "read: dates"),
    (r"crawler/extract/(confidence|verdict)\.py", r"read: \1"),
    (r"crawler/extract/|crawler/runs/visits\.py|crawler/discover/", "read: the rest"),
    (r"crawler/learn/|crawler/runs/(learning|rereading)\.py", "learn"),
    (r"pipelines/normalise\.py", "normalise"),
    (r"crawler/warc/|crawler/extensions/capture\.py|Run\._note ", "WARC"),
    (r"crawler/archive/|sqlite_utils/|extensions/session/archive\.py", "store"),
    (r"crawler/runs/(workers|reader_process|readings)\.py|multiprocessing/",
     "talk between processes"),
    (r"crawler/frontier/", "frontier"),
    (r"crawler/middlewares/unpacking\.py", "fetch: unpack"),
    (r"scrapy/core/|scrapy/downloadermiddlewares|twisted/|asyncio/|crawler/middlewares/"
     r"|crawler/extensions/", "fetch"),
    (r"importlib|<frozen", "start"),
)  # fmt: skip
# Threads that only wait look busy to the sampler, which asks the kernel between two waits.
_WAITING = re.compile(
    r"(_PollLikeSelector\.select|EpollSelector\.select|Condition\.wait|ThreadWorker|_exactly)[^;]*$"
)


def shares(command: list[str], scratch: Path, folder: Path) -> list[tuple[str, float]]:
    """Run a crawl under the sampler: each stage and its share of the CPU time, the largest first.

    command: of Python, run in `folder`. Ends the program where the sampler fails.
    """
    raw = scratch / "stacks.txt"
    _sample(command, "raw", raw, folder)
    return counted(raw.read_text(errors="replace"))


def draw(command: list[str], svg: Path, folder: Path) -> None:
    """The same as a flame graph, for a browser; where a process waits, it is drawn, too."""
    _sample(command, "flamegraph", svg, folder)


def _sample(command: list[str], form: str, output: Path, folder: Path) -> None:
    sampled = [
        str(PY_SPY), "record", "--subprocesses", "--rate", str(_RATE), "--format", form,
        "--output", str(output), "--", *command,
    ]  # fmt: skip
    output.unlink(missing_ok=True)
    done = subprocess.run(sampled, cwd=folder, capture_output=True, text=True, check=False)
    if not output.exists():
        sys.exit(f"bench: py-spy failed:\n{done.stderr[-2000:]}")


def counted(stacks: str) -> list[tuple[str, float]]:
    """Stages and their shares. stacks: a line each, frames apart by semicolons, then a count.

    >>> counted("a (x.py:1);f (crawler/warc/writer.py:9) 3\\na (x.py:1) 1\\n")
    [('WARC', 0.75), ('the rest', 0.25)]
    """
    found = Counter[str]()
    for line in stacks.splitlines():
        stack, _, count = line.rpartition(" ")
        if not _WAITING.search(stack):
            found[stage(stack.split(";"))] += int(count)
    total = found.total() or 1
    return [(name, number / total) for name, number in found.most_common()]


def stage(frames: list[str]) -> str:
    """The stage of a stack, outermost frame first."""
    for frame in reversed(frames):
        for pattern, name in _STAGES:
            if match := re.search(pattern, frame):
                return match.expand(name)
    return "the rest"
