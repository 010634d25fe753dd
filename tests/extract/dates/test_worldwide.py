"""Dates as the press of each country prints them: read, and found in the text of a page."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.extract.dates import dates_in, timed
from crawler.extract.dates.calendars import from_ethiopian, from_nepali, from_persian, western
from crawler.extract.dates.parse import parse_date

AT = datetime(2026, 11, 1, tzinfo=UTC)
PRINTED = {
    "kk": [("2023 жылғы 14 қыркүйек", "2023-09-14"), ("2024 ж. 3 ақпан", "2024-02-03")],
    "ky": [("2023-жылдын 21-июну", "2023-06-21"), ("2024-ж., 5-январь", "2024-01-05")],
    "uz": [("2023-yil 9-oktabr", "2023-10-09"), ("2024 йил 12 август", "2024-08-12")],
    "az": [("2023-cü il 30 noyabr", "2023-11-30")],
    "tt": [("2023 елның 16 ноябре", "2023-11-16")],
    "tg": [("18 Августи соли 2023", "2023-08-18")],
    "tk": [("11-nji fewral 2024", "2024-02-11")],
    "mn": [("2023 оны 11-р сарын 28", "2023-11-28"),
           ("2024 оны зургаадугаар сарын 3", "2024-06-03")],
    "hy": [("2023 թ. հոկտեմբերի 14", "2023-10-14"), ("2024 թվականի մարտի 2", "2024-03-02")],
    "ka": [("2023 წლის 19 ივლისი", "2023-07-19")],
    "hu": [("2023. 11. 08.", "2023-11-08"), ("2024. 2. 5., hétfő", "2024-02-05")],
    "ko": [("2023. 9. 14.", "2023-09-14"), ("2024. 01. 05 (금)", "2024-01-05")],
    "eu": [("2023(e)ko azaroaren 28a", "2023-11-28"), ("2024(e)ko urriaren 3(a)", "2024-10-03")],
    "mt": [("28 ta’ Novembru, 2023", "2023-11-28"), ("It-Tnejn, 5 t' Awwissu 2024", "2024-08-05")],
    "gd": [("12mh dhen Lùnastal 2023", "2023-08-12")],
    "fil": [("Ika-12 ng Hunyo 2023", "2023-06-12")],
    "vi": [("Thứ Năm, 14 tháng 9, 2023", "2023-09-14"), ("3 Thg2, 2024", "2024-02-03"),
           ("Tháng Mười Một 28, 2023", "2023-11-28")],
    "th": [("วันพุธที่ 9 สิงหาคม พ.ศ. 2566", "2023-08-09"), ("14 ก.ย. 66", "2023-09-14"),
           ("5 มกราคม ค.ศ. 2024", "2024-01-05"), ("๓ ก.พ. ๖๗", "2024-02-03")],
    "km": [("ថ្ងៃទី១៤ ខែកញ្ញា ឆ្នាំ២០២៣", "2023-09-14")],
    "my": [("၁၄ ဇူလိုင်လ ၂၀၂၃", "2023-07-14"), ("မေ ၁၉၊ ၂၀၂၃", "2023-05-19")],
    "si": [("2023 අගෝස්තු මස 14", "2023-08-14")],
    "or": [("ବୁଧବାର, ଅଗଷ୍ଟ 9, 2023", "2023-08-09")],
    "bn": [("১৪ই জুলাই, ২০২৩", "2023-07-14"), ("২৯ আষাঢ় ১৪৩০, ১৩ জুলাই ২০২৩", "2023-07-13")],
    "ur": [("بدھ، 9 اگست، 2023", "2023-08-09"), ("14 جولائی ، 2023", "2023-07-14")],
    "sd": [("14 جولاءِ 2023", "2023-07-14")],
    "ug": [("2023-يىلى 9-ئاۋغۇست", "2023-08-09")],
    "ckb": [("١٤ی تەممووزی ٢٠٢٣", "2023-07-14"), ("28 تشرینی دووەم 2023", "2023-11-28")],
    "ku": [("14ê Tîrmeha 2023", "2023-07-14")],
    "ar": [("28 تشرين الثاني 2023", "2023-11-28"), ("9 كانون الأول/ديسمبر 2023", "2023-12-09"),
           ("14 تموز (يوليو) 2023", "2023-07-14"), ("الأربعاء، ٩ آب / أغسطس ٢٠٢٣", "2023-08-09"),
           ("17 غشت 2023", "2023-08-17"), ("3 فيفري 2024", "2024-02-03"),
           ("14\u200f/07\u200f/2023", "2023-07-14"), ("أغسطس 9، 2023", "2023-08-09")],
    "fa": [("۲۳ تیر ۱۴۰۲", "2023-07-14")],
    "prs": [("۱۸ اسد ۱۴۰۲", "2023-08-09")],
    "ps": [("د ۱۴۰۲ کال د زمري ۱۸", "2023-08-09")],
    "ne": [("२४ साउन २०८०", "2023-08-09"), ("बुधबार, साउन २४, २०८०", "2023-08-09"),
           ("२०८० भदौ २८ गते", "2023-09-14")],
    "ja": [("令和5年8月9日", "2023-08-09"), ("令和元年十月一日", "2019-10-01"),
           ("2023年（令和5年）11月28日", "2023-11-28"), ("平成31（2019）年4月30日", "2019-04-30"),
           ("二〇二三年十一月二十八日", "2023-11-28")],
    "zh": [("民國112年8月9日", "2023-08-09"), ("115年10月9日", "2026-10-09"),
           ("中華民國一一二年十二月三十一日", "2023-12-31")],
    "so": [("14 Luulyo 2023", "2023-07-14")],
    "om": [("Hagayya 9, 2023", "2023-08-09")],
    "st": [("9 Phato 2023", "2023-08-09")],
    "xh": [("14 Julayi 2023", "2023-07-14")],
    "co": [("14 di lugliu di u 2023", "2023-07-14")],
    "fur": [("9 di Avost dal 2023", "2023-08-09")],
    "am": [("ግንቦት 6 ቀን 2018 ዓ.ም", "2026-05-14"), ("መስከረም 29, 2019", "2026-10-09"),
           ("ጥር 26/2018", "2026-02-03"), ("14 ግንቦት 2026", "2026-05-14")],
    "ti": [("14 ግንቦት 2026", "2026-05-14"), ("ጥሪ 26, 2018", "2026-02-03")],
    "ga": [("9 Deireadh Fómhair 2026", "2026-10-09")],
    "ml": [("9 ഒക്ടോബർ 2026", "2026-10-09")],
    "es": [("03/feb/2026", "2026-02-03")],
    "pt": [("9.out.2026", "2026-10-09")],
    "it": [("1° agosto 2026", "2026-08-01")],
    "yi": [("28סטן נאוועמבער 2023", "2023-11-28")],
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [(language, text, day) for language, forms in PRINTED.items() for text, day in forms],
)
def test_a_date_is_read_and_found_in_a_text(language: str, text: str, day: str) -> None:
    read = parse_date(text, captured_at=AT, language=language)
    assert read == (day, "day")
    line = f"Ada Holm | {text} | 3 km"
    (start, end), *more = dates_in(line)
    assert not more
    assert parse_date(line[start:end], captured_at=AT, language=language) == (day, "day")


@pytest.mark.parametrize(
    "text",
    [
        "7 May/June 2024",  # two months
        "在一九九九年之后的三个月里",
        "十年三月",
        "17 здесь 2024",
        "5 sad 2020",  # a month in Oromo alone
        "३५ साउन २०८०",
    ],
)
def test_what_is_no_date_of_one_day_is_not_found(text: str) -> None:
    found = [parse_date(text[start:end], captured_at=AT) for start, end in dates_in(text)]
    assert [each for each in found if each is not None] == []


def test_years_of_ethiopia_begin_in_september() -> None:
    assert from_ethiopian(2016, 1, 1) == (2023, 9, 12)  # after a leap year
    assert from_ethiopian(2017, 1, 1) == (2024, 9, 11)
    assert from_ethiopian(2015, 13, 6) == (2023, 9, 11)
    assert from_ethiopian(2016, 13, 6) is None


@pytest.mark.parametrize(
    ("language", "day"),
    [("zh", None), ("zh-TW", None), ("ja", None), ("ko", None), ("zh-HK", "2024-07-05"),
     ("vi", "2024-07-05")],
)  # fmt: skip
def test_an_order_of_numbers_that_no_one_writes_is_not_guessed(
    language: str, day: str | None
) -> None:
    read = parse_date("05/07/2024", captured_at=AT, language=language)
    assert (read and read[0]) == day
    assert parse_date("25/07/2024", captured_at=AT, language=language) == ("2024-07-25", "day")


def test_years_of_nepal_and_of_iran_begin_where_their_almanacs_say() -> None:
    assert from_nepali(1975, 1, 1) == (1918, 4, 13)
    assert from_nepali(2000, 1, 1) == (1943, 4, 14)
    assert from_nepali(2080, 12, 30) == (2024, 4, 12)
    assert from_nepali(2081, 1, 1) == (2024, 4, 13)
    assert from_nepali(2081, 13, 1) is None
    assert from_nepali(2101, 1, 1) is None
    assert from_nepali(2080, 1, 32) is None
    assert from_persian(1403, 1, 1) == (2024, 3, 20)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("十日", "10日"),
        ("二十日", "20日"),
        ("二十五日", "25日"),
        ("一九四五年", "1945年"),
        ("元年", "1年"),
    ],
)
def test_numerals_before_a_sign_are_numbers(text: str, plain: str) -> None:
    assert western(text) == plain


@pytest.mark.parametrize(
    ("language", "text", "moment"),
    [
        ("da", "28. november 2023 - 15.41", "2023-11-28T15:41"),
        ("fi", "5.2.2024 - 9.05", "2024-02-05T09:05"),
        ("lt", "2023 m. lapkričio 28 d., 15:41", "2023-11-28T15:41"),
        ("ms", "28 November 2023, 3:41 PTG", "2023-11-28T15:41"),
        ("sq", "28 nëntor 2023, 3:41 m.d.", "2023-11-28T15:41"),
        ("ckb", "28ی تشرینی دووەمی 2023 3:41 د.ن", "2023-11-28T15:41"),
        ("am", "28 ኖቬምበር 2023, 3:41 ከሰዓት", "2023-11-28T15:41"),
        ("as", "28 নৱেম্বৰ, 2023, অপৰাহ্ন 3:41", "2023-11-28T15:41"),
        ("bn", "২৮ নভেম্বর ২০২৩, ০৩:৪১ পিএম", "2023-11-28T15:41"),
        ("zh-Hant", "2023年11月28日 下午3:41", "2023-11-28T15:41"),
        ("ko", "2023.11.28. 오후 3:41", "2023-11-28T15:41"),
        ("hi", "28 नवंबर 2023, शाम 5:30", "2023-11-28T17:30"),
        ("fa", "۷ آذر ۱۴۰۲ - ۳:۴۱ بعدازظهر", "2023-11-28T15:41"),
        ("vi", "28 tháng 11, 2023 3:41 chiều", "2023-11-28T15:41"),
        ("hu", "2023. november 28., du. 3:41", "2023-11-28T15:41"),
        ("es", "28 de noviembre de 2023, 3:41 de la tarde", "2023-11-28T15:41"),
        ("es", "28 de noviembre de 2023, 10:15 este martes", "2023-11-28T10:15"),
        ("fil", "Nobyembre 28, 2023 10:15 sa Maynila", "2023-11-28T10:15"),
    ],
)
def test_a_time_of_day_is_told_with_its_half(language: str, text: str, moment: str) -> None:
    read = parse_date(text, captured_at=AT, language=language)
    assert read == (moment, "minute")
    ((start, end),) = dates_in(text)
    assert parse_date(timed(text, start, end), captured_at=AT, language=language) == read
