"""What a page reserves in its own markup: that it is not to be archived, mined or trained on."""

from __future__ import annotations

from crawler.extract.page.document import Document
from crawler.extract.page.structured import Structured
from crawler.reservations import Reservation, of_page

_MAX_LINKS = 1_000


def reservations(doc: Document, data: Structured) -> tuple[Reservation, ...]:
    """What meta elements and links to licences say, as `crawler.reservations` reads them."""
    links = [
        (e.get("href", ""), frozenset(e.get("rel", "").lower().split()), e.get("type", ""))
        for e in doc.head_links("license")[:_MAX_LINKS]
    ]
    return of_page(data.meta, links, doc.base_url)
