"""What the room says, in the language of its readers: one file a language."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any


class Texts:
    """The texts of one language, by names such as `story.published`."""

    def __init__(self, language: str, table: dict[str, Any]) -> None:
        self.language = language
        self._texts = dict(_flat(table))

    def __call__(self, name: str, /, **values: object) -> str:
        """The text of that name, with values put in at {…}; the form for a number where there are
        two, by the value `n`. Raises KeyError."""
        if name not in self._texts:
            name = f"{name}.{'one' if values.get('n') == 1 else 'other'}"
        shown = {
            key: f"{value:,}" if isinstance(value, int) else value for key, value in values.items()
        }
        return self._texts[name].format(**shown)

    def get(self, name: str, default: str) -> str:
        """The text of that name, where there is one."""
        return self._texts.get(name, default)


@lru_cache(maxsize=16)
def texts(language: str = "en") -> Texts:
    """The texts of a language. Raises FileNotFoundError where there are none."""
    source = files("crawler.room") / "languages" / f"{language}.toml"
    return Texts(language, tomllib.loads(source.read_text(encoding="utf-8")))


def _flat(table: dict[str, Any], before: str = "") -> list[tuple[str, str]]:
    found = []
    for name, value in table.items():
        if isinstance(value, dict):
            found += _flat(value, f"{before}{name}.")
        else:
            found.append((f"{before}{name}", str(value)))
    return found
