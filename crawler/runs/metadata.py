"""A visit as the records beside its captures tell of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from typing import cast, get_args

import msgspec

from crawler import times
from crawler.archive.past.reasons import parse
from crawler.archive.prunable import Pruning
from crawler.archive.takedowns import Takedown
from crawler.discover.shapes import shape
from crawler.items import Capture, FoundUrl, Kind, Role, Source, State, Visit
from crawler.reasons import Reason, is_known
from crawler.warc.articles import Conversion
from crawler.warc.dates import warc_moment
from crawler.warc.provenance import TAKEDOWN, picture_told
from crawler.warc.reader import Record


def with_conversion(visit: Visit, conversion: Conversion) -> Visit:
    """A visit with its article. That it was a copy of another one will be found again."""
    copy = visit.reason is not None and visit.reason.code == "same_text"
    return replace(
        visit,
        article=conversion.article,
        extractor=conversion.extractor,
        part_of=None if copy else visit.part_of,
        reason=None if copy else visit.reason,
    )


def visit_told(info: dict[str, str], captures: tuple[Capture, ...]) -> Visit:
    """A visit as its metadata tell of it."""
    url = info.get("visit", captures[-1].url)
    role = cast(Role, info.get("role") if info.get("role") in get_args(Role) else "page")
    state = cast(State, info["state"] if info["state"] in get_args(State) else "done")
    source = info.get("source")
    origin = None
    if source in get_args(Source):
        origin = FoundUrl(
            url, role, cast(Source, source), info.get("via"), info.get("claimed-at"),
            info.get("claimed-title"), info.get("claimed-changed-at"),
        )  # fmt: skip
    return Visit(
        url, role, state, _reason(info), captures,
        etag=info.get("etag"), last_modified=info.get("last-modified"),
        kind=cast(Kind, info["kind"]) if info.get("kind") in get_args(Kind) else None,
        not_modified=captures[-1].status == 304 and state == "done",
        shape=_shape(role, url), part_of=info.get("part-of"), origin=origin,
        leads_to=info.get("leads-to"), verdict=info.get("verdict"),
        picture=picture_told(info.get("picture", "")),
    )  # fmt: skip


def _reason(info: dict[str, str]) -> Reason | None:
    """The reason that metadata name; those of earlier versions have its words alone."""
    if (code := info.get("reason-code")) is not None and is_known(code):
        return Reason(code, info.get("reason-subject"))
    return parse(info["reason"]) if "reason" in info else None


def _shape(role: Role, url: str) -> str | None:
    return shape(url) if role == "page" else None


def fields(block: bytes) -> dict[str, str]:
    """The fields of a block of `application/warc-fields`; of those that repeat the last."""
    return dict(_pairs(block))


def values(block: bytes, name: str) -> list[str]:
    """All values of a field that may repeat."""
    return [value for each, value in _pairs(block) if each == name]


def _pairs(block: bytes) -> Iterator[tuple[str, str]]:
    for line in block.decode("utf-8", "replace").splitlines():
        name, colon, value = line.partition(":")
        if colon:
            yield name.strip(), value.strip()


def moment(text: str) -> str:
    """A moment that a record names as the database has it; now, where it cannot be read."""
    with contextlib.suppress(ValueError):
        return times.utc(warc_moment(text))
    return times.now()


def removed(record: Record, damage: list[str]) -> Iterator[Takedown | Pruning]:
    """The takedown or pruning that a record tells of; none where it cannot be read, and damage says
    so then."""
    kind: type[Takedown | Pruning] = Takedown if record.url.startswith(TAKEDOWN) else Pruning
    try:
        yield msgspec.json.decode(record.block, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        damage.append(f"{record.record_id}: no takedown, and no pruning")
