"""A crawl is dead before its lease can be another's, whatever became of its worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from crawler.fleet.held import _DEAD, _END, Held
from crawler.fleet.leases import Lease
from crawler.interrupts import OF_PARENT, steady

ROOT = Path(__file__).resolve().parents[2]
# What a crawl is here: it says that it runs, and takes no notice of SIGTERM where it is told so.
CHILD = """
import os, signal, sys, time
from crawler.interrupts import end_with_parent
def noted(*_):
    open(sys.argv[1] + ".told", "a").close()
    if sys.argv[2] == "obeys":
        os._exit(130)
signal.signal(signal.SIGTERM, noted)
with open(sys.argv[1], "w") as mark:
    mark.write(str(os.getpid()))
end_with_parent()
while True:
    time.sleep(0.05)
"""
# A worker that holds a lease of a second and a half and dies, or is stopped in its tracks.
WORKER = """
import sys, os, threading
from pathlib import Path
from datetime import datetime, UTC
from crawler.fleet.held import Held
from crawler.fleet.leases import Lease
from crawler.interrupts import steady
held = Held(Lease("p", 1, "w", 3.0, steady(), None, datetime.now(UTC), ""))
held.run([sys.executable, "-c", sys.argv[1], sys.argv[2], sys.argv[3]], os.environ,
         Path(sys.argv[2] + ".log"), lambda: None)
"""


def lease(seconds: float) -> Lease:
    return Lease("p", 1, "w", seconds, steady(), None, datetime.now(UTC), "")


def wait_for(path: Path) -> int:
    while not path.exists() or not path.read_text():
        time.sleep(0.02)
    return int(path.read_text())


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def run(held: Held, mark: Path, manner: str) -> tuple[threading.Thread, list[int | None]]:
    codes: list[int | None] = []
    command = [sys.executable, "-c", CHILD, str(mark), manner]
    log = mark.with_suffix(".log")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    thread = threading.Thread(
        target=lambda: codes.append(held.run(command, environment, log, lambda: None))
    )
    thread.start()
    return thread, codes


@pytest.mark.parametrize(("manner", "code"), [("obeys", 130), ("ignores", 137)])
def test_a_lease_that_is_not_kept_ends_its_crawl_before_it_runs_out(
    tmp_path: Path, manner: str, code: int
) -> None:
    held, mark = Held(lease(4.0)), tmp_path / "mark"
    thread, codes = run(held, mark, manner)
    while not mark.exists() or not mark.read_text():
        held.keep(steady())
        time.sleep(0.02)
    while thread.is_alive():
        held.watch()
        time.sleep(0.02)
    assert codes == [code]
    assert _END < _DEAD < 1, "parts of the lease, which runs out later"
    assert (tmp_path / "mark.told").exists()


def test_a_lease_that_is_lost_ends_its_crawl_on_the_spot(tmp_path: Path) -> None:
    held, mark = Held(lease(600.0)), tmp_path / "mark"
    thread, codes = run(held, mark, "ignores")
    wait_for(mark)
    held.keep(steady())
    held.lose()
    thread.join()
    assert codes == [137]
    assert held.run(["true"], {}, tmp_path / "log", lambda: None) is None, "no other begins"


@pytest.mark.parametrize("manner", ["obeys", "ignores"])
@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGSTOP])
def test_a_crawl_does_not_outlive_a_worker_that_can_watch_no_more(
    tmp_path: Path, blow: signal.Signals, manner: str
) -> None:
    mark = tmp_path / "mark"
    with subprocess.Popen(
        [sys.executable, "-c", WORKER, CHILD, str(mark), manner], cwd=ROOT
    ) as worker:
        try:
            child = wait_for(mark)
            worker.send_signal(blow)
            while is_alive(child):
                time.sleep(0.02)
        finally:
            worker.kill()
    assert (tmp_path / "mark.told").exists()


def test_a_crawl_whose_worker_never_came_to_tell_it_of_its_lease_ends_with_that(
    tmp_path: Path,
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path / "mark"), "ignores"], cwd=ROOT,
        stdin=subprocess.PIPE, env={**os.environ, OF_PARENT: f"{steady() + 1} {steady() + 1.5}"},
    ) as child:  # fmt: skip
        assert child.wait() == -signal.SIGKILL


def test_a_crawl_lives_for_as_long_as_its_lease_is_kept(tmp_path: Path) -> None:
    held, mark = Held(lease(1.0)), tmp_path / "mark"
    held.keep(steady())
    thread, codes = run(held, mark, "obeys")
    child = wait_for(mark)
    until = steady() + 3
    while steady() < until:
        held.keep(steady())
        held.watch()
        time.sleep(0.02)
    assert is_alive(child)
    held.end()
    thread.join()
    assert codes == [130]


def test_a_crawl_of_no_fleet_ends_with_its_parent_as_before(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(mark), "obeys"], stdin=subprocess.PIPE, cwd=ROOT,
        env={**os.environ, OF_PARENT: "1"},
    ) as child:  # fmt: skip
        wait_for(mark)
        assert child.stdin is not None
        child.stdin.close()
        assert child.wait() == 130
