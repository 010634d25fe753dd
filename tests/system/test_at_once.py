"""Of runs that start at once on a new archive one has it; the others say so and touch nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from crawler.fixity.archive import verify
from tests.loopback import serving

from .conftest import crawl, query
from .test_errors import complaint
from .test_hostile import STORY

RUNS = 3


@contextmanager
def held_back() -> Iterator[str]:
    """A server that answers nobody before all runs have asked; gives the address of its story."""
    together = threading.Barrier(RUNS)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = STORY.encode() if self.path != "/robots.txt" else b""
            if not body:
                together.wait(60)
            self.send_response(200)
            self.send_header("Content-Type", "text/html" if body else "text/plain")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with serving(Handler) as url:
        yield f"{url}/2026/05/01/a-story-of-the-weir"


@pytest.mark.parametrize("time", range(2))
def test_of_runs_that_are_answered_at_the_same_moment_one_has_the_archive(
    tmp_path: Path, time: int
) -> None:
    folder = tmp_path / "a"
    with held_back() as url:
        with ThreadPoolExecutor(RUNS) as pool:
            runs = [pool.submit(crawl, "article", folder, url=url) for _ in range(RUNS)]
        said = [run.result() for run in runs]
    codes = [run.returncode for run in said]
    assert codes.count(0) >= 1, said
    assert set(codes) <= {0, 4}, said  # one that came when the first was done may have it, too
    for run in said:
        assert "Traceback" not in run.stderr
        if run.returncode == 4:
            assert "is in use by" in complaint(run.stderr)
            assert run.stdout == ""
    assert len(query(folder, "SELECT 1 FROM runs")) == codes.count(0)
    assert len(list((folder / "warc").iterdir())) == codes.count(0)
    assert sorted(path.name for path in folder.iterdir()) == ["archive.db", "warc"]
    report = verify(folder)
    assert report.sound, report.damage
    assert report.notices == []
