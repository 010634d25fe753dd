"""The head of an answer is bounded where there is no tap on the connection, too.

The tap counts the lines that Twisted reads. Where it does not work, what comes is counted before
Twisted has seen it: that needs no more of Twisted than how a connection is made, and its two public
methods.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.web._newclient import Request as TxRequest
from twisted.web.client import HTTPConnectionPool
from twisted.web.http_headers import Headers

from crawler.errors import AnswerError

_INTERIM = re.compile(rb"HTTP/\d\.\d 1(?!01)\d\d")
# Bytes of a line that are kept to see what it is.
_BEGINNING = 16


class _Counted:
    """Counts the heads on one connection, and ends it at the first that is too long."""

    def __init__(self, protocol: Any, size: int, lines: int) -> None:
        self._protocol, self._most_size, self._most_lines = protocol, size, lines
        self._request, self._receive = protocol.request, protocol.dataReceived
        protocol.request, protocol.dataReceived = self.request, self.receive
        self._begin()

    def _begin(self) -> None:
        self._size = self._lines = 0
        self._status: bytes | None = None
        self._line = b""
        self._is_head = True

    def request(self, request: Any) -> Any:
        """As Twisted's: the connection is asked for something."""
        self._begin()
        return self._request(request)

    def receive(self, data: bytes) -> None:
        """As Twisted's `dataReceived`: something has come."""
        if self._is_head and (error := self._count(data)):
            self._end(error)
        else:
            self._receive(data)

    def _count(self, data: bytes) -> AnswerError | None:
        """Why the head is too long; None if it is not."""
        while self._is_head and data:
            line, newline, data = data.partition(b"\n")
            self._size += len(line) + len(newline)
            self._lines += len(newline)
            self._line = (self._line + line[:_BEGINNING])[:_BEGINNING]
            if self._size > self._most_size:
                return AnswerError("long_head", f"{self._most_size:,}")
            if self._lines > self._most_lines:
                return AnswerError("many_head_lines", f"{self._most_lines:,}")
            if newline:
                self._end_line(self._line.rstrip(b"\r"))
                self._line = b""
        return None

    def _end_line(self, line: bytes) -> None:
        if line:
            self._status = self._status or line
        elif self._status is not None:  # an interim answer comes before the one that counts
            self._is_head = _INTERIM.match(self._status) is not None
            self._status = None

    def _end(self, error: AnswerError) -> None:
        self._is_head = False
        self._receive = lambda data: None
        self._protocol.transport.abortConnection()
        give_up = getattr(self._protocol, "_giveUp", None)
        if give_up is not None:  # else the request fails as broken off
            give_up(Failure(error))  # type: ignore[no-untyped-call]


def bounded(make: Callable[..., Any], size: int, lines: int) -> Callable[..., Any]:
    """A maker of factories of connections, none of which takes the head of an answer of more than
    `size` bytes or `lines` lines, interim answers included."""

    def factory(*args: Any) -> Any:
        made = make(*args)
        build = made.buildProtocol

        def build_counted(addr: Any) -> Any:
            protocol = build(addr)
            _Counted(protocol, size, lines)
            return protocol

        made.buildProtocol = build_counted
        return made

    return factory


def self_test(make: Callable[..., Any] | None = None) -> bool:
    """Whether a head without end is cut off, and one of usual length is not."""
    make = make or HTTPConnectionPool._factory
    return _is_cut(make, b"X-More: y\r\n" * 100) and not _is_cut(make, b"X-More: y\r\n")


def _is_cut(make: Callable[..., Any], more: bytes) -> bool:
    transport: Any = StringTransport()  # type: ignore[no-untyped-call]
    protocol = bounded(make, 1_000, 20)(lambda _: None, "").buildProtocol(None)
    protocol.makeConnection(transport)
    headers = Headers({b"Host": [b"a.example"]})
    request = TxRequest(b"GET", b"/", headers, None, persistent=True)  # type: ignore[no-untyped-call]
    protocol.request(request).addErrback(lambda _: None)
    protocol.dataReceived(b"HTTP/1.1 200 OK\r\n" + more)
    return bool(transport.disconnecting)
