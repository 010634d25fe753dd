"""Tasks, what came of them, and which of them are done: that stands in the shards themselves, so
that whoever goes on, on whichever machine, knows."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from crawler.archive.database import FILE_NAME

State = Literal["done", "damaged", "set aside", "stopped", "busy", "known"]
"""done: all of it. damaged: what could be read of it. set aside: nothing is kept of it. stopped:
by somebody, or for want of room, and the next time it goes on. busy: another program has the shard.
known: the same file was done under another name."""

KEPT: tuple[State, ...] = ("done", "damaged", "set aside")
"""States that are remembered."""
_ENDINGS = re.compile(r"(\.warc|\.arc|\.wacz)?(\.gz|\.zst)?$", re.IGNORECASE)
_NOT_IN_NAMES = re.compile(r"[^\w.-]+", re.ASCII)
_DIGITS = 12
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What one task may take."""

    minutes: float = 360
    megabytes: int = 4_096
    """Memory of its process, and of its page reader."""


@dataclass(frozen=True, slots=True)
class Task:
    """One file to import, or one archive to read again."""

    verb: Literal["import", "reextract"]
    source: str
    """Path of the WARC file, or of the archive."""
    folder: str
    """Of the shards."""
    version: str
    """Of the extractor."""
    sites: tuple[str, ...] = ()
    """Hosts of the newspapers that are wanted; empty: all."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Those that differ from the program's own."""
    limits: Limits = Limits()
    again: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a task."""

    source: str
    state: State
    reason: str = ""
    shard: str = ""
    totals: Mapping[str, int] = field(default_factory=dict)
    bytes: int = 0
    mtime_ns: int = 0
    sha256: str = ""
    about: str = ""
    """What else makes a task another one: the newspapers wanted, the version of the extractor."""


def about(task: Task) -> str:
    """What else makes a task another one."""
    return " ".join(task.sites) if task.verb == "import" else task.version


def shard_name(source: Path, sha256: str) -> str:
    """What the shard of a file is called, and the archive is in a union: the file's name, and the
    beginning of its digest.

    >>> shard_name(Path("CC-NEWS-20260101-00017.warc.gz"), "0c5a91f3b2d4e6")
    'CC-NEWS-20260101-00017.0c5a91f3b2d4'
    """
    stem = _NOT_IN_NAMES.sub("-", _ENDINGS.sub("", source.name)).strip(".-") or "file"
    return f"{stem[:120]}.{sha256[:_DIGITS]}"


def digest(path: Path) -> str:
    """SHA-256 of a file. Raises OSError."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()


# -- what is done ----------------------------------------------------------------------------------


def remember(shard: Path, verb: str, done: Done) -> None:
    """Write down what came of a task, beside its archive. Raises OSError."""
    shard.mkdir(parents=True, exist_ok=True)
    part = shard / f"{verb}.json.part"
    part.write_text(json.dumps(asdict(done), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    part.replace(shard / f"{verb}.json")


def remembered(shard: Path, verb: str) -> Done | None:
    """What came of a task, if it was done. Raises OSError."""
    try:
        told = json.loads((shard / f"{verb}.json").read_text(encoding="utf-8"))
        return Done(**told)
    except (FileNotFoundError, NotADirectoryError, ValueError, TypeError):
        return None


def all_remembered(folder: Path, verb: str) -> Iterator[Done]:
    """What came of all tasks whose shards are in a folder. Raises OSError."""
    if folder.is_dir():
        for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
            if entry.is_dir() and (found := remembered(Path(entry), verb)) is not None:
                yield found


def same_elsewhere(folder: Path, sha256: str, what: str) -> Done | None:
    """What came of a file with the same content, whatever its name. Raises OSError."""
    for place in sorted(folder.glob(f"*.{sha256[:_DIGITS]}")):
        found = remembered(place, "import")
        if found is not None and found.sha256 == sha256 and found.about == what:
            return found
    return None


def left_to_do(tasks: Iterable[Task], folder: Path) -> tuple[list[Task], list[Done]]:
    """The tasks that are not done, and what came of the others. A file is known by its path, length
    and time; one that is not is read for its digest when its turn comes. Raises OSError."""
    todo: list[Task] = []
    done: list[Done] = []
    imports = {each.source: each for each in all_remembered(folder, "import")}
    for task in tasks:
        if task.verb == "import":
            known = imports.get(task.source)
            stat = Path(task.source).stat()
            is_same = known is not None and (known.bytes, known.mtime_ns) == (
                stat.st_size,
                stat.st_mtime_ns,
            )
        else:
            known = remembered(Path(task.source), "reextract")
            stat = (Path(task.source) / FILE_NAME).stat()
            is_same = known is not None
        if known is not None and is_same and known.about == about(task) and not task.again:
            done.append(known)
        else:
            todo.append(task)
    return todo, done
