"""What all tests share: no limit but pytest's failsafe, and a word on where the time goes."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import settings

# An example may take as long as a busy machine needs for it.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Seconds that each folder's tests took, all processes together."""
    seconds: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if hasattr(report, "duration") and hasattr(report, "nodeid"):
                folder = report.nodeid.partition("::")[0].rpartition("/")[0]
                seconds[folder] += report.duration
    if seconds.total() > 60:
        terminalreporter.section("seconds by folder")
        for folder, spent in seconds.most_common(12):
            terminalreporter.write_line(f"{spent:8.1f}  {folder}")
