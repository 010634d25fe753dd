"""`scrapy crawl`: Scrapy's own, with arguments checked first, exit codes, and a summary."""

from __future__ import annotations

import argparse
import contextlib
import difflib
import gc
import os
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from scrapy import Spider
from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.crawler import Crawler
from scrapy.exceptions import UsageError as ScrapyUsageError
from scrapy.settings import BaseSettings

from crawler.archive import database, lock
from crawler.archive.families import LeftOut
from crawler.bundled import CHECKOUT, PROGRAM
from crawler.commands import left_out
from crawler.commands._shared import end_on_sigterm, fail, folder_named, typed
from crawler.errors import (
    DamageError,
    HemerotecaError,
    IncompleteError,
    UnreachableError,
    UsageError,
)
from crawler.items import State
from crawler.outcome import FINISHED, INCOMPLETE, STOPPED, UNREACHABLE, exit_code
from crawler.reasons import LEFT_OUT, VERDICT, Reason
from crawler.text import shown

_HANGUP = getattr(signal, "SIGHUP", None)
_STOPPERS = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    if hasattr(signal, name)
)

if TYPE_CHECKING:
    from crawler.extensions.ending import Ending
_NAMED = 20
"""Bad lines of a file that are named one by one."""
_CHECK = "Check the address, or try again later"
_FIRST_QUERY = '"SELECT published_at, title FROM stories ORDER BY published_utc DESC LIMIT 10"'
EXIT_CODES = """exit codes: 0 done; 1 the run broke off; 2 bad arguments or archive; \
3 a home page, all of the URLs or some lines of urls= could not be archived; \
4 another run holds the archive; 5 the disk is nearly full; \
6 done, but WARC files of the archive are missing; \
8 URLs were left out that may be stories; 130 stopped by the user"""


