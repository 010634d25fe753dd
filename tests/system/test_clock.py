"""A crawl on a machine whose clock is put back and forth."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

from .conftest import ROOT

# Each time that it is asked, it is an hour earlier or later than before.
CLOCK = """
import itertools, time
_real, _asked = time.time, itertools.count()
time.time = lambda: _real() + 3600 * (next(_asked) % 2)
"""


def test_a_clock_that_is_put_back_holds_no_crawl_up(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(CLOCK)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        # a process of its own from its start: what reads the clock is loaded by then elsewhere
        done = subprocess.run(
            [sys.executable, "-m", "crawler", "crawl", "news", "-a", f"site={address}",
             "-a", f"archive={tmp_path / 'a'}", "-a", "allow_private=1",
             "-a", "contact=a@library.example", "-s", "EXTRACT_WORKERS=1"],
            env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
            capture_output=True, text=True,
        )  # fmt: skip
    assert done.returncode == 3, done.stderr
