"""Which verbs there are: those of this package, by the names of its modules."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import Any

from scrapy.commands import ScrapyCommand

import crawler.commands


def modules(package: Any) -> dict[str, Any]:
    """The modules of a package of verbs: verb → module, loaded."""
    return {
        found.name: import_module(f"{package.__name__}.{found.name}")
        for found in pkgutil.iter_modules(package.__path__)
        if not found.name.startswith("_")
    }


def verbs() -> dict[str, ScrapyCommand]:
    """Our verbs, by name."""
    found = modules(crawler.commands).items()
    return {name: module.Command() for name, module in found if hasattr(module, "Command")}
