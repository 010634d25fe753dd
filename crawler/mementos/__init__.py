"""What other archives of the web have of a page: lists of captures, and the captures themselves.

endpoint: which archive, and how its servers are asked. cdx: what they list. lister: how a long list
is asked for part by part. wanted: which captures are worth it. answer, kept: a capture as a WARC
record. collections: those of Common Crawl.

Pure functions: no I/O, no Scrapy. A capture of the past is a memento, as RFC 7089 calls it.
"""

from crawler.mementos.answer import AsSent, has_digest, is_digest, leads_elsewhere, repeated
from crawler.mementos.cdx import Listed, Listing, ListingError, page_count, read_listing
from crawler.mementos.collections import DATA, Collection, collections
from crawler.mementos.endpoint import COMMON_CRAWL, DEFAULT, Endpoint, endpoint
from crawler.mementos.kept import Asking, asking, record_in
from crawler.mementos.lister import Lister, Query, Scope
from crawler.mementos.span import Span, span
from crawler.mementos.wanted import is_wanted, may_be_own_story

__all__ = [
    "COMMON_CRAWL",
    "DATA",
    "DEFAULT",
    "AsSent",
    "Asking",
    "Collection",
    "Endpoint",
    "Listed",
    "Lister",
    "Listing",
    "ListingError",
    "Query",
    "Scope",
    "Span",
    "asking",
    "collections",
    "endpoint",
    "has_digest",
    "is_digest",
    "is_wanted",
    "leads_elsewhere",
    "may_be_own_story",
    "page_count",
    "read_listing",
    "record_in",
    "repeated",
    "span",
]
