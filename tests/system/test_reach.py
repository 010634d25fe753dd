"""How much of a site is found, and at what cost (docs/measure.md)."""

from __future__ import annotations

import pytest

from benchmarks.discovery import measure


@pytest.mark.parametrize(("site", "fetches"), [("courier", 1.3), ("links", 2.0)])
def test_a_site_is_archived_whole_and_nothing_else_at_a_bounded_cost(
    site: str, fetches: float
) -> None:
    reach = measure(site)
    assert reach.archived >= 0.99 * reach.stories
    assert reach.archived >= 0.99 * reach.articles
    assert reach.fetches <= fetches * reach.archived
    assert reach.bodies <= 0.05 * reach.archived
