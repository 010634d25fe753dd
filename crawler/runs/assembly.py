"""A story of several pages: its later pages are joined to the first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from crawler.discover.pagination import later_pages
from crawler.extract.body import goes_on, join
from crawler.items import Article, Page, Visit
from crawler.reasons import because

_MOST_OPEN = 200


class Whole:
    """A story and its later pages: which of them is wanted next, and the text of all that came."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._parts: list[Article] = []
        is_story = page.not_article is None
        self._waiting = list(later_pages(page.url, page.out_links)) if is_story else []
        self._asked = set(self._waiting)
        self.lacks: str | None = None
        """The address of the page that could not be had, or does not go on with the story."""

    @property
    def wanted(self) -> str | None:
        """The address of the next page; None if there is none."""
        return self._waiting[0] if self._waiting else None

    def add(self, part: Page | None) -> bool:
        """Take the page that was wanted, None if it cannot be had. Returns whether it goes on with
        the story; if not, nothing more is wanted."""
        asked = self._waiting.pop(0)
        first = self._page.article
        if part is None or part.not_article is not None or not goes_on(first, part.article):
            self._waiting.clear()
            self.lacks = asked
            return False
        self._parts.append(part.article)
        more = later_pages(self._page.url, (*self._asked, *part.out_links))
        self._waiting += [link for link in more if link not in self._asked]
        self._asked.update(more)
        return True

    @property
    def article(self) -> Article:
        """The story with the text of the pages that came."""
        return join(self._page.article, self._parts) if self._parts else self._page.article


def later_page(visit: Visit, first: str) -> Visit:
    """The visit of a later page of the story at `first`."""
    reason = because("later_page", first)
    return replace(visit, article=None, not_article=None, reason=reason, part_of=first)


class Assembly:
    """Puts together stories whose pages come one after another, as WARC files have them.

    A story waits for its later pages until they have come, or until nothing more is to come.
    """

    def __init__(self) -> None:
        self._open: dict[str, tuple[Visit, Whole, list[Visit]]] = {}
        """Address → first page's visit, the story, the visits of its later pages."""
        self._wanted: dict[str, str] = {}
        """Address of a later page → of the first."""

    def take(self, visit: Visit, page: Page | None) -> list[Visit]:
        """A settled visit and its page; returns the visits that are complete, in order."""
        ready: list[Visit] = []
        if visit.url in self._open:  # the same address again: a later capture of it
            ready += self._close(visit.url)
        first = self._wanted.pop(visit.url, None)
        if first is not None:
            whole, later = self._open[first][1:]
            if whole.add(page):
                later.append(later_page(visit, first))
            else:
                later.append(visit)
            return ready + self._go_on(first)
        if page is None or visit.article is None or visit.role != "page":
            return [*ready, visit]
        whole = Whole(page)
        if whole.wanted is None:
            return [*ready, visit]
        self._open[visit.url] = (visit, whole, [])
        if len(self._open) > _MOST_OPEN:
            ready += self._close(next(iter(self._open)))
        return ready + self._go_on(visit.url)

    def rest(self) -> list[Visit]:
        """The stories that wait still, with what has come of them."""
        return [visit for url in list(self._open) for visit in self._close(url)]

    def waiting(self) -> Iterable[Visit]:
        """The visits that were taken and not given back."""
        for first, _, later in self._open.values():
            yield from (first, *later)

    def _go_on(self, url: str) -> list[Visit]:
        wanted = self._open[url][1].wanted
        if wanted is None or wanted in self._wanted:
            return self._close(url)
        self._wanted[wanted] = url
        return []

    def _close(self, url: str) -> list[Visit]:
        visit, whole, later = self._open.pop(url)
        if whole.wanted is not None:
            self._wanted.pop(whole.wanted, None)
        return [replace(visit, article=whole.article, lacks=whole.lacks), *later]
