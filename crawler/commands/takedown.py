"""`scrapy takedown`: a story taken out of an archive for good."""

from __future__ import annotations

import argparse
import json
import shlex
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.archive.backups import unfinished
from crawler.archive.database import FILE_NAME, check, open_for_reading
from crawler.archive.takedowns import all_takedowns, is_taken_down
from crawler.bundled import PROGRAM
from crawler.commands._progress import bar
from crawler.commands._shared import (
    add_archive_option,
    archive_folder,
    end_on_sigterm,
    stopped,
    told,
    typed,
    with_scheme,
)
from crawler.counted import counted
from crawler.errors import MissingError, UsageError
from crawler.text import shown_line
from crawler.urls import normalise
from crawler.verb import Verb

if TYPE_CHECKING:
    from crawler.runs import Plan

_SHOWN = 20
_EXPORTS = (".wacz", ".cdxj", ".cdx")


class Command(Verb):
    """Take a story down."""

    requires_crawler_process = False

    def syntax(self) -> str:
        """For `scrapy takedown -h`."""
        return "URL --reason WHY --by WHOM [--yes] [-a archive=DIR] | --finish | --list"

    def short_desc(self) -> str:
        """For `scrapy -h`."""
        return "Take a story out of an archive for good, WARC included; this cannot be undone"

    def long_desc(self) -> str:
        """For `scrapy takedown -h`."""
        return (
            "Takes out the story at an address with all its revisions, copies and captures: from"
            " the tables, the search index, what other stories' links show of it, and the WARC"
            " files, which are written anew. A tombstone stays, with date, reason and digests, and"
            " keeps every later crawl, import, rebuild and restore from archiving it again. First"
            " it says what goes; without --yes it asks. This cannot be undone. A takedown that was"
            " interrupted is finished by the next command that writes to the archive, or by"
            " --finish. Exit codes: 0 done; 2 bad arguments or archive, or not confirmed; 4 another"
            " program holds the archive; 5 the disk is full; 7 the archive has no such address."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add -a archive=, --reason, --by, --yes, --finish and --list."""
        super().add_options(parser)
        add_archive_option(parser)
        parser.add_argument("--reason", help="why: a court order, a request, a mistake")
        parser.add_argument("--by", help="who asked for it")
        parser.add_argument("--yes", action="store_true", help="do not ask")
        parser.add_argument(
            "--finish", action="store_true", help="finish what was interrupted, and nothing else"
        )
        parser.add_argument(
            "--list", action="store_true", help="print all tombstones, as JSON lines"
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Say what goes, ask, and take it out."""
        assert self.settings is not None
        end_on_sigterm()
        with told("takedown") as about, stopped("takedown"):
            folder = about.archive(
                archive_folder("takedown", [], opts.argument, self.settings["ARCHIVE"])
            )
            if opts.list or opts.finish:
                if args or (opts.list and opts.finish):
                    raise UsageError("--list and --finish go with no address")
                self._finish(folder) if opts.finish else _list(folder)
                return
            url = _address(args)
            for name in ("reason", "by"):
                if not (getattr(opts, name) or "").strip():
                    raise UsageError(f"--{name} is needed: it stays in the archive")
            check(folder)
            self._take_down(folder, url, opts)

    def _take_down(self, folder: Path, url: str, opts: argparse.Namespace) -> None:
        assert self.settings is not None
        from crawler.backup.later import note_beside
        from crawler.runs import offline_run, plan, take_down

        with closing(open_for_reading(folder)) as db:
            with bar("takedown") as progress:
                planned = plan(db.conn, folder, url, progress)
            _refuse_unknown(db.conn, url, planned)
        assert planned is not None
        for line in shown(planned):
            print(shown_line(line))
        _confirm(opts.yes)
        with offline_run(folder.resolve(), self.settings, "takedown", {"url": url}) as run:
            planned = plan(run.store.db.conn, folder, url) or planned
            with bar("takedown") as progress:
                done = take_down(run, planned, opts.reason.strip(), opts.by.strip(), progress)
        print(
            f"Taken down: {counted(done.captures, 'capture')};"
            f" {counted(len(done.urls), 'address is', 'addresses are')} never fetched again;"
            f" the tombstone is {done.uuid}"
        )
        unreached = note_beside([where for where, _ in planned.backups], done)
        for where, at in planned.backups:
            how = "cannot be reached, or not written to" if where in unreached else "may have it"
            print(shown_line(
                f"The backup {where} (of {at}) {how}: back up to it again, and it is gone there:"
                f" {PROGRAM} backup {where} -a archive={typed(folder)}"
            ))  # fmt: skip
        for path in sorted(folder.glob(f"{FILE_NAME}.before-*")):
            print(f"An earlier database still has it: {typed(path)}; delete it")
        for path in sorted(path for path in folder.iterdir() if path.suffix in _EXPORTS):
            print(f"An export may still have it: {typed(path)}; write it anew: {PROGRAM} export")

    def _finish(self, folder: Path) -> None:
        assert self.settings is not None
        from crawler.runs import offline_run

        check(folder)
        with closing(open_for_reading(folder)) as db:
            pending = unfinished(db.conn)
        if pending:
            with offline_run(folder.resolve(), self.settings, "takedown", {"finish": "1"}) as run:
                run.open()
        print("finished" if pending else "nothing is to be finished")


def _address(args: list[str]) -> str:
    if len(args) != 1:
        raise UsageError("name one address")
    url = normalise(with_scheme(args[0]))
    if url is None:
        raise UsageError(f"{args[0] or shlex.quote('')} is not a web address; write https://…")
    return url


def _refuse_unknown(connection: sqlite3.Connection, url: str, planned: Plan | None) -> None:
    if planned is None:
        raise MissingError(f"the archive has never heard of {url}")
    if planned.lists:
        raise UsageError(
            f"{planned.lists[0]} is no page of a story: a takedown is of one story; name its"
            " address"
        )
    if not planned.captures and is_taken_down(connection, url):
        raise MissingError(f"{url} was taken down already; {PROGRAM} takedown --list shows when")


def shown(planned: Plan) -> list[str]:
    """What goes, for a person."""
    lines = [f"To be taken down: {planned.url}"]
    lines += [f"  headline: {title}" for title in planned.titles[:_SHOWN]]
    lines += [f"  address: {url}" for url in planned.urls[:_SHOWN]]
    if len(planned.urls) > _SHOWN:
        lines.append(f"  … and {len(planned.urls) - _SHOWN:,} more addresses")
    lines.append(f"  {counted(planned.captures, 'capture')}, with everything that was made of them")
    if planned.records:
        lines.append(
            f"  {counted(len(planned.records), 'capture')} of feeds, lists and front pages that"
            " show its text; they are fetched again"
        )
    if planned.quoted_by:
        lines.append(
            f"Pages of {counted(len(planned.quoted_by), 'other story', 'other stories')} show words"
            " of it, and stay as they are:"
        )
        lines += [f"  {url}" for url in planned.quoted_by[:_SHOWN]]
        if len(planned.quoted_by) > _SHOWN:
            lines.append(f"  … and {len(planned.quoted_by) - _SHOWN:,} more")
    lines += [f"It begins like another story, which stays: {url}" for url in planned.alike]
    lines += [f"A backup may have it, too: {where} (of {at})" for where, at in planned.backups]
    lines.append(
        "This cannot be undone: it goes from the database and from the WARC files, and is never"
        " archived again."
    )
    return lines


def _confirm(is_sure: bool) -> None:
    if is_sure:
        return
    if not sys.stdin.isatty():
        raise UsageError("nothing was changed; to go ahead, add --yes")
    print("Type yes to go ahead: ", end="", flush=True)
    if sys.stdin.readline().strip() != "yes":
        raise UsageError("nothing was changed")


def _list(folder: Path) -> None:
    with closing(open_for_reading(folder)) as db:
        for each in all_takedowns(db.conn):
            print(json.dumps(each.content(), ensure_ascii=False))
