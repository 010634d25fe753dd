"""`scrapy fleet`: many workers on the papers of one hemeroteca.toml, by way of a PostgreSQL."""

from __future__ import annotations

import argparse
import json
import shlex
import signal
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.bundled import PROGRAM
from crawler.commands._config import Found, find, load
from crawler.commands._crawl_settings import apply_arguments, check_names, check_settings
from crawler.commands._shared import console, end_on_sigterm, say, stopped, told
from crawler.commands._tables import moment, show_table
from crawler.config import FILE_NAME
from crawler.counted import counted, number_typed
from crawler.errors import ConfigError, DamageError, MissingError, UsageError
from crawler.text import as_typed, shown_json
from crawler.verb import Verb

if TYPE_CHECKING:
    from crawler.fleet.database import Database
    from crawler.fleet.standing import PaperStanding, Standing

_ACTIONS = ("init", "add", "pause", "resume", "status", "worker", "schedule", "fetch")
_LEASE, _SHORTEST_LEASE, _LONGEST_LEASE = 60, 2, 3_600
_MOST_SLOTS = 256
_MOST_SHOWN = 40
_LOOKED_FOR = 20
"""Archives that must not all be missing where they are said to be kept."""
_OPTIONS = {
    "state": ("init",),
    "lease": ("init",),
    "config": ("add", "worker"),
    "remove": ("add",),
    "slots": ("worker",),
    "work": ("worker",),
    "arguments": ("worker",),
    "json": ("status", "schedule"),
    "metrics": ("status",),
    "all": ("status",),
    "now": ("schedule",),
    "to": ("fetch",),
}
"""Options, and the actions that have them."""


