"""`make test-flips`: one bit turned over somewhere in an archive, again and again; is it found?

Every part of every member of every WARC file is hit: header, compressed data, trailer. Each time
damage must be found, and the record at that place named.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from crawler.archive.audit import listed_files
from crawler.archive.database import WARC_FOLDER, open_for_reading
from crawler.demo.server import serve
from crawler.fixity.files import check_file
from crawler.fixity.report import Problem
from crawler.warc.walk import HEADER, Source, members

TRAILER = 8


@dataclass(frozen=True, slots=True)
class Flip:
    """A bit of a WARC file."""

    file: str
    position: int
    bit: int
    part: str
    """header, data or trailer of the gzip member."""
    member: int
    """Where that begins."""


def every_part(path: Path, chance: random.Random, samples: int) -> Iterator[Flip]:
    """Bits of each member of a file: one of its header, one of its trailer, the first and the last
    byte of its data, and `samples` others of it."""
    for offset, length in places(path):
        end = offset + length
        data = range(offset + len(HEADER), end - TRAILER)
        chosen = {"header": [chance.randrange(offset, data.start)],
                  "data": [data.start, data.stop - 1, *chance.choices(data, k=samples)],
                  "trailer": [chance.randrange(data.stop, end)]}  # fmt: skip
        for part, positions in chosen.items():
            for position in positions:
                yield Flip(path.name, position, chance.randrange(8), part, offset)


def places(path: Path) -> list[tuple[int, int]]:
    """Offset and length of each member of a file."""
    found = []
    with path.open("rb") as file:
        for member in members(Source(file)):
            while member.read():
                pass
            found.append((member.offset, member.length))
    return found


def damage(folder: Path, flip: Flip, scratch: Path) -> list[Problem]:
    """What is found in a copy of a file of an archive with one bit turned over."""
    data = bytearray((folder / WARC_FOLDER / flip.file).read_bytes())
    data[flip.position] ^= 1 << flip.bit
    path = scratch / flip.file
    path.write_bytes(data)
    with closing(open_for_reading(folder)) as db:
        listed = {each.name: each for each in listed_files(db.conn)}
        return check_file(path, listed[flip.file], db.conn).report.damage


def is_named(flip: Flip, found: list[Problem]) -> bool:
    """Whether one of the problems tells of the record that was hit."""
    return any(each.file == flip.file and each.offset == flip.member for each in found)


def crawl(folder: Path, file_bytes: int = 40_000) -> None:
    """Archive the demo newspaper into small files."""
    with serve("morning") as url:
        subprocess.run(
            [sys.executable, "-m", "scrapy", "crawl", "news", "-a", f"site={url}",
             "-a", f"archive={folder}", "-a", "allow_private=1", "-s", "DOWNLOAD_DELAY=0",
             "-s", f"WARC_FILE_BYTES={file_bytes}"],
            check=True, capture_output=True,
        )  # fmt: skip


def main() -> None:
    """Flip for a while, say how it went, and fail if one was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=8, help="bits of each member's data")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    opts = parser.parse_args()
    chance = random.Random(opts.seed)
    done, missed = 0, 0
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder, scratch = Path(name) / "archive", Path(name) / "scratch"
        scratch.mkdir()
        crawl(folder)
        for path in sorted((folder / WARC_FOLDER).iterdir()):
            for flip in every_part(path, chance, opts.samples):
                found = damage(folder, flip, scratch)
                done += 1
                if not is_named(flip, found):
                    missed += 1
                    print(f"missed: {flip}: {found}")
            (scratch / path.name).unlink()
        shutil.rmtree(scratch)
    print(
        f"{done:,} bits turned over, {done - missed:,} found at their place,"
        f" {time.monotonic() - begun:.0f} s (seed {opts.seed})"
    )
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()
