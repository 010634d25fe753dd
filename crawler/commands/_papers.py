"""`crawl news` of the papers of a configuration: in one run, or in one process each."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scrapy.settings import BaseSettings

import crawler
from crawler.bundled import PROGRAM
from crawler.commands._config import Found
from crawler.commands._shared import say
from crawler.commands._telling import QUIET
from crawler.config import Paper
from crawler.errors import UsageError
from crawler.interrupts import OF_PARENT
from crawler.outcome import MEANINGS, gravest

_STOPPERS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
_STOPPED = 130


def asked_for(found: Found | None, arguments: dict[str, str]) -> tuple[Paper, ...]:
    """The papers that a run is to archive; none where it names sites itself. Raises UsageError."""
    if "site" in arguments:
        if "paper" in arguments:
            raise UsageError("name either site= or paper=")
        return ()
    if found is None:
        if "paper" in arguments:
            raise UsageError(
                f"paper={arguments['paper']}: there is no hemeroteca.toml here or in a folder"
                f" above; {PROGRAM} init writes one, --config names one"
            )
        raise UsageError(
            "site= is missing; write -a site=https://news.example, or name the papers in"
            f" hemeroteca.toml, which {PROGRAM} init writes"
        )
    return found.chosen(arguments.get("paper"))


def is_one_run(
    found: Found, papers: Sequence[Paper], arguments: dict[str, str], settings: BaseSettings
) -> bool:
    """Whether the papers are fetched side by side in one run: those of one archive are, unless the
    configuration wants one after the other."""
    shares = found.is_shared(arguments, settings)
    return len(papers) == 1 or (shares and found.config.jobs != 1)


def follow(
    found: Found, papers: Sequence[Paper], arguments: dict[str, str], settings: BaseSettings
) -> None:
    """Have this run archive these papers."""
    arguments["site"] = ",".join(address for paper in papers for address in paper.addresses)
    arguments["paper"] = ",".join(paper.name for paper in papers)
    found.narrow(papers, settings)
    if not found.is_shared(arguments, settings):
        arguments["archive"] = str(found.archive_of(papers[0]))


def wished(papers: Sequence[Paper], spider: Any) -> tuple[Paper, ...]:
    """What a run is asked for, paper by paper: those of the configuration, else each address of
    `site=`; its spans and sources where the run's arguments name some."""
    named = papers or [Paper(urlsplit(url).netloc, (url,)) for url in spider.seeds]
    return tuple(
        replace(
            paper,
            since=spider.since if spider.since or spider.until else paper.since,
            until=spider.until if spider.since or spider.until else paper.until,
            sources=tuple(each for each in paper.sources if each in spider.discover),
        )
        for paper in named
    )


def in_processes(found: Found, papers: Sequence[Paper], opts: argparse.Namespace) -> int:
    """Archive each paper in a process of its own, as many at once as the configuration says; one
    that fails stops no other. Returns the gravest exit code."""
    children = _Children(found, opts)
    before = {each: signal.signal(each, children.stop) for each in _STOPPERS}
    try:
        with ThreadPoolExecutor(found.config.jobs or 1) as pool:
            codes = list(pool.map(children.archive, papers))
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    for paper, code in zip(papers, codes, strict=True):
        say(f"{PROGRAM} crawl: {paper.name}: {MEANINGS.get(code, 'ended')} (exit code {code})")
    return gravest(codes)


class _Children:
    def __init__(self, found: Found, opts: argparse.Namespace) -> None:
        self._found, self._opts = found, opts
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.RLock()
        self._is_stopping = False

    def archive(self, paper: Paper) -> int:
        """Run one paper to its end, and pass on what it says in one piece."""
        # sessions of their own: Ctrl-C reaches them through us alone, and each once
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            with self._lock:
                if self._is_stopping:
                    return _STOPPED
                # if we are killed, its standard input ends, and it with that
                child = subprocess.Popen(  # noqa: S603
                    self._command(paper), stdin=subprocess.PIPE, stdout=out, stderr=err,
                    start_new_session=True, env=_environment(),
                )  # fmt: skip
                self._running.add(child)
            with child:
                code = child.wait()
            with self._lock:
                self._running.discard(child)
                for written, stream in ((out, sys.stdout), (err, sys.stderr)):
                    written.seek(0)
                    stream.write(written.read().decode(errors="replace"))
                    stream.flush()
        return code if code >= 0 else 1

    def stop(self, signum: int, frame: Any) -> None:
        """Have all that run end as they do when they are stopped; no other begins."""
        self._is_stopping = True
        for child in tuple(self._running):
            child.send_signal(signum)

    def _command(self, paper: Paper) -> list[str]:
        opts = self._opts
        arguments = {**opts.spargs, "paper": paper.name}
        words = [sys.executable, "-m", "crawler", "crawl", "news"]
        words += ["--config", str(self._found.path)]
        for option, pairs in (("-a", [f"{n}={v}" for n, v in arguments.items()]), ("-s", opts.set)):
            words += [word for pair in pairs for word in (option, pair)]
        words += ["--if-busy", opts.if_busy]
        if opts.loglevel:
            words += ["--loglevel", opts.loglevel]
        if opts.logfile:
            words += ["--logfile", opts.logfile]
        return [*words, "--nolog"] if opts.nolog else words


def _environment() -> dict[str, str]:
    """Ours, in which this package is found wherever we are."""
    above = str(Path(crawler.__file__).parent.parent)
    paths = [above, *filter(None, [os.environ.get("PYTHONPATH")])]
    # of all of them together the one who started them tells
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), QUIET: "0", OF_PARENT: "1"}
