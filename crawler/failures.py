"""Why a URL has no usable answer, in words fit for the archive and for a person."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable

import brotli
from OpenSSL import SSL
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from twisted.internet.error import ConnectError, ConnectionClosed
from twisted.python.failure import Failure
from twisted.web._newclient import ParseError

from crawler.errors import AnswerError
from crawler.items import Capture, State, Truncation
from crawler.reasons import begin, in_words, say


class NotUnderstoodError(Exception):
    """What came is no answer of a web server: its status is no number of three digits."""


# What may be better another time is tried again (state `retry`); the rest has failed.
_REASONS: tuple[tuple[type[BaseException], State, str], ...] = (
    (CannotResolveHostError, "retry", say("host_not_found")),
    (DownloadConnectionRefusedError, "retry", say("connection_refused")),
    (DownloadTimeoutError, "retry", say("no_answer_in_time")),
    (DownloadCancelledError, "failed", say("download_cancelled")),
    (ResponseDataLossError, "retry", say("broken_off")),
    (UnsupportedURLSchemeError, "failed", say("not_http")),
    (NotUnderstoodError, "retry", say("bad_answer")),
    (ConnectError, "retry", say("connection_failed")),
    (ConnectionClosed, "retry", say("connection_failed")),
    (gzip.BadGzipFile, "retry", say("bad_coding", "gzip")),
    (EOFError, "retry", say("bad_coding", "gzip")),
    (zlib.error, "retry", say("bad_coding", "gzip or deflate")),
    (brotli.error, "retry", say("bad_coding", "brotli")),
    # of a header's value
    (UnicodeDecodeError, "retry", say("bad_answer")),
    # of an address: urllib, idna, Scrapy's Request and Twisted all raise it
    (ValueError, "failed", say("bad_address")),
)
_PASSING = frozenset({408, 425, 429})
"""Statuses of the 4xx class that say "not now" (RFC 9110, 6585, 8470)."""


def explain(error: BaseException) -> tuple[State, str]:
    """State and reason of a URL whose download raised `error`.

    >>> explain(DownloadTimeoutError())
    ('retry', 'no answer in time')
    """
    if isinstance(error, IgnoreRequest):
        reason = str(error) or "refused"
        if "redirect" in reason:
            return "failed", say("endless_redirect")
        if "DOWNLOAD_MAXSIZE" in reason:
            return "failed", say("too_long")
        ours = ("robots_not_fetched", "robots_fails", "robots_delay")
        if reason.startswith(tuple(map(begin, ours))):
            return "retry", reason
        return "excluded", reason
    if isinstance(error, AnswerError):
        return "failed", str(error)
    for kind, state, reason in _REASONS:
        if isinstance(error, kind):
            return state, reason
    if isinstance(error, DownloadFailedError):
        return "retry", _why_it_failed(error)
    if "zstd" in type(error).__name__.lower():  # there are three libraries
        return "retry", say("bad_coding", "zstd")
    return "retry", say("download_failed", in_words(error))


def _why_it_failed(error: DownloadFailedError) -> str:
    """What Twisted has against an answer, in words."""
    failures: Iterable[Failure] = getattr(error.__cause__, "reasons", None) or ()
    values = [failure.value for failure in failures]
    if any(isinstance(value, SSL.Error) for value in values):
        return say("tls_failed")
    if any(isinstance(value, ParseError | ValueError) for value in values):
        return say("bad_answer")
    return say("connection_failed")


def cut_state(truncated: Truncation | None) -> tuple[State, str] | None:
    """State and reason of a URL whose answer we cut; None where it is to be read as it is.

    What a server broke off itself is read: a page that lacks its end is a page still.
    """
    if truncated == "length":
        return "failed", say("too_long")
    return ("retry", say("not_complete_in_time")) if truncated == "time" else None


def no_page(content_type: str | None, capture: Capture, *, is_empty: bool) -> tuple[State, str]:
    """State and reason of a URL whose answer, of success, is no page, no sitemap and no feed.

    content_type: the header's value. capture: of the answer. is_empty: whether nothing is left of
    its body without its codings.
    """
    if capture.truncated == "disconnect":
        return "retry", say("broken_off")  # what it would have been did not come
    if is_empty:
        lost = capture.payload_bytes > 0
        return ("retry", say("nothing_decoded")) if lost else ("done", say("empty"))
    said = (content_type or "").partition(";")[0].strip()[:80]
    if "html" in said.lower():
        return "done", say("not_html_as_said", said)
    return "done", say("not_html", said or "no type given")


def status_state(status: int) -> tuple[State, str | None]:
    """State and reason of a URL by its HTTP status (RFC 9110, 15).

    >>> status_state(410), status_state(503), status_state(200)
    (('gone', 'HTTP 410'), ('retry', 'HTTP 503'), ('done', None))
    """
    if status in (404, 410, 451):  # the last one: taken down by order of a court (RFC 7725)
        return "gone", say("http_status", status)
    if 200 <= status < 300:
        return "done", None
    passing = status >= 500 or status in _PASSING
    return "retry" if passing else "failed", say("http_status", status)
