"""Why a URL stands where it does: codes and their words, in one table.

A reason is stored as words for people (`urls.reason`). Whatever asks for a kind of reason again
asks for its code: `parse` gives code and subject of any reason that `say` has made.
"""

from __future__ import annotations

import sqlite3
import zlib
from functools import lru_cache
from typing import NamedTuple

_WORDS = {
    # what became of an answer
    "http_status": "HTTP {}",
    "redirected": "to {}",
    "later_page": "a later page of {}",
    "same_text": "same text as {}",
    "not_html": "no article: not HTML ({})",
    "not_html_as_said": "no article: not HTML, though it is sent as {}",
    "empty": "no article: the answer is empty",
    "nothing_decoded": "nothing is left of its body when its coding is removed",
    "no_article": "no article: {}",
    "story_gone": "the story is no longer there: {}",
    "to_home_page": "led to the home page",
    "to_other_story": "led to another story: {}",
    "to_no_story": "led to a page without the story: {}",
    "not_the_story": "not the story: {}",
    "nothing_changed": "nothing that its readers see",
    "judged_again": "judged again: its last answer says nothing of the story",
    "site_answers_so": "all addresses of the site answered so",
    "to_other_site": "leads to another site",
    "outside_dates": "published outside the dates asked for",
    # why no answer could be used
    "host_not_found": "host name not found",
    "connection_refused": "connection refused",
    "no_answer_in_time": "no answer in time",
    "download_cancelled": "download cancelled",
    "broken_off": "answer broken off",
    "not_http": "not an http address",
    "connection_failed": "connection failed",
    "too_long": "answer longer than the limit",
    "not_complete_in_time": "answer not complete in time",
    "endless_redirect": "redirected without end",
    "bad_address": "no address that can be asked for",
    "tls_failed": "no secure connection could be made",
    "bad_coding": "its body cannot be read as {}",
    "bad_answer": "the answer is no HTTP that can be understood",
    "download_failed": "download failed: {}",
    # what could not be done with it
    "reading_failed": "reading the page failed: {}",
    "not_stored": "could not be stored: {}",
    # why it was not asked for
    "left_out": "no new stories on pages like this one",
    "withheld": "one of many lists that tell of too few stories",
    "other_address": "another address of {}",
    "other_spelling": "another spelling of {}",
    "robots_forbids": "robots.txt forbids it",
    "robots_not_fetched": "robots.txt could not be fetched ({})",
    "robots_delay": "robots.txt asks for more than an hour between two requests ({} s)",
    "robots_fails": "robots.txt answers HTTP {}: nothing is allowed",
    "private_address": "{}; allow_private=1 permits it",
}
"""Code → words; `{}` stands for the subject: an address, a status, a detail."""

NOT_ARTICLE = {
    "no headline and no body text": "nothing",
    "no title": "no_title",
    "no body text": "no_text",
    "too little text": "too_short",
    "an error page": "error_page",
    "a login or consent wall": "wall",
    "a front page": "front_page",
    "a search page": "search_page",
    "a listing of stories": "listing",
    "a page about the site, no story": "about_page",
    "a listing or service page by its own account": "service_page",
}
"""Why a page is no article (`Page.not_article`) → a code for programs; OTHER for any other."""

OTHER = "other"
"""The code of reasons that the table does not have (yet)."""


class Reason(NamedTuple):
    """A reason as data."""

    code: str
    subject: str | None


def say(code: str, subject: object = None) -> str:
    """A reason in words. Raises KeyError where there is no such code.

    >>> say("later_page", "https://a.example/1"), say("broken_off")
    ('a later page of https://a.example/1', 'answer broken off')
    """
    words = _WORDS[code]
    return words if subject is None else words.replace("{}", str(subject))


def begin(code: str) -> str:
    """What the words of a reason begin with, before its subject.

    >>> begin("same_text")
    'same text as '
    """
    return _WORDS[code].partition("{}")[0]


def parse(text: str) -> Reason:
    """Code and subject of a reason; OTHER for one that the table does not have.

    >>> parse("HTTP 503"), parse("no article: not HTML (image/png)")
    (Reason(code='http_status', subject='503'), Reason(code='not_html', subject='image/png'))
    >>> parse("a wonder")
    Reason(code='other', subject='a wonder')
    """
    for code, start, end in _templates():
        if end is None:
            if text == start:
                return Reason(code, None)
        elif text.startswith(start) and text.endswith(end) and len(text) >= len(start) + len(end):
            return Reason(code, text[len(start) : len(text) - len(end)])
    return Reason(OTHER, text)


@lru_cache(maxsize=1)
def _templates() -> list[tuple[str, str, str | None]]:
    """Code, beginning and end of the words (None: no subject), the most particular first."""
    rows = []
    for code, words in _WORDS.items():
        start, subject, end = words.partition("{}")
        rows.append((code, start, end if subject else None))
    return sorted(rows, key=lambda row: -len(row[1]) - len(row[2] or ""))


VERDICT = "verdict: "
"""Begins the names under which answers are counted that were no state of the story known at their
address."""
LATER_PAGE = begin("later_page")
SAME_TEXT = begin("same_text")
"""Begin the reasons of pages that show only what the address that follows has."""
OTHER_ADDRESS = begin("other_address")
"""Begins the reason of a URL whose story is archived under the address that follows."""
OTHER_SPELLING = begin("other_spelling")
"""Begins the reason of a URL that differs from a known one in nothing that matters."""
OUTSIDE = say("outside_dates")
WITHHELD = say("withheld")
"""Of sitemaps and other lists that other lists told of, and that are left out."""
LEFT_OUT = say("left_out")
"""Of an address that was not fetched because of what pages of its kind were."""


def in_words(error: BaseException) -> str:
    """What went wrong, in words for a person who does not know Python.

    >>> in_words(MemoryError()), in_words(OverflowError("int too big to convert"))
    ('not enough memory', 'a number too large')
    """
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    for kind, words in _ERRORS:
        if isinstance(error, kind):
            return words
    return "a fault of the program; the log says more"


_ERRORS: tuple[tuple[type[BaseException], str], ...] = (
    (MemoryError, "not enough memory"),
    (RecursionError, "nested too deeply"),
    (UnicodeError, "characters that cannot be written"),
    (OverflowError, "a number too large"),
    (sqlite3.IntegrityError, "the database does not admit it"),
    (sqlite3.Error, "the database refuses it"),
    (zlib.error, "compressed data that cannot be read"),
    (EOFError, "data that break off"),
    (OSError, "the system refuses it"),
)
