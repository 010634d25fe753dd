"""How much of a site is found, and at what cost (docs/measure.md)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.discovery import measure, measure_plan
from benchmarks.newspapers import PLANS

# One of each kind of way to the stories; `make bench-discovery` crawls all, at their full size.
SOME = (
    "cut sitemap", "feed and lists", "old wordpress", "load more", "neighbours only", "days only",
    "related only", "sessions in paths", "all name the home page", "traps",
)  # fmt: skip


@pytest.mark.parametrize(("site", "fetches"), [("courier", 1.3), ("links", 2.0)])
def test_a_site_is_archived_whole_and_nothing_else_at_a_bounded_cost(
    site: str, fetches: float
) -> None:
    reach = measure(site)
    assert reach.archived >= 0.99 * reach.stories
    assert reach.archived >= 0.99 * reach.articles
    assert reach.fetches <= fetches * reach.archived
    assert reach.bodies <= 0.05 * reach.archived


@pytest.mark.parametrize("name", SOME)
def test_newspapers_of_many_builds_are_archived_whole(name: str) -> None:
    (plan,) = (plan for plan in PLANS if plan.name == name)
    reach = measure_plan(replace(plan, stories=80))
    assert reach.archived == reach.articles == reach.stories
    assert reach.fetches <= 2.0 * reach.archived
    assert reach.bodies <= 0.05 * reach.archived
