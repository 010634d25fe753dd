"""A page's claims about its dates become `published` and `modified`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

from crawler.extract.dates.habits import ambiguous, language_of, order_told
from crawler.extract.dates.parse import MAX_CHARACTERS, counts_back, parse_date
from crawler.items import Article, Claim, Moment, Precision

MAX_CLAIMS = 20
"""Claims looked at; the rest of a longer list is not worth its time."""

ADDRESS_AHEAD = timedelta(days=3)
"""Stories may carry the day on which they were begun, or the day of their edition."""

_FINENESS: dict[Precision, int] = {"year": 0, "month": 1, "day": 2, "minute": 3, "second": 4}
_EASTMOST, _WESTMOST = timedelta(hours=14), timedelta(hours=-11)


def normalise(article: Article, captured_at: datetime) -> Article:
    """The article with `published` and `modified` read from its claims.

    captured_at: when the page was fetched; UTC if it has no offset.

    The first claim that is a date gives the day. A later claim of the same day that is finer, or
    says its offset where the first does not, takes its place, unless the two contradict each other
    or it says midnight to the second, which is how programs write a day. A modification before the
    publication is dropped. An instant told in UTC takes the offset of the same instant told in
    local time, and a day much later than the one in the page's address gives way to that. Raises
    nothing.
    """
    language = article.language
    published = _moment(article.published_claims, captured_at, language)
    published = _not_after_address(published, article.published_claims, captured_at)
    modified = _moment(article.modified_claims, captured_at, language)
    if published and modified and _earlier(modified, published):
        modified = None
    sources = dict(article.sources)
    for name, moment in (("published_at", published), ("modified_at", modified)):
        sources.pop(name, None)
        if moment is not None:
            sources[name] = Claim(moment.raw, moment.source)
    return replace(article, published=published, modified=modified, sources=sources)


def _moment(claims: Sequence[Claim], captured_at: datetime, language: str | None) -> Moment | None:
    best: Moment | None = None
    claims = claims[:MAX_CLAIMS]
    for claim in claims:
        moment = _read(claim, captured_at, _order_of(claim, claims, language))
        if moment is None:
            continue
        if best is None or _refines(moment, best):
            best = moment
            if _is_exact(best):
                # Nothing can refine it, and dates in words are slow to read.
                return _in_local_time(best, claims, captured_at, language)
    return best


def _order_of(claim: Claim, claims: Sequence[Claim], language: str | None) -> str | None:
    """The language by whose order a date in numbers is read: the page's, unless its other claims
    tell the day by the other order alone."""
    order = order_told(claim, claims) if ambiguous(claim.text) is not None else ""
    return language_of(order) if order else language


def _not_after_address(
    moment: Moment | None, claims: Sequence[Claim], captured_at: datetime
) -> Moment | None:
    """The day in the page's address, where it lies well before the day that the page claims.

    An address is made once, on publication; stamps are made anew when a site changes its system.
    """
    told = next((c for c in claims if c.source == "url" and len(c.text) == 10), None)
    if told is None or moment is None or len(moment.value) < 10:
        return moment
    found = _read(told, captured_at, None)
    if found is None:
        return moment
    later = date.fromisoformat(moment.value[:10]) - date.fromisoformat(found.value)
    return found if later > ADDRESS_AHEAD else moment


def _read(claim: Claim, captured_at: datetime, language: str | None) -> Moment | None:
    try:
        found = parse_date(claim.text, captured_at=captured_at, language=language)
    except (ValueError, OverflowError, ArithmeticError, LookupError, RecursionError):
        return None  # no calendar has it
    if found is None:
        return None
    relative = counts_back(claim.text, language)
    return Moment(*found, raw=claim.text, source=claim.source, relative=relative)


_WITH_TIME = re.compile(r"\d{4}\D.*\d[:.]\d\d|\d[:.]\d\d.*\d{4}")
_HALF_HOURS = frozenset({-210, 210, 270, 330, 345, 390, 570, 630})
"""Offsets of today's time zones that are no whole hours, minutes (IANA time zone database)."""


def _in_local_time(
    moment: Moment, claims: Sequence[Claim], captured_at: datetime, language: str | None
) -> Moment:
    """An instant told in UTC as the clock of the page's place tells it, where the page says that
    too: the same instant, on the day that its readers read."""
    if not moment.value.endswith("+00:00"):
        return moment
    utc = datetime.fromisoformat(moment.value).replace(tzinfo=None)
    for claim in claims:
        if not _WITH_TIME.search(claim.text[:MAX_CHARACTERS]):
            continue
        told = _read(claim, captured_at, language)
        if told is None or len(told.value) < 16 or told.relative or _is_midnight(told):
            continue
        local = datetime.fromisoformat(told.value)
        shift = local.replace(tzinfo=None) - utc
        if len(told.value) == 16 or told.value[16] != ":":
            shift += timedelta(seconds=utc.second)  # told to the minute
        minutes, rest = divmod(int(shift.total_seconds()), 60)
        known = minutes % 60 == 0 or minutes in _HALF_HOURS
        offset = local.utcoffset()
        if rest or not minutes or not known or not -12 * 60 <= minutes <= 14 * 60:
            continue
        if offset is not None and offset != timedelta(minutes=minutes):
            continue  # another moment
        zone = timezone(timedelta(minutes=minutes))
        with suppress(OverflowError):  # at either end of the calendar
            return replace(moment, value=utc.replace(tzinfo=UTC).astimezone(zone).isoformat())
    return moment


