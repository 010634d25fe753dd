"""How many examples a property is tried on, where the usual hundred are too few."""

from __future__ import annotations

from typing import Any

from hypothesis import settings


def at_least(number: int, **more: Any) -> settings:
    """So many examples, or those of a profile that asks for more (`make test-thorough`)."""
    return settings(max_examples=max(number, settings.default.max_examples), **more)
