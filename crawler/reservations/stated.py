"""What an answer states itself: its headers, its meta and link elements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from crawler.reservations.directives import ROBOTS, directives
from crawler.reservations.reservation import Reservation, ReservedIn
from crawler.reservations.tdmrep import POLICY, TDM, address, tdm
from crawler.reservations.usage import SIGNAL, USAGE, usage
from crawler.text import clean

RSL = "application/rsl+xml"
"""Media type of licences in Really Simple Licensing 1.0 (rslstandard.org/rsl)."""
_MOST = 50
"""Statements of one answer that are kept."""
_LONGEST = 2_000
_ROBOTS_TAG = "X-Robots-Tag"
Link = tuple[str, frozenset[str], str]
"""Target, relations and type, as `crawler.discover.link_header.links` gives them."""


def of_headers(
    headers: Iterable[tuple[bytes, bytes]], links: Iterable[Link], url: str
) -> tuple[Reservation, ...]:
    """What the headers of an answer state. links: of its `Link` headers. url: of the answer."""
    held: dict[str, list[str]] = {}
    for key, sent in headers:
        text = clean(sent.decode("latin-1"))[:_LONGEST]
        held.setdefault(key.decode("latin-1").lower(), []).append(text)
    found: list[Reservation] = []
    for value in held.get(_ROBOTS_TAG.lower(), ()):
        found += directives(value, "header", _ROBOTS_TAG)
    for name, said in ((TDM, "TDM-Reservation"), (POLICY, "TDM-Policy")):
        for value in held.get(name, ()):
            found += tdm(name, value, url, "header", said)
    for name in (USAGE, SIGNAL):  # a field of several lines is one list (RFC 9110, 5.3)
        if name.lower() in held:
            found += usage(", ".join(held[name.lower()]), "header", name)
    found += _licenses(links, url, "header", "Link")
    return _bounded(found)


def of_page(
    meta: Mapping[str, Iterable[str]], links: Iterable[Link], url: str
) -> tuple[Reservation, ...]:
    """What the markup of a page states. meta: contents by name, in lower case. links: of its link
    elements. url: what addresses in it are relative to."""
    found: list[Reservation] = []
    for name in ROBOTS:
        agent = None if name == "robots" else name
        for value in meta.get(name, ()):
            found += directives(clean(value)[:_LONGEST], "meta", name, agent)
    for name in (TDM, POLICY):
        for value in meta.get(name, ()):
            found += tdm(name, clean(value), url, "meta", name)
    found += _licenses(links, url, "link", "license")
    return _bounded(found)


def of_text(text: str) -> tuple[Reservation, ...]:
    """What a header or meta element states, written as archives kept it before version 24 of their
    tables: `X-Robots-Tag: noarchive`, `meta robots: noai`.

    >>> [str(each) for each in of_text("meta robots: noindex, noai")]
    ['noindex, by meta element robots', 'noai, by meta element robots']
    """
    name, _, value = text.partition(": ")
    if name.startswith("meta "):
        return of_page({name[5:].lower(): (value,)}, (), "")
    return of_headers([(name.encode(), value.encode("latin-1", "replace"))], (), "")


def _licenses(
    links: Iterable[Link], url: str, source: ReservedIn, name: str
) -> Iterator[Reservation]:
    for target, relations, kind in links:
        if "license" in relations and kind.partition(";")[0].strip().lower() == RSL:
            found = address(target.strip(), url)
            if found is not None:
                yield Reservation("license", found, True, source, name)


def _bounded(found: Iterable[Reservation]) -> tuple[Reservation, ...]:
    return tuple(dict.fromkeys(found))[:_MOST]
