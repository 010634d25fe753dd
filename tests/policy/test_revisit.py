"""When to come back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.archive.outcomes import Outcome
from crawler.items import State
from crawler.policy.revisit import GONE_CHECK, RETRY_AFTER, Revisits

HOUR, DAY = 3_600, 86_400
PLAN = Revisits((HOUR, 6 * HOUR, DAY, 7 * DAY, 30 * DAY, 180 * DAY))
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
STORY = Outcome(
    "page", "sitemap", "done", NOON, True, "2026-05-04T11:30:00+00:00", "2026-05-04T12:00:00+00:00",
    None, None, 0, 0, 0, None, True,
)  # fmt: skip


@pytest.mark.parametrize(
    ("age", "due_after"),
    [
        (timedelta(minutes=30), timedelta(hours=1)),
        (timedelta(hours=1), timedelta(hours=6)),
        (timedelta(hours=20), timedelta(days=1)),
        (timedelta(days=3), timedelta(days=7)),
        (timedelta(days=100), timedelta(days=180)),
        (timedelta(days=181), None),
    ],
)
def test_a_story_is_visited_at_growing_intervals_after_publication(
    age: timedelta, due_after: timedelta | None
) -> None:
    born = NOON - age
    plan = PLAN(replace(STORY, published=born.isoformat(), first_captured=born.isoformat()))
    assert plan.due_at == (born + due_after if due_after else None)
    assert plan.state == "done"


def test_sooner_where_it_was_changed_or_its_site_edits_often() -> None:
    born = NOON - timedelta(hours=2)
    story = replace(STORY, published=born.isoformat(), first_captured=born.isoformat())
    usual = PLAN(story).due_at
    assert usual == born + timedelta(hours=6)
    for sooner in (replace(story, changed=True), replace(story, revisits=40, edits=9)):
        assert PLAN(sooner).due_at == born + timedelta(hours=3.5)
    assert PLAN(replace(story, revisits=40, edits=1)).due_at == usual


def test_a_date_to_come_counts_as_now() -> None:
    assert PLAN(replace(STORY, published="2031-01-01")).due_at == NOON + timedelta(hours=1)


@pytest.mark.parametrize("published", [None, "2026", "last week", "2026-05-04T11"])
def test_any_date_gives_a_plan(published: str | None) -> None:
    assert PLAN(replace(STORY, published=published)).state == "done"


def test_a_source_comes_back_sooner_if_it_had_news_and_later_if_not() -> None:
    feed = replace(STORY, role="feed", is_story=False, changed=None)
    first = PLAN(feed)
    assert first.interval is not None
    news = PLAN(replace(feed, changed=True, interval=first.interval))
    none = PLAN(replace(feed, changed=False, interval=first.interval))
    assert news.interval == first.interval // 2
    assert none.interval == first.interval * 2
    for _ in range(20):
        none = PLAN(replace(feed, changed=False, interval=none.interval))
    assert none.due_at == NOON + timedelta(days=30)


def test_what_fails_is_tried_again_ever_later_and_then_given_up() -> None:
    waits = []
    for failures in range(1, 9):
        plan = PLAN(replace(STORY, state="retry", is_story=False, failures=failures))
        assert plan.due_at is not None
        waits.append((plan.state, plan.due_at))
    assert [state for state, _ in waits] == ["retry"] * len(RETRY_AFTER) + ["failed"] * 3
    assert [due for _, due in waits] == sorted(due for _, due in waits)


def test_what_the_server_asks_for_is_kept() -> None:
    plan = PLAN(replace(STORY, state="retry", failures=1, retry_at="2026-05-09T00:00:00+00:00"))
    assert plan.due_at == datetime(2026, 5, 9, tzinfo=UTC)


def test_what_was_no_story_and_is_gone_is_looked_for_once_more() -> None:
    gone = PLAN(replace(STORY, state="gone", is_story=False))
    assert gone.due_at == NOON + timedelta(seconds=GONE_CHECK)
    assert PLAN(replace(STORY, state="gone", interval=gone.interval)).due_at is None


def test_a_story_that_is_gone_is_looked_for_ever_more_rarely() -> None:
    visit, waits = replace(STORY, state="gone", is_story=False, was_story=True), []
    for _ in range(12):
        plan = PLAN(visit)
        assert plan.due_at is not None
        waits.append(plan.interval)
        visit = replace(visit, interval=plan.interval)
    assert waits[:3] == [GONE_CHECK, 2 * GONE_CHECK, 4 * GONE_CHECK]
    assert waits[-1] == 180 * GONE_CHECK


def test_copies_and_what_dates_left_out_are_not_visited_again() -> None:
    assert PLAN(replace(STORY, is_copy=True, is_story=False)).due_at is None
    assert PLAN(replace(STORY, state="excluded", is_story=False)).due_at is None
    assert PLAN(replace(STORY, state="excluded", is_story=False, answered=False)).due_at


@pytest.mark.parametrize("state", ["failed", "gone", "redirected"])
def test_a_list_that_is_none_for_a_night_is_asked_again_in_the_next(state: State) -> None:
    feed = replace(STORY, role="feed", source="link", is_story=False, was_list=True, state=state)

    def waits(of: Outcome) -> list[float]:
        plans = [PLAN(replace(of, failures=number)) for number in range(1, 12)]
        assert {each.state for each in plans} == {state}
        return [(each.due_at - NOON).total_seconds() for each in plans if each.due_at]

    first_hand, by_another = waits(feed), waits(replace(feed, source="sitemap"))
    assert first_hand[:3] == [6 * HOUR, 12 * HOUR, DAY]
    assert (len(first_hand), first_hand[-1], by_another[-1]) == (11, 7 * DAY, 30 * DAY)
