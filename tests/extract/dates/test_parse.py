from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract.dates.parse import parse_date
from tests.examples import at_least

AT = datetime(2021, 7, 20, 12, 0, 30, tzinfo=UTC)
VALUE = re.compile(
    r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d)?([+-]\d\d:\d\d)?)?)?)?",
)


def read(text: str, language: str | None = None) -> str | None:
    found = parse_date(text, captured_at=AT, language=language)
    if found is None:
        return None
    value, precision = found
    assert VALUE.fullmatch(value)
    stated = {4: "year", 7: "month", 10: "day"}.get(len(value))
    assert precision == (stated or ("second" if value[16:17] == ":" else "minute"))
    return value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2021-07-14T09:41:07Z", "2021-07-14T09:41:07+00:00"),
        ("2021-07-14T09:41:07.123+0200", "2021-07-14T09:41:07+02:00"),
        ("2021-07-14T09:41:07-05", "2021-07-14T09:41:07-05:00"),
        ("2021-07-14T09:41:07 02:00", "2021-07-14T09:41:07+02:00"),
        ("2021-07-14T09:41:07+01:00[Europe/London]", "2021-07-14T09:41:07+01:00"),
        ("2021-07-14 09:41:07", "2021-07-14T09:41:07"),
        ("2021-07-14 09:41:07 +0000 UTC", "2021-07-14T09:41:07+00:00"),
        ("2021-07-14T09:41", "2021-07-14T09:41"),
        ("2021-07-14T09:41:60Z", "2021-07-14T09:41+00:00"),
        ("2021-07-14T09:41:07+25:00", "2021-07-14T09:41:07"),
        ("2021-07-14T24:00:00", "2021-07-14"),
        ("2021-7-4", "2021-07-04"),
        ("2021-07", "2021-07"),
        ("2021-07-14Z", "2021-07-14"),
        (" 20210714T0941Z ", "2021-07-14T09:41+00:00"),
        ("20210714", "2021-07-14"),
        ("20210714094107", "2021-07-14T09:41:07"),
        ("Wed, 14 Jul 2021 09:41:07 GMT", "2021-07-14T09:41:07+00:00"),
        ("14 Jul 2021 09:41:07 +0530", "2021-07-14T09:41:07+05:30"),
        ("Wed Jul 14 09:41:07 EDT 2021", "2021-07-14T09:41:07-04:00"),
        (
            "Wed Jul 14 2021 09:41:07 GMT+0200 (Central European Summer Time)",
            "2021-07-14T09:41:07+02:00",
        ),
        ("1626255667", "2021-07-14T09:41:07+00:00"),
        ("1626255667123", "2021-07-14T09:41:07+00:00"),
    ],
)
def test_what_programs_write_is_read(text, value):
    assert read(text) == value


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("July 14, 2021", "en", "2021-07-14"),
        ("JULY 14TH 2021", "en", "2021-07-14"),
        ("Wednesday, 14th of July, 2021", None, "2021-07-14"),
        ("July 2021", "en", "2021-07"),
        ("14 July 2021 | 09:41", "en", "2021-07-14T09:41"),
        ("July 14, 2021 / 9:41 AM / Staff", "en", "2021-07-14T09:41"),
        ("July 14, 2021 12:05 am", "en", "2021-07-14T00:05"),
        ("July 14, 2021 12:05 p.m.", "en", "2021-07-14T12:05"),
        ("09:41, 14 July 2021", "en", "2021-07-14T09:41"),
        ("July 14, 2021 9:41 am IST", "en-IN", "2021-07-14T09:41+05:30"),
        ("July 14, 2021 9:41 am IST", "en-IE", "2021-07-14T09:41+01:00"),
        ("July 14, 2021 9:41 am IST", "en", "2021-07-14T09:41"),
        ("14 July 2021 09:41 BST", "en-GB", "2021-07-14T09:41+01:00"),
        ("14 July 2021 09:41 BST", None, "2021-07-14T09:41"),
        ("14 July 2021 09:41 CEST", None, "2021-07-14T09:41+02:00"),
        ("July 14, 2021 at 9:41 PM EDT", "en", "2021-07-14T21:41-04:00"),
        ("July 14, 2021 9:41 am EDT", "en-AU", "2021-07-14T09:41+11:00"),
        ("14.07.2021, 09:41 Uhr", "de", "2021-07-14T09:41"),
        ("Mittwoch, 14. Juli 2021, 9.41 Uhr", "de", "2021-07-14T09:41"),
        ("mercredi 14 juillet 2021 à 10h30", "fr", "2021-07-14T10:30"),
        ("14 de julio de 2021", "es", "2021-07-14"),
        ("14 de julho de 2021 às 09h41", "pt-BR", "2021-07-14T09:41"),
        ("14 luglio 2021 alle 9:41", "it", "2021-07-14T09:41"),
        ("den 14 juli 2021 kl. 09.41", "sv", "2021-07-14T09:41"),
        ("14.7.2021 klo 9.41", "fi", "2021-07-14T09:41"),
        ("14. července 2021 9:41", "cs", "2021-07-14T09:41"),
        ("14 lipca 2021, 09:41", "pl", "2021-07-14T09:41"),
        ("2021. július 14. 09:41", "hu", "2021-07-14T09:41"),
        ("14 июля 2021, 09:41", "ru", "2021-07-14T09:41"),
        ("3 Ιουλίου 2021", "el", "2021-07-03"),
        ("14 Temmuz 2021 Çarşamba, 09:41", "tr", "2021-07-14T09:41"),
        ("١٤ يوليو ٢٠٢١", "ar", "2021-07-14"),
        ("३ जुलाई २०२१", "hi", "2021-07-03"),
        ("Rabu, 14 Juli 2021 09.41 WIB", "id", "2021-07-14T09:41+07:00"),
        ("Thứ tư, 14/7/2021, 09:41 (GMT+7)", "vi", "2021-07-14T09:41+07:00"),
        ("2021年7月14日 09:41", "ja", "2021-07-14T09:41"),
        ("2021年7月14日(水) 9時41分", "ja", "2021-07-14T09:41"),
        ("令和3年7月14日", "ja", "2021-07-14"),
        ("2021年7月14日 下午9:41", "zh", "2021-07-14T21:41"),
        ("2021년 7월 14일 오후 9:41", "ko", "2021-07-14T21:41"),
        ("2021. 7. 14.", "ko", "2021-07-14"),
        ("14 กรกฎาคม 2564", "th", "2021-07-14"),
        ("۲۳ تیر ۱۴۰۰ - ۰۹:۴۱", "fa", "2021-07-14T09:41"),
        ("1400/04/23", "fa", "2021-07-14"),
        ("2021/07/14 09:41", None, "2021-07-14T09:41"),
        ("2021年", "zh", "2021"),
        # A page may be in another language than it says.
        ("14 juillet 2021", "en", "2021-07-14"),
        ("14 Temmuz 2021", "xx-invented", "2021-07-14"),
    ],
)  # fmt: skip
def test_what_people_write_is_read_in_their_language(text, language, value):
    assert read(text, language) == value


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Published: July 14, 2021", "en"),
        ("Last updated on July 14, 2021", "en"),
        ("Posted on 14 July 2021", "en"),
        ("Stand: 14.07.2021", "de"),
        ("Veröffentlicht am 14. Juli 2021", "de"),
        ("Publié le 14 juillet 2021", "fr"),
        ("Mis à jour le 14/07/2021", "fr"),
        ("Publicado el 14 de julio de 2021", "es"),
        ("Pubblicato il 14 luglio 2021", "it"),
        ("Опубликовано 14 июля 2021", "ru"),
        ("公開日:2021年7月14日", "ja"),
        ("更新2021年7月14日", "ja"),
        ("입력 2021.07.14", "ko"),
        ("Güncelleme: 14 Temmuz 2021", "tr"),
    ],
)
def test_words_that_lead_in_are_no_hindrance(text, language):
    assert read(text, language) == "2021-07-14"


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("Ann Lee, 14.07.2021 09:41 Uhr", "de", "2021-07-14T09:41"),
        ("The News - 14 July 2021", "en", "2021-07-14"),
        ("14/07/2021 10:22 Actualizado a 15/07/2021 15:43", "es", "2021-07-14T10:22"),
        ("July 14, 20219:41 AM ET", "en-US", "2021-07-14T09:41-04:00"),
        ("Published 6 days ago on July 14, 2021", "en", "2021-07-14"),
        ("14.07.2021 News", "de", "2021-07-14"),
        ("14 July 2021 by Ann at 09:41", "en", "2021-07-14"),
    ],
)
def test_the_first_date_amid_words_is_read(text, language, value):
    assert read(text, language) == value


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("2 hours ago", "en", "2021-07-20T10:00+00:00"),
        ("Posted 5 minutes ago", "en", "2021-07-20T11:55+00:00"),
        ("il y a 2 heures", "fr", "2021-07-20T10:00+00:00"),
        ("vor 3 Stunden", "de", "2021-07-20T09:00+00:00"),
        ("hace 5 minutos", None, "2021-07-20T11:55+00:00"),
        ("3時間前", "ja", "2021-07-20T09:00+00:00"),
        ("yesterday", "en", "2021-07-19"),
        ("gestern", "de", "2021-07-19"),
        ("3 days ago", "en", "2021-07-17"),
        ("Yesterday at 14:30", "en", "2021-07-19T14:30"),
        ("8 months ago", "en", "2020-11"),
        ("vor 2 Jahren", "de", "2019"),
    ],
)
def test_relative_times_count_from_the_capture(text, language, value):
    assert read(text, language) == value


