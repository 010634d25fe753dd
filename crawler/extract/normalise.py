"""A page's claims about its dates become `published` and `modified`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from crawler.extract.dates import counts_back, parse_date
from crawler.items import Article, Claim, Moment, Precision

MAX_CLAIMS = 20
"""Claims looked at; the rest of a longer list is not worth its time."""

_FINENESS: dict[Precision, int] = {"year": 0, "month": 1, "day": 2, "minute": 3, "second": 4}
_EASTMOST, _WESTMOST = timedelta(hours=14), timedelta(hours=-11)


def normalise(article: Article, captured_at: datetime) -> Article:
    """The article with `published` and `modified` read from its claims.

    captured_at: when the page was fetched; UTC if it has no offset.

    The first claim that is a date gives the day. A later claim of the same day that is finer, or
    says its offset where the first does not, takes its place, unless the two contradict each other
    or it says midnight to the second, which is how programs write a day. A modification before the
    publication is dropped. Raises nothing.
    """
    language = article.language
    published = _moment(article.published_claims, captured_at, language)
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
    for claim in claims[:MAX_CLAIMS]:
        found = parse_date(claim.text, captured_at=captured_at, language=language)
        if found is None:
            continue
        relative = counts_back(claim.text, language)
        moment = Moment(*found, raw=claim.text, source=claim.source, relative=relative)
        if best is None or _refines(moment, best):
            best = moment
            if _is_exact(best):
                break  # nothing can refine it, and dates in words are slow to read
    return best


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
