"""Backups in an object store: S3 and its like, Google's, Azure's.

The objects are named as the files of an archive. Each is put whole or not at all; WARC files first,
`archive.db` last: until then the store holds the backup of before.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from crawler import times
from crawler.archive.database import FILE_NAME, WARC_FOLDER
from crawler.backup.parts import Part, copy_database, parts_of
from crawler.backup.saving import TAKEDOWNS, Saved, check_copy, note, runs_in
from crawler.bundled import PROGRAM
from crawler.errors import ArchiveError, BusyError, DamageError, UsageError
from crawler.extras import needs_extra
from crawler.warc.names import is_successor
from crawler.warc.writer import OPEN

LOCK, ABOUT = "backup.lock", "backup.json"
_CHUNK = 1 << 20
# A backup that has not ended after so long is dead.
_STALE = timedelta(hours=12)
# Kinds that the library knows besides.
_NO_STORES = ("file", "memory")

Progress = Callable[[int, int], None]
"""Told of the bytes that were copied, and of those there are to copy."""


def is_address(text: str) -> bool:
    """Whether a destination is in an object store.

    >>> is_address("s3://bucket/press"), is_address("backups/press")
    (True, False)
    """
    return "://" in text


class ObjectStore:
    """A place in an object store, as its address and the environment say.

    Methods raise ArchiveError where the store refuses.
    """

    def __init__(self, address: str) -> None:
        """Raises UsageError where there is no such kind of store."""
        with needs_extra("backup", "store"):
            import obstore
            from obstore import exceptions
            from obstore.store import from_url
        kind, _, rest = address.partition("://")
        if kind.lower() in _NO_STORES:
            way = (
                f"name the folder: {rest}" if kind.lower() == "file" else "it would be lost at once"
            )
            raise UsageError(f"{address} is in no object store; {way}")
        self.address = address.rstrip("/")
        self._obstore: Any = obstore
        self._errors: Any = exceptions
        try:
            self._store: Any = from_url(self.address)
        except (exceptions.BaseError, ValueError) as error:
            raise UsageError(
                f"{address} is no address of an object store ({_first_line(error)}); there are"
                " s3://, gs:// and az://"
            ) from error

    def sizes(self) -> dict[str, int]:
        """All objects, with their lengths."""
        with self._told():
            found = self._obstore.list(self._store)
            return {each["path"]: each["size"] for batch in found for each in batch}

    def read(self, name: str) -> bytes | None:
        """A small object; None where there is none."""
        try:
            with self._told():
                return bytes(self._obstore.get(self._store, name).bytes())
        except FileNotFoundError:
            return None

    def write(self, name: str, data: bytes, *, new: bool = False) -> bool:
        """Put a small object; new: only where there is none. Returns whether it was put."""
        try:
            with self._of_bucket(), self._told():
                mode = {"mode": "create"} if new else {}
                self._obstore.put(self._store, name, data, **mode)
        except FileExistsError:
            return False
        return True

    def upload(self, name: str, path: Path, size: int, progress: Callable[[int], None]) -> str:
        """Put the beginning of a file, and read it back; returns its SHA-256, hexadecimal. Raises
        DamageError, OSError."""
        whole = hashlib.sha256()

        def pieces(file: BinaryIO) -> Iterator[bytes]:
            left = size
            while left and (data := file.read(min(_CHUNK, left))):
                left -= len(data)
                whole.update(data)
                progress(len(data))
                yield data

        with path.open("rb") as file, self._of_bucket(), self._told():
            self._obstore.put(self._store, name, pieces(file))
            back = hashlib.sha256()
            for piece in self._obstore.get(self._store, name).stream():
                back.update(bytes(piece))
        if back.digest() != whole.digest():
            raise DamageError(f"{self.address}/{name} is not what was sent: try again")
        return whole.hexdigest()

    def download(self, name: str, path: Path, progress: Callable[[int], None]) -> None:
        """Get an object into a file. Raises DamageError where there is none, OSError."""
        try:
            with self._told(), path.open("wb") as file:
                for piece in self._obstore.get(self._store, name).stream():
                    file.write(bytes(piece))
                    progress(len(piece))
                file.flush()
                os.fsync(file.fileno())
        except FileNotFoundError:
            raise DamageError(f"{self.address}/{name} is not there") from None

    def delete(self, name: str) -> None:
        """Take an object away, if it is there."""
        try:
            with self._told():
                self._obstore.delete(self._store, name)
        except FileNotFoundError:
            pass

    @contextmanager
    def _of_bucket(self) -> Iterator[None]:
        """Where no object need be there, and yet something is not: it is the bucket."""
        try:
            yield
        except FileNotFoundError as error:
            raise ArchiveError(
                f"{self.address}: there is no such bucket; make it, or name another"
            ) from error

    @contextmanager
    def _told(self) -> Iterator[None]:
        errors = self._errors
        try:
            yield
        except errors.NotFoundError:
            raise FileNotFoundError from None
        except (errors.AlreadyExistsError, errors.PreconditionError):
            raise FileExistsError from None
        except errors.BaseError as error:
            raise ArchiveError(f"{self.address}: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    """What the library says, without what it says for those who write it."""
    return str(error).strip().partition("\n")[0][:300]


def backup_to_store(folder: Path, address: str, progress: Progress) -> Saved:
    """Bring a place in an object store to what an archive is at this moment.

    Raises UsageError, ArchiveError, BusyError, DamageError, sqlite3.Error, OSError; the store holds
    the backup of before then.
    """
    store = ObjectStore(address)
    at = times.now()
    with _held(store), tempfile.TemporaryDirectory(prefix="backup-") as scratch:
        copied = Path(scratch) / FILE_NAME
        copy_database(folder, copied)
        check_copy(folder, copied)
        known, everything = runs_in(copied)
        there = store.sizes()
        _refuse_other(store, there, everything)
        parts = parts_of(folder, copied)
        _refuse_loss(store, there, parts)
        wanted = [
            part for part in parts
            if part.sha256 is None or there.get(f"{WARC_FOLDER}/{part.name}") != part.bytes
        ]  # fmt: skip
        size = copied.stat().st_size
        whole, done = size + sum(part.bytes for part in wanted), 0

        def more(count: int) -> None:
            nonlocal done
            done += count
            progress(done, whole)

        for part in wanted:
            found = store.upload(f"{WARC_FOLDER}/{part.name}", part.path, part.bytes, more)
            if part.sha256 is not None and found != part.sha256:
                store.delete(f"{WARC_FOLDER}/{part.name}")
                raise DamageError(f"{part.path} is not what it was; {PROGRAM} verify says where")
        store.write(ABOUT, json.dumps({"at": at, "runs": sorted(known)}).encode())
        store.upload(FILE_NAME, copied, size, more)
        _clear(store, there, parts)
    saved = Saved(len(parts), size + sum(part.bytes for part in parts), len(wanted),
                  sum(part.bytes for part in wanted))  # fmt: skip
    saved.noted = note(folder, store.address, at)
    return saved


def fetch(address: str, to: Path, progress: Progress) -> Saved:
    """Get a backup out of an object store into a folder. Raises as `backup_to_store`."""
    store = ObjectStore(address)
    there = store.sizes()
    if FILE_NAME not in there:
        raise ArchiveError(f"no backup at {address} (no {FILE_NAME} in it)")
    warc = to / WARC_FOLDER
    warc.mkdir(parents=True)
    names = [name for name in there if name.startswith(f"{WARC_FOLDER}/")]
    whole, done = sum(there[name] for name in (FILE_NAME, *names)), 0

    def more(count: int) -> None:
        nonlocal done
        done += count
        progress(done, whole)

    for name in (FILE_NAME, *names):
        store.download(name, to / name, more)
    return Saved(len(names), whole, len(names), whole)


def note_in_store(address: str, line: bytes) -> None:
    """Write a takedown beside a backup. Raises UsageError, ArchiveError."""
    store = ObjectStore(address)
    if FILE_NAME not in store.sizes():
        raise ArchiveError(f"no backup at {address}")
    store.write(TAKEDOWNS, (store.read(TAKEDOWNS) or b"") + line)


@contextmanager
def _held(store: ObjectStore) -> Iterator[None]:
    """Keep other backups off a place. Raises BusyError."""
    own = json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": times.now()})
    while not store.write(LOCK, own.encode(), new=True):
        try:
            holder = json.loads(store.read(LOCK) or b"{}")
            since = datetime.fromisoformat(holder["since"])
        except (ValueError, KeyError, TypeError):
            holder, since = {}, datetime.now(UTC)
        if datetime.now(UTC) - since < _STALE:
            raise BusyError(
                f"{store.address} is in use by process {holder.get('pid')} on"
                f" {holder.get('host')} since {holder.get('since')}; if that is dead, delete"
                f" {LOCK} there"
            )
        store.delete(LOCK)
    try:
        yield
    finally:
        store.delete(LOCK)


def _refuse_other(store: ObjectStore, there: dict[str, int], runs: set[str]) -> None:
    """Raise ArchiveError where a place holds something else, or another archive's backup."""
    ours = (FILE_NAME, LOCK, ABOUT, TAKEDOWNS)
    if any(name not in ours and not name.startswith(f"{WARC_FOLDER}/") for name in there):
        raise ArchiveError(f"{store.address} has other objects in it; name an empty prefix")
    about = store.read(ABOUT)
    if about is not None and set(json.loads(about)["runs"]) - runs:
        raise ArchiveError(f"{store.address} is another archive's backup; name another prefix")


def _refuse_loss(store: ObjectStore, there: dict[str, int], parts: list[Part]) -> None:
    """Raise DamageError where a backup has what the archive has lost: it would be of no use."""
    names = {part.name.removesuffix(OPEN) for part in parts}
    for path in there:
        name = path.removeprefix(f"{WARC_FOLDER}/").removesuffix(OPEN)
        if path.startswith(f"{WARC_FOLDER}/") and name not in names \
                and not any(is_successor(other, name) for other in names):  # fmt: skip
            raise DamageError(
                f"{store.address}/{path} is not in the archive any more: copy it back and run"
                f" {PROGRAM} rebuild, or name another prefix"
            )


def _clear(store: ObjectStore, there: dict[str, int], parts: list[Part]) -> None:
    needed = {f"{WARC_FOLDER}/{part.name}" for part in parts}
    for name in there:
        if (name.startswith(f"{WARC_FOLDER}/") and name not in needed) or name == TAKEDOWNS:
            store.delete(name)
