"""A site gives the same stories at any pace, in any order of answers, in any number of runs.

`make bench-order` does this for all invented newspapers in all ways.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.newspapers import PLANS, Newspaper
from benchmarks.order import orders

pytestmark = pytest.mark.usefixtures("loaded_commands")


@pytest.mark.timeout(300)  # a dozen crawls
@pytest.mark.parametrize(
    ("name", "ways"),
    [
        ("flat with print copies", ("shuffled", "killed")),
        ("query words", ("0.05",)),
        ("mirror", ("few pages a run",)),
    ],
)
def test_the_same_stories_in_any_order(name: str, ways: tuple[str, ...]) -> None:
    (plan,) = (plan for plan in PLANS if plan.name == name)
    plan = replace(plan, stories=24)
    wanted = sorted(story.title for story in Newspaper(plan).stories)
    for way, found, _ in orders(plan, ways, seed=2026):
        assert found == wanted, way
