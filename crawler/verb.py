"""What every command line is checked for before a verb runs.

Not among `crawler/commands/`, where Scrapy takes every class of a command for a verb.

A verb is one of Scrapy's commands, but not by descent: Scrapy takes a quarter of a second to load,
and what only reads an archive does without (`crawler/plainly.py`). Where Scrapy runs it, it is told
that verbs are commands (`known_to_scrapy`), and gives them its options.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from crawler.bundled import PROGRAM
from crawler.errors import HemerotecaError, UsageError
from crawler.text import shown

if TYPE_CHECKING:
    from scrapy.commands import ScrapyCommand as _Command
else:
    _Command = object


def fail(command: str, error: HemerotecaError) -> NoReturn:
    """Print one line on each thing that is wrong and end with the error's exit code."""
    for line in error.lines:
        sys.stderr.write(shown(f"{PROGRAM} {command}: {line}") + "\n")
    sys.stderr.flush()
    sys.exit(error.exit_code)


class Plain(argparse.ArgumentParser):
    """A command line without Scrapy's options. What it does not understand is `NotPlainError`."""

    def error(self, message: str) -> NoReturn:
        """Say so."""
        raise NotPlainError(message)


class NotPlainError(Exception):
    """A command line that Scrapy has to read."""


class Checked(_Command):
    """What refuses in one line what it does not understand: Scrapy hands options that
    nobody knows on as words, and its messages come with the usage of its own options."""

    @property
    def name(self) -> str:
        """What one types for it."""
        return type(self).__module__.rpartition(".")[2]

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add Scrapy's; what they do not take is told in one line."""
        super().add_options(parser)
        if not isinstance(parser, Plain):
            parser.error = self._refuse  # type: ignore[method-assign]

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Refuse options that there are not, and those of Scrapy's that cannot be followed."""
        try:
            check_words(args)
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


class _Scrapys(_Command):
    """What Scrapy's commands have, for a class that is none by descent."""

    requires_project: bool = False
    requires_crawler_process: bool = True
    crawler_process: Any = None
    default_settings: ClassVar[dict[str, Any]] = {}
    exitcode: int = 0

    def __init__(self) -> None:
        self.settings: Any = None

    def syntax(self) -> str:
        return ""

    def long_desc(self) -> str:
        return self.short_desc()

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        if not isinstance(parser, Plain):
            from scrapy.commands import ScrapyCommand

            ScrapyCommand.add_options(self, parser)

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        from scrapy.commands import ScrapyCommand

        ScrapyCommand.process_options(self, args, opts)


class Verb(Checked, _Scrapys):
    """A verb."""


def known_to_scrapy() -> None:
    """Have Scrapy take verbs for commands."""
    from scrapy.commands import ScrapyCommand

    ScrapyCommand.register(Verb)  # type: ignore[type-abstract]


class Once(argparse.Action):
    """Keeps what an option says, and refuses it where it is said again: which counts?"""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace,
        values: Any, option_string: str | None = None,
    ) -> None:  # fmt: skip
        """Called by argparse."""
        if getattr(namespace, self.dest) not in (None, values):
            raise argparse.ArgumentError(self, f"{values} is a second one; name one")
        setattr(namespace, self.dest, values)


def check_words(words: Sequence[str]) -> None:
    """Raise UsageError where one of the words was meant for an option."""
    for word in words:
        if word.startswith("-") and word != "-":
            hint = "; a file of that name is typed with ./ before it" if Path(word).exists() else ""
            raise UsageError(f"there is no option {word}; -h lists all{hint}")


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
