"""The simulated year judges rules as it says."""

from __future__ import annotations

from benchmarks.year import Alarm, media_cloud, ours, score
from benchmarks.year_papers import invent

KINDS = ("online", "regional", "workdays", "small", "weekly")


def test_a_year_is_told_by_its_seed_and_an_alarm_is_right_late_or_wrong() -> None:
    papers = invent(3, KINDS)
    assert papers[0].days == invent(3, KINDS)[0].days
    assert papers[0].days != invent(4, KINDS)[0].days
    (truth, *_) = papers[0].truths
    kind, first = truth.kinds[0], truth.first + truth.grace
    issues = [at for at in range(first, truth.last) if papers[0].publishes(at)]

    def judged(at: int, kind: str) -> tuple[int, int, int, int]:
        found = score(papers[:1], [Alarm(papers[0].name, kind, "", at, at)])
        return found.in_time, found.by_two, found.late, found.wrong

    assert judged(issues[1], kind) == (1, 1, 0, 0)
    assert judged(issues[2], kind) == (0, 1, 0, 0)
    assert judged(issues[3], kind) == (0, 0, 1, 0)
    assert judged(truth.first - 1, kind) == (0, 0, 0, 1)
    assert judged(issues[1], "disk_low") == (0, 0, 0, 1)


def test_the_monitors_find_what_happens_and_leave_the_rest_alone() -> None:
    papers = invent(3, KINDS, days=240)
    found = score(papers, ours(papers))
    assert found.events >= 5
    assert found.by_two >= 0.8 * found.events
    assert found.wrong <= len(papers)
    assert score(papers, media_cloud(papers), of_numbers=True).by_two < found.by_two