def test_a_relative_time_keeps_the_offset_of_the_capture():
    at = datetime(2021, 7, 20, 1, 0, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert parse_date("2 hours ago", captured_at=at) == ("2021-07-19T23:00+05:30", "minute")


def test_a_capture_without_offset_is_in_utc():
    at = datetime(2021, 7, 20, 12)
    assert parse_date("2 hours ago", captured_at=at) == ("2021-07-20T10:00+00:00", "minute")


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("03/04/2021", "en-US", "2021-03-04"),
        ("03/04/2021", "en-GB", "2021-04-03"),
        ("03/04/2021", None, "2021-04-03"),
        ("03.04.21", "de", "2021-04-03"),
        ("07/14/2021", "en", "2021-07-14"),
        ("14/07/2021", "en-US", "2021-07-14"),
        ("14/07/2021 9:41", "fr", "2021-07-14T09:41"),
        ("14-07-21", "nl", "2021-07-14"),
        ("21-07-14", "sv", "2021-07-14"),
        ("14-07-21", None, None),  # 14 July 2021 or 21 July 2014
    ],
)
def test_numbers_are_read_in_the_order_of_the_language(text, language, value):
    assert read(text, language) == value


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "14:30", "9:41 am", "2021", "7", "12345", "123456", "4155551234567890",
        "14 July", "Wednesday", "Wed 14:30", "July", "10-12", "3/4", "1.2.3", "v2.1.3",
        "2020/21", "+49 171 1234567", "3 min read", "5 min", "2 hours", "in 2 hours", "tomorrow",
        "31 June 2021", "2021-02-30", "2021-13-01", "0000-00-00", "0001-01-01T00:00:00Z",
        "1599-12-31", "2021-07-23", "July 23, 2021", "2021-07-23T12:01:00Z", "99999999999",
        "²²²²²²²²²²", "12 comments", "Copyright 2021", "not a date at all", "14 Quintember 2021",
        "July 14, 2021 " + "x" * 200, "\ud800", "\x00",
    ],
)  # fmt: skip
def test_what_states_no_plausible_date_is_none(text):
    assert read(text, "en") is None


