"""Which papers a fleet has, how often each is due, which of them rest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from crawler.bundled import PROGRAM
from crawler.config import FILE_NAME, Config, Paper
from crawler.counted import counted
from crawler.errors import MissingError, UsageError
from crawler.fleet.database import Database, refuse_newer
from crawler.urls import owner

if TYPE_CHECKING:
    from psycopg import Connection

EVERY = 86_400.0
"""Seconds between two runs of a paper, where its own words say nothing."""


@dataclass(frozen=True, slots=True)
class Added:
    """What `add` changed, by the names of papers."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    retired: tuple[str, ...]


def hosts_of(paper: Paper) -> list[str]:
    """What a lease of a paper covers: the domains of its addresses that are registered to somebody.

    A newspaper's hosts below its own may be served by the same machines, and its sister's pages
    link there: two papers of one owner are not visited at once.
    """
    return sorted({owner(address) for address in paper.addresses})


def digest(config: Config) -> str:
    """Of what all workers must agree on: SHA-256, hexadecimal. What a paper leaves unsaid is not
    part of it: a newer version that knows more to say agrees with the file as it was."""
    usual = Paper("", ()).plain()
    said = {
        "contact": config.contact,
        "papers": sorted(
            ({**_beyond(paper.plain(), usual), "every": paper.every} for paper in config.papers),
            key=lambda each: str(each["name"]),
        ),
    }
    return hashlib.sha256(msgspec.json.encode(said, order="deterministic")).hexdigest()


def _beyond(said: Mapping[str, Any], usual: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for name, value in said.items():
        if isinstance(value, dict):
            value = _beyond(value, usual[name])
        if value not in (usual[name], {}):
            found[name] = value
    return found


def add(db: Database, config: Config, *, remove: bool = False) -> Added:
    """Bring a fleet to what a configuration says: new papers are due at once, those that are not in
    it any more are kept and rest.

    remove: whether they may be more than half of all. Raises UsageError where they are and may not:
    it is another fleet's configuration, perhaps. DownError, OutdatedError, MissingError.
    """
    rows = [(p.name, hosts_of(p), float(p.every or EVERY)) for p in config.papers]
    names = [name for name, _, _ in rows]
    with db.transaction() as connection:
        # workers read this row before each taking: they see all of it or nothing
        connection.execute("SELECT FROM fleet FOR UPDATE")
        refuse_newer(connection)
        before = {
            row["paper"]: row
            for row in connection.execute(
                "SELECT paper, hosts, every_seconds, retired_at FROM site_leases"
            )
        }
        crawled = {paper for paper, row in before.items() if row["retired_at"] is None}
        gone = sorted(crawled.difference(names))
        if len(gone) > len(crawled) / 2 and not remove:
            raise UsageError(
                f"{FILE_NAME} lacks {len(gone):,} of the fleet's {counted(len(crawled), 'paper')}"
                f" ({gone[0]}{', …' if gone[1:] else ''}); is it the file of this fleet? With"
                " --remove they are crawled no more"
            )
        fresh = [row for row in rows if row[0] not in before]
        other = [
            row for row in rows
            if row[0] in before and (
                (before[row[0]]["hosts"], before[row[0]]["every_seconds"]) != row[1:]
                or before[row[0]]["retired_at"] is not None
            )
        ]  # fmt: skip
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO site_leases (paper, hosts, every_seconds, due_at)"
                " VALUES (%s, %s, %s, clock_timestamp())",
                fresh,
            )
            cursor.executemany(
                "UPDATE site_leases SET hosts = %(hosts)s, every_seconds = %(every)s,"
                " due_at = least(due_at, clock_timestamp() + %(every)s * interval '1 second'),"
                " retired_at = NULL WHERE paper = %(paper)s",
                [{"paper": name, "hosts": hosts, "every": every} for name, hosts, every in other],
            )
        connection.execute(
            "UPDATE site_leases SET retired_at = clock_timestamp() WHERE paper = ANY(%s)", (gone,)
        )
        connection.execute("UPDATE fleet SET papers_digest = %s", (digest(config),))
    return Added(tuple(row[0] for row in fresh), tuple(row[0] for row in other), tuple(gone))


def pause(db: Database, papers: Sequence[str], *, resting: bool) -> int:
    """Have papers rest, or go on; all of the fleet where none is named. Returns how many papers
    that changed, or 1 for the fleet. A run that is going on goes on to its end. Raises UsageError
    for a name that is none, DownError."""
    with db.transaction() as connection:
        refuse_newer(connection)
        at = "clock_timestamp()" if resting else "NULL"
        is_other = "IS NULL" if resting else "IS NOT NULL"
        if not papers:
            return connection.execute(
                f"UPDATE fleet SET paused_at = {at} WHERE paused_at {is_other}"  # noqa: S608
            ).rowcount
        _refuse_strangers(connection, papers)
        return connection.execute(
            f"UPDATE site_leases SET paused_at = {at}"  # noqa: S608 (words of ours)
            f" WHERE paper = ANY(%s) AND paused_at {is_other}",
            (list(papers),),
        ).rowcount


def make_due(db: Database, papers: Sequence[str]) -> int:
    """Have papers be due now, whatever became of them before. Returns how many were not. Raises
    UsageError for a name that is none, DownError."""
    with db.transaction() as connection:
        refuse_newer(connection)
        _refuse_strangers(connection, papers, retired=True)
        return connection.execute(
            "UPDATE site_leases SET due_at = clock_timestamp(), attempts = 0"
            " WHERE paper = ANY(%s) AND due_at > clock_timestamp()",
            (list(papers),),
        ).rowcount


def archive_of(db: Database, paper: str) -> tuple[str, str]:
    """Where a paper's archive is kept, and what lists it. Raises UsageError for a name that is
    none, MissingError where it has no archive yet, DownError."""
    with db.transaction() as connection:
        fleet = refuse_newer(connection)
        _refuse_strangers(connection, [paper])
        row = connection.execute(
            "SELECT manifest FROM site_leases WHERE paper = %s AND manifest IS NOT NULL", (paper,)
        ).fetchone()
    if row is None:
        raise MissingError(f"{paper} has no archive yet; {PROGRAM} fleet status says why")
    return fleet["state"], row["manifest"]


def _refuse_strangers(
    connection: Connection[dict[str, Any]], papers: Sequence[str], *, retired: bool = False
) -> None:
    """Raise UsageError for a name that is none; retired: or of a paper that is crawled no more."""
    known = {
        row["paper"]
        for row in connection.execute(
            "SELECT paper FROM site_leases WHERE paper = ANY(%s)"
            " AND (retired_at IS NULL OR NOT %s)",
            (list(papers), retired),
        )
    }
    for name in papers:
        if name not in known:
            raise UsageError(
                f"{name}: the fleet has no such paper; {PROGRAM} fleet status lists them, and"
                f" {PROGRAM} fleet add adds those of hemeroteca.toml"
            )
