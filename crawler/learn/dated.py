"""What a page claims of its dates, by its site's way to write them.

The claim as it is read now stands before the one that the page has, which stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from crawler.extract.dates import in_order, order_told, unmarked_time, with_offset
from crawler.items import Article, Claim
from crawler.learn.filled import SOURCE, Change
from crawler.learn.profile import Habit, SiteProfile

_MOST = 20
"""Claims looked at."""


def dated(article: Article, profile: SiteProfile, changes: list[Change]) -> Article:
    """An article whose dates are in its site's order and by its clock; what changed is added to
    `changes`."""
    order, zone = profile.date_order, profile.time_zone
    if order is None and zone is None:
        return article
    published, modified = (
        tuple(_read(claims, article.language, order, zone, field, changes))
        for field, claims in (
            ("published", article.published_claims), ("modified", article.modified_claims),
        )
    )  # fmt: skip
    return replace(article, published_claims=published, modified_claims=modified)


def _read(
    claims: Sequence[Claim], language: str | None, order: Habit | None, zone: Habit | None,
    field: str, changes: list[Change],
) -> Iterator[Claim]:  # fmt: skip
    for number, claim in enumerate(claims):
        if number >= _MOST:
            yield claim
            continue
        text = claim.text
        if order is not None and not order_told(claim, claims):
            text = in_order(text, order.value) or text
        if zone is not None and (time := unmarked_time(text, language)) is not None:
            text = with_offset(time, zone.value)
        if text != claim.text:
            changes.append(Change(field, claim.text, text, _why(order, zone)))
            yield Claim(text, f"{SOURCE}:{claim.source}")
        yield claim


def _why(order: Habit | None, zone: Habit | None) -> str:
    told = [f"dates in numbers have the {order.value}"] if order else []
    if zone:
        told.append(f"times are by the clock of {zone.value}")
    return " and ".join(told)
