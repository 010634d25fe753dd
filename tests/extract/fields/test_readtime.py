from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract.fields import read_time, shown_read_time
from crawler.extract.page import Document
from crawler.items import Claim


def page(body: str, head: str = "") -> Document:
    html = f"<html><head><meta charset=utf-8>{head}</head><body>{body}</body></html>"
    return Document(html.encode(), "https://news.example/a")


STORY = "<h1>A headline</h1>{}<p>The story took a while to tell, and more to read.</p>"


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("2 mins read", 2),
        ("Lesezeit: 3 Min.", 3),
        ("5 min de lecture", 5),
        ("Temps de lecture : 4 min", 4),
        ("読了時間:3分", 3),
        ("阅读需 6 分钟", 6),
        ("Tempo de leitura: 4 minutos", 4),
        ("Tiempo de lectura: 8 minutos", 8),
        ("Tempo di lettura: 3 minuti", 3),
        ("Leestijd 2 minuten", 2),
        ("11 minut czytania", 11),
        ("Время чтения: 7 мин.", 7),
        ("Okuma süresi: 4 dk", 4),
        ("٣ دقائق للقراءة", 3),
        ("3–4 min read", 4),
        ("Lesedauer: 2:30 Min.", 3),
        ("1 hr 5 min read", 65),
        ("45 sec read", 1),
        ("Less than a minute", 1),
        ("less than 1 minute read", 1),
        ("PT3M", 3),
        ("PT1H5M", 65),
        ("PT90S", 2),
        ("0 min read", 1),
        ("4", 4),
    ],
)
def test_the_minutes_that_a_page_shows_are_read(text, minutes):
    done = read_time(text, 10_000, "en")
    assert (done.minutes, done.shown, done.raw) == (minutes, True, text)


@pytest.mark.parametrize(
    "text",
    [
        "5m read", "In 5 Minuten gelesen", "Lies in 5 Minuten", "Se lee en 5 minutos",
        "Léelo en 5 min", "Lu en 5 minutes", "5 mn de lecture", "Si legge in 5 minuti",
        "Leggi in 5 minuti",
        "Leia em 5 minutos", "Lees in 5 minuten", "5 min leesplezier", "Læs på 5 min",
        "5 min å lese", "Läs på 5 min", "Lukuaika: 5 minuuttia", "5 mín lestur", "Lugemisaeg 5 min",
        "Lasīšanas laiks: 5 min", "Skaitymo laikas: 5 min", "Czyta się 5 minut",
        "Přečtete za 5 minut",
        "Čas čítania: 5 minút", "Čas branja: 5 min", "Pročitaj za 5 min", "Citește în 5 minute",
        "5 perces olvasmány", "Διαβάζεται σε 5 λεπτά", "5' ανάγνωση", "Koha e leximit: 5 minuta",
        "Читается за 5 минут", "Читається за 5 хвилин", "Прочит за 5 мин", "5 dakikada oku",
        "5分で読めます", "所要時間：5分", "约5分钟读完", "약 5분 소요", "Đọc trong 5 phút",
        "Masa membaca: 5 minit", "5 menit membaca", "ใช้เวลาอ่าน 5 นาที", "5 मिनट में पढ़ें",
        "৫ মিনিট পড়া", "مطالعہ کا وقت: 5 منٹ", "مدت زمان خواندن: ۵ دقیقه", "يقرأ في 5 دقائق",
        "זמן קריאה: 5 דקות", "Irakurtzeko denbora: 5 minutu", "Amser darllen: 5 munud",
        "Leestyd: 5 minute", "5 minuto na basahin",
    ],
)  # fmt: skip
def test_it_is_found_in_the_words_of_many_languages(text):
    shown = shown_read_time(page(STORY.format(f"<p>Ada · <span>{text}</span></p>")), None)
    assert shown is not None
    assert read_time(shown.text, 900, None).minutes == 5


@pytest.mark.parametrize(
    ("line", "minutes"),
    [
        ("<span>7 May 2026</span> · <span>5 min</span>", 5),
        ("<time>7. Mai 2026</time><i>⏱ 5 Min.</i>", 5),
        ("<b>Ада</b> <time>07.05.2026</time> <span>5 мин</span>", 5),
        ("<span>Less than a minute read</span>", 1),
    ],
)
def test_minutes_in_the_line_of_the_date_are_those_it_takes_to_read(line, minutes):
    shown = shown_read_time(page(STORY.format(f"<div>{line}</div>")), None)
    assert shown is not None
    assert read_time(shown.text, 900, None).minutes == minutes


@pytest.mark.parametrize(
    "line",
    [
        "<span>7 May 2026</span> · <span>5 min ago</span>",
        "<span>7 May 2026</span> · <span>5,120 reads · 3 min ago</span>",
        "<span>7. Mai 2026</span> · <span>vor 5 Minuten gelesen</span>",
        "<span>2026-05-07</span> · <span>5分钟前 阅读 1203</span>",
        "<span>7 May 2026</span> · <span>▶ 5 min</span>",
        "<span>In cinemas 7 May 2026</span> <span>95 min</span>",
        "<span>Next bus 5 min · Read more</span>",
        "<a href=/b>A ferry sinks at the mill</a> <span>6 May 2026</span> <span>3 min</span>",
        "<button>Play</button> <span>7 May 2026</span> <span>5 min</span>",
        "<span>Ferry leaves in</span> <span>5 min</span>",
    ],
)
def test_other_minutes_are_not(line):
    assert shown_read_time(page(STORY.format(f"<div>{line}</div>")), None) is None


