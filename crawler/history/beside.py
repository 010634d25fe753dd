"""Two captures of one story's page beside one another: what stands on both is no change, wherever
it was found on them.

A class renamed, a box above the text, or a text cut short, and the same words are read as the
story's that were not before, or no longer. So what an extractor finds in one of two pages alone is
looked for in the other one as a whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from crawler.history.reader_text import as_read, closed

_MOST_LINES = 5_000


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
        self._pages: tuple[PageText, PageText] | None = None
        self._is_loaded = False
        self._read: dict[tuple[Callable[[str], str], bool], tuple[str, str]] = {}

    def stays(self, text: str, read: Callable[[str], str], *, told: bool = False) -> bool:
        """Whether both pages show a text, and as often. read: how texts are compared. told: whether
        what pages tell machines counts, too."""
        before, after = self._counts(text, read, told=told)
        return before == after > 0

    def stood(self, text: str) -> bool:
        """Whether the earlier page shows a text."""
        return self._counts(text, as_read, told=False)[0] > 0

    def new_lines(self) -> list[str]:
        """Lines that the later page shows and the earlier one does not, up to `_MOST_LINES`."""
        pages = self._texts(as_read, told=False)
        if pages is None or self._pages is None:
            return []
        lines = islice(filter(str.strip, self._pages[1].shown.splitlines()), _MOST_LINES)
        return [line.strip() for line in lines if closed(as_read(line)) not in pages[0]]

    def _counts(self, text: str, read: Callable[[str], str], *, told: bool) -> tuple[int, int]:
        wanted = closed(read(text))
        pages = self._texts(read, told=told) if wanted else None
        if pages is None:
            return 0, 0
        return pages[0].count(wanted), pages[1].count(wanted)

    def _texts(self, read: Callable[[str], str], *, told: bool) -> tuple[str, str] | None:
        if not self._is_loaded:
            self._is_loaded, self._pages = True, self._load()
        if self._pages is None:
            return None
        if (read, told) not in self._read:
            one, other = (
                closed(read(f"{page.shown}\n{page.told}" if told else page.shown))
                for page in self._pages
            )
            self._read[read, told] = one, other
        return self._read[read, told]
