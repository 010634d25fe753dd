"""Why a URL stands where it does: a code, its subject, and the words that people read.

A reason is data: it is kept, compared and counted by its code, and by its subject where that
matters. The words are made from both here, and nobody reads them back.
"""

from __future__ import annotations

import sqlite3
import zlib
from dataclasses import dataclass

_WORDS = {
    # what became of an answer
    "http_status": "HTTP {}",
    "redirected": "to {url}",
    "later_page": "a later page of {url}",
    "same_text": "same text as {url}",
    "not_html": "no article: not HTML ({})",
    "not_html_as_said": "no article: not HTML, though it is sent as {}",
    "empty": "no article: the answer is empty",
    "nothing_decoded": "nothing is left of its body when its coding is removed",
    "no_article": "no article: {}",
    "no_list": "no {}: a page",
    "read_in_part": "read in part: {}",
    "reply": "the answer to a {}",
    "original_not_here": "repeats an answer that is not in the archive",
    "story_gone": "the story is no longer there: {}",
    "story_there": "the story is there",
    "to_home_page": "led to the home page",
    "to_other_story": "led to another story: {url}",
    "to_no_story": "led to a page without the story: {url}",
    "not_the_story": "not the story: {}",
    "nothing_changed": "nothing that its readers see",
    "typography": "typography",
    "judged_again": "judged again: its last answer says nothing of the story",
    "site_answers_so": "all addresses of the site answered so",
    "no_such_page": "the site answers so for addresses that do not exist",
    "invented": "no address of the site: asked for to learn how it says so",
    "guessed": "no address of the site: others like it lead to themselves with a slash",
    "to_other_site": "leads to another site",
    "outside_dates": "published outside the dates asked for",
    "front_wall": "its home page is a login or consent wall",
    "front_empty": "its home page leads to none of its pages",
    "no_story": "no story was found in what it led to",
    "front_script": "its home page shows nothing without its scripts",
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
    "long_head": "the head of the answer is longer than {} bytes",
    "many_head_lines": "the head of the answer has more than {} lines",
    "long_head_line": "a line in the head of the answer is longer than {} bytes",
    "download_failed": "download failed: {}",
    # what could not be done with it
    "reading_failed": "reading the page failed: {}",
    "reader_died":
        "reading the page ends its process (out of memory, a crash, or no end in sight)",
    "reading_too_slow": "reading the page took more than {} s of CPU time",
    "not_stored": "could not be stored: {}",
    "damaged_record": "its record is damaged: {}",
    "render_no_browser": "no browser could be started to show it: {}",
    "render_crashed": "the browser ended while it showed the page",
    "render_hangs": "the page hangs in the browser",
    "render_too_slow": "the browser had not all of the page after {} s",
    "render_memory": "the page took more than {} MB of memory in the browser",
    "page_too_long": "page of {} bytes is longer than what is read",
    "page_empty": "page is empty",
    "page_no_text": "page is no text",
    "page_not_html": "page is {}, not HTML",
    "page_no_element": "page has no HTML element",
    "page_not_parsed": "page cannot be parsed as HTML: {}",
    "page_beyond_bounds": "page has {}",
    "no_requisite": "no picture, style sheet or font: {}",
    "no_posts": "WordPress gives no list of posts here ({})",
    # what another archive of the web has of it
    "no_listing": "its captures cannot be listed: {}",
    "not_listed": "no captures of it are listed that may be pages",
    "other_moment": "the web archive gives the capture of {} in its place",
    "memento_gone": "the web archive lists it and does not have it",
    "no_memento": "the web archive answers with a page of its own (HTTP {})",
    "no_parts": "its server gives whole files alone, no parts of them",
    "other_record": "another record is where the index has it",
    "digest_differs": "its payload does not have the digest that the index has",
    "known_record": "the archive has it under another date",
    "asks_to_wait": "the web archive asks to come again after {}",
    # why it was not asked for
    "taken_down": "taken down",
    "left_out": "no new stories on pages like this one",
    "links_left_out": "links beyond the first {} of a story's page",
    "withheld": "one of many lists that tell of too few stories",
    "row_ended": "{} further lists left out: the last ones on the way told of no story",
    "lists_wait": "{} further lists left out: too many of this site wait",
    "other_address": "another address of {url}",
    "other_spelling": "another spelling of {url}",
    "service_address": "a page about the site, by its address",
    "endless_path": "a path that repeats itself",
    "deep_path": "a path of more than {} parts",
    "long_address": "an address of more than {} characters",
    "many_parameters": "more than {} parameters",
    "no_web_address": "no web address",
    "no_front": "its host has no front page for us",
    "front_elsewhere": "its front page leads to {url}",
    "no_part": "no part of the newspaper",
    "no_link_back": "no part of the newspaper: its front page does not link back",
    "mirror": "a mirror of another host: its stories are that one's",
    "mirror_of": "a mirror of {}",
    "host_silent": "its host does not answer",
    "asks_for_pause": "its host asks to be left alone until {} UTC",
    "robots_forbids": "robots.txt forbids it",
    "robots_not_fetched": "robots.txt could not be fetched ({})",
    "robots_delay": "robots.txt asks for more than an hour between two requests ({} s)",
    "robots_fails": "robots.txt answers HTTP {}: nothing is allowed",
    "private_address": "{}; allow_private=1 permits it",
    "other": "{}",
}  # fmt: skip
"""Code → words. `{}` stands for the subject; `{url}` for one that is an address, by which reasons
differ that are of one kind."""

