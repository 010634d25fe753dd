"""Archives and visits to fill them with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from crawler.archive.store import Store
from crawler.items import Article, Capture, Visit

MakeVisit = Callable[..., Visit]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    store = Store(folder)
    store.begin_run(
        "news", {"site": "https://news.example/"}, "Test/1", "2026-01-02T12:00:00+00:00"
    )
    yield store
    store.db.close()


@pytest.fixture
def make_visit() -> MakeVisit:
    """A visit of a URL, captured one minute after the one before."""
    numbers = count()

    def make(
        url: str = "https://news.example/a", article: Article | None = None, **changes: object
    ) -> Visit:
        number = next(numbers)
        capture = Capture(
            url=url,
            fetched_at=f"2026-01-02T12:{number:02}:00.000000+00:00",
            status=200,
            content_type="text/html",
            payload_digest="sha256:X",
            payload_bytes=9,
            record_id=f"<urn:uuid:{number}>",
            warc_file="t.warc.gz",
            warc_offset=number,
            warc_length=1,
        )
        visit = Visit(url, "page", "done", captures=(capture,), article=article)
        return replace(visit, **changes)  # type: ignore[arg-type]

    return make
