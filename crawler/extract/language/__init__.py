"""What newspapers print in their own language: labels, notes, months."""

from crawler.extract.language.guess import contradicts, detect
from crawler.extract.language.labels import Match, heads_no_stories, knows, match, phrase_in, whole
from crawler.extract.language.labels import words as comparable
from crawler.extract.language.loader import languages_with, pattern, words_of, words_of_one
from crawler.extract.language.months import is_weekday, month_number
from crawler.extract.language.phrases import (
    calls,
    heads_comments,
    is_appeal,
    is_counted,
    is_ending,
    is_label,
    is_note,
    is_wall,
    may_open_note,
    names_itself,
    opens_note,
    states_age,
    tells_to_read_on,
    unfolds,
)

__all__ = [
    "Match",
    "calls",
    "comparable",
    "contradicts",
    "detect",
    "heads_comments",
    "heads_no_stories",
    "is_appeal",
    "is_counted",
    "is_ending",
    "is_label",
    "is_note",
    "is_wall",
    "is_weekday",
    "knows",
    "languages_with",
    "match",
    "may_open_note",
    "month_number",
    "names_itself",
    "opens_note",
    "pattern",
    "phrase_in",
    "states_age",
    "tells_to_read_on",
    "unfolds",
    "whole",
    "words_of",
    "words_of_one",
]
