"""How many stories there are of each newspaper, month, section, author, tag, language and read
time. Triggers keep the numbers; here they are counted anew, and compared."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

_OF_A_STORY = ("site", "month", "section", "language", "minutes")
_COUNTS = " UNION ALL ".join(
    [
        f"SELECT '{kind}' AS kind, {kind} AS value, count(*) AS stories FROM {{told}}"  # noqa: S608
        f" WHERE {kind} IS NOT NULL GROUP BY {kind}"
        for kind in _OF_A_STORY
    ]
    + [
        "SELECT 'author', w.name, count(*) FROM article_authors a"
        " JOIN authors w ON w.id = a.author_id GROUP BY w.name",
        "SELECT 'tag', w.name, count(*) FROM article_tags a"
        " JOIN tags w ON w.id = a.tag_id GROUP BY w.name",
    ]
)
_IDS = ", ".join(
    f"(SELECT id FROM _facets f WHERE f.kind = '{kind}' AND f.value = t.{kind})"  # noqa: S608
    for kind in _OF_A_STORY
)


def count_anew(connection: sqlite3.Connection) -> None:
    """Count all stories, in a transaction of the caller's. Raises sqlite3.Error."""
    sql = connection.execute
    sql("DELETE FROM _story_facets")
    sql("UPDATE _facets SET stories = 0 WHERE stories <> 0")
    sql("CREATE TEMP TABLE told AS SELECT * FROM _facets_told")
    sql(
        "INSERT INTO _facets (kind, value, stories)"  # noqa: S608
        f" SELECT kind, value, stories FROM ({_COUNTS.format(told='temp.told')}) WHERE 1"
        " ON CONFLICT (kind, value) DO UPDATE SET stories = excluded.stories"
    )
    sql(
        "INSERT INTO _story_facets"  # noqa: S608
        " (article_id, published, day, site, month, section, language, minutes)"
        f" SELECT article_id, published, day, {_IDS} FROM temp.told t ORDER BY article_id"
    )
    sql("DROP TABLE temp.told")


def count_first(connection: sqlite3.Connection, stories: Sequence[int]) -> None:
    """Count stories that were not counted before, each number written once, in a transaction of
    the caller's. Raises sqlite3.Error."""
    sql, given = connection.execute, json.dumps(stories)
    values = " UNION ALL ".join(
        [
            f"SELECT article_id, {rank} AS rank, 0 AS position, '{kind}' AS kind, {kind} AS value"  # noqa: S608
            f" FROM told WHERE {kind} IS NOT NULL"
            for rank, kind in enumerate(_OF_A_STORY, 2)
        ]
        + [
            "SELECT a.article_id, 0, a.position, 'author', w.name FROM given g"
            " CROSS JOIN article_authors a ON a.article_id = g.id"
            " CROSS JOIN authors w ON w.id = a.author_id",
            "SELECT a.article_id, 1, a.position, 'tag', w.name FROM given g"
            " CROSS JOIN article_tags a ON a.article_id = g.id"
            " CROSS JOIN tags w ON w.id = a.tag_id",
        ]
    )
    with_told = (
        "WITH given AS MATERIALIZED (SELECT value AS id FROM json_each(?)), told AS MATERIALIZED"
        " (SELECT t.* FROM given g CROSS JOIN _facets_told t ON t.article_id = g.id)"
    )
    found = sql(
        f"{with_told} SELECT kind, value, count(*) FROM ({values}) GROUP BY kind, value"  # noqa: S608
        " ORDER BY min((article_id * 8 + rank) * 1000 + min(position, 999))",
        (given,),
    ).fetchall()
    connection.executemany(
        "INSERT INTO _facets (kind, value, stories) VALUES (?, ?, ?)"
        " ON CONFLICT (kind, value) DO UPDATE SET stories = stories + excluded.stories",
        found,
    )
    sql(
        f"{with_told} INSERT INTO _story_facets"  # noqa: S608
        " (article_id, published, day, site, month, section, language, minutes)"
        f" SELECT article_id, published, day, {_IDS} FROM told t ORDER BY article_id",
        (given,),
    )


def miscounted(connection: sqlite3.Connection, most: int) -> list[str]:
    """What of it is not what the stories are, at most so many: `section News`. Raises
    sqlite3.Error."""
    counts = _COUNTS.format(told="_facets_told")
    wrong = connection.execute(
        f"WITH counted AS ({counts}), kept AS (SELECT kind, value, stories FROM _facets"  # noqa: S608
        " WHERE stories <> 0) SELECT DISTINCT kind || ' ' || value FROM ("
        " SELECT * FROM (SELECT * FROM counted EXCEPT SELECT * FROM kept)"
        " UNION ALL SELECT * FROM (SELECT * FROM kept EXCEPT SELECT * FROM counted)) LIMIT ?",
        (most,),
    ).fetchall()
    apart = connection.execute(
        "SELECT DISTINCT a.url FROM articles a LEFT JOIN _facets_told t ON t.article_id = a.id"  # noqa: S608
        " LEFT JOIN _story_facets k ON k.article_id = a.id"
        " WHERE (t.article_id IS NULL) <> (k.article_id IS NULL)"
        " OR t.published IS NOT k.published OR t.day IS NOT k.day"
        + "".join(
            f" OR t.{kind} IS NOT (SELECT f.value FROM _facets f WHERE f.id = k.{kind})"  # noqa: S608
            for kind in _OF_A_STORY
        )
        + " LIMIT ?",
        (most,),
    ).fetchall()
    return [name for (name,) in (*wrong, *apart)]
