"""Who owns an address: its registered domain, by the Public Suffix List."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList

from crawler.urls.keys import site_host

MOST_LABELS = 8
"""Labels of a rule of the list, at most."""
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
    return name.endswith(f".{above}") and public_suffix(above) != above


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
    host = host.rstrip(".")  # the root's, which some write
    suffix = public_suffix(host)
    if not suffix:
        return ".".join(host.rsplit(".", 2)[-2:]) if _NAME.fullmatch(host) else ""
    above = host.removesuffix(f".{suffix}")
    name = above.rpartition(".")[2] if above != host else ""
    return f"{name}.{suffix}" if name else ""


def public_suffix(host: str) -> str:
    """Below what names are registered that end as a host does, by the Public Suffix List
    (publicsuffix.org/list, "Algorithm"), those of its private section too; "" for what it lacks.

    >>> public_suffix("www.news.co.uk"), public_suffix("one.github.io"), public_suffix("localhost")
    ('co.uk', 'github.io', '')
    """
    end = host.rsplit(".", MOST_LABELS)[-MOST_LABELS:]
    found = _list().publicsuffix(_in_letters(".".join(end)), accept_unknown=False)
    return ".".join(end[-1 - found.count(".") :]) if found else ""


def _in_letters(host: str) -> str:
    """A host as the list writes it: small letters, none in Punycode."""
    if "xn--" not in host:
        return host.lower()
    try:
        return host.encode("ascii").decode("idna").lower()
    except UnicodeError:
        return host.lower()


def _name(url: str) -> str:
    return site_host(url).partition(":")[0]


@lru_cache(maxsize=1)
def _list() -> PublicSuffixList:
    """The list, without its names in Punycode: making them takes longer than all the rest, and each
    process that asks makes them anew (docs/decisions/0078)."""
    return PublicSuffixList(accept_encoded_idn=False)


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
