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

from crawler.items import State

_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (CannotResolveHostError, "host name not found"),
    (DownloadConnectionRefusedError, "connection refused"),
    (DownloadTimeoutError, "no answer in time"),
    (DownloadCancelledError, "answer longer than the limit, or cancelled"),
    (ResponseDataLossError, "answer broken off"),
    (UnsupportedURLSchemeError, "not an http address"),
    (DownloadFailedError, "connection failed"),
)


def explain(error: BaseException) -> tuple[State, str]:
    """State and reason of a URL whose download raised `error`.

    >>> explain(DownloadTimeoutError())
    ('failed', 'no answer in time')
    """
    if isinstance(error, IgnoreRequest):
        reason = str(error) or "refused"
        if "redirect" in reason:
            return "failed", "redirected without end"
        if reason.startswith("robots.txt could not be fetched"):
            return "failed", reason
        return "excluded", reason
    for kind, reason in _REASONS:
        if isinstance(error, kind):
            return "failed", reason
    return "failed", f"download failed: {type(error).__name__}"


def status_state(status: int) -> tuple[State, str | None]:
    """State and reason of a URL by its HTTP status (RFC 9110, 15).

    >>> status_state(410), status_state(503), status_state(200)
    (('gone', 'HTTP 410'), ('failed', 'HTTP 503'), ('done', None))
    """
    if status in (404, 410):
        return "gone", f"HTTP {status}"
    if 200 <= status < 300:
        return "done", None
    return "failed", f"HTTP {status}"
