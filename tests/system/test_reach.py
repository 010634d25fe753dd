"""How much of a site is found, and at what cost (docs/measure.md)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.discovery import measure, measure_invented
from benchmarks.newspapers import PLANS

pytestmark = pytest.mark.usefixtures("loaded_commands")


@pytest.mark.parametrize(("site", "fetches"), [("courier", 1.65), ("links", 2.0)])
def test_a_site_is_archived_whole_and_nothing_else_at_a_bounded_cost(
    site: str, fetches: float
) -> None:
    reach = measure(site)
    assert reach.archived >= 0.99 * reach.stories
    assert reach.archived >= 0.99 * reach.articles
    assert reach.fetches <= fetches * reach.archived
    assert reach.bodies <= 0.05 * reach.archived


@pytest.mark.parametrize(
    ("name", "fetches"),
    [
        ("a section that the sitemap lacks", 1.5),
        ("days only", 2.3),
        ("sessions in paths", 1.6),
        ("traps", 2.0),
    ],
)
def test_newspapers_unlike_the_demo_are_archived_whole_too(name: str, fetches: float) -> None:
    """Small ones, so the first lists, which may lead to nothing, weigh more than in large ones."""
    (plan,) = (plan for plan in PLANS if plan.name == name)
    reach = measure_invented(replace(plan, stories=100))
    assert reach.archived == reach.stories
    assert reach.archived >= 0.99 * reach.articles
    assert reach.fetches <= fetches * reach.archived
    assert reach.bodies <= 0.05 * reach.archived
