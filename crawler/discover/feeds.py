"""Feeds: the stories that RSS, Atom and JSON feeds announce.

RSS 2.0 and its older kin, RSS 1.0 (RDF) with Dublin Core, Atom (RFC 4287), JSON Feed 1.1, paged
feeds (RFC 5005).
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from lxml import etree
from lxml.html import fromstring

from crawler.discover.kinds import peek
from crawler.discover.unpack import unpack
from crawler.discover.xml import child, elements, local_name, text_of
from crawler.items import FoundUrl
from crawler.text import cleaned
from crawler.urls import absolute

MAX_BYTES = 20_000_000
MAX_ENTRIES = 10_000

_DATES = ("pubdate", "published", "issued", "date", "created", "updated", "modified")
"""Local names of an entry's dates, the publication's before the change's."""
_CHANGES = ("updated", "modified")
_BASE = "{http://www.w3.org/XML/1998/namespace}base"


def parse_feed(body: bytes, url: str) -> tuple[FoundUrl, ...]:
    """The stories of a feed in its order, each address once, then its next page if it names one.

    body: the file as decoded from its content coding; may be gzip. url: its own address, which
    relative links are relative to.

    Stories have role `page`, the feed's date as it stands there and its title as plain text; the
    next page has role `feed`. At most 10,000 entries of 20 MB are read. Raises nothing.

    >>> parse_feed(b"<rss><channel><item><link>/1</link></item></channel></rss>",
    ...            "https://a.example/feed")[0].url
    'https://a.example/1'
    """
    data, _ = unpack(body, MAX_BYTES)
    entries = _json_entries if peek(data[:256]).startswith("{") else _xml_entries
    found: dict[str, FoundUrl] = {}
    for entry in entries(data, url):
        if len(found) >= MAX_ENTRIES:
            break
        if entry.url != url:
            found.setdefault(entry.url, entry)
    return cleaned(tuple(sorted(found.values(), key=lambda entry: entry.role == "feed")))


def _xml_entries(data: bytes, url: str) -> Iterator[FoundUrl]:
    for element in elements(data, frozenset({"item", "entry", "link"})):
        name = local_name(element)
        if name == "link":
            parent = element.getparent()
            if (
                element.get("rel") == "next"
                and parent is not None
                and local_name(parent) in ("feed", "channel")
                and (address := absolute(_base(element, url), element.get("href") or ""))
            ):
                yield FoundUrl(address, "feed", "feed", url)
            continue
        address = next(_addresses(element, _base(element, url)), None)
        if address is not None:
            yield FoundUrl(
                address, "page", "feed", url, _date(element, _DATES), _title(element),
                _date(element, _CHANGES),
            )  # fmt: skip


def _base(element: etree._Element, url: str) -> str:
    """What relative links in an element are relative to (XML Base)."""
    bases = [
        base
        for around in (element, *element.iterancestors())
        if (base := around.get(_BASE)) is not None
    ]
    for base in reversed(bases[:5]):
        url = absolute(url, base) or url
    return url


def _addresses(entry: etree._Element, base: str) -> Iterator[str]:
    """What may be an entry's address, the best first."""
    links = [e for e in entry if local_name(e) == "link"]
    candidates = [
        # Feed services keep the publisher's own address beside their counted one.
        text_of(child(entry, "origlink")),
        *(e.get("href") for e in links if e.get("rel", "alternate") == "alternate"),
        *(text_of(e) for e in links),
        _permalink(entry),
        entry.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"),
        _address_like(text_of(child(entry, "id"))),
    ]
    for candidate in candidates:
        address = absolute(base, candidate) if candidate else None
        if address is not None:
            yield address


def _permalink(entry: etree._Element) -> str | None:
    guid = child(entry, "guid")
    if guid is None or (guid.get("isPermaLink") or "true").strip().lower() == "false":
        return None
    return _address_like(text_of(guid))


def _address_like(text: str | None) -> str | None:
    return text if text and text[:8].lower().startswith(("http://", "https://")) else None


def _date(entry: etree._Element, names: tuple[str, ...]) -> str | None:
    by_name = {local_name(e): e for e in reversed(entry)}
    return next((t for n in names if (t := text_of(by_name.get(n), 64)) is not None), None)


def _title(entry: etree._Element) -> str | None:
    # Extensions have titles of their own (a picture's): the entry's is in the entry's namespace.
    own = str(entry.tag).rpartition("}")[0]
    titles = [e for e in entry if local_name(e) == "title"]
    titles.sort(key=lambda e: str(e.tag).rpartition("}")[0] != own or ":" in str(e.tag)[len(own) :])
    return plain_title(text_of(titles[0])) if titles else None


def plain_title(text: str | None) -> str | None:
    """A title without the HTML that feeds escape into it."""
    if not text or ("<" not in text and "&" not in text):
        return text
    try:
        plain = " ".join(str(fromstring(f"<p>{text}</p>").xpath("string()")).split())
    except (etree.LxmlError, ValueError, AssertionError):
        return text
    return plain or text


def _json_entries(data: bytes, url: str) -> Iterator[FoundUrl]:
    try:
        feed = json.loads(data.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return
    items = feed.get("items") if isinstance(feed, dict) else None
    for item in items[:MAX_ENTRIES] if isinstance(items, list) else ():
        if not isinstance(item, dict):
            continue
        named = (_string(item, "url"), _address_like(_string(item, "id")))
        address = next((a for n in named if n and (a := absolute(url, n))), None)
        if address is not None:
            date = _string(item, "date_published") or _string(item, "date_modified")
            title = _string(item, "title")
            changed = _string(item, "date_modified")
            yield FoundUrl(
                address, "page", "feed", url, date and date[:64], title, changed and changed[:64]
            )
    following = absolute(url, _string(feed, "next_url") or "") if isinstance(feed, dict) else None
    if following is not None:
        yield FoundUrl(following, "feed", "feed", url)


def _string(item: dict[str, object], key: str) -> str | None:
    value = item.get(key)
    text = " ".join(value[:2_048].split()) if isinstance(value, str) else ""
    return text or None
