"""Archives that earlier versions wrote are brought to the tables of a new one, and lose nothing.

The files in `old/` are archives of the demo newspaper's two editions, each written by the program
as it was when the migration of the file's name was its last one.
"""

from __future__ import annotations

import gzip
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from crawler.archive import database
from crawler.archive.migrations import bring_up_to_date, migrations
from crawler.archive.soundness import unsound

OLD = sorted((Path(__file__).parent / "old").glob("*.db.gz"))

# What an analyst asks of any version, in columns that all of them have; tables that only later
# versions have are asked where they are.
SAID = {
    "stories": "SELECT url, site, title, authors, published_at, published_precision, modified_at,"
    " read_time_minutes, section, tags, language, word_count, standfirst, body_text, image_url,"
    " first_captured_at, last_captured_at, revisions, gone_at FROM stories",
    "revisions": "SELECT url, number, title, warc_file, warc_offset FROM story_revisions",
    "links": "SELECT DISTINCT from_url, relation, label, position, title, excerpt, to_url,"
    " first_seen_at, last_seen_at FROM story_links",
    "months": "SELECT site, month, stories, words FROM stories_by_month",
    # what the first versions left out has its turn again
    "left": "SELECT url, state, reason, linked_from FROM not_archived"
    " WHERE ifnull(reason, '') <> 'no new stories on pages like this one'",
    "kept": "SELECT relation, label, position, title, excerpt, url, image_url, published_raw"
    " FROM linked_stories",
    "found": "SELECT rowid FROM stories_fts WHERE stories_fts MATCH 'river OR Fluss'",
    "graph": "SELECT from_url, from_title, relation, label, position, to_url, to_title, to_site,"
    " to_archived, first_seen_at, last_seen_at FROM story_graph",
    "missing": "SELECT url, site, title, linked_by, first_seen_at, last_seen_at, state, reason"
    " FROM missing_stories",
    "most": "SELECT url, site, title, published_at, linked_by FROM most_linked",
    "edited": "SELECT url, number, title, title_before, words_added, changed FROM edited_stories",
    "gone": "SELECT url, title, gone_at, reason, last_revision FROM gone_stories",
    "addresses": "SELECT s.key, a.url, s.leads_to FROM story_addresses s"
    " LEFT JOIN articles a ON a.id = s.article_id",
    "authors": "SELECT s.host, w.name, count(*) FROM article_authors aa JOIN authors w"
    " ON w.id = aa.author_id JOIN articles a ON a.id = aa.article_id"
    " JOIN sites s ON s.id = a.site_id GROUP BY 1, 2",
}
TEXTS = "SELECT article_id, number, body_text, body_markdown, sources FROM {}"


def unpack(path: Path, folder: Path) -> Path:
    folder.mkdir()
    (folder / database.FILE_NAME).write_bytes(gzip.decompress(path.read_bytes()))
    return folder


def said(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """The answers to those of the questions that a version can answer."""
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    return {
        name: sorted(connection.execute(sql).fetchall(), key=repr)
        for name, sql in SAID.items()
        if re.findall(r"FROM (\w+)", sql)[-1] in there
    }


def schema_of(connection: sqlite3.Connection) -> dict[str, str]:
    rows = connection.execute(
        "SELECT type || ' ' || name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%'"
        " ESCAPE '\\'"
    )
    # ALTER TABLE sets its commas elsewhere
    return {
        name: re.sub(r"\s*([(),])\s*", r"\1", " ".join((sql or "").split())) for name, sql in rows
    }


@pytest.fixture(params=OLD, ids=lambda path: path.name.partition(".")[0])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return unpack(request.param, tmp_path / "archive")


def test_there_are_archives_of_each_kind() -> None:
    assert len(OLD) >= 4
    assert all(path.stat().st_size < 200_000 for path in OLD)


def test_an_old_archive_has_the_tables_of_a_new_one_and_says_what_it_said(old: Path) -> None:
    with closing(sqlite3.connect(old / database.FILE_NAME)) as connection:
        before = said(connection)
        apart = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'revision_texts'")
        place = "story_revisions" if apart.fetchone() else "revisions"
        texts = connection.execute(f"{TEXTS.format(place)} ORDER BY 1, 2").fetchall()
    assert len(before["stories"]) > 30
    with closing(database.open_for_writing(old)) as db:
        after = said(db.conn)
        assert db.execute(f"{TEXTS.format('story_revisions')} ORDER BY 1, 2").fetchall() == texts
        fresh = Database(memory=True)
        bring_up_to_date(fresh)
        assert schema_of(db.conn) == schema_of(fresh.conn)
        assert not migrations.pending(db)
        assert list(unsound(db.conn)) == []
        assert set(after) == set(SAID)
    for name, rows in before.items():
        assert after[name] == rows, name


def test_the_whole_chain_of_migrations_makes_a_new_archive(tmp_path: Path) -> None:
    fresh, grown = Database(memory=True), Database(tmp_path / "grown.db")
    bring_up_to_date(fresh)
    migrations.apply(grown)
    assert schema_of(fresh.conn) == schema_of(grown.conn)
    assert [m.name for m in migrations.applied(fresh)] == [
        m.name for m in migrations.applied(grown)
    ]


def test_what_was_reserved_in_words_is_kept_term_by_term(tmp_path: Path) -> None:
    folder = unpack(OLD[-1], tmp_path / "archive")
    with closing(sqlite3.connect(folder / database.FILE_NAME)) as connection, connection:
        connection.execute("DROP TRIGGER captures_are_never_changed")
        for key, told in ((1, '["X-Robots-Tag: noarchive, noai", "meta tdm-reservation: 1"]'),
                          (2, '["meta robots: max-snippet:-1"]')):  # fmt: skip
            connection.execute("UPDATE captures SET reservations = ? WHERE id = ?", (told, key))
        connection.execute(
            "CREATE TRIGGER captures_are_never_changed BEFORE UPDATE ON captures"
            " BEGIN SELECT RAISE(ABORT, 'captures are append-only'); END"
        )
    with closing(database.open_for_writing(folder)) as db:
        rows = db.execute("SELECT capture_id, what, value, reserved, source, name, agent,"
                          " stated_at = url FROM reservations").fetchall()  # fmt: skip
        assert rows == [
            (1, "noarchive", None, 1, "header", "X-Robots-Tag", None, 1),
            (1, "noai", None, 1, "header", "X-Robots-Tag", None, 1),
            (1, "tdm", "1", 1, "meta", "tdm-reservation", None, 1),
        ]
        sql = "SELECT count(*) FROM captures WHERE reservations IS NOT NULL"
        assert db.execute(sql).fetchone() == (1,)
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            db.execute("UPDATE captures SET reservations = NULL")
