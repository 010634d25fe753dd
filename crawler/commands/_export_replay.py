"""`scrapy export`: an archive as other people's tools replay and browse it."""

from __future__ import annotations

import contextlib
import heapq
import json
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from crawler import __version__
from crawler.archive import histories
from crawler.archive.database import WARC_FOLDER, open_for_reading, refuse_union
from crawler.archive.datasette import metadata
from crawler.archive.export import (
    HeldFile,
    IsThere,
    StoryPage,
    count_lost,
    held_files,
    home_pages,
    index_lines,
    look_with,
    story_pages,
)
from crawler.archive.losses import Noted, noted_captures, noted_files
from crawler.bundled import PROGRAM
from crawler.commands._output import opened
from crawler.commands._shared import About, must_be_known
from crawler.counted import counted
from crawler.errors import DamageError, MissingError, UsageError
from crawler.text import shown_json
from crawler.warc.cdxj import index_line
from crawler.warc.presence import is_there, path_of, size_of
from crawler.warc.wacz import ChangedError, Part, Wacz

FORMS = ("cdxj", "wacz", "datasette")


def replay(
    form: str, folders: list[Path], about: About, site: str | None, output: str | None
) -> None:
    """Write what archives are replayed by and say what it holds; of several archives an index
    alone. Raises HemerotecaError, sqlite3.Error."""
    if len(folders) > 1 and form != "cdxj":
        raise UsageError(f"name one archive: each has a {form} of its own")
    with contextlib.ExitStack() as stack:
        held = []
        for folder in folders:
            if form != "datasette":
                refuse_union(folder)
            db = stack.enter_context(closing(open_for_reading(about.archive(folder))))
            db.conn.execute("BEGIN")  # it is of one moment, also beside a crawl
            held.append(db)
        if not any(histories.has_site(db.conn, site) for db in held if site):
            must_be_known(held[0], site)
        if form == "datasette":
            _datasette(held[0], folders[0], output)
            return
        for db, folder in zip(held, folders, strict=True):
            look_with(db.conn, _look(db, folder))
        said = (
            _cdxj(held, folders, output, site)
            if form == "cdxj"
            else _wacz(held[0], folders[0], output, site)
        )
        left_out = sum(count_lost(db.conn, site) for db in held)
    print(f"{said}{f' in {output}' if output else ''}", file=sys.stderr)
    if left_out:
        print(
            f"{PROGRAM} export: {left_out:,} captures are left out because their records are"
            f" lost; {PROGRAM} verify lists them",
            file=sys.stderr,
        )


def _datasette(db: Database, folder: Path, output: str | None) -> None:
    """Write what Datasette is told of an archive."""
    text = json.dumps(metadata(db.conn), ensure_ascii=False, indent=2)
    with opened(output, folder) as out:
        out.write(shown_json(text).encode() + b"\n")


def _look(db: Database, folder: Path) -> IsThere:
    """Says whether a record is there: by its file's length, and of those that are known to be lost
    by reading what is at their place."""
    warc = folder / WARC_FOLDER
    sizes: dict[str, int] = {}
    noted = noted_captures(db.conn)

    def look(name: str, offset: int, length: int, record_id: str) -> int:
        size = sizes.get(name)
        if size is None:
            size = sizes[name] = size_of(warc, name) or 0
        if size < offset + length:
            return 0
        return int(record_id not in noted or is_there(warc, name, offset, length, record_id))

    return look


def _cdxj(held: list[Database], folders: list[Path], output: str | None, site: str | None) -> str:
    count = 0
    with opened(output, *folders) as out:
        for line in heapq.merge(*(index_lines(db.conn, index_line, site) for db in held)):
            out.write(line.encode("utf-8", "replace") + b"\n")
            count += 1
    return counted(count, "capture")


def _wacz(db: Database, folder: Path, output: str | None, site: str | None) -> str:
    if output is None or output == "-":
        raise UsageError("WACZ is written to a file: name it with -o archive.wacz")
    files = held_files(db.conn, site)
    if not files:
        raise MissingError("the archive has no captures to export")
    noted = noted_files(db.conn)
    found = [_part(folder / WARC_FOLDER, each, noted.get(each.name)) for each in files]
    parts = [part for part in found if part is not None]
    created = datetime.now(UTC)
    home = next(home_pages(db.conn, site), None)
    try:
        with opened(output, folder) as out, Wacz(out, created) as wacz:
            wacz.add_files(parts)
            captures = wacz.add_index(index_lines(db.conn, index_line, site))
            pages = wacz.add_pages("pages", "Stories", _pages(db, site))
            earlier = story_pages(db.conn, site, earlier=True)
            wacz.add_pages("extraPages", "Earlier revisions", map(_page, earlier))
            wacz.finish(
                {
                    "title": site or folder.resolve().name,
                    "description": f"{pages:,} pages of news, archived by Hemeroteca",
                    "software": f"Hemeroteca/{__version__}",
                    "mainPageURL": home.url if home else None,
                    "mainPageDate": _zulu(home.captured_at) if home else None,
                }
            )
    except ChangedError as error:
        raise DamageError(
            f"{folder / WARC_FOLDER / str(error)} has changed since it was closed;"
            f" {PROGRAM} verify says where"
        ) from None
    return (
        f"{counted(len(parts), 'WARC file')}, {counted(captures, 'capture')},"
        f" {counted(pages, 'page')}"
    )


def _part(warc: Path, held: HeldFile, noted: Noted | None) -> Part | None:
    """A file as far as it may be taken: one that is open, to the last record that is acknowledged;
    one that is known to be damaged, as it was when that was noted; None: it is known to be lost.
    Raises DamageError where it is not there."""
    path = path_of(warc, held.name)
    if not path.exists():
        if noted is not None and noted.file.bytes is None:
            return None
        raise DamageError(f"{warc / held.name} is not there; {PROGRAM} verify says what was in it")
    if noted is not None and noted.file.bytes == path.stat().st_size and noted.file.sha256:
        return Part(held.name, path, noted.file.bytes, noted.file.sha256)
    if held.bytes is not None and held.sha256 is not None:
        return Part(held.name, path, held.bytes, held.sha256)
    print(
        f"{PROGRAM} export: {path.name} is not closed, because a run is writing it or was killed:"
        f" its first {held.end:,} bytes are exported, up to the last acknowledged record",
        file=sys.stderr,
    )
    return Part(held.name, path, held.end, None)


def _pages(db: Database, site: str | None) -> Iterator[dict[str, str | None]]:
    for pages in (home_pages(db.conn, site), story_pages(db.conn, site)):
        yield from map(_page, pages)


def _page(page: StoryPage) -> dict[str, str | None]:
    return {
        "id": page.record_id.removeprefix("<urn:uuid:").removesuffix(">"),
        "url": page.url,
        "ts": _zulu(page.captured_at),
        "title": page.title,
        "text": page.text,
    }


def _zulu(moment: str) -> str:
    """To the second: so the index has it, and a player looks for the very capture."""
    return datetime.fromisoformat(moment).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
