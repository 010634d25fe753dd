"""Messages name the command that is there: `scrapy` in the checkout, `hemeroteca` installed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from crawler.commands._verbs import verbs

ROOT = Path(__file__).resolve().parent.parent
# What stands in the database and in its documentation is the same for all.
DESCRIPTIONS = ("describe", "_schema", "/past/")


def texts(path: Path) -> Iterator[str]:
    """The texts in a module that are no docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if id(node) not in docstrings and isinstance(node, ast.Constant):
            yield str(node.value)


def test_no_message_names_a_command_that_may_not_be_there() -> None:
    named = re.compile(rf"\bscrapy (?:$|(?:{'|'.join(verbs())})\b)")
    found = {
        f"{path.relative_to(ROOT)}: {text}"
        for top in ("crawler", "spiders", "pipelines")
        for path in (ROOT / top).rglob("*.py")
        if not any(word in str(path.relative_to(ROOT)) for word in DESCRIPTIONS)
        for text in texts(path)
        if named.search(text)
    }
    assert not found, "write {PROGRAM} (crawler/bundled.py)"
