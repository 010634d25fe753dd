"""What `scrapy <verb>` adds. Scrapy loads all verbs to run one, which takes a while: from here on
Ctrl-C ends it in one line, and what a verb alone needs is imported where it runs."""

from __future__ import annotations

import sys
from types import TracebackType

from crawler.log import escape_records

# Scrapy loads this package for each of its commands, before anything is logged.
escape_records()


def _interrupted(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    """Python's last word on an exception, without the traceback where somebody pressed Ctrl-C."""
    if not issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, traceback)
        return
    print("scrapy: stopped", file=sys.stderr)
    sys.exit(130)


sys.excepthook = _interrupted
