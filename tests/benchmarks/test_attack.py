"""The hostile suite in short: what `make attack` does with a few of its faults."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.attack import FAULTS, LED_ASTRAY, MOST_MEGABYTES, attack, can_make

BOMB = "half a gigabyte in two megabytes of gzip"
SHORT = (BOMB, "broken chunks", LED_ASTRAY)


@pytest.mark.parametrize("name", SHORT)
def test_a_hostile_server_costs_the_good_one_nothing(
    name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if name != BOMB:  # its memory is measured: loaded processes share much, which counts for each
        request.getfixturevalue("loaded_commands")
    (fault,) = (each for each in FAULTS if each.name == name)
    if fault.namespaces and not can_make(fault):
        pytest.skip("there is no right to make namespaces")
    got = attack(fault, tmp_path, patience=500)
    assert got.withstood, got
    assert got.code == 3  # of the hostile one no story was ever found
    assert got.megabytes < MOST_MEGABYTES
    assert got.reached == 0
    assert got.reason != "all read"
