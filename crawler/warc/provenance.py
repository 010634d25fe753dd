"""What is recorded beside an exchange: where its URL came from, what became of it, what was made of
it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from crawler.items import Article, Capture, Picture, Visit
from crawler.reservations import as_line
from crawler.text import clean_json
from crawler.warc.records import FIELDS, HTML, JSON, Headers, fields

FORMAT = 1
"""Of the JSON in conversion records; counted up when a reader of the old one would misread it."""

ARTICLE = "urn:hemeroteca:article:"
"""Begins the address of a conversion record; the page's follows. Before this there was only the
page's: what a record is about is what WARC-Refers-To says, in old files and new."""

RENDERED = "urn:hemeroteca:rendered:"
"""Begins the address of what a browser showed of a page; the page's follows."""

RENDERED_BY = "Hemeroteca-Rendered-By"
"""The field of such a record that says how it was made."""

RUN = "urn:hemeroteca:run:"
"""Begins the address of a run's record; its uuid follows."""

PROFILE = "urn:hemeroteca:profile:"
"""Begins the address of a record with a site's profile; its host follows."""

TAKEDOWN = "urn:hemeroteca:takedown:"
PRUNING = "urn:hemeroteca:pruning:"
"""Begin the addresses of the records of what was taken out; its uuid follows."""

_PICTURE = re.compile(r"(image/[a-z0-9.+-]{1,40}) (\d{1,12})(?: (\d{1,7})x(\d{1,7}))?")

Record = tuple[str, Headers, bytes]
"""WARC-Type, named fields, block."""


def metadata_records(visit: Visit, article_url: str | None) -> list[Record]:
    """A `metadata` record for each capture of a visit, in order.

    article_url: address of the story that was stored from it or seen there.
    """
    found, reason = visit.origin, visit.reason
    said: list[tuple[str, str | None]] = [
        ("visit", visit.url),
        ("visit-record", visit.captures[-1].record_id if visit.captures else None),
        ("role", visit.role),
    ]
    if found is not None:
        said += [
            ("source", found.source),
            ("via", found.via),
            ("claimed-at", found.claimed_at),
            ("claimed-changed-at", found.changed_at),
            ("claimed-title", found.claimed_title),
        ]
    outcome = [
        ("state", visit.state),
        ("reason", str(reason) if reason else None),
        ("reason-code", reason.code if reason else None),
        ("reason-subject", reason.subject if reason else None),
        ("kind", visit.kind),
        ("article", article_url),
        ("part-of", visit.part_of),
        ("leads-to", visit.leads_to),
        ("verdict", visit.verdict),
        ("etag", visit.etag),
        ("last-modified", visit.last_modified),
        ("picture", _of_picture(visit.picture) if visit.picture else None),
    ]
    records: list[Record] = []
    for capture in visit.captures:
        took = None if capture.fetch_ms is None else str(capture.fetch_ms)
        pairs = [*said, ("fetchTimeMs", took)]
        pairs += [("reservation", as_line(each)) for each in capture.reservations]
        if capture is visit.captures[-1]:
            pairs += outcome
        headers = [
            ("WARC-Target-URI", capture.url),
            ("WARC-Concurrent-To", capture.record_id),
            ("Content-Type", FIELDS),
        ]
        records.append(("metadata", headers, fields(pairs)))
    return records


def _of_picture(picture: Picture) -> str:
    size = "" if picture.width is None else f" {picture.width}x{picture.height}"
    return f"{picture.media_type} {picture.bytes}{size}"


def picture_told(text: str) -> Picture | None:
    """What a visit's metadata say of a picture; None where it cannot be read.

    >>> picture_told("image/png 512 32x20")
    Picture(media_type='image/png', bytes=512, width=32, height=20)
    """
    found = _PICTURE.fullmatch(text)
    if found is None:
        return None
    width, height = (int(each) if each else None for each in found.groups()[2:])
    return Picture(found[1], int(found[2]), width, height)


def conversion_record(
    capture: Capture, article: Article, article_url: str, extractor: str
) -> Record:
    """The `conversion` record of an article as it was stored from a capture.

    Its address is one of its own: replay tools that index every record would take one with the
    page's address for the page.
    """
    content = {
        "format": FORMAT,
        "extractor": extractor,
        "url": article_url,
        "article": article,
    }
    headers = [
        ("WARC-Target-URI", ARTICLE + capture.url),
        ("WARC-Refers-To", capture.record_id),
        ("Content-Type", JSON),
    ]
    return "conversion", headers, clean_json(content)


def rendering_record(capture: Capture, made_by: str, html: bytes) -> Record:
    """The `conversion` record of what a browser showed of a capture: the document as the page's
    scripts left it.

    A conversion, because it was made of another record (ISO 28500, 6.8), and a `resource` may not
    say of which (5.11).
    """
    headers = [
        ("WARC-Target-URI", RENDERED + capture.url),
        ("WARC-Refers-To", capture.record_id),
        (RENDERED_BY, made_by),
        ("Content-Type", HTML),
    ]
    return "conversion", headers, html


def run_record(uuid: str, content: Mapping[str, Any]) -> Record:
    """The `resource` record of a run: its settings and statistics."""
    headers = [("WARC-Target-URI", RUN + uuid), ("Content-Type", JSON)]
    text = json.dumps(content, ensure_ascii=False, default=str, indent=1)
    return "resource", headers, text.encode("utf-8", "backslashreplace")


def profile_record(host: str, content: Mapping[str, Any]) -> Record:
    """The `resource` record of a site's profile: once it stands, the site's pages have been read
    with it."""
    headers = [("WARC-Target-URI", PROFILE + host), ("Content-Type", JSON)]
    return "resource", headers, clean_json(dict(content))


def removal_record(kind: str, uuid: str, content: Mapping[str, Any]) -> Record:
    """The `metadata` record of what was taken out. kind: TAKEDOWN or PRUNING."""
    headers = [("WARC-Target-URI", kind + uuid), ("Content-Type", JSON)]
    return "metadata", headers, clean_json(dict(content))
