"""Serves pages from memory on loopback, as fast as Python can, so that it is not what is measured.

`python -m benchmarks.page_server PAGES [COUNT]`: the `.html.gz` files of a folder, or the stories
of a zipped site, at `/0`, `/1` … in the order of their names, gzip-coded where the client asks.
COUNT: so many pages; where there are fewer, they come again as stories of other words. Prints the
port, their number, and the bytes of all; ends with its standard input.
"""

from __future__ import annotations

import asyncio
import gzip
import re
import sys
import zipfile
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path

from isal import igzip

_HELD = 1 << 30
"""Bytes of answers that are kept ready; the others are made when they are asked for."""
_PARAGRAPH = re.compile(rb"(?is)<(p|h1|title)\b[^>]*>.*?</\1>")
_TEXT = re.compile(rb"(?s)>[^<]+<")
_LETTERS = b"abcdefghijklmnopqrstuvwxyz"


def answer(body: bytes, *, coding: bytes = b"") -> bytes:
    """A whole HTTP/1.1 response."""
    return (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
        + coding
        + b"Content-Length: %d\r\n\r\n" % len(body)
        + body
    )


class Stock:
    """The pages, each made when it is asked for."""

    def __init__(self, pages: list[bytes], wanted: int) -> None:
        self._pages = pages
        self.count = wanted
        self._coded: dict[int, bytes] = {}
        self._size = 0

    def page(self, number: int) -> bytes:
        """The markup of one; on later turns in other words: of a paragraph's letters, each is
        another one, so that no two stories are copies of each other."""
        turn, which = divmod(number, len(self._pages))
        if not turn:
            return self._pages[which]
        ahead = turn % len(_LETTERS)
        moved = bytes.maketrans(_LETTERS, _LETTERS[ahead:] + _LETTERS[:ahead])

        def other(paragraph: re.Match[bytes]) -> bytes:
            return _TEXT.sub(lambda text: text[0].translate(moved), paragraph[0])

        return _PARAGRAPH.sub(other, self._pages[which])

    def answer(self, number: int, *, coded: bool) -> bytes:
        """Its response."""
        if not coded:
            return answer(self.page(number))
        if (known := self._coded.get(number)) is not None:
            return known
        made = answer(igzip.compress(self.page(number), 3), coding=b"Content-Encoding: gzip\r\n")
        if self._size < _HELD:
            self._coded[number] = made
            self._size += len(made)
        return made


class Pages(asyncio.Protocol):
    """One connection, kept alive."""

    def __init__(self, stock: Stock) -> None:
        self._stock = stock
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
            if path.isdigit() and int(path) < self._stock.count:
                coded = b"gzip" in head
                self._transport.write(self._stock.answer(int(path), coded=coded))
            else:
                self._transport.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")


def pages_of(source: Path) -> Iterator[bytes]:
    """The pages of a folder, or the stories of a site's archive of files: of the shape of addresses
    that most of its pages have."""
    if source.is_dir():
        for file in sorted(source.rglob("*.html.gz")):
            yield gzip.decompress(file.read_bytes())
        return
    with zipfile.ZipFile(source) as site:
        names = sorted(name for name in site.namelist() if name.endswith(".html"))
        shapes: dict[str, list[str]] = {}
        for name in names:
            shapes.setdefault(re.sub(r"[^/]+/index", "*/index", name), []).append(name)
        for name in max(shapes.values(), key=len):
            yield site.read(name)


async def main(source: Path, wanted: int) -> None:
    """Serve until standard input ends."""
    pages = list(pages_of(source))
    stock = Stock(pages, wanted or len(pages))
    size = sum(map(len, pages)) * stock.count // len(pages)
    for number in islice(count(), stock.count):
        stock.answer(number, coded=True)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Pages(stock), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], stock.count, size, flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0))
