"""What a run found, looked at again when it ends: only then is known what all of a site's stories
had in common."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence, Set
from functools import partial

from crawler.archive import histories
from crawler.archive.days import settle_days
from crawler.archive.history import OFTEN, SPREAD, History, between
from crawler.archive.known_story import Story
from crawler.archive.told import told_by_revision
from crawler.history.reader_text import as_read
from crawler.history.told import Told, changes
from crawler.reasons import because

_SEVERAL = 3
"""Stories of a site that say something of the site."""


def look_back(connection: sqlite3.Connection, history: History, run_id: int, now: str) -> None:
    """Take back what a run told of single stories and was the site's, and settle their days, in a
    transaction of the caller's. now: ISO 8601, UTC. Raises sqlite3.Error."""
    (begun,) = connection.execute("SELECT started_at FROM runs WHERE id = ?", (run_id,)).fetchone()
    for article_id in _not_gone(connection, run_id, now):
        history.take_back_gone(article_id, begun, now)
    for revision_id in _no_edits(connection, history, run_id):
        histories.take_back(connection, revision_id, now, because("nothing_changed"))
    settle_days(connection, run_id)


# -- stories that were found gone -----------------------------------------------------------------


def _not_gone(connection: sqlite3.Connection, run_id: int, now: str) -> list[int]:
    """Stories that a run found gone and are not known to be: several of a newspaper were, and none
    stood, so the site answered so for whatever was asked. If that stays for days, it is true."""
    lost: dict[int, list[int]] = {}
    for article_id, site_id in connection.execute(
        "SELECT DISTINCT a.id, a.site_id FROM captures c JOIN story_events e"
        " ON e.capture_id = c.id AND e.event IN ('gone', 'taken_down')"
        " JOIN articles a ON a.id = e.article_id"
        " WHERE c.run_id = ? AND a.gone_at = e.at AND a.successor_id IS NULL ORDER BY a.id",
        (run_id,),
    ):
        lost.setdefault(site_id, []).append(article_id)
    found = []
    for site_id, articles in lost.items():
        (known,) = connection.execute(
            "SELECT count(*) FROM articles WHERE site_id = ?", (site_id,)
        ).fetchone()
        all_known = len(articles) == known > 1 and not _by_status(connection, articles)
        if len(articles) < _SEVERAL and not all_known:
            continue
        if not _one_stood(connection, run_id, site_id):
            found += [each for each in articles if not _was_so_for_days(connection, each, now)]
    return found


def _one_stood(connection: sqlite3.Connection, run_id: int, site_id: int) -> bool:
    """Whether a run found a story of a site standing."""
    row = connection.execute(
        "SELECT 1 FROM captures c JOIN urls u ON u.id = c.url_id JOIN articles a"
        " ON a.id = u.article_id WHERE c.run_id = ? AND a.site_id = ? AND c.status IN"
        " (200, 304) AND a.gone_at IS NULL AND NOT EXISTS"
        " (SELECT 1 FROM verdicts v WHERE v.capture_id = c.id) LIMIT 1",
        (run_id, site_id),
    ).fetchone()
    return row is not None


def _by_status(connection: sqlite3.Connection, articles: Sequence[int]) -> bool:
    """Whether the server said of stories by its status that they are gone."""
    judged = sum(
        connection.execute(
            "SELECT 1 FROM verdicts v JOIN story_events e ON e.capture_id = v.capture_id"
            " WHERE e.article_id = ? LIMIT 1",
            (article_id,),
        ).fetchone()
        is not None
        for article_id in articles
    )
    return judged < len(articles)


def _was_so_for_days(connection: sqlite3.Connection, article_id: int, now: str) -> bool:
    """Whether a story was not seen any more since it was first thought gone, days ago."""
    times = [
        time
        for (time,) in connection.execute(
            "SELECT e.at FROM story_events e JOIN articles a ON a.id = e.article_id"
            " WHERE a.id = ? AND e.event = 'mistaken' AND e.at > a.last_captured_at ORDER BY e.at",
            (article_id,),
        )
    ]
    return len(times) >= OFTEN - 1 and between(times[0], now) >= SPREAD


# -- edits ----------------------------------------------------------------------------------------


def _no_edits(connection: sqlite3.Connection, history: History, run_id: int) -> list[int]:
    """Revisions of a run that changed nothing but what the site changed on several stories: those
    that were visited first could not yet be told from edits."""
    rows = connection.execute(
        "SELECT r.id, r.article_id, a.site_id, (SELECT max(o.id) FROM revisions o"
        " WHERE o.article_id = r.article_id AND o.number < r.number AND o.id NOT IN"
        " (SELECT revision_id FROM taken_back)) FROM captures c JOIN revisions r"
        " ON r.capture_id = c.id JOIN articles a ON a.id = r.article_id WHERE c.run_id = ?"
        " AND r.change = 'edit' AND r.cause <> 'extractor' AND r.number > 1"
        " AND r.id NOT IN (SELECT revision_id FROM taken_back)",
        (run_id,),
    ).fetchall()
    told = {
        revision_id: (
            told_by_revision(connection, before),
            told_by_revision(connection, revision_id),
        )
        for revision_id, _, _, before in rows
        if before is not None
    }
    often: Counter[tuple[int, str]] = Counter()
    for revision_id, _, site_id, _ in rows:
        if revision_id in told:
            often.update((site_id, each) for each in _exchanged(*told[revision_id]))
    common = {each for each, times in often.items() if times >= _SEVERAL}
    found = []
    for revision_id, article_id, site_id, _ in rows:
        if revision_id in told and any(
            often[site_id, each] >= _SEVERAL for each in _exchanged(*told[revision_id])
        ):
            story = history.story(article_id)
            if not changes(*told[revision_id], partial(_is_the_sites, history, story, common)):
                found.append(revision_id)
    return found


def _exchanged(old: Told, new: Told) -> set[str]:
    """The paragraphs that one of two states alone has."""
    before, after = (set(map(as_read, told.paragraphs)) for told in (old, new))
    return before ^ after


def _is_the_sites(
    history: History, story: Story, common: Set[tuple[int, str]], paragraph: str
) -> bool:
    """common: site and paragraph of what came or went on several stories of the run."""
    return (story.site_id, as_read(paragraph)) in common or history.is_furniture(story, paragraph)
