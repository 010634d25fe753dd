"""`scrapy crawl`: Scrapy's own, with arguments checked first, exit codes, and a summary."""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import shlex
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from scrapy import Spider
from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.crawler import Crawler
from scrapy.exceptions import UsageError as ScrapyUsageError

from crawler.archive import database, lock
from crawler.bundled import PROGRAM
from crawler.commands._config import Found, find
from crawler.commands._crawl_settings import (
    apply_arguments,
    check_names,
    check_settings,
    name_contact,
    require_contact,
)
from crawler.commands._crawl_summary import conclude
from crawler.commands._estimate import show
from crawler.commands._papers import asked_for, follow, in_processes, is_one_run, wished
from crawler.commands._shared import end_on_sigterm, say
from crawler.commands._subscriptions import take, usable
from crawler.commands._telling import Telling
from crawler.config import FILE_NAME, Paper
from crawler.errors import BusyError, ConfigError, HemerotecaError, UsageError
from crawler.interrupts import end_with_parent
from crawler.outcome import MEANINGS, STOPPED, gravest
from crawler.runs import Profiles
from crawler.text import shown
from crawler.verb import Checked, fail

_HANGUP = getattr(signal, "SIGHUP", None)
_STOPPERS = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    if hasattr(signal, name)
)

if TYPE_CHECKING:
    from crawler.extensions.ending import Ending
_LOOK_AGAIN = 2.0
"""Seconds after which to see whether an archive is free."""
_NAMED = 20
"""Bad lines of a file that are named one by one."""
EXIT_CODES = "exit codes: " + "; ".join(f"{code} {words}" for code, words in MEANINGS.items())


