"""Why a URL has no usable answer, in words fit for the archive and for a person."""

from __future__ import annotations

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

from crawler.errors import AnswerError
from crawler.items import State, Truncation

# What may be better another time is tried again (state `retry`); the rest has failed.
_REASONS: tuple[tuple[type[Exception], State, str], ...] = (
    (CannotResolveHostError, "retry", "host name not found"),
    (DownloadConnectionRefusedError, "retry", "connection refused"),
    (DownloadTimeoutError, "retry", "no answer in time"),
    (DownloadCancelledError, "failed", "download cancelled"),
    (ResponseDataLossError, "retry", "answer broken off"),
    (UnsupportedURLSchemeError, "failed", "not an http address"),
    (DownloadFailedError, "retry", "connection failed"),
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
            return "failed", "redirected without end"
        if reason.startswith(("robots.txt could not be fetched", "robots.txt answers")):
            return "retry", reason
        return "excluded", reason
    if isinstance(error, AnswerError):
        return "failed", str(error)
    for kind, state, reason in _REASONS:
        if isinstance(error, kind):
            return state, reason
    return "retry", f"download failed: {type(error).__name__}"


def cut_state(truncated: Truncation | None) -> tuple[State, str] | None:
    """State and reason of a URL whose answer we cut; None where it is to be read as it is.

    What a server broke off itself is read: a page that lacks its end is a page still.
    """
    if truncated == "length":
        return "failed", "answer longer than the limit"
    return ("retry", "answer not complete in time") if truncated == "time" else None


def status_state(status: int) -> tuple[State, str | None]:
    """State and reason of a URL by its HTTP status (RFC 9110, 15).

    >>> status_state(410), status_state(503), status_state(200)
    (('gone', 'HTTP 410'), ('retry', 'HTTP 503'), ('done', None))
    """
    if status in (404, 410):
        return "gone", f"HTTP {status}"
    if 200 <= status < 300:
        return "done", None
    passing = status >= 500 or status in _PASSING
    return "retry" if passing else "failed", f"HTTP {status}"
