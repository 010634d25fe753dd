"""Serves pages from memory on loopback, as fast as Python can, so that it is not what is measured.

`python -m benchmarks.page_server FOLDER`: the `.html.gz` files of a folder, at `/0`, `/1` … in the
order of their names, gzip-coded where the client accepts it. Prints the port; ends with its
standard input.
"""

from __future__ import annotations

import asyncio
import gzip
import sys
from pathlib import Path


def answer(body: bytes, *, coding: bytes = b"") -> bytes:
    """A whole HTTP/1.1 response."""
    return (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
        + coding
        + b"Content-Length: %d\r\n\r\n" % len(body)
        + body
    )


class Pages(asyncio.Protocol):
    """One connection, kept alive."""

    def __init__(self, plain: list[bytes], coded: list[bytes]) -> None:
        self._plain, self._coded = plain, coded
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each whole request."""
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, self._received = self._received.split(b"\r\n\r\n", 1)
            path = head.split(b" ", 2)[1].lstrip(b"/")
            pages = self._coded if b"gzip" in head else self._plain
            if path.isdigit() and int(path) < len(pages):
                self._transport.write(pages[int(path)])
            else:
                self._transport.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")


async def main(folder: Path) -> None:
    """Serve until standard input ends."""
    files = sorted(folder.rglob("*.html.gz"))
    bodies = [gzip.decompress(file.read_bytes()) for file in files]
    plain = [answer(body) for body in bodies]
    gzip_header = b"Content-Encoding: gzip\r\n"
    coded = [answer(gzip.compress(body, 6), coding=gzip_header) for body in bodies]
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Pages(plain, coded), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], len(bodies), sum(map(len, bodies)), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
