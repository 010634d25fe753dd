"""Taking stories and captures out of the database, for takedowns and prunings.

Everything here belongs into a transaction of the caller's; all functions raise sqlite3.Error.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from crawler.archive.guards import history_unlocked
from crawler.archive.keys import card_hash, url_key
from crawler.archive.links import count_links
from crawler.archive.word_forms import WordForms, forget_words

_GIVEN = "(SELECT value FROM json_each(?1))"

# What an article has of its own, in an order that leaves no reference dangling.
_OF_REVISIONS = (
    "images",
    "revision_changes",
    "edits",
    "taken_back",
    "rereadings",
    "revision_texts",
)
_OF_ARTICLES = (
    "article_authors", "article_tags", "copies", "verdicts", "story_events", "rereadings",
    "_article_bands", "images",
)  # fmt: skip


def remove(
    connection: sqlite3.Connection, articles: Iterable[int], captures: Iterable[int],
    urls: Iterable[str] = (),
) -> int:  # fmt: skip
    """Take articles and captures out, with all that was made of them; returns how many captures.

    urls: what links to these show goes, too.

    Their records are still to be taken out of the WARC files: they are put into `_removals`.
    """
    stories, gone = _list(articles), _list(captures)
    with history_unlocked(connection):
        words = _words_of(connection, stories)
        _remove_links(connection, stories, _list(map(url_key, urls)))
        _remove_stories(connection, stories)
        forget_words(connection, words)
        return _remove_captures(connection, gone)


def kept_records(connection: sqlite3.Connection) -> set[str]:
    """Those of them that stay themselves, because other captures repeat them: what is about them is
    to go."""
    rows = connection.execute(
        "SELECT record_id FROM _removals WHERE record_id IN (SELECT record_id FROM captures)"
    )
    return {record_id for (record_id,) in rows}


def removals(connection: sqlite3.Connection) -> set[str]:
    """WARC-Record-IDs of the captures that are still to be taken out of the WARC files."""
    return {record_id for (record_id,) in connection.execute("SELECT record_id FROM _removals")}


# -- stories ---------------------------------------------------------------------------------------


def _remove_stories(connection: sqlite3.Connection, stories: str) -> None:
    sql = connection.execute
    forms = WordForms(connection)
    for article_id in json.loads(stories):
        forms.forget(article_id)
    authors, tags = (
        _list(key for (key,) in sql(query, (stories,)))
        for query in (
            f"SELECT author_id FROM article_authors WHERE article_id IN {_GIVEN}",  # noqa: S608
            f"SELECT tag_id FROM article_tags WHERE article_id IN {_GIVEN}",  # noqa: S608
        )
    )
    # triggers take it out of the search index and of the counts
    sql(
        "UPDATE articles SET revision_id = NULL, published_utc = NULL, published_day = NULL,"  # noqa: S608
        f" word_count = NULL WHERE id IN {_GIVEN}",
        (stories,),
    )
    sql(f"UPDATE articles SET successor_id = NULL WHERE successor_id IN {_GIVEN}", (stories,))  # noqa: S608
    sql(
        f"UPDATE story_events SET successor_id = NULL WHERE successor_id IN {_GIVEN}",  # noqa: S608
        (stories,),
    )
    sql(f"UPDATE urls SET article_id = NULL WHERE article_id IN {_GIVEN}", (stories,))  # noqa: S608
    for table in _OF_REVISIONS:
        sql(
            f"DELETE FROM {table} WHERE revision_id IN"  # noqa: S608
            f" (SELECT id FROM revisions WHERE article_id IN {_GIVEN})",
            (stories,),
        )
    for table in _OF_ARTICLES:
        sql(f"DELETE FROM {table} WHERE article_id IN {_GIVEN}", (stories,))  # noqa: S608
    sql(f"DELETE FROM revisions WHERE article_id IN {_GIVEN}", (stories,))  # noqa: S608
    sql(f"DELETE FROM _story_facets WHERE article_id IN {_GIVEN}", (stories,))  # noqa: S608
    sql(f"DELETE FROM articles WHERE id IN {_GIVEN}", (stories,))  # noqa: S608
    sql(
        f"DELETE FROM authors WHERE id IN {_GIVEN}"  # noqa: S608
        " AND id NOT IN (SELECT author_id FROM article_authors)",
        (authors,),
    )
    sql(
        f"DELETE FROM tags WHERE id IN {_GIVEN} AND id NOT IN (SELECT tag_id FROM article_tags)",  # noqa: S608
        (tags,),
    )
    sql("DELETE FROM _facets WHERE stories <= 0")


def _words_of(connection: sqlite3.Connection, stories: str) -> list[str]:
    """The texts of all revisions of some stories."""
    rows = connection.execute(
        "SELECT r.title, r.standfirst, t.body_text FROM revisions r"  # noqa: S608
        f" JOIN revision_texts t ON t.revision_id = r.id WHERE r.article_id IN {_GIVEN}",
        (stories,),
    )
    return ["\n".join(filter(None, row)) for row in rows]


# -- links -----------------------------------------------------------------------------------------


def _remove_links(connection: sqlite3.Connection, stories: str, keys: str) -> None:
    """Take out the links of some stories, and what links to them, or to some addresses, show."""
    sql = connection.execute
    own = _list(
        key
        for (key,) in sql(
            f"SELECT id FROM _linked WHERE article_id IN {_GIVEN} UNION"  # noqa: S608
            " SELECT linked_id FROM _addresses WHERE hash IN (SELECT value FROM json_each(?2))",
            (stories, keys),
        )
    )
    named = _list(
        key
        for (key,) in sql(
            f"SELECT DISTINCT linked_id FROM _links WHERE article_id IN {_GIVEN}",  # noqa: S608
            (stories,),
        )
    )
    taken = sql(f"DELETE FROM _links WHERE article_id IN {_GIVEN}", (stories,))  # noqa: S608
    count_links(connection, -taken.rowcount)
    sql(f"UPDATE _links SET to_article_id = NULL WHERE to_article_id IN {_GIVEN}", (stories,))  # noqa: S608
    sql(f"UPDATE _linked SET article_id = NULL, title = NULL WHERE id IN {_GIVEN}", (own,))  # noqa: S608
    cards = sql(
        "SELECT c.id, c.url FROM _addresses d JOIN _link_cards c ON c.address_id = d.id"  # noqa: S608
        f" WHERE d.linked_id IN {_GIVEN}",
        (own,),
    ).fetchall()
    connection.executemany(
        "UPDATE _link_cards SET title = NULL, excerpt = NULL, image_url = NULL,"
        " published_raw = NULL, hash = ? WHERE id = ?",
        [(card_hash(url, None, None, None, None), key) for key, url in cards],
    )
    touched = _list([*json.loads(own), *json.loads(named)])
    sql(
        "UPDATE _linked SET linked_by = (SELECT count(DISTINCT l.article_id) FROM _links l"  # noqa: S608
        " WHERE l.linked_id = _linked.id), relations = (SELECT group_concat(relation) FROM"
        " (SELECT DISTINCT b.relation FROM _links l JOIN _link_blocks b ON b.id = l.block_id"
        f" WHERE l.linked_id = _linked.id)) WHERE id IN {_GIVEN}",
        (touched,),
    )
    # what only they showed: other stories' headlines, which are nobody's now
    sql(
        "DELETE FROM _link_cards WHERE address_id IN (SELECT d.id FROM _addresses d"  # noqa: S608
        f" WHERE d.linked_id IN {_GIVEN}) AND id NOT IN (SELECT card_id FROM _links)",
        (touched,),
    )
    lone = _list(
        key
        for (key,) in sql(
            "SELECT id FROM _linked k WHERE article_id IS NULL AND NOT EXISTS (SELECT 1 FROM _links"  # noqa: S608
            f" l WHERE l.linked_id = k.id) AND id IN {_GIVEN}",
            (touched,),
        )
    )
    sql(
        "UPDATE _addresses SET leads_to_id = NULL WHERE leads_to_id IN"  # noqa: S608
        f" (SELECT id FROM _addresses WHERE linked_id IN {_GIVEN})",
        (lone,),
    )
    sql(f"DELETE FROM _addresses WHERE linked_id IN {_GIVEN}", (lone,))  # noqa: S608
    sql(f"DELETE FROM _linked WHERE id IN {_GIVEN}", (lone,))  # noqa: S608


# -- captures --------------------------------------------------------------------------------------


def _remove_captures(connection: sqlite3.Connection, gone: str) -> int:
    """Take captures out that no revision is from any more. Where others repeat one of them, as all
    pages of a newspaper of script repeat one shell, it stays, and all that is about it goes."""
    sql = connection.execute
    kept = {
        key
        for (key,) in sql(
            f"SELECT DISTINCT refers_to_id FROM captures WHERE refers_to_id IN {_GIVEN}"  # noqa: S608
            f" AND id NOT IN {_GIVEN}",
            (gone,),
        )
    }
    for column in ("first_capture_id", "last_capture_id"):
        sql(
            f"UPDATE _links SET {column} = (SELECT capture_id FROM revisions r"  # noqa: S608
            f" WHERE r.id = _links.revision_id) WHERE {column} IN {_GIVEN}",
            (gone,),
        )
    sql(f"UPDATE story_events SET capture_id = NULL WHERE capture_id IN {_GIVEN}", (gone,))  # noqa: S608
    for table in ("verdicts", "lost_captures", "pictures", "renderings"):
        sql(f"DELETE FROM {table} WHERE capture_id IN {_GIVEN}", (gone,))  # noqa: S608
    sql(
        "INSERT OR IGNORE INTO _removals SELECT record_id FROM captures"  # noqa: S608
        f" WHERE id IN {_GIVEN}",
        (gone,),
    )
    gone = _list(key for key in json.loads(gone) if key not in kept)
    # revisits first: they refer to others
    count = sql(
        f"DELETE FROM captures WHERE id IN {_GIVEN} AND refers_to_id IS NOT NULL",  # noqa: S608
        (gone,),
    ).rowcount
    count += sql(f"DELETE FROM captures WHERE id IN {_GIVEN}", (gone,)).rowcount  # noqa: S608
    return count


def _list(keys: Iterable[object]) -> str:
    return json.dumps(list(keys))
