"""A data set: a folder with the tables in `data/`, and beside it what tells of them."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crawler.archive.export_tables import Table
from crawler.errors import UsageError
from crawler.export.formats import Format, Options
from crawler.export.source import Source

DATA = "data"
DIGESTS = "SHA256SUMS"
"""The SHA-256 of each other file, in the form of `sha256sum --check`: it also tells a data set of
ours from a folder of somebody's."""
_PART = ".part"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A file of a data set."""

    path: str
    """From the data set's folder, with slashes."""
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class HeldTable:
    """A table of a data set."""

    table: Table
    rows: int
    file: HeldFile | None
    """None: it is in a folder of its own, which has its name."""
    files: int
    bytes: int


def write(
    folder: Path, form: Format, tables: tuple[Table, ...], source: Source, options: Options,
    card: Callable[[Path, tuple[HeldTable, ...]], None],
) -> tuple[HeldTable, ...]:  # fmt: skip
    """Write a data set, which is there when it is complete and not before; one of ours that is
    there already is replaced then. Returns its tables.

    card: writes what tells of them, into the folder. Raises UsageError where something else is
    there, or nothing can be written; sqlite3.Error.
    """
    with _made(folder) as made:
        data = made / DATA
        data.mkdir()
        if form.write_all is not None:
            held = _together(data, form, tables, source, options)
        else:
            held = tuple(_table(data, form, table, source, options) for table in tables)
        card(made, held)
        with (made / DIGESTS).open("w", encoding="utf-8") as out:
            for each in _files(made, made):
                if each.path != DIGESTS:
                    out.write(f"{each.sha256}  {each.path}\n")
    return held


def _table(data: Path, form: Format, table: Table, source: Source, options: Options) -> HeldTable:
    before = set(data.iterdir())
    if form.fill is not None:
        form.fill(data, source, table, options)
    else:
        assert form.write is not None
        with (data / f"{table.name}{form.endings[0]}").open("wb") as out:
            form.write(out, source, table, options)
    new = sorted(set(data.iterdir()) - before)
    file, files, size = None, 0, 0
    for path in new:
        for file in _files(path, data.parent):
            files, size = files + 1, size + file.bytes
    if form.beside is not None:
        form.beside(data, table)
    rows = source.written[table.name]
    return HeldTable(table, rows, None if form.fill is not None else file, files, size)


def _together(
    data: Path, form: Format, tables: tuple[Table, ...], source: Source, options: Options
) -> tuple[HeldTable, ...]:
    assert form.write_all is not None
    path = data / f"stories{form.endings[0]}"
    with path.open("wb") as out:
        form.write_all(out, source, tables, options)
    (file,) = _files(path, data.parent)
    if form.beside is not None:
        form.beside(data, tables[0])
    return tuple(
        HeldTable(table, source.written[table.name], file, 1, file.bytes) for table in tables
    )


def _files(path: Path, root: Path) -> Iterator[HeldFile]:
    """The files at or below a path, in the order of their names. Of millions, one at a time."""
    if path.is_dir():
        for inner in sorted(path.iterdir()):
            yield from _files(inner, root)
        return
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    yield HeldFile(path.relative_to(root).as_posix(), path.stat().st_size, digest.hexdigest())


@contextmanager
def _made(folder: Path) -> Iterator[Path]:
    """A new folder that takes the place of the one asked for when all went well."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise UsageError(f"{folder} is no folder; name another with -o")
    if folder.exists() and not _is_ours(folder):
        raise UsageError(
            f"{folder} is there and is no data set of this program; name another folder with -o"
        )
    part = folder.with_name(f"{folder.name}{_PART}")
    try:
        if part.exists():  # one that was broken off
            if not _is_begun(part):
                raise UsageError(f"{part} is in the way; move it, or name another folder with -o")
            shutil.rmtree(part)
        part.mkdir(parents=True)
        (part / DIGESTS).touch()
        yield part
        _take_place(part, folder)
    except OSError as error:
        raise UsageError(
            f"cannot write {error.filename or folder} ({error.strerror}); name another folder with"
            " -o"
        ) from error
    finally:
        if _is_begun(part):
            shutil.rmtree(part, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    return not any(folder.iterdir()) or (folder / DIGESTS).is_file()


def _is_begun(part: Path) -> bool:
    return part.is_dir() and not part.is_symlink() and (part / DIGESTS).is_file()


def _take_place(part: Path, folder: Path) -> None:
    if not folder.exists():
        part.replace(folder)
        return
    old = folder.with_name(f"{folder.name}.old{_PART}")
    if old.exists():
        if not _is_begun(old):
            raise UsageError(f"{old} is in the way; move it, or name another folder with -o")
        shutil.rmtree(old)
    folder.replace(old)
    part.replace(folder)
    shutil.rmtree(old, ignore_errors=True)
