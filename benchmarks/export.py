"""`make bench-export`: what it costs to give out all stories of a large archive, form by form.

Makes an archive of invented stories (or takes one that is there), exports it by the program itself
in each form, as one file, and says the time, in time of the processor too, the greatest memory of
the process, and the size of what it wrote beside that of the archive's database.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.library import build
from crawler.archive.database import FILE_NAME, open_for_reading
from crawler.archive.searching import stories_in
from crawler.export.formats import FORMATS

ROOT = Path(__file__).resolve().parent.parent
STORIES = 100_000


@dataclass(frozen=True, slots=True)
class Cost:
    """What one export took."""

    form: str
    seconds: float
    """By the clock."""
    processor: float
    """Seconds of the processor."""
    memory: int
    """The most that the process held, bytes."""
    size: int
    """Of all files that it wrote, bytes."""


def cost(form: str, archive: Path, scratch: Path) -> Cost:
    """Export all stories. Raises OSError where the export fails."""
    made = FORMATS[form]
    out = scratch / (f"stories{made.endings[0]}" if made.write is not None else "set")
    began = time.perf_counter()
    child = os.spawnv(
        os.P_NOWAIT, sys.executable,
        [sys.executable, "-m", "scrapy", "export", form, str(archive), "-o", str(out)],
    )  # fmt: skip
    _, status, used = os.wait4(child, 0)
    seconds = time.perf_counter() - began
    if status:
        raise OSError(f"export {form} ended with {os.waitstatus_to_exitcode(status)}")
    files = [out] if out.is_file() else [path for path in out.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    if out.is_file():
        out.unlink()
    else:
        shutil.rmtree(out)
    return Cost(form, seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, size)


def table(costs: list[Cost], stories: int, size: int) -> str:
    """As Markdown."""
    lines = [
        f"{stories:,} stories, {size / 1e6:,.0f} MB of database.", "",
        "| form | seconds | processor | stories/s | memory, MB | size, MB | of the database |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]  # fmt: skip
    lines += [
        f"| {each.form} | {each.seconds:,.0f} | {each.processor:,.0f} |"
        f" {stories / each.processor:,.0f} | {each.memory / 1e6:,.0f} | {each.size / 1e6:,.0f} |"
        f" {each.size / size:.0%} |"
        for each in costs
    ]
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stories", type=int, default=STORIES)
    parser.add_argument("--archive", type=Path, help="take this one")
    parser.add_argument("--only", default=",".join(FORMATS), help="forms, with commas")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as scratch:
        archive = args.archive or Path(scratch) / "archive"
        if args.archive is None:
            build(archive, args.stories)
        with closing(open_for_reading(archive)) as db:
            stories = stories_in(db.conn)
        os.chdir(ROOT)
        costs = [cost(form, archive, Path(scratch)) for form in args.only.split(",")]
        print(table(costs, stories, (archive / FILE_NAME).stat().st_size))


if __name__ == "__main__":
    main()
