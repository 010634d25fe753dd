"""A story is fetched once a run, whatever its newspaper's clock says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from tests.loopback import serving

from .conftest import crawl, query


@contextmanager
def newspaper(hours: float, dates: tuple[str, ...] = ()) -> Iterator[tuple[str, Counter[str]]]:
    """Six fresh stories and some of dates that are given, told in a zone; gives the server's base
    URL, and counts what it is asked for. Every answer is another one: each visit looks worth
    another."""
    zone = timezone(timedelta(hours=hours))
    asked: Counter[str] = Counter()
    now = datetime.now(zone).replace(microsecond=0)
    published = [(now - timedelta(minutes=m)).isoformat() for m in (-90, 0, 20, 50, 110, 350)]
    stories = {
        f"/2026/the-weir-at-lock-{n}-is-mended/": at for n, at in enumerate([*published, *dates])
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked[self.path] += 1
            at = stories.get(self.path)
            if at is not None:
                body = "<html lang=en><head><meta property='og:type' content='article'><meta"
                body += f" property='article:published_time' content='{at}'></head><body><article>"
                body += f"<h1>The weir at {self.path}</h1><time datetime='{at}'>{at}</time>"
                body += "".join(
                    f"<p>Visit {asked[self.path]}: part {n} of {self.path} says that the master of"
                    " the locks has looked after the weir for years and knows each stone.</p>"
                    for n in range(8)
                )
            elif self.path == "/":
                links = "".join(f"<h2><a href='{s}'>The weir at {s}</a></h2>" for s in stories)
                body = f"<html><body><main>{links}</main></body></html>"
            self.send_response(200 if at or self.path == "/" else 404)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            if at or self.path == "/":
                self.wfile.write(body.encode())

    with serving(Handler) as url:
        yield url, asked


@pytest.mark.parametrize("hours", [-3.5, 14])
def test_fresh_stories_of_any_zone_are_fetched_once(tmp_path: Path, hours: float) -> None:
    far = ("9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "2190-01-01T00:00:00Z")
    with newspaper(hours, far) as (url, asked):
        # steps of seconds: each story is due again while the run still goes on
        steps = ("-s", "REVISIT_AFTER=1,2,3,4,5,6,7,8,3600,86400")
        done = crawl("news", tmp_path / "a", *steps, "-s", "DOWNLOAD_DELAY=0.1",
                     "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1", site=url)  # fmt: skip
    assert done.returncode == 0, done.stderr
    stories = {path: times for path, times in asked.items() if path.startswith("/2026/")}
    assert len(stories) == 9
    assert set(stories.values()) == {1}
    assert query(tmp_path / "a", "SELECT count(*) AS n FROM stories") == [{"n": 9}]
    assert query(tmp_path / "a", "SELECT due_at FROM urls WHERE due_at NOT LIKE '%+00:00'") == []
