"""A report in a real browser: at a phone's and a screen's width, and on paper."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.system.conftest import run_scrapy

from .conftest import visiting
from .test_browser import AXE

EVIL = "<script>window.pwned = 1</script><img src='https://a.example/x' onerror='pwned=1'>"


@pytest.fixture(scope="module")
def written(demo_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the demo newspaper, with a headline that wants to run."""
    folder = tmp_path_factory.mktemp("report")
    with sqlite3.connect(demo_archive / "archive.db") as db:
        db.execute("VACUUM INTO ?", (str(folder / "archive.db"),))
    db.close()
    with sqlite3.connect(folder / "archive.db") as db:
        history = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'revisions'"
        for (name,) in db.execute(history).fetchall():
            db.execute(f"DROP TRIGGER {name}")
        db.execute("UPDATE revisions SET title = title || ?", (EVIL,))
        db.execute("UPDATE articles SET published_day = date('now', -(id % 20) || ' days')")
    db.close()
    done = run_scrapy("report", str(folder), "-o", str(folder / "report.html"))
    assert done.returncode == 0, done.stderr
    return folder / "report.html"


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_it_fits_and_has_no_barrier_and_loads_nothing(
    chromium: Any, written: Path, width: int
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    with visiting(chromium, viewport={"width": width, "height": 844}) as visitor:
        visitor.go(written.as_uri())
        assert visitor.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert visitor.page.locator("rect").count() > 5
        styled = "getComputedStyle(document.querySelector('td.n')).textAlign"
        assert visitor.page.evaluate(styled) == "right"  # the policy lets the style sheet be
        assert visitor.page.evaluate("window.pwned === undefined")
        assert visitor.complaints == []
        assert visitor.outside == [written.as_uri()]  # the file alone
        found = Axe().run(visitor.page, options=AXE).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []


def test_it_can_be_printed(chromium: Any, written: Path) -> None:
    with visiting(chromium, viewport={"width": 690, "height": 900}) as visitor:
        visitor.go(written.as_uri())
        visitor.page.emulate_media(media="print")
        assert visitor.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert visitor.page.pdf(format="A4").startswith(b"%PDF")
