"""The card of a data set: what it is, how it came together, what is not in it, whose it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from crawler.export.card import croissant, datapackage, readme
from crawler.export.card.about import COVERAGE, About

__all__ = ["About", "write"]


def write(folder: Path, about: About) -> None:
    """Write README.md, coverage.csv, croissant.json and datapackage.json. Raises OSError."""
    (folder / "README.md").write_text(readme.text(about), encoding="utf-8")
    (folder / COVERAGE).write_text(readme.coverage(about), encoding="utf-8", newline="")
    _json(folder / "croissant.json", croissant.document(about))
    _json(folder / "datapackage.json", datapackage.descriptor(about))


def _json(path: Path, value: dict[str, Any]) -> None:
    path.write_text(f"{json.dumps(value, ensure_ascii=False, indent=2)}\n", encoding="utf-8")
