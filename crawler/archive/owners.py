"""Who owns an address: its registered domain, by the Public Suffix List."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from crawler.urls import site_host

if TYPE_CHECKING:
    from tldextract import TLDExtract


def same_owner(a: str, b: str) -> bool:
    """Whether two addresses are on hosts of one owner.

    >>> same_owner("https://m.news.co.uk/a", "https://www.news.co.uk/a")
    True
    >>> same_owner("https://one.github.io/", "https://two.github.io/")
    False
    """
    return owner(a) == owner(b)


@lru_cache(maxsize=10_000)
def owner(url: str) -> str:
    """The domain that was registered; the host with its port where it is none (an IP address)."""
    host = site_host(url)
    return _suffixes()(host.partition(":")[0]).top_domain_under_public_suffix or host


@lru_cache(maxsize=1)
def _suffixes() -> TLDExtract:
    # Imported here, and with the list that comes with the package: nothing is asked of the network.
    from tldextract import TLDExtract

    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)
