"""The schema of an archive as a page of documentation: docs/schema.md."""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.db import ForeignKey

from crawler.archive.describe import DESCRIPTIONS
from crawler.archive.describe_computed import COMPUTED
from crawler.reasons import NOT_ARTICLE, reasons_in_words


def schema_markdown(db: Database) -> str:
    """The schema of an archive as a page of documentation."""
    views = set(db.view_names())
    lines = [
        "# The database",
        "",
        "<!-- Written by `make docs` from crawler/archive/describe.py; do not edit. -->",
        "",
        "`archive.db` is plain SQLite: open it with `sqlite3`, `sqlite-utils`, Datasette, pandas or"
        " R. Dates are ISO 8601 text, times of capture are UTC. The same descriptions are in the"
        " archive's own table `descriptions`.",
        "",
        "`stories_fts` is the full-text index over title, standfirst and body of `stories`:"
        " `SELECT … FROM stories_fts JOIN stories ON stories.id = stories_fts.rowid"
        " WHERE stories_fts MATCH 'words'`.",
    ]
    for name, columns in DESCRIPTIONS.items():
        types = {row[1]: row[2].lower() for row in db.execute(f"PRAGMA table_info([{name}])")}
        types |= COMPUTED.get(name, {})
        keys = {k.column: f"{k.other_table}.{k.other_column}" for k in _foreign_keys(db, name)}
        kind = "view" if name in views else "table"
        lines += ["", f"## {name} ({kind})", "", columns[""], ""]
        lines += ["| column | type | meaning |", "|---|---|---|"]
        for column, type_ in types.items():
            meaning = columns[column] + (f" → `{keys[column]}`" if column in keys else "")
            lines.append(f"| `{column}` | {type_} | {meaning} |")
    return "\n".join([*lines, *_reasons_markdown()]) + "\n"


def _reasons_markdown() -> list[str]:
    """The codes of reasons, as a section of that page."""
    lines = ["", "## Reasons", ""]
    lines += ["What `reason_code` may be, with the words that `reason` has for it (`…` stands for"]
    lines += ["`reason_subject`)."]
    lines += ["", "| code | words |", "|---|---|"]
    lines += [f"| `{code}` | {words} |" for code, words in reasons_in_words()]
    lines += ["", "Subjects of `no_article`:", "", "| subject | words |", "|---|---|"]
    return [*lines, *(f"| `{code}` | {words} |" for code, words in NOT_ARTICLE.items())]


def _foreign_keys(db: Database, name: str) -> list[ForeignKey]:
    """The foreign keys of a table; a view has none."""
    return [] if name in set(db.view_names()) else list(db.table(name).foreign_keys)
