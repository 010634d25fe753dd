"""Where dates are told otherwise: time zones, orders of numbers, calendars.

Tables and arithmetic only; `parse` does the reading.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

MONTH_FIRST = frozenset({"en-us", "en-ph", "en-pr", "en-gu", "es-us", "es-pr", "fil"})
"""Languages that write 03/04/2021 for 4 March. All others write the day first (Unicode CLDR)."""

YEAR_FIRST = frozenset({"zh", "ja", "ko", "hu", "lt", "mn", "sv", "yue"})
"""Languages that write 21-03-04 for 4 March 2021 (Unicode CLDR); elsewhere it is not read."""

YEAR_ALWAYS_FIRST = frozenset({"zh", "ja", "ko"})
"""Languages that write no 03/04/2021; who does so all the same is from elsewhere."""

DAY_FIRST = frozenset({"zh-hk", "zh-mo", "zh-sg", "zh-my", "zh-hant-hk", "zh-hant-mo"})
"""But for these (Unicode CLDR)."""

_HOUR = 60
ZONES: dict[str, int] = {
    "z": 0, "utc": 0, "gmt": 0, "ut": 0, "wet": 0, "west": _HOUR,
    "cet": _HOUR, "cest": 2 * _HOUR, "eet": 2 * _HOUR, "eest": 3 * _HOUR,
    "msk": 3 * _HOUR, "мск": 3 * _HOUR,
    "jst": 9 * _HOUR, "kst": 9 * _HOUR, "hkt": 8 * _HOUR, "sgt": 8 * _HOUR,
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


ERAS = {
    "令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "明治": 1867,
    "民國": 1911, "民国": 1911,
}  # fmt: skip
"""Era of Japan or of the Republic of China → the year before its first."""

BUDDHIST_OFFSET = 543
"""Years that the Thai calendar is ahead of the Gregorian."""

_KANJI = {numeral: value for value, numeral in enumerate("零一二三四五六七八九")} | {"〇": 0}
_BEFORE_SIGN = re.compile(r"[〇零一二三四五六七八九十]{1,4}(?=\s?[年月日號号])|元(?=\s?年)")


def western(text: str) -> str:
    """A text with the digits of ours for the numerals of a Chinese or Japanese date.

    >>> western("二〇二四年十一月二十八日"), western("令和元年")
    ('2024年11月28日', '令和1年')
    """
    return _BEFORE_SIGN.sub(lambda match: str(_value(match[0])), text)


def _value(numerals: str) -> int:
    if numerals == "元":
        return 1
    tens, ten, ones = numerals.rpartition("十")
    if not ten:
        return int("".join(str(_KANJI[each]) for each in numerals))
    return 10 * (_KANJI.get(tens, 1) if len(tens) < 2 else 0) + _KANJI.get(ones, 0)


def _numbered(*months: str) -> dict[str, int]:
    """months: the names of each, from the first on, a space between two."""
    return {name: number for number, names in enumerate(months, start=1) for name in names.split()}


_PERSIAN_MONTHS = _numbered(
    # in Iran, in Dari and in Pashto
    "فروردین حمل وری", "اردیبهشت ثور غویی", "خرداد جوزا غبرګولی", "تیر سرطان چنګاښ",
    "مرداد امرداد اسد زمری", "شهریور سنبله وږی", "مهر میزان تله", "آبان عقرب لړم",
    "آذر قوس لیندۍ", "دی جدی مرغومی", "بهمن دلو سلواغه", "اسفند حوت کب",
)  # fmt: skip
_NEPALI_MONTHS = _numbered(
    "वैशाख बैशाख बैसाख", "जेठ ज्येष्ठ जेष्ठ", "असार आषाढ असाढ अषाढ", "साउन श्रावण सावन",
    "भदौ भाद्र भाद्रपद", "असोज आश्विन असौज", "कात्तिक कार्तिक", "मंसिर मङ्सिर मङसिर",
    "पुस पुष पौष", "माघ", "फागुन फाल्गुन फागुण", "चैत चैत्र",
)  # fmt: skip
_ETHIOPIAN_MONTHS = _numbered(
    # in Amharic and in Tigrinya
    "መስከረም", "ጥቅምት ጥቅምቲ", "ኅዳር ህዳር ሕዳር ኀዳር", "ታኅሣሥ ታህሳስ ታኅሳስ ታሕሳስ ታህሣሥ", "ጥር ጥሪ", "የካቲት ለካቲት",
    "መጋቢት", "ሚያዝያ ሚያዚያ", "ግንቦት", "ሰኔ ሰነ", "ሐምሌ ሀምሌ ሓምለ ሃምሌ", "ነሐሴ ነሀሴ ነሓሰ ነሃሴ", "ጳጉሜ ጳጉሜን ጳጉሚን",
)  # fmt: skip
_ETHIOPIAN_ERA = re.compile("ቀን|ዓ[./]ም|ዓመተ")
"""Words of a date in the calendar of Ethiopia."""
_DAY_BEFORE_MONTH = re.compile(r"\d{1,2}[\s,]+[\u1200-\u137f]")
_ETHIOPIAN_YEARS = range(1850, 2150)
_NEPALI_FIRST = 1975
_NEPALI_BEGIN = date(1918, 4, 13)
_NEPALI_LENGTHS = (
    "223321101011", "232321110012", "132321110102", "223222101011", "223321101011", "232321110012",
    "222322011011", "223222101011", "223321101011", "232321110012", "222322011011", "223222101011",
    "232321101011", "232321110012", "222322011011", "223222101011", "232321110011", "232321110102",
    "223222101011", "223222101011", "232321110011", "232321110102", "223222101011", "223222101011",
    "232321110012", "132321110102", "223222101011", "223321101011", "232321110012", "132321110102",
    "223222101011", "223321101011", "232321110012", "222322011002", "223222101011", "223321101011",
    "232321110012", "222322011011", "223222101011", "223321101011", "232321110012", "222322011011",
    "223222101011", "232321101011", "232321110102", "222322101011", "223222101011", "232321110011",
    "232321110102", "222322101011", "223222101011", "232321110012", "132321110102", "223222101011",
    "223231101011", "232321110012", "132321110102", "223222101011", "223321101011", "232321110012",
    "132322011002", "223222101011", "223321101011", "232321110012", "222322011011", "223222101011",
    "223321101011", "232321110012", "222322011011", "223222101011", "232321101011", "232321110012",
    "222322101011", "223222101011", "232321110011", "232321110102", "222322101011", "223222101011",
    "232321110011", "232321110102", "223222101011", "223231101011", "232321110012", "132321110102",
    "223222101011", "223321101011", "232321110012", "222322010102", "223222101011", "223321101011",
    "232321110012", "222322011002", "223222101011", "223321101011", "232321110012", "222322011011",
    "223222101011", "232321101011", "232321110012", "222322101011", "223222101011", "232321110011",
    "232321110102", "222322101011", "223222101011", "232321110011", "232321110102", "223222101011",
    "223222101011", "223221110111", "232312110111", "132321110111", "223222101111", "123312110111",
    "132321110111", "132321110111", "223222110111", "123321110111", "132321110111", "223221110111",
    "223222101111", "123321101011", "232321110111", "223222010102", "223222100111", "232312101011",
)  # fmt: skip
"""For each year, how many days above 29 its months have: they follow the sun, and no rule. As Nepal
has proclaimed them, or the almanacs reckon them (the package nepali-datetime has the same)."""


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


def from_nepali(year: int, month: int, day: int) -> tuple[int, int, int] | None:
    """The Gregorian date of a day in the Bikram Sambat; None if there is no such day.

    Years 1975 to 2100 (1918 to 2044).

    >>> from_nepali(2081, 1, 25)
    (2024, 5, 7)
    """
    index = year - _NEPALI_FIRST
    if not (0 <= index < len(_NEPALI_LENGTHS) and 1 <= month <= 12):
        return None
    lengths = _NEPALI_LENGTHS[index]
    if not 1 <= day <= 29 + int(lengths[month - 1]):
        return None
    before = "".join(_NEPALI_LENGTHS[:index]) + lengths[: month - 1]
    found = _NEPALI_BEGIN + timedelta(days=29 * len(before) + sum(map(int, before)) + day - 1)
    return found.year, found.month, found.day


def from_ethiopian(year: int, month: int, day: int) -> tuple[int, int, int] | None:
    """The Gregorian date of a day in the calendar of Ethiopia; None if there is no such day.

    Years 1850 to 2149 (Dershowitz & Reingold, Calendrical Calculations, 4.2).

    >>> from_ethiopian(2018, 9, 6), from_ethiopian(2011, 13, 6)
    ((2026, 5, 14), (2019, 9, 11))
    """
    last = 30 if month < 13 else 6 if year % 4 == 3 else 5
    if year not in _ETHIOPIAN_YEARS or not (1 <= month <= 13 and 1 <= day <= last):
        return None
    found = date.fromordinal(2400 + 365 * year + year // 4 + 30 * month + day)
    return found.year, found.month, found.day


class Calendar(NamedTuple):
    """One whose months have names of their own."""

    months: dict[str, int]
    years: range
    gregorian: Callable[[int, int, int], tuple[int, int, int] | None]


_CALENDARS = (
    Calendar(_PERSIAN_MONTHS, range(1244, 1532), from_persian),
    Calendar(
        _NEPALI_MONTHS, range(_NEPALI_FIRST, _NEPALI_FIRST + len(_NEPALI_LENGTHS)), from_nepali
    ),
    Calendar(_ETHIOPIAN_MONTHS, _ETHIOPIAN_YEARS, from_ethiopian),
)


def calendar_of(month: str, year: int) -> Calendar | None:
    """The calendar in which a month has this name, and years such as this one are near; None for
    the Gregorian."""
    name = plain_letters(month)
    return next((each for each in _CALENDARS if name in each.months and year in each.years), None)


def plain_letters(text: str) -> str:
    """Text in the Persian alphabet's code points, which Arabic keyboards have not."""
    return text.replace("ي", "ی").replace("ك", "ک")