class Command(Verb):
    """Crawl papers with many workers."""

    requires_crawler_process = False

    def syntax(self) -> str:
        """For `scrapy fleet -h`."""
        return (
            "init --state WHERE | add | worker | status | pause | resume | schedule [PAPER …]"
            " | fetch PAPER --to DIR"
        )

    def short_desc(self) -> str:
        """For `scrapy -h`."""
        return "Crawl the papers of hemeroteca.toml with many workers, by way of a PostgreSQL"

    def long_desc(self) -> str:
        """For `scrapy fleet -h`."""
        return (
            "The variable DATABASE_URL names the PostgreSQL (it needs the extra fleet). init makes"
            " the fleet there; --state says where archives are kept: a folder that all workers"
            " reach, or s3://bucket/prefix. add brings it to what hemeroteca.toml says. worker"
            " takes papers that are due, until it is stopped. status says who does"
            " what, what is late, what fails. pause and resume papers, or all. schedule says how"
            " often each is due; with --now, the papers named are due at once. fetch copies a"
            " paper's archive, as it was put last, into a folder to read. Exit codes: 0 done;"
            " 2 bad arguments, or a fleet of a newer version; 3 PostgreSQL does not answer; 7 there"
            " is no fleet, or no archive; 9 a worker was stopped before all archives were in their"
            " place; 11 hemeroteca.toml has mistakes."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options of all actions."""
        super().add_options(parser)
        parser.add_argument(
            "--state", metavar="WHERE",
            help="init: where archives are kept: a folder on shared storage, or s3://bucket/prefix",
        )  # fmt: skip
        parser.add_argument(
            "--lease", metavar="SECONDS",
            help="init: how long a worker that is silent keeps its papers (default: 60)",
        )  # fmt: skip
        parser.add_argument(
            "--config", metavar="FILE", help=f"add, worker: instead of the nearest {FILE_NAME}"
        )
        parser.add_argument(
            "--remove", action="store_true", help="add: even where most papers are crawled no more"
        )
        parser.add_argument("--slots", metavar="N", help="worker: papers at once (default: 4)")
        parser.add_argument(
            "--work", metavar="DIR",
            help="worker: for copies of archives, which stay there (default: fleet-work)",
        )  # fmt: skip
        parser.add_argument(
            "-a", dest="arguments", action="append", metavar="NAME=VALUE",
            help="worker: an argument of each crawl, as in crawl -a",
        )  # fmt: skip
        parser.add_argument("--json", action="store_true", help="status, schedule: for programs")
        parser.add_argument(
            "--metrics", metavar="FILE", help="status: write numbers for Prometheus into a file"
        )
        parser.add_argument(
            "--all", action="store_true", help="status: all papers, not those alone that matter"
        )
        parser.add_argument(
            "--to", metavar="DIR", help="fetch: the folder for the archive; it is not there yet"
        )
        parser.add_argument("--now", action="store_true", help="schedule: due at once")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Do what the first word says."""
        with told("fleet"):
            if not args or args[0] not in _ACTIONS:
                raise UsageError(f"say what to do: {', '.join(_ACTIONS)}")
            action, words = args[0], args[1:]
            for option, actions in _OPTIONS.items():
                if getattr(opts, option) and action not in actions:
                    name = "-a" if option == "arguments" else f"--{option}"
                    raise UsageError(f"{name} is of fleet {' and fleet '.join(actions)}")
            if words and action not in ("pause", "resume", "schedule", "fetch"):
                raise UsageError(f"{words[0]}: fleet {action} takes no further words")
            from crawler.fleet.database import Database, address

            url = address()
            end_on_sigterm()
            with stopped("fleet"):
                getattr(self, f"_{action}")(Database(url), url, words, opts)

    def _init(self, db: Database, url: str, words: Sequence[str], opts: argparse.Namespace) -> None:
        from crawler.backup.store import is_address
        from crawler.fleet.database import make_tables, manifests
        from crawler.fleet.places import make_folder, place_of
        from crawler.fleet.state import refuse_other, refuse_unusable
        from crawler.fleet.waking import make_queue

        if not opts.state:
            raise UsageError(
                "--state is missing; name where archives are kept: a folder that all workers reach,"
                " or s3://bucket/prefix"
            )
        lease = _LEASE
        if opts.lease is not None:
            found = number_typed(opts.lease, _SHORTEST_LEASE, _LONGEST_LEASE)
            if found is None:
                raise UsageError(
                    f"--lease {shlex.quote(opts.lease)} must be seconds, from {_SHORTEST_LEASE} to"
                    f" {_LONGEST_LEASE}"
                )
            lease = found
        state = opts.state
        if not is_address(state):
            state = str(Path(state).expanduser().absolute())
        else:
            place_of(state, "")  # whether it is one, before anybody is asked
        refuse_other(state, manifests(db, _LOOKED_FOR))
        if not is_address(state):
            make_folder(Path(state))
        refuse_unusable(state)
        is_new = make_tables(db, state, lease)
        make_queue(db, url)
        what = "the fleet is made" if is_new else "the fleet was there, and is told so"
        print(f"{what}: archives are kept in {state}, a lease is {lease} s")
        if is_new:
            print(f"Next: {PROGRAM} fleet add, and {PROGRAM} fleet worker on each machine")

    def _add(self, db: Database, url: str, words: Sequence[str], opts: argparse.Namespace) -> None:
        from crawler.fleet.papers import add
        from crawler.fleet.waking import wake

        added = add(db, _found(opts).config, remove=opts.remove)
        wake(db)
        print(
            f"{counted(len(added.new), 'paper')} new, {len(added.changed):,} changed,"
            f" {len(added.retired):,} not in {FILE_NAME} any more"
        )
        for name in added.retired[:_MOST_SHOWN]:
            print(f"  {name} is not crawled any more; its archive stays")

    def _pause(
        self, db: Database, url: str, words: Sequence[str], opts: argparse.Namespace
    ) -> None:
        from crawler.fleet.papers import pause

        changed = pause(db, words, resting=True)
        what = "the fleet rests" if not words else f"{counted(changed, 'paper')} paused"
        print(f"{what}; what is being crawled is crawled to its end")

    def _resume(
        self, db: Database, url: str, words: Sequence[str], opts: argparse.Namespace
    ) -> None:
        from crawler.fleet.papers import pause
        from crawler.fleet.waking import wake

        changed = pause(db, words, resting=False)
        wake(db)
        print("the fleet goes on" if not words else f"{counted(changed, 'paper')} resumed")

    def _schedule(
        self, db: Database, url: str, words: Sequence[str], opts: argparse.Namespace
    ) -> None:
        from crawler.fleet.papers import make_due
        from crawler.fleet.standing import standing
        from crawler.fleet.waking import wake

        if opts.now:
            if not words:
                raise UsageError("name the papers that are to be due at once")
            if opts.json:
                raise UsageError("--json is of fleet status and fleet schedule, without --now")
            changed = make_due(db, words)
            wake(db)
            print(f"{counted(changed, 'paper')} due at once")
            there = standing(db)
            rest = [each.paper for each in there.papers if each.paper in set(words)
                    and each.state == "paused"]  # fmt: skip
            if rest:
                whom = "" if there.is_paused else f" {rest[0]}"
                print(f"  {rest[0]} rests all the same; {PROGRAM} fleet resume{whom} has it go on")
            return
        found = standing(db)
        known = {each.paper: each for each in found.papers if each.state != "retired"}
        for name in words:
            if name not in known:
                raise MissingError(
                    f"{name}: the fleet has no such paper; {PROGRAM} fleet schedule lists them"
                )
        chosen = [known[name] for name in words] or list(known.values())
        if opts.json:
            _print_json([
                {"paper": each.paper, "every_seconds": each.every_seconds,
                 "due_at": each.due_at.isoformat(), "state": each.state}
                for each in chosen
            ])  # fmt: skip
            return
        show_table(
            console(), "Schedule", ("paper", "every", "due", "state"),
            [(each.paper, span(each.every_seconds), _moment(each.due_at), each.state)
             for each in chosen],
        )  # fmt: skip

    def _status(
        self, db: Database, url: str, words: Sequence[str], opts: argparse.Namespace
    ) -> None:
        from crawler.fleet.standing import standing

        found = standing(db)
        if opts.metrics:
            from crawler.fleet.measures import write_fleet

            try:
                write_fleet(Path(opts.metrics).expanduser(), found)
            except OSError as error:
                raise UsageError(
                    f"--metrics {opts.metrics} cannot be written ({error.strerror}); name another"
                ) from error
        if opts.json:
            _print_json(_plain(found))
        elif not opts.metrics:
            _show(found, everything=opts.all)

    def _worker(
        self, db: Database, url: str, words: Sequence[str], opts: argparse.Namespace
    ) -> None:
        from crawler.fleet.child import Crawl
        from crawler.fleet.papers import digest
        from crawler.fleet.worker import FleetWorker

        slots = 4 if opts.slots is None else number_typed(opts.slots, 1, _MOST_SLOTS)
        if slots is None:
            raise UsageError(
                f"--slots {shlex.quote(opts.slots)} must be a number from 1 to {_MOST_SLOTS}"
            )
        for word in opts.arguments or ():
            name, sign, _ = word.partition("=")
            if not sign or name in ("paper", "site", "archive"):
                raise UsageError(f"-a {shlex.quote(word)}: the fleet says which paper goes where")
        self._refuse_for_crawls(opts)
        path = _found(opts).path.absolute()

        seen: tuple[int, int, int] | None = None
        known = ""

        def now() -> str:
            nonlocal seen, known
            try:
                there = path.stat()
            except OSError as error:
                raise UsageError(f"{path} cannot be read ({error.strerror})") from error
            # thousands of papers take a while to read
            stamp = (there.st_mtime_ns, there.st_size, there.st_ino)
            if stamp != seen:
                known = digest(load(path).config)
                seen = stamp
            return known

        worker = FleetWorker(
            url, Crawl(path, opts.arguments or (), opts.set), Path(opts.work or "fleet-work"),
            slots, now, lambda line: say(f"{PROGRAM} fleet: {line}"),
        )  # fmt: skip

        def end(signum: int, frame: Any) -> None:
            worker.stop()

        for each in ("SIGINT", "SIGTERM", "SIGHUP"):
            if hasattr(signal, each):
                signal.signal(getattr(signal, each), end)
        self.exitcode = worker.run()

    def _fetch(
        self, db: Database, url: str, words: Sequence[str], opts: argparse.Namespace
    ) -> None:
        from crawler.fleet.papers import archive_of
        from crawler.fleet.places import place_of
        from crawler.fleet.state import copy_out

        if len(words) != 1 or not opts.to:
            raise UsageError("name one paper, and a folder for its archive: fetch daily --to DIR")
        to = Path(opts.to).expanduser().absolute()
        if to.exists():
            raise UsageError(f"{opts.to} is there already; name a folder that is not")
        state, manifest = archive_of(db, words[0])
        while True:
            try:
                copy_out(place_of(state, words[0]), manifest, to)
                break
            except DamageError:
                # a run that ended meanwhile has put another one in its place
                before = manifest
                state, manifest = archive_of(db, words[0])
                if manifest == before:
                    raise
        print(f"the archive of {words[0]} is in {to}, as it was put last; to look into it:")
        print(f"  {PROGRAM} status {as_typed(to)}")

    def _refuse_for_crawls(self, opts: argparse.Namespace) -> None:
        """Raise UsageError for what each crawl would refuse: it would fail paper after paper."""
        from scrapy.spiderloader import SpiderLoader

        assert self.settings is not None
        check_names(opts.set)
        check_settings(self.settings)
        arguments = dict(word.split("=", 1) for word in opts.arguments or ())
        apply_arguments(self.settings, arguments)
        spider = SpiderLoader.from_settings(self.settings).load("news")
        spider(**arguments, site="https://paper.example/")


def _found(opts: argparse.Namespace) -> Found:
    """The configuration. Raises UsageError, ConfigError."""
    found = find(opts.config)
    if found is None:
        raise UsageError(
            f"there is no {FILE_NAME} here or in a folder above; {PROGRAM} init writes one,"
            " --config names one"
        )
    if not found.config.contact and not _has_contact():
        raise ConfigError(f'{found.path}:1: contact is missing; write contact = "you@…"')
    return found


def _has_contact() -> bool:
    import os

    return bool(os.environ.get("HEMEROTECA_CONTACT"))


def span(seconds: float) -> str:
    """A length of time in few words.

    >>> span(86_400), span(5_400), span(45)
    ('1 day', '1 h 30 min', '45 s')
    """
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    days, rest = divmod(minutes, 1_440)
    hours, minutes = divmod(rest, 60)
    words = [counted(days, "day")] if days else []
    words += [f"{hours} h"] if hours else []
    words += [f"{minutes} min"] if minutes and not days else []
    return " ".join(words)


def _moment(at: datetime | None) -> str | None:
    return None if at is None else moment(at.isoformat())


def _plain(found: Standing) -> dict[str, Any]:
    document = asdict(found)
    for kept, each in zip(document["papers"], found.papers, strict=True):
        kept["is_overdue"], kept["is_failing"] = each.is_overdue, each.is_failing
    return document


def _print_json(document: object) -> None:
    text = json.dumps(document, ensure_ascii=False, indent=2, default=datetime.isoformat)
    print(shown_json(text))


def _show(found: Standing, *, everything: bool) -> None:
    out = console()
    papers = [each for each in found.papers if each.state != "retired"]
    overdue = [each for each in papers if each.is_overdue]
    failing = [each for each in papers if each.is_failing]
    busy = [each for each in papers if each.state == "crawling"]
    if found.is_paused:
        out.print(f"The fleet rests; {PROGRAM} fleet resume has it go on")
    out.print(
        f"{counted(len(papers), 'paper')}: {len(busy):,} being crawled, {len(overdue):,} overdue,"
        f" {len(failing):,} failing; archives in {found.state}"
    )
    show_table(
        out, "Workers", ("worker", "release", "papers", "slots", "last heartbeat", "says"),
        [
            (each.holder, each.release, len(each.papers), each.slots,
             _ago(found.at, each.seen_at) + (" (silent)" if each.is_silent else ""), each.says)
            for each in found.workers
        ],
    )  # fmt: skip
    _show_papers("Being crawled", busy, found, everything=everything)
    _show_papers("Overdue", overdue, found, everything=everything)
    _show_papers("Failing", failing, found, everything=everything)
    if everything:
        shown = {each.paper for each in (*busy, *overdue, *failing)}
        rest = [each for each in found.papers if each.paper not in shown]
        _show_papers("The others", rest, found, everything=True)


def _show_papers(
    title: str, papers: Sequence[PaperStanding], found: Standing, *, everything: bool
) -> None:
    from crawler.fleet.child import meaning

    chosen = papers if everything else papers[:_MOST_SHOWN]
    rows = [
        (
            each.paper, each.state, each.holder, _ago(found.at, each.heartbeat_at),
            _moment(each.due_at), span(each.lag_seconds) if each.lag_seconds else None,
            each.attempts,
            None if each.last_outcome is None else f"{each.last_outcome}"
            + ("" if each.last_exit_code is None else f": {meaning(each.last_exit_code)}"),
        )
        for each in chosen
    ]  # fmt: skip
    names = ("paper", "state", "worker", "heartbeat", "due", "lag", "failures", "last")
    more = f" ({len(chosen):,} of {len(papers):,}; --all lists all)"
    show_table(console(), title + (more if len(chosen) < len(papers) else ""), names, rows)


def _ago(now: datetime, at: datetime | None) -> str:
    return "–" if at is None else f"{span(max(0.0, (now - at).total_seconds()))} ago"
