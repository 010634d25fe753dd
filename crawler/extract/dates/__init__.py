"""The dates of a story: all that its page claims, and the moments that follow."""

from crawler.extract.dates.claims import date_claims
from crawler.extract.dates.habits import (
    ORDERS,
    in_order,
    order_of,
    order_told,
    with_offset,
    zone_of,
    zone_told,
)
from crawler.extract.dates.moments import clock_of, normalise, unmarked_time
from crawler.extract.dates.text import dates_in, has_date, is_dateline, timed

__all__ = [
    "ORDERS",
    "clock_of",
    "date_claims",
    "dates_in",
    "has_date",
    "in_order",
    "is_dateline",
    "normalise",
    "order_of",
    "order_told",
    "timed",
    "unmarked_time",
    "with_offset",
    "zone_of",
    "zone_told",
]
