"""Readings on their way from a page reader to the crawl, and kept until the run has learned.

Both in one form, MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md), which is
written and read several times as fast as pickled objects are.
"""

from __future__ import annotations

import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import BinaryIO

import msgspec
from isal import igzip, isal_zlib

from crawler.items import Keep, Page, Role
from crawler.learn import SiteProfile
from crawler.runs.assembly import Whole
from crawler.runs.visits import (
    Answer,
    Place,
    Reading,
    answer_at,
    document,
    read_answer,
    read_place,
    with_profile,
)

_WRITER = msgspec.msgpack.Encoder()
_READER = msgspec.msgpack.Decoder(Reading)

MOST_KEPT = 1 << 29
"""Bytes of readings that a run keeps: some seventy thousand stories."""

_LONG = 1_000_000
"""Characters of a text that is not packed: of a page that is one paragraph, text, body and their
Markdown are the same string, which is then sent, and held, once."""

Packed = bytes | Reading
"""A reading as it is sent; itself where it is long, or has text or numbers that MessagePack cannot
hold."""


def pack(reading: Reading) -> Packed:
    """A reading as it is sent to another process."""
    if reading.page is not None and len(reading.page.article.body) > _LONG:
        return reading
    try:
        return _WRITER.encode(reading)
    except (TypeError, ValueError, OverflowError):
        return reading


def unpack(packed: Packed) -> Reading:
    """What was packed."""
    return _READER.decode(packed) if isinstance(packed, bytes) else packed


def packed_answer(
    answer: Answer, role: Role, profile: SiteProfile | None, keep: Keep = "text"
) -> Packed:
    """`read_answer`, its result packed. For page readers."""
    return pack(read_answer(answer, role, profile, keep))


def packed_place(place: Place, profile: SiteProfile | None = None) -> Packed:
    """`read_place`, its result packed. For page readers."""
    return pack(read_place(place, profile))


def packed_with_profile(
    place: Place, kept: bytes, profile: SiteProfile | None, is_whole: bool
) -> Packed | None:
    """The same as `packed_place`, of a page whose reading was kept. For page readers.

    kept: as `KeptReadings.get` gave it. is_whole: whether the caller has just that, and can do
    without it where the profile changes nothing and no later page goes on with the story: None.
    """
    page = kept_page(kept)
    ruled = page
    if profile is not None:
        ruled = with_profile(cache(lambda: document(answer_at(place))), page, profile)
    if is_whole and ruled is page and Whole(page).wanted is None:
        return None
    return pack(Reading("html", ruled))


class KeptReadings:
    """The pages that a run has read, as they are without a profile of their sites.

    Whoever learns a profile at the run's end applies it to them, and need not read each page from
    its markup again. They are a convenience: what is not here is read again. In a file without a
    name, which goes with the process.
    """

    def __init__(self, folder: Path) -> None:
        """folder: of the archive, where there is room for as much."""
        self._folder = folder
        self._file: BinaryIO | None = None
        self._places: dict[str, tuple[int, int]] = {}
        self._changed: set[str] = set()
        """Captures of which another reading is stored than is kept here: the profile that the run
        began with changed it."""
        self._end = 0

    def keep(self, record_id: str, packed: Packed, reading: Reading) -> None:
        """Keep a reading, if it is of a story and there is room.

        record_id: of its capture. packed, reading: the same, as it was sent and as it is.
        """
        page = reading.unruled or reading.page
        if page is None or page.not_article is not None or self._end >= MOST_KEPT:
            return
        if reading.unruled is not None:
            packed = pack(Reading("html", page))
        if not isinstance(packed, bytes):
            return
        data = igzip.compress(packed, 0)
        with suppress(OSError):  # a full disk: the page is read again
            if self._file is None:
                self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115
            self._file.seek(self._end)
            self._file.write(data)
            self._places[record_id] = (self._end, len(data))
            self._end += len(data)
            if reading.unruled is not None:
                self._changed.add(record_id)
            else:
                self._changed.discard(record_id)

    def get(self, record_id: str) -> bytes | None:
        """A kept reading, for `kept_page`; None if it is not here."""
        place = self._places.get(record_id)
        if place is None or self._file is None:
            return None
        with suppress(OSError):
            self._file.seek(place[0])
            return self._file.read(place[1])
        return None

    def is_stored(self, record_id: str) -> bool:
        """Whether the archive has the reading of a capture as it is kept, without a profile."""
        return record_id in self._places and record_id not in self._changed

    def close(self) -> None:
        """Forget all."""
        if self._file is not None:
            with suppress(OSError):  # a full disk: what is not written yet is not wanted any more
                self._file.close()
        self._file = None
        self._places.clear()
        self._changed.clear()


def kept_page(data: bytes) -> Page:
    """The page in what `KeptReadings.get` gave. For page readers."""
    page = _READER.decode(isal_zlib.decompress(data, wbits=31)).page
    assert page is not None
    return page
