"""Names of months and of days of the week, in full, short and declined, in some hundred and twenty
languages.

The table `dateparser` of a language has those of the Unicode CLDR, written by `make languages`;
`months` those that the press writes besides. A name means one month in all languages but those that
say `only_here`: Croats call October by the name that Poles have for November.
"""

from __future__ import annotations

from functools import cache

from crawler.extract.language.loader import tables

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
"""Keys of the tables; their values are names, white space between two and `_` within one."""
WEEKDAYS = "weekdays"
"""The key of the same for days of the week."""


@cache
def _names() -> tuple[dict[str, int], dict[str, dict[str, int]]]:
    """Name → month in all languages, and language → the same for names that it alone has so.

    Raises ValueError where two languages disagree and none says so.
    """
    shared: dict[str, int] = {}
    own: dict[str, dict[str, int]] = {}
    for code, tables_of in tables().items():
        added = tables_of.get("months", {})
        only_here = added.get("only_here", "").split()
        for table in (added, tables_of.get("dateparser", {})):
            for number, key in enumerate(MONTHS, start=1):
                for name in table.get(key, "").split():
                    known = own.setdefault(code, {}) if name in only_here else shared
                    if known.setdefault(name, number) != number:
                        raise ValueError(f"{code}.toml: {name} is another month elsewhere")
    return shared, own


def month_number(name: str, language: str | None = None) -> int | None:
    """The month, 1 to 12, that a word names; None if it names none.

    name: in any case, with or without the dots of a short form.

    >>> month_number("Sept."), month_number("listopada", "hr"), month_number("listopada", "pl")
    (9, 10, 11)
    """
    word = month_key(name)
    shared, own = _names()
    code = (language or "").lower().partition("-")[0]
    return own.get(code, {}).get(word) or shared.get(word)


@cache
def _weekdays() -> frozenset[str]:
    names = (
        name
        for tables_of in tables().values()
        for name in tables_of.get("dateparser", {}).get(WEEKDAYS, "").split()
    )
    # of "e premte", "thứ sáu", "segunda-feira" the last word, too
    return frozenset(part for name in names for part in (name, name.rpartition("_")[2]))


def is_weekday(name: str) -> bool:
    """Whether a word names a day of the week, in any language.

    >>> is_weekday("Freitag"), is_weekday("Freital")
    (True, False)
    """
    return month_key(name) in _weekdays()


_JOINERS = {0x200C: None, 0x200D: None}
"""Marks that only tell how letters are joined: as often left out."""


def month_key(name: str) -> str:
    """A name as the tables have it."""
    key = name.lower().replace(".", "").replace(" ", "_")
    return key if key.isascii() else key.translate(_JOINERS)
