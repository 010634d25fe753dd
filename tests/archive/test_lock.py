"""Two runs on one archive at once: the second says who holds it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.archive.lock import FILE_NAME, ArchiveLock, refuse_if_held
from crawler.errors import BusyError

HOLD = """
import sys
from pathlib import Path
from crawler.archive.lock import ArchiveLock
ArchiveLock(Path(sys.argv[1])).acquire()
print("held", flush=True)
sys.stdin.read()
"""


def test_the_second_is_told_who_has_it_and_a_killed_holder_lets_go(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as holder:  # fmt: skip
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        for attempt in (ArchiveLock(tmp_path).acquire, lambda: refuse_if_held(tmp_path)):
            with pytest.raises(BusyError, match=rf"process {holder.pid} on .* since 20") as told:
                attempt()
            assert told.value.exit_code == 4
        holder.kill()
    assert (tmp_path / FILE_NAME).exists()
    refuse_if_held(tmp_path)
    lock = ArchiveLock(tmp_path)
    lock.acquire()
    assert str(os.getpid()) in (tmp_path / FILE_NAME).read_text()
    lock.release()
    assert not (tmp_path / FILE_NAME).exists()


def test_looking_for_a_holder_makes_nothing(tmp_path: Path) -> None:
    refuse_if_held(tmp_path / "none")
    assert list(tmp_path.iterdir()) == []
