"""The dates of a story: all that its page claims, and the moments that follow."""

from crawler.extract.dates.claims import date_claims
from crawler.extract.dates.moments import normalise
from crawler.extract.dates.text import dates_in, has_date, timed

__all__ = [
    "date_claims",
    "dates_in",
    "has_date",
    "normalise",
    "timed",
]