def test_a_page_may_be_dated_up_to_two_days_after_its_capture():
    assert read("2021-07-22T12:00:00Z") == "2021-07-22T12:00:00+00:00"
    assert read("2021-07-22") == "2021-07-22"


@given(st.text(max_size=220), st.text(max_size=12) | st.none(), st.datetimes())
def test_no_string_raises(text, language, at):
    found = parse_date(text, captured_at=at, language=language)
    assert found is None or VALUE.fullmatch(found[0])


PIECES = st.sampled_from(
    ["14", "7", "2021", "July", "Juli", "juillet", "09:41", "9.41", "am", "Uhr", "IST", "+02:00",
     "ago", "vor", "hours", "|", "-", ",", "/", "(", ")", "年", "月", "日", "تیر", "1400", "Z", "T",
     "٣", "²", "\u200f", "Updated", "le", "today", "99999999999999999999", "24:61"]
)  # fmt: skip


@at_least(150)
@given(st.lists(PIECES, max_size=8).map(" ".join), st.sampled_from([None, "en-US", "de", "fa"]))
def test_scrambled_dates_give_a_valid_date_or_none(text, language):
    value = read(text, language)
    if value is not None and len(value) >= 10:
        assert date.fromisoformat(value[:10]).year >= 1600
        datetime.fromisoformat(value)


@given(st.datetimes(datetime(1600, 1, 2), datetime(2021, 7, 20)), st.integers(-14 * 4, 14 * 4))
def test_an_rfc_3339_instant_is_kept_to_the_second(moment, quarters):
    moment = moment.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=15 * quarters)))
    assert read(moment.isoformat()) == moment.isoformat()


@pytest.mark.parametrize("form", ["{:%d.%m.%Y}", "{:%Y/%m/%d}", "{:%B %d, %Y}", "{:%d %b %Y}"])
@given(day=st.dates(date(1970, 1, 1), date(2021, 7, 20)))
def test_a_day_stays_a_day(form, day):
    assert read(form.format(day), "de") == day.isoformat()