class Command(ScrapyCrawl):
    """Run a spider into an archive."""

    requires_project = True

    def short_desc(self) -> str:
        """For `scrapy -h`."""
        return "Archive a newspaper (news) or single stories (article)"

    def long_desc(self) -> str:
        """For `scrapy crawl -h`."""
        return (
            "Archive into a folder: crawl news -a site=https://…, crawl article -a url=https://… "
            "or -a urls=FILE; also -a archive=DIR, since=, until=, discover=, "
            "revisit=now, max_pages=, contact=, "
            f"allow_private=1. {EXIT_CODES}"
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check everything that can be checked before anything is opened or fetched."""
        # until a server has answered nothing is touched: it is as quick and as clean as Ctrl-C
        end_on_sigterm()
        super().process_options(args, opts)
        assert self.settings is not None
        try:
            check_names(opts.set)
            check_settings(self.settings)
            apply_arguments(self.settings, opts.spargs)
            database.check(Path(self.settings["ARCHIVE"]))
            lock.refuse_if_held(Path(self.settings["ARCHIVE"]))
        except HemerotecaError as error:
            fail("crawl", error)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the spider and set the exit code."""
        if len(args) != 1:
            raise ScrapyUsageError(f"name one spider: {PROGRAM} crawl news -a site=https://…")
        assert self.crawler_process is not None
        try:
            spidercls = self._spider_class(args[0])
            # raises what the user should know before a reactor runs
            spider = spidercls(**opts.spargs)
            assert self.settings is not None
            require_contact(self.settings, getattr(spider, "seeds", ()))
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
        self.crawler_process.crawl(crawler, **opts.spargs)
        stop_by_signals(crawler)
        self.crawler_process.start(install_signal_handlers=False)
        self.exitcode = conclude(crawler, broken=self.crawler_process.bootstrap_failed)
        if bad_lines:
            print(
                f"{PROGRAM} crawl: {len(bad_lines):,} lines of urls= were skipped", file=sys.stderr
            )
            self.exitcode = self.exitcode or UnreachableError.exit_code

    def _spider_class(self, name: str) -> type[Spider]:
        assert self.crawler_process is not None
        loader = self.crawler_process.spider_loader
        try:
            return loader.load(name)
        except KeyError:
            known = ", ".join(sorted(loader.list()))
            raise UsageError(f"no spider {name!r}; there are {known}") from None


_LEAST: dict[str, tuple[type[int] | type[float], float]] = {
    "DOWNLOAD_DELAY": (float, 0), "DOWNLOAD_TIMEOUT": (float, 1), "STOP_SECONDS": (float, 0),
    "CONCURRENT_REQUESTS": (int, 1), "CONCURRENT_REQUESTS_PER_DOMAIN": (int, 1),
    "EXTRACT_WORKERS": (int, 0), "EXTRACT_CPU_SECONDS": (float, 0.01), "BATCH_SIZE": (int, 1),
    "BATCH_SECONDS": (float, 0), "BODIES_MAXSIZE": (int, 0), "DISK_SPARE_BYTES": (int, 0),
    "WARC_FILE_BYTES": (int, 1),
}  # fmt: skip
"""Setting → what it is, and the least that makes sense."""


# How alike a name must be to a known one to be taken for it, misspelt: DOWLOAD_DELY is, but not
# what extensions have, as ROTATING_PROXY_LIST.
_ALIKE = 0.85


def check_names(given: Sequence[str]) -> None:
    """Look at the names of settings (`-s NAME=VALUE`): none has an effect that nobody knows.

    One that is nearly a known one was misspelt: raises UsageError. Any other may be read by an
    extension of the user's, which we cannot know: it is named, and the run goes on.
    """
    known = _known_settings()
    for name in (each.partition("=")[0] for each in given):
        if name in known:
            continue
        alike = difflib.get_close_matches(name.upper(), known, 1, _ALIKE)
        if alike:
            raise UsageError(f"-s {name}: there is no such setting; did you mean {alike[0]}?")
        _say(
            f"{PROGRAM} crawl: -s {name}: neither Scrapy nor Hemeroteca has such a setting; it can"
            " only affect an extension of your own"
        )


def _known_settings() -> set[str]:
    """Names of Scrapy's settings and ours."""
    from scrapy.settings import default_settings

    import crawler.settings

    names = {*dir(default_settings), *dir(crawler.settings)}
    return {name for name in names if name.isupper() and not name.startswith("_")}


def check_settings(settings: BaseSettings) -> None:
    """Raise UsageError for a setting (`-s NAME=VALUE`) that no run could begin or end with."""
    for name, (kind, least) in _LEAST.items():
        try:
            sound = kind(settings[name]) >= least
        except (TypeError, ValueError):
            sound = False
        if not sound:
            number = "a whole number" if kind is int else "a number"
            raise UsageError(f"-s {name}={settings[name]}: must be {number}, {least:g} or more")
    try:
        sound = all(int(each) > 0 for each in settings.getlist("REVISIT_AFTER"))
    except ValueError:
        sound = False
    if not sound:
        raise UsageError(
            f"-s REVISIT_AFTER={settings['REVISIT_AFTER']}: must be whole seconds, separated by"
            " commas"
        )


def apply_arguments(settings: BaseSettings, arguments: Mapping[str, str]) -> None:
    """Turn the arguments that concern the whole run into settings. Raises UsageError,
    ArchiveError."""
    put = settings.set
    folder = folder_named(arguments.get("archive", settings["ARCHIVE"]))
    put("ARCHIVE", str(folder), priority="cmdline")
    allow = arguments.get("allow_private", "0")
    if allow not in ("0", "1"):
        raise UsageError(f"allow_private={allow} must be 0 or 1")
    put("ALLOW_PRIVATE", allow == "1", priority="cmdline")
    contact = arguments.get("contact")
    if contact is not None:
        if not contact.isascii() or not contact.isprintable() or not contact.strip():
            raise UsageError("contact= must be a mail address or URL in ASCII")
        from crawler import __version__

        put("CONTACT", contact, priority="cmdline")
        agent = f"Hemeroteca/{__version__} (news archive; {contact})"
        put("USER_AGENT", agent, priority="cmdline")


def stop_by_signals(crawler: Crawler) -> None:
    """Have Ctrl-C, SIGTERM and SIGHUP end a run: soon the first time, at once the second."""
    from twisted.internet import reactor

    def leave() -> None:
        code = conclude(crawler, broken=False)
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
    _say(
        f"{PROGRAM} crawl: stopping ({name}): no further requests; waiting up to"
        f" {ending.seconds:g} s for {waits}. {again} stops at once"
    )


def _say(line: str) -> None:
    """Print a line on standard error, if there is one still: a terminal that is closed takes it
    with it."""
    with contextlib.suppress(OSError, ValueError):
        print(line, file=sys.stderr, flush=True)


def require_contact(settings: Mapping[str, Any], seeds: Iterable[str]) -> None:
    """Raise UsageError where somebody else's server is to be visited and nobody could be reached by
    its operator. Servers of this machine need none."""
    if settings["CONTACT"].strip():
        return
    from crawler.urls import is_loopback

    for url in seeds:
        if not is_loopback(urlsplit(url).hostname or ""):
            raise UsageError(
                "say how the site's operator can reach you: -a contact=you@library.example, or the"
                " URL of a page; or set HEMEROTECA_CONTACT in the environment"
            )


def conclude(crawler: Crawler, *, broken: bool) -> int:
    """Print the summary of a run that has ended; returns its exit code."""
    spider = crawler.spider
    if broken or spider is None:
        print(f"{PROGRAM} crawl: the run could not start; see the log above", file=sys.stderr)
        return 1
    from crawler.extensions.session import Session

    session = Session.of(crawler)
    ended = session.outcome or "broken off"
    for problem in seed_problems(spider):
        _say(f"{PROGRAM} crawl: {problem}")
    if session.error:
        _say(f"{PROGRAM} crawl: {session.error}")
    if session.answered:
        with contextlib.suppress(OSError):
            print(
                summary(
                    session.totals, session.reasons, session.folder, ended, session.left,
                    session.left_out,
                ),
                flush=True,
            )  # fmt: skip
    elif ended == STOPPED:
        _say(f"{PROGRAM} crawl: stopped before any server had answered; nothing was stored")
    if session.error:
        return session.exit_code
    if session.full:
        _say(f"{PROGRAM} crawl: {session.full}")
    if ended == INCOMPLETE:
        doubtful = session.doubtful
        count = sum(one.count for one in doubtful)
        _say(
            f"{PROGRAM} crawl: {count:,} URLs were left out although some like them are"
            f" stories: {doubtful[0].examples[0]} … To fetch them: {tool(PROGRAM)} retry"
            f" {typed(session.folder)} --excluded, then crawl again"
        )
    code = exit_code(ended)
    if session.files_missing and code in (0, IncompleteError.exit_code):
        _say(
            f"{PROGRAM} crawl: {session.files_missing:,} WARC files of the archive are missing or"
            f" have a different length: {tool(PROGRAM)} status {typed(session.folder)} names them"
        )
        return DamageError.exit_code
    return code


def seed_problems(spider: Spider) -> list[str]:
    """What to tell the user of seeds that gave nothing, where that matters."""
    failures: dict[str, Reason] = getattr(spider, "seed_failures", {})
    if getattr(spider, "has_reached_seeds", True):
        return []
    lines = [
        f"{url} could not be archived: {reason}. "
        + ("" if reason.code == "private_address" else _CHECK)
        for url, reason in list(failures.items())[:5]
    ]
    if len(failures) > 5:
        lines.append(f"… and {len(failures) - 5:,} more URLs")
    return [shown(line.rstrip()) for line in lines]


def summary(
    totals: Counter[str],
    reasons: Counter[tuple[State, Reason | None]],
    folder: Path,
    outcome: str,
    left: int,
    not_fetched: Sequence[LeftOut] = (),
) -> str:
    """What a run brought, for a person: what is new, what failed and why, where to look next.

    left: URLs that are queued still. not_fetched: what was left out, family by family.
    """
    ended = "" if outcome in (FINISHED, UNREACHABLE, INCOMPLETE) else f" (ended early: {outcome})"
    lines = [
        f"{totals['new_articles']:,} new articles, {totals['new_revisions']:,} new revisions, "
        f"{totals['unchanged_articles']:,} unchanged; {totals['captures']:,} captures{ended}"
    ]
    verdicts = {
        name.removeprefix(VERDICT): n for name, n in totals.items() if name.startswith(VERDICT)
    }
    if verdicts:
        number = sum(verdicts.values())
        by_kind = ", ".join(f"{n:,} {name}" for name, n in sorted(verdicts.items()))
        lines.append(
            f"{number:,} response{'s were' if number > 1 else ' was'} not the story known at"
            f" that URL ({by_kind}): its last good revision stays current"
        )
    failed = [
        (-n, state, "" if why is None else str(why))
        for (state, why), n in reasons.items()
        if state != "redirected" and why != LEFT_OUT and n > 0
    ]
    if failed:
        lines.append("No article, and why:")
        for number, state, why in sorted(failed)[:12]:
            label = "" if state == "done" else f"{state}: "
            lines.append(f"  {-number:>6,}  {label}{why}")
        if len(failed) > 12:
            lines.append(
                f"  …       {len(failed) - 12} more reasons: the view not_archived has all"
            )
    if left:
        are = "URLs are" if left > 1 else "URL is"
        lines.append(f"{left:,} {are} still queued: the same command resumes with them")
    if not_fetched:
        lines.append(
            "Left out, because pages like them brought no new stories (to fetch them:"
            f" {tool(PROGRAM)} retry {typed(folder)} --excluded):"
        )
        lines += left_out.lines(not_fetched)
    lines += [
        f"The archive is in {typed(folder)}. To look into it:",
        f"  {tool(PROGRAM)} status {typed(folder)}",
        f"  {tool('sqlite-utils')} {typed(folder / database.FILE_NAME)} --table {_FIRST_QUERY}",
    ]
    return shown("\n".join(lines))


def tool(name: str) -> str:
    """How to call a command that is installed beside this one."""
    path = Path(sys.executable).parent / name
    if not path.exists():
        return name
    found = shutil.which(name) if CHECKOUT is None else None
    return name if found and path.samefile(found) else typed(path)
