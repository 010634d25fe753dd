"""A run in numbers for Prometheus: an OpenMetrics file that the textfile collector of a node
exporter reads.

Gauges alone: what the collector reads is Prometheus's own format, in which a counter is written
otherwise, and a gauge the same (docs/decisions/0059).
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.openmetrics.exposition import generate_latest

from crawler import times
from crawler.archive.database import open_for_reading
from crawler.archive.measures import Measures, measures
from crawler.errors import HemerotecaError

_OF_PAPER = {
    "new_articles": ("new_stories", "Stories that the last run archived first"),
    "new_revisions": ("revised_stories", "Stories that the last run found changed"),
    "unchanged_articles": ("unchanged_stories", "Stories that the last run found unchanged"),
    "failures": ("failed_urls", "URLs that the last run could not get"),
    "captures": ("captures", "HTTP exchanges that the last run archived"),
}


def write_metrics(path: Path, started_at: str, exit_code: int, folders: Sequence[Path]) -> None:
    """Write what a run came to, the file whole at any moment. started_at: ISO 8601, UTC. folders:
    of the archives that it wrote to. Raises OSError."""
    registry = CollectorRegistry()
    now = times.now()
    begun, ended = _seconds(started_at), _seconds(now)
    for name, text, unit, value in (
        ("run_start_timestamp", "When the last run began", "seconds", begun),
        ("run_end_timestamp", "When the last run ended", "seconds", ended),
        ("run_duration", "How long the last run took", "seconds", ended - begun),
        ("run_exit_code", "Exit code of the last run; 0: all is done", "", exit_code),
    ):
        Gauge(name, text, namespace="hemeroteca", unit=unit, registry=registry).set(value)
    _add_archives(registry, list(_measured(folders, started_at)), folders)
    write_registry(path, registry)


def write_registry(path: Path, registry: CollectorRegistry) -> None:
    """Write numbers, the file whole at any moment. Raises OSError."""
    _replace(path, generate_latest(registry))  # type: ignore[no-untyped-call]


def _add_archives(
    registry: CollectorRegistry, found: Sequence[Measures], folders: Iterable[Path]
) -> None:
    def gauge(name: str, text: str, labels: Sequence[str] = (), unit: str = "") -> Gauge:
        return Gauge(name, text, labels, namespace="hemeroteca", unit=unit, registry=registry)

    if ended := [each.last_success for each in found if each.last_success]:
        gauge(
            "last_success_timestamp", "When a run last did what was asked of it", (), "seconds"
        ).set(_seconds(max(ended)))
    if found:
        findings = gauge("open_findings", "Findings of the monitors that are open", ["level"])
        for one in found:
            for level, number in one.findings.items():
                findings.labels(level).inc(number)
    free = [shutil.disk_usage(each).free for each in folders if each.is_dir()]
    if free:
        gauge("archive_free", "Room left on the archives' disk", (), "bytes").set(min(free))
    last_new = {paper: at for one in found for paper, at in one.last_new.items()}
    news = gauge(
        "paper_last_new_story_timestamp", "When a run ended that brought a new story", ["paper"],
        "seconds",
    )  # fmt: skip
    for paper, at in last_new.items():
        if at is not None:
            news.labels(paper).set(_seconds(at))
    reports = [
        paper for one in found if one.run for paper in one.run.papers if paper.outcome is not None
    ]
    received = gauge("paper_received", "Bodies that the last run received", ["paper"], "bytes")
    for report in reports:
        received.labels(report.paper).set(report.bytes)
    for field, (name, text) in _OF_PAPER.items():
        of_each = gauge(f"paper_{name}", text, ["paper"])
        for report in reports:
            of_each.labels(report.paper).set(getattr(report, field))


def _measured(folders: Iterable[Path], since: str) -> Iterable[Measures]:
    for folder in folders:
        with suppress(HemerotecaError, sqlite3.Error), open_for_reading(folder) as db:
            yield measures(db.conn, since)


def _replace(path: Path, text: bytes) -> None:
    """Put a file in the place of another: whoever reads it finds the one or the other."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text)
        Path(name).chmod(0o644)  # the collector is another user
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _seconds(moment: str) -> float:
    found = datetime.fromisoformat(moment)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