def _is_ethiopian(text: str) -> bool:
    """Whether a date with a month's name in Amharic or Tigrinya is in the calendar of Ethiopia. In
    Eritrea, and in what others publish in these languages, the names are those of our months; such
    dates begin with the day and name no era."""
    return _ETHIOPIAN_ERA.search(text) is not None or not _DAY_BEFORE_MONTH.search(text)


_PARTS = re.compile(r"[0-9]+|[^\s0-9,;:|/()\[\].]+")


def dated_otherwise(text: str) -> tuple[int, int, int] | None:
    """The Gregorian date that a text states with a month's name of another calendar; None if it
    states none.

    >>> dated_otherwise("چهارشنبه 23 تیر 1400"), dated_otherwise("2081 वैशाख 25 गते")
    ((2021, 7, 14), (2024, 5, 7))
    """
    parts = _PARTS.findall(text)
    numbers = [int(part) for part in parts if part.isdecimal() and len(part) <= 4]
    if len(numbers) != 2:
        return None
    for part in parts:
        if not part.isdecimal() and (found := calendar_of(part, max(numbers))) is not None:
            if found.gregorian is from_ethiopian and not _is_ethiopian(text):
                month = (found.months[part] + 7) % 12 + 1
                return max(numbers), month, min(numbers)
            return found.gregorian(max(numbers), found.months[plain_letters(part)], min(numbers))
    return None
