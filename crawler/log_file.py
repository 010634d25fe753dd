"""A log file for programs: lines of JSON, one for each event and each thing that is amiss."""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from datetime import UTC, datetime
from logging.handlers import WatchedFileHandler
from pathlib import Path
from typing import Any

from pythonjsonlogger.json import JsonFormatter
from scrapy import Spider
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from scrapy.settings import Settings
from scrapy.utils import log
from twisted.python.failure import Failure

from crawler.bundled import PROGRAM
from crawler.events import LOGGER


def write_json_lines() -> None:
    """Have Scrapy's log file, where one is named, written as lines of JSON, events among them; to
    be called before it opens its log."""
    made_by_scrapy = log._get_handler

    def handler(settings: Settings) -> logging.Handler:
        if not settings.get("LOG_FILE"):
            return made_by_scrapy(settings)
        if not settings.getbool("LOG_FILE_APPEND"):
            Path(settings["LOG_FILE"]).write_bytes(b"")
        return JsonLines(settings["LOG_FILE"], settings["LOG_LEVEL"])

    log._get_handler = handler


class JsonLines(WatchedFileHandler):
    """A file that may be renamed at any time: what comes after is written into a new one, so that
    no line is lost (logrotate without copytruncate)."""

    def __init__(self, path: str, level: int | str) -> None:
        super().__init__(path, encoding="utf-8")
        self._path = path
        self.setFormatter(_Line())
        least = logging.Handler(level).level
        # events are what the file is for, however little else is wanted in it
        self.addFilter(lambda record: record.levelno >= least or record.name == LOGGER)
        self._is_told = False

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line. A file that cannot be written any more ends no run."""
        try:
            super().emit(record)
        except OSError:  # of looking whether it was renamed
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        """Say once that lines are lost, where the file or its disk is why."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            super().handleError(record)
        elif not self._is_told:
            self._is_told = True
            line = f"{PROGRAM}: {self._path} cannot be written ({error.strerror}): lines are lost"
            with suppress(OSError, ValueError):  # there may be no standard error any more
                print(line, file=sys.stderr, flush=True)  # noqa: T201

    def close(self) -> None:
        """Close it; what could not be written is lost."""
        with suppress(OSError):
            super().close()


class _Line(JsonFormatter):
    """`time`, `level`, `logger`, and the event with its facts, or the message. ASCII: whatever a
    page or a server has sent steers no terminal and ends no line."""

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        """Fill a line."""
        when = datetime.fromtimestamp(record.created, UTC)
        log_data["time"] = when.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        log_data["level"] = record.levelname.lower()
        if (name := getattr(record, "event", None)) is not None:
            log_data.update(event=name, **getattr(record, "facts", {}))
            return
        log_data.update(logger=record.name, message=record.getMessage())
        if (traceback := message_dict.get("exc_info")) is not None:
            log_data["traceback"] = traceback


class Words(LogFormatter):
    """What Scrapy says of items, without them: they are the texts of stories."""

    def scraped(  # type: ignore[override] # Scrapy takes None for no line
        self, item: Any, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult | None:
        """Nothing: the event says it."""
        return None

    def dropped(
        self, item: Any, exception: BaseException, response: Response | Failure | None,
        spider: Spider,
    ) -> LogFormatterResult:  # fmt: skip
        """The address, and why."""
        args = {"url": getattr(item, "url", ""), "why": exception}
        return {"level": logging.WARNING, "msg": "%(url)s was dropped: %(why)s", "args": args}

    def item_error(
        self, item: Any, exception: BaseException, response: Response | Failure | None,
        spider: Spider,
    ) -> LogFormatterResult:  # fmt: skip
        """The address alone; the traceback is with it."""
        url = getattr(item, "url", "")
        return {"level": logging.ERROR, "msg": "%(url)s was not stored", "args": {"url": url}}
