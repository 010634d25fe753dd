"""One task, in a process of its own: `python -m crawler.bulk.one` reads it from standard input.

Standard input stays open as long as somebody waits for the task: who closes it, by dying, too, ends
it. What came of it is the last line of standard output.
"""

from __future__ import annotations

import asyncio
import errno
import json
import os
import shutil
import signal
import sqlite3
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scrapy.settings import Settings

from crawler.archive.database import check
from crawler.errors import ArchiveError, BusyError, FullError, HemerotecaError
from crawler.runs import Workers, import_files, offline_run, reextract
from crawler.urls import is_at

if sys.platform != "win32":
    import resource

_SETTINGS = "SCRAPY_SETTINGS_MODULE"
BUSY = 4
STOPPED = 75
"""Exit code of a task that its file is not to blame for: https://man.freebsd.org/sysexits."""
_OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO)


def main() -> None:
    """Do the task that comes first on standard input."""
    told = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # to end in order
    if sys.platform != "win32":
        most = told["megabytes"] << 20
        # what it allocates; not what it maps of files, as SQLite does
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    settings = Settings()
    settings.setmodule(os.environ.get(_SETTINGS, "crawler.settings"), "project")
    settings.setdict(told["settings"], "cmdline")
    # a shard is some of a newspaper: what its pages teach together would depend on which
    settings.set("LEARN_PROFILES", value=False, priority="cmdline")
    work = {"import": _import, "reextract": _reextract}[told["verb"]]
    try:
        found = work(Path(told["shard"]), settings, told)
    except BusyError as error:
        _fail(BUSY, str(error))
    except (ArchiveError, FullError) as error:
        _fail(STOPPED, str(error))
    except HemerotecaError as error:
        _fail(error.exit_code, str(error))
    except KeyboardInterrupt:
        _fail(STOPPED, "it was stopped")
    except sqlite3.Error as error:
        _fail(STOPPED, f"its shard cannot be read or written ({error})")
    except OSError as error:
        if error.errno not in _OF_THE_DISK:
            raise
        _fail(STOPPED, f"{error.filename or told['shard']}: {error.strerror}")
    except MemoryError:
        _fail(1, f"it takes more memory than it may ({told['megabytes']:,} MB)")
    sys.stdout.write(json.dumps(found) + "\n")


def _fail(code: int, reason: str) -> None:
    sys.stderr.write(reason + "\n")
    sys.exit(code)


def _import(shard: Path, settings: Settings, told: dict[str, Any]) -> dict[str, object]:
    source = Path(told["source"])
    check(shard)
    said = {"files": source.name}
    if told["sites"]:
        said["site"] = ",".join(told["sites"])

    def is_wanted(url: str) -> bool:
        return not told["sites"] or any(is_at(url, host) for host in told["sites"])

    with offline_run(shard, settings, "import", said) as run:
        found = _with_readers(
            settings,
            lambda workers: import_files(run, workers, [source], is_wanted=is_wanted),
        )
    if found.damage and not found.records:
        shutil.rmtree(shard)
        _fail(2, found.damage[0])
    totals = {**found.totals, **{f"{kind} records": n for kind, n in found.records.items()}}
    return {"totals": totals, "damage": found.damage[:20], "damaged": len(found.damage)}


def _reextract(shard: Path, settings: Settings, told: dict[str, Any]) -> dict[str, object]:
    check(shard)
    with offline_run(shard, settings, "reextract", {}) as run:
        counts = _with_readers(
            settings, lambda workers: reextract(run, workers, 1, again=told["again"])
        )
    return {"totals": dict(counts), "damage": [], "damaged": 0}


def _with_readers(settings: Settings, work: Callable[[Workers], Any]) -> Any:
    workers = Workers(1, settings.getfloat("EXTRACT_CPU_SECONDS"))
    try:
        return asyncio.run(work(workers))
    finally:
        workers.close()


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    main()
