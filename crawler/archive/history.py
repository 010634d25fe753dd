"""What became of stories: each answer at the address of a known story is judged beside the revision
that stands, and what it shows is entered as an event that stays."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal, cast

from crawler.archive import why
from crawler.archive.duplicates import has_left
from crawler.archive.known_story import STORY, Story, story_in
from crawler.history.beside import Beside, PageText
from crawler.history.judge import (
    LASTING,
    NOTICE_WORDS,
    PASSING,
    Shown,
    Verdict,
    is_state,
    judge,
    same_headline,
)
from crawler.history.notices import notice
from crawler.history.reader_text import as_read
from crawler.history.told import told_by
from crawler.items import Article, Visit
from crawler.reasons import NOT_THE_STORY, Reason, because
from crawler.text import count_words, words
from crawler.times import utc
from crawler.urls import is_wall

Event = Literal["gone", "taken_down", "replaced", "back", "teaser", "full", "mistaken"]

ReadPage = Callable[[sqlite3.Connection, int], PageText | None]
"""A captured page's words, by the capture's key; None where it cannot be read."""

# Answers of one kind, and days between the first and the last, after which a story that nothing
# else is seen of is gone.
OFTEN = 3
SPREAD = timedelta(days=2)
# Other stories of the site that a run found gone, from which on it asks whether all of them are.
_ALL_OF_THEM = 10
# Words of a paragraph that may be the site's and stands on its other stories, too.
_FURNITURE_WORDS = 60
_LOOKED_AT = 20
_SHARED = 2
"""Other stories that it stands on."""
_SHOWS_ITSELF = "ifnull(u.reason_code, '') NOT IN ('later_page', 'same_text', 'other_address')"
"""Of a URL with a story: that it shows more than what another one has."""


class History:
    """Judges visits, and enters what became of stories, in transactions of the caller's.

    All methods raise sqlite3.Error.
    """

    def __init__(self, connection: sqlite3.Connection, page_text: ReadPage | None = None) -> None:
        """page_text: gives the words of a captured page; None: pages are compared by what was read
        from them alone."""
        self._connection = connection
        self._sql = connection.execute
        self._page_text = page_text

    # -- what is known ---------------------------------------------------------------------------

    def story_at(self, url_id: int) -> Story | None:
        """The story whose own address a URL is; None where it is none's, or shows only what
        another one has: a later page, a print page.

        A story's own are the address that it was found at, with its other spellings; the one at
        which it was read last; and, where that it was found at leads elsewhere or is gone, or its
        newspaper has moved to another host, the one that it has moved to."""
        row = self._sql(
            f"{STORY} JOIN urls u ON u.article_id = a.id JOIN captures c"  # noqa: S608
            " ON c.id = r.capture_id"
            " WHERE u.id = ? AND (u.url = a.url OR c.url_id = u.id OR EXISTS (SELECT 1 FROM urls o"
            " WHERE o.url = a.url AND o.role = 'page' AND (o.key = u.key"
            f" OR (o.state IN ('redirected', 'gone') AND {_SHOWS_ITSELF}))))",
            (url_id,),
        ).fetchone() or self._moved_with_its_newspaper(url_id)
        return story_in(self._connection, row) if row else None

    def _moved_with_its_newspaper(self, url_id: int) -> tuple[object, ...] | None:
        """The row of the story of a host that a newspaper has left, at its address on the new one.
        Of other hosts, as those of pages for telephones, a story has no address of its own."""
        row = self._sql(
            f"{STORY} JOIN urls u ON u.article_id = a.id"
            f" WHERE u.id = ? AND u.site_id <> a.site_id AND {_SHOWS_ITSELF}",
            (url_id,),
        ).fetchone()
        if row is None:
            return None
        (site_id,) = self._sql("SELECT site_id FROM urls WHERE id = ?", (url_id,)).fetchone()
        return row if has_left(self._connection, row[1], site_id) else None

    def story(self, article_id: int) -> Story:
        """A story by its key."""
        row = self._sql(f"{STORY} WHERE a.id = ?", (article_id,)).fetchone()
        return story_in(self._connection, row)

    def beside(self, story: Story, capture_id: int) -> Beside | None:
        """A captured page beside the one that a story's revision was read from; None where pages
        cannot be read."""
        read = self._page_text
        if read is None:
            return None

        def load() -> tuple[PageText, PageText] | None:
            before = read(self._connection, story.capture_id)
            after = read(self._connection, capture_id) if before is not None else None
            return None if before is None or after is None else (before, after)

        return Beside(load)

    def is_furniture(self, story: Story, paragraph: str) -> bool:
        """Whether a paragraph stands on several other stories of the site, too: it is the site's.
        One that stands on a single other is what both tell."""
        said = words(paragraph).split()
        if not 2 <= len(said) <= _FURNITURE_WORDS:
            return False
        phrase = " ".join(said[:_LOOKED_AT])
        rows = self._sql(
            "SELECT t.body_text FROM stories_fts f CROSS JOIN articles a ON a.id = f.rowid"
            " JOIN revision_texts t ON t.revision_id = a.revision_id"
            " WHERE stories_fts MATCH ? AND a.site_id = ? AND a.id <> ? LIMIT 10",
            (f'body_text : "{phrase}"', story.site_id, story.article_id),
        )
        wanted = as_read(paragraph)
        found = sum(wanted in map(as_read, body.split("\n\n")) for (body,) in rows)
        return found >= _SHARED

    def predecessor(self, story: Story) -> Story | None:
        """The story that stood at the address of another one before."""
        row = self._sql(
            f"{STORY} WHERE a.successor_id = ? ORDER BY a.id DESC LIMIT 1", (story.article_id,)
        ).fetchone()
        return story_in(self._connection, row) if row else None

    def shows(self, article: Article, story: Story) -> bool:
        """Whether a page, wherever it is, shows a story."""
        return is_state(story.told, told_by(article, ""))

    # -- an answer -------------------------------------------------------------------------------

    def judged(self, visit: Visit, story: Story, capture_id: int, run_id: int, now: str) -> Visit:
        """A visit to a known story's address, as what it was: with an article only if that is a
        state of the story, or another one that took its place (`verdict`). Where the visit says
        what it was, because WARC has it, that stands."""
        before = visit.verdict is not None
        verdict = cast("Verdict | None", visit.verdict) or self._verdict(
            visit, story, self.beside(story, capture_id), now
        )
        if verdict == "other story" and self._stands_elsewhere(visit, capture_id, run_id):
            verdict = "outage"
        if verdict in ("soft 404", "taken down", "outage") and self._all_do(story, run_id, now):
            verdict = "outage"
        if verdict == "outage" and visit.article is not None and self._lasts(story, verdict, now):
            # a text of its own that stays: the newspaper put it there
            same = same_headline(story.told.title, visit.article.title or "")
            verdict = None if same else "other story"
        if verdict is None:
            return visit
        self._sql(
            "INSERT OR REPLACE INTO verdicts VALUES (?, ?, ?)",
            (capture_id, story.article_id, verdict),
        )
        visit = replace(visit, verdict=verdict, shown=visit.article or visit.shown)
        if not before:
            visit = replace(visit, reason=because(NOT_THE_STORY, verdict))
        if verdict == "other story":
            return visit
        if verdict == "teaser":
            self.note_seen(story, "teaser", capture_id, now, because("story_there"))
            return replace(visit, article=None)
        if before:
            return replace(visit, article=None)
        if verdict in ("soft 404", "taken down"):
            reason = because("story_gone", verdict)
            return replace(visit, article=None, state="gone", reason=reason)
        lasts = self._lasts(story, verdict, now) if verdict in LASTING else None
        if lasts is not None:
            return replace(visit, article=None, state="gone", reason=lasts)
        assert verdict in PASSING
        return replace(visit, article=None, state="retry")

    def _verdict(
        self, visit: Visit, story: Story, beside: Beside | None, now: str
    ) -> Verdict | None:
        shown = visit.article or visit.shown
        cut = visit.captures[-1].truncated is not None or visit.is_cut
        lacks = visit.lacks is not None and self._was_part(story, visit.lacks)
        told = told_by(shown, now) if shown is not None else None
        return judge(
            story.told,
            Shown(
                told, visit.article is not None, shown.access if shown else None,
                cut or lacks, visit.says, beside,
            ),
        )  # fmt: skip

    def _was_part(self, story: Story, url: str) -> bool:
        """Whether an address was that of a later page of a story."""
        row = self._sql(
            "SELECT 1 FROM urls u JOIN captures c ON c.url_id = u.id WHERE u.url = ?"
            " AND u.article_id = ? AND u.url <> ? AND c.status = 200 LIMIT 1",
            (url, story.article_id, story.url),
        ).fetchone()
        return row is not None

    def _stands_elsewhere(self, visit: Visit, capture_id: int, run_id: int) -> bool:
        """Whether the run got the same bytes from another address."""
        digest = visit.captures[-1].payload_digest
        row = self._sql(
            "SELECT 1 FROM captures c, captures o WHERE o.id = ? AND c.payload_digest = ?"
            " AND c.run_id = ? AND c.url_id <> o.url_id LIMIT 1",
            (capture_id, digest, run_id),
        ).fetchone()
        return row is not None

    def _all_do(self, story: Story, run_id: int, now: str) -> bool:
        """Whether a site answers so for whatever is asked of it, and not for this story alone:
        many other stories were found gone by this run, none was found there, and none has been
        since this one first was not. Fewer are looked at when the run ends (`hindsight`)."""
        (begun,) = self._sql("SELECT started_at FROM runs WHERE id = ?", (run_id,)).fetchone()
        (lost,) = self._sql(
            "SELECT count(DISTINCT a.id) FROM verdicts v JOIN captures c ON c.id = v.capture_id"
            " JOIN articles a ON a.id = v.article_id WHERE c.run_id = ? AND a.site_id = ?"
            " AND a.id <> ? AND v.verdict IN ('soft 404', 'taken down', 'outage')",
            (run_id, story.site_id, story.article_id),
        ).fetchone()
        if lost < _ALL_OF_THEM or self._seen_since(story, begun):
            return False
        (first,) = self._sql(
            "SELECT min(c.fetched_at) FROM verdicts v JOIN captures c ON c.id = v.capture_id"
            " WHERE v.article_id = ? AND c.fetched_at > ?",
            (story.article_id, story.last_seen),
        ).fetchone()
        return first is None or not self._seen_since(story, first)

    def _seen_since(self, story: Story, time: str) -> bool:
        """Whether another story of the site was seen after a time."""
        row = self._sql(
            "SELECT 1 FROM articles WHERE site_id = ? AND id <> ? AND last_captured_at >= ?"
            " LIMIT 1",
            (story.site_id, story.article_id, time),
        ).fetchone()
        return row is not None

    def take_back_gone(self, article_id: int, begun: str, now: str) -> None:
        """Enter that a story which a run found gone is not: all addresses answered so. begun: when
        the run did."""
        row = self._sql(
            "SELECT gone_at FROM articles WHERE id = ? AND gone_at >= ?", (article_id, begun)
        ).fetchone()
        if row is None:
            return
        self._sql("UPDATE articles SET gone_at = NULL WHERE id = ?", (article_id,))
        now = max(now, row[0])
        reason = because("site_answers_so")
        self._enter(article_id, "mistaken", now, None, reason)
        self._sql(
            f"UPDATE urls SET state = 'retry', failures = 1, {why.SET},"  # noqa: S608
            " due_at = strftime('%Y-%m-%dT%H:%M:%S+00:00', visited_at, '+10 minutes')"
            " WHERE article_id = ? AND state = 'gone'",
            (*why.columns(reason), article_id),
        )

    def _lasts(self, story: Story, verdict: Verdict, now: str) -> Reason | None:
        """Why a story is gone that nothing else has been seen of for days; None if it is not."""
        times = [
            time
            for (time,) in self._sql(
                "SELECT c.fetched_at FROM verdicts v JOIN captures c ON c.id = v.capture_id"
                " WHERE v.article_id = ? AND v.verdict = ? AND c.fetched_at > ?"
                " AND c.fetched_at < ? ORDER BY c.fetched_at",
                (story.article_id, verdict, story.last_seen, now),
            )
        ]
        times.append(now)
        if len(times) < OFTEN or between(times[0], now) < SPREAD:
            return None
        others = self._sql(
            "SELECT 1 FROM articles WHERE site_id = ? AND id <> ? AND last_captured_at > ? LIMIT 1",
            (story.site_id, story.article_id, times[0]),
        ).fetchone()
        if others is None:
            return None
        days = between(times[0], now).days
        return because("story_gone", f"{verdict}, {len(times)} times in {days} days")

    # -- where a redirect led --------------------------------------------------------------------

    def moved(self, visit: Visit, story: Story) -> Visit:
        """A visit to a known story's address that led to another one, as what that means: nothing,
        where the story is there; else that it is gone, or behind a wall."""
        target = visit.leads_to
        if visit.state != "redirected" or target is None:
            return visit
        said = notice(visit.says, in_prose=True) if count_words(visit.says) < NOTICE_WORDS else None
        if is_wall(target) or said in ("wall", "outage"):
            verdict = "outage" if said == "outage" else "wall"
            return replace(visit, state="retry", reason=because(NOT_THE_STORY, verdict))
        row = self._sql(
            "SELECT state, article_id, reason_code FROM urls"
            " WHERE url = ? AND visited_at IS NOT NULL",
            (target,),
        ).fetchone()
        if row is None or row[1] == story.article_id:
            return visit
        state, article_id, code = row
        if code == "to_other_site":  # nobody has read whether it is there
            return replace(visit, state="retry", reason=because(code))
        if state in ("retry", "failed", "queued", "claimed"):
            return replace(visit, state="retry", reason=because(NOT_THE_STORY, "outage"))
        if article_id is not None:
            url = self.story(article_id).url
            return replace(visit, state="gone", reason=because("to_other_story", url))
        return replace(visit, state="gone", reason=because("to_no_story", target))

    # -- events ----------------------------------------------------------------------------------

    def note_gone(self, visit: Visit, story: Story, capture_id: int | None, now: str) -> None:
        """Enter that a story is gone, as its visit says, unless that is known, or it is somewhere
        else: there it is looked for now."""
        by_order = bool(visit.captures) and visit.captures[-1].status == 451
        event: Event = "taken_down" if visit.verdict == "taken down" or by_order else "gone"
        last = self._last_end(story.article_id)
        if story.gone_at is not None and (last is None or last[0] in (event, "replaced")):
            return
        if event == "gone" and story.gone_at is None and self._is_elsewhere(story, visit.url, now):
            return
        text = None
        if event == "taken_down":
            text = (visit.shown.body if visit.shown else "") or visit.says or None
        successor = self._led_to(visit.reason)
        self._enter(story.article_id, event, now, capture_id, visit.reason, text, successor)
        if story.gone_at is None:
            self._sql(
                "UPDATE articles SET gone_at = ?, successor_id = ifnull(?, successor_id)"
                " WHERE id = ?",
                (now, successor, story.article_id),
            )
            # the newspaper may have moved it to where a copy of it was found
            self._sql(
                "UPDATE urls SET due_at = ? WHERE state = 'done' AND id IN"
                " (SELECT url_id FROM copies WHERE article_id = ? AND NOT is_split)",
                (utc(datetime.fromisoformat(now)), story.article_id),
            )

    def _is_elsewhere(self, story: Story, url: str, now: str) -> bool:
        """Whether a story was last seen at another address than this one, as its own there. It may
        have been asked for again, and its answer be on its way."""
        found = self._sql(
            "UPDATE urls SET due_at = ? WHERE article_id = ? AND url <> ?"
            " AND state IN ('done', 'queued', 'claimed')"
            " AND role = 'page' AND visited_at >= ? AND (reason_code IS NULL"
            " OR (reason_code = ? AND reason_subject = 'teaser'))",
            (
                utc(datetime.fromisoformat(now)),
                story.article_id,
                url,
                story.last_seen,
                NOT_THE_STORY,
            ),
        )
        return found.rowcount > 0

    def _led_to(self, reason: Reason | None) -> int | None:
        """The other story that the address of one leads to."""
        if reason is None or reason.code != "to_other_story":
            return None
        row = self._sql("SELECT id FROM articles WHERE url = ?", (reason.subject,)).fetchone()
        return row[0] if row else None

    def note_replaced(self, story: Story, successor: int, capture_id: int, now: str) -> None:
        """Enter that another story stands at a story's address."""
        self._sql(
            "UPDATE articles SET gone_at = ifnull(gone_at, ?), successor_id = ? WHERE id = ?",
            (now, successor, story.article_id),
        )
        reason = because(NOT_THE_STORY, "other story")
        self._enter(story.article_id, "replaced", now, capture_id, reason, successor=successor)

    def note_seen(
        self, story: Story, access: str | None, capture_id: int | None, now: str, reason: Reason
    ) -> None:
        """Enter that a story is there: again, if it was gone; in full, if it was a teaser."""
        if story.gone_at is not None and story.gone_at <= now:
            self._sql(
                "UPDATE articles SET gone_at = NULL, successor_id = NULL WHERE id = ?",
                (story.article_id,),
            )
            self._enter(story.article_id, "back", now, capture_id, reason)
        if story.access == "teaser" and access != "teaser":
            self._note_access(story, "full", capture_id, now)
        elif access is not None and access != story.access:
            self._note_access(story, access, capture_id, now)

    def _note_access(self, story: Story, access: str, capture_id: int | None, now: str) -> None:
        if story.access == access:
            return
        self._sql("UPDATE articles SET access = ? WHERE id = ?", (access, story.article_id))
        if access == "teaser" or story.access == "teaser":
            self._enter(story.article_id, cast(Event, access), now, capture_id, None)

    def _last_end(self, article_id: int) -> tuple[str] | None:
        """The last event of a story that is not about its access."""
        row: tuple[str] | None = self._sql(
            "SELECT event FROM story_events WHERE article_id = ?"
            " AND event NOT IN ('teaser', 'full') ORDER BY at DESC, id DESC LIMIT 1",
            (article_id,),
        ).fetchone()
        return row

    def _enter(
        self, article_id: int, event: Event, at: str, capture_id: int | None, reason: Reason | None,
        text: str | None = None, successor: int | None = None,
    ) -> None:  # fmt: skip
        self._sql(
            "INSERT INTO story_events (article_id, event, at, capture_id, text, successor_id,"
            " reason, reason_code, reason_subject) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (article_id, event, at, capture_id, text, successor, *why.columns(reason)),
        )


def between(one: str, other: str) -> timedelta:
    """The time from one moment to another, both ISO 8601."""
    return datetime.fromisoformat(other) - datetime.fromisoformat(one)
