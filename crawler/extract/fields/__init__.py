"""The fields of an article, each with the claim that it was taken from."""

from crawler.extract.fields.access import access
from crawler.extract.fields.authors import authors
from crawler.extract.fields.canonical import canonical_url, is_front
from crawler.extract.fields.image import lead_image
from crawler.extract.fields.language import language
from crawler.extract.fields.names import named_authors
from crawler.extract.fields.persons import is_person
from crawler.extract.fields.readtime import read_time, shown_read_time
from crawler.extract.fields.section import section, tags
from crawler.extract.fields.standfirst import standfirst
from crawler.extract.fields.title import headline

__all__ = [
    "access",
    "authors",
    "canonical_url",
    "headline",
    "is_front",
    "is_person",
    "language",
    "lead_image",
    "named_authors",
    "read_time",
    "section",
    "shown_read_time",
    "standfirst",
    "tags",
]
