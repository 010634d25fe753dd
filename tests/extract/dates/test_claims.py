"""Which of a page's dates is taken for its story's, from pages of the usual kinds."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from crawler.extract import extract
from crawler.extract.dates import normalise
from crawler.extract.dates.claims import url_dates
from crawler.extract.dates.text import dates_in, has_date, timed
from crawler.extract.language import month_number
from crawler.items import Article

AT = datetime(2026, 11, 1, tzinfo=UTC)
PROSE = "<p>" + "The ferry to Tarnholt stood still again, and nobody knew why it did. " * 5 + "</p>"


def read(body: str, *, head: str = "", url: str = "", language: str = "en") -> Article:
    html = (
        f"<html lang='{language}'><head><title>Ferries stand still</title>{head}</head>"
        f"<body>{body}</body></html>"
    )
    page = extract(html.encode(), url or "https://courier.example/ferries-stand-still")
    return normalise(page.article, AT)


def day(body: str, **more: str) -> str | None:
    published = read(body, **more).published
    return published.value if published else None


def ld(**fields: object) -> str:
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": "Ferries",
        **fields,
    }
    return f"<script type='application/ld+json'>{json.dumps(data)}</script>"


H1 = "<h1>Ferries stand still</h1>"
COMMENT = "<ol class='{name}'><li class=comment><time datetime='2024-05-09T10:00:00Z'>9 May</time>"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"<article>{H1}<time datetime='2024-05-06T07:08:09+02:00'>6 May</time>{PROSE}",
         "2024-05-06T07:08:09+02:00"),
        (f"<article>{H1}<time>May 6, 2024 at 7:08 am</time>{PROSE}", "2024-05-06T07:08"),
        (f"<main>{H1}<p class=byline>By Ann Lee | 6 May 2024 | 07:08</p>{PROSE}",
         "2024-05-06T07:08"),
        (f"<div>6 May 2024</div>{H1}{PROSE}", "2024-05-06"),
        (f"<h1>Ferries stand still <small>06.05.2024</small></h1>{PROSE}", "2024-05-06"),
        (f"{H1}<ul class=meta><li>by Ann Lee</li><li class=date>6 May 2024</li></ul>{PROSE}",
         "2024-05-06"),
        (f"{H1}<span class=date title='2024-05-06 07:08'>last week</span>{PROSE}",
         "2024-05-06T07:08"),
        (f"{H1}<p>06.05.2024 07:08 Uhr - Ferries - {'The ferry stood still. ' * 9}</p>{PROSE}",
         "2024-05-06T07:08"),
    ],
)  # fmt: skip
def test_the_date_beside_the_headline_is_the_storys(body: str, expected: str) -> None:
    assert day(body) == expected


@pytest.mark.parametrize("name", ["comment-list", "comments", "xy-comments", "kommentare"])
def test_readers_comments_do_not_date_a_story(name: str) -> None:
    body = f"{H1}{PROSE}" + COMMENT.format(name=name)
    assert day(body) is None
    assert day(f"{H1}<p>6 May 2024</p>{PROSE}" + COMMENT.format(name=name)) == "2024-05-06"


def test_classes_that_only_mention_comments_are_of_the_story() -> None:
    for name in ("post comments-open", "date-comments-wrapper", "category-kommentar"):
        body = f"<div class='{name}'>{H1}<p class=date>6 May 2024</p>{PROSE}</div>"
        assert day(body) == "2024-05-06", name


@pytest.mark.parametrize(
    "other",
    [
        "<div class=related><h3>Weir</h3><time datetime='2023-01-02'>2 January</time></div>",
        "<aside><p class=date>2 January 2023</p></aside>",
        "<footer><time datetime='2023-01-02'>2 January 2023</time></footer>",
        "<blockquote><p>Seen at the pier <time datetime='2023-01-02'>2 Jan</time></p></blockquote>",
        "<div class=teasers><p class=date>2 January 2023</p><p class=date>3 January 2023</p></div>",
    ],
)
def test_cards_of_other_stories_come_after_the_date_by_the_headline(other: str) -> None:
    assert (
        day(f"<main><article>{H1}<p>6 May 2024</p>{PROSE}</article>{other}</main>") == "2024-05-06"
    )
    assert (
        day(f"<main>{other}<article>{H1}<p>6 May 2024</p>{PROSE}</article></main>") == "2024-05-06"
    )


def test_the_moment_of_the_visit_is_no_date_of_the_story() -> None:
    clock = "<p class=time>Current time: 31 October 2026, 12:18</p>"
    today = "<div class=today>31 October 2026</div>"
    assert day(f"{today}{H1}<p>6 May 2024</p>{PROSE}{clock}") == "2024-05-06"
    assert day(f"{today}{H1}{PROSE}{clock}") is None
    member = "<dl><dt>Joined</dt><dd>11 May 2017</dd></dl>"
    assert day(f"{H1}{member}<p>6 May 2024</p>{PROSE}") == "2024-05-06"
    event = "<p><strong>Termin: 12. Mai 2024</strong></p>"
    assert day(f"{H1}{event}{PROSE}", language="de") is None


def test_a_date_in_a_sentence_does_not_date_its_story() -> None:
    told = (
        "<p>The pier was opened on 6 May 1974 by the mayor. " + "It stood for long. " * 20 + "</p>"
    )
    assert day(f"{H1}{PROSE}{told}") is None
    bold = (
        "<p>It was opened on <b>6 May 1974</b> by the mayor. " + "It stood for long. " * 20 + "</p>"
    )
    assert day(f"{H1}{PROSE}{PROSE}{bold}") is None


def test_updated_is_not_published_where_both_are_told() -> None:
    body = f"{H1}<p>Last updated 4 June 2025, originally published 6 May 2024</p>{PROSE}"
    article = read(body)
    assert article.published is not None
    assert article.published.value == "2024-05-06"
    shown = (
        f"{H1}<time class=updated datetime='2025-06-04'>4 June</time>{PROSE}<p>Posted: 6 May 2024"
    )
    article = read(shown)
    assert article.published is not None
    assert article.modified is not None
    assert (article.published.value, article.modified.value) == ("2024-05-06", "2025-06-04")


@pytest.mark.parametrize(
    "line",
    ["Updated on May 6, 2024", "Last updated: 6 May 2024 07:08", "Revised 6 May 2024",
     '<span class="date">Updated 6 May 2024</span>'],
)  # fmt: skip
def test_a_date_of_a_change_is_none_of_publication(line: str) -> None:
    article = read(f"{H1}<p>{line}</p>{PROSE}")
    assert article.published is None
    assert article.modified is not None
    assert article.modified.value[:10] == "2024-05-06"


LABELS = {
    "en": ("Updated", "May 8, 2024", "Published", "May 7, 2024"),
    "de": ("Letzte Aktualisierung", "8. Mai 2024", "Erstveröffentlichung", "7. Mai 2024"),
    "es": ("Última modificación", "8 de mayo de 2024", "Creado", "7 de mayo de 2024"),
    "fr": ("Modifié le", "8 mai 2024", "Mis en ligne le", "7 mai 2024"),
    "it": ("Ultimo aggiornamento", "8 maggio 2024", "Pubblicazione", "7 maggio 2024"),
    "pt": ("Última alteração", "8 de maio de 2024", "Publicado", "7 de maio de 2024"),
    "nl": ("Laatst gewijzigd", "8 mei 2024", "Geplaatst", "7 mei 2024"),
    "sv": ("Ändrad", "8 maj 2024", "Skapad", "7 maj 2024"),
    "nb": ("Sist endret", "8. mai 2024", "Publisert", "7. mai 2024"),
    "fi": ("Muokattu", "8.5.2024", "Julkaistu", "7.5.2024"),
    "pl": ("Aktualizacja", "8 maja 2024", "Publikacja", "7 maja 2024"),
    "cs": ("Aktualizováno", "8. května 2024", "Vydáno", "7. května 2024"),
    "el": ("Τελευταία ενημέρωση", "8 Μαΐου 2024", "Ανάρτηση", "7 Μαΐου 2024"),
    "ru": ("Изменено", "8 мая 2024", "Создано", "7 мая 2024"),
    "uk": ("Оновлено", "8 травня 2024", "Опубліковано", "7 травня 2024"),
    "tr": ("Güncelleme Tarihi", "8 Mayıs 2024", "Giriş Tarihi", "7 Mayıs 2024"),
    "vi": ("Cập nhật", "08/05/2024", "Xuất bản", "07/05/2024"),
    "hi": ("अपडेट", "8 मई 2024", "प्रकाशित", "7 मई 2024"),
    "ar": ("آخر تحديث", "8 مايو 2024", "تاريخ النشر", "7 مايو 2024"),
    "ja": ("最終更新日", "2024年5月8日", "掲載日", "2024年5月7日"),
    "zh": ("修改", "2024年5月8日", "发布时间", "2024年5月7日"),
}
BOXES = {
    "in one text": "<div>{0}: {1} {2}: {3}</div>",
    "labels in elements": "<div><span>{0}</span> <time>{1}</time></div>"
    "<div><span>{2}</span> <time>{3}</time></div>",
    "a list of terms": "<dl><dt>{2}</dt><dd>{3}</dd><dt>{0}</dt><dd>{1}</dd></dl>",
    "a list, the first first": "<ul><li>{2}: {3}</li><li>{0}: {1}</li></ul>",
    "of a date's class": "<p><b>{0}</b> <i class=date>{1}</i> <b>{2}</b> <i class=date>{3}</i></p>",
}


@pytest.mark.parametrize("box", BOXES.values(), ids=BOXES)
@pytest.mark.parametrize("language", LABELS)
def test_labels_tell_which_date_is_which_wherever_they_stand(language: str, box: str) -> None:
    article = read(f"{H1}{box.format(*LABELS[language])}{PROSE}", language=language)
    assert (article.published and article.published.value) == "2024-05-07"
    assert (article.modified and article.modified.value) == "2024-05-08"


@pytest.mark.parametrize(
    "line",
    [
        "May 7, 2024 — 10:15 AM", "7 Mayıs 2024 Salı 10:15", "7 Mayıs 2024, Salı 10:15",
        "07 mag 2024 alle ore 10:15", "7 мая 2024 года, 10:15", "2024年5月7日 10時15分",
        "2024年5月7日(火) 10:15", "٧ مايو ٢٠٢٤ ١٠:١٥",
    ],
)  # fmt: skip
def test_the_time_is_read_whatever_stands_between_it_and_the_date(line: str) -> None:
    assert day(f"{H1}<div>{line}</div>{PROSE}") == "2024-05-07T10:15"


@pytest.mark.parametrize(
    "before",
    [
        "<p><a rel=author>editor</a></p>",
        "<h2>Rates updated</h2>",
        "<p>Edited by Bo Ek</p>",
        "<p><a href=/updates>Update</a></p>",
        "<p>News Update</p>",
        "<p>Sign up for updates</p>",
        "<p>Mittelstand</p>",
        "<p>Stand der Technik</p>",
        "<p>Klimaveränderung</p>",
        "<p>Editado por Bo Ek</p>",
        "<p>Ultimi aggiornamenti</p>",
        "<p>Изменение климата</p>",
        "<p>Güncel Haber</p>",
        "<p>毎日更新</p>",
        "<p>تعديل الدستور</p>",
        "<p>Tin mới cập nhật</p>",
    ],
)
def test_words_that_only_look_like_labels_make_no_date_one_of_a_change(before: str) -> None:
    for element in ("span", "time"):
        body = f"{H1}{before}<p><{element}>May 7, 2024</{element}></p>{PROSE}"
        assert day(body) == "2024-05-07"


@pytest.mark.parametrize(
    ("line", "published", "modified"),
    [
        ("First published Sun May 5, 2024; substantive revision Mon May 6, 2024", "2024-05-05",
         "2024-05-06"),
        ("Published May 5, 2024. Updated May 6, 2024", "2024-05-05", "2024-05-06"),
    ],
)  # fmt: skip
def test_a_line_tells_both_dates(line: str, published: str, modified: str) -> None:
    article = read(f"{H1}<p>{line}</p>{PROSE}")
    assert article.published is not None
    assert article.modified is not None
    assert (article.published.value, article.modified.value) == (published, modified)


@pytest.mark.parametrize(
    "sentence",
    ["The bridge was opened on March 3, 1998 by the mayor.",
     "On 3 March 1998 the ferry sank near the old lock.",
     "Il ponte fu aperto il 3 marzo 1998 dal sindaco."],
)  # fmt: skip
def test_a_date_in_a_sentence_is_of_what_it_tells(sentence: str) -> None:
    assert day(f"{H1}<p>{sentence}</p>{PROSE}") is None
    assert day(f"{H1}{PROSE}<p>{sentence}</p>") is None


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        ('<meta name="DC.Issued" content="2021-07-13">', "2021-07-13"),
        ('<meta property="og:regDate" content="20210713030646">', "2021-07-13T03:06:46"),
        ('<meta name="published_on" content="2021-07-13">', "2021-07-13"),
        ('<meta name="site:publish_date" content="2021-07-13">', "2021-07-13"),
        ('<meta name="cms-published-time" content="2021-07-13T03:06">', "2021-07-13T03:06"),
        ('<meta name="expires_published_date" content="2021-07-13">', None),
    ],
)
def test_meta_elements_by_any_name(meta: str, expected: str | None) -> None:
    assert day(f"{H1}{PROSE}", head=meta) == expected


def test_a_date_that_no_year_has_hides_none() -> None:
    told = """<script type="application/ld+json">{"@type": "NewsArticle", "headline": "x",
        "datePublished": "0001-01-01T00:00:00Z"}</script>"""
    shown = "<p>Published 8:30 a.m. ET May 6, 2024</p>"
    assert day(f"{H1}{shown}{PROSE}", head=told) == "2024-05-06T08:30-04:00"


def test_the_other_dates_of_a_page_tell_the_order_of_numbers() -> None:
    shown = '<p class="date">10/04/2024</p>'
    for stamp, expected in (("2024-10-04", "2024-10-04"), ("2024-04-10", "2024-04-10")):
        page = f"{H1}{shown}<div><time datetime='{stamp} 05:07:09'>x</time></div>{PROSE}"
        assert (day(page) or "")[:10] == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Submitted by ada on Tue, 05/07/2024 - 10:05", "2024-05-07"),
        ("Friday 05/07/2024", "2024-07-05"),
        ("Sunday 05/07/2024", "2024-07-05"),  # on neither: as the page's language has it
    ],
)
def test_the_day_of_the_week_tells_the_order_of_numbers(line: str, expected: str) -> None:
    assert (day(f"{H1}<p>{line}</p>{PROSE}") or "")[:10] == expected


def test_the_years_of_a_life_are_no_date_of_the_story() -> None:
    life = "<p>May 3, 1931 – April 30, 2024</p>"
    assert day(f"{H1}{life}<p>Published on May 7, 2024</p>{PROSE}") == "2024-05-07"
    assert day(f"{H1}{life}{PROSE}") is None


def test_a_line_that_ends_in_the_time_is_no_sentence() -> None:
    for line in ("By Ada Lund | Staff Writer | May 7, 2024, 10:05 a.m.",
                 "โดย กานดา แสงทอง | 7 พฤษภาคม 2567 | 10:05 น."):  # fmt: skip
        assert (day(f"{H1}<p>{line}</p>{PROSE}") or "")[:10] == "2024-05-07"


def test_an_abbreviation_may_hold_the_date() -> None:
    stamp = '<div>At <abbr class="published" title="2024-05-06T07:08:09+02:00">7:08</abbr></div>'
    assert day(f"<article>{H1}{PROSE}{stamp}</article>") == "2024-05-06T07:08:09+02:00"


def test_a_story_never_updated_may_carry_both_words_in_its_class() -> None:
    stamp = "<time class='published updated' datetime='2024-05-06T07:08:09+02:00'>6 May</time>"
    assert day(f"<article>{H1}{stamp}{PROSE}") == "2024-05-06T07:08:09+02:00"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("<meta name='publish-date' content='2024-05-06'>", "2024-05-06"),
        ("<meta property='rnews:datePublished' content='2024-05-06T07:08:09Z'>",
         "2024-05-06T07:08:09+00:00"),
        ("<meta name=pubdate content=20240506T07:08:09Z>", "2024-05-06T07:08:09+00:00"),
        ("<meta name='date' content='2024-05-06 07:08'>", "2024-05-06T07:08"),
        (ld(datePublished="2024-05-06T07:08:09:684Z"), "2024-05-06T07:08:09+00:00"),
        (ld(**{"@type": "HowTo", "datePublished": "2024-05-06"}), "2024-05-06"),
        ("<script>window.STATE={\"story\":{\"publishedAt\":\"2024-05-06T07:08:09Z\"}}</script>",
         "2024-05-06T07:08:09+00:00"),
        ("<meta name=description content='Ferries (posted on 6 May 2024)'>", "2024-05-06"),
        ("<meta property='og:image' content='https://courier.example/up/2024/05/06/pier.jpg'>",
         "2024-05-06"),
    ],
)  # fmt: skip
def test_what_the_page_says_to_machines_dates_it(head: str, expected: str) -> None:
    assert day(f"{H1}{PROSE}", head=head) == expected


def test_vague_machine_dates_give_way_to_what_is_shown() -> None:
    head = "<meta name='dcterms.created' content='2023-12-20T11:02:44+01:00'>"
    assert day(f"{H1}<p class=date>6 May 2024</p>{PROSE}", head=head) == "2024-05-06"


def test_readers_reviews_in_json_ld_are_not_the_story() -> None:
    reviews = [
        {"@type": "Review", "headline": "So good", "author": f"R{n}", "datePublished": "2025-04-12",
         "reviewBody": "Tasty."}
        for n in range(3)
    ]  # fmt: skip
    head = ld(**{"@type": "Recipe", "datePublished": "2024-05-06", "review": reviews})
    assert day(f"{H1}{PROSE}", head=head) == "2024-05-06"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://courier.example/2024/05/06/ferries", "2024-05-06"),
        ("https://courier.example/home/2024/5/6/ferries", "2024-05-06"),
        ("https://courier.example/news/20240506/ferries", "2024-05-06"),
        ("https://courier.example/news/06-05-2024", "2024-05-06"),
        ("https://courier.example/2024/05/ferries", "2024-05"),
        ("https://courier.example/a/120240506123", None),
        ("https://courier.example/a/2024/13/45", None),
        ("https://[courier/2024/05/06/", None),
    ],
)
def test_the_date_in_an_address(url: str, expected: str | None) -> None:
    assert [claim.text for claim in url_dates(url)] == ([expected] if expected else [])


def test_a_stamp_made_anew_long_after_the_address_gives_way_to_it() -> None:
    head = ld(datePublished="2025-06-17T18:28:00+02:00")
    for path, value in (
        ("2024/5/6", "2024-05-06"),
        ("2025/6/16", "2025-06-17T18:28:00+02:00"),
        ("2025/6", "2025-06-17T18:28:00+02:00"),
        ("2026/06/17", "2025-06-17T18:28:00+02:00"),
    ):
        assert day(f"{H1}{PROSE}", head=head, url=f"https://courier.example/{path}/x") == value


@pytest.mark.parametrize(
    ("shown", "value"),
    [
        ("<p class=date>May 5, 2024 | 9:25pm</p>", "2024-05-05T21:25:54-04:00"),
        ("<time datetime='2024-05-05T21:25:54-04:00'>5 May</time>", "2024-05-05T21:25:54-04:00"),
        ("<p class=date>6 May 2024, 06:55</p>", "2024-05-06T06:55:54+05:30"),
        # A minute off, another story's hour, the same clock: nothing is known of the place.
        ("<p class=date>May 5, 2024 | 9:26pm</p>", "2024-05-06T01:25:54+00:00"),
        ("<time datetime='2024-05-05T20:25:54-04:00'>5 May</time>", "2024-05-06T01:25:54+00:00"),
        ("<p class=date>6 May 2024, 01:25</p>", "2024-05-06T01:25:54+00:00"),
    ],
)
def test_an_instant_in_utc_is_told_in_the_pages_own_time_where_it_shows_that(
    shown: str, value: str
) -> None:
    head = ld(datePublished="2024-05-06T01:25:54Z")
    article = read(f"<article>{H1}{shown}{PROSE}</article>", head=head)
    assert article.published is not None
    assert article.published.value == value
    assert datetime.fromisoformat(value) == datetime(2024, 5, 6, 1, 25, 54, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("6 de maio de 2024", "pt", "2024-05-06"),
        ("6 mai 2024", "fr", "2024-05-06"),
        ("6. Mai 2024", "de", "2024-05-06"),
        ("6 мая 2024 г., 07:08", "ru", "2024-05-06T07:08"),
        ("2024. május 6. 7:08", "hu", "2024-05-06T07:08"),
        ("2024 m. gegužės 6 d.", "lt", "2024-05-06"),
        ("6. toukokuuta 2024 klo 7.08", "fi", "2024-05-06T07:08"),
        ("6 Μαΐου 2024", "el", "2024-05-06"),
        ("٦ مايو ٢٠٢٤", "ar", "2024-05-06"),
        ("۱۷ ارديبهشت ۱۴۰۳", "fa", "2024-05-06"),
        ("6 พฤษภาคม 2567", "th", "2024-05-06"),
        ("ngày 6 tháng 5 năm 2024", "vi", "2024-05-06"),
        ("2024年5月6日 07:08", "ja", "2024-05-06T07:08"),
        ("2024년 5월 6일", "ko", "2024-05-06"),
        ("6. listopada 2024.", "hr", "2024-10-06"),
        ("6 listopada 2024", "pl", "2024-11-06"),
    ],
)
def test_dates_in_words_of_many_languages(text: str, language: str, expected: str) -> None:
    assert day(f"<article>{H1}<p>{text}</p>", language=language) == expected


@pytest.mark.parametrize(
    "text",
    ["45 cases, 2024", "page 12 of 2024", "12 and 2024", "1.2.3.16.1", "030/123.456.78",
     "Article 20 und 2021", "2024 20 abc", "32.13.2024", "version 4.5.2024.1"],
)  # fmt: skip
def test_numbers_beside_words_are_no_dates(text: str) -> None:
    assert list(dates_in(text)) == []


def test_a_date_in_a_text_is_found_with_its_time() -> None:
    text = "Ann Lee, 6 May 2024 at 7:08 am, Tarnholt; 7 May 2024"
    spans = list(dates_in(text))
    assert [timed(text, *span) for span in spans] == ["6 May 2024 at 7:08 am", "7 May 2024"]


def test_a_name_of_a_month_is_known_however_it_is_written() -> None:
    assert [month_number(n) for n in ("MÄRZ", "Sept.", "ม.ค.", "avril", "x", "")] == [
        3, 9, 1, 4, None, None,
    ]  # fmt: skip


def test_no_digit_of_any_script_is_overlooked() -> None:
    digits = [chr(code) for code in range(0x110000) if chr(code).isdecimal()]
    assert len(digits) > 600
    assert all(has_date(f"’{digit * 4}") for digit in digits)
    assert not has_date("“12” – 3 Ärzte, 大阪 \udc80")
