"""The command that a lease is for: `crawl news` of one paper, into a copy of its archive."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import crawler
from crawler.errors import FullError
from crawler.fleet.leases import BUSY, DONE, FAILED, STOPPED
from crawler.outcome import MEANINGS

_DONE = (0, 8, 9)
"""Exit codes after which a paper is due again in its own time."""
_BUSY = (4, FullError.exit_code)
"""Where this machine is in the way, and not the paper."""
_STOPPED = 130


@dataclass(frozen=True, slots=True)
class Crawl:
    """How crawls are started. config: the file; arguments, settings: `-a` and `-s`, as they were
    typed."""

    config: Path
    arguments: Sequence[str] = ()
    settings: Sequence[str] = ()

    def command(self, paper: str, archive: Path) -> list[str]:
        """What runs a paper's crawl."""
        words = [sys.executable, "-m", "crawler", "crawl", "news", "--config", str(self.config)]
        pairs = [f"paper={paper}", f"archive={archive}", *self.arguments]
        words += [word for pair in pairs for word in ("-a", pair)]
        return words + [word for pair in self.settings for word in ("-s", pair)]


def environment() -> dict[str, str]:
    """Ours, in which this package is found wherever we are, without what is the worker's alone."""
    above = str(Path(crawler.__file__).parent.parent)
    paths = [above, *filter(None, [os.environ.get("PYTHONPATH")])]
    # what is where PostgreSQL is, and how one is let in, no crawl needs to know
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return {**kept, "PYTHONPATH": os.pathsep.join(paths)}


def outcome_of(exit_code: int, *, was_ended: bool) -> str:
    """What a lease came to whose crawl ended so. was_ended: by the worker.

    >>> outcome_of(8, was_ended=False), outcome_of(10, was_ended=False)
    ('done', 'failed')
    """
    if exit_code in _DONE:
        return DONE
    if exit_code == _STOPPED or was_ended:
        return STOPPED
    return BUSY if exit_code in _BUSY else FAILED


def meaning(exit_code: int | None) -> str:
    """An exit code in words."""
    if exit_code is None:
        return "not begun"
    killed = exit_code - 128
    return MEANINGS.get(exit_code, f"killed by signal {killed}" if killed > 0 else "ended")
