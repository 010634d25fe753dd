"""A real PostgreSQL, with a database for each test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from benchmarks.postgres import Postgres, postgres, programs
from crawler.config import Config, read
from crawler.fleet import leases
from crawler.fleet.database import Database, make_tables
from crawler.fleet.leases import Worker
from crawler.fleet.papers import add, digest
from crawler.fleet.places import make_folder
from crawler.fleet.waking import make_queue

_number = count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    if programs() is None:
        why = "no PostgreSQL is installed to test the fleet with: apt install postgresql"
        if os.environ.get("HYPOTHESIS_PROFILE") == "ci":
            pytest.fail(why)
        pytest.skip(why)
    with postgres(durable=False) as found:
        yield found


@pytest.fixture
def url(server: Postgres) -> str:
    """Of an empty database."""
    name = f"fleet{next(_number)}"
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return server.url.removesuffix("postgres") + name


@pytest.fixture
def sql(url: str) -> Callable[..., list[tuple[Any, ...]]]:
    """Looks into the fleet's tables, or changes them."""

    def run(text: str, *given: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(url, autocommit=True, options="-c search_path=hemeroteca") as one:
            found = one.execute(text.encode(), given)
            return found.fetchall() if found.description else []

    return run


def config_of(text: str) -> Config:
    config, mistakes = read('contact = "a@library.example"\n' + text)
    assert not mistakes
    return config


def papers(*names: str, every: str = "1 hour") -> Config:
    """Papers of owners of their own."""
    return config_of("".join(
        f'[papers.{name}]\naddress = "https://{name}.example/"\nevery = "{every}"\n'
        for name in names
    ))  # fmt: skip


class Fleet:
    """A fleet, and the workers that ask it."""

    def __init__(self, url: str, state: Path, lease: float) -> None:
        self.url, self.state = url, state
        self.db = Database(url)
        make_folder(state)
        make_tables(self.db, str(state), lease)
        make_queue(self.db, url)
        self.digest = ""

    def add(self, config: Config) -> None:
        add(self.db, config)
        self.digest = digest(config)


@pytest.fixture
def fleet(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fleet]:
    # the server may have come up a moment ago
    monkeypatch.setattr(leases, "_RESPITE", 0.0)
    found = Fleet(url, tmp_path / "state", 60)
    yield found
    found.db.close()


def worker(name: str) -> Worker:
    return Worker(name, name, name, 1, "0", 4)
