"""Histories judged again by what is known now of what an edit is and what gone means: revisions and
gone marks that earlier versions entered and the captures do not bear out are taken back.

Nothing is deleted: a revision that is taken back stays, with its reason beside it (`taken_back`),
and a gone mark becomes an event (`mistaken`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from crawler import times
from crawler.archive import histories
from crawler.archive.database import WARC_FOLDER
from crawler.archive.histories import GoneMark, Kept
from crawler.archive.told import told_by_revision
from crawler.errors import PageError
from crawler.history.judge import PASSING, Shown, judge
from crawler.history.told import TYPOGRAPHY, Told, changes, told_by
from crawler.reasons import NOT_THE_STORY, Reason, because
from crawler.runs.run import Run
from crawler.runs.visits import Place, read_place, why_none


@dataclass(slots=True)
class Rechecked:
    """What judging again has taken back."""

    stories: int = 0
    """How many were judged."""
    revisions: Counter[Reason] = field(default_factory=Counter)
    """How many were taken back, and why."""
    gone: int = 0
    """Gone marks that were."""


def recheck(run: Run, *, site: str | None = None, url: str | None = None) -> Rechecked:
    """Judge the histories of an archive again, story by story, each in a transaction.

    site: only those of a newspaper, by its host. url: only that of one story. Raises sqlite3.Error.
    """
    found = Rechecked()
    connection = run.store.db.conn
    for article_id in list(histories.with_history(connection, site=site, url=url)):
        with run.store.db.atomic():
            found.stories += 1
            for kept, reason in list(_false(run, article_id)):
                histories.take_back(connection, kept.revision_id, times.now(), reason)
                found.revisions[reason] += 1
            if (last := histories.last_good(connection, article_id)) is not None:
                run.store.articles.stand(article_id, last)
            mark = histories.gone_mark(connection, article_id)
            if mark is not None and _is_mistaken(run, mark):
                histories.take_back_gone(connection, article_id, times.now(exact=True))
                found.gone += 1
    return found


def _false(run: Run, article_id: int) -> Iterator[tuple[Kept, Reason]]:
    """The revisions of a story that are no edits, and why."""
    connection, history = run.store.db.conn, run.store.history
    known: Told | None = None
    for kept in histories.revisions(connection, article_id):
        told = told_by_revision(connection, kept.revision_id)
        if known is None or kept.by_extractor or kept.change == "completed":
            known = told
            continue
        verdict = judge(known, Shown(told, True, kept.access, kept.is_broken))
        if verdict is not None:
            yield kept, because(NOT_THE_STORY, verdict)
            continue
        changed = changes(known, told, partial(history.is_furniture, history.story(article_id)))
        if not changed or (changed == (TYPOGRAPHY,) and kept.change == "edit"):
            yield kept, because("typography" if changed else "nothing_changed")
        if changed:
            known = told


def _is_mistaken(run: Run, mark: GoneMark) -> bool:
    """Whether what a gone mark rests on says nothing of the story."""
    if not mark.is_own:
        return True  # it was another address of the story that was gone: a later page
    if mark.status != 200 or mark.place is None:
        return False
    place = Place(run.folder / WARC_FOLDER, *mark.place)
    try:
        page = read_place(place, run.profiles.of(place.url)).page
    except (PageError, OSError):
        return False
    if page is None:
        return True
    article = page.article
    is_article = why_none(article, page.not_article) is None
    shown = Shown(told_by(article, ""), is_article, article.access, mark.is_broken)
    verdict = judge(mark.told, shown)
    return verdict is None or verdict in PASSING
