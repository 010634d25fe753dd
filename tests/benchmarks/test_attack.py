"""The hostile suite in short: what `make attack` does with a few of its faults."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.attack import FAULTS, attack

SHORT = ("half a gigabyte in two megabytes of gzip", "broken chunks")


@pytest.mark.parametrize("name", SHORT)
def test_a_hostile_server_costs_the_good_one_nothing(name: str, tmp_path: Path) -> None:
    (fault,) = (each for each in FAULTS if each.name == name)
    got = attack(fault, tmp_path, patience=500)
    assert got.withstood, got
    assert got.code == 0
    assert got.megabytes < 1_000
    assert got.reason != "all read"
