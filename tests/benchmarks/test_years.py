"""The years that are lived through in minutes: a few days of them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from benchmarks.years.__main__ import EVER, FAKETIME, live
from benchmarks.years.compare import compare


@pytest.fixture
def _a_clock_of_its_own() -> None:
    if not any(path.exists() for path in FAKETIME):
        in_ci = os.environ.get("HYPOTHESIS_PROFILE") == "ci"
        (pytest.fail if in_ci else pytest.skip)("there is no libfaketime: apt-get install faketime")


@pytest.mark.usefixtures("_a_clock_of_its_own")
def test_a_few_days_of_a_newspaper_are_in_the_archive_as_they_were(tmp_path: Path) -> None:
    spells = {"https": (2.0, EVER), "markup1": (3.0, EVER), "paths1": (4.0, EVER)}
    papers, folder = live(tmp_path / "years", 6, 2, spells)
    found = compare(folder, papers)
    assert {kind: lines for kind, lines in found.faults.items() if "withdrawn" not in kind} == {}
    assert found.counts["stories"] > 60
    assert found.counts["revisions"] == found.counts["versions that were seen"]
    nights = [json.loads(line) for line in (tmp_path / "years" / "runs.jsonl").open()]
    assert [night["night"][:7] for night in nights] == ["2023-09"] * 6
    assert not any("Traceback" in night["errors"] for night in nights)
