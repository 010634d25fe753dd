"""Stories served in two versions, over HTTP: what the history tells of it."""

from __future__ import annotations

import json
import socket
import sqlite3
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, ClassVar

import pytest

from benchmarks.corpora import CORPORA
from tests.loopback import serving

from .conftest import crawl, query

CASES = CORPORA.parent / "cases" / "revisions"


class Pages(BaseHTTPRequestHandler):
    """Answers path by path: status, headers, body, whether its length is a lie."""

    protocol_version = "HTTP/1.1"
    answers: ClassVar[dict[str, tuple[int, dict[str, str], str, bool]]] = {}

    def do_GET(self) -> None:
        status, headers, text, short = self.answers.get(self.path, (404, {}, "", False))
        host = self.headers["Host"]
        body = text.replace("{host}", host).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if short else body)
        if short:
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True


def told(folder: Path) -> dict[str, Any]:
    """What the history of the one story tells."""
    (story,) = query(folder, "SELECT * FROM articles ORDER BY id LIMIT 1")
    changed = query(
        folder,
        "SELECT field FROM revision_changes c JOIN revisions r ON r.id = c.revision_id"
        " WHERE r.article_id = ? ORDER BY field",
        story["id"],
    )
    return {
        "revision": story["revisions"] > 1,
        "gone": story["gone_at"] is not None,
        "changed": [row["field"] for row in changed],
    }


SHARED = sorted(CASES.glob("*.json")) if CASES.is_dir() else []


@pytest.mark.parametrize("case", SHARED, ids=lambda path: path.stem[:30])
def test_cases(tmp_path: Path, case: Path) -> None:
    known = json.loads(case.read_text())
    v0 = case.with_suffix(".v0.html").read_text()
    v1 = case.with_suffix(".v1.html").read_text()
    path = "/2026/11/20/harbour-sold-to-investor.html"
    section = "<title>News</title>" + "".join(
        f"<article><h3><a href='/2026/11/2{n}/x'>A headline of some length, no {n}</a></h3>"
        "</article>"
        for n in range(9)
    )
    Pages.answers = {path: (200, {}, v0, False), "/news/": (200, {}, section, False)}
    with serving(Pages) as base:
        done = crawl("article", tmp_path / "a", url=f"{base}{path}")
        assert done.returncode == 0, done.stderr
        answer = (known["status"], known["headers"], v1, known["short_content_length"])
        Pages.answers[path] = answer
        crawl("article", tmp_path / "a", url=f"{base}{path}")
    found = told(tmp_path / "a")
    expected = {k: v for k, v in known["expected"].items() if k in found}
    assert {k: v for k, v in found.items() if k in expected} == expected
    with sqlite3.connect(tmp_path / "a" / "archive.db") as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
