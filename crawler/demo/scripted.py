"""The Arle Signal: a paper of script, made of the Ledger's stories.

Every page is the same shell; a script fetches the story, or the list, as JSON and shows it. Every
fourth story is shipped with its page as a state, for its script to show. A list goes on by "Load
more", which fetches the next part. One story asks to log in; and the script tells others what is
read, as such scripts do: nothing of that is ever to go out.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from html import escape
from typing import Any
from urllib.parse import parse_qs

from crawler.demo.answer import Answer
from crawler.demo.ledger import HTML, Piece
from crawler.demo.ledger import stories as told

STORIES = 60
PAGE_SIZE = 12
WITH_STATE = 4
"""Every so manieth story is in its page."""
EDITED = 1
"""The number of a story that says something else in the evening."""
WALLED = "/account/only-for-readers-who-log-in"
NAME = "The Arle Signal"
_JSON = "application/json; charset=utf-8"
_ROBOTS = b"User-agent: *\nDisallow: /api/private/\n"


@lru_cache(maxsize=2)
def stories(edition: str = "morning") -> tuple[Piece, ...]:
    """All, newest first. edition: `morning` or `evening`."""
    found = told()[:STORIES]
    if edition == "morning":
        return found
    more = "An earlier version of this story had the bridge on the wrong side of the river."
    return tuple(
        piece
        if piece.number != found[EDITED].number
        else Piece(
            piece.number, piece.section, piece.title, piece.author, piece.published,
            (*piece.paragraphs, more),
        )
        for piece in found
    )  # fmt: skip


def path_of(piece: Piece) -> str:
    """Where a story stands."""
    words = "-".join(re.findall(r"[a-z0-9]+", piece.title.lower())[:7])
    return f"/{piece.section}/{words}-{2000 + piece.number}"


def has_state(piece: Piece) -> bool:
    """Whether its page ships a story for the script to show."""
    return piece.number % WITH_STATE == 0


def find(edition: str, path: str, query: str) -> Answer:
    """What the Signal answers. edition: `morning` or `evening`."""
    if path == "/robots.txt":
        return Answer(_ROBOTS, "text/plain")
    if path == "/app.js":
        return Answer(_SCRIPT.encode(), "text/javascript; charset=utf-8")
    if path == "/api/stories":
        return _list(edition, query)
    by_path = {path_of(piece): piece for piece in stories(edition)}
    if path.startswith("/api/story/"):
        piece = by_path.get("/" + path.removeprefix("/api/story/").removesuffix(".json"))
        return _json(_content(piece)) if piece is not None else _json({"error": "none"}, 404)
    if path == WALLED:
        return Answer(_WALL.encode(), HTML)
    if path != "/" and path not in by_path:
        return Answer(_shell("").encode(), HTML, status=404)
    piece = by_path.get(path)
    if piece is not None and has_state(piece):
        state = json.dumps({"route": {"article": _content(piece)}, "user": None})
        script = f"<script>window.__STATE__ = {state.replace('<', chr(92) + 'u003c')};</script>"
        return Answer(_shell(script, f"{piece.title} – {NAME}").encode(), HTML)
    return Answer(_shell("").encode(), HTML)


def _list(edition: str, query: str) -> Answer:
    asked = parse_qs(query).get("page", ["1"])[0]
    page = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 6 else 1
    part = stories(edition)[(page - 1) * PAGE_SIZE :][:PAGE_SIZE] if page else ()
    items = [
        {"headline": piece.title, "url": path_of(piece), "teaser": piece.paragraphs[0][:140]}
        for piece in part
    ]
    return _json({"page": page, "items": items})


def _content(piece: Piece) -> dict[str, Any]:
    return {
        "id": 2000 + piece.number,
        "headline": piece.title,
        "url": path_of(piece),
        "byline": {"name": piece.author},
        "publishedAt": f"{piece.published:%Y-%m-%dT%H:%M:%S}+01:00",
        "section": piece.section.title(),
        "body": [{"type": "paragraph", "text": text} for text in piece.paragraphs],
    }


def _json(value: object, status: int = 200) -> Answer:
    return Answer(json.dumps(value).encode(), _JSON, status=status)


def _shell(script: str, title: str = NAME) -> str:
    return (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{escape(title)}</title>"
        "<link rel=stylesheet href=/style.css></head><body><div id=root></div>"
        f"<noscript>This newspaper needs JavaScript.</noscript>{script}"
        "<script src=/app.js></script></body></html>"
    )


_WALL = f"""<!doctype html><html lang=en><head><title>Log in to read on - {NAME}</title></head>
<body><div id=root><h1>Log in to read on</h1><p>This story is for readers who log in.</p></div>
<script src=/app.js></script></body></html>"""

_SCRIPT = """
const root = document.getElementById('root');
const make = (name, text) => {
  const made = document.createElement(name); made.textContent = text; return made; };
function show(story) {
  document.title = story.headline + ' - The Arle Signal';
  const article = document.createElement('article');
  const byline = make('p', 'By ' + story.byline.name + ', ');
  byline.className = 'byline';
  const time = make('time', story.publishedAt.slice(0, 10));
  time.setAttribute('datetime', story.publishedAt);
  byline.append(time);
  article.append(make('h1', story.headline), byline);
  const text = document.createElement('div');
  text.className = 'article-body';
  for (const block of story.body) text.append(make('p', block.text));
  article.append(text);
  root.replaceChildren(article);
}
let page = 0;
async function more() {
  page += 1;
  const list = await (await fetch('/api/stories?page=' + page)).json();
  for (const item of list.items) {
    const link = make('a', item.headline); link.href = item.url;
    const heading = document.createElement('h2'); heading.append(link);
    root.append(heading, make('p', item.teaser));
  }
  if (page === 1) {
    const button = make('button', 'Load more'); button.onclick = more; root.after(button);
  }
}
async function tell() {
  try { new WebSocket('ws://' + location.host + '/api/socket'); } catch (e) {}
  try { navigator.sendBeacon('/api/beacon', 'read'); } catch (e) {}
  try { await fetch('/api/count', {method: 'POST', body: 'read'}); } catch (e) {}
  try { await fetch('/api/private/reader.json'); } catch (e) {}
  new Image().src = '/pixel.png';
  try { await navigator.serviceWorker.register('/worker.js'); } catch (e) {}
}
tell();
const path = location.pathname;
if (window.__STATE__) show(window.__STATE__.route.article);
else if (path === '/') more();
else if (!path.startsWith('/account/')) fetch('/api/story' + path + '.json').then(
  answer => answer.ok ? answer.json().then(show) : root.append(make('p', 'Nothing is here.')));
"""
