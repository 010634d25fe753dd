"""What readers type to find stories, and the words that it means."""

from crawler.search.conditions import Conditions
from crawler.search.expression import expression, quoted
from crawler.search.links import condition, narrowed, widened
from crawler.search.marks import BEGIN, END, Pieces, mark, passage, pieces, plain, sought
from crawler.search.pairs import is_unspaced, letter_pairs, pairs_expression
from crawler.search.parse import parse, parse_raw
from crawler.search.periods import FORMS, period
from crawler.search.query import AllOf, AnyOf, Filter, Near, Node, Phrase, Query, Word
from crawler.search.scan import FIELDS
from crawler.search.stems import (
    fold,
    forms_of,
    indexed,
    keys,
    language_of,
    parts_in,
    words_in,
    words_of,
)

__all__ = [
    "BEGIN",
    "END",
    "FIELDS",
    "FORMS",
    "AllOf",
    "AnyOf",
    "Conditions",
    "Filter",
    "Near",
    "Node",
    "Phrase",
    "Pieces",
    "Query",
    "Word",
    "condition",
    "expression",
    "fold",
    "forms_of",
    "indexed",
    "is_unspaced",
    "keys",
    "language_of",
    "letter_pairs",
    "mark",
    "narrowed",
    "pairs_expression",
    "parse",
    "parse_raw",
    "parts_in",
    "passage",
    "period",
    "pieces",
    "plain",
    "quoted",
    "sought",
    "widened",
    "words_in",
    "words_of",
]
