"""Sort keys of URLs as the indexes of web archives have them (SURT, "Sort-friendly URI Reordering
Transform"): `https://www.News.example/a?b` becomes `example,news)/a?b`.

Every tool that replays an archive makes the same key of the address that is asked for, so ours must
be the same in every letter: the rules are those that the Wayback Machine has had for twenty years.
"""

from __future__ import annotations

import re
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit

# What stays as it is in a path or query, besides letters, digits and -._~
_SAFE = "!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~"
_NUMBERED_WWW = re.compile(r"www\d*\.")
_DEFAULT_PORT = {"http": 80, "https": 443}
_SESSION_IN_PATH = (
    re.compile(rb"(.*/)\((?:[a-z]\([0-9a-z]{24}\))+\)/([^?]+\.aspx.*)"),
    re.compile(rb"(.*/)\([0-9a-z]{24}\)/([^?]+\.aspx.*)"),
)
_SESSION_IN_QUERY = tuple(
    re.compile(rb"(.*)(?:" + session + rb")(?:&(.*))?", re.IGNORECASE)
    for session in (
        rb"jsessionid=[0-9a-z]{32}",
        rb"phpsessid=[0-9a-z]{32}",
        rb"sid=[0-9a-z]{32}",
        rb"aspsessionid[a-z]{8}=[a-z]{24}",
        rb"cfid=[^&]+&cftoken=[^&]+",
    )
)


def surt(url: str) -> str:
    """The sort key of an http(s) URL; anything else is its own.

    >>> surt("https://www2.News.example:443//a/../B/?z=1&y#top")
    'example,news)/b?y&z=1'
    """
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return url
    if parts.scheme not in _DEFAULT_PORT or not host:
        return url
    if port == _DEFAULT_PORT[parts.scheme]:
        port = None
    key = ",".join(reversed(_host(host).split("."))) + (f":{port}" if port is not None else "")
    query = _query(parts.query)
    return f"{key}){_path(parts.path)}{'?' + query if query else ''}"


def _host(host: str) -> str:
    host = unquote_to_bytes(host).decode("utf-8", "replace").lower()
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            host = quote_from_bytes(host.encode(), safe=_SAFE).lower()
    host = host.replace("..", ".").strip(".")
    www = _NUMBERED_WWW.match(host)
    return host[www.end() :] if www else host


def _path(path: str) -> str:
    kept: list[bytes] = []
    names = _unescaped(path).split(b"/")[1:]
    for name in names:
        if name == b".." and kept:
            kept.pop()
        elif name != b".":
            kept.append(name)
    # an empty name at the end is a slash there; others say nothing
    named = [name for name in kept[:-1] if name] + kept[-1:]
    found = _escaped(b"/" + b"/".join(named)).lower()
    for session in _SESSION_IN_PATH:
        match = session.fullmatch(found)
        found = match[1] + match[2] if match else found
    if found.endswith(b"/") and len(found) > 1:
        found = found[:-1]
    return found.decode("ascii")


def _query(query: str) -> str:
    found = _escaped(_unescaped(query))
    for session in _SESSION_IN_QUERY:
        match = session.fullmatch(found)
        found = match[1] + (match[2] or b"") if match else found
    found = found.lower()
    if len(found) > 1:
        pairs = sorted(tuple(pair.split(b"=", 1)) for pair in found.split(b"&"))
        found = b"&".join(b"=".join(pair) for pair in pairs)
    return found.decode("ascii")


def _unescaped(text: str) -> bytes:
    """What is left when nothing is percent-encoded any more."""
    data = text.encode("utf-8", "surrogatepass")
    while (decoded := unquote_to_bytes(data)) != data:
        data = decoded
    return data


def _escaped(data: bytes) -> bytes:
    return quote_from_bytes(data, safe=_SAFE).encode("ascii")
