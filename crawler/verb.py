"""What every command line is checked for before a verb runs.

Not among `crawler/commands/`, where Scrapy takes every class of a command for a verb.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from scrapy.commands import ScrapyCommand

from crawler.bundled import PROGRAM
from crawler.errors import HemerotecaError, UsageError
from crawler.text import shown


def fail(command: str, error: HemerotecaError) -> NoReturn:
    """Print one line on each thing that is wrong and end with the error's exit code."""
    for line in error.lines:
        sys.stderr.write(shown(f"{PROGRAM} {command}: {line}") + "\n")
    sys.stderr.flush()
    sys.exit(error.exit_code)


class Verb(ScrapyCommand):
    """A verb that refuses in one line what it does not understand: Scrapy hands options that
    nobody knows on as words, and its messages come with the usage of its own options."""

    @property
    def name(self) -> str:
        """What one types for it."""
        return type(self).__module__.rpartition(".")[2]

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add Scrapy's; what they do not take is told in one line."""
        super().add_options(parser)
        parser.error = self._refuse  # type: ignore[method-assign]

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Refuse options that there are not, and those of Scrapy's that cannot be followed."""
        try:
            _check_words(args)
            _check_files(opts)
        except UsageError as error:
            self._refuse(str(error))
        super().process_options(args, opts)
        assert self.settings is not None
        level = self.settings["LOG_LEVEL"]
        if self.settings["LOG_FILE"]:
            from crawler.log_file import write_json_lines

            write_json_lines()
        try:
            logging.Handler().setLevel(level)
        except (TypeError, ValueError):
            fail(self.name, UsageError(
                f"{level} is no level of the log; there are DEBUG, INFO, WARNING, ERROR, CRITICAL"
            ))  # fmt: skip

    def _refuse(self, message: str) -> NoReturn:
        fail(self.name, UsageError(message.removesuffix(".")))


def _check_words(words: Sequence[str]) -> None:
    """Raise UsageError where one of the words was meant for an option."""
    for word in words:
        if word.startswith("-") and word != "-":
            raise UsageError(f"there is no option {word}; -h lists all")


_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NONBLOCK", 0)


def _check_files(opts: argparse.Namespace) -> None:
    """Raise UsageError where a file cannot be written that Scrapy opens without asking."""
    for option in ("logfile", "pidfile", "profile"):
        path = getattr(opts, option)
        if path:
            try:
                # of a pipe that nobody reads, opening it would wait for ever
                os.close(os.open(path, _APPEND, 0o666))
            except OSError as error:
                raise UsageError(
                    f"--{option} {path} cannot be written ({error.strerror}); name another file"
                ) from error
