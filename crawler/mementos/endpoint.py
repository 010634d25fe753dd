"""Which web archive is asked, and by which addresses.

Two dialects of the CDX server API are spoken: that of the Internet Archive
(https://github.com/internetarchive/wayback/tree/master/wayback-cdx-server) and that of pywb
(https://pywb.readthedocs.io/en/latest/manual/cdxserver_api.html), which Common Crawl's index has,
too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode, urlsplit, urlunsplit

from crawler.errors import UsageError
from crawler.mementos.span import Span
from crawler.urls import normalise, registered_domain

Dialect = Literal["wayback", "pywb", "commoncrawl"]
Match = Literal["exact", "prefix", "host", "domain"]

DEFAULT = "https://web.archive.org/cdx/search/cdx"
"""The Internet Archive's."""
COMMON_CRAWL = "https://index.commoncrawl.org/collinfo.json"
MOST_ROWS = 5_000
"""Rows that are asked for at once."""
_NOT_PAGES = "(image|video|audio|font)/"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A web archive."""

    dialect: Dialect
    index: str
    """Where captures are listed: of a CDX server, or of Common Crawl's `collinfo.json`."""
    replay: str = ""
    """Begins the addresses of captures; ends with a slash. Common Crawl has none."""

    def memento(self, timestamp: str, url: str) -> str:
        """The address of a capture as it was, without anything rewritten (`id_`)."""
        return f"{self.replay}{timestamp}id_/{url}"

    def listing(
        self, url: str, match: Match, span: Span, *, resume: str | None = None,
        page: int | None = None, counts_pages: bool = False, index: str | None = None,
    ) -> str:  # fmt: skip
        """The address of a list of captures, the oldest of an address first.

        resume, page: of what the server gave with the part before. counts_pages: how many pages
        there are, instead. index: of a collection, where there are several.
        """
        since, until = span.digits
        if "://" not in url and ":" in url:  # or what stands before the port would be a scheme
            url = f"http://{url}"
        asked: list[tuple[str, str]] = [("url", url)]
        if match != "exact":
            asked.append(("matchType", match))
        asked += [("from", since), ("to", until), ("output", "json")]
        if self.dialect == "wayback":
            asked += [
                ("collapse", "digest"),
                ("filter", "!statuscode:[45].."),
                ("filter", f"!mimetype:{_NOT_PAGES}.*"),
                ("limit", str(MOST_ROWS)),
                ("showResumeKey", "true"),
            ]
            if resume is not None:
                asked.append(("resumeKey", resume))
        else:
            asked += [("filter", "!~status:[45]"), ("filter", f"!~mime:{_NOT_PAGES}")]
            if counts_pages:
                asked += [("showNumPages", "true"), ("limit", "1")]
            elif page is not None:
                asked.append(("page", str(page)))
            else:
                asked.append(("limit", str(MOST_ROWS)))
        return f"{index or self.index}?{urlencode(asked)}"


def endpoint(said: str) -> Endpoint:
    """The web archive that a user names: by the address of its CDX server, of a collection of pywb,
    or of Common Crawl's list of collections. Raises UsageError.

    >>> endpoint("web.archive.org").replay
    'https://web.archive.org/web/'
    >>> endpoint("http://archive.library.example/news").index
    'http://archive.library.example/news/cdx'
    """
    url = normalise(said.strip() if "://" in said else f"https://{said.strip()}")
    if url is None or " " in said.strip() or not urlsplit(url).hostname:
        raise UsageError(
            f"endpoint={said} is not a web address; write endpoint={DEFAULT}, or the address of a"
            " collection of pywb"
        )
    scheme, host, path, _, _ = urlsplit(url)
    path = path.rstrip("/")

    def at(path: str) -> str:
        return urlunsplit((scheme, host, path, "", ""))

    if path.endswith("/collinfo.json") or (not path and _is_of(host, "commoncrawl.org")):
        return Endpoint("commoncrawl", at(path or "/collinfo.json"))
    if path.endswith("/cdx/search/cdx"):
        return Endpoint("wayback", at(path), at(path.removesuffix("/cdx/search/cdx") + "/web/"))
    if _is_of(host, "archive.org") and path in ("", "/web"):
        return Endpoint("wayback", at("/cdx/search/cdx"), at("/web/"))
    for name in ("/cdx", "/index"):
        if path.endswith(name):
            return Endpoint("pywb", at(path), at(path.removesuffix(name) + "/"))
    if not path:
        raise UsageError(
            f"endpoint={said} names a host alone; name a collection of it, as"
            f" endpoint={at('/my-collection')}, or its CDX server"
        )
    return Endpoint("pywb", at(f"{path}/cdx"), at(f"{path}/"))


def _is_of(host: str, domain: str) -> bool:
    return registered_domain(host.partition(":")[0]) == domain
