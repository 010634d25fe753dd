"""The PostgreSQL of a fleet: connections, its tables, its version."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from typing import TYPE_CHECKING, Any

from crawler.archive.database import newest_version
from crawler.bundled import PROGRAM
from crawler.errors import HemerotecaError, MissingError, UsageError
from crawler.extras import needs_extra

if TYPE_CHECKING:
    from psycopg import Connection

VARIABLE = "DATABASE_URL"
SCHEMA = "hemeroteca"
VERSION = 1
"""Of the tables in `schema.sql`."""
_SETTINGS = {
    "connect_timeout": "5",
    "application_name": "hemeroteca",
    # Of several hosts in an address, that which takes changes: the others are copies of it.
    "target_session_attrs": "read-write",
    # A connection that is dead and does not say so: nothing of ours waits for one much longer.
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
}
_OPTIONS = (
    f"-c search_path={SCHEMA} -c statement_timeout=10s -c lock_timeout=5s"
    " -c idle_in_transaction_session_timeout=15s -c timezone=UTC"
)
_FIRST_LOCK = 0x48656D65
"""Advisory: two that make the tables at once."""


class DownError(HemerotecaError):
    """PostgreSQL does not answer, or broke a transaction off: what was asked may be asked again."""

    exit_code = 3


class OutdatedError(UsageError):
    """The fleet is of a newer version than this program: it must leave it alone."""


def address() -> str:
    """Where the PostgreSQL is, for psycopg. Raises UsageError."""
    found = os.environ.get(VARIABLE, "").strip()
    if not found:
        raise UsageError(
            f"{VARIABLE} is not set; it names the fleet's PostgreSQL, as in"
            " postgresql://hemeroteca@db.example/hemeroteca"
        )
    return found


class Database:
    """A connection that is made when it is wanted, and made anew after it broke. For one thread."""

    def __init__(self, url: str) -> None:
        """url: as `address` has it. Raises UsageError where psycopg is not installed."""
        with needs_extra("fleet", "fleet"):
            import psycopg
        self._psycopg = psycopg
        self._url = url
        self._connection: Connection[dict[str, Any]] | None = None

    @contextmanager
    def transaction(self) -> Iterator[Connection[dict[str, Any]]]:
        """A transaction, with rows as dictionaries. Raises DownError, where it is not known
        whether it was committed; UsageError where the address is none."""
        psycopg = self._psycopg
        try:
            if self._connection is None or self._connection.closed:
                self._connection = self._connect()
            with self._connection.transaction():
                yield self._connection
        except (
            psycopg.OperationalError, psycopg.InterfaceError,
            # it has become a copy of another one: to connect anew finds that, or waits for it
            psycopg.errors.ReadOnlySqlTransaction,
        ) as error:  # fmt: skip
            self.close()
            raise DownError(f"PostgreSQL does not answer ({_line(error)})") from error
        except (
            psycopg.errors.UndefinedTable, psycopg.errors.UndefinedFunction,
            psycopg.errors.UndefinedObject,
        ) as error:  # fmt: skip
            raise MissingError(
                f"there is no fleet in this database; {PROGRAM} fleet init --state … makes one"
            ) from error
        except psycopg.errors.InsufficientPrivilege as error:
            raise UsageError(f"PostgreSQL refuses: {_line(error)}") from error

    def _connect(self) -> Connection[dict[str, Any]]:
        from psycopg.conninfo import conninfo_to_dict
        from psycopg.rows import dict_row

        try:
            said = conninfo_to_dict(self._url)
        except self._psycopg.ProgrammingError as error:
            raise UsageError(
                f"{VARIABLE} is no address of a PostgreSQL; write postgresql://USER@HOST/DATABASE"
            ) from error
        wanted: dict[str, Any] = {**_SETTINGS, **said}
        wanted["options"] = f"{said.get('options') or ''} {_OPTIONS}".strip()
        return self._psycopg.connect(**wanted, autocommit=True, row_factory=dict_row)

    def close(self) -> None:
        """End the connection, if there is one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def make_tables(db: Database, state: str, lease_seconds: float) -> bool:
    """Make a fleet where there is none; where there is one, move its state and lease. Returns
    whether it is new. Raises DownError, OutdatedError, UsageError."""
    with db.transaction() as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_FIRST_LOCK,))
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")  # ours, no user's word
        there = connection.execute("SELECT to_regclass('fleet') IS NOT NULL AS there").fetchone()
        assert there is not None
        if there["there"]:
            refuse_newer(connection)
            connection.execute(
                "UPDATE fleet SET state = %s, lease_seconds = %s", (state, lease_seconds)
            )
            return False
        text = resources.files("crawler.fleet").joinpath("schema.sql").read_text(encoding="utf-8")
        connection.execute(text.encode())
        connection.execute(
            "INSERT INTO fleet (version, archive_version, state, lease_seconds)"
            " VALUES (%s, %s, %s, %s)",
            (VERSION, newest_version(), state, lease_seconds),
        )
    return True


def manifests(db: Database, at_most: int) -> dict[str, str]:
    """Of some papers that have an archive what lists it; of none where there is no fleet. Raises
    DownError, OutdatedError."""
    try:
        with db.transaction() as connection:
            refuse_newer(connection)
            rows = connection.execute(
                "SELECT paper, manifest FROM site_leases WHERE manifest IS NOT NULL"
                " ORDER BY paper LIMIT %s",
                (at_most,),
            ).fetchall()
    except MissingError:
        return {}
    return {row["paper"]: row["manifest"] for row in rows}


def refuse_newer(connection: Connection[dict[str, Any]]) -> dict[str, Any]:
    """The fleet's row. Raises OutdatedError where it, or an archive, is of a version that this
    program does not know."""
    row = connection.execute("SELECT * FROM fleet").fetchone()
    if row is None:
        raise MissingError(f"there is no fleet in this database; run {PROGRAM} fleet init")
    if row["version"] > VERSION:
        raise OutdatedError(
            f"the fleet's tables are of version {row['version']}, and this program knows {VERSION};"
            " install the version that the other workers have"
        )
    if row["archive_version"] > newest_version():
        raise OutdatedError(
            f"the fleet's archives are of version {row['archive_version']}, and this program knows"
            f" {newest_version()}; install the version that the other workers have"
        )
    return row


def _line(error: Exception) -> str:
    """What PostgreSQL says, in one line, without the address."""
    text = str(error).strip().splitlines()
    return text[0][:300] if text else type(error).__name__
