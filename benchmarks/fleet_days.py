"""A month of a fleet of ten thousand papers, simulated: what can't be run on one machine.

Papers fall due as `crawler/fleet/leases.py` has it, with a phase of their own in their period; each
run takes as long as its pauses and requests; some fail and are tried again later; machines fail and
come back. What comes out is how late papers are taken with so many slots (`docs/scale.md`).
"""

from __future__ import annotations

import argparse
import heapq
import random
from dataclasses import dataclass

_HOUR = 3_600.0
_LEASE = 60.0


@dataclass(frozen=True, slots=True)
class Month:
    """What came of it. lag: hours, from due to taken."""

    slots: int
    runs: int
    busy: float
    """Part of the slots that worked, on average."""
    median: float
    late: float
    """Lag that one run in a hundred exceeds."""
    worst: float


def month(
    papers: int, slots: int, *, every: float, requests: float, pause: float, days: float,
    fails: float, machines: int, machine_dies: float, seed: int = 1,
) -> Month:  # fmt: skip
    """Simulate. every: hours; requests: of a run, on average; pause: seconds between two; fails:
    part of the runs; machine_dies: times a month that each does, for an hour."""
    draw = random.Random(seed)
    due = [(draw.random() * every * _HOUR, paper) for paper in range(papers)]
    heapq.heapify(due)
    attempts = [0] * papers
    size = [draw.lognormvariate(0, 0.8) for _ in range(papers)]
    mean = sum(size) / papers
    free: list[float] = [0.0] * slots
    heapq.heapify(free)
    end, lags, worked = days * 24 * _HOUR, [], 0.0
    deaths = sorted(draw.random() * end for _ in range(round(machines * machine_dies * days / 30)))
    while due and due[0][0] < end:
        at, paper = heapq.heappop(due)
        slot = heapq.heappop(free)
        begin = max(at, slot)
        while deaths and deaths[0] < begin:
            # its slots are gone for an hour: so many of the soonest are put off
            dead = deaths.pop(0)
            for each in heapq.nsmallest(slots // machines, free):
                free.remove(each)
                free.append(max(each, dead) + _HOUR + _LEASE)
            heapq.heapify(free)
        took = requests * size[paper] / mean * pause * draw.uniform(0.8, 1.2) + 4
        lags.append((begin - at) / _HOUR)
        worked += took
        heapq.heappush(free, begin + took)
        done = begin + took
        if draw.random() < fails:
            wait = min(every * _HOUR, 5 * _LEASE * 2 ** min(attempts[paper], 20))
            attempts[paper] += 1
            heapq.heappush(due, (done + wait * draw.uniform(0.75, 1.25), paper))
            continue
        attempts[paper] = 0
        phase, period = (paper * 0.618034 % 1) * every * _HOUR, every * _HOUR
        steps = -((done + period / 2 - phase) // -period)
        heapq.heappush(due, (phase + steps * period, paper))
    lags.sort()
    return Month(
        slots, len(lags), worked / (slots * end), lags[len(lags) // 2],
        lags[len(lags) * 99 // 100], lags[-1],
    )  # fmt: skip


def main() -> None:
    """Print the table of `docs/scale.md`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=10_000)
    parser.add_argument("--days", type=float, default=30)
    opts = parser.parse_args()
    print("| slots | runs | slots at work | lag, median | of 1 in 100, more than | at most |")
    print("|---:|---:|---:|---:|---:|---:|")
    for slots in (150, 175, 200, 250):
        found = month(
            opts.papers, slots, every=6, requests=118, pause=3, days=opts.days, fails=0.03,
            machines=max(1, slots // 50), machine_dies=1,
        )  # fmt: skip
        print(
            f"| {found.slots} | {found.runs:,} | {found.busy:.0%} | {found.median * 60:,.1f} min |"
            f" {found.late * 60:,.0f} min | {found.worst * 60:,.0f} min |"
        )


if __name__ == "__main__":
    main()
