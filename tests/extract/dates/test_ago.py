"""How long ago a story was published, in words of many languages; what only looks like it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.extract import extract
from crawler.extract.dates import normalise
from crawler.extract.dates.ago import said_ago
from crawler.extract.dates.parse import parse_date

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOURS = {
    "lt": "prieš 2 valandas", "sl": "pred 2 urama", "sr-Latn": "pre 2 sata", "az": "2 saat əvvəl",
    "km": "2 ម៉ោងមុន", "sr": "пре 2 сата", "hu": "2 órája", "el": "πριν 2 ώρες", "ar": "منذ ساعتين",
    "he": "לפני שעתיים", "fa": "۲ ساعت پیش", "ne": "२ घण्टा पहिले", "mr": "2 तासांपूर्वी",
    "ta": "2 மணிநேரத்திற்கு முன்", "si": "පැය 2කට පෙර", "my": "လွန်ခဲ့သော ၂ နာရီ", "th": "2 ชม.ที่แล้ว",
    "am": "ከ2 ሰዓት በፊት", "so": "2 saacadood ka hor", "sw": "saa 2 zilizopita", "mt": "sagħtejn ilu",
    "uz": "2 soat oldin", "mn": "2 цагийн өмнө", "ka": "2 საათის წინ", "sq": "2 orë më parë",
    "zh-TW": "2 小時前", "ko": "2시간 전", "nb": "for 2 timer siden", "ca": "fa 2 hores",
    "en": "1 hour, 60 minutes ago",
}  # fmt: skip
YESTERDAY = {
    "lt": "vakar 14:30", "sl": "včeraj ob 14.30", "sr-Latn": "juče u 14:30", "az": "dünən 14:30",
    "de": "Gestern, 14:30 Uhr", "uk": "вчора о 14:30", "hy": "երեկ 14:30", "vi": "Hôm qua 14:30",
    "mr": "काल 14:30", "eu": "atzo 14:30", "fil": "kahapon 14:30", "ja": "昨日 14:30",
}  # fmt: skip


@pytest.mark.parametrize(("language", "text"), HOURS.items())
def test_two_hours_ago(language: str, text: str) -> None:
    read = parse_date(text, captured_at=AT, language=language)
    assert read == ("2026-11-20T10:00+00:00", "minute")
    assert said_ago(f"Ada Holm · {text}") == text


@pytest.mark.parametrize(("language", "text"), YESTERDAY.items())
def test_yesterday_at_half_past_two(language: str, text: str) -> None:
    assert parse_date(text, captured_at=AT, language=language) == ("2026-11-19T14:30", "minute")
    assert said_ago(text) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [("prije 3 dana", "2026-11-17"), ("hodinou před", None), ("před hodinou", "2026-11-20T11:00"),
     ("il y a 3 semaines", "2026-10"), ("2 weeks ago", "2026-11"), ("5 ay önce", "2026-06"),
     ("2 años atrás", None), ("2 anos atrás", "2024")],
)  # fmt: skip
def test_days_weeks_and_months_ago(text: str, value: str | None) -> None:
    read = parse_date(text, captured_at=AT)
    assert read is not None if value else True
    assert value is None or (read is not None and read[0].startswith(value))


@pytest.mark.parametrize(
    "text",
    ["5 min read", "in 2 Stunden", "dans 2 heures", "через 2 часа", "2 saat sonra", "2小时后",
     "za 2 godziny", "12 years old", "5 days to go", "hier", "Today in history",
     "Gestern im Fernsehen",
     "2 hours ago he left the island", "日前", "阅读需5分钟", "قراءة 5 دقائق", "Lesezeit 5 Min."],
)  # fmt: skip
def test_what_only_looks_like_it(text: str) -> None:
    assert said_ago(text) is None


PROSE = "<p>" + "The ferry to Tarnholt stood still again, and nobody knew why it did. " * 5 + "</p>"


def published(body: str) -> str | None:
    html = (
        f"<html lang=en><head><title>Ferries stand still</title></head><body>{body}</body></html>"
    )
    article = extract(html.encode(), "https://courier.example/ferries-stand-still").article
    moment = normalise(article, AT).published
    return moment and moment.value


AGO = "2026-11-20T10:00+00:00"


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ("<h1>Ferries stand still</h1><div>Ada Holm <span>2 hours ago</span></div>" + PROSE, AGO),
        ("<h1>Ferries stand still</h1><p class=post-date>2 hours ago</p>" + PROSE, AGO),
        # whatever states a day says more, wherever it stands
        ("<h1>Ferries stand still</h1><span>2 hours ago</span>" + PROSE
         + "<p class=date>3 May 2024</p>", "2024-05-03"),
        # of another story, of a reader
        ("<h1>Ferries stand still</h1><div><a href=/x-1>Harbour closed for the whole winter</a>"
         "<span>2 hours ago</span></div>" + PROSE, None),
        ("<h1>Ferries stand still</h1>" + PROSE + PROSE
         + "<div><b>Bo</b> <time>2 hours ago</time><p>Well.</p></div>" * 3, None),
    ],
)  # fmt: skip
def test_it_dates_the_story_that_it_stands_by(body: str, value: str | None) -> None:
    assert published(body) == value
