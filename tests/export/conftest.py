"""An archive of two newspapers, some of whose stories were written to break a reader's file."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crawler.archive.store import Store
from crawler.items import Article, Capture, Claim, Image, LinkedStory, Moment, ReadTime, Visit
from crawler.reservations import Reservation

ROOT = Path(__file__).resolve().parents[2]
READERS = ROOT / ".venv-readers" / "bin" / "python"

AI = Reservation("train-ai", "n", True, "header", "Content-Usage")
TDM = Reservation("tdm", "1", True, "meta", "tdm-reservation")

NEWS, GAZETTE = "https://news.example", "https://gazette.example"


def _story(url: str, title: str, told: str | None, precision: str, **more: Any) -> Article:
    body = more.pop("body", "The river rose.\n\nIt fell again.")
    return Article(
        url=url, title=title, body=body, body_markdown=more.pop("markdown", body),
        published=Moment(told, precision, told, "meta") if told else None,  # type: ignore[arg-type]
        word_count=len(body.split()), **{"language": "en", **more},
    )  # fmt: skip


FLOOD = _story(
    f"{NEWS}/flood", "Flood, “the worst”", "2026-01-05T08:30:00+01:00", "second",
    authors=("Ada Brook", "José Núñez, M.P."), tags=("river; mills", "wéather"), section="News",
    standfirst="Line one\nline two", read_time=ReadTime(2, True, "2 min"),
    image=Image(f"{NEWS}/flood.jpg", "lead", "A flood", "The mill", 640, 480),
    links=(
        LinkedStory("related", f"{NEWS}/mill", "Mill", "Read on", 1),
        LinkedStory("next", f"{NEWS}/never-archived", "Gone", None, 1, "Teaser", None,
                    Claim("4 Jan", "card")),
    ),
    modified=Moment("2026-01-06", "day", "2026-01-06", "meta"),
)  # fmt: skip
STORIES = (
    (FLOOD, (AI,)),
    (_story(f"{NEWS}/mill", "=HYPERLINK(\"http://evil.example\";\"x\")", "2026-01-05", "day",
            authors=("@SUM(A1)",), section="-2+3"), ()),
    (_story(f"{NEWS}/quote", 'He said "no",\r\nthen\tleft\x00', "2025-12", "month",
            body="--- \n\n# Not a heading\n\n<script>alert(1)</script>\n\n\u202eright to left"),
     (TDM,)),
    (_story(f"{NEWS}/year", "＝1+1 in full width", "2024", "year", language="ja",
            body="川の水。\n\n" * 5_000), ()),
    (_story(f"{NEWS}/undated", "", None, "day", language=None, body=""), ()),
    (_story(f"{GAZETTE}/a", "The same flood", "0001-01-01T00:00+14:00", "minute",
            authors=("Ada Brook",)), (TDM, AI)),
    (_story(f"{GAZETTE}/z", "Late night", "2026-03-31T23:30-05:00", "minute"), ()),
)  # fmt: skip


def fill(folder: Path) -> None:
    """Store the stories, one of them in two revisions."""
    store = Store(folder)
    store.begin_run("news", {"site": f"{NEWS}/"}, "Hemeroteca/9", "2026-01-06T12:00:00+00:00")
    home = Capture(
        url=f"{NEWS}/", fetched_at="2026-01-06T13:00:00.000000+00:00", status=200,
        content_type="text/html", payload_digest="sha256:home", payload_bytes=9,
        record_id="<urn:uuid:home>", warc_file="t.warc.gz", warc_offset=9_000, warc_length=90,
    )  # fmt: skip
    store.record([Visit(f"{NEWS}/", "home", "done", captures=(home,))])
    later = replace(FLOOD, title="Flood, “the very worst”", body="Worse.\n\nIt fell.", word_count=3)
    for number, (article, reserved) in enumerate([*STORIES, (later, (AI,))]):
        capture = Capture(
            url=article.url, fetched_at=f"2026-01-06T12:{number:02}:00.000000+00:00", status=200,
            content_type="text/html", payload_digest=f"sha256:{number}", payload_bytes=9,
            record_id=f"<urn:uuid:{number}>", warc_file="t.warc.gz", warc_offset=100 * number,
            warc_length=90, reservations=reserved,
        )  # fmt: skip
        store.record([Visit(article.url, "page", "done", captures=(capture,), article=article)])
    store.finish_run("finished", "2026-01-06T13:00:01+00:00")
    store.close()


@pytest.fixture(scope="session")
def archive() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "archive"
        fill(folder)
        yield folder


def read_by_others(script: str, *arguments: str | Path) -> Any:
    """What a script says, as JSON, that runs where other people's readers of data are installed
    and nothing of ours."""
    if not READERS.exists():
        pytest.fail("the tools that this test reads data with are not installed: make reader-tools")
    done = subprocess.run(
        [READERS, "-c", script, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3_000:]
    return json.loads(done.stdout.splitlines()[-1])
