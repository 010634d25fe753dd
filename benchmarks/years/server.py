"""Newspapers on one port of loopback, by http and https alike, at the time that they are told."""

from __future__ import annotations

import ssl
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from benchmarks.years.paper import Answer, Paper


class Server:
    """Answers for papers. asked: how often, by paper, what was asked for, and
    status."""

    def __init__(self, papers: Sequence[Paper], scratch: Path) -> None:
        self.papers = papers
        self._set_at, self._now = time.monotonic(), papers[0].first
        self.asked: Counter[str] = Counter()
        self._tls = _tls(scratch)
        self._server: _Server | None = None
        self.port = 0

    def now(self) -> datetime:
        """The newspapers' clock."""
        return self._now + timedelta(seconds=time.monotonic() - self._set_at)

    def set(self, now: datetime) -> None:
        """Set it."""
        self._now, self._set_at = now, time.monotonic()

    def listen(self, wanted: bool) -> None:
        """Answer, or refuse connections."""
        if wanted and self._server is None:
            self.start()
        elif not wanted:
            self.stop()

    def start(self) -> None:
        """Listen, on the same port as before."""
        self._server = _Server(("127.0.0.1", self.port), _handler(self))
        self._server.tls = self._tls
        self.port = self._server.server_address[1]
        for paper in self.papers:
            paper.port = self.port
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        """Refuse connections."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def answer(self, scheme: str, host: str, path: str) -> Answer:
        """Of the paper that is at that host."""
        for paper in self.papers:
            if host in paper.hosts:
                said = paper.answer(scheme, host, path, self.now())
                kind = (
                    "story"
                    if paper.number_in(path)
                    else path.split("/")[1].split("-")[0].split(".")[0]
                )
                self.asked[f"{paper.name} {kind} {said.status}"] += 1
                return said
        return Answer(404)


class _Server(ThreadingHTTPServer):
    request_queue_size = 100
    daemon_threads = True
    allow_reuse_address = True
    tls: ssl.SSLContext

    def finish_request(self, request: Any, address: Any) -> None:
        try:
            if request.recv(1, 2) == b"\x16":  # MSG_PEEK: a handshake of TLS begins so
                request = self.tls.wrap_socket(request, server_side=True)
            super().finish_request(request, address)
        except (OSError, ssl.SSLError):
            pass

    def handle_error(self, request: Any, address: Any) -> None:
        import sys

        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, address)


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 20

        def do_GET(self) -> None:
            scheme = "https" if isinstance(self.connection, ssl.SSLSocket) else "http"
            said = server.answer(scheme, self.headers.get("Host", "").split(":")[0], self.path)
            body = said.body.encode()
            self.send_response(said.status)
            self.send_header("Content-Type", said.kind)
            self.send_header("Content-Length", str(len(body)))
            if said.location:
                self.send_header("Location", said.location)
            if said.retry_after:  # seconds; without it, a crawl waits and tries again for an hour
                self.send_header("Retry-After", str(said.retry_after))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    return Handler


def _tls(scratch: Path) -> ssl.SSLContext:
    file = scratch / "tls.pem"
    if not file.exists():
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-keyout", file, "-out", f"{file}.crt", "-days", "9999", "-subj",
             "/CN=localhost", "-addext", "subjectAltName=DNS:*.localhost,DNS:localhost"],
            check=True, capture_output=True,
        )  # fmt: skip
        file.write_text(file.read_text() + Path(f"{file}.crt").read_text())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
