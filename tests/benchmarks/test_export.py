"""What exports cost is measured on the program itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.export import ROOT, cost, table
from benchmarks.library import build


def test_an_export_is_timed_and_weighed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    build(tmp_path / "archive", 30)
    made = cost("jsonl", tmp_path / "archive", tmp_path)
    assert made.size > 30 * 500
    assert made.memory > 20_000_000
    assert made.processor > 0
    assert "| jsonl |" in table([made], 30, 10_000)
    assert [path.name for path in tmp_path.iterdir()] == ["archive"]
    with pytest.raises(OSError, match="ended with 2"):
        cost("jsonl", tmp_path / "nothing", tmp_path)
