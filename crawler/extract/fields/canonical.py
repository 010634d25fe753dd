"""The address that a page calls its own, where it can be believed (RFC 6596)."""

from __future__ import annotations

from urllib.parse import urlsplit

from crawler.extract.page import Document, Structured
from crawler.items import Claim


def canonical_url(doc: Document, data: Structured) -> Claim | None:
    """The first of link rel=canonical and og:url that is no front page, absolute and normalised.

    A canonical that points from a story to a front page is a template's mistake.
    """
    claims = [
        Claim(link.get("href") or "", "link:canonical")
        for link in doc.tags["link"]
        if "canonical" in (link.get("rel") or "").lower().split()
    ]
    meta = data.first_meta("og:url")
    if meta is not None:
        claims.append(meta)
    here_is_front = is_front(doc.url)
    for claim in claims:
        url = doc.address(claim.text)
        if url is not None and (here_is_front or not is_front(url)):
            return Claim(url, claim.source)
    return None


def is_front(url: str) -> bool:
    """Whether an address is a site's front page, in a language of it perhaps.

    >>> is_front("https://a.example/"), is_front("https://a.example/en/")
    (True, True)
    >>> is_front("https://a.example/12"), is_front("https://a.example/x-y")
    (False, False)
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    path = parts.path.strip("/").lower()
    if parts.query:
        return False
    return (
        not path
        or (len(path) == 2 and path.isalpha())
        or path in ("index.html", "index.php", "home", "home.html", "index.htm")
    )
