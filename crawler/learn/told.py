"""A profile as people read it."""

from __future__ import annotations

from collections.abc import Iterator

from crawler.learn.profile import Habit, SiteProfile

_SHOWN = 12
"""Of a kind of things."""


def in_words(profile: SiteProfile, since: str = "") -> Iterator[str]:
    """A profile as a person reads it. since: when it was learned."""
    yield f"{profile.host}: learned from {profile.stories:,} stories{since}"
    if profile.date_order:
        yield f"  dates in numbers have the {profile.date_order.value} {_of(profile.date_order)}"
    if profile.time_zone:
        yield f"  times are by the clock of {profile.time_zone.value} {_of(profile.time_zone)}"
    for field, places in profile.fields.items():
        for place in places[:1]:
            yield f"  {field}: at {place.place} ({place.stories:,} stories, {place.agreement:.0%})"
    for end in profile.title_ends:
        yield f"  headlines end in {end.text!r} ({end.share:.0%}): left out"
    for start in profile.title_starts:
        yield f"  headlines begin with {start.text!r} ({start.share:.0%}): left out"
    for picture in profile.pictures:
        yield f"  {picture.text} stands for {picture.share:.0%} of the stories: no lead picture"
    if profile.furniture:
        yield f"  no part of a story, for they stand on many pages ({len(profile.furniture):,}):"
    for text in profile.furniture[:_SHOWN]:
        yield f"    {text.share:>4.0%}  {text.text}"
    for box in profile.furniture_places[:_SHOWN]:
        yield f"  all at {box.place} is such ({box.stories:,} stories)"
    for block in profile.blocks[:_SHOWN]:
        named = f" under {block.label!r}" if block.label else ""
        yield f"  linked stories at {block.place}{named}: {block.relation}"


def _of(habit: Habit) -> str:
    return f"({habit.stories:,} stories, {habit.agreement:.0%})" if habit.stories else "(written)"
