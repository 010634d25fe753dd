"""Many small newspapers, each at a port of its own, and a log of who asked which for what."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from benchmarks.newspapers import Newspaper, Plan

_WHO = re.compile(rb"(?im)^user-agent:.*?\b([\w-]+)@")
_HOST = re.compile(rb"(?im)^host: *(\S+)")


@dataclass(frozen=True, slots=True)
class Visit:
    """A request. at: seconds since 1970. who: what stands before the @ in the User-Agent."""

    at: float
    paper: str
    who: str
    target: str


class Press:
    """Newspapers by name; `visits` is their log."""

    def __init__(self, number: int, stories: int) -> None:
        self.papers = {
            f"paper{i:03}": Newspaper(Plan(
                f"paper{i:03}", stories=stories, sections=1, sitemap="whole", related=1,
                extra_pages=0, on_home=stories, validators=False,
            ))
            for i in range(number)
        }  # fmt: skip
        self.visits: list[Visit] = []
        self._loop = asyncio.new_event_loop()

    def start(self) -> None:
        """Serve, in a thread."""
        ready = threading.Event()
        threading.Thread(target=self._serve, args=(ready,), daemon=True).start()
        ready.wait()

    def stop(self) -> None:
        """Serve no more."""
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _serve(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)

        async def begin() -> None:
            for name, paper in self.papers.items():
                server = await asyncio.start_server(self._answering(name, paper), "127.0.0.1", 0)
                paper.base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            ready.set()

        self._loop.run_until_complete(begin())
        self._loop.run_forever()

    def _answering(self, name: str, paper: Newspaper):  # type: ignore[no-untyped-def]
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                while True:
                    head = await reader.readuntil(b"\r\n\r\n")
                    target = head.split(b" ", 2)[1].decode()
                    who, host = _WHO.search(head), _HOST.search(head)
                    self.visits.append(
                        Visit(time.time(), name, who[1].decode() if who else "", target)
                    )
                    status, kind, text = paper.answer(target, host[1].decode() if host else "")
                    body = text.encode()
                    writer.write(
                        f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\n"
                        f"Content-Length: {len(body)}\r\n\r\n".encode()
                        + body
                    )
                    await writer.drain()
            writer.close()

        return answer


@contextmanager
def press(number: int, stories: int) -> Iterator[Press]:
    """So many newspapers of so many stories."""
    found = Press(number, stories)
    found.start()
    try:
        yield found
    finally:
        found.stop()
