"""Where this program runs from, and the files that ship with it: tables of languages, the demo
newspaper.

In the checkout they are in `data/`, beside this package; a wheel has them inside it, in
`crawler/data/`, where no other distribution has anything (docs/decisions/0043).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from crawler import __version__

_PACKAGE = Path(str(files("crawler")))
_INSIDE = _PACKAGE / "data"

CHECKOUT: Path | None = None if _INSIDE.is_dir() else _PACKAGE.parent
"""The folder of the checkout that this program runs from; None where it was installed."""

DATA: Path = _INSIDE if CHECKOUT is None else CHECKOUT / "data"

PROGRAM: str = "hemeroteca" if CHECKOUT is None else "scrapy"
"""What one types before a verb: messages that name a command begin it so."""


def user_agent(contact: str) -> str:
    """What this program calls itself before a server. contact: how to reach who runs it, or ""."""
    return f"Hemeroteca/{__version__} (news archive{f'; {contact}' if contact else ''})"


_VERBS = "crawler.commands"
_typed: str | None = None


def verb_typed(arguments: Sequence[str]) -> str | None:
    """The verb of a command line. arguments: what follows the program's name."""
    return next((word for word in arguments if not word.startswith("-")), None)


def run_verb(verb: str) -> None:
    """Say which verb is run, where the command line of this process does not."""
    global _typed
    _typed = verb


def commands_module() -> str:
    """Where Scrapy is to look for verbs: in the module of the one that was typed, if that is one of
    ours, for to load all of them takes more than a second; else in all."""
    verb = _typed or verb_typed(sys.argv[1:]) or ""
    is_ours = (
        verb.isidentifier() and verb[0] != "_" and (_PACKAGE / "commands" / f"{verb}.py").is_file()
    )
    return f"{_VERBS}.{verb}" if is_ours else _VERBS


def folder(name: str) -> Path:
    """A folder of bundled files: `languages`, `demo`.

    Raises FileNotFoundError where it is not there: the installation is broken.
    """
    found = DATA / name
    if not found.is_dir():
        raise FileNotFoundError(f"{found} is not there: install Hemeroteca again")
    return found
