"""What the words beside a date say of it, in any language."""

from __future__ import annotations

import re

from crawler.extract.language import pattern

_LEAD_IN = (
    r"(?:[^\d:\uff1a]{1,60}[:\uff1a]"  # any label: what stands before a colon and has no digit
    r"|(?:<dates.lead_in>|<dates.lead_in_joined>)(?!\w))[\s.,\-–—]*"
)
_JOINED = r"<dates.lead_in_joined>\s*"


def lead_in(text: str) -> re.Match[str] | None:
    """One lead-in at the start of a string: a label with its colon, "published on"; in scripts that
    put no space after it, without one."""
    return pattern(_LEAD_IN).match(text) or pattern(_JOINED).match(text)


def of_change(words: str) -> bool:
    """Whether words beside a date say that it is of a change."""
    return _says("<dates.changed>", words)


def of_publication(words: str) -> bool:
    """Whether words beside a date say that it is of publication."""
    return _says("<dates.published>", words)


def of_something_else(words: str) -> bool:
    """Whether words beside a date say that it is of a reader's profile, an event, today."""
    return _says("<dates.of_something_else>", words)


def _says(form: str, words: str) -> bool:
    # in small letters, as the tables are: `re` tries hundreds of words far faster than in any case
    return pattern(form, 0).search(words.lower()) is not None
