"""What a configuration says, checked: each mistake one line, with what would be right."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from crawler.config import alarms, notifying
from crawler.config.lines import NotTomlError, Path, parse
from crawler.config.paper import (
    BY_PAPER,
    RENDERS,
    SCOPES,
    SOURCES,
    Config,
    Notify,
    Paper,
    Render,
    Scope,
)
from crawler.config.values import Wrong, home_address, is_partial_day, reaches_somebody
from crawler.items import KEEPS, Keep
from crawler.monitors import AS_USUAL, Alarms
from crawler.urls import site_host

T = TypeVar("T")

_NAME = re.compile(r"\w[\w-]*")
_LONGEST_NAME = 200
"""Bytes: it may be a folder's."""
_MOST_SHOWN = 60
_AFTER = re.compile(r"(\d{1,12}) *(minute|hour|day|week)s?")
_SECONDS = {"minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}
_SHORTEST_DELAY = 2.0
_MOST_JOBS = 64
_LONGEST_EVERY = 366 * 86_400
"""Seconds between two runs of a paper."""
_TOP = ("archive", "contact", "jobs", "defaults", "papers", "notify", "metrics")
_OF_ALL = ("scope", "sources", "since", "until", "delay", "revisit_after", "render", "keep",
           "alarms", "every")  # fmt: skip
_OF_ONE = ("address", "cookies", *_OF_ALL)


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong, and what would be right. line: from 1."""

    line: int
    what: str


def read(text: str) -> tuple[Config, list[Mistake]]:
    """A configuration, and what is wrong with it, in the order of its lines; what is wrong is left
    out of it. Raises nothing."""
    try:
        said, lines = parse(text.removeprefix("\ufeff"))
    except NotTomlError as error:
        return Config(), [Mistake(error.line, f"not TOML: {error.why}")]
    reader = _Reader(lines)
    found = reader.config(said)
    return found, sorted(reader.mistakes, key=lambda each: each.line)


NO_PAPERS = 'there are no papers; write [papers.daily] and address = "daily.example"'
"""A mistake for whoever wants to archive them, and for nobody else."""


class _Reader:
    def __init__(self, lines: Mapping[Path, int]) -> None:
        self._lines = lines
        self.mistakes: list[Mistake] = []

    def config(self, said: Mapping[str, Any]) -> Config:
        self._names(said, _TOP, ())
        base = Config()
        shared = self._table(said, ("defaults",))
        self._names(shared, _OF_ALL, ("defaults",))
        common = self._wishes(shared, ("defaults",))
        papers = [
            paper
            for name in self._table(said, ("papers",))
            if (paper := self._paper(said["papers"], name, common)) is not None
        ]
        archive = self._value(said, ("archive",), _archive, base.archive)
        self._refuse_twice(papers)
        if BY_PAPER in archive:
            self._refuse_one_folder(papers)
        if not said.get("papers"):
            line = self._line(("papers",))
            self._note(line, NO_PAPERS)
        return Config(
            tuple(papers),
            archive,
            self._value(said, ("contact",), _contact, None),
            self._value(said, ("jobs",), _jobs, None),
            self._notify(said) if "notify" in said else None,
            self._value(said, ("metrics",), _file, None),
        )

    def _notify(self, said: Mapping[str, Any]) -> Notify:
        path = ("notify",)
        told = self._table(said, path)
        self._names(told, notifying.NAMES, path)
        base = Notify()
        lines = {name: self._line((*path, name)) for name in ("to", "ping")}
        return Notify(
            self._secret(told, (*path, "to"), notifying.to, base.to),
            self._secret(told, (*path, "ping"), notifying.ping, base.ping),
            self._value(told, (*path, "command"), notifying.command, base.command),
            self._value(told, (*path, "when"), notifying.when, base.when),
            self._value(told, (*path, "level"), notifying.level, base.level),
            lines["to"], lines["ping"],
        )  # fmt: skip

    def _paper(
        self, papers: Mapping[str, Any], name: str, common: Mapping[str, Any]
    ) -> Paper | None:
        path = ("papers", name)
        if not _NAME.fullmatch(name) or len(name.encode()) > _LONGEST_NAME:
            self._note(
                self._line(path),
                f"papers.{_shown(name)}: a name is of letters, digits, - and _, and not long; it"
                " may be a folder's",
            )
        said = self._table(papers, path)
        self._names(said, _OF_ONE, path)
        if said is not papers[name]:  # it is no table
            return None
        if "address" not in said:
            self._note(
                self._line(path), f'{_path(path)} has no address; write address = "daily.example"'
            )
            return None
        nowhere: tuple[str, ...] = ()
        addresses = self._value(said, (*path, "address"), _addresses, nowhere)
        wishes = {**common, **self._wishes(said, path)}
        since, until = wishes.get("since"), wishes.get("until")
        if since and until and since[: len(until)] > until:
            at = "since" if "since" in said else "until"
            self._note(
                self._line((*path, at)),
                f"{_path(path)}: since = {since} is after until = {until}; swap them",
            )
        return Paper(name, addresses, **wishes) if addresses else None

    def _wishes(self, said: Mapping[str, Any], path: Path) -> dict[str, Any]:
        """What is said of a paper, or of all; only what is."""
        checks: dict[str, Callable[[Any], object]] = {
            "scope": _scope, "sources": _sources, "since": _day, "until": _day, "delay": _delay,
            "revisit_after": _revisit_after, "cookies": _file, "every": _every, "render": _render,
            "keep": _keep,
        }  # fmt: skip
        nothing = object()
        found = {
            name: self._value(said, (*path, name), check, nothing)
            for name, check in checks.items()
            if name in said
        }
        if "alarms" in said:
            found["alarms"] = self._alarms(said, (*path, "alarms"))
        return {name: value for name, value in found.items() if value is not nothing}

    def _alarms(self, said: Mapping[str, Any], path: Path) -> Alarms:
        table = said[path[-1]]
        if not isinstance(table, dict):
            return self._value(said, path, alarms.all_or_none, AS_USUAL)
        self._names(table, alarms.NAMES, path)
        return alarms.of_table({
            kind: self._value(
                table, (*path, kind), alarms.CHECKS.get(kind, alarms.on_or_off), True
            )
            for kind in alarms.NAMES
        })  # fmt: skip

    def _refuse_twice(self, papers: Iterable[Paper]) -> None:
        hosts: dict[str, str] = {}
        for paper in papers:
            for host in dict.fromkeys(map(site_host, paper.addresses)):
                other = hosts.setdefault(host, paper.name)
                if other != paper.name:
                    self._note(
                        self._line(("papers", paper.name, "address")),
                        f"papers.{paper.name}: {host} is papers.{other} already; one host is one"
                        " paper, with several addresses if need be",
                    )

    def _refuse_one_folder(self, papers: Iterable[Paper]) -> None:
        names: dict[str, str] = {}
        for paper in papers:
            other = names.setdefault(paper.name.casefold(), paper.name)
            if other != paper.name:
                self._note(
                    self._line(("papers", paper.name)),
                    f"papers.{paper.name}: its archive is that of papers.{other} where case does"
                    " not count; name it otherwise",
                )

    # -- tables, names, values -------------------------------------------------------------------

    def _table(self, said: Mapping[str, Any], path: Path) -> dict[str, Any]:
        found = said.get(path[-1], {})
        if isinstance(found, dict):
            return found
        self._note(self._line(path), f"{_path(path)} is no table; write [{_path(path)}]")
        return {}

    def _names(self, said: Iterable[str], known: tuple[str, ...], path: Path) -> None:
        for name in said:
            if name not in known:
                where = f"{_path(path)}: " if path else ""
                alike = difflib.get_close_matches(name.lower(), known, 1, 0.6)
                right = f"did you mean {alike[0]}?" if alike else f"there are {', '.join(known)}"
                self._note(
                    self._line((*path, name)), f"{where}there is no {_path([name])}; {right}"
                )

    def _value(
        self, said: Mapping[str, Any], path: Path, check: Callable[[Any], T], otherwise: T
    ) -> T:
        if path[-1] not in said:
            return otherwise
        try:
            return check(said[path[-1]])
        except Wrong as wrong:
            self._note(self._line(path), f"{_path(path)} = {_shown(said[path[-1]])}: {wrong}")
            return otherwise

    def _secret(
        self, said: Mapping[str, Any], path: Path, check: Callable[[Any], T], otherwise: T
    ) -> T:
        """The same of a value that is not shown where it is wrong."""
        try:
            return check(said[path[-1]]) if path[-1] in said else otherwise
        except Wrong as wrong:
            self._note(self._line(path), f"{_path(path)}: {wrong}")
            return otherwise

    def _line(self, path: Path) -> int:
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)

    def _note(self, line: int, what: str) -> None:
        self.mistakes.append(Mistake(line, what))


def _path(names: Iterable[str]) -> str:
    """Names as TOML joins them."""
    return ".".join(name if _NAME.fullmatch(name) else _shown(name) for name in names)


def _shown(value: object) -> str:
    """A value in one short line, as TOML writes it."""
    if isinstance(value, str):
        text = json.dumps(value, ensure_ascii=not value.isprintable())
    else:
        text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) < _MOST_SHOWN else f"{text[: _MOST_SHOWN - 3]}…"


def _archive(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise Wrong('name a folder, as in "archive", or "archives/{paper}"')
    if wrong := [each for each in re.findall(r"\{[^}]*\}?|\}", value) if each != BY_PAPER]:
        raise Wrong(f"{wrong[0]} stands for nothing; only {BY_PAPER} does, for a paper's name")
    return value


def _file(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Wrong('name a file: "daily-cookies.txt"')
    return value


def _contact(value: Any) -> str:
    if not isinstance(value, str) or not reaches_somebody(value):
        raise Wrong('must be a mail address or URL in ASCII, as in "you@library.example"')
    return value


def _jobs(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _MOST_JOBS:
        raise Wrong(f"must be a whole number from 1 to {_MOST_JOBS}")
    return value


def _addresses(value: Any) -> tuple[str, ...]:
    said = value if isinstance(value, list) else [value]
    found = [home_address(each) if isinstance(each, str) else None for each in said]
    urls = [each for each in found if each is not None]
    if not urls or len(urls) < len(said):
        raise Wrong('must be a web address, or several: "https://daily.example/"')
    return tuple(dict.fromkeys(urls))


def _scope(value: Any) -> Scope:
    for scope in SCOPES:
        if value == scope:
            return scope
    raise Wrong(f"there are {' and '.join(SCOPES)}{_meant(value, SCOPES)}")


def _render(value: Any) -> Render:
    for each in RENDERS:
        if value == each:
            return each
    raise Wrong(f"there are {', '.join(RENDERS)}{_meant(value, RENDERS)}")


def _keep(value: Any) -> Keep:
    for keep in KEEPS:
        if value == keep:
            return keep
    raise Wrong(f"there are {', '.join(KEEPS)}{_meant(value, KEEPS)}")


def _sources(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise Wrong(f'must be a list of {", ".join(SOURCES)}: ["sitemap", "feed"]')
    for each in value:
        if each not in SOURCES:
            raise Wrong(f"there is no {_shown(each)}; choose from {', '.join(SOURCES)}"
                         f"{_meant(each, SOURCES)}")  # fmt: skip
    return tuple(dict.fromkeys(value))


def _meant(value: object, known: tuple[str, ...]) -> str:
    alike = difflib.get_close_matches(str(value).lower(), known, 1, 0.6)
    return f"; did you mean {alike[0]}?" if alike else ""


def _day(value: Any) -> str:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not is_partial_day(text):
        raise Wrong('must be a year, month or day: "2024", "2024-05" or 2024-05-31')
    return text


def _delay(value: Any) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not _SHORTEST_DELAY <= value <= 3_600:
        raise Wrong(f"must be seconds between two requests, from {_SHORTEST_DELAY:g} to 3600")
    return float(value)


def _revisit_after(value: Any) -> tuple[int, ...]:
    said = value if isinstance(value, list) else [None]
    found = [_AFTER.fullmatch(each.strip()) if isinstance(each, str) else None for each in said]
    seconds = [int(one[1]) * _SECONDS[one[2]] for one in found if one]
    if len(seconds) < len(said) or not all(0 < each < 10**10 for each in seconds):
        raise Wrong(
            'must be a list of times after publication: ["1 hour", "1 day", "2 weeks"]; [] for none'
        )
    return tuple(sorted(set(seconds)))


def _every(value: Any) -> int:
    found = _AFTER.fullmatch(value.strip()) if isinstance(value, str) else None
    seconds = int(found[1]) * _SECONDS[found[2]] if found else 0
    if not 0 < seconds <= _LONGEST_EVERY:
        raise Wrong('must be a time of a year at most: "6 hours", "1 day", "2 weeks"')
    return seconds