class Command(Checked, ScrapyCrawl):
    """Run a spider into an archive."""

    requires_project = True
    follows_config: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__()
        self._found: Found | None = None
        self._papers: tuple[Paper, ...] = ()
        self._left_out: list[str] = []
        """What is wrong with papers that this run goes without."""
        self._telling = Telling(None)

    def short_desc(self) -> str:
        """For `scrapy -h`."""
        return "Archive a newspaper (news), stories (article), their past (wayback)"

    def long_desc(self) -> str:
        """For `scrapy crawl -h`."""
        return (
            f"Archive into a folder: crawl news, with the papers of {FILE_NAME} or with "
            "-a site=https://…; crawl article -a url=https://… "
            "or -a urls=FILE; from other web archives: crawl wayback or commoncrawl -a site=…, "
            "crawl missing; also -a archive=DIR, since=, until=, discover=, "
            "revisit=now, max_pages=, keep=pictures|page, render=auto|never|always, contact=, "
            "cookies=FILE, "
            f"allow_private=1. {EXIT_CODES}"
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add --config and --estimate."""
        super().add_options(parser)
        parser.add_argument(
            "--config", metavar="FILE",
            help=f"instead of the nearest {FILE_NAME} above the working folder",
        )  # fmt: skip
        parser.add_argument(
            "--if-busy", choices=("fail", "skip", "wait"), default="fail",
            help="where another run holds the archive: fail (exit code 4), skip (exit code 0), or"
            " wait until it ends",
        )  # fmt: skip
        parser.add_argument(
            "--estimate", action="store_true",
            help="archive nothing: say how many stories, days and bytes there are to come",
        )  # fmt: skip
        # Scrapy's own: the first thing that those try who know it
        parser.add_argument(
            "-o", "--output", "-O", "--overwrite-output", dest="output", action="append",
            metavar="FILE", help=f"not of a crawl: {PROGRAM} export csv writes stories into a file",
        )  # fmt: skip
        parser.set_defaults(overwrite_output=None)

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check everything that can be checked before anything is opened or fetched."""
        # until a server has answered nothing is touched: it is as quick and as clean as Ctrl-C
        end_on_sigterm()
        if opts.output:
            fail("crawl", no_feed(opts.output[0]))
        if (twice := said_twice(opts.spargs)) is not None:
            fail("crawl", UsageError(twice))
        end_with_parent()
        super().process_options(args, opts)
        assert self.settings is not None
        for file in self.settings.getdict("FEEDS"):
            fail("crawl", no_feed(str(file)))
        try:
            check_names(opts.set)
            check_settings(self.settings)
            needs_papers = args == ["news"] and "site" not in opts.spargs
            if self.follows_config:
                self._found = find(opts.config, needs_papers=needs_papers)
            if self._found is not None:
                self._found.apply(self.settings)
            if not opts.estimate:
                self._telling = Telling(self._found)
                self._telling.count_into(self.settings["METRICS_FILE"])
            self._papers = asked_for(self._found, opts.spargs) if args == ["news"] else ()
            if self._found is not None and self._papers:
                if not opts.estimate and not is_one_run(
                    self._found, self._papers, opts.spargs, self.settings
                ):
                    name_contact(self.settings, opts.spargs.get("contact"))
                    return
                self._papers, self._left_out = usable(self._found, self._papers)
                if not self._papers:
                    raise ConfigError(*self._left_out)
                for line in self._left_out:
                    say(f"{PROGRAM} crawl: {line}; it is left out")
                follow(self._found, self._papers, opts.spargs, self.settings)
            apply_arguments(self.settings, opts.spargs)
            database.check(Path(self.settings["ARCHIVE"]))
            when_free(Path(self.settings["ARCHIVE"]), opts.if_busy)
            Profiles(Path(self.settings["ARCHIVE"]), self.settings["SITE_PROFILES"]).check()
        except HemerotecaError as error:
            self._telling.end(error.exit_code, (), str(error))
            fail("crawl", error)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the spider and set the exit code."""
        if len(args) != 1:
            raise ScrapyUsageError(f"name one spider: {PROGRAM} crawl news -a site=https://…")
        if opts.estimate:
            self.exitcode = self._estimate(args, opts)
            return

        def run() -> int:
            self._archive(args, opts)
            if self._left_out:
                self.exitcode = gravest((self.exitcode, ConfigError.exit_code))
            return self.exitcode

        self._telling.around(run, self._folders)

    def _folders(self) -> list[Path]:
        """The archives that the run writes to."""
        assert self.settings is not None
        if self._found is None or self._found.config.is_shared or len(self._papers) < 2:
            return [Path(self.settings["ARCHIVE"])]
        return [self._found.archive_of(paper) for paper in self._papers]

    def _archive(self, args: list[str], opts: argparse.Namespace) -> None:
        if self._found and len(self._papers) > 1 and "site" not in opts.spargs:
            self._check_once(opts.spargs)
            self.exitcode = in_processes(self._found, self._papers, opts)
            return
        assert self.crawler_process is not None
        try:
            spidercls = self._spider_class(args[0])
            # raises what the user should know before a reactor runs
            spider = spidercls(**opts.spargs)
            assert self.settings is not None
            asked = getattr(spider, "servers", ()) or getattr(spider, "seeds", ())
            require_contact(self.settings, asked)
            take(self.settings, getattr(spider, "seeds", ()), opts.spargs)
        except HemerotecaError as error:
            fail("crawl", error)
        bad_lines: tuple[str, ...] = getattr(spider, "bad_lines", ())
        for line in bad_lines[:_NAMED]:
            print(shown(f"{PROGRAM} crawl: {line}; skipped"), file=sys.stderr)
        if len(bad_lines) > _NAMED:
            print(f"{PROGRAM} crawl: … and {len(bad_lines) - _NAMED:,} more lines", file=sys.stderr)
        # What is loaded by now stays: the collector need not look through it again and again.
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)
        crawler = self._create_crawler(spidercls)
        from crawler.extensions.download import refuse_unbounded_heads

        try:
            refuse_unbounded_heads()
        except HemerotecaError as error:
            fail("crawl", error)
        time_steadily()
        self.crawler_process.crawl(crawler, **opts.spargs)
        stop_by_signals(crawler, lambda code: self._telling.measure(code, self._folders()))
        self.crawler_process.start(install_signal_handlers=False)
        self.exitcode = conclude(crawler, broken=self.crawler_process.bootstrap_failed)
        if bad_lines:
            print(
                f"{PROGRAM} crawl: {len(bad_lines):,} lines of urls= were skipped", file=sys.stderr
            )

    def _estimate(self, args: list[str], opts: argparse.Namespace) -> int:
        from crawler.estimate import estimate

        assert self.settings is not None
        assert self.crawler_process is not None
        try:
            if args != ["news"]:
                raise UsageError("--estimate is for crawl news")
            spider = self._spider_class("news")(**opts.spargs)
            papers = wished(self._papers, spider)
            seeds = [address for paper in papers for address in paper.addresses]
            require_contact(self.settings, seeds)
            return show(estimate(papers, self.settings))
        except HemerotecaError as error:
            fail("crawl", error)

    def _check_once(self, arguments: dict[str, str]) -> None:
        """End here for what each of several papers would end for."""
        try:
            home = self._papers[0].addresses[0]
            spider = self._spider_class("news")(**{**arguments, "site": home})
            assert self.settings is not None
            require_contact(self.settings, getattr(spider, "seeds", ()))
        except HemerotecaError as error:
            fail("crawl", error)

    def _spider_class(self, name: str) -> type[Spider]:
        assert self.crawler_process is not None
        loader = self.crawler_process.spider_loader
        try:
            return loader.load(name)
        except KeyError:
            known = ", ".join(sorted(loader.list()))
            raise UsageError(f"no spider {name!r}; there are {known}") from None


_SEVERAL = frozenset({"discover", "paper", "site", "url"})
"""Arguments that may have several values, with commas between them."""


def said_twice(arguments: Sequence[str]) -> str | None:
    """What is wrong where an argument is there twice, with two values: Scrapy would take the last,
    and leave a newspaper out without a word. arguments: NAME=VALUE each."""
    said: dict[str, str] = {}
    for argument in arguments:
        name, _, value = argument.partition("=")
        first = said.setdefault(name, value)
        if first == value:
            continue
        if name in _SEVERAL:
            return f"{name}= is there twice; write -a {name}={first},{value}"
        return f"{name}= is there twice, with {first} and {value}; write one"
    return None


def no_feed(file: str) -> UsageError:
    """Why a crawl writes no feed. What Scrapy would export are visits, with all that the archive
    keeps of them; that a visit made a story, or a revision of one, is known when it is stored."""
    return UsageError(
        f"a crawl stores stories in an archive, and none in {shlex.quote(file)}; afterwards"
        f" {PROGRAM} export csv -o FILE writes them"
    )


def when_free(folder: Path, if_busy: str) -> None:
    """Go on when no other run holds an archive, or end here. Raises BusyError."""
    try:
        lock.refuse_if_held(folder)
    except BusyError as error:
        if if_busy == "fail":
            raise
        holder = str(error).partition(";")[0]
        if if_busy == "skip":
            say(f"{PROGRAM} crawl: {holder}; skipped: the next run goes on")
            sys.exit(0)
        say(f"{PROGRAM} crawl: {holder}; waiting until it ends")
        while lock.is_held(folder):
            time.sleep(_LOOK_AGAIN)


def time_steadily() -> None:
    """Have all timers of a run go by a clock that nobody can set. Twisted's go by the time of day:
    where that is put back an hour, each would come an hour late."""
    from twisted.internet.base import ReactorBase

    ReactorBase.seconds = staticmethod(time.monotonic)


def stop_by_signals(crawler: Crawler, measure: Callable[[int], None]) -> None:
    """Have Ctrl-C, SIGTERM and SIGHUP end a run: soon the first time, at once the second. measure:
    told the exit code of one that ends so."""
    from twisted.internet import reactor

    def leave() -> None:
        code = conclude(crawler, broken=False)
        measure(code)
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
        # All is stored. What is left are threads that look up names and connections to servers that
        # say nothing: waiting for them is what would take long.
        os._exit(code)

    def stop(signum: int) -> None:
        from crawler.extensions.ending import Ending

        ending = Ending.of(crawler)
        if ending.reason is None:
            ending.leave = leave
            ending.begin(STOPPED)
            tell_of_end(ending, signal.Signals(signum).name)
        elif signum != _HANGUP:  # the kernel and the shell both send it
            for each in _STOPPERS:
                signal.signal(each, signal.SIG_IGN)
            ending.leave = leave
            ending.finish()

    # Not in the handler: what it interrupts may be in the middle of writing a line or a batch.
    def note(signum: int, frame: object) -> None:
        cast(Any, reactor).callFromThread(stop, signum)

    for each in _STOPPERS:
        if signal.getsignal(each) != signal.SIG_IGN:  # nohup ignores one of them
            signal.signal(each, note)


def tell_of_end(ending: Ending, name: str) -> None:
    """Say at once that a run ends, and what it waits for."""
    number = ending.on_the_wire
    waits = f"{number:,} response{'s' if number > 1 else ''}" if number else "the rest"
    again = "Ctrl-C again" if name == "SIGINT" else "SIGTERM again"
    say(
        f"{PROGRAM} crawl: stopping ({name}): no further requests; waiting up to"
        f" {ending.seconds:g} s for {waits}. {again} stops at once"
    )
