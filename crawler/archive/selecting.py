"""A query as SQL: which stories it means."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from crawler.archive.word_forms import forms_known
from crawler.errors import UsageError
from crawler.search import (
    AllOf,
    AnyOf,
    Filter,
    Near,
    Node,
    Query,
    expression,
    fold,
    is_unspaced,
    pairs_expression,
)

_INDEX, _PAIRS = "stories_fts", "_pairs_fts"
_NAMES_SHOWN = 3
_KINDS = {"site": "site", "section": "section", "lang": "language", "author": "author",
          "tag": "tag"}  # fmt: skip
_EDITED = (
    "f.article_id IN (SELECT a.id FROM articles a WHERE a.revisions > 1 AND EXISTS ("
    "SELECT 1 FROM revisions r WHERE r.article_id = a.id AND r.number > 1"
    " AND r.cause <> 'extractor' AND r.change = 'edit'"
    " AND r.id NOT IN (SELECT revision_id FROM taken_back)))"
)


@dataclass(slots=True)
class Selection:
    """The stories that a query means."""

    index: str | None = None
    """The full-text index that gives them; None: none does."""
    match: str = ""
    """What it is asked for."""
    conditions: list[str] = field(default_factory=list)
    """What else must be, of a row `f` of `_story_facets`."""
    values: list[object] = field(default_factory=list)
    """The values of these conditions, in order."""
    notes: list[str] = field(default_factory=list)
    """What a reader should know of it."""
    unknown_sites: list[str] = field(default_factory=list)
    """Newspapers that were asked for and are not there."""

    def rows(self, columns: str, *, more: str = "", values: Sequence[object] = ()) -> tuple[
        str, list[object]
    ]:  # fmt: skip
        """SQL for columns of the stories, and its values. columns: of `f`, and `rowid` of the
        index. more: conditions and order that come behind, with values of their own."""
        where = list(self.conditions)
        if self.index is None:
            sql = f"SELECT {columns} FROM _story_facets f WHERE {' AND '.join(where) or '1'}"  # noqa: S608
            return f"{sql} {more}", [*self.values, *values]
        sql = (
            f"SELECT {columns} FROM {self.index} CROSS JOIN _story_facets f"  # noqa: S608
            f" ON f.article_id = {self.index}.rowid WHERE {self.index} MATCH ?"
        )
        sql += "".join(f" AND {each}" for each in where)
        return f"{sql} {more}", [self.match, *self.values, *values]

    def ids(self) -> tuple[str, list[object]]:
        """SQL for the keys of the stories, in the index's own order."""
        if self.index is not None and not self.conditions:
            return f"SELECT rowid FROM {self.index} WHERE {self.index} MATCH ?", [self.match]  # noqa: S608
        return self.rows("f.article_id")

    @property
    def newest_first(self) -> str:
        """An order in which stories come at once: the last that came into the archive first."""
        return f"ORDER BY {f'{self.index}.rowid' if self.index else 'f.article_id'} DESC"


def select(connection: sqlite3.Connection, query: Query) -> Selection:
    """The stories that a query means. Raises sqlite3.Error."""
    found = Selection()
    languages = [each.value for each in query.filters if each.field == "lang" and not each.negated]
    if query.is_raw:
        if query.text:
            found.index, found.match = _INDEX, query.text
    elif query.words is not None:
        _Words(connection, found, languages).put(query.words)
    for name in dict.fromkeys(each.field for each in query.filters):
        _put_filters(connection, found, [each for each in query.filters if each.field == name])
    if query.since is not None:
        found.conditions.append("f.day >= substr(?, 1, length(f.day)) AND f.day >= substr(?, 1, 4)")
        found.values += [query.since, query.since]
    if query.before is not None:
        found.conditions.append("f.day < ?")
        found.values.append(query.before)
    if query.edited is not None:
        found.conditions.append(_EDITED if query.edited else f"NOT {_EDITED}")
    if query.minutes is not None:
        first, last = query.minutes
        found.conditions.append(
            "f.minutes IN (SELECT m.id FROM _facets m WHERE m.kind = 'minutes'"
            " AND CAST(m.value AS INTEGER) BETWEEN ? AND ?)"
        )
        found.values += [first, 1_000_000 if last is None else last]
    return found


