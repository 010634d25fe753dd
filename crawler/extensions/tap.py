"""A tap on HTTP/1.1 connections: requests and answers as they went over the wire.

Scrapy hands on header names in one spelling, without their order, and no reason phrase. What an
archive keeps is read here before that. The tap rests on private names of Scrapy and Twisted: it
tests itself before each crawl, and where it fails the crawl goes on with what Scrapy gives, and
says so in its warcinfo records.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
    _ScrapyAgent,
)
from twisted.internet.testing import StringTransport
from twisted.web._newclient import Request as TxRequest
from twisted.web.http_headers import Headers

from crawler.errors import AnswerError
from crawler.extensions.room import Room

# Characters of a line: servers send longer policies than Twisted takes (16 KiB).
_MAX_LINE = 64 * 1024

META = "wire"
"""Where a request's meta has its `Wire` when its answer has come."""


@dataclass(slots=True)
class Wire:
    """What went over the wire for one request."""

    request_head: bytes = b""
    lines: list[bytes] = field(default_factory=list)
    """Status line, header lines and the empty line of the answer, each with its line ending."""
    body: list[bytes] = field(default_factory=list)
    """The body with its transfer coding, as it came; only where it has one."""
    started: float = field(default_factory=time.time)
    """Seconds since 1970: when the request was sent."""
    head_bytes: int = 0
    head_lines: int = 0
    """Of this answer and those before it that were interim ones (1xx)."""

    @property
    def response_head(self) -> bytes:
        """The answer up to its body."""
        return b"".join(self.lines)


class _Tee:
    """A transport that notes what is written."""

    def __init__(self, transport: Any, wire: Wire) -> None:
        self._transport, self._wire = transport, wire

    def writeSequence(self, data: Any) -> None:  # noqa: N802 (Twisted's name)
        self._wire.request_head += b"".join(data)
        self._transport.writeSequence(data)


@dataclass(frozen=True, slots=True)
class HeadLimits:
    """What the head of an answer may have at most, interim answers (1xx) before it included."""

    size: int
    """Bytes."""
    lines: int
    coded_body: int
    """Bytes of a body that are kept with their transfer coding."""


class _Parser(_LenientHTTPClientParser):
    """Notes each line of an answer's head before it is read."""

    MAX_LENGTH = _MAX_LINE
    wire: Wire
    limits: HeadLimits
    coded: int

    def connectionMade(self) -> None:  # noqa: N802
        super().connectionMade()  # type: ignore[no-untyped-call]
        self.wire.lines.clear()  # again after a 1xx answer, which is none

    def lineReceived(self, line: bytes) -> None:  # noqa: N802
        wire = self.wire
        wire.head_bytes += len(line) + 1
        wire.head_lines += 1
        if wire.head_bytes > self.limits.size:
            raise AnswerError("long_head", f"{self.limits.size:,}")
        if wire.head_lines > self.limits.lines:
            raise AnswerError("many_head_lines", f"{self.limits.lines:,}")
        wire.lines.append(line + b"\n")
        super().lineReceived(line)

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: N802
        raise AnswerError("long_head_line", f"{_MAX_LINE:,}")

    def statusReceived(self, status: bytes) -> None:  # noqa: N802
        super().statusReceived(status)  # type: ignore[no-untyped-call]
        self.response._hemeroteca_wire = self.wire

    def rawDataReceived(self, data: bytes) -> None:  # noqa: N802
        if self.coded < self.limits.coded_body and self.connHeaders.hasHeader(b"Transfer-Encoding"):
            self.coded += len(data)
            if self.coded < self.limits.coded_body:
                self.wire.body.append(data)
            else:  # coded in very small chunks: it is kept without its coding
                self.wire.body.clear()
        super().rawDataReceived(data)  # type: ignore[no-untyped-call]


class _Protocol(_LenientHTTP11ClientProtocol):
    limits: HeadLimits

    def _giveUp(self, reason: Any) -> None:  # noqa: N802
        if reason.check(AnswerError):
            transport: Any = self.transport
            transport.abortConnection()  # who sends without end does not hear a polite end
        super()._giveUp(reason)  # type: ignore[no-untyped-call]

    def request(self, request: Any) -> Any:
        wire = Wire()
        write_headers = request._writeHeaders
        request._writeHeaders = lambda to, coding: write_headers(_Tee(to, wire), coding)
        answer = super().request(request)
        parser: Any = self._parser
        parser.__class__ = _Parser
        parser.wire, parser.limits, parser.coded = wire, self.limits, 0
        return answer


class TappedFactory(_LenientHTTP11ClientFactory):
    """Makes connections with a tap."""

    def __init__(self, callback: Any, metadata: Any, limits: HeadLimits) -> None:
        super().__init__(callback, metadata)  # type: ignore[no-untyped-call]
        self._limits = limits

    def buildProtocol(self, addr: Any) -> Any:  # noqa: N802
        """A connection, as Twisted asks for it."""
        protocol = _Protocol(self._quiescentCallback)  # type: ignore[no-untyped-call]
        protocol.limits = self._limits
        return protocol


class TappedAgent(_ScrapyAgent):
    """Leaves in a request's meta what went over the wire for it, and has long bodies wait for
    room."""

    def __init__(self, *, room: Room, **options: Any) -> None:
        super().__init__(**options)
        self._room = room

    def _cb_bodyready(self, txresponse: Any, request: Request) -> Any:
        request.meta[META] = txresponse._hemeroteca_wire
        self._room.begin(request, txresponse._transport, self._timeout_cl)
        return super()._cb_bodyready(txresponse, request)


def self_test() -> bool:
    """Whether the tap gives back what goes through it, byte for byte."""
    head = b"HTTP/1.1 200 Fine\r\nset-cookie: a\r\nX-ODD:b \nset-cookie: c\r\n"
    head += b"Transfer-Encoding: chunked\r\n\r\n"
    body = b"3\r\nabc\r\n0\r\n\r\n"
    transport: Any = StringTransport()  # type: ignore[no-untyped-call]
    factory = TappedFactory(lambda _: None, "", HeadLimits(1_000, 20, 1_000))
    protocol = factory.buildProtocol(None)
    protocol.makeConnection(transport)
    headers = Headers({b"Host": [b"a.example"]})
    got: list[Any] = []
    request = TxRequest(b"GET", b"/", headers, None, persistent=True)  # type: ignore[no-untyped-call]
    protocol.request(request).addCallback(got.append)
    protocol.dataReceived(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n")
    protocol.dataReceived(head[:30])
    protocol.dataReceived(head[30:] + body)
    wire = got[0]._hemeroteca_wire
    return (
        wire.request_head == transport.value() != b""
        and wire.response_head == head
        and b"".join(wire.body) == body
    )
