"""Whether a record is where it was written, and whole."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from crawler.warc.writer import OPEN


def path_of(folder: Path, name: str) -> Path:
    """The path of a WARC file: with `.open` behind its name where it is being written, or was when
    its run died."""
    path = folder / name
    open_one = path.with_name(name + OPEN)
    return open_one if not path.exists() and open_one.exists() else path


def size_of(folder: Path, name: str) -> int | None:
    """Bytes of a WARC file; None where it is not there, or something that is no file."""
    path = path_of(folder, name)
    try:
        return path.stat().st_size if path.is_file() else None
    except OSError:
        return None


def kind_of(path: Path) -> str:
    """What something is that is no file, in words."""
    return "a folder" if path.is_dir() else "something that is no file"


def is_there(folder: Path, name: str, offset: int, length: int, record_id: str) -> bool:
    """Whether the record with a WARC-Record-ID stands whole at a place.

    Its member is read to the end, and its digests are compared: a millisecond for a page of some
    100 kB. A record that was imported with a fault of its own is not whole either.
    """
    from crawler.warc.check import read_record  # takes longer to load than most verbs to answer
    from crawler.warc.walk import Member, Source

    try:
        with path_of(folder, name).open("rb") as file:
            file.seek(offset)
            data = file.read(length)
    except OSError:
        return False
    if len(data) < length or not length:
        return False
    member = Member(Source(BytesIO(data)))
    found = read_record(member)
    return not found.faults and member.length == length and found["warc-record-id"] == record_id
