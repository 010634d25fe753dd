"""What a new revision of a story changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from itertools import pairwise

from crawler.archive.told import told_by_revision
from crawler.history.significance import significance
from crawler.history.story_words import Texts
from crawler.history.told import Told, changes

# Fields that alone make no revision, and are noted where there is one: what a site's lists say of a
# story changes with each visit at some newspapers.
_BESIDE = ("section", "tags")
# Those that the editors set in the text; the site's own lists change with every new story.
_IN_BODY = "('inline', 'also_read')"

# Characters of two texts that are compared word by word.
_MOST = 400_000


def record_changes(
    connection: sqlite3.Connection, article_id: int, revision_id: int,
    changed: Sequence[str] | None = None,
) -> None:  # fmt: skip
    """Note which fields of a revision differ from those of the one before. changed: those that its
    readers see, where that is known. Raises sqlite3.Error."""
    new, old = connection.execute(
        f"SELECT id, {', '.join(_BESIDE)} FROM revisions WHERE article_id = ? AND id <= ?"  # noqa: S608
        " ORDER BY number DESC LIMIT 2",
        (article_id, revision_id),
    ).fetchall()
    if changed is None:
        changed = changes(
            told_by_revision(connection, old[0]), told_by_revision(connection, new[0])
        )
    fields = list(changed)
    fields += [
        name for name, now, then in zip(_BESIDE, new[1:], old[1:], strict=True) if now != then
    ]
    if _links(connection, new[0]) != _links(connection, old[0]):
        fields.append("linked_stories")
    connection.executemany(
        "INSERT INTO revision_changes VALUES (?, ?)", [(revision_id, field) for field in fields]
    )
    _weigh(
        connection, revision_id, *(told_by_revision(connection, each) for each in (old[0], new[0]))
    )


def review_changes(connection: sqlite3.Connection, article_id: int, revision_id: int) -> None:
    """Note anew what a revision changed, and what the one after it did: its page was read anew.

    Where nothing is left that readers would see, the two differ by their reading alone. Raises
    sqlite3.Error.
    """
    chain = [
        row[0]
        for row in connection.execute(
            "SELECT id FROM revisions WHERE article_id = ? ORDER BY number", (article_id,)
        )
    ]
    at = chain.index(revision_id)
    for old, new in pairwise(chain[max(0, at - 1) : at + 2]):
        connection.execute("DELETE FROM revision_changes WHERE revision_id = ?", (new,))
        connection.execute("DELETE FROM edits WHERE revision_id = ?", (new,))
        record_changes(connection, article_id, new)
        seen = changes(told_by_revision(connection, old), told_by_revision(connection, new))
        connection.execute(
            "UPDATE revisions SET cause = CASE WHEN ?1 AND cause = 'extractor' AND ("
            " SELECT payload_digest FROM captures WHERE id = capture_id) IS NOT ("
            " SELECT c.payload_digest FROM revisions o JOIN captures c ON c.id = o.capture_id"
            " WHERE o.id = ?2) THEN 'page' WHEN ?1 THEN cause ELSE 'extractor' END WHERE id = ?3",
            (bool(seen), old, new),
        )


def weighed(old: Told, new: Told) -> list[object] | None:
    """How much a state of a story changed of the one before it, as `edits` has it; None of a very
    long text, for that takes too long."""
    if len(old.body) + len(new.body) > _MOST:
        return None
    found = significance(*(
        Texts(
            each.title, each.standfirst, each.paragraphs, [c.text for c in each.captions],
            each.language,
        )
        for each in (old, new)
    ))  # fmt: skip
    return [
        found.words_removed, found.words_added, found.numbers_changed, found.quotes_changed,
        found.names_changed, found.share,
    ]  # fmt: skip


def _weigh(connection: sqlite3.Connection, revision_id: int, old: Told, new: Told) -> None:
    """Enter how much a revision changed."""
    row = weighed(old, new)
    if row is not None:
        connection.execute("INSERT INTO edits VALUES (?, ?, ?, ?, ?, ?, ?)", (revision_id, *row))


def _links(connection: sqlite3.Connection, revision_id: int) -> set[str]:
    rows = connection.execute(
        f"SELECT url FROM linked_stories WHERE revision_id = ? AND relation IN {_IN_BODY}",  # noqa: S608
        (revision_id,),
    )
    return {row[0] for row in rows}
