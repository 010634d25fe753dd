"""What is printed: log lines that steer no terminal, for what a page or a server says gets into
many of them, and streams that take all text."""

from __future__ import annotations

import io
import logging
import os
import sys
import traceback
from typing import Any

from crawler.text import shown


class ShownRecord(logging.LogRecord):
    """A log record whose message and traceback can be printed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.exc_info and self.exc_info[0] is not None:
            # formatters take it from here where it is set
            self.exc_text = shown("".join(traceback.format_exception(*self.exc_info)).rstrip("\n"))

    def getMessage(self) -> str:  # noqa: N802 - the name is logging's
        """The message with its arguments."""
        return shown(super().getMessage())


def escape_records() -> None:
    """Have all log records of this process made so, whoever writes them."""
    logging.setLogRecordFactory(ShownRecord)


def take_all_text() -> None:
    """Have standard output take what its encoding has no characters for, as standard error does:
    escaped; and where it is closed, have it lead nowhere."""
    # typeshed does not tell that it is None where a program was started without
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    elif isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
