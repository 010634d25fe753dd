"""The table `run_papers`: what a run came to, newspaper by newspaper."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from crawler.archive import run_rows, why
from crawler.archive.run_rows import COUNTS
from crawler.reasons import Reason
from crawler.urls import normalise, site_host

_ADD = (
    f"INSERT INTO run_papers (run_id, site_id, paper, {', '.join(COUNTS)})"  # noqa: S608
    f" SELECT ?, id, host, {', '.join('?' * len(COUNTS))} FROM sites WHERE id = ?"
    " ON CONFLICT DO UPDATE SET " + ", ".join(f"{n} = {n} + excluded.{n}" for n in COUNTS)
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A newspaper that a run is to archive. paper: its name in the configuration, else its host.
    since, until: the span that is asked for."""

    home_url: str
    paper: str
    since: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """How it ended for a newspaper: the outcome, as `crawler.outcome` has them, and why."""

    outcome: str
    reason: Reason | None = None


class RunPapers:
    """The newspapers of runs, in one open archive.

    paper_of: gives an address of the newspaper that an address is of.

    Methods belong into a transaction of the caller's; all raise sqlite3.Error.
    """

    def __init__(self, connection: sqlite3.Connection, site_id: Callable[[str], int]) -> None:
        """site_id: gives the key of an address's site."""
        self.paper_of: Callable[[str], str] = _front
        self._connection, self._sql = connection, connection.execute
        self._site_id = site_id

    def want(self, run_id: int, wanted: Wanted, arguments: Mapping[str, str]) -> bool:
        """Enter a newspaper that a run is sent for; returns whether it asks for other dates than
        the run before. arguments: the run's."""
        site = self._site_id(wanted.home_url)
        self._sql(
            "INSERT INTO run_papers (run_id, site_id, paper, since, until) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET paper = excluded.paper, since = excluded.since,"
            " until = excluded.until",
            (run_id, site, wanted.paper, wanted.since, wanted.until),
        )
        before = self._sql(
            "SELECT since, until FROM run_papers WHERE site_id = ? AND run_id < ?"
            " AND EXISTS (SELECT 1 FROM runs r WHERE r.id = run_id AND r.spider = 'news')"
            " ORDER BY run_id DESC LIMIT 1",
            (site, run_id),
        ).fetchone()
        if before is None:  # a run of before there were such rows
            said = run_rows.arguments_before(self._connection, run_id, arguments.get("site"))
            before = said.get("since"), said.get("until")
        return tuple(before) != (wanted.since, wanted.until)

    def restore(self, run_id: int, arguments: Mapping[str, str]) -> None:
        """Enter the newspapers that the arguments of a run name, as far as they say it."""
        said = arguments.get("site")
        for url in said.split(",") if isinstance(said, str) else ():
            home = normalise(url if "://" in url else f"https://{url}")
            span = (arguments.get("since"), arguments.get("until"))
            if home and all(isinstance(each, str | None) for each in span):
                self.want(run_id, Wanted(home, site_host(home), *span), arguments)

    def add(self, run_id: int | None, by_paper: Mapping[str, Counter[str]]) -> None:
        """Add to the numbers of newspapers, by an address of each; one that is not entered yet
        is."""
        for url, counts in by_paper.items():
            if run_id is not None and any(counts[name] for name in COUNTS):
                site = self._site_id(url)
                self._sql(_ADD, (run_id, *(counts[name] for name in COUNTS), site))

    def end(self, run_id: int, home_url: str, ended: Ended) -> None:
        """Say how a run ended for a newspaper."""
        self._sql(
            f"UPDATE run_papers SET outcome = ?, {why.SET} WHERE run_id = ? AND site_id = ?",  # noqa: S608
            (ended.outcome, *why.columns(ended.reason), run_id, self._site_id(home_url)),
        )


def _front(url: str) -> str:
    """One address for all of a host; an address may be anything."""
    return f"http://{site_host(url)}/"


def host_of_paper(connection: sqlite3.Connection, name: str) -> str | None:
    """The host of the newspaper that runs call by this name; None where none does. Raises
    sqlite3.Error."""
    row = connection.execute(
        "SELECT s.host FROM run_papers p JOIN sites s ON s.id = p.site_id WHERE p.paper = ?"
        " ORDER BY p.run_id DESC LIMIT 1",
        (name,),
    ).fetchone()
    return row[0] if row else None
