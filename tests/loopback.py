"""Servers on loopback that say what a test has them say.

`serving` runs a handler of the standard library; `site` answers each path with what a table has;
`raw_site` sends bytes as they are, right or wrong.
"""

from __future__ import annotations

import socketserver
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answers = dict[str, tuple[int, dict[str, str], bytes]]
"""Status, headers and body of each path; of any other, 404. A test may change it on the way."""

HTML = {"Content-Type": "text/html; charset=utf-8"}
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
"""For `raw_site`: what a newspaper without a robots.txt says of it."""


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler], port: int = 0) -> Iterator[str]:
    """A server that handles requests so; gives its base URL. It writes no log. port: 0 for one
    that is free."""

    class Quiet(handler):  # type: ignore[misc, valid-type]
        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 100

    with _running(Server(("127.0.0.1", port), Quiet)) as taken:
        yield f"http://127.0.0.1:{taken}"


@contextmanager
def site(answers: Answers, asked: list[str] | None = None, port: int = 0) -> Iterator[str]:
    """A server that gives these answers; gives its base URL. asked: takes the path of each
    request. port: 0 for one that is free."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if asked is not None:
                asked.append(self.path)
            status, headers, body = answers.get(self.path, (404, {}, b""))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with serving(Handler, port) as url:
        yield url


def page(*links: str) -> tuple[int, dict[str, str], bytes]:
    """For `site`: a list of stories."""
    anchors = "".join(f"<a href='{link}'>A story of some length to be read</a>" for link in links)
    return 200, HTML, f"<html><body>{anchors}</body></html>".encode()


@contextmanager
def raw_site(
    answer: Callable[[str], bytes | Iterable[bytes]], tls: ssl.SSLContext | None = None
) -> Iterator[tuple[str, list[bytes]]]:
    """A server that sends exactly the bytes it is told to and closes the connection; gives its base
    URL and the requests it has got, byte for byte. answer: of a path, all at once or part by part,
    until nobody listens."""
    requests: list[bytes] = []

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                request = b""
                while not request.endswith(b"\r\n\r\n"):
                    part = self.request.recv(65536)
                    if not part:
                        return
                    request += part
                requests.append(request)
                said = answer(request.split()[1].decode())
                for part in [said] if isinstance(said, bytes) else said:
                    self.request.sendall(part)

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True
        request_queue_size = 100

        def get_request(self) -> Any:
            connection, address = super().get_request()
            if tls is not None:
                connection = tls.wrap_socket(connection, server_side=True)
            return connection, address

    scheme = "http" if tls is None else "https"
    with _running(Server(("127.0.0.1", 0), Handler)) as port:
        yield f"{scheme}://127.0.0.1:{port}", requests


@contextmanager
def _running(server: socketserver.TCPServer) -> Iterator[int]:
    # half a second for each end, as it is by default, is what most servers here are up
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
