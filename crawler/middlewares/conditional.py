"""Asks only for what has changed (RFC 9110, 13)."""

from __future__ import annotations

from scrapy.http import Request

from crawler.items import Due


class ConditionalMiddleware:
    """Adds the validators of a URL's last good answer to its request, and to no other.

    A redirect's next hop carries the headers of the one before: its server would compare somebody
    else's.
    """

    def process_request(self, request: Request) -> None:
        """Set or take away If-None-Match and If-Modified-Since."""
        due: Due | None = request.meta.get("due")
        if due is None:
            return
        own = request.url == due.found.url
        for header, value in (
            ("If-None-Match", due.etag),
            ("If-Modified-Since", due.last_modified),
        ):
            if own and value:
                request.headers[header] = value
            else:
                request.headers.pop(header, None)
