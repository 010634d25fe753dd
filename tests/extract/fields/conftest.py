"""One story for all fields: what is around it differs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crawler.extract import extract
from crawler.items import Article

URL = "https://www.paper.example/town/2026/05/ferry-returns-to-the-river"
TEXT = "".join(
    f"<p>The ferry crossed {what} on Monday, and the people on both banks stood and counted how "
    "many cars it took, how long it needed, and who of the crew they knew from earlier years.</p>"
    for what in ("the river", "the lock", "the upper basin")
)


def _read(
    head: str = "", above: str = "", below: str = "", html: str = '<html lang="en">'
) -> Article:
    page = f"""<!doctype html>{html}<head><meta charset="utf-8">
    <title>Ferry returns to the river | The Paper</title>
    <meta property="og:site_name" content="The Paper">{head}</head>
    <body><header><a href="/">The Paper</a><nav><a href="/town">Town</a> <a href="/sport">Sport</a>
    </nav></header><main><article><h1>Ferry returns to the river</h1>{above}
    <div class="article-body">{TEXT}</div>{below}</article></main></body></html>"""
    return extract(page.encode(), URL).article


@pytest.fixture
def read() -> Callable[..., Article]:
    """Reads the story with something in its head, above its text or below it."""
    return _read
