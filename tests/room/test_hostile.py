"""What strangers wrote stays text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from crawler.room.cleaning import cleaned

from .conftest import RunningRoom

_TAGS = re.compile(r"<(script|iframe|form|base|object|embed)\b[^>]*>", re.IGNORECASE)


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str]] = []
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src", "action", "data-source", "data"):
                self.found.append((tag, name, value or ""))
            if name.startswith("on") or name == "style":
                self.handlers.append(f"{tag} {name}={value}")


def paths(room: RunningRoom) -> list[str]:
    base = f"/in/{room.name}"
    found = [
        "/",
        "/search",
        "/search?q=weir&second=x&as=share",
        base,
        f"{base}/edits",
        f"{base}/queries",
        "/about",
    ]
    worst = room.row("SELECT id FROM articles WHERE url LIKE 'javascript:%'")
    edited = room.row("SELECT id FROM articles WHERE revisions > 1")
    for key in (worst, edited):
        story = f"{base}/story/{key}"
        found += [
            story,
            f"{story}/revisions",
            f"{story}/captures",
            f"{story}/cite",
            f"{story}/graph",
        ]
    host = room.row("SELECT host FROM sites").replace(":", "%3A")
    return [*found, f"{base}/paper/{host}"]


def test_no_page_has_a_tag_or_an_address_of_a_stranger_s(odd_room: RunningRoom) -> None:
    for path in paths(odd_room):
        answer = odd_room.get(path)
        assert answer.status == 200, path
        links = _Links()
        links.feed(answer.text)
        assert links.handlers == []
        for tag, _, value in links.found:
            assert value.startswith(("/", "http://", "https://", "#")), (path, value)
            if tag != "a":
                assert value.startswith("/"), (path, tag, value)
        for control in ("\x1b", "\u202e", "\u2066", "\x07"):
            assert control not in answer.text
        nonce = answer.headers["Content-Security-Policy"].split("'nonce-")[1].split("'")[0]
        for tag in _TAGS.finditer(answer.text):
            if tag[1].lower() == "script":
                assert f'nonce="{nonce}"' in tag[0]


def test_templates_do_not_run_what_they_show(odd_room: RunningRoom) -> None:
    text = odd_room.get("/").text
    assert "{{7*7}}" in text
    assert "\\u202etxt.exe" in text


def test_the_stored_page_of_a_hostile_server(odd_room: RunningRoom) -> None:
    key = odd_room.row("SELECT id FROM articles WHERE revisions > 1")
    capture = odd_room.row(
        "SELECT c.id FROM captures c JOIN urls u ON u.id = c.url_id WHERE u.article_id = ?", key
    )
    page = odd_room.get(f"/in/{odd_room.name}/capture/{capture}/page")
    assert "The weir at lock 1 was repaired" in page.text
    for bad in ("192.0.2.1", "pwned", "<form", "<iframe", "<svg", "javascript:", "http-equiv"):
        assert bad not in page.text, bad
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert policy.endswith("sandbox")


def test_a_stored_picture_is_shown_and_nothing_else_is(odd_room: RunningRoom) -> None:
    picture = odd_room.row("SELECT id FROM captures WHERE url LIKE '%/p.png'")
    answer = odd_room.get(f"/in/{odd_room.name}/capture/{picture}/picture")
    assert answer.body.startswith(b"\x89PNG")
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    drawing = odd_room.row("SELECT id FROM captures WHERE url LIKE '%/drawn.png'")
    assert odd_room.get(f"/in/{odd_room.name}/capture/{drawing}/picture").status == 404
    page = odd_room.row("SELECT id FROM captures WHERE content_type LIKE 'text/html%'")
    assert odd_room.get(f"/in/{odd_room.name}/capture/{page}/picture").status == 404
    story = odd_room.row("SELECT id FROM articles WHERE url LIKE '%/pictured'")
    assert f"/capture/{picture}/picture" in odd_room.get(f"/in/{odd_room.name}/story/{story}").text
    capture = odd_room.row("SELECT capture_id FROM revisions WHERE article_id = ?", story)
    stored = odd_room.get(f"/in/{odd_room.name}/capture/{capture}/page").text
    assert 'src="data:image/png;base64,' in stored


def test_a_page_that_would_take_minutes_is_shown_as_text(odd_room: RunningRoom) -> None:
    capture = odd_room.row(
        "SELECT c.id FROM captures c JOIN urls u ON u.id = c.url_id WHERE u.url LIKE '%/tangled'"
    )
    page = odd_room.get(f"/in/{odd_room.name}/capture/{capture}/page")
    assert page.status == 200
    assert "would take too long" in page.text
    assert "The weir at lock 1 was repaired" in page.text
    assert "<div>" not in page.text


def test_no_page_can_write_the_placeholder_of_a_picture() -> None:
    first = cleaned('<img src="/a.png">')
    assert first is not None
    assert first.pictures == ("/a.png",)
    forged = first.source().search(first.html)
    assert forged is not None
    again = cleaned(f'<p>{forged[0]} and {forged[0].replace("/0", "/99")}</p><img src="/b.png">')
    assert again is not None
    assert again.pictures == ("/b.png",)
    assert again.source().findall(again.html) == ["0"]


@pytest.mark.parametrize("language", ["fa", "ja"])
def test_other_languages_are_told_to_the_browser(odd_room: RunningRoom, language: str) -> None:
    key = odd_room.row("SELECT id FROM articles WHERE url LIKE ?", f"%-{language}")
    text = odd_room.get(f"/in/{odd_room.name}/story/{key}").text
    way = {"fa": "rtl", "ja": "ltr"}[language]
    assert f'<article class="text" lang="{language}" dir="{way}">' in text
    # our own words and dates stand in their own direction within it
    byline = text.partition('<p class="byline">')[2].partition("</p>")[0]
    assert 'lang="en" dir="ltr">4 March 2026, 09:30 UTC</time>' in byline
    assert 'lang="en" dir="ltr">1 minute to read</span>' in byline
    assert {"fa": "61 words", "ja": "148 characters"}[language] in text
