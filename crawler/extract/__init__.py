"""From a page's bytes to its article: pure functions, no I/O, no clock.

One parse a page (`page`), one module a field; each field's value comes with the claim that it was
taken from. The rooms, each with one door: `page` ← `markup`, `language` ← `body` ← `fields`,
`dates`, `links` ← `article`, which reads the page as a whole.
"""

from crawler.extract.article import extract, read_page
from crawler.extract.page import Document

__all__ = ["Document", "extract", "read_page"]
