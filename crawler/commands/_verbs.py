"""Which verbs there are: those of this package, by the names of its modules."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import Any

from scrapy.commands import ScrapyCommand

import crawler.commands


def names(package: Any) -> tuple[str, ...]:
    """The verbs of a package, which are not loaded."""
    found = pkgutil.iter_modules(package.__path__)
    return tuple(each.name for each in found if not each.name.startswith("_"))


def verbs() -> dict[str, ScrapyCommand]:
    """Our verbs, by name, loaded."""
    package = crawler.commands
    loaded = {name: import_module(f"{package.__name__}.{name}") for name in names(package)}
    return {name: each.Command() for name, each in loaded.items() if hasattr(each, "Command")}
