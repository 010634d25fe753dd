"""No request to a private or loopback address unless the user allows it.

A page, a sitemap or a redirect may name any host, and any name may lead to any address: an archive
job inside a company must not be led to the company's own servers.
"""

from __future__ import annotations

import ipaddress
from typing import Any, Self, cast

from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Request
from scrapy.utils.defer import maybe_deferred_to_future
from scrapy.utils.httpobj import urlparse_cached

from crawler.reasons import say


class PrivateAddressMiddleware:
    """Refuses hosts whose address is not on the public internet, every hop of a redirect too.

    The name is looked up through the cache that the connection will use: what was checked is what
    is connected to, whatever the name's owner answers a second time.
    """

    def __init__(self, crawler: Crawler) -> None:
        if crawler.settings.getbool("ALLOW_PRIVATE"):
            raise NotConfigured

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raise IgnoreRequest for a private address; let everything else pass.

        A name that cannot be looked up passes: connecting to it says so better.
        """
        from twisted.internet import reactor

        resolve = cast(Any, reactor).resolve
        host = urlparse_cached(request).hostname or ""
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            try:
                answer = await maybe_deferred_to_future(resolve(host))
                address = ipaddress.ip_address(answer)
            except Exception:
                return
        if not is_public(address):
            where = f"{host} is at the private address {address}"
            raise IgnoreRequest(say("private_address", where))


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address is on the public internet (IANA special-purpose registries).

    >>> [is_public(ipaddress.ip_address(a)) for a in ("8.8.8.8", "10.0.0.1", "::ffff:127.0.0.1")]
    [True, False, False]
    """
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    return address.is_global and not address.is_multicast


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its very name (RFC 6761, 6.3; RFC 6890).

    >>> [is_loopback(host) for host in ("localhost", "127.0.0.1", "::1", "10.0.0.1", "a.example")]
    [True, True, True, False, False]
    """
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
