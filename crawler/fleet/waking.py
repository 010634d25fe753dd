"""Waking workers, by Procrastinate: a job says that a paper is due, and carries nothing else.

Whoever is woken takes what is due longest (`leases.take`). A wake that is lost, or comes twice,
does no harm: workers look for themselves, too (docs/decisions/0065).
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from crawler.fleet.database import SCHEMA, Database
from crawler.interrupts import steady

if TYPE_CHECKING:
    from procrastinate import App

logger = logging.getLogger(__name__)

_QUEUE, _TASK = "hemeroteca", "hemeroteca.wake"
_AGAIN = 5.0
"""Seconds until a listener that broke off is tried again."""
_LOOK = 0.2
_DEAD_AFTER = 120.0
"""Seconds after which a job in the hands of a worker without heartbeat is thrown away."""


def make_queue(db: Database, url: str) -> None:
    """Make the queue's tables where there are none. Raises DownError."""
    with db.transaction() as connection:
        row = connection.execute(
            "SELECT to_regclass('procrastinate_jobs') IS NOT NULL AS there"
        ).fetchone()
    if row is not None and not row["there"]:
        from procrastinate import SyncPsycopgConnector

        app = _app(SyncPsycopgConnector(**_options(url)))
        with app.open():
            app.schema_manager.apply_schema()


def wake(db: Database, due: datetime | None = None) -> None:
    """Have a worker woken at a moment, in the second after it; None: now. One wake a second is
    enough, for whoever is woken takes all that is due: the queue does not grow with the papers.
    Raises DownError, MissingError."""
    from psycopg.errors import UniqueViolation

    at = None if due is None else due.replace(microsecond=0) + timedelta(seconds=1)
    lock = "now" if at is None else at.astimezone(UTC).isoformat()
    # No lock of running jobs: one that is for later would hold back those that are ready.
    with db.transaction() as connection, suppress(UniqueViolation), connection.transaction():
        connection.execute(
            "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(%s, %s, 0, NULL, %s, '{}', %s)]"
            "::procrastinate_job_to_defer_v1[]) WHERE NOT EXISTS"
            " (SELECT FROM procrastinate_jobs WHERE queueing_lock = %s AND status = 'todo')",
            (_QUEUE, _TASK, lock, at, lock),
        )


class Listener:
    """Listens for wakes, in a thread of its own, until the process ends."""

    def __init__(self, url: str, woken: Callable[[], bool]) -> None:
        """woken: called from another thread; whether there is room for work. Where there is none,
        the wake waits, and others are left to other workers."""
        self._url, self._woken = url, woken

    def start(self) -> None:
        """Begin to listen."""
        # while PostgreSQL is away they say so again and again; the worker says it once
        for name in ("psycopg.pool", "procrastinate"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        threading.Thread(target=self._listen, name="wakes", daemon=True).start()

    def _listen(self) -> None:
        pause = threading.Event()
        while True:
            begun = steady()
            try:
                asyncio.run(self._work())
            except Exception as error:
                # workers look for themselves meanwhile
                logger.info("wakes are not heard (%s); trying again", error)
            pause.wait(max(0.0, _AGAIN - (steady() - begun)))

    async def _work(self) -> None:
        from procrastinate import PsycopgConnector
        from procrastinate.jobs import Status

        app = _app(PsycopgConnector(min_size=1, max_size=2, **_options(self._url)), self._woken)
        async with app.open_async():
            with suppress(Exception):  # another worker does it at the same moment
                for job in await app.job_manager.get_stalled_jobs(
                    queue=_QUEUE, seconds_since_heartbeat=_DEAD_AFTER
                ):
                    await app.job_manager.finish_job(job, Status.FAILED, delete_job=True)
            await app.run_worker_async(
                queues=[_QUEUE], concurrency=1, install_signal_handlers=False,
                delete_jobs="always", fetch_job_polling_interval=10.0,
            )  # fmt: skip


def _app(connector: Any, woken: Callable[[], bool] = lambda: True) -> App:
    from procrastinate import App

    app = App(connector=connector)

    @app.task(name=_TASK, queue=_QUEUE)
    async def _wake() -> None:
        while not woken():
            await asyncio.sleep(_LOOK)

    return app


def _options(url: str) -> dict[str, Any]:
    return {"conninfo": url, "kwargs": {"options": f"-c search_path={SCHEMA}"}}
