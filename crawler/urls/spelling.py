"""Addresses: made absolute, and spelled in one way.

RFC 3986, section 6 (normalisation), and the URL Living Standard for what browsers forgive.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote, urljoin, urlsplit

_TRACKING = re.compile(
    r"(?:utm_\w+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|mc_[ce]id"
    r"|_ga|_gl|xtor|cmpid|ito|ocid|wt_\w+|at_(?:medium|campaign|format|link\w*|custom\d)"
    r"|smid|smtyp|sc_cid|spm|ref_?src|mkt_tok|__twitter_impression)=",
    re.IGNORECASE,
)
# What tells one reader's visit from another's, and nothing of the page.
_SESSION = re.compile(
    r"(?:jsessionid|phpsessid|aspsessionid\w*|asp\.net_sessionid|cfid|cftoken|oscsid|zenid"
    r"|session_?id|sessid)=|"
    # short names stand for other things too: only with what is surely no word and no number
    r"(?:sid|s|sess)=(?=[0-9]*[a-z])(?=[a-z]*[0-9])[0-9a-z]{16,}$",
    re.IGNORECASE,
)
_PATH_SESSION = re.compile(
    r";(?:jsessionid|phpsessid|sessionid|sid)=[^/;?]*|/\(S\([0-9a-z]{24}\)\)", re.IGNORECASE
)
# As w3lib's safe_url_string has it, which Scrapy asks with: an address that was asked for in
# another spelling would be a second one.
_UNSAFE = re.compile(r"(?:[^\x21-\x7e]|[\"<>\\^`{|}\[\]])+")
_UNSAFE_IN_QUERY = re.compile(r"(?:[^\x21-\x7e]|[\"'<>\\^`{|}\[\]])+")
_NO_HOST = re.compile(r"[\x00-\x20\x7f\"#/<>?@\\^`{|}]")
"""What no host has (URL Living Standard, forbidden host code points)."""
_HALVES = re.compile("[\ud800-\udfff]")
_DEFAULT_PORT = {"http": ":80", "https": ":443"}


@lru_cache(maxsize=4_096)
def absolute(base: str, href: str) -> str | None:
    """The normalised http(s) address that `href` means on a page at `base`; None if there is none.

    >>> absolute("https://a.example/x/", " ../y?utm_source=z#top ")
    'https://a.example/y'
    >>> absolute("https://a.example/", "mailto:x@a.example") is None
    True
    """
    href = href.strip()
    if not href or href[0] == "#":
        return None
    try:
        return normalise(urljoin(base, href))
    except ValueError:
        return None


def normalise(url: str) -> str | None:
    """One spelling for one address: lower-case scheme and host, no default port, fragment,
    credentials, tracking parameters or session ids; unsafe characters percent-encoded. None if it
    is no http(s) address.

    >>> normalise("HTTPS://User@News.Example:443/Köln?b=1&utm_medium=x&fbclid=2#c")
    'https://news.example/K%C3%B6ln?b=1'
    """
    try:
        parts = urlsplit(url.strip())  # takes out tabs and line breaks, as browsers do
        host = (parts.hostname or "").rstrip(".")
        port = parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORT or not host:
        return None
    if not host.isascii():
        try:
            host = host.encode("idna").decode()
        except UnicodeError:
            return None
    if _NO_HOST.search(host):
        return None
    if ":" in host:
        host = f"[{host}]"
    netloc = host if port is None or f":{port}" == _DEFAULT_PORT[scheme] else f"{host}:{port}"
    query = parts.query
    if query:
        kept = (p for p in query.split("&") if p and not _TRACKING.match(p))
        query = "&".join(p for p in kept if not _SESSION.match(p))
        query = _UNSAFE_IN_QUERY.sub(_encode, query)
    path = _UNSAFE.sub(_encode, parts.path or "/")
    if ";" in path or "(S(" in path:
        path = _PATH_SESSION.sub("", path) or "/"
    return f"{scheme}://{netloc}{path}?{query}" if query else f"{scheme}://{netloc}{path}"


def has_tracking(query: str) -> bool:
    """Whether one of a query's parameters only tells where the reader came from.

    >>> has_tracking("id=1&utm_source=feed"), has_tracking("id=utm_source")
    (True, False)
    """
    return any(map(_TRACKING.match, query.split("&")))


def _encode(match: re.Match[str]) -> str:
    # half of a surrogate pair, from JSON: as browsers encode it (Encoding Standard, UTF-8 encode)
    return quote(_HALVES.sub("\ufffd", match[0]), safe="")
