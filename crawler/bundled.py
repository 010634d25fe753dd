"""Where this program runs from, and the files that ship with it: tables of languages, the demo
newspaper.

In the checkout they are in `data/`, beside this package; a wheel has them inside it, in
`crawler/data/`, where no other distribution has anything (docs/decisions/0043).
"""

from __future__ import annotations

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


def folder(name: str) -> Path:
    """A folder of bundled files: `languages`, `demo`.

    Raises FileNotFoundError where it is not there: the installation is broken.
    """
    found = DATA / name
    if not found.is_dir():
        raise FileNotFoundError(f"{found} is not there: install Hemeroteca again")
    return found
