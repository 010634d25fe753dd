"""Home pages that show nothing of their newspaper: a wall, or a shell that scripts fill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from crawler.items import Page
from crawler.reasons import Reason, because
from crawler.urls import is_wall

WALL = because("front_wall")
EMPTY = because("front_empty")
SCRIPT = because("front_script")


def shows_nothing(page: Page, is_ours: Callable[[str], bool]) -> Reason | None:
    """Why a home page leads nowhere; None where it is one. is_ours: whether an address is of the
    newspaper."""
    if page.not_article == "wall" or is_wall(page.url):
        return WALL
    if any(is_ours(url) for url in page.out_links):
        return None
    return SCRIPT if page.needs_script else EMPTY


@dataclass(frozen=True, slots=True)
class Front:
    """A home page that leads nowhere. led: whether it has led to stories before."""

    reason: Reason
    led: bool

    def is_failure(self, stories: int) -> bool:
        """Whether the run has missed it: where it led somewhere before, or no other way does.
        stories: of the newspaper, that are archived."""
        return self.led or not stories
