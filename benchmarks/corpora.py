"""Where the pages are that quality and cost are measured on."""

from __future__ import annotations

import os
from pathlib import Path

_SIBLING = Path(__file__).resolve().parents[2] / "shared" / "corpora"

CORPORA = Path(os.environ.get("CORPORA") or _SIBLING)
"""A folder of pages with gold answers (docs/measure.md): the environment variable CORPORA, or one
beside the checkout."""
