"""A page kept with all that it shows looks as it did, played back by pywb in a real browser."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks.likeness import CHROMIUM, browser, differing, moment_of, origin_of, pywb, shot
from crawler.demo.server import serve

from .conftest import ROOT, crawl, query, run_scrapy

TOOLS = ROOT / ".venv-replay" / "bin"


def pages(archive: Path) -> list[tuple[str, str]]:
    """A story of each theme, and a list: address and moment."""
    rows = query(
        archive,
        "SELECT c.url, min(c.fetched_at) AS at FROM captures c JOIN urls u ON u.id = c.url_id"
        " WHERE c.status = 200 AND u.role IN ('home', 'page')"
        " AND (c.url LIKE '%/peat-meadow-rewetted%' OR c.url LIKE '%/organ-restored-in-tarnholt%'"
        " OR c.url LIKE '%/freight-siding-decision-expected' OR u.role = 'home') GROUP BY c.url",
    )
    return [(str(row["url"]), str(row["at"])) for row in rows]


def test_pages_played_back_look_as_they_did_and_those_without_what_they_show_do_not(
    tmp_path: Path,
) -> None:
    if not Path(CHROMIUM).exists():
        if os.environ.get("CI"):
            pytest.fail("there is no chromium here: apt-get install chromium")
        pytest.skip("there is no chromium here: apt-get install chromium")
    with browser() as chromium:
        with serve("morning") as site:
            for keep in ("page", "text"):
                assert crawl("news", tmp_path / keep, site=site, keep=keep).returncode == 0
            chosen = pages(tmp_path / "page")
            live = {url: shot(chromium, url, origin_of(url)) for url, _ in chosen}
        shares = {}
        for keep in ("page", "text"):
            index = run_scrapy("export", "cdxj", "-a", f"archive={tmp_path / keep}").stdout
            place = tmp_path / f"pywb-{keep}"
            place.mkdir()
            with pywb(TOOLS, tmp_path / keep, place, index) as player:
                for url, at in chosen if keep == "page" else chosen[:1]:
                    again = shot(chromium, f"{player}{moment_of(at)}/{url}", origin_of(player))
                    shares[keep, url] = differing(chromium, live[url].png, again.png)
                    assert keep == "text" or not again.failed
    assert len(chosen) == 4
    assert max(share for (keep, _), share in shares.items() if keep == "page") <= 0.02
    assert min(share for (keep, _), share in shares.items() if keep == "text") > 0.1
