"""What a run says of itself in WARC."""

from __future__ import annotations

import hashlib
import json
import socket
from collections.abc import Mapping
from typing import Any

from scrapy.settings import BaseSettings
from scrapy.utils.misc import load_object

from crawler import __version__
from crawler.extensions.download import DownloadHandler, working_tap
from crawler.warc.records import Headers

# In names of settings that must not be published.
_PRIVATE = ("PASS", "SECRET", "TOKEN", "KEY")


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


def wire_info(settings: BaseSettings) -> Headers:
    """Further fields for a run that fetches: whether heads are kept byte for byte, and bodies with
    their transfer coding. Another download handler than ours has no tap."""
    handler = load_object(settings.getdict("DOWNLOAD_HANDLERS").get("http") or DownloadHandler)
    tapped = issubclass(handler, DownloadHandler) and working_tap() is not None
    coded = tapped and settings.getbool("WARC_VERBATIM")
    return [
        ("http-headers", "verbatim" if tapped else "rebuilt"),
        ("transfer-coding", "kept" if coded else "removed"),
    ]


def plain_settings(settings: BaseSettings) -> dict[str, Any]:
    """Every setting of a run that is not Scrapy's default, by name, as JSON can hold it."""
    return {
        name: _plain(settings.get(name))
        for name in sorted(map(str, settings))
        if settings.getpriority(name) and not any(part in name for part in _PRIVATE)
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
