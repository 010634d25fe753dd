"""`scrapy crawl`: Scrapy's own, with arguments checked first, exit codes, and a summary."""

from __future__ import annotations

import argparse
import gc
import logging
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scrapy import Spider
from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.crawler import Crawler
from scrapy.exceptions import UsageError as ScrapyUsageError

from crawler.archive import database, lock
from crawler.errors import FullError, HemerotecaError, UnreachableError, UsageError
from crawler.extensions.session import Session
from crawler.middlewares.private import is_loopback
from crawler.reasons import in_words, parse
from crawler.text import shown

logger = logging.getLogger(__name__)

_NAMED = 20
"""Bad lines of a file that are named one by one."""
_CHECK = "Check the address, or try again later"
_FIRST_QUERY = '"SELECT published_at, title FROM stories ORDER BY published_at DESC LIMIT 10"'
EXIT_CODES = """exit codes: 0 done; 1 the run broke off; 2 bad arguments or archive; \
3 a site, none of the addresses, or lines of urls= that are none could not be archived; \
4 another run holds the archive; \
130 stopped by the user"""


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
            "or -a urls=FILE; further -a archive=DIR, since=, until=, discover=, "
            "revisit=now, max_pages=, contact=, "
            f"allow_private=1. {EXIT_CODES}"
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check everything that can be checked before anything is opened or fetched."""
        super().process_options(args, opts)
        assert self.settings is not None
        try:
            apply_arguments(self.settings, opts.spargs)
            database.check(Path(self.settings["ARCHIVE"]))
            lock.refuse_if_held(Path(self.settings["ARCHIVE"]))
        except HemerotecaError as error:
            fail("crawl", error)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the spider and set the exit code."""
        if len(args) != 1:
            raise ScrapyUsageError("name one spider: scrapy crawl news -a site=https://…")
        assert self.crawler_process is not None
        try:
            spidercls = self._spider_class(args[0])
            # raises what the user should know before a reactor runs
            spider = spidercls(**opts.spargs)
            assert self.settings is not None
            require_contact(self.settings, getattr(spider, "seeds", ()))
        except HemerotecaError as error:
            fail("crawl", error)
        left_out: tuple[str, ...] = getattr(spider, "left_out", ())
        for line in left_out[:_NAMED]:
            print(shown(f"scrapy crawl: {line}; it is left out"), file=sys.stderr)
        if len(left_out) > _NAMED:
            print(f"scrapy crawl: … and {len(left_out) - _NAMED:,} more lines", file=sys.stderr)
        # What is loaded by now stays: the collector need not look through it again and again.
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)
        crawler = self._create_crawler(spidercls)
        self.crawler_process.crawl(crawler, **opts.spargs)
        self.crawler_process.start()
        self.exitcode = conclude(crawler, broken=self.crawler_process.bootstrap_failed)
        if left_out:
            print(f"scrapy crawl: {len(left_out):,} lines of urls= were left out", file=sys.stderr)
            self.exitcode = self.exitcode or UnreachableError.exit_code

    def _spider_class(self, name: str) -> type[Spider]:
        assert self.crawler_process is not None
        loader = self.crawler_process.spider_loader
        try:
            return loader.load(name)
        except KeyError:
            known = ", ".join(sorted(loader.list()))
            raise UsageError(f"no spider {name!r}; there are {known}") from None


def apply_arguments(settings: object, arguments: Mapping[str, str]) -> None:
    """Turn the arguments that concern the whole run into settings. Raises UsageError."""
    put = settings.set  # type: ignore[attr-defined]
    if "archive" in arguments:
        if not arguments["archive"]:
            raise UsageError("archive= is empty; name a folder: archive=my-archive")
        put("ARCHIVE", arguments["archive"], priority="cmdline")
    allow = arguments.get("allow_private", "0")
    if allow not in ("0", "1"):
        raise UsageError(f"allow_private={allow} is neither 0 nor 1")
    put("ALLOW_PRIVATE", allow == "1", priority="cmdline")
    contact = arguments.get("contact")
    if contact is not None:
        if not contact.isascii() or not contact.isprintable() or not contact.strip():
            raise UsageError("contact= is no address or page to reach you by, in plain characters")
        from crawler import __version__

        put("CONTACT", contact, priority="cmdline")
        agent = f"Hemeroteca/{__version__} (news archive; {contact})"
        put("USER_AGENT", agent, priority="cmdline")


