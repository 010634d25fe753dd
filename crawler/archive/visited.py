"""What a visit makes of its URL: its state, and when it is visited again."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime

from crawler.archive import why
from crawler.archive.chains import LISTS, TOLD_BY
from crawler.archive.frontier_news import News
from crawler.archive.keys import url_key
from crawler.archive.outcomes import Outcome, Plan
from crawler.items import Capture, State, Visit
from crawler.reasons import because
from crawler.times import utc
from crawler.urls import site_host


class Visited:
    """Visits as the table `urls` has them. Methods belong into a transaction of the caller's; all
    raise sqlite3.Error."""

    def __init__(
        self, connection: sqlite3.Connection, news: News, plan: Callable[[Outcome], Plan]
    ) -> None:
        """plan: says when a URL is to be visited again."""
        self._sql = connection.execute
        self._news = news
        self._plan = plan

    def pass_by(self, capture: Capture, visited: str) -> None:
        """Settle an address that answered on the way to another one: it need not be asked again.

        visited: the other one.
        """
        self._sql(
            f"UPDATE urls SET state = 'redirected', {why.SET}, visited_at = ?,"  # noqa: S608
            " attempts = attempts + 1 WHERE url = ? AND state = 'queued' AND visited_at IS NULL",
            (
                *why.columns(because("redirected", capture.location or visited)),
                capture.fetched_at, capture.url,
            ),
        )  # fmt: skip

    def knows_later(self, url_id: int, now: str, *, reply: bool = False) -> bool:
        """Whether a URL was visited after a moment, or at all where this is the answer to a form.
        What is in hand was not: whoever wrote a later time had a clock that was fast."""
        row = self._sql(
            "SELECT 1 FROM urls WHERE id = ? AND (visited_at > ? OR (? AND visited_at IS NOT NULL))"
            " AND state <> 'claimed'",
            (url_id, now, reply),
        ).fetchone()
        return row is not None

    def stands_by_itself(self, visit: Visit) -> bool:
        """Whether a visit came to a known URL of another newspaper, and nobody has read what is
        there: it stays what it is, and is visited in its turn."""
        if visit.reason is None or visit.reason.code != "to_other_site":
            return False
        row = self._sql(
            "SELECT 1 FROM urls WHERE url = ? AND ifnull(reason_code, '') <> 'to_other_site'",
            (visit.url,),
        ).fetchone()
        return row is not None

    def acknowledge(
        self, url_id: int, visit: Visit, now: str, article_id: int | None, changed: bool
    ) -> bool:
        """Set what became of a URL, and when it is to be visited again.

        article_id: the article found there. changed: whether the visit brought something new.
        Returns whether it was the first visit.
        """
        (role, source, code, subject, known_article, interval, failures, visited_at, site_id,
            revisits, edits, kind, etag, last_modified) = self._sql(
            "SELECT u.role, u.source, u.reason_code, u.reason_subject, u.article_id,"
            " u.interval_seconds, u.failures, u.visited_at, u.site_id, s.revisits, s.edits, u.kind,"
            " u.etag, u.last_modified"
            " FROM urls u JOIN sites s ON s.id = u.site_id WHERE u.id = ?", (url_id,),
        ).fetchone()  # fmt: skip
        article_id = article_id or known_article
        was_list = role in TOLD_BY and kind in LISTS
        # a story, or a list, that answers with something else for once is one still
        is_other = (article_id and visit.kind in ("other", "reply")) or (
            was_list and visit.kind not in LISTS
        )
        if visit.kind is not None and not is_other:
            kind = visit.kind
        is_story = visit.state == "done" and article_id is not None and visit.part_of is None
        story = (None, None)
        if is_story:
            story = self._sql(
                "SELECT r.published_at, a.first_captured_at FROM articles a"
                " JOIN revisions r ON r.id = a.revision_id WHERE a.id = ?",
                (article_id,),
            ).fetchone() or (None, None)
        failed = visit.state in ("retry", "failed") or (was_list and visit.state != "done")
        failed = failed or (visit.state == "excluded" and not visit.captures)
        failures = failures + 1 if failed else 0
        if is_story and visited_at is not None:
            revisits, edits = revisits + 1, edits + bool(changed)
            self._sql(
                "UPDATE sites SET revisits = ?, edits = ? WHERE id = ?", (revisits, edits, site_id)
            )
        plan = self._plan(
            Outcome(
                role, source, visit.state, datetime.fromisoformat(now), is_story, *story,
                changed if visited_at is not None else None, interval, failures, revisits, edits,
                visit.retry_at, bool(visit.captures),
                visit.part_of is not None,
                kind,
                article_id is not None,
                visit.url,
                was_list,
            )
        )  # fmt: skip
        if not visit.not_modified and visit.state == "done":
            etag, last_modified = visit.etag, visit.last_modified
        self._sql(
            f"UPDATE urls SET state = ?, {why.SET}, visited_at = ?, attempts = attempts + 1,"  # noqa: S608
            " failures = ?, article_id = ?, due_at = ?, interval_seconds = ?, held = 0, kind = ?,"
            " etag = ?, last_modified = ? WHERE id = ?",
            (
                plan.state,
                *why.columns(why.told(code, subject) if visit.not_modified else visit.reason),
                now, failures,
                article_id, utc(plan.due_at) if plan.due_at else None,
                plan.interval if plan.interval is not None else interval,
                kind, etag, last_modified, url_id,
            ),
        )  # fmt: skip
        self._settle_spellings(visit, plan.state, article_id)
        return visited_at is None

    def _settle_spellings(self, visit: Visit, state: State, article_id: int | None) -> None:
        """Other spellings of an address lead to its article, or get their turn if it is no good."""
        key = url_key(visit.url)
        if state == "done" and article_id is not None:
            self._sql(
                "UPDATE urls SET article_id = ? WHERE key = ? AND state = 'excluded'"
                " AND article_id IS NULL AND reason_code = 'other_spelling'",
                (article_id, key),
            )
        elif state in ("failed", "gone", "excluded") and article_id is None:
            done = self._sql(
                f"UPDATE urls SET state = 'queued', {why.NONE} WHERE key = ? AND"  # noqa: S608
                " state = 'excluded' AND url <> ? AND reason_code = 'other_spelling'",
                (key, visit.url),
            )
            if done.rowcount:
                self._news.woken.add(site_host(visit.url))
                self._news.grown += done.rowcount
