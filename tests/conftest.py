"""What all tests share: no limit but pytest's failsafe, and a word on where the time goes."""

from __future__ import annotations

import os
import signal
import subprocess
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# An example may take as long as a busy machine needs for it. dev: other examples each time. ci: the
# same ones, so that a change fails for what it changes. thorough: many, for `make test-thorough`.
settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.register_profile(
    "thorough", deadline=None, max_examples=2_000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))

# Begun in the background, by nohup or by some schedulers, a process ignores these, and so would all
# commands that the tests start and interrupt.
for _number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(
            _number, signal.default_int_handler if _number == signal.SIGINT else signal.SIG_DFL
        )


_BEGUN_FIRST = (
    "tests/system/test_docs.py", "tests/room/test_browser.py", "tests/benchmarks/test_attack.py",
    "tests/system/test_limits.py", "tests/system/test_backup.py", "tests/system/test_wheel.py",
    "tests/learn/test_profile.py", "tests/learn/test_in_a_run.py", "tests/learn/test_archive.py",
    "tests/export/test_tei.py", "tests/fleet/test_worker.py",
)  # fmt: skip
"""Files with a test that takes a good part of a minute: begun last, one would hold up the end while
the other processes have nothing left to do."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    order = {name: place for place, name in enumerate(_BEGUN_FIRST)}
    items.sort(key=lambda item: order.get(item.nodeid.partition("::")[0], len(order)))


@pytest.fixture
def loaded_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    """`python -m scrapy` and `python -m crawler` are loaded commands, whoever starts them."""
    from tests.system.conftest import Command

    monkeypatch.setattr(subprocess, "Popen", Command)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Seconds that the tests of each folder and file took, all processes together."""
    folders, files = Counter[str](), Counter[str]()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if hasattr(report, "duration") and hasattr(report, "nodeid"):
                file = report.nodeid.partition("::")[0]
                files[file] += report.duration
                folders[file.rpartition("/")[0]] += report.duration
    if files.total() > 60:
        for name, seconds in (("folder", folders), ("file", files)):
            terminalreporter.section(f"seconds by {name}")
            for each, spent in seconds.most_common(25):
                terminalreporter.write_line(f"{spent:8.1f}  {each}")
