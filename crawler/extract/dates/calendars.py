"""Where dates are told otherwise: time zones, orders of numbers, calendars.

Tables and arithmetic only; `parse` does the reading.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

MONTH_FIRST = frozenset({"en-us", "en-ph", "en-pr", "en-gu", "es-us", "es-pr", "fil"})
"""Languages that write 03/04/2021 for 4 March. All others write the day first (Unicode CLDR)."""

YEAR_FIRST = frozenset({"zh", "ja", "ko", "hu", "lt", "mn", "sv", "yue"})
"""Languages that write 21-03-04 for 4 March 2021 (Unicode CLDR); elsewhere it is not read."""

_HOUR = 60
ZONES: dict[str, int] = {
    "z": 0, "utc": 0, "gmt": 0, "ut": 0, "wet": 0, "west": _HOUR,
    "cet": _HOUR, "cest": 2 * _HOUR, "eet": 2 * _HOUR, "eest": 3 * _HOUR,
    "msk": 3 * _HOUR, "jst": 9 * _HOUR, "kst": 9 * _HOUR, "hkt": 8 * _HOUR, "sgt": 8 * _HOUR,
    "pht": 8 * _HOUR, "myt": 8 * _HOUR, "pkt": 5 * _HOUR, "npt": 5 * _HOUR + 45,
    "wib": 7 * _HOUR, "wita": 8 * _HOUR, "ict": 7 * _HOUR,
    "sast": 2 * _HOUR, "eat": 3 * _HOUR, "trt": 3 * _HOUR, "brt": -3 * _HOUR,
    "aest": 10 * _HOUR, "aedt": 11 * _HOUR, "acst": 9 * _HOUR + 30, "acdt": 10 * _HOUR + 30,
    "awst": 8 * _HOUR, "nzst": 12 * _HOUR, "nzdt": 13 * _HOUR,
    "edt": -4 * _HOUR, "mdt": -6 * _HOUR, "pdt": -7 * _HOUR, "akdt": -8 * _HOUR,
    "hst": -10 * _HOUR,
}  # fmt: skip
"""Name of a time zone → minutes east of UTC, where it has one meaning in the press of any country
(IANA time zone database)."""

LOCAL_ZONES: dict[str, dict[str, int]] = {
    "est": {"en-us": -5 * _HOUR, "en-ca": -5 * _HOUR, "es-us": -5 * _HOUR, "en-au": 10 * _HOUR},
    "edt": {"en-au": 11 * _HOUR},
    "cst": {"en-us": -6 * _HOUR, "en-ca": -6 * _HOUR, "es-mx": -6 * _HOUR, "zh": 8 * _HOUR},
    "cdt": {"en-us": -5 * _HOUR, "en-ca": -5 * _HOUR, "es-mx": -5 * _HOUR},
    "mst": {"en-us": -7 * _HOUR, "en-ca": -7 * _HOUR},
    "pst": {"en-us": -8 * _HOUR, "en-ca": -8 * _HOUR, "en-ph": 8 * _HOUR, "fil": 8 * _HOUR},
    "ast": {"en-ca": -4 * _HOUR, "ar": 3 * _HOUR},
    "ist": {
        **dict.fromkeys(
            ("en-in", "hi", "bn-in", "mr", "gu", "ta", "te", "kn", "ml", "pa", "or", "as"),
            5 * _HOUR + 30,
        ),
        **dict.fromkeys(("en-ie", "ga"), _HOUR),
        **dict.fromkeys(("he", "en-il"), 2 * _HOUR),
    },
    "bst": {
        **dict.fromkeys(("en-gb", "cy", "gd"), _HOUR),
        **dict.fromkeys(("bn", "en-bd"), 6 * _HOUR),
    },
    "mez": {"de": _HOUR}, "mesz": {"de": 2 * _HOUR},
    "hnec": {"fr": _HOUR}, "haec": {"fr": 2 * _HOUR},
    "hne": {"fr": -5 * _HOUR}, "hae": {"fr": -4 * _HOUR},
}  # fmt: skip
"""The same where the meaning hangs on the language: tag, or else primary subtag, lower-case."""

REGION_ZONES = {
    "et": ("America/New_York", "en"), "pt": ("America/Los_Angeles", "en"),
    "ct": ("America/Chicago", "en-us"), "mt": ("America/Denver", "en-us"),
}  # fmt: skip
"""Names that leave it to the day whether it is summer time: IANA zone, least language tag."""


def zone_offset(name: str, language: str | None) -> int | None:
    """Minutes east of UTC that the name of a time zone means; None if unknown or ambiguous.

    >>> zone_offset("IST", "en-IN"), zone_offset("IST", "en")
    (330, None)
    """
    name, tag = name.lower(), (language or "").lower()
    by_language = LOCAL_ZONES.get(name, {})
    if tag in by_language:
        return by_language[tag]
    return ZONES.get(name, by_language.get(tag.partition("-")[0]))


JAPANESE_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "明治": 1867}
"""Era → the year before its first."""

BUDDHIST_OFFSET = 543
"""Years that the Thai calendar is ahead of the Gregorian."""

PERSIAN_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("فروردین",), ("اردیبهشت",), ("خرداد",), ("تیر",), ("مرداد", "امرداد"), ("شهریور",),
            ("مهر",), ("آبان",), ("آذر",), ("دی",), ("بهمن",), ("اسفند",),
        ),
        start=1,
    )
    for name in names
}  # fmt: skip


def from_persian(year: int, month: int, day: int) -> tuple[int, int, int] | None:
    """The Gregorian date of a day in the Solar Hijri calendar; None if there is no such day.

    Years 1244 to 1531 (1865 to 2152), by the 33-year leap cycle, which agrees with the observed
    calendar there (Heydari-Malayeri, arXiv:astro-ph/0409620).

    >>> from_persian(1400, 4, 23)
    (2021, 7, 14)
    """
    if not (1244 <= year <= 1531 and 1 <= month <= 12 and 1 <= day <= (31 if month < 7 else 30)):
        return None
    leap = (1, 5, 9, 13, 17, 22, 26, 30)
    if month == 12 and day == 30 and year % 33 not in leap:
        return None
    # 1 Farvardin 1400 is 21 March 2021.
    step = 1 if year > 1400 else -1
    years = range(1400, year) if step > 0 else range(year, 1400)
    days = step * sum(366 if y % 33 in leap else 365 for y in years)
    days += (month - 1) * 31 - max(0, month - 7) + day - 1
    found = date(2021, 3, 21) + timedelta(days=days)
    return found.year, found.month, found.day


def persian_letters(text: str) -> str:
    """Text in the Persian alphabet's code points, which Arabic keyboards have not."""
    return text.replace("ي", "ی").replace("ك", "ک")


def persian_date(text: str) -> tuple[int, int, int] | None:
    """The Gregorian date that a text with a Solar Hijri month's name states; None if there is none.

    >>> persian_date("چهارشنبه 23 تیر 1400")
    (2021, 7, 14)
    """
    words = re.findall(r"\w+", persian_letters(text))
    month = next((PERSIAN_MONTHS[word] for word in words if word in PERSIAN_MONTHS), None)
    numbers = [int(word) for word in words if re.fullmatch(r"[0-9]{1,4}", word)]
    if month is None or len(numbers) != 2:
        return None
    return from_persian(max(numbers), month, min(numbers))
