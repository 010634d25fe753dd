"""Work that is killed at each step that it takes on the disk, one after the other."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator

from hypothesis import settings

_STEPS = ("open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.truncate",
          "sqlite3.connect", "shutil.rmtree")  # fmt: skip


def steps_of(work: Callable[[], object], under: str) -> int:
    """How many steps a work takes in a folder, in a process of its own that is not killed."""
    read, write = os.pipe()
    if not (child := os.fork()):
        steps = 0

        def count(event: str, given: tuple[object, ...]) -> None:
            nonlocal steps
            steps += _is_step(event, given, under)

        sys.addaudithook(count)
        _do(work)
        os.write(write, str(steps).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as told:
        found = told.read()
    os.waitpid(child, 0)
    return int(found)


def killed(work: Callable[[], object], under: str, at: int) -> bool:
    """Do a work in a process of its own, which is killed before a step; whether it was, or had
    ended before. under: the folder whose steps count. at: from 1."""
    if not (child := os.fork()):
        left = at

        def look(event: str, given: tuple[object, ...]) -> None:
            nonlocal left
            if not _is_step(event, given, under):
                return
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(look)
        _do(work)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.waitstatus_to_exitcode(status) == 0
    return False


def some(count: int, most: int) -> Iterator[int]:
    """Numbers from 1 to count, both among them, evenly, at most so many; all of them where each
    property is tried on many examples, too (`make test-thorough`)."""
    if settings.default is not None and settings.default.max_examples > 1_000:
        return iter(range(1, count + 1))
    return iter(sorted({1 + i * (count - 1) // (most - 1) for i in range(most)}))


def _do(work: Callable[[], object]) -> None:
    try:
        work()
    except BaseException:
        import traceback

        traceback.print_exc()
        os._exit(1)


def _is_step(event: str, given: tuple[object, ...], under: str) -> int:
    if event not in _STEPS or not given:
        return 0
    if event == "open" and not (isinstance(given[2], int) and given[2] & (os.O_WRONLY | os.O_RDWR)):
        return 0
    try:
        path = os.fsdecode(given[0])  # type: ignore[arg-type]
    except TypeError:
        return 0
    return int(path == under or path.startswith((under + os.sep, under + ".")))
