"""The state of a URL by its answer: its status, its length, its kind."""

from __future__ import annotations

from crawler.items import Capture, State, Truncation
from crawler.reasons import Reason, because

_PASSING = frozenset({408, 425, 429})
"""Statuses of the 4xx class that say "not now" (RFC 9110, 6585, 8470)."""


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
