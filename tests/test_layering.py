"""The arrows between packages run one way, and into a package through its door."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from crawler.extract.version import ROOMS as ROOMS_COVERED
from crawler.extract.version import SHARED

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted(
    path for top in ("crawler", "spiders", "pipelines") for path in (ROOT / top).rglob("*.py")
)
HOUSE = ("crawler", "spiders", "pipelines")
LOWEST = {
    "crawler.bundled",
    "crawler.charts",
    "crawler.counted",
    "crawler.items",
    "crawler.errors",
    "crawler.events",
    "crawler.processes",
    "crawler.reasons",
    "crawler.reservations",
    "crawler.text",
    "crawler.times",
    "crawler.urls",
}
# package → what of the house it may import besides itself and the lowest layer
MAY_IMPORT: dict[str, set[str]] = {
    "crawler.bundled": set(),
    "crawler.charts": set(),
    "crawler.counted": set(),
    "crawler.reporting": {"crawler.archive", "crawler.monitors", "crawler.outcome"},
    "crawler.items": set(),
    "crawler.errors": set(),
    "crawler.events": set(),
    "crawler.processes": set(),
    "crawler.reasons": set(),
    "crawler.reservations": set(),
    "crawler.text": set(),
    "crawler.times": set(),
    "crawler.urls": set(),
    "crawler.stopping": set(),
    "crawler.extract": set(),
    "crawler.config": {"crawler.monitors"},
    "crawler.subscriptions": {"crawler.config"},
    "crawler.learn": {"crawler.extract"},
    "crawler.discover": {"crawler.extract.script", "crawler.extract.page"},  # lists in JSON
    "crawler.render": {"crawler.extras"},
    "crawler.requisites": {"crawler.extract"},
    "crawler.warc": set(),
    "crawler.mementos": {"crawler.discover", "crawler.warc"},
    "crawler.demo": set(),
    "crawler.history": {"crawler.extract.language"},  # its words
    "crawler.search": set(),
    "crawler.monitors": set(),
    "crawler.archive": {"crawler.history", "crawler.monitors", "crawler.search"},
    "crawler.metrics": {"crawler.archive"},
    "crawler.policy": {"crawler.archive", "crawler.discover"},
    "crawler.export": {
        "crawler.archive", "crawler.citation", "crawler.extras", "crawler.reservations",
        "crawler.search",
    },
    "crawler.fixity": {"crawler.archive", "crawler.warc"},
    "crawler.backup": {"crawler.archive", "crawler.extras", "crawler.fixity", "crawler.warc"},
    "crawler.fleet": {
        "crawler.archive", "crawler.backup", "crawler.config", "crawler.extras",
        "crawler.interrupts", "crawler.metrics", "crawler.outcome", "crawler.warc",
    },
    "crawler.notify": {
        "crawler.archive", "crawler.config", "crawler.extras", "crawler.monitors",
        "crawler.outcome",
    },
    "crawler.runs": {
        "crawler.archive", "crawler.config", "crawler.discover", "crawler.extract",
        "crawler.history", "crawler.holdings", "crawler.kept_records", "crawler.learn",
        "crawler.monitors", "crawler.page_reader", "crawler.policy", "crawler.requisites",
        "crawler.validate", "crawler.warc",
    },
    "crawler.bulk": {"crawler.archive", "crawler.extras", "crawler.runs"},
    "crawler.extensions": {
        "crawler.archive", "crawler.config", "crawler.discover", "crawler.failures",
        "crawler.mementos", "crawler.originals", "crawler.outcome", "crawler.render",
        "crawler.runs", "crawler.stopping", "crawler.warc",
    },
    "crawler.frontier": {
        "crawler.archive", "crawler.discover", "crawler.extensions", "crawler.failures",
        "crawler.mementos", "crawler.policy", "crawler.runs", "crawler.stopping", "crawler.warc",
    },
    "crawler.room": {
        "crawler.archive", "crawler.citation", "crawler.extract.page", "crawler.history",
        "crawler.kept_records", "crawler.learn", "crawler.monitors", "crawler.requisites",
        "crawler.search", "crawler.warc",
    },
    "crawler.middlewares": {
        "crawler.config", "crawler.discover", "crawler.extensions", "crawler.failures",
        "crawler.frontier", "crawler.stopping", "crawler.subscriptions",
    },
}  # fmt: skip
# A room of extraction → the rooms below it.
ROOMS: dict[str, set[str]] = {
    "page": set(),
    "markup": set(),
    "language": set(),
    "body": {"page", "markup", "language", "dates"},
    "fields": {"page", "markup", "language", "body", "dates"},
    "dates": {"page", "markup", "language"},
    "links": {"page", "language", "body"},
    "listing": {"page"},
    "verdict": {"listing", "page", "language", "fields"},
    "version": set(),
    "confidence": {"page"},
    "script": {"page"},
    "article": {
        "confidence",
        "script",
        "page",
        "markup",
        "body",
        "fields",
        "dates",
        "links",
        "verdict",
    },
}
# Packages that have a door: nothing outside imports one of their modules. `urls.segments` is a
# table of words; `runs.visits`, `runs.readings` and `runs.assembly` are the way of every answer:
# they are asked for by name.
DOORS = {f"crawler.extract.{room}" for room in ROOMS} | {
    "crawler.config", "crawler.extensions.session", "crawler.mementos", "crawler.monitors",
    "crawler.render", "crawler.reservations", "crawler.runs", "crawler.search", "crawler.urls",
}  # fmt: skip
PAST_THE_DOOR = {
    "crawler.runs.assembly", "crawler.runs.readings", "crawler.runs.visits",
    "crawler.urls.segments",
}  # fmt: skip
MAY_DO_IO = {"crawler/extract/version.py"}  # reads its own code


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path) for path in SOURCES}


@cache
def doorway(package: str) -> frozenset[str]:
    """What a package hands out: names of its `__all__`, some of them like its modules."""
    path = ROOT.joinpath(*package.split("."), "__init__.py")
    if not path.exists():
        return frozenset()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return frozenset(ast.literal_eval(node.value))
    return frozenset()


def target(module: str, name: str) -> str:
    """The module that `from module import name` reaches for."""
    inner = f"{module}.{name}"
    return inner if inner in MODULES and name not in doorway(module) else module


@cache
def imports(path: Path) -> frozenset[str]:
    """Every module that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {target(node.module, alias.name) for alias in node.names}
    return frozenset(found)


