"""A data set: a folder with the tables in `data/`, and beside it what tells of them."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from crawler.archive.export_tables import Table
from crawler.errors import UsageError
from crawler.export.formats import Format, Options
from crawler.export.source import Source

DATA = "data"
DIGESTS = "SHA256SUMS"
"""The SHA-256 of each other file, in the form of `sha256sum --check`: it also tells what is of a
data set from what somebody put there."""
_CARD = {"README.md", "croissant.json", "datapackage.json"}
"""What each data set of ours has: many a folder of somebody's has a SHA256SUMS of its own."""
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
    yield HeldFile(path.relative_to(root).as_posix(), path.stat().st_size, _sha256(path))


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


@contextmanager
def _made(folder: Path) -> Iterator[Path]:
    """A new folder that takes the place of the one asked for when all went well."""
    if folder.name in ("", ".."):
        raise UsageError("a data set takes a folder of its own; name one with -o")
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise UsageError(f"{folder} is no folder; name another with -o")
    part = folder.with_name(f"{folder.name}{_PART}")
    try:
        if folder.exists():
            _must_be_ours(folder)
        with _begun(part):
            try:
                yield part
                _take_place(part, folder)
            except BaseException:
                _remove(part)
                raise
    except OSError as error:
        raise UsageError(
            f"cannot write {error.filename or folder} ({error.strerror}); name another folder with"
            " -o"
        ) from error


def _must_be_ours(folder: Path) -> None:
    """Raise UsageError where a folder holds anything but a data set as it was written: what
    somebody put or changed there is theirs."""
    if not any(folder.iterdir()):
        return
    try:
        lines = (folder / DIGESTS).read_text(encoding="utf-8").splitlines()
        listed = {path: digest for digest, path in (line.split("  ", 1) for line in lines)}
    except (OSError, ValueError):
        listed = {}
    if not listed.keys() >= _CARD:
        raise UsageError(
            f"{folder} is there and is no data set of this program; name another folder with -o"
        )
    for path in folder.rglob("*"):
        is_link = path.is_symlink()
        if path == folder / DIGESTS or (path.is_dir() and not is_link):
            continue
        is_file = path.is_file() and not is_link
        if not is_file or listed.get(path.relative_to(folder).as_posix()) != _sha256(path):
            raise UsageError(
                f"{path} was put there or changed since the data set was written; move it, or name"
                " another folder with -o"
            )


@contextmanager
def _begun(part: Path) -> Iterator[None]:
    """A new folder for a data set, and the right to it: whoever writes one has a lock on its
    DIGESTS, which the kernel takes away however a process ends."""
    if part.exists():
        if not _is_begun(part):
            raise UsageError(f"{part} is in the way; move it, or name another folder with -o")
        with _locked(part):  # one that was broken off
            _remove(part)
    part.mkdir(parents=True)
    with _locked(part):
        yield


@contextmanager
def _locked(part: Path) -> Iterator[None]:
    with (part / DIGESTS).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(
                f"another export is writing {part}; wait for it, or name another folder with -o"
            ) from None
        yield


def _is_begun(part: Path) -> bool:
    return part.is_dir() and not part.is_symlink() and (part / DIGESTS).is_file()


def _take_place(part: Path, folder: Path) -> None:
    old = folder.with_name(f"{folder.name}.old{_PART}")
    if old.exists():
        if not _is_begun(old):
            raise UsageError(f"{old} is in the way; move it, or name another folder with -o")
        _remove(old)
    if not folder.exists():
        part.replace(folder)
        return
    folder.replace(old)
    try:
        part.replace(folder)
    except BaseException:
        old.replace(folder)
        raise
    _remove(old)


def _remove(part: Path) -> None:
    """Remove a data set, as far as that is possible; by what is left of one that was broken off it
    is still known."""
    if not part.is_dir():
        return
    for path in part.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        elif path.name != DIGESTS:
            with suppress(OSError):
                path.unlink()
    shutil.rmtree(part, ignore_errors=True)
