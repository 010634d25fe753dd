"""Who owns an address: its registered domain, by the Public Suffix List."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.urls.keys import site_host

if TYPE_CHECKING:
    from tldextract import TLDExtract

_NAME = re.compile(r"(?:[\w-]+\.)+[a-z][\w-]*")


def same_owner(a: str, b: str) -> bool:
    """Whether two addresses are on hosts of one owner.

    >>> same_owner("https://m.news.co.uk/a", "https://www.news.co.uk/a")
    True
    >>> same_owner("https://one.github.io/", "https://two.github.io/")
    False
    """
    return owner(a) == owner(b) or is_below(a, b) or is_below(b, a)


def is_below(url: str, main: str) -> bool:
    """Whether an address's host is a subdomain of another's, and that one is no public suffix.

    >>> is_below("http://sport.localhost:81/", "http://localhost:81/")
    True
    >>> is_below("https://one.github.io/", "https://github.io/")
    False
    """
    name, above = _name(url), _name(main)
    return name.endswith(f".{above}") and _suffixes()(above).suffix != above


@lru_cache(maxsize=4_096)
def owner(url: str) -> str:
    """The domain that was registered; the host with its port where it is none (an IP address).

    Under a suffix that the list lacks it is two labels, as the list's own rules have it.
    """
    return registered_domain(_name(url)) or site_host(url)


@lru_cache(maxsize=4_096)
def registered_domain(host: str) -> str:
    """The domain that was registered of a host without its port; "" where it is none.

    >>> registered_domain("debatte.news.example"), registered_domain("www.news.co.uk")
    ('news.example', 'news.co.uk')
    >>> registered_domain("haber.web.tr"), registered_domain("192.0.2.1")
    ('haber.web.tr', '')
    """
    found = _suffixes()(host)
    if not found.suffix and _NAME.fullmatch(host):
        return ".".join(host.rsplit(".", 2)[-2:])
    return found.top_domain_under_public_suffix


def _name(url: str) -> str:
    return site_host(url).partition(":")[0]


@lru_cache(maxsize=1)
def _suffixes() -> TLDExtract:
    # Imported here, and with the list that comes with the package: nothing is asked of the network.
    from tldextract import TLDExtract

    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


def is_at(url: str, place: str) -> bool:
    """Whether an address is at a host, or at one below it; or below a folder of a host.

    >>> is_at("https://www.a.example/1", "a.example"), is_at("https://b.example/", "a.example")
    (True, False)
    >>> is_at("http://a.example/x/1", "a.example/x"), is_at("http://a.example/1", "a.example/x")
    (True, False)
    """
    host, _, folder = place.partition("/")
    if not folder:
        return site_host(url) == host or is_below(url, f"http://{host}/")
    return site_host(url) == host and f"{urlsplit(url).path}/".startswith(f"/{folder.rstrip('/')}/")
