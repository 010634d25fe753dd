"""Two captures of one story's page beside one another: what stands on both is no change, wherever
it was found on them.

A class renamed, a box above the text, or a text cut short, and the same words are read as the
story's that were not before, or no longer. So what an extractor finds in one of two pages alone is
looked for in the other one as a whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from crawler.history.reader_text import as_read, closed

_MOST_LINES = 5_000
_MOST_LOOKUPS = 1_000
"""Texts that are looked for in two pages: each costs a pass over both, and a page of ten thousand
paragraphs must not hold up the process that stores. Beyond, pages are compared by their readings.
"""


@dataclass(frozen=True, slots=True)
class PageText:
    """All words of a page."""

    shown: str
    """What readers may see, elements apart by line feeds."""
    told: str
    """What it tells machines alone: its `title`, `meta` and JSON-LD."""


class Beside:
    """The texts of two captures of one page. load: gives them, the earlier one first; None where
    one cannot be read. It is called once, and only if anything is asked."""

    def __init__(self, load: Callable[[], tuple[PageText, PageText] | None]) -> None:
        self._load = load
        self._lookups = 0
        self._read: dict[tuple[Callable[[str], str], bool], tuple[str, str]] = {}

    def stays(self, text: str, read: Callable[[str], str], *, told: bool = False) -> bool:
        """Whether both pages show a text, and as often. read: how texts are compared. told: whether
        what pages tell machines counts, too."""
        before, after = self._counts(text, read, told=told)
        return before == after > 0

    def stood(self, text: str) -> bool:
        """Whether the earlier page shows a text."""
        return self._counts(text, as_read, told=False)[0] > 0

    @cached_property
    def new_lines(self) -> list[str]:
        """Lines that the later page shows and the earlier one does not, of its first
        `_MOST_LINES`."""
        pages = self._loaded
        if pages is None:
            return []
        old = {closed(as_read(line)) for line in pages[0].shown.splitlines()}
        lines = islice(filter(str.strip, pages[1].shown.splitlines()), _MOST_LINES)
        return [line.strip() for line in lines if closed(as_read(line)) not in old]

    @cached_property
    def _loaded(self) -> tuple[PageText, PageText] | None:
        return self._load()

    def _counts(self, text: str, read: Callable[[str], str], *, told: bool) -> tuple[int, int]:
        wanted = closed(read(text))
        pages = self._texts(read, told=told) if wanted else None
        if pages is None or self._lookups >= _MOST_LOOKUPS:
            return 0, 0
        self._lookups += 1
        return pages[0].count(wanted), pages[1].count(wanted)

    def _texts(self, read: Callable[[str], str], *, told: bool) -> tuple[str, str] | None:
        pages = self._loaded
        if pages is None:
            return None
        if (read, told) not in self._read:
            one, other = (
                closed(read(f"{page.shown}\n{page.told}" if told else page.shown)) for page in pages
            )
            self._read[read, told] = one, other
        return self._read[read, told]
