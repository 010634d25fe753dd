"""A command that somebody is told of: pings at its start and end, a message, a file of numbers."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from uuid import uuid4

from crawler import times
from crawler.archive.database import open_for_reading
from crawler.bundled import PROGRAM
from crawler.commands._config import Found
from crawler.commands._shared import say
from crawler.errors import DamageError, HemerotecaError, UsageError
from crawler.events import event
from crawler.notify import (
    Message,
    Moment,
    News,
    Notifiers,
    Undelivered,
    is_bad,
    message,
    news_of,
    notifiers_of,
    ping,
    send,
)
from crawler.outcome import MEANINGS
from crawler.text import shown_line

QUIET = "HEMEROTECA_NOTIFY"
"""Variable of the environment that is 0 where another process tells of a run."""
_MOST_LINES = 20


class Telling:
    """What is told of one run."""

    def __init__(self, found: Found | None) -> None:
        """Raises ConfigError, UsageError where a notifier cannot be used."""
        self._asked = None if found is None else found.config.notify
        self._started, self._run = times.now(), str(uuid4())
        self._notifiers: Notifiers | None = None
        self._metrics: Path | None = None
        self._is_quiet = os.environ.get(QUIET) == "0"
        if found is not None and self._asked is not None and not self._is_quiet:
            self._notifiers = notifiers_of(self._asked, found.path)

    def count_into(self, metrics: str) -> None:
        """Write numbers into a file, too, if one is named. Raises UsageError where that cannot be:
        then somebody can be told of it already."""
        if not metrics or self._is_quiet:
            return
        path = Path(metrics).expanduser()
        if not os.access(path.parent, os.W_OK):
            raise UsageError(f"metrics: {path.parent} is no folder that can be written to")
        if path.exists() and not path.is_file():  # it would be replaced
            raise UsageError(f"metrics: {path} is no file")
        self._metrics = path

    def begin(self) -> None:
        """The run begins."""
        if self._notifiers is not None:
            _say(ping(self._notifiers, "start", self._run))

    def end(self, exit_code: int, folders: Sequence[Path], problem: str = "") -> None:
        """It has ended. folders: of the archives that it wrote to. problem: why there was none."""
        self.measure(exit_code, folders)
        if self._notifiers is None or self._asked is None:
            return
        told = message(
            [_news(each, self._started) for each in folders], exit_code, self._asked.level,
            problem, always=self._asked.when == "always",
        )  # fmt: skip
        if told is not None:
            self._send(told, exit_code)
        why = f"exit code {exit_code}: {MEANINGS.get(exit_code, 'ended')}"
        quiet = why if exit_code else "all is well"
        body = f"{told.title}\n\n{told.body}" if told is not None else quiet
        moment: Moment = "fail" if is_bad(exit_code) else "end"
        _say(ping(self._notifiers, moment, self._run, body))

    def measure(self, exit_code: int, folders: Sequence[Path]) -> None:
        """Write its numbers, if they are wanted."""
        if self._metrics is None:
            return
        from crawler.metrics import write_metrics

        try:
            write_metrics(self._metrics, self._started, exit_code, folders)
        except OSError as error:
            say(f"{PROGRAM}: {self._metrics} could not be written ({error.strerror})")

    def _send(self, told: Message, exit_code: int) -> None:
        assert self._notifiers is not None
        undelivered = list(send(self._notifiers, told, exit_code))
        _say(undelivered)
        event("notification_sent", title=told.title, undelivered=len(undelivered))

    def around(self, run: Callable[[], int], folders: Callable[[], Sequence[Path]]) -> int:
        """Tell of a run, however it ends; returns its exit code."""
        self.begin()
        try:
            code = run()
        except SystemExit as ended:
            self.end(ended.code if isinstance(ended.code, int) else 1, folders())
            raise
        self.end(code, folders())
        return code


def tell_of_damage(found: Found | None, folder: Path, lines: Sequence[str]) -> None:
    """Tell of an archive that is not as it was written, if somebody is to be told of anything: but
    for pings, which are of the nightly run. lines: what is wrong, for a person. Raises nothing."""
    if found is None or found.config.notify is None or os.environ.get(QUIET) == "0":
        return
    try:
        notifiers = notifiers_of(found.config.notify, found.path)
    except HemerotecaError as error:
        say(f"{PROGRAM}: nobody was told: {error}")
        return
    title = f"Hemeroteca: {folder} is damaged (exit code {DamageError.exit_code})"
    told = Message(title, "\n".join(map(shown_line, lines[:_MOST_LINES])), is_bad=True)
    undelivered = list(send(notifiers, told, DamageError.exit_code))
    _say(undelivered)
    event("notification_sent", title=told.title, undelivered=len(undelivered))


def test_message() -> Message:
    """One that tells of nothing."""
    return Message("Hemeroteca: a test", f"{PROGRAM} notify has sent this. All is well.", False)


def _news(folder: Path, since: str) -> News:
    try:
        with open_for_reading(folder) as db:
            return news_of(db.conn, folder, since)
    except (HemerotecaError, sqlite3.Error):
        return News(folder)


def _say(undelivered: Iterable[Undelivered]) -> None:
    for each in undelivered:
        say(f"{PROGRAM}: nobody was told by {each.by}: {each.why}")
