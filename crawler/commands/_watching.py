"""The monitors, after a command that has changed what they look at."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlite_utils import Database

from crawler.commands._config import Found, find
from crawler.commands.findings import said
from crawler.errors import ConfigError

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings


def configuration() -> Found | None:
    """The nearest configuration; none where it has mistakes, for a command that is no crawl."""
    try:
        return find(needs_papers=False)
    except ConfigError:
        return None


def look(db: Database, folder: Path, settings: BaseSettings) -> list[str]:
    """Have the monitors look at an archive that the caller holds, and enter what they find; returns
    it, a line for each. Raises sqlite3.Error, OSError."""
    from crawler.runs import tell_of_findings, watch_archive

    found = configuration()
    if found is not None:
        found.apply(settings)
    with db.atomic():
        news = watch_archive(db.conn, folder, datetime.now(UTC).date(), settings)
    tell_of_findings(news.found, news.over)
    return [
        *(f"{each.level}: {said(each)}" for each in news.found),
        *(f"over: {said(each)}" for each in news.over),
    ]
