"""The paper on loopback, with the manners of a real server.

Last-Modified, ETag and conditional requests (RFC 9110, 13), HEAD, gzip where accepted.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from email.utils import format_datetime
from pathlib import Path

from aiohttp import web

from crawler.demo import ledger, scripted
from crawler.demo.answer import Answer
from crawler.demo.pages import HTML, render
from crawler.demo.paper import EDITIONS, open_paper
from crawler.errors import UnreachableError, UsageError

_HOST = re.compile(r"[\w.-]{1,80}(?::\d{1,5})?")
_NOT_FOUND = Answer(b"<!doctype html><title>Not found</title><p>Not found.</p>\n", HTML, 404)
_WRONG_HOST = Answer(b"Bad Host header\n", "text/plain", 400)
_COMPRESSIBLE = ("text/", "application/xml", "application/rss+xml")


SITES = ("courier", "links", "script")


def make_app(edition: str, log: Path | None = None, site: str = "courier") -> web.Application:
    """The paper as an application of aiohttp. Absolute addresses in its pages are on the host that
    a request names.

    edition: `morning` or `evening`. log: a file that gets a line `METHOD target status` for each
    answer, or None. site: `courier`, `links` for the Arle Ledger, or
    `script` for the Arle Signal.

    Raises UsageError for another edition.
    """
    open_paper(edition)

    async def answer(request: web.Request) -> web.Response:
        if site == "links":
            found = ledger.find(request.path, request.query_string)
        elif site == "script":
            found = scripted.find(edition, request.path, request.query_string)
        else:
            found = find(edition, request.host, request.path)
        response = respond(request, found)
        if log is not None:
            with log.open("a", encoding="utf-8") as lines:
                lines.write(f"{request.method} {request.raw_path} {response.status}\n")
        return response

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    return app


def find(edition: str, host: str, path: str) -> Answer:
    """What the paper answers for a path. host: as the request names it."""
    if not _HOST.fullmatch(host):
        return _WRONG_HOST
    origin = f"http://{host}"
    pages = render(edition, origin)
    if path in pages:
        return pages[path]
    if f"{path}/" in pages:
        return Answer.moved(f"{origin}{path}/")
    return _NOT_FOUND


def respond(request: web.Request, answer: Answer) -> web.Response:
    """The answer in the form that the request asks for: condensed, or unchanged since."""
    headers = {"Content-Type": answer.content_type}
    if answer.location:
        headers["Location"] = answer.location
    if answer.status != 200 or answer.dynamic:
        return web.Response(body=answer.body, status=answer.status, headers=headers)
    body, tag = answer.body, answer.tag
    if answer.content_type.startswith(_COMPRESSIBLE):
        headers["Vary"] = "Accept-Encoding"
        if re.search(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))", _accepted(request)):
            # One tag for each coding: a strong validator is of the bytes sent (RFC 9110, 8.8.3.3).
            body, tag = answer.zipped, f"{tag}-gzip"
            headers["Content-Encoding"] = "gzip"
    headers["ETag"] = f'"{tag}"'
    if answer.modified:
        headers["Last-Modified"] = format_datetime(answer.modified.astimezone(UTC), usegmt=True)
    if _unchanged(request, tag, answer):
        headers.pop("Content-Encoding", None)
        return web.Response(status=304, headers=headers)
    return web.Response(body=body, headers=headers)


def _accepted(request: web.Request) -> str:
    return request.headers.get("Accept-Encoding", "").lower()


def _unchanged(request: web.Request, tag: str, answer: Answer) -> bool:
    """Whether the asker has these bytes (RFC 9110, 13.2.2: a tag outranks a date)."""
    if (known := request.if_none_match) is not None:
        return any(one.value in (tag, "*") for one in known)
    since = request.if_modified_since
    return since is not None and answer.modified is not None and answer.modified <= since


_SERVER = """import sys
sys.path[:] = {!r}
from crawler.demo.__main__ import main
sys.exit(main())
"""
"""`python -m crawler.demo`, importing what this process imports: nothing from the folder that it
happens to be in."""


@contextmanager
def serve(
    edition: str = "morning", port: int = 0, log: Path | None = None, site: str = "courier"
) -> Iterator[str]:
    """Run the paper in a process of its own; gives its base URL, `http://127.0.0.1:PORT`.

    port: 0 takes a free one. log, site: as `make_app` has them. The process ends with the block,
    and with this process, however that ends: it watches the pipe between the two.

    Raises UsageError for an unknown edition, UnreachableError where the server does not start.
    """
    if edition not in EDITIONS:
        raise UsageError(f"no edition {edition!r} of the demo newspaper: use morning or evening")
    if site not in SITES:
        raise UsageError(f"no demo site {site!r}: there are {', '.join(SITES)}")
    command = [sys.executable, "-P", "-c", _SERVER.format(sys.path)]
    command += ["--edition", edition, "--port", str(port)]
    command += ["--site", site]
    if log is not None:
        command += ["--log", str(log.resolve())]
    with subprocess.Popen(  # noqa: S603 - our own module, no shell
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # what it says of a port, the error below says
        text=True,
        start_new_session=True,  # Ctrl-C is for the crawl, which waits for our answers still
    ) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            if not url:
                raise UnreachableError(
                    f"the demo newspaper did not start on port {port}: is the port in use? "
                    "Name another with --port N"
                )
            yield url
        finally:
            process.terminate()
