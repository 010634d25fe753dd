"""The styles and scripts of the room: served by us, under names that change with what they hold."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.resources import files

from datasette.utils.asgi import Request, Response

_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8",
          "svg": "image/svg+xml"}  # fmt: skip


@lru_cache(maxsize=16)
def _assets() -> dict[str, tuple[str, bytes]]:
    found = {}
    for file in (files("crawler.room") / "static").iterdir():
        ending = file.name.rpartition(".")[2]
        if ending in _TYPES:
            found[file.name] = (_TYPES[ending], file.read_bytes())
    return found


@lru_cache(maxsize=16)
def asset_address(name: str) -> str:
    """Where a style or script is. Raises KeyError where there is none of that name."""
    digest = hashlib.sha256(_assets()[name][1]).hexdigest()[:12]
    return f"/-/reading-room/{digest}/{name}"


async def served_asset(request: Request) -> Response:
    """A style or script."""
    found = _assets().get(request.url_vars["name"])
    if found is None:
        return Response.text("not found", status=404)
    kind, body = found
    return Response(
        body,
        headers={"Cache-Control": "private, max-age=31536000, immutable"},
        content_type=kind,
    )
