"""From a page's bytes to its article: pure functions, no I/O, no clock.

One parse a page (`page`), one module a field; each field's value comes with the claim that it was
taken from. The rooms, each with one door: `page` ← `markup`, `language` ← `body` ← `fields`,
`dates`, `links` ← `article`, which reads the page as a whole.

Each name is loaded when it is first asked for: who needs the words of a language reads no page.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crawler.extract.article import extract as extract
    from crawler.extract.article import read_page as read_page
    from crawler.extract.page import Document as Document

_HOMES = {"Document": "page", "extract": "article", "read_page": "article"}
__all__ = ["Document", "extract", "read_page"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
