"""What captures reserve, with the term, its value and where it stands; it was text before, as
`X-Robots-Tag: noarchive`."""

from __future__ import annotations

from sqlite_utils import Database

from crawler.archive import schema

_OPEN = "DROP TRIGGER captures_are_never_changed;"
_CLOSE = """
CREATE TRIGGER captures_are_never_changed BEFORE UPDATE ON captures
BEGIN SELECT RAISE(ABORT, 'captures are append-only'); END;
"""
_VIEW = """
CREATE VIEW reservations AS
SELECT c.id AS capture_id, c.url AS url, c.fetched_at AS fetched_at,
    json_extract(e.value, '$.what') AS what, json_extract(e.value, '$.value') AS value,
    json_extract(e.value, '$.reserved') AS reserved, json_extract(e.value, '$.source') AS source,
    json_extract(e.value, '$.name') AS name, json_extract(e.value, '$.agent') AS agent,
    ifnull(json_extract(e.value, '$.at'), c.url) AS stated_at
FROM captures c, json_each(c.reservations) e
WHERE c.reservations IS NOT NULL;
"""


def upgrade(db: Database) -> None:
    """Bring the version before up to date. Raises sqlite3.Error."""
    from crawler.reservations import as_json, from_json  # loaded for older archives alone

    # history is append-only: what says so steps aside while the same is written anew
    schema.run(db.conn, _OPEN)
    db.conn.create_function("term_by_term", 1, lambda told: as_json(from_json(told)))
    db.conn.execute(
        "UPDATE captures SET reservations = term_by_term(reservations)"
        " WHERE reservations IS NOT NULL"
    )
    schema.run(db.conn, _CLOSE + _VIEW)
