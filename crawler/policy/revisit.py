"""When to come back: a story at growing intervals, a source at its own rhythm."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawler.archive.outcomes import FIRST_HAND, Outcome, Plan
from crawler.times import after, in_utc

DAY = 86_400

# What a run asks for by itself, or where a page needs it.
_NEVER_DUE = frozenset({"robots", "home", "wordpress", "requisite"})

# Seconds. A source that nothing is known of is looked at again after a quarter of a day; each visit
# that brings nothing new doubles that, each that does halves it.
SOURCE_INTERVAL = DAY // 4
SOURCE_SHORTEST = 15 * 60
SOURCE_LONGEST = 30 * DAY
# A sitemap or feed that was one and is none is looked for as a source that tells of nothing is; one
# that the newspaper itself names, once a week at least.
LOST_LIST_LONGEST = 7 * DAY
# A page that is no story is a list of some, or stands still.
LISTING_INTERVAL = DAY
LISTING_LONGEST = 90 * DAY

# Seconds after which a URL without an answer is tried again; after the last it has failed.
RETRY_AFTER = (10 * 60, 3_600, 6 * 3_600, DAY, 7 * DAY)
# What failed gets another chance after so long, in case the site was mended; what was not asked
# for, as robots.txt has it, the day after next, and each time after twice as long, up to this: a
# rule may stand for a night, and to read it again costs no request.
SECOND_CHANCE = 30 * DAY
# What is gone is looked for once more: servers err. A story is looked for again and again, each
# time after twice as long.
GONE_CHECK = DAY
GONE_LONGEST = 180 * DAY

# A site that edits more than this share of its stories after we saw them is visited twice as often;
# below so many second visits nothing is known yet.
_EDITS_OFTEN = 0.1
_ENOUGH_REVISITS = 20


@dataclass(frozen=True, slots=True)
class Revisits:
    """The rhythm of one run.

    after: seconds after publication at which a story is visited again, growing. of: those of the
    newspaper that an address belongs to; None where it has none of its own.
    """

    after: Sequence[int]
    of: Callable[[str], Sequence[int] | None] = lambda url: None

    def __call__(self, outcome: Outcome) -> Plan:
        """When a URL is due next."""
        now = outcome.now
        state = outcome.state
        refused = state == "excluded" and not outcome.answered
        if outcome.was_list and (refused or state in ("failed", "gone", "redirected")):
            return self._lost_list(outcome)
        if outcome.role == "page" and outcome.kind in ("other", "reply"):
            return Plan("failed" if state == "retry" else state)
        if state == "retry":
            return self._retry(outcome)
        if state == "gone":
            return self._gone(outcome)
        if refused:
            return Plan(state, after(now, min(DAY * 2 ** min(outcome.failures, 20), SECOND_CHANCE)))
        if state == "failed":
            return Plan(state, after(now, SECOND_CHANCE))
        if state != "done" or outcome.is_copy or outcome.role in _NEVER_DUE:
            return Plan(state)
        if outcome.is_story:
            return Plan(state, self._story(outcome))
        if outcome.role == "page":
            interval = rhythm(outcome, LISTING_INTERVAL, LISTING_LONGEST)
        else:
            interval = rhythm(outcome, SOURCE_INTERVAL, SOURCE_LONGEST)
        return Plan(state, after(now, interval), interval)

    def _lost_list(self, outcome: Outcome) -> Plan:
        """What told of stories and shows something else, or nothing, may tell of them tomorrow: a
        wall for a night, a server that errs."""
        longest = LOST_LIST_LONGEST if outcome.source in FIRST_HAND else SOURCE_LONGEST
        wait = SOURCE_INTERVAL * 2 ** min(outcome.failures - 1, 20)
        return Plan(outcome.state, after(outcome.now, min(wait, longest)))

    def _gone(self, outcome: Outcome) -> Plan:
        """Stories come back, and servers err: what was one is looked for ever more rarely; what was
        none, once more."""
        wait: int | None = GONE_CHECK
        if outcome.was_story and outcome.interval is not None:
            wait = min(2 * outcome.interval, GONE_LONGEST)
        elif not outcome.was_story and outcome.interval == GONE_CHECK:
            wait = None
        return Plan("gone", after(outcome.now, wait) if wait else None, wait)

    def _retry(self, outcome: Outcome) -> Plan:
        if outcome.failures > len(RETRY_AFTER):
            return Plan("failed", after(outcome.now, SECOND_CHANCE))
        due = after(outcome.now, RETRY_AFTER[outcome.failures - 1])
        if outcome.retry_at:
            due = max(due, datetime.fromisoformat(outcome.retry_at))
        return Plan("retry", due)

    def _story(self, outcome: Outcome) -> datetime | None:
        """The first of the intervals after publication that is not over; None after the last."""
        born = born_at(outcome)
        for seconds in self._steps(outcome):
            due = after(born, seconds)
            if due > outcome.now:
                return due
        return None

    def _steps(self, outcome: Outcome) -> list[float]:
        own = self.of(outcome.url)
        steps: list[float] = sorted(self.after if own is None else own)
        often = (
            outcome.revisits >= _ENOUGH_REVISITS and outcome.edits > _EDITS_OFTEN * outcome.revisits
        )
        if often or outcome.changed:
            between = [(a + b) / 2 for a, b in zip([0.0, *steps], steps, strict=False)]
            steps = sorted([*steps, *between])
        return steps


def born_at(outcome: Outcome) -> datetime:
    """When a story was published, as far as its next visit depends on that: by its date, but never
    later than we first saw it; then, where it has none."""
    seen = datetime.fromisoformat(outcome.first_captured) if outcome.first_captured else outcome.now
    try:
        stated = in_utc(datetime.fromisoformat(outcome.published or ""))
    except ValueError:
        return seen
    if len(outcome.published or "") <= 10 and seen - stated < timedelta(days=1):
        return seen  # a day without an hour: the hour we saw it is closer than midnight
    return min(stated, seen)


def rhythm(outcome: Outcome, first: int, longest: int) -> int:
    """Seconds to the next visit of a source: half of the last, if that brought something, else
    twice.

    >>> from dataclasses import replace
    >>> from datetime import UTC
    >>> one = Outcome("feed", "link", "done", datetime(2026, 1, 1, tzinfo=UTC), False, None, None,
    ...               None, None, 0, 0, 0, None, True)
    >>> rhythm(one, 3_600, 10_000)
    3600
    >>> [rhythm(replace(one, changed=c, interval=3_600), 3_600, 10_000) for c in (False, True)]
    [7200, 1800]
    """
    if outcome.interval is None or outcome.changed is None:
        return first
    wanted = outcome.interval // 2 if outcome.changed else outcome.interval * 2
    return max(SOURCE_SHORTEST, min(wanted, longest))