def ours(path: Path) -> set[str]:
    """Those of the house, without the version number's."""
    return {m for m in imports(path) if m.split(".")[0] in HOUSE and m != "crawler"}


def is_in(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def package_of(module: str) -> str:
    """The package that a module is of: a room of extraction, a package, a module at the top."""
    parts = module.split(".")
    return ".".join(parts[: 3 if parts[:2] == ["crawler", "extract"] else 2])


def packages(paths: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """The arrows between packages."""
    for path in paths:
        one = package_of(module_name(path))
        for module in ours(path):
            if (other := package_of(module)) != one:
                yield one, other


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_imports_follow_the_layers(path: Path) -> None:
    name, used = module_name(path), ours(path)
    if is_in(name, "crawler"):
        assert not {m for m in used if not is_in(m, "crawler")}, "crawler imports a layer above it"
    for package, allowed in MAY_IMPORT.items():
        if is_in(name, package):
            below = allowed | LOWEST | {package}
            assert not {m for m in used if not any(is_in(m, other) for other in below)}


def test_packages_go_in_no_circle() -> None:
    arrows: dict[str, set[str]] = {}
    for one, other in packages(SOURCES):
        # the package itself is the door of its own rooms
        if not is_in(one, other):
            arrows.setdefault(one, set()).add(other)
    try:
        order = list(TopologicalSorter(arrows).static_order())
    except CycleError as error:
        pytest.fail(f"{error.args[0]}: {' → '.join(reversed(error.args[1]))}")
    assert order.index("crawler.extract.page") < order.index("crawler.extract.article")


def test_every_package_has_its_place_in_the_layers() -> None:
    folders = {f"crawler.{path.parent.name}" for path in ROOT.glob("crawler/*/__init__.py")}
    assert folders - {"crawler.commands"} <= set(MAY_IMPORT)  # commands stand above all of it


def test_the_rooms_of_extraction_stand_one_above_the_other() -> None:
    assert {p.stem for p in ROOT.glob("crawler/extract/*") if p.stem[0] != "_"} == set(ROOMS)
    for path in SOURCES:
        name = module_name(path)
        if is_in(name, "crawler.extract") and name != "crawler.extract":
            room = name.split(".")[2]
            used = {m.split(".")[2] for m in ours(path) if m.startswith("crawler.extract.")}
            assert used - {room} <= ROOMS[room], path


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_a_room_is_entered_by_its_door(path: Path) -> None:
    name = module_name(path)
    for door in DOORS:
        if not is_in(name, door):
            past = {m for m in ours(path) if is_in(m, door) and m != door}
            assert past <= PAST_THE_DOOR


@pytest.mark.parametrize(
    "path", [p for p in SOURCES if {"extract", "discover"} & set(p.parts)], ids=module_name
)
def test_extraction_and_discovery_know_no_scrapy_and_do_no_io(path: Path) -> None:
    used = {module.split(".")[0] for module in imports(path)}
    assert not used & {"scrapy", "twisted", "sqlite3", "sqlite_utils", "socket", "requests"}
    if module_name(path) != "crawler.extract.version":  # which reads its own code
        assert not used & {"pathlib", "os", "io.open"}


def test_only_the_archive_package_names_tables() -> None:
    tables = ("linked_stories", "article_authors", "article_tags", "FROM articles", "FROM urls")
    for path in SOURCES:
        if not is_in(module_name(path), "crawler.archive"):
            text = path.read_text(encoding="utf-8")
            assert not [t for t in tables if f"INTO {t}" in text or f"FROM {t}" in text], path


def test_the_extractor_s_version_covers_all_that_it_imports() -> None:
    covered = {f"crawler.{name.removesuffix('.py')}" for name in (*ROOMS_COVERED, *SHARED)}
    says_nothing_of_a_page = {"crawler.errors", "crawler.bundled"}
    for path in SOURCES:
        if is_in(module_name(path), "crawler.extract"):
            used = {".".join(module.split(".")[:2]) for module in ours(path)}
            assert used - covered <= says_nothing_of_a_page, path


def test_the_walk_sees_the_code() -> None:
    assert len(SOURCES) > 30
    assert "crawler.items" in imports(ROOT / "crawler" / "archive" / "store.py")
    assert ("crawler.runs", "crawler.extract.body") in set(packages(SOURCES))
