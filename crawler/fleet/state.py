"""A paper's archive on its way: to the worker at the beginning of a lease, and back.

What a paper's archive is, a manifest lists: its database, its WARC files, what its user has
written of its markup, each as an object with length and digest. PostgreSQL names the manifest, and
only whoever holds the lease can have it name another one (`leases.give_back`). All objects have the
fence of the lease in their names under which they were put. So a worker that has lost its lease,
and does not know yet, may put what it likes: nobody will read it.

A WARC file that was closed is put once. What is on the worker's disk stays there for the next
lease, and counts only if it was made of the archive that the paper has still. Otherwise it is set
aside: it may hold what nobody else archived.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec

from crawler import times
from crawler.archive.database import FILE_NAME, WARC_FOLDER
from crawler.archive.lock import ArchiveLock
from crawler.backup.copying import digest_of
from crawler.backup.parts import PROFILES, copy_database, parts_of, profiles_of
from crawler.backup.saving import check_copy
from crawler.errors import ArchiveError, DamageError
from crawler.fleet.leases import Lease
from crawler.fleet.places import HALF, Place, has, place_of
from crawler.warc.writer import OPEN, sync_folder

logger = logging.getLogger(__name__)

_MANIFESTS = "manifests/"
_ARCHIVE, _BASE, _COMING, _SENDING = "archive", "base.json", "coming", "sending.db"
_LOG_BYTES = 10_000_000
"""From which on a crawl's log is begun anew; the one before is kept."""
_SWEEP = 20
"""Of so many leases of a paper one looks at all objects."""
ASIDE = "set.aside"
"""Folder with archives of this worker that the fleet went on without. It is beside the papers': no
paper can have its name."""


class Thing(msgspec.Struct, frozen=True):
    """An object that is a file of an archive. sha256: hexadecimal."""

    name: str
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """An archive, by its files: the path of each in the archive's folder."""

    files: dict[str, Thing]


class _Base(msgspec.Struct, frozen=True):
    """What a worker's copy was made of. manifest: None where there was no archive. is_changed:
    whether a run has had it since. sent: the manifest under which it was put last; whether it
    became the paper's, PostgreSQL knows."""

    manifest: str | None
    is_changed: bool
    sent: str | None = None


