"""A bucket of an S3 of its own, which can be told to refuse what is put."""

from __future__ import annotations

import http.client
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

MOTO = Path(__file__).resolve().parent.parent / ".venv-replay" / "bin" / "moto_server"
_PATIENCE = 120.0
_HOP = ("connection", "transfer-encoding", "content-length", "server", "date")


class Bucket:
    """Its address, and what it was asked. environment: what obstore needs to know of it."""

    def __init__(self, behind: int) -> None:
        self._behind = behind
        self.address = "s3://press"
        self.refuses = False
        """Whether what is put is answered by an error, as by a store that has lost its rights."""
        self.puts: list[str] = []
        """The names that were put, in order."""
        bucket = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args: object) -> None:
                pass

            def _pass_on(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                is_put = self.command in ("PUT", "POST")
                if is_put and bucket.refuses:
                    self._answer(
                        HTTPStatus.FORBIDDEN, [], b"<Error><Code>AccessDenied</Code></Error>"
                    )
                    return
                there = http.client.HTTPConnection("127.0.0.1", bucket._behind, timeout=60)
                try:
                    there.request(self.command, self.path, body, dict(self.headers.items()))
                    answer = there.getresponse()
                    data = answer.read()
                finally:
                    there.close()
                if is_put and answer.status == HTTPStatus.OK:
                    bucket.puts.append(self.path.partition("?")[0].removeprefix("/press/"))
                self._answer(answer.status, answer.getheaders(), data)

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _pass_on  # noqa: N815

            def _answer(self, status: int, headers: list[tuple[str, str]], data: bytes) -> None:
                self.send_response_only(status)
                length = str(len(data))
                for name, value in headers:
                    if name.lower() == "content-length" and self.command == "HEAD":
                        length = value
                    elif name.lower() not in _HOP:
                        self.send_header(name, value)
                self.send_header("Content-Length", length)
                self.end_headers()
                self.wfile.write(data)

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 100

            def handle_error(self, request: object, client_address: object) -> None:
                pass  # a worker was killed in the middle of a request

        self._server = Server(("127.0.0.1", 0), Handler)
        port = self._server.server_address[1]
        self.environment = {
            "AWS_ENDPOINT": f"http://127.0.0.1:{port}", "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "us-east-1",
        }  # fmt: skip
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """No more answers."""
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def bucket() -> Iterator[Bucket]:
    """One that is empty. Raises FileNotFoundError where no S3 to test with is installed."""
    if not MOTO.exists():
        raise FileNotFoundError("no S3 to test with is installed: make replay-tools")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen(
        [str(MOTO), "-H", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:  # fmt: skip
        try:
            _make(port, "press")
            found = Bucket(port)
            try:
                yield found
            finally:
                found.close()
        finally:
            server.terminate()


def _make(port: int, name: str) -> None:
    ends = time.monotonic() + _PATIENCE
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            connection.request("PUT", f"/{name}")
            connection.getresponse().read()
            return
        except OSError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.2)
        finally:
            connection.close()
