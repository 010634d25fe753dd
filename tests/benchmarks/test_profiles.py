"""What a profile is worth on invented papers: the short form of `make bench-profiles`."""

from __future__ import annotations

import statistics

from benchmarks.profiles import measure, table


def test_a_few_pages_of_a_paper_make_the_others_read_better() -> None:
    without, *taught = measure(6, (5, 12), 4)
    for row in taught:
        assert statistics.mean(row.bodies) >= 0.99
        assert statistics.mean(row.authors) > statistics.mean(without.authors)
        assert statistics.mean(row.pictures) > statistics.mean(without.pictures)
        assert all(row.titles)
    assert statistics.mean(without.bodies) < statistics.mean(taught[-1].bodies)
    assert "| 12 pages |" in table([without, *taught])