class Workplace:
    """A worker's own copy of one paper's archive."""

    def __init__(self, scratch: Path, paper: str) -> None:
        """scratch: the worker's folder, of all papers."""
        self._scratch, self._folder, self._paper = scratch, scratch / paper, paper
        self.archive = self._folder / _ARCHIVE
        """The archive's folder."""
        self.log = self._folder / "crawl.log"
        self._lock = ArchiveLock(self._folder)

    def enter(self) -> None:
        """Keep other workers of this machine out of the folder. Raises BusyError, OSError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock.acquire()

    def leave(self) -> None:
        """Let them in again."""
        self._lock.release()

    # -- at the beginning of a lease -------------------------------------------------------------

    def fetch(self, place: Place, manifest: str | None) -> None:
        """Have the archive here that the paper has. manifest: what lists it; None: it has none yet.
        Raises ArchiveError, DamageError, OSError; the copy that was here stands then."""
        base = self._base()
        if base is not None and manifest == base.manifest:
            return
        if base is not None and manifest is not None and manifest == base.sent:
            self._note(_Base(manifest, base.is_changed))
            return
        if base is None or base.is_changed:
            self.set_aside("it was made of an archive that the paper does not have any more")
        if manifest is not None:
            self._bring(place, read_manifest(place, manifest))
        elif self.archive.exists():
            self.set_aside("the paper has no archive yet")
        self._note(_Base(manifest, False))

    def begin(self) -> None:
        """A run comes: what is here is not what was fetched any more. Raises OSError."""
        if self.log.exists() and self.log.stat().st_size > _LOG_BYTES:
            self.log.replace(self.log.with_name("crawl.log.1"))
        base = self._base()
        if base is None:
            self._note(_Base(None, True))
        else:
            self._note(_Base(base.manifest, True, base.sent))

    def set_aside(self, why: str) -> None:
        """Put what is here where nothing of it is lost. Raises OSError."""
        if not self.archive.exists():
            return
        moment = times.now(exact=True).replace(":", "").partition("+")[0]
        to = self._scratch / ASIDE / f"{self._paper}-{moment}"
        to.parent.mkdir(parents=True, exist_ok=True)
        self.archive.rename(to)
        (self._folder / _BASE).unlink(missing_ok=True)
        logger.warning("%s: a copy of its archive is set aside in %s: %s", self._paper, to, why)

    def _bring(self, place: Place, manifest: Manifest) -> None:
        coming = self._folder / _COMING
        _gather(place, manifest, coming, self.archive)
        if self.archive.exists():
            shutil.rmtree(self.archive)
        coming.rename(self.archive)
        sync_folder(self._folder)

    # -- at its end ------------------------------------------------------------------------------

    def put(
        self, place: Place, lease: Lease, serial: int, progress: Callable[[int], None]
    ) -> str | None:
        """Put the archive as it is at this moment, whoever writes to it meanwhile. serial: of the
        times that this is done under the lease. Returns the manifest's name; None where there is
        no archive. Raises ArchiveError, BusyError, DamageError, sqlite3.Error, OSError."""
        if not (self.archive / FILE_NAME).is_file():
            return None
        fence = f"{lease.fence:010}-{serial:04}"
        base = self._base()
        before = self._put_before(place, base.manifest if base else None)
        copied = self._folder / _SENDING
        copy_database(self.archive, copied)
        try:
            check_copy(self.archive, copied)
            parts = parts_of(self.archive, copied)
            files = {}
            for part in parts:
                path = f"{WARC_FOLDER}/{part.name}"
                known = before.files.get(path)
                if part.sha256 is None or known is None or (known.bytes, known.sha256) != (
                    part.bytes, part.sha256
                ):  # fmt: skip
                    name = f"{WARC_FOLDER}/{fence}/{part.name}"
                    found = place.upload(name, part.path, part.bytes, progress)
                    if part.sha256 not in (None, found):
                        raise DamageError(f"{part.path} is not what it was when it was closed")
                    known = Thing(name, part.bytes, found)
                files[path] = known
            own = {f"{PROFILES}/{path.name}": path for path in profiles_of(self.archive)}
            for path, source in {**own, FILE_NAME: copied}.items():
                name, size = f"{path}/{fence}", source.stat().st_size
                files[path] = Thing(name, size, place.upload(name, source, size, progress))
        finally:
            copied.unlink(missing_ok=True)
        manifest = f"{_MANIFESTS}{fence}.json"
        place.write(manifest, msgspec.json.encode(Manifest(files)))
        # before PostgreSQL hears of it: killed in between, this copy is known as that archive
        self._note(_Base(base.manifest if base else None, True, manifest))
        return manifest

    def _put_before(self, place: Place, manifest: str | None) -> Manifest:
        """What of this archive is in its place already: nothing, where the place has lost the list
        of it. All of it is here, and is put anew. Raises ArchiveError."""
        try:
            return Manifest({}) if manifest is None else read_manifest(place, manifest)
        except DamageError as error:
            logger.warning("%s: the whole archive is put anew: %s", self._paper, error)
            return Manifest({})

    def stored(self, manifest: str, *, is_running: bool) -> None:
        """PostgreSQL has taken note: what is here is made of that archive now. Raises OSError."""
        self._note(_Base(manifest, is_running))

    # -- what is here ----------------------------------------------------------------------------

    def _base(self) -> _Base | None:
        try:
            return msgspec.json.decode((self._folder / _BASE).read_bytes(), type=_Base)
        except (FileNotFoundError, msgspec.MsgspecError):
            return None

    def _note(self, base: _Base) -> None:
        path = self._folder / _BASE
        half = path.with_name(f"{_BASE}.part")
        with half.open("wb") as file:
            file.write(msgspec.json.encode(base))
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
        sync_folder(self._folder)


def copy_out(place: Place, manifest: str, to: Path) -> None:
    """An archive of the fleet as a folder to read: all of it or nothing. What a copy that was
    broken off has brought is gone on with. Raises ArchiveError, DamageError, OSError."""
    coming = to.with_name(f"{to.name}.coming")
    _gather(place, read_manifest(place, manifest), coming, to)
    coming.rename(to)
    sync_folder(to.parent)


def _gather(place: Place, manifest: Manifest, coming: Path, here: Path) -> None:
    """Have all files of an archive in a folder, and no other. here: where some of its WARC files
    may be already. Raises ArchiveError, DamageError, OSError."""
    for path, thing in manifest.files.items():
        to = coming / path
        if to.is_file() and _is(to, thing):
            continue  # of a time before
        to.parent.mkdir(parents=True, exist_ok=True)
        there = here / path
        if path.startswith(f"{WARC_FOLDER}/") and there.is_file() and _is(there, thing):
            _link(there, to)
            continue
        place.download(thing.name, to, lambda count: None)
        if not _is(to, thing):
            to.unlink()
            raise DamageError(f"{thing.name} is not what was put there")
    known = {coming / path for path in manifest.files}
    for each in list(coming.rglob("*")):
        if each.is_file() and each not in known:
            each.unlink()


def read_manifest(place: Place, name: str) -> Manifest:
    """What a manifest lists. Raises ArchiveError, DamageError."""
    data = place.read(name)
    if data is None:
        raise DamageError(
            f"the manifest {name} of a paper's archive is not there; bring it back from a copy of"
            " that place, or have the paper begin anew under another name"
        )
    try:
        found = msgspec.json.decode(data, type=Manifest)
    except msgspec.MsgspecError as error:
        raise DamageError(f"the manifest {name} is not what was put there ({error})") from error
    for path in found.files:
        if path.startswith("/") or ".." in path.split("/"):
            raise DamageError(f"the manifest {name} names {path}, outside of the archive")
    return found


def clear(place: Place, lease: Lease, before: str | None, keep: str) -> int:
    """Take away what the archive does not need any more, of leases up to this one. before, keep:
    the manifests of then and now. Returns how many objects. Raises ArchiveError, DamageError.

    Now and then all objects are looked at, for what workers left that lost their leases. A worker
    that does not know yet may read what goes here; what it would do with it, it could not store.
    """
    needed = {keep, *(thing.name for thing in read_manifest(place, keep).files.values())}
    if before is None or lease.fence % _SWEEP == 0:
        found = {name for name in place.sizes() if _fence(name) <= lease.fence}
    else:
        then = read_manifest(place, before).files.values()
        found = {before, *(thing.name for thing in then)}
    gone = sorted(found - needed)
    for name in gone:
        place.delete(name)
    return len(gone)


def _fence(name: str) -> int:
    """The fence in the name of an object; beyond all others where it has none: it is not ours."""
    for word in _words(name):
        if word[:10].isdigit() and word[10:11] == "-" and word[11:15].isdigit() and len(word) == 15:
            return int(word[:10])
    return 1 << 63


def _words(name: str) -> Iterator[str]:
    for word in name.split("/"):
        yield word.removesuffix(HALF).removesuffix(".json")


def _is(path: Path, thing: Thing) -> bool:
    return path.stat().st_size == thing.bytes and digest_of(path) == thing.sha256


def _link(source: Path, to: Path) -> None:
    """The same file at two places: it is closed, and nobody writes to it any more."""
    if source.name.endswith(OPEN):
        shutil.copyfile(source, to)
        return
    try:
        to.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, to)


def refuse_other(state: str, manifests: Mapping[str, str]) -> None:
    """Raise ArchiveError where a place has none of the archives that a fleet has. manifests: of
    some of its papers what lists the archive."""
    if manifests and not any(has(state, paper, name) for paper, name in manifests.items()):
        paper = next(iter(manifests))
        raise ArchiveError(
            f"{state} has none of the fleet's archives, as that of {paper}; name where they are, or"
            " stop the workers and copy all that is there to this place first"
        )


def refuse_unusable(state: str) -> None:
    """Raise UsageError or ArchiveError where archives cannot be kept at a place."""

    # of its own name: two may try at once
    data = hashlib.sha256(os.urandom(8)).hexdigest().encode()
    name = f"probe-{data.decode()}"
    place = place_of(state, ".fleet")
    place.write(name, data)
    found = place.read(name)
    place.delete(name)
    if found != data:
        raise ArchiveError(f"{state} does not give back what is put there")
