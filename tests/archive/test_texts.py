"""A text and its Markdown share what they have in common, and come back as they were."""

from __future__ import annotations

import sqlite3

import pytest

from crawler.archive import schema
from crawler.archive.texts import markdown_of, markdown_parts

PAIRS = [
    ("One.", "One."),
    ("One.\n\nTwo.", "One.\n\n**Two.**"),
    ("One.\n\nTwo.\n\nOne.", 'One.\n\n![A "picture"](x.jpg)\n\nTwo.\n\nOne.'),
    ("", "![](x.jpg)"),
    ("A \\n\\n b.\n\nC:\\new\n\nD", "A \\n\\n b.\n\n`C:\\new`\n\nD"),
    ("Three\n\n\nbreaks\n\n\n\nand four", "Three\n\n\nbreaks\n\n*x*\n\n\n\nand four"),
    (
        "12\n\n\"quoted\" 'and'\ttab\x01\n\n日本語 🙂",
        "12\n\n\"quoted\" 'and'\ttab\x01\n\n*日本語* 🙂",
    ),
]


@pytest.mark.parametrize(("text", "markdown"), PAIRS)
def test_the_view_and_the_code_put_a_markdown_together(text: str, markdown: str) -> None:
    parts = markdown_parts(text, markdown)
    assert (parts is None) == (text == markdown)
    assert markdown_of(text, parts) == markdown
    db = sqlite3.connect(":memory:")
    schema.create(db)
    db.execute(
        "INSERT INTO revisions (article_id, number, capture_id, captured_at, extractor,"
        " content_digest, title, authors, tags, word_count)"
        " VALUES (1, 1, 1, '2026-01-02T03:04:05+00:00', 'x', 'x', 'x', '[]', '[]', 1)"
    )
    db.execute("INSERT INTO revision_texts VALUES (1, ?, ?, '{}')", (text, parts))
    assert db.execute("SELECT body_text, body_markdown FROM story_revisions").fetchone() == (
        text, markdown,
    )  # fmt: skip
