"""Serves the versions: each page of each kind is a newspaper of its own, at an address of loopback
of its own, over real HTTP."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import socket
from typing import Any
from urllib.parse import urlsplit

from benchmarks.history import walls
from benchmarks.history.kinds import Kind
from benchmarks.history.pages import RealPage
from benchmarks.history.walls import Answer, Serve, served

ROBOTS = "User-agent: *\nAllow: /\n"
_HOSTS_IN_A_NET = 250


@dataclass(frozen=True)
class Case:
    """A page that undergoes a kind of change, on a site with a few others that keep it company."""

    number: int
    kind: Kind
    page: RealPage
    company: tuple[RealPage, ...] = ()

    @property
    def host(self) -> str:
        """Its address."""
        return f"127.1.{self.number // _HOSTS_IN_A_NET}.{self.number % _HOSTS_IN_A_NET + 1}"

    @property
    def visits(self) -> int:
        """How many visits there are, the first included."""
        return 1 + len(self.kind.steps)

    @property
    def applies(self) -> bool:
        """Whether the page has what the kind changes."""
        return all(self.answer(self.page, visit) is not None for visit in range(self.visits))

    def answer(self, page: RealPage, visit: int) -> Answer | None:
        """What one of its stories is answered with. visit: 0 for the first."""
        kind = self.kind
        if page is not self.page and kind.scope != "site":
            return Answer(page.html)
        return (kind.steps[visit - 1].serve if visit else kind.first)(page, visit)

    def second(self, visit: int) -> Answer | None:
        """What the story's second page is answered with."""
        serve: Serve | None = self.kind.second
        for step in self.kind.steps[:visit]:
            serve = step.second or serve
        return serve(self.page, visit) if serve else None


def answer(case: Case, path: str, query: str, visit: int) -> Answer:
    """What a case's site says at an address."""
    if path == "/robots.txt":
        return Answer(ROBOTS, headers={"Content-Type": "text/plain"})
    found: Answer | None = None
    if path == case.page.path and query == "page=2":
        found = case.second(visit)
    elif not query or path == walls.SIGN_IN:
        for page in (case.page, *case.company):
            if path == page.path:
                found = case.answer(page, visit)
        if found is None:
            found = _elsewhere(case, path, visit)
    return found or Answer(walls.bare("Not found", "There is nothing here."), 404)


def _elsewhere(case: Case, path: str, visit: int) -> Answer | None:
    if path == walls.FRONT:
        return walls.front("News", case.page)
    if path == walls.HOME:
        return walls.front(f"{case.page.publisher}: home", case.page)
    if path == walls.SIGN_IN:
        return Answer(walls.bare(walls.LOGIN[0][1], *walls.LOGIN[0][2]))
    if path == walls.OTHER:
        return walls.another_story(case.page, visit)
    return None


class Sites:
    """All cases' sites, at one port. `visit` says which version they serve."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self._cases: Mapping[str, Case] = {case.host: case for case in cases}
        self.visit = 0
        self.port = 0

    def base(self, case: Case) -> str:
        """The address of a case's site, without a slash at its end."""
        return f"http://{case.host}:{self.port}"

    def said(self, host: str, target: str) -> Answer | None:
        """The answer to a request, its site's address in it; None where no site is."""
        case = self._cases.get(host)
        if case is None:
            return None
        parts = urlsplit(target)
        return served(answer(case, parts.path, parts.query, self.visit), self.base(case))


class _Server(ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = True

    def verify_request(self, request: socket | tuple[bytes, socket], client_address: Any) -> bool:
        """It listens at all addresses, for loopback has many, and answers to loopback only."""
        return str(client_address[0]).startswith("127.")


@contextmanager
def serving(sites: Sites) -> Iterator[Sites]:
    """Serve them until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            said = sites.said(self.connection.getsockname()[0], self.path)
            if said is None:
                self.send_error(404)
            else:
                _send(self, said)
            self.close_connection = True

        def log_message(self, *args: object) -> None:
            """It writes no log."""

    server = _Server(("0.0.0.0", 0), Handler)
    sites.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield sites
    finally:
        server.shutdown()
        server.server_close()


def _send(handler: BaseHTTPRequestHandler, said: Answer) -> None:
    body = said.html.encode(said.charset, "replace")
    headers = {
        "Content-Type": f"text/html; charset={said.charset}", "Connection": "close",
        **said.headers,
    }  # fmt: skip
    announced = str(len(body))
    if said.broken == "gzip":
        packed = gzip.compress(body, 6)
        headers["Content-Encoding"], announced = "gzip", str(len(packed) // 2)
        body = packed[: len(packed) // 2]
    elif said.broken == "length":
        body = body[: len(body) // 2]
    handler.send_response(said.status)
    for name, value in headers.items():
        handler.send_header(name, value)
    if said.broken == "chunks":
        body = body[: len(body) // 2]
        handler.send_header("Transfer-Encoding", "chunked")
        body = f"{len(body):x}\r\n".encode() + body + b"\r\n"  # the last chunk never comes
    else:
        handler.send_header("Content-Length", announced)
    handler.end_headers()
    handler.wfile.write(body)
