"""The arrows between packages run one way."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted(
    path for top in ("crawler", "spiders", "pipelines") for path in (ROOT / top).rglob("*.py")
)
LOWEST = {
    "crawler",
    "crawler.bundled",
    "crawler.items",
    "crawler.errors",
    "crawler.reasons",
    "crawler.text",
    "crawler.times",
    "crawler.urls",
}
# package → what of the house it may import besides itself and the lowest layer
MAY_IMPORT = {
    "crawler.bundled": set(),
    "crawler.items": set(),
    "crawler.errors": set(),
    "crawler.reasons": set(),
    "crawler.text": set(),
    "crawler.urls": set(),
    "crawler.times": set(),
    "crawler.extract": {"crawler.discover"},
    "crawler.discover": {"crawler.extract"},
    "crawler.warc": set(),
    "crawler.history": {"crawler.extract"},  # its tables of phrases
    "crawler.archive": {"crawler.history"},
    "crawler.demo": set(),
}


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> set[str]:
    """Every module that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def is_in(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def house(module: str) -> bool:
    return module.split(".")[0] in ("crawler", "spiders", "pipelines")


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_imports_follow_the_layers(path: Path) -> None:
    name = module_name(path)
    used = {module for module in imports(path) if house(module)}
    if is_in(name, "crawler"):
        assert not {m for m in used if not is_in(m, "crawler")}, "crawler imports a layer above it"
    for package, allowed in MAY_IMPORT.items():
        if is_in(name, package):
            foreign = {
                module
                for module in used
                if module.count(".")
                and not is_in(module, package)
                and not any(is_in(module, other) for other in allowed | (LOWEST - {"crawler"}))
                and module != "crawler.__version__"
            }
            assert not foreign


@pytest.mark.parametrize(
    "path", [p for p in SOURCES if p.parent.name in ("extract", "discover")], ids=module_name
)
def test_extraction_and_discovery_know_no_scrapy_and_do_no_io(path: Path) -> None:
    used = {module.split(".")[0] for module in imports(path)}
    assert not used & {"scrapy", "twisted", "sqlite3", "sqlite_utils", "socket", "requests"}
    assert not used & {"pathlib", "os", "io.open"}


def test_only_the_archive_package_names_tables() -> None:
    tables = ("linked_stories", "article_authors", "article_tags", "FROM articles", "FROM urls")
    for path in SOURCES:
        if not is_in(module_name(path), "crawler.archive"):
            text = path.read_text(encoding="utf-8")
            assert not [t for t in tables if f"INTO {t}" in text or f"FROM {t}" in text], path


def test_the_walk_sees_the_code() -> None:
    assert len(SOURCES) > 30
    assert "crawler.items" in imports(ROOT / "crawler" / "archive" / "store.py")
