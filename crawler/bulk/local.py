"""Tasks in processes of this machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from crawler.bulk.running import run_task, stop_all
from crawler.bulk.tasks import Done, Task


def each_done(tasks: Sequence[Task], jobs: int) -> Iterator[Done]:
    """Do tasks, so many at a time; what came of each, as it comes. Interrupted, those in hand are
    ended in order."""
    # threads that wait: each task has a process of its own
    pool = ThreadPoolExecutor(jobs)
    try:
        waiting = [pool.submit(run_task, task) for task in tasks]
        for each in as_completed(waiting):
            yield each.result()
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        stop_all()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
