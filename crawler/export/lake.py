"""A lake: the stories of many archives as Parquet, in a folder that DuckDB reads in place.

    LAKE/archive=NAME/stories/site=HOST/year=2026/month=1/part-0.parquet

What an archive has is in one folder, which is written apart and then put in its place: whoever
reads the lake sees an archive as it was or as it is, and no other archive is touched. What is
written lies a folder deeper than what is read, so that no pattern `LAKE/*/stories/…` finds it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from crawler import __version__
from crawler.archive import exported
from crawler.archive.database import is_damage, open_as_it_is
from crawler.archive.lock import ArchiveLock
from crawler.archive.members import Named, stamp_of
from crawler.errors import ArchiveError, HemerotecaError, UsageError
from crawler.export.formats import FORMATS, Options
from crawler.export.rights import terms
from crawler.export.source import Source
from crawler.search import parse

TABLES = ("stories", "revisions", "links", "captures")
_ABOUT = "_about.json"
"""What a lake, and each archive in it, says of itself. Readers of Parquet pass over such names."""
_NEW, _OLD = "_new", "_old"
"""Folders with what is being written, and with what it takes the place of."""


@dataclass(slots=True)
class Filled:
    """What was brought into a lake."""

    archives: int = 0
    untouched: int = 0
    """Of these: that nobody has written to since."""
    stories: int = 0
    """Of those that were written."""
    aside: list[tuple[str, str]] = field(default_factory=list)
    """Archives that were set aside: name, and why."""


def fill(
    folder: Path,
    archives: Iterable[Named],
    progress: Callable[[str, Filled], None] = lambda name, filled: None,
) -> Filled:
    """Bring a lake up to date with archives: those that somebody has written to since are written
    anew, each whole.

    Raises UsageError where something else is in the folder, or Parquet cannot be written here;
    BusyError where another merge fills it; OSError.
    """
    _must_be_ours(folder)
    folder.mkdir(parents=True, exist_ok=True)
    filled = Filled()
    lock = ArchiveLock(folder)
    lock.acquire()
    try:
        _say(folder / _ABOUT, {"software": f"Hemeroteca {__version__}", "tables": TABLES})
        _clear(folder)
        for each in sorted(archives, key=lambda each: each.name):
            progress(each.name, filled)
            try:
                _take(folder, each, filled)
            except sqlite3.Error as error:
                what = "it is damaged" if is_damage(error) else "it cannot be read"
                filled.aside.append((each.name, f"{what} ({error})"))
            except UsageError:
                raise
            except HemerotecaError as error:
                filled.aside.append((each.name, str(error)))
    finally:
        lock.release()
    return filled


def _must_be_ours(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is no folder; name another with --parquet")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / _ABOUT).is_file():
        raise UsageError(f"{folder} is there and is no lake; name another folder with --parquet")


def _clear(folder: Path) -> None:
    """Put away what one that was killed has left; an archive that it had moved aside comes back."""
    for old in (folder / _OLD).glob("*"):
        if not (folder / old.name).exists():
            old.replace(folder / old.name)
    for left in (folder / _NEW, folder / _OLD, *folder.glob("_new.*"), *folder.glob("_old.*")):
        shutil.rmtree(left, ignore_errors=True)


def _take(folder: Path, each: Named, filled: Filled) -> None:
    place = folder / f"archive={quote(each.name, safe='')}"
    new, old = (folder / aside / place.name for aside in (_NEW, _OLD))
    with closing(open_as_it_is(each.folder)) as db:
        db.execute("BEGIN")
        known = _told(place / _ABOUT)
        if place.exists() and known.get("folder") != str(each.folder.resolve()):
            raise ArchiveError(
                f"the lake has another archive called {each.name}, of {known.get('folder')}; give"
                f" this one a name of its own: NAME={each.folder}"
            )
        stamp, columns = stamp_of(each.folder), _columns()
        if (known.get("stamp"), known.get("columns")) == (stamp, columns):
            filled.archives += 1
            filled.untouched += 1
            return
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        stories = _write(new, db.conn)
    told = {"folder": str(each.folder.resolve()), "stamp": stamp, "columns": columns}
    _say(new / _ABOUT, told | {"stories": stories})
    if place.exists():
        old.parent.mkdir(exist_ok=True)
        place.replace(old)
    new.replace(place)
    for aside in (new.parent, old.parent):
        shutil.rmtree(aside, ignore_errors=True)
    filled.archives += 1
    filled.stories += stories


def _columns() -> str:
    """Tells what this version writes from what an earlier one wrote: files of one table with other
    columns are not read together."""
    form = FORMATS["parquet"]
    tables = [form.table(name) for name in TABLES]
    return hashlib.sha256(repr(tables).encode()).hexdigest()[:16]


def _write(folder: Path, connection: sqlite3.Connection) -> int:
    """Write the tables of an archive; how many stories it has."""
    form = FORMATS["parquet"]
    assert form.fill is not None
    exported.look_with(connection, terms)
    number, _ = exported.choose(connection, parse(""))
    exported.choose_captures(connection, None, whole=True)
    source = Source(connection)
    for name in TABLES:
        table = form.table(name)
        assert table is not None
        form.fill(folder, source, table, Options())
    return number


def _told(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _say(path: Path, told: dict[str, object]) -> None:
    path.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