NOT_ARTICLE = {
    "nothing": "no headline and no body text",
    "no_title": "no title",
    "no_text": "no body text",
    "too_short": "too little text",
    "error_page": "an error page",
    "wall": "a login or consent wall",
    "needs_script": "it shows nothing without its scripts",
    "front_page": "a front page",
    "search_page": "a search page",
    "listing": "a listing of stories",
    "about_page": "a page about the site, no story",
    "service_page": "a listing or service page by its own account",
}
"""Why a page is no article (`Page.not_article`, the subject of `no_article`) → words."""

OTHER = "other"
"""The code of reasons that somebody else gave, in words alone: their subject."""


REFUSALS = frozenset({"401", "402", "403", "407", "429"})
"""Statuses by which a server says that it will not serve us, or not so fast (RFC 9110, 6585)."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason as data; its words are `str(reason)`.

    >>> str(Reason("http_status", "503")), str(Reason("no_article", "listing"))
    ('HTTP 503', 'no article: a listing of stories')
    """

    code: str
    subject: str | None = None

    @property
    def kind(self) -> Reason:
        """The same without its subject, where that is an address: what is counted as one.

        >>> str(Reason("same_text", "https://a.example/1").kind)
        'same text as …'
        """
        return Reason(self.code) if self.code in WITH_ADDRESS else self

    def __str__(self) -> str:
        words = _WORDS.get(self.code)
        if words is None:  # of a later version
            return ": ".join(filter(None, (self.code, self.subject)))
        said = "…" if self.subject is None else self.subject
        if self.code == "no_article":
            said = NOT_ARTICLE.get(said, said)
        return words.replace("{url}", said).replace("{}", said)


WITH_ADDRESS = frozenset(code for code, words in _WORDS.items() if "{url}" in words)
"""Codes of reasons whose subject is an address."""


def because(code: str, subject: object = None) -> Reason:
    """A reason. Raises KeyError where there is no such code.

    >>> str(because("later_page", "https://a.example/1")), str(because("broken_off"))
    ('a later page of https://a.example/1', 'answer broken off')
    """
    if code not in _WORDS:
        raise KeyError(code)
    return Reason(code, None if subject is None else str(subject))


def is_known(code: str) -> bool:
    """Whether this version knows a code."""
    return code in _WORDS


def reasons_in_words() -> list[tuple[str, str]]:
    """All codes and their words, with `…` for a subject."""
    return [(code, str(Reason(code))) for code in _WORDS]


VERDICT = "verdict: "
"""Begins the names under which answers are counted that were no state of the story known at their
address."""
OUTSIDE = because("outside_dates")
NEEDS_SCRIPT = because("no_article", "needs_script")
"""Of a page that shows nothing without its scripts, and that no browser has shown."""
WITHHELD = because("withheld")
"""Of sitemaps and other lists that other lists told of, and that are left out."""
LEFT_OUT = because("left_out")
"""Of an address that was not fetched because of what pages of its kind were."""
NOT_THE_STORY = "not_the_story"
"""The code of what was no state of the story known at its address; its subject is the verdict."""


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
