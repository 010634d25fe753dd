"""A fleet in numbers for Prometheus, as a run's are (`crawler/metrics.py`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge

from crawler.fleet.standing import Standing
from crawler.metrics import write_registry

_STATES = ("crawling", "due", "waiting", "paused", "retired")


def write_fleet(path: Path, found: Standing) -> None:
    """Write how a fleet stands, the file whole at any moment. Raises OSError."""
    registry = CollectorRegistry()

    def gauge(name: str, text: str, labels: Sequence[str] = (), unit: str = "") -> Gauge:
        return Gauge(name, text, labels, namespace="hemeroteca_fleet", unit=unit, registry=registry)

    gauge("status_timestamp", "When these numbers were taken", (), "seconds").set(
        found.at.timestamp()
    )
    states = Counter(each.state for each in found.papers)
    papers = gauge("papers", "Papers by what they do", ["state"])
    for state in _STATES:
        papers.labels(state).set(states[state])
    gauge("overdue_papers", "Papers that wait long for a worker").set(
        sum(each.is_overdue for each in found.papers)
    )
    gauge("failing_papers", "Papers that failed again and again").set(
        sum(each.is_failing for each in found.papers)
    )
    workers = gauge("workers", "Workers by whether they are heard of", ["state"])
    for state, number in (
        ("alive", sum(not each.is_silent for each in found.workers)),
        ("silent", sum(each.is_silent for each in found.workers)),
    ):
        workers.labels(state).set(number)
    lag = gauge("paper_lag", "How long a paper has been due without a worker", ["paper"], "seconds")
    attempts = gauge("paper_failures", "How often in a row a paper has failed", ["paper"])
    success = gauge(
        "paper_last_success_timestamp", "When a paper's run last did what was asked of it",
        ["paper"], "seconds",
    )  # fmt: skip
    for each in found.papers:
        if each.state == "retired":
            continue
        lag.labels(each.paper).set(each.lag_seconds)
        attempts.labels(each.paper).set(each.attempts)
        if each.last_success_at is not None:
            success.labels(each.paper).set(each.last_success_at.timestamp())
    write_registry(path, registry)
