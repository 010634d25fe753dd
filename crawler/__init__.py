"""Hemeroteca: a news archival crawler.

    from crawler import extract, open_archive

`extract(html, url)` reads one page as an article. `open_archive(folder)` reads what crawls have
archived. Both are shown at work in docs/python.md. What they give (`Article`, `Story` …) and what
they raise (`HemerotecaError` and its kind) can be imported from here, too.

Each name is loaded when it is first asked for: whoever imports `crawler.text` gets that alone.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType

TYPE_CHECKING = False  # as in typing, which takes longer to load than all of this
if TYPE_CHECKING:
    from crawler.archive.replay import KeptCapture as KeptCapture
    from crawler.archive.stories import Story as Story
    from crawler.archive.stories import StoryRevision as StoryRevision
    from crawler.archive_reader import Archive as Archive
    from crawler.archive_reader import open_archive as open_archive
    from crawler.errors import ArchiveError as ArchiveError
    from crawler.errors import BusyError as BusyError
    from crawler.errors import DamageError as DamageError
    from crawler.errors import HemerotecaError as HemerotecaError
    from crawler.errors import MissingError as MissingError
    from crawler.errors import NotAnArticleError as NotAnArticleError
    from crawler.errors import PageError as PageError
    from crawler.errors import UsageError as UsageError
    from crawler.items import Article as Article
    from crawler.items import Block as Block
    from crawler.items import Claim as Claim
    from crawler.items import Confidence as Confidence
    from crawler.items import Image as Image
    from crawler.items import LinkedStory as LinkedStory
    from crawler.items import Moment as Moment
    from crawler.items import ReadTime as ReadTime
    from crawler.learn import SiteProfile as SiteProfile
    from crawler.page_reader import extract as extract
    from crawler.page_reader import learn_profile as learn_profile
    from crawler.page_reader import load_profile as load_profile

__version__ = "0.2.0"

_NAMES = {
    "crawler.page_reader": ("extract", "learn_profile", "load_profile"),
    "crawler.learn": ("SiteProfile",),
    "crawler.archive_reader": ("Archive", "open_archive"),
    "crawler.archive.stories": ("Story", "StoryRevision"),
    "crawler.archive.replay": ("KeptCapture",),
    "crawler.items": (
        "Article", "Block", "Claim", "Confidence", "Image", "LinkedStory", "Moment", "ReadTime",
    ),
    "crawler.errors": (
        "ArchiveError", "BusyError", "DamageError", "HemerotecaError", "MissingError",
        "NotAnArticleError", "PageError", "UsageError",
    ),
}  # fmt: skip
_HOMES = {name: module for module, names in _NAMES.items() for name in names}
__all__ = [
    "Archive", "ArchiveError", "Article", "Block", "BusyError", "Claim", "Confidence",
    "DamageError", "HemerotecaError", "Image", "KeptCapture", "LinkedStory", "MissingError",
    "Moment", "NotAnArticleError", "PageError", "ReadTime", "SiteProfile", "Story",
    "StoryRevision", "UsageError", "__version__", "extract", "learn_profile", "load_profile",
    "open_archive",
]  # fmt: skip


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Package(ModuleType):
    """This module. Python would put the package `crawler.extract` in the function's place as soon
    as anybody imports something of it (docs/decisions/0044)."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
