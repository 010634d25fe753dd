"""What a run says in WARC of itself and of its visits."""

from __future__ import annotations

import hashlib
import json
import platform
import re
import socket
import sqlite3
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler import __version__
from crawler.extract.version import extractor_version
from crawler.items import Visit
from crawler.warc.provenance import conversion_record, metadata_records
from crawler.warc.records import Headers
from crawler.warc.writer import WarcWriter

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

# In names of settings that must not be published.
_PRIVATE = ("PASS", "SECRET", "TOKEN", "KEY", "COOKIE_FILES")


def file_prefix(folder: Path) -> str:
    """What the names of an archive's WARC files begin with: its own, in letters that any system
    takes."""
    return re.sub(r"[^A-Za-z0-9_]+", "-", folder.resolve().name).strip("-") or "archive"


def warcinfo(
    settings: BaseSettings, spider: str, arguments: Mapping[str, str], uuid: str, started_at: str
) -> Headers:
    """Fields of the warcinfo record of a run's files (ISO 28500, 6.2)."""
    return [
        ("software", f"Hemeroteca/{__version__}"),
        ("format", "WARC File Format 1.1"),
        (
            "conformsTo",
            "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        ),
        ("operator", settings["CONTACT"] or None),
        ("robots", "obey (RFC 9309)" if settings.getbool("ROBOTSTXT_OBEY") else "ignore"),
        ("http-header-user-agent", settings["USER_AGENT"]),
        ("hostname", socket.gethostname()),
        ("isPartOf", uuid),
        ("spider", spider),
        ("arguments", json.dumps(dict(arguments), ensure_ascii=False)),
        ("started", started_at),
        ("settings-digest", settings_digest(settings)),
    ]


def note_visit(warc: WarcWriter, visit: Visit, article_url: str | None, revised: bool) -> None:
    """Write beside the captures of a visit where its URL came from and what was made of it.

    article_url, revised: the article that was stored or seen, and whether it got a revision. Raises
    OSError.
    """
    if not visit.captures:
        return
    for made in metadata_records(visit, article_url):
        warc.write_other(*made)
    last = visit.captures[-1]
    if visit.article is None or article_url is None:
        return
    # else an earlier record says the same; but many pages of script are one and the same answer
    if last.record_type == "response" or revised or last.rendering is not None:
        by = visit.extractor or extractor_version()
        warc.write_other(*conversion_record(last, visit.article, article_url, by))


def plain_settings(settings: BaseSettings) -> dict[str, Any]:
    """Every setting of a run that is not Scrapy's default, by name, as JSON can hold it."""
    return {
        name: _plain(settings.get(name))
        for name in sorted(map(str, settings))
        if settings.getpriority(name) and not any(part in name for part in _PRIVATE)
    }


def versions() -> dict[str, str]:
    """Versions of what a run runs on."""
    return {
        "python": platform.python_version(),
        "scrapy": version("scrapy"),
        "sqlite": sqlite3.sqlite_version,
        "extractor": extractor_version(),
    }


def settings_digest(settings: BaseSettings) -> str:
    """`sha256:` and hexadecimal digits of all settings: equal for runs that are set up alike."""
    text = json.dumps(plain_settings(settings), sort_keys=True, default=str)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return getattr(value, "__qualname__", None) or str(value)
