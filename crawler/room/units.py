"""Datasette without its table of units, until somebody asks for one.

Datasette reads the definitions of a thousand physical units when it is imported, for columns whose
metadata name a unit: a third of the time that the room takes to start. An archive has no such
column; a plugin's table may.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

_NAME = "datasette.vendored.pint"


@contextmanager
def units_when_asked_for() -> Iterator[None]:
    """While Datasette is imported: its units are read when the first one is used."""
    if _NAME in sys.modules:
        yield
        return
    stand_in = ModuleType(_NAME)
    stand_in.UnitRegistry = _Units  # type: ignore[attr-defined]
    sys.modules[_NAME] = stand_in
    try:
        yield
    finally:
        del sys.modules[_NAME]


class _Units:
    """A registry of units that is made when it is used."""

    _real: Any = None

    def _registry(self) -> Any:
        if self._real is None:
            self._real = importlib.import_module(_NAME).UnitRegistry()
        return self._real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._registry(), name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._registry()(*args, **kwargs)