@pytest.mark.parametrize("text", [None, "", "a good read", "P", "PT", "99999 min", "-"])
def test_text_without_a_number_counts_as_not_shown(text):
    done = read_time(text, 476, "en")
    assert (done.minutes, done.shown, done.raw) == (2, False, None)


@pytest.mark.parametrize(
    ("words", "language", "minutes"),
    [
        (0, "en", 1),
        (1, None, 1),
        (2380, "en-GB", 10),
        (1790, "de-AT", 10),
        (2550, "zh-Hant", 10),
        (3570, "ja", 10),
        (8630, "th", 10),
        (1840, "xx", 10),
        (1840, None, 10),
    ],
)
def test_a_body_is_estimated_at_the_pace_of_its_language(words, language, minutes):
    assert read_time(None, words, language).minutes == minutes


@pytest.mark.parametrize(
    ("body", "text", "source"),
    [
        ('<div class="x reading-time">2 mins\n read</div>', "2 mins read", "html:.reading-time"),
        ('<div><i class="readtime">3 Minuten</i></div>', "3 Minuten", "html:.readtime"),
        ('<p class="css-x">Lesezeit: 3 Min.</p>', "Lesezeit: 3 Min.", "html:p"),
        ("<p>Lesezeit: <time>5 <span>Min.</span></time></p>", "Lesezeit: 5 Min.", "html:p"),
        ("<div><b>4</b> <i>min read</i></div>", "4 min read", "html:div"),
        ('<p class="ReadTime">Less than a minute</p>', "Less than a minute", "html:.ReadTime"),
        (
            "<p>By Ann Lee of our staff, Last updated on 20 Feb, 2020. 3 min read</p>",
            "3 min read",
            "html:p",
        ),
    ],
)  # fmt: skip
def test_the_reading_time_near_the_headline_is_found(body, text, source):
    assert shown_read_time(page(STORY.format(body)), "en") == Claim(text, source)


def test_the_reading_time_before_the_headline_is_found():
    body = "<header><div>12 minute read</div>" + STORY.format("") + "</header>"
    assert shown_read_time(page(body), "en") == Claim("12 minute read", "html:div")


CARD = '<div><h3><a href="/b">Another</a></h3><span class="read-time">9 min read</span></div>'


def test_the_reading_time_of_another_story_is_not_taken():
    assert shown_read_time(page(STORY.format("") + CARD + CARD), "en") is None
    linked = '<a href="/b">Another story <span class="reading-time">9 min read</span></a>'
    assert shown_read_time(page(STORY.format(linked)), "en") is None


def test_the_own_reading_time_wins_over_those_of_cards():
    body = CARD + STORY.format("<p>2 min read</p>") + CARD
    assert shown_read_time(page(body), "en") == Claim("2 min read", "html:p")


@pytest.mark.parametrize(
    "body",
    [
        "<p>14 July 2021</p><p>Updated 3 minutes ago</p>",
        '<p class="thread-timer">10 minutes</p>',
        "<p>3 comments</p><p>Read more</p>",
        "<h2>Sub</h2><p>Bake for 35 min.</p>",
        '<span class="reading-time"></span>',
    ],
)
def test_other_numbers_are_no_reading_time(body):
    assert shown_read_time(page(STORY.format(body)), "en") is None


def test_a_label_of_the_preview_card_states_it():
    head = (
        '<meta name="twitter:label1" content="Written by">'
        '<meta name="twitter:data1" content="5 Ann">'
        '<meta name="twitter:label2" content="Est. reading time">'
        '<meta name="twitter:data2" content="8 minutes">'
    )
    assert shown_read_time(page("", head), "en") == Claim("8 minutes", "meta:twitter:data2")


def test_schema_org_states_it_where_nothing_is_shown():
    script = (
        '<script type="application/ld+json">{{"@type":"NewsArticle","timeRequired":"{}"}}</script>'
    )
    one = page(STORY.format(""), script.format("PT3M"))
    assert shown_read_time(one, "en") == Claim("PT3M", "json-ld:timeRequired")
    two = page(STORY.format(""), script.format("PT3M") + script.format("PT9M"))
    assert shown_read_time(two, "en") is None


@given(st.text(max_size=200), st.integers(-5, 10**9), st.text(max_size=9) | st.none())
def test_no_text_raises(text, words, language):
    assert read_time(text, words, language).minutes >= 1


PIECES = st.sampled_from(
    ["<h1>", "</h1>", "<div class=reading-time>", "</div>", "<a>", "<aside>", "3 min read", "٣",
     "<p>", "<!-- x -->", "<?pi?>", "minutes", "read", "²", "<h2>", "</h2>", "99999999999 min read"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=20).map("".join))
def test_no_markup_raises(html):
    claim = shown_read_time(page("<p>x" + html), None)
    assert claim is None or read_time(claim.text, 0, None).shown
