"""Wakes: one a second is enough, and who has no room leaves the others to others."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from crawler.fleet.waking import Listener, wake

from .conftest import Fleet

Sql = Callable[..., list[tuple[Any, ...]]]
WAITING = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'"


def test_the_queue_does_not_grow_with_the_papers(fleet: Fleet, sql: Sql) -> None:
    due = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    for microsecond in (1, 2, 999_999):
        wake(fleet.db, due.replace(microsecond=microsecond))
    wake(fleet.db, due + timedelta(seconds=1))
    wake(fleet.db)
    wake(fleet.db)
    assert sql(WAITING) == [(3,)]
    [(first,)] = sql("SELECT min(scheduled_at) FROM procrastinate_jobs")
    assert first == due + timedelta(seconds=1), "when it is due already, not a moment before"


def test_who_has_no_room_keeps_a_wake_until_there_is(fleet: Fleet, sql: Sql) -> None:
    has_room, asked, heard = threading.Event(), threading.Event(), threading.Event()

    def woken() -> bool:
        asked.set()
        if has_room.is_set():
            heard.set()
        return has_room.is_set()

    Listener(fleet.url, woken).start()
    wake(fleet.db)
    assert asked.wait(120)
    assert not heard.is_set()
    wake(fleet.db)
    assert sql(WAITING) == [(1,)], "the next one is left to others"
    has_room.set()
    assert heard.wait(120)
