"""Queueing again what could not be archived. Every function raises sqlite3.Error."""

from __future__ import annotations

import sqlite3

from crawler.archive import why
from crawler.archive.chains import ASKED_FOR
from crawler.reasons import Reason, is_known

_FAILED = "state IN ('failed', 'retry')"
_ANY = "state IN ('failed', 'retry', 'gone', 'excluded') OR (state = 'done' AND article_id IS NULL)"
_AGAIN = (
    f"UPDATE urls SET state = 'queued', {why.NONE}, due_at = NULL, failures = 0, held = ?"  # noqa: S608
    " WHERE (role = 'page' OR source <> 'usual') AND reason_code IS NOT 'taken_down'"
)


def failed_again(db: sqlite3.Connection, host: str | None = None) -> int:
    """Queue whatever failed, or waits for another try; returns how many. host: of this newspaper
    alone. In a transaction of the caller's, as what follows."""
    return db.execute(
        f"{_AGAIN} AND {_FAILED}"  # noqa: S608
        " AND (? IS NULL OR site_id = (SELECT id FROM sites WHERE host = ?))",
        (ASKED_FOR, host, host),
    ).rowcount


def reason_again(db: sqlite3.Connection, reason: Reason, host: str | None = None) -> int:
    """Queue what is not archived for a reason; returns how many. reason: without a subject it
    stands for all of its code."""
    return db.execute(
        f"{_AGAIN} AND ({_ANY}) AND reason_code = ? AND (? IS NULL OR reason_subject = ?)"  # noqa: S608
        " AND (? IS NULL OR site_id = (SELECT id FROM sites WHERE host = ?))",
        (ASKED_FOR, reason.code, reason.subject, reason.subject, host, host),
    ).rowcount


def url_again(db: sqlite3.Connection, url: str) -> bool:
    """Queue one address, whatever became of it; returns whether it is known."""
    return bool(
        db.execute(
            f"UPDATE urls SET state = 'queued', {why.NONE}, due_at = NULL, failures = 0, held = ?"  # noqa: S608
            " WHERE url = ?",
            (ASKED_FOR, url),
        ).rowcount
    )


def reason_named(db: sqlite3.Connection, text: str) -> Reason | None:
    """The reason that a user means: a code, a code and its subject (`http_status 403`), or the
    words that `scrapy status` shows; None where the archive has none such."""
    code, _, subject = text.strip().partition(" ")
    if is_known(code):
        return Reason(code, subject.strip() or None)
    row = db.execute(
        "SELECT reason_code, reason_subject FROM not_archived WHERE reason = ? LIMIT 1",
        (text.strip(),),
    ).fetchone()
    return None if row is None else Reason(*row)


def reasons_here(db: sqlite3.Connection) -> list[str]:
    """The codes of reasons that the archive has."""
    rows = db.execute(
        "SELECT DISTINCT reason_code FROM not_archived WHERE reason_code IS NOT NULL ORDER BY 1"
    )
    return [code for (code,) in rows]
