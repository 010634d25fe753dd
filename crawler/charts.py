"""Numbers over time as pictures: plain SVG, coloured by the style sheet. What one shows stands
beside it as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Cell:
    """A day in a calendar."""

    x: int
    y: int
    level: int
    """0 for none, to 4."""
    day: str
    stories: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """A year, week by week."""

    year: int
    cells: tuple[Cell, ...]
    months: tuple[tuple[int, int], ...]
    """(x, month from 1), where each begins."""
    weeks: int
    total: int
    busiest: tuple[str, int] | None
    by_month: tuple[int, ...]
    """Stories in each of twelve months."""
    gaps: tuple[tuple[str, str, int], ...]
    """Days without a story between days with some: first, last, how many; longest first."""


def calendar(year: int, days: Mapping[str, int]) -> Calendar:
    """The calendar of a year. days: YYYY-MM-DD → stories."""
    first = date(year, 1, 1)
    offset = first.weekday()
    most = max((n for day, n in days.items() if day.startswith(f"{year:04}")), default=0)
    cells, months, by_month = [], [], [0] * 12
    day = first
    while day.year == year:
        number = days.get(day.isoformat(), 0)
        place = (day - first).days + offset
        if day.day == 1:
            months.append((place // 7, day.month))
        by_month[day.month - 1] += number
        cells.append(Cell(place // 7, place % 7, _level(number, most), day.isoformat(), number))
        if day == date.max:
            break
        day += timedelta(days=1)
    busiest = max(cells, key=lambda cell: cell.stories)
    return Calendar(
        year, tuple(cells), tuple(months), cells[-1].x + 1, sum(by_month),
        (busiest.day, busiest.stories) if busiest.stories else None, tuple(by_month),
        _gaps(cells, days),
    )  # fmt: skip


def _level(number: int, most: int) -> int:
    if not number:
        return 0
    return 1 + min(3, int(4 * (number - 1) / max(most, 1)))


_LEAST_GAP = 7
_SHOWN_GAPS = 6


def _gaps(cells: Sequence[Cell], days: Mapping[str, int]) -> tuple[tuple[str, str, int], ...]:
    first, last = min(days, default=""), max(days, default="")
    found, run = [], []
    for cell in cells:
        if first < cell.day < last and not cell.stories:
            run.append(cell.day)
            continue
        if len(run) >= _LEAST_GAP:
            found.append((run[0], run[-1], len(run)))
        run = []
    if len(run) >= _LEAST_GAP:
        found.append((run[0], run[-1], len(run)))
    return tuple(sorted(found, key=lambda each: -each[2])[:_SHOWN_GAPS])


@dataclass(frozen=True, slots=True)
class Bar:
    """A span of time in a bar chart; x, y, width, height of 1000 × 100."""

    label: str
    value: float
    x: float
    y: float
    width: float
    height: float


def bars(values: Sequence[tuple[str, float]], most: float | None = None) -> tuple[Bar, ...]:
    """Bars for a chart of 1000 × 100. most: what the highest stands for, where others stand
    beside them."""
    most = most or max((value for _, value in values), default=0) or 1
    step = 1000 / max(1, len(values))
    gap = min(2.0, step * 0.15)
    return tuple(
        Bar(
            label, value, round(at * step, 2), round(100 - 100 * value / most, 2),
            round(step - gap, 2), round(100 * value / most, 2),
        )
        for at, (label, value) in enumerate(values)
    )  # fmt: skip


def by_month_or_year(days: Sequence[tuple[str, int]]) -> list[tuple[str, float]]:
    """Stories for each month between the first and the last, or for each year where there are many,
    those without any among them."""
    if not days:
        return []
    first, last = int(days[0][0][:4]), int(days[-1][0][:4])
    cut = 7 if last - first < 12 else 4
    counts: dict[str, int] = {}
    for day, number in days:
        counts[day[:cut]] = counts.get(day[:cut], 0) + number
    if cut == 4:
        return [(f"{year:04}", counts.get(f"{year:04}", 0)) for year in range(first, last + 1)]
    start, end = days[0][0][:7], days[-1][0][:7]
    months = (f"{year:04}-{month:02}" for year in range(first, last + 1) for month in range(1, 13))
    return [(month, counts.get(month, 0)) for month in months if start <= month <= end]
