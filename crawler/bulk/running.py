"""A task from outside: the process that does it, how long it may take, what is kept of it.

What a file does to its process, a crash, a loop without end, memory without bounds, it does to that
one alone. `run_task` is what a cluster runs, too.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import crawler
from crawler.archive.database import FILE_NAME, WARC_FOLDER
from crawler.bulk import tasks
from crawler.bulk.tasks import Done, Task

_BUSY = 4
_STOPPED = 75
_ASKED_TO_END = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
"""By who shuts a machine down, say; never for what the file does."""
_PATH = (str(Path(crawler.__file__).parents[1]), os.environ.get("PYTHONPATH"))
_PATIENCE = 30
"""Seconds that a task has to end in order when it is told to."""
_SHOWN = 300
"""Characters of what a process has last said."""

_running: set[subprocess.Popen[str]] = set()
_stopping = threading.Event()


def run_task(task: Task) -> Done:
    """Do a task, and remember what came of it; what was done under another name is not done again.
    Raises nothing that a file could cause."""
    source = Path(task.source)
    try:
        done = _import(task, source) if task.verb == "import" else _reextract(task, source)
    except OSError as error:
        reason = f"{error.filename or source} cannot be read or written ({error.strerror or error})"
        return Done(task.source, "set aside", reason)
    return done


def stop_all() -> None:
    """Tell all tasks of this process to end in order, and wait for them; the same task goes on from
    there."""
    _stopping.set()
    for process in list(_running):
        with contextlib.suppress(OSError):
            process.terminate()
    for process in list(_running):
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_PATIENCE)
        _kill(process)


def _import(task: Task, source: Path) -> Done:
    stat = source.stat()
    sha256 = tasks.digest(source)
    folder = Path(task.folder)
    what = tasks.about(task)
    same = tasks.same_elsewhere(folder, sha256, what)
    if same is not None and not task.again:
        if same.source == task.source:  # touched, and not changed
            return same
        return replace(same, source=task.source, state="known", reason=f"the same as {same.source}")
    shard = folder / tasks.shard_name(source, sha256)
    if task.again:
        _clear(shard)
    done = replace(
        _process(task, shard), bytes=stat.st_size, mtime_ns=stat.st_mtime_ns, sha256=sha256,
        about=what, shard=str(shard),
    )  # fmt: skip
    if done.state == "set aside":
        _clear(shard)
    if done.state in tasks.KEPT and not _stopping.is_set():
        tasks.remember(shard, "import", done)
    return done


def _reextract(task: Task, source: Path) -> Done:
    done = replace(_process(task, source), about=tasks.about(task), shard=str(source))
    if done.state in tasks.KEPT and not _stopping.is_set():
        tasks.remember(source, "reextract", done)
    return done


def _clear(shard: Path) -> None:
    """Take out what a task has made: all of it stands in its file still."""
    beside = (FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-shm")
    for name in ("import.json", "reextract.json", *beside):
        (shard / name).unlink(missing_ok=True)
    shutil.rmtree(shard / WARC_FOLDER, ignore_errors=True)


def _process(task: Task, shard: Path) -> Done:
    """Have a process do the task."""
    told = {
        "verb": task.verb, "source": task.source, "shard": str(shard), "sites": task.sites,
        "settings": dict(task.settings), "megabytes": task.limits.megabytes, "again": task.again,
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "crawler.bulk.one"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, encoding="utf-8", errors="replace",
        start_new_session=True,  # Ctrl-C is answered here
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, _PATH))},
    )  # fmt: skip
    _running.add(process)
    try:
        return _result(task, process, told)
    finally:
        _running.discard(process)
        _kill(process)


def _result(task: Task, process: subprocess.Popen[str], told: dict[str, object]) -> Done:
    said: list[str] = []
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    errors = threading.Thread(target=_last_lines, args=(process.stderr, said), daemon=True)
    errors.start()
    late = threading.Event()

    def end_it() -> None:
        late.set()
        _kill(process)

    timer = threading.Timer(60 * task.limits.minutes, end_it)
    timer.start()
    try:
        # it stays open: whoever waits here and dies ends the task
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(json.dumps(told) + "\n")
            process.stdin.flush()
        answer = process.stdout.read()
        code = process.wait()
    finally:
        timer.cancel()
    errors.join(_PATIENCE)
    if late.is_set():
        return Done(task.source, "set aside", f"it took more than {task.limits.minutes:g} minutes")
    if code == 0:
        with contextlib.suppress(ValueError, IndexError, KeyError):
            found = json.loads(answer.splitlines()[-1])
            state: tasks.State = "damaged" if found["damaged"] else "done"
            reason = "; ".join(found["damage"][:3]) if found["damaged"] else ""
            return Done(task.source, state, reason, totals=found["totals"])
    why = said[-1][:_SHOWN] if said else "it said nothing"
    if code == _BUSY:
        return Done(task.source, "busy", why)
    if code == _STOPPED:
        return Done(task.source, "stopped", why)
    if -code in _ASKED_TO_END:
        return Done(
            task.source, "stopped", f"its process was ended by {signal.Signals(-code).name}"
        )
    if code < 0:
        name = signal.Signals(-code).name
        why = f"its process was ended by {name}, for want of memory perhaps"
    elif any("MemoryError" in line for line in said):
        why = f"it takes more memory than it may ({task.limits.megabytes:,} MB)"
    return Done(task.source, "set aside", why)


def _last_lines(stream: object, said: list[str]) -> None:
    for line in stream:  # type: ignore[attr-defined]
        if line.strip():
            said.append(line.strip())
            del said[:-50]


def _kill(process: subprocess.Popen[str]) -> None:
    """End a process with its page readers, if it has not ended."""
    with contextlib.suppress(OSError, ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None and process.poll() is not None:
            with contextlib.suppress(OSError):
                stream.close()
