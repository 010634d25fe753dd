"""`hemeroteca` for verbs that only read an archive: without Scrapy, which takes longer to load than
they take to answer.

A verb is run here as Scrapy runs it (`scrapy.cmdline.execute`). What only Scrapy can read is left
to it: its own options, help, what is wrong, and settings of the user's own.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType
from typing import Any

from crawler import interrupts

READING = frozenset({"diff", "export", "findings", "graph", "runs", "search", "show", "status"})
"""Verbs that need nothing of Scrapy. A test sees to it that they load nothing of it."""
_VARIABLE = "SCRAPY_SETTINGS_MODULE"
_SETTINGS = "crawler.settings"


class Settings:
    """Our settings as Scrapy has them where nobody says otherwise."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module

    def __getitem__(self, name: str) -> Any:
        return self.get(name)

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a setting."""
        return getattr(self._module, name, default)


def run(arguments: Sequence[str]) -> None:
    """Run a verb, and exit with its code; returns where that is Scrapy's to do. arguments: what
    follows the program's name."""
    if not arguments or arguments[0] not in READING:
        return
    if os.environ.get(_VARIABLE, _SETTINGS) != _SETTINGS:
        return
    try:
        os.getcwd()  # noqa: PTH109
    except OSError:
        return
    from crawler.errors import UsageError
    from crawler.verb import NotPlainError, Plain, check_words

    settings = Settings(import_module(_SETTINGS))
    command = import_module(f"crawler.commands.{arguments[0]}").Command()
    command.settings = settings
    parser = Plain(add_help=False, allow_abbrev=False, conflict_handler="resolve")
    command.add_options(parser)
    try:
        options, words = parser.parse_known_args(list(arguments[1:]))
        check_words(words)
    except (NotPlainError, UsageError):
        return
    interrupts.leave_no_more()
    interrupts.answer_interrupts()
    command.run(words, options)
    sys.exit(command.exitcode)
