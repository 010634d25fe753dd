"""Rows of the table `urls` as URLs whose turn it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from crawler.archive.chains import ASKED_FOR
from crawler.items import Due, FoundUrl, Role, Source, State

FIELDS = (
    "u.url, u.role, u.source, (SELECT url FROM urls v WHERE v.id = u.via_id), u.claimed_at,"
    " u.claimed_title, u.claimed_changed_at, u.priority, u.state, u.etag, u.last_modified,"
    " u.visited_at, u.due_at, u.article_id IS NOT NULL,"
    " ifnull((SELECT name FROM _url_families k WHERE k.id = u.family_id), ''), u.held"
)
"""What is selected of `urls u`."""


def due_of(row: Sequence[object]) -> Due:
    """A row of `FIELDS`, and perhaps more behind them."""
    (
        url,
        role,
        source,
        via,
        at,
        title,
        changed,
        priority,
        state,
        etag,
        modified,
        visited,
        due,
        story,
        family,
        held,
    ) = row[:16]
    found = FoundUrl(
        cast(str, url), cast(Role, role), cast(Source, source), cast("str | None", via),
        cast("str | None", at), cast("str | None", title), cast("str | None", changed),
        cast(int, priority), cast(str, family),
    )  # fmt: skip
    return Due(
        found, cast(State, state), cast("str | None", etag), cast("str | None", modified),
        cast("str | None", visited), cast("str | None", due), bool(story), held == ASKED_FOR,
    )  # fmt: skip
