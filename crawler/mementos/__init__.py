"""What other archives of the web have of a page: lists of captures, and the captures themselves.

endpoint: which archive, and how its servers are asked. cdx: what they list. lister: how a long list
is asked for part by part. answer: a capture as a WARC record. collections: those of Common Crawl.

Pure functions: no I/O, no Scrapy. A capture of the past is a memento, as RFC 7089 calls it.
"""

from crawler.mementos.answer import (
    AsSent,
    Made,
    leads_elsewhere,
    memento,
    repeated,
    with_provenance,
)
from crawler.mementos.cdx import Listed, Listing, ListingError, page_count, read_listing
from crawler.mementos.collections import DATA, Collection, collections, record_url
from crawler.mementos.endpoint import DEFAULT, Endpoint, endpoint
from crawler.mementos.lister import Lister, Query, Scope
from crawler.mementos.span import Span, span
from crawler.mementos.wanted import is_wanted, may_be_own_story

__all__ = [
    "DATA",
    "DEFAULT",
    "AsSent",
    "Collection",
    "Endpoint",
    "Listed",
    "Lister",
    "Listing",
    "ListingError",
    "Made",
    "Query",
    "Scope",
    "Span",
    "collections",
    "endpoint",
    "is_wanted",
    "leads_elsewhere",
    "may_be_own_story",
    "memento",
    "page_count",
    "read_listing",
    "record_url",
    "repeated",
    "span",
    "with_provenance",
]
