"""The schema's history: each migration brings an archive of the version before it up to date."""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from crawler.archive import (
    chains,
    families_schema,
    frontier_schema,
    graph_schema,
    history_schema,
    kind_schema,
    loss_schema,
    reread_schema,
    schema,
    times_schema,
    waiting_schema,
    warc_schema,
)

migrations = Migrations("hemeroteca")


@migrations()
def m001_first_schema(db: Database) -> None:
    """Everything that version 0.1 has."""
    db.executescript(schema.TABLES)
    db.executescript(schema.VIEWS)
    db.executescript(schema.SEARCH)
    db.executescript(schema.HISTORY_IS_APPEND_ONLY)
    db.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")


@migrations()
def m002_frontier(db: Database) -> None:
    """States claimed and retry, due dates, validators, learned shapes, what changed in a
    revision."""
    frontier_schema.upgrade(db)


@migrations()
def m003_story_graph(db: Database) -> None:
    """Keys that tie links to articles however their addresses are spelled, and views on them."""
    graph_schema.upgrade(db)


@migrations()
def m004_records(db: Database) -> None:
    """What kind of record a capture is, what it reserves, and the WARC files with their digests."""
    db.executescript(warc_schema.TABLES)


@migrations()
def m005_shapes_of_lists(db: Database) -> None:
    """Which shape a visited list's address has: a story found later earns its like visits."""
    db.execute("ALTER TABLE urls ADD COLUMN shape TEXT")


@migrations()
def m006_rereadings(db: Database) -> None:
    """Why a revision differs from the one before; which were read again from WARC."""
    db.executescript(reread_schema.UPGRADE)


@migrations()
def m008_losses(db: Database) -> None:
    """Which WARC files and captures are known to be damaged or lost."""
    db.executescript(loss_schema.TABLES)


@migrations()
def m009_kinds(db: Database) -> None:
    """What each URL turned out to hold: what is no page is not visited again."""
    db.executescript(kind_schema.UPGRADE)


@migrations()
def m010_times_in_utc(db: Database) -> None:
    """Times that are compared are UTC, in one form."""
    times_schema.upgrade(db)


@migrations()
def m011_rows_of_lists(db: Database) -> None:
    """What lists that other lists told of have cost, and told of."""
    db.executescript(chains.COLUMNS)


@migrations()
def m012_families_of_addresses(db: Database) -> None:
    """Which addresses are fetched is decided family by family, when nothing better is left."""
    families_schema.upgrade(db)


@migrations()
def m013_what_waits(db: Database) -> None:
    """What a run has in hand is queued; a sitemap that was only guessed at has not failed."""
    db.executescript(waiting_schema.UPGRADE)


@migrations()
def m014_history(db: Database) -> None:
    """What became of stories, and what answers were that are no state of theirs."""
    history_schema.upgrade(db)
