"""A page that was saved is read at the address that it calls its own."""

from __future__ import annotations

import json
from pathlib import Path

from crawler.commands.extract import answer
from tests.system.conftest import run_scrapy

TEXT = "<p>The ferry crossed the river on Monday, and the people on both banks counted.</p>" * 3
OWN = '<link rel="canonical" href="https://paper.example/town/ferry-returns">'


def saved(head: str = "") -> str:
    return f"""<html lang="en"><head><title>Ferry returns</title>{head}</head><body><main>
        <h1>Ferry returns</h1>{TEXT}<p>More: <a href="/town/lock">the lock</a>.</p></main></body>"""


def test_its_own_address_is_taken() -> None:
    found = answer("x", "", saved(OWN).encode())
    assert found["url"] == "https://paper.example/town/ferry-returns"
    assert "(https://paper.example/town/lock)" in found["body_markdown"]


def test_an_address_that_is_given_counts() -> None:
    found = answer("x", "https://paper.example/other", saved(OWN).encode())
    assert found["url"] == "https://paper.example/other"


def test_it_is_said_where_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "own.html").write_text(saved(OWN))
    (tmp_path / "none.html").write_text(saved())
    done = run_scrapy("extract", str(tmp_path / "own.html"), str(tmp_path / "none.html"))
    own, none = (json.loads(line) for line in done.stdout.splitlines())
    assert (own["url"], none["url"]) == ("https://paper.example/town/ferry-returns", "")
    assert "none.html: the page does not name its own address" in done.stderr
    assert "own.html: the page" not in done.stderr