def require_contact(settings: Mapping[str, Any], seeds: Iterable[str]) -> None:
    """Raise UsageError where somebody else's server is to be visited and nobody could be reached by
    its operator. Servers of this machine need none."""
    if settings["CONTACT"].strip():
        return
    for url in seeds:
        if not is_loopback(urlsplit(url).hostname or ""):
            raise UsageError(
                "say how the site's operator can reach you: -a contact=you@library.example, or a"
                " page that tells; once for all by the environment's HEMEROTECA_CONTACT"
            )


def fail(command: str, error: HemerotecaError) -> None:
    """Print one line on what is wrong and end with the error's exit code."""
    print(shown(f"scrapy {command}: {error}"), file=sys.stderr)
    sys.stderr.flush()
    sys.exit(error.exit_code)


def broke_off(command: str, error: Exception) -> None:
    """End a command that writes to an archive for a fault that is nobody's but ours, or for want of
    memory: one line, the details in the log."""
    logger.error("%s broke off", command, exc_info=error)
    fail(command, HemerotecaError(
        f"broke off ({in_words(error)}); what is stored is sound, and the same command goes on"
    ))  # fmt: skip


def conclude(crawler: Crawler, *, broken: bool) -> int:
    """Print the summary of a run that has ended; returns its exit code."""
    spider = crawler.spider
    if broken or spider is None:
        print("scrapy crawl: the run could not start; see the log above", file=sys.stderr)
        return 1
    session = Session.of(crawler)
    reason = crawler.stats.get_value("finish_reason")
    problems = seed_problems(spider)
    for problem in problems:
        print(f"scrapy crawl: {problem}", file=sys.stderr)
    if session.error:
        print(f"scrapy crawl: {session.error}", file=sys.stderr)
    if session.answered and reason is not None:
        print(summary(session.totals, session.reasons, session.folder, reason))
    if session.error:
        return session.exit_code
    if session.full:
        print(f"scrapy crawl: {session.full}", file=sys.stderr)
        return FullError.exit_code
    if crawler.stats.get_value("spider_exceptions/count"):
        return 1
    if reason in ("shutdown", None):  # None: stopped twice, at once
        return 130
    if reason != "finished":
        return 1
    return UnreachableError.exit_code if problems else 0


def seed_problems(spider: Spider) -> list[str]:
    """What to tell the user of seeds that gave nothing.

    A newspaper's home page must answer; of a list of stories some may be gone.
    """
    failures: dict[str, str] = getattr(spider, "seed_failures", {})
    if not failures or (spider.name == "article" and getattr(spider, "seeds_done", 0) > 0):
        return []
    lines = [
        f"{url} could not be archived: {reason}. "
        + ("" if parse(reason).code == "private_address" else _CHECK)
        for url, reason in list(failures.items())[:5]
    ]
    if len(failures) > 5:
        lines.append(f"… and {len(failures) - 5:,} more addresses likewise")
    return [shown(line.rstrip()) for line in lines]


def summary(
    totals: Counter[str], reasons: Counter[tuple[str, str]], folder: Path, outcome: str
) -> str:
    """What a run brought, for a person: what is new, what failed and why, where to look next."""
    place = _short(folder)
    ended = "" if outcome == "finished" else f" (ended early: {outcome})"
    lines = [
        f"{totals['new_articles']:,} new articles, {totals['new_revisions']:,} new revisions, "
        f"{totals['unchanged_articles']:,} unchanged; {totals['captures']:,} captures{ended}"
    ]
    failed = [(n, state, why) for (state, why), n in reasons.items() if state != "redirected"]
    if failed:
        lines.append("No article, and why:")
        for number, state, why in sorted(failed, key=lambda row: (-row[0], row[1:]))[:12]:
            label = "" if state == "done" else f"{state}: "
            lines.append(f"  {number:>6,}  {label}{why}")
        if len(failed) > 12:
            lines.append(
                f"  …       {len(failed) - 12} more reasons: the view not_archived has all"
            )
    lines += [
        f"The archive is in {place}. To look into it:",
        f"  {tool('scrapy')} status {place}",
        f"  {tool('sqlite-utils')} {place / database.FILE_NAME} --table {_FIRST_QUERY}",
    ]
    return shown("\n".join(lines))


def tool(name: str) -> str:
    """How to call a command that is installed beside this one."""
    path = Path(sys.executable).parent / name
    return str(_short(path)) if path.exists() else name


def _short(path: Path) -> Path:
    """A path as one would type it here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