def unmarked_time(text: str, language: str | None) -> str | None:
    """The time that a text tells without an offset, as ISO 8601; None where it tells none, or one
    with an offset, or counts back from now."""
    if not _WITH_TIME.search(text[:MAX_CHARACTERS]) or counts_back(text, language):
        return None
    told = _read(Claim(text, ""), _AT_ANY_TIME, language)
    if told is None or len(told.value) not in (16, 19) or _is_midnight(told):
        return None
    return told.value


_AT_ANY_TIME = datetime(9000, 1, 1, tzinfo=UTC)


def clock_of(article: Article) -> tuple[str, str] | None:
    """When a story was published in UTC and by its newspaper's clock, to the minute, where its page
    tells the instant, and the same time without an offset; else None."""
    moment = article.published
    if moment is None or not _offset(moment) or moment.relative or _is_midnight(moment):
        return None
    with suppress(ValueError, OverflowError):
        at = datetime.fromisoformat(moment.value)
        utc = at.astimezone(UTC).replace(tzinfo=None, second=0)
        for claim in article.published_claims[:MAX_CLAIMS]:
            if (told := unmarked_time(claim.text, article.language)) is None:
                continue
            local = datetime.fromisoformat(told).replace(second=0)
            shift = local - utc
            if shift % timedelta(minutes=15) or not _WESTMOST <= shift <= _EASTMOST:
                continue
            return utc.isoformat(timespec="minutes"), local.isoformat(timespec="minutes")
    return None


def _is_exact(moment: Moment) -> bool:
    return moment.precision == "second" and bool(_offset(moment)) and not _is_midnight(moment)


def _refines(new: Moment, old: Moment) -> bool:
    """Whether a later claim says more than an earlier one of the same moment."""
    if new.relative or _is_midnight(new):
        return False
    if _FINENESS[old.precision] < _FINENESS["day"]:
        return (
            new.value.startswith(old.value) and _FINENESS[new.precision] > _FINENESS[old.precision]
        )
    if _FINENESS[new.precision] <= _FINENESS["day"]:
        return False
    if old.precision == "day" or _is_midnight(old):
        return _on_day(new, old.value[:10])
    finer = _FINENESS[new.precision] > _FINENESS[old.precision]
    more = (
        _FINENESS[new.precision] >= _FINENESS[old.precision] and _offset(new) and not _offset(old)
    )
    return bool(finer or more) and _same_instant(new, old)


def _offset(moment: Moment) -> str:
    return moment.value[16:].lstrip(":0123456789")


def _is_midnight(moment: Moment) -> bool:
    return moment.value[10:19] == "T00:00:00"


def _on_day(moment: Moment, day: str) -> bool:
    """Whether a time falls on a calendar day: its own, or, where it is told in UTC, that of any
    place on Earth."""
    if moment.value[:10] == day:
        return True
    if not moment.value.endswith("+00:00"):
        return False
    try:
        at = datetime.fromisoformat(moment.value)
        return day in {f"{at + shift:%Y-%m-%d}" for shift in (_EASTMOST, _WESTMOST)}
    except (ValueError, OverflowError):
        return False


def _same_instant(a: Moment, b: Moment) -> bool:
    """Whether two times may be one, to the minute: equal, or, where only one names its offset,
    apart by what an offset can be (quarters of an hour)."""
    try:
        first, second = datetime.fromisoformat(a.value), datetime.fromisoformat(b.value)
        if (first.tzinfo is None) == (second.tzinfo is None):
            apart = abs(first - second)
            return apart < timedelta(minutes=1)
        apart = first.replace(tzinfo=None, second=0) - second.replace(tzinfo=None, second=0)
        if first.utcoffset() or second.utcoffset():
            # Told in local time, as the one without an offset is likely to be.
            return not apart
    except (ValueError, OverflowError):
        return False
    return abs(apart) <= _EASTMOST and not apart % timedelta(minutes=15)


def _earlier(a: Moment, b: Moment) -> bool:
    """Whether a lies before b for certain, as far as both say."""
    if len(a.value) >= 16 and len(b.value) >= 16:
        try:
            first, second = datetime.fromisoformat(a.value), datetime.fromisoformat(b.value)
            if (first.tzinfo is None) == (second.tzinfo is None):
                first, second = first.replace(second=0), second.replace(second=0)
                return first < second
            # One without an offset may lie anywhere within a day of what it says.
            first, second = (t if t.tzinfo else t.replace(tzinfo=UTC) for t in (first, second))
            return second - first > _EASTMOST
        except (ValueError, OverflowError):
            return False
    return a.value[: min(10, len(b.value))] < b.value[: min(10, len(a.value))]
