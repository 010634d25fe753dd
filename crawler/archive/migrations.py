"""The schema's history: each migration brings an archive of the version before it up to date, the
last one to `schema.sql`. What they do never changes."""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from crawler.archive import schema
from crawler.archive.past import (
    analysis,
    chains,
    confidence,
    families,
    first,
    frontier,
    graph,
    history,
    kind,
    loss,
    mementos,
    monitors,
    newcomers,
    pauses,
    pictures,
    profiles,
    reading,
    reasons,
    renderings,
    reread,
    rights,
    runs,
    search,
    takedowns,
    times,
    totals,
    waiting,
    warc,
)

migrations = Migrations("hemeroteca")


@migrations()
def m001_first_schema(db: Database) -> None:
    """Everything that version 0.1 has."""
    db.executescript(first.TABLES)
    db.executescript(first.VIEWS)
    db.executescript(first.SEARCH)
    db.executescript(first.HISTORY_IS_APPEND_ONLY)
    db.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")


@migrations()
def m002_frontier(db: Database) -> None:
    """States claimed and retry, due dates, validators, learned shapes, what changed in a
    revision."""
    frontier.upgrade(db)


@migrations()
def m003_story_graph(db: Database) -> None:
    """Keys that tie links to articles however their addresses are spelled, and views on them."""
    graph.upgrade(db)


@migrations()
def m004_records(db: Database) -> None:
    """What kind of record a capture is, what it reserves, and the WARC files with their digests."""
    db.executescript(warc.TABLES)


@migrations()
def m005_shapes_of_lists(db: Database) -> None:
    """Which shape a visited list's address has: a story found later earns its like visits."""
    db.execute("ALTER TABLE urls ADD COLUMN shape TEXT")


@migrations()
def m006_rereadings(db: Database) -> None:
    """Why a revision differs from the one before; which were read again from WARC."""
    db.executescript(reread.UPGRADE)


@migrations()
def m008_losses(db: Database) -> None:
    """Which WARC files and captures are known to be damaged or lost."""
    db.executescript(loss.TABLES)


@migrations()
def m009_kinds(db: Database) -> None:
    """What each URL turned out to hold: what is no page is not visited again."""
    db.executescript(kind.UPGRADE)


@migrations()
def m010_times_in_utc(db: Database) -> None:
    """Times that are compared are UTC, in one form."""
    times.upgrade(db)


@migrations()
def m011_rows_of_lists(db: Database) -> None:
    """What lists that other lists told of have cost, and told of."""
    db.executescript(chains.COLUMNS)


@migrations()
def m012_families_of_addresses(db: Database) -> None:
    """Which addresses are fetched is decided family by family, when nothing better is left."""
    families.upgrade(db)


@migrations()
def m013_what_waits(db: Database) -> None:
    """What a run has in hand is queued; a sitemap that was only guessed at has not failed."""
    db.executescript(waiting.UPGRADE)


@migrations()
def m014_history(db: Database) -> None:
    """What became of stories, and what answers were that are no state of theirs."""
    history.upgrade(db)


@migrations(transactional=False)
def m015_drawn_for_reading(db: Database) -> None:
    """All tables anew: texts stand apart, links lead to a column with an index, counts are kept."""
    reading.upgrade(db)


@migrations()
def m016_reasons_as_data(db: Database) -> None:
    """A reason is a code and a subject beside its words."""
    reasons.upgrade(db)


@migrations()
def m017_why_a_page_was_not_read_again(db: Database) -> None:
    """The same of pages that could not be read again."""
    reasons.upgrade_rereadings(db)


@migrations()
def m018_confidence(db: Database) -> None:
    """How far what was read can be believed."""
    confidence.upgrade(db)


@migrations()
def m019_site_profiles(db: Database) -> None:
    """What newspapers' pages taught; a page that is read anew makes no revision."""
    profiles.upgrade(db)


@migrations()
def m020_search(db: Database) -> None:
    """The forms of words, and how many stories there are of each kind."""
    search.upgrade(db)


@migrations()
def m021_runs_and_papers(db: Database) -> None:
    """What a run was set up like, what it came to, newspaper by newspaper."""
    schema.run(db.conn, runs.UPGRADE)


@migrations()
def m022_findings(db: Database) -> None:
    """What is not as a newspaper's own past has it."""
    monitors.upgrade(db)


@migrations()
def m023_takedowns(db: Database) -> None:
    """What was taken out and stays out, and where copies of the archive are."""
    takedowns.upgrade(db)


@migrations()
def m024_reservations(db: Database) -> None:
    """What publishers reserve, term by term."""
    rights.upgrade(db)


@migrations()
def m025_what_analysts_count(db: Database) -> None:
    """Days, authors, tags and copies, a row for each story that has them."""
    analysis.upgrade(db)


@migrations()
def m026_mementos(db: Database) -> None:
    """Where captures were got from, and what other archives of the web list."""
    mementos.upgrade(db)


@migrations()
def m027_pictures(db: Database) -> None:
    """What pages need to be shown, and what is known of pictures."""
    pictures.upgrade(db)


@migrations()
def m028_renderings(db: Database) -> None:
    """What browsers showed of pages of script."""
    renderings.upgrade(db)


@migrations()
def m030_totals(db: Database) -> None:
    """Numbers of what is too much to be counted whenever somebody asks; new stories enter the
    search index together."""
    totals.upgrade(db)


@migrations()
def m031_counts_of_new_stories(db: Database) -> None:
    """What new stories count is written together."""
    newcomers.upgrade(db)


@migrations()
def m032_pauses(db: Database) -> None:
    """Until when hosts have asked to be left alone."""
    pauses.upgrade(db)


def bring_up_to_date(db: Database) -> None:
    """Make the tables of an empty database, or bring those of an older version up to date; in a
    database that is up to date, nothing is done. Foreign keys must be off. Raises sqlite3.Error."""
    if set(db.table_names()) - {migrations.migrations_table}:
        migrations.apply(db)
        return
    with db.atomic():
        migrations.ensure_migrations_table(db)
        schema.create(db.conn)
        for migration in migrations.pending(db):
            migrations._record_applied(db, migration.name)
