"""A page's bytes as a document: its tree, what it tells machines, where it leads."""

from crawler.extract.page.bounds import MAX_BYTES, refuse_what_is_too_long
from crawler.extract.page.document import (
    SENTENCE_ENDS,
    Document,
    below,
    is_longer,
    spaced_text,
    text_of,
)
from crawler.extract.page.encoding import decode
from crawler.extract.page.outlinks import feeds, out_links, wordpress_api, wordpress_kind
from crawler.extract.page.reservations import reservations
from crawler.extract.page.script_json import ScriptValue, script_values, unflattened
from crawler.extract.page.structured import Node, Structured, clean, strings, structured, types_of
from crawler.extract.page.whole_text import shown_text, told_text

__all__ = [
    "MAX_BYTES",
    "SENTENCE_ENDS",
    "Document",
    "Node",
    "ScriptValue",
    "Structured",
    "below",
    "clean",
    "decode",
    "feeds",
    "is_longer",
    "out_links",
    "refuse_what_is_too_long",
    "reservations",
    "script_values",
    "shown_text",
    "spaced_text",
    "strings",
    "structured",
    "text_of",
    "told_text",
    "types_of",
    "unflattened",
    "wordpress_api",
    "wordpress_kind",
]
