"""A night on which no name can be looked up."""

from __future__ import annotations

from collections.abc import Sequence

from twisted.internet import defer
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

from crawler.extensions.resolver import Resolver


class NoNames(Resolver):
    """Knows no host."""

    def getHostByName(  # noqa: N802
        self, name: str, timeout: Sequence[int] = ()
    ) -> Deferred[str]:
        """Fails."""
        return defer.fail(DNSLookupError(f"no address of {name}"))
