"""Times that are compared are UTC, and any moment that a page can tell of is one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from crawler.times import FIRST, LAST, after, in_utc, is_later, utc

ZONES = [timezone(timedelta(minutes=m)) for m in range(-12 * 60, 14 * 60 + 1, 15)]
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_a_moment_is_written_alike_in_whatever_zone_it_is_told(zone: timezone) -> None:
    assert utc(NOON.astimezone(zone)) == "2026-05-04T12:00:00+00:00"
    assert utc(NOON.astimezone(zone), exact=True) == "2026-05-04T12:00:00.000000+00:00"


def test_what_is_written_sorts_as_text_as_it_does_in_time() -> None:
    moments = [
        NOON.astimezone(zone) + timedelta(minutes=17 * n)
        for n in range(-90, 90, 7)
        for zone in ZONES[n % 9 :: 9]
    ]
    moments += [FIRST, LAST]
    assert sorted(map(utc, moments)) == [utc(moment) for moment in sorted(moments)]


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_the_ends_of_the_calendar_are_moments_too(zone: timezone) -> None:
    for naive in (datetime.min, datetime.max):
        told = naive.replace(tzinfo=zone)
        assert FIRST <= in_utc(told) <= LAST
        assert len(utc(told)) == 25
        for seconds in (-(10**13), -1, 1, 10**13):
            assert FIRST <= after(told, seconds) <= LAST


def test_a_source_s_date_is_compared_by_the_moment_it_means() -> None:
    seen = "2026-05-04T12:00:00.500000+00:00"
    for later in ("2026-05-04T07:01:00-05:00", "2026-05-05", "Mon, 04 May 2026 21:31:00 +0930",
                  "2026-05-04T12:01:00Z", "9999-12-31T23:59:59-12:00"):  # fmt: skip
        assert is_later(later, seen), later
    for not_later in ("2026-05-04T21:29:00+09:30", "2026-05-04", "2026-05-04T11:00:00Z", "", None,
                      "Mon, 04 May 2026 06:59:00 -0500", "soon", "0001-01-01T00:00:00+14:00",
                      "Mon, 99 May 2026 99:99:99 +9999"):  # fmt: skip
        assert not is_later(not_later, seen), not_later
