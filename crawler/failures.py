"""Why a URL has no answer at all."""

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
from crawler.items import State
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
