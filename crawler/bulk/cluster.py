"""Tasks on a Dask cluster: https://distributed.dask.org/."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from crawler import __version__
from crawler.bulk.running import run_task
from crawler.bulk.tasks import Done, Task
from crawler.errors import HemerotecaError, UsageError
from crawler.extras import needs_extra

logger = logging.getLogger(__name__)

_TIMEOUT = "20s"


def each_done(tasks: Sequence[Task], address: str, folder: Path) -> Iterator[Done]:
    """Do tasks on the workers of a scheduler; what came of each, as it comes.

    folder: of the shards, which all workers see. Raises UsageError where there is no scheduler, or
    a worker has another version or does not see the folder.
    """
    with needs_extra("--scheduler", "bulk"):
        from distributed import Client, as_completed
        from distributed.client import FutureCancelledError
        from distributed.scheduler import KilledWorker
    try:
        client: Any = Client(address, timeout=_TIMEOUT)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TimeoutError) as error:
        raise UsageError(
            f"--scheduler {address}: no Dask scheduler answers there ({error}); start one with"
            " dask scheduler"
        ) from error
    with client:
        _look_at(client, address, folder)
        futures = {
            client.submit(run_task, task, key=f"{task.verb}-{uuid4()}", pure=False): task
            for task in tasks
        }
        try:
            some: Any = as_completed(futures)  # type: ignore[no-untyped-call]
            for future in some:
                task = futures.pop(future)
                fault = future.exception()
                if fault is None:
                    yield future.result()
                elif isinstance(fault, KilledWorker):
                    yield Done(task.source, "set aside", "each worker that took it died")
                elif isinstance(fault, FutureCancelledError):
                    raise HemerotecaError(
                        f"the scheduler at {address} is gone; the same command resumes"
                    )
                else:
                    yield Done(task.source, "set aside", f"{type(fault).__name__}: {fault}")
                future.release()
        except BaseException:
            client.cancel(list(futures))
            raise


def _look_at(client: Any, address: str, folder: Path) -> None:
    """See that all workers there are now can do a task."""
    mark = folder / f".seen-{uuid4()}"
    mark.touch()
    try:
        version, _ = client.run_on_scheduler(_seen, str(mark))
        found = {f"the scheduler {address}": (version, True)}
        found |= {
            f"the worker {worker}": seen for worker, seen in client.run(_seen, str(mark)).items()
        }
    except Exception as error:  # of which the text alone comes back from there
        if "No module named 'crawler" not in str(error):
            raise
        raise UsageError(
            f"--scheduler {address}: Hemeroteca is not there; install the same version for the"
            " scheduler and its workers, with the extra bulk (from a checkout: start them with"
            " PYTHONPATH=its folder)"
        ) from error
    finally:
        mark.unlink(missing_ok=True)
    if len(found) == 1:
        logger.warning("the scheduler at %s has no workers yet; waiting for them", address)
    for worker, (version, sees) in sorted(found.items()):
        if version != __version__:
            raise UsageError(
                f"--scheduler {address}: {worker} has version {version}, and this is"
                f" {__version__}; install the same one there"
            )
        if not sees:
            raise UsageError(
                f"--scheduler {address}: {worker} does not see {folder}; name a folder"
                " that is shared"
            )


def _seen(path: str) -> tuple[str, bool]:
    return __version__, os.path.exists(path)  # noqa: PTH110
