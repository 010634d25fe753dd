"""Which network a host is on: this machine, a private one, the public internet."""

from __future__ import annotations

import ipaddress

_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address is on the public internet (IANA special-purpose registries).

    Of IPv6, global unicast alone (RFC 4291, 2.4); where an IPv4 address is meant by one (RFC 4291,
    2.5.5.2; RFC 3056), that one counts. What a translator leads to (RFC 6052) is not told.

    >>> [is_public(ipaddress.ip_address(a)) for a in ("8.8.8.8", "10.0.0.1", "::ffff:127.0.0.1")]
    [True, False, False]
    """
    if isinstance(address, ipaddress.IPv6Address):
        meant = address.ipv4_mapped or address.sixtofour
        if meant is None and address not in _GLOBAL_UNICAST:
            return False
        address = meant or address
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
