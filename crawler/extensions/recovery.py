"""Bringing an archive into order that a crash has left, before anything is added to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from crawler.archive.captures import closed_files, count_captures, enter_file, is_known
from crawler.archive.store import Store
from crawler.items import Capture, Role
from crawler.warc.recover import recover
from crawler.warc.writer import ClosedFile


def mend(store: Store, folder: Path, own: set[str]) -> Iterator[str]:
    """Close the WARC files that a dead run left open, and enter their captures that no visit had
    acknowledged.

    own: names of files that this run has in hand. Yields a line for whatever was done that
    a person may want to know. Raises sqlite3.Error, OSError.
    """
    connection = store.db.conn
    found = recover(
        folder,
        closed=closed_files(connection),
        own=own,
        known_end=store.warc_end,
        is_known=lambda record_id: is_known(connection, record_id),
    )
    for each in found:
        with store.db.atomic():
            for capture in each.captures:
                store.adopt(capture, guess_role(capture), each.run)
            enter_files(store, [each.file], each.run)
        if each.cut:
            yield f"{each.file.name} was cut back to its last whole record"


def enter_files(
    store: Store, files: Iterable[ClosedFile], run: str | None = None
) -> list[ClosedFile]:
    """Enter WARC files as closed, in a transaction of the caller's; those with captures that are
    not entered yet are left, for a crash may leave them to `mend`.

    run: UUID of the one that wrote them; None: the one that is open. Returns those that were left.
    Raises sqlite3.Error.
    """
    now = datetime.now(UTC).isoformat(timespec="seconds")
    left = []
    for each in files:
        if count_captures(store.db.conn, each.name) < each.captures:
            left.append(each)
            continue
        enter_file(
            store.db.conn, store.run_with(run), each.name, each.bytes, each.records, each.sha256,
            now,
        )  # fmt: skip
    return left


def guess_role(capture: Capture) -> Role:
    """What a URL is fetched as, by its address and the answer's type."""
    path, kind = urlsplit(capture.url).path, capture.content_type or ""
    if path == "/robots.txt":
        return "robots"
    if path in ("", "/") and not urlsplit(capture.url).query:
        return "home"
    if "xml" in kind and "html" not in kind:
        return "sitemap" if "sitemap" in path else "feed"
    return "page"