def explained(query: Query, error: sqlite3.Error) -> UsageError | None:
    """What the engine has against a query in its own syntax; None where that is not it."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if not query.is_raw or code != sqlite3.SQLITE_ERROR:
        return None
    said = re.sub(r"^fts5: ", "", str(error))
    return UsageError(
        f"{query.text!r} is no query in FTS5's syntax ({said}); put what is not letters into double"
        " quotes, or search without --fts"
    )


class _Words:
    """Puts words into a selection: those with spaces between them are in one index, the others in
    another."""

    def __init__(
        self, connection: sqlite3.Connection, found: Selection, languages: Iterable[str]
    ) -> None:
        self._found = found
        self._forms = forms_known(connection, languages)

    def put(self, node: Node) -> None:
        parts, without = (node.parts, node.without) if isinstance(node, AllOf) else ((node,), ())
        for is_pairs in (False, True):
            mine = [part for part in parts if is_unspaced(part) is is_pairs]
            if mine:
                bad = [part for part in without if is_unspaced(part) is is_pairs]
                self._found.index = _PAIRS if is_pairs else _INDEX
                self._found.match = self._match(_joined(mine, bad), is_pairs)
                parts = tuple(part for part in parts if part not in mine)
                without = tuple(part for part in without if part not in bad)
                break
        for part in parts:
            self._found.conditions.append(self._condition(part))
        for part in without:
            self._found.conditions.append(f"NOT {self._condition(part)}")

    def _match(self, node: Node, is_pairs: bool) -> str:
        return pairs_expression(node) if is_pairs else expression(node, self._forms)

    def _condition(self, node: Node) -> str:
        """A condition on a row `f`; its values are added."""
        kind = is_unspaced(node)
        if kind is not None and not (isinstance(node, AllOf) and not node.parts):
            index = _PAIRS if kind else _INDEX
            self._found.values.append(self._match(node, kind))
            return f"f.article_id IN (SELECT rowid FROM {index} WHERE {index} MATCH ?)"  # noqa: S608
        assert isinstance(node, AllOf | AnyOf | Near)
        inner = [self._condition(part) for part in node.parts]
        if isinstance(node, AllOf):
            inner += [f"NOT {self._condition(part)}" for part in node.without]
        return f"({(' OR ' if isinstance(node, AnyOf) else ' AND ').join(inner)})"


def _joined(parts: list[Node], without: list[Node]) -> Node:
    return parts[0] if len(parts) == 1 and not without else AllOf(tuple(parts), tuple(without))


def _put_filters(connection: sqlite3.Connection, found: Selection, filters: list[Filter]) -> None:
    """Put the filters of one field into a selection."""
    name = filters[0].field
    kind = _KINDS[name]
    known = dict(
        connection.execute(
            "SELECT value, id FROM _facets WHERE kind = ? AND stories > 0", (kind,)
        ).fetchall()
    )
    meant: list[tuple[Filter, list[str]]] = []
    for each in filters:
        values = _meant(name, each.value, known)
        meant.append((each, values))
        if not values:
            found.notes.append(f"The archive has no story with {name}:{each.value}.")
            if name == "site":
                found.unknown_sites.append(each.value)
        elif name in ("author", "tag", "section") and (len(values) > 1 or values[0] != each.value):
            more = f" and {len(values) - _NAMES_SHOWN:,} more" if len(values) > _NAMES_SHOWN else ""
            found.notes.append(
                f"{name}:{each.value} means {', '.join(values[:_NAMES_SHOWN])}{more}."
            )
    wanted = [values for each, values in meant if not each.negated]
    if wanted and name not in ("author", "tag"):
        wanted = [[value for values in wanted for value in values]]
    for values in wanted:
        _put(found, kind, values, [known[value] for value in values])
    for values in (values for each, values in meant if each.negated and values):
        _put(found, kind, values, [known[value] for value in values], no="NOT ")


def _put(found: Selection, kind: str, values: list[str], ids: list[int], no: str = "") -> None:
    if kind in ("author", "tag"):
        table, column = f"article_{kind}s", f"{kind}_id"
        found.conditions.append(
            f"{no}f.article_id IN (SELECT x.article_id FROM {kind}s w"  # noqa: S608
            f" CROSS JOIN {table} x ON x.{column} = w.id WHERE w.name IN ({_marks(values)}))"
        )
        found.values += values
    elif no:
        found.conditions.append(f"ifnull(f.{kind} NOT IN ({_marks(ids)}), 1)")
        found.values += ids
    else:
        found.conditions.append(f"f.{kind} IN ({_marks(ids)})")
        found.values += ids


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


_MOST_NAMES = 500


def _meant(name: str, value: str, known: Iterable[str]) -> list[str]:
    """Which of the values that there are somebody means: the very one; the same but for case and
    accents; those that have all its words."""
    if name == "lang":
        primary = value.partition("-")[0].lower()
        return [primary] if primary in known else []
    if value in known:
        return [value]
    wanted = fold(value)
    if name == "site":
        return [each for each in known if each == wanted]
    words = set(re.findall(r"\w+", wanted))
    folded = {each: fold(each) for each in known}
    same = [each for each, bare in folded.items() if bare == wanted]
    return (
        same
        or [
            each
            for each, bare in folded.items()
            if words and words <= set(re.findall(r"\w+", bare))
        ][:_MOST_NAMES]
    )
