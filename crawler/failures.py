"""Why a URL has no usable answer."""

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
from crawler.reasons import OTHER, Reason, because, in_words


class RefusedError(IgnoreRequest):
    """What is not asked for, and why."""

    def __init__(self, why: Reason) -> None:
        super().__init__(str(why))
        self.why = why


class NotUnderstoodError(Exception):
    """What came is no answer of a web server: its status is no number of three digits."""


# What may be better another time is tried again (state `retry`); the rest has failed.
_REASONS: tuple[tuple[type[BaseException], State, Reason], ...] = (
    (CannotResolveHostError, "retry", because("host_not_found")),
    (DownloadConnectionRefusedError, "retry", because("connection_refused")),
    (DownloadTimeoutError, "retry", because("no_answer_in_time")),
    (DownloadCancelledError, "failed", because("download_cancelled")),
    (ResponseDataLossError, "retry", because("broken_off")),
    (UnsupportedURLSchemeError, "failed", because("not_http")),
    (NotUnderstoodError, "retry", because("bad_answer")),
    (ConnectError, "retry", because("connection_failed")),
    (ConnectionClosed, "retry", because("connection_failed")),
    (gzip.BadGzipFile, "retry", because("bad_coding", "gzip")),
    (EOFError, "retry", because("bad_coding", "gzip")),
    (zlib.error, "retry", because("bad_coding", "gzip or deflate")),
    (brotli.error, "retry", because("bad_coding", "brotli")),
    # of a header's value
    (UnicodeDecodeError, "retry", because("bad_answer")),
    # of an address: urllib, idna, Scrapy's Request and Twisted all raise it
    (ValueError, "failed", because("bad_address")),
)
_ROBOTS_LATER = frozenset({"robots_not_fetched", "robots_fails", "robots_delay"})
"""Codes of what a robots.txt forbids today, and may allow tomorrow."""
_PASSING = frozenset({408, 425, 429})
"""Statuses of the 4xx class that say "not now" (RFC 9110, 6585, 8470)."""


def explain(error: BaseException) -> tuple[State, Reason]:
    """State and reason of a URL whose download raised `error`.

    >>> explain(DownloadTimeoutError())
    ('retry', Reason(code='no_answer_in_time', subject=None))
    """
    if isinstance(error, RefusedError):
        return "retry" if error.why.code in _ROBOTS_LATER else "excluded", error.why
    if isinstance(error, IgnoreRequest):  # Scrapy's own, which has words alone
        said = str(error)
        if "redirect" in said:
            return "failed", because("endless_redirect")
        if "DOWNLOAD_MAXSIZE" in said:
            return "failed", because("too_long")
        return "excluded", because(OTHER, said or "refused")
    if isinstance(error, AnswerError):
        return "failed", error.why
    for kind, state, reason in _REASONS:
        if isinstance(error, kind):
            return state, reason
    if isinstance(error, DownloadFailedError):
        return "retry", _why_it_failed(error)
    if "zstd" in type(error).__name__.lower():  # there are three libraries
        return "retry", because("bad_coding", "zstd")
    return "retry", because("download_failed", in_words(error))


def _why_it_failed(error: DownloadFailedError) -> Reason:
    """What Twisted has against an answer."""
    failures: Iterable[Failure] = getattr(error.__cause__, "reasons", None) or ()
    values = [failure.value for failure in failures]
    if any(isinstance(value, SSL.Error) for value in values):
        return because("tls_failed")
    if any(isinstance(value, ParseError | ValueError) for value in values):
        return because("bad_answer")
    return because("connection_failed")


def cut_state(truncated: Truncation | None) -> tuple[State, Reason] | None:
    """State and reason of a URL whose answer we cut; None where it is to be read as it is.

    What a server broke off itself is read: a page that lacks its end is a page still.
    """
    if truncated == "length":
        return "failed", because("too_long")
    return ("retry", because("not_complete_in_time")) if truncated == "time" else None


def no_page(content_type: str | None, capture: Capture, *, is_empty: bool) -> tuple[State, Reason]:
    """State and reason of a URL whose answer, of success, is no page, no sitemap and no feed.

    content_type: the header's value. capture: of the answer. is_empty: whether nothing is left of
    its body without its codings.
    """
    if capture.truncated == "disconnect":
        return "retry", because("broken_off")  # what it would have been did not come
    if is_empty:
        lost = capture.payload_bytes > 0
        return ("retry", because("nothing_decoded")) if lost else ("done", because("empty"))
    said = (content_type or "").partition(";")[0].strip()[:80]
    if "html" in said.lower():
        return "done", because("not_html_as_said", said)
    return "done", because("not_html", said or "no type given")


def status_state(status: int) -> tuple[State, Reason | None]:
    """State and reason of a URL by its HTTP status (RFC 9110, 15).

    >>> status_state(410), status_state(200)
    (('gone', Reason(code='http_status', subject='410')), ('done', None))
    """
    if status in (404, 410, 451):  # the last one: taken down by order of a court (RFC 7725)
        return "gone", because("http_status", status)
    if 200 <= status < 300:
        return "done", None
    passing = status >= 500 or status in _PASSING
    return "retry" if passing else "failed", because("http_status", status)
