"""Dates on a page that are none of its story's: a page without a date of its own has none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.extract import extract
from crawler.extract.dates import normalise
from crawler.extract.dates.line import tells_otherwise
from crawler.extract.dates.text import dates_in

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
H1 = "<h1>Ferries stand still</h1>"
PROSE = (
    "<p>" + "The ferry to Tarnholt stood still again, and nobody knew why it did. " * 4 + "</p>"
) * 2


def published(body: str, title: str = "Ferries stand still") -> str | None:
    html = f"<html lang=en><head><title>{title}</title></head><body>{body}</body></html>"
    page = extract(html.encode(), "https://courier.example/ferries-stand-still")
    moment = normalise(page.article, AT).published
    return moment and moment.value


DATES = ("<span>{}</span>", "<time>{}</time>", "<i class=date>{}</i>", "<b>{}, 10:15</b>")
CARD = "<div><a href=/story-{0}><h3>The harbour is closed</h3></a>{1}</div>"
LINK = "<div><a href=/story-{0}>The harbour is closed for the winter</a> {1}</div>"
REMARK = "<div><b>Bo {0}</b> {1}<p>Well, I never saw the like of it.</p></div>"
ITEM = "<li>Bo {0} {1} <p>Well, I never saw the like of it, and I am an old man by now.</p></li>"


@pytest.mark.parametrize("date", DATES)
@pytest.mark.parametrize("part", [CARD, LINK, REMARK, ITEM])
def test_dates_in_cards_and_comments_do_not_date_a_story(part: str, date: str) -> None:
    parts = "".join(part.format(n, date.format(f"{n + 3} May 2024")) for n in range(3))
    assert published(f"<main><article>{H1}{PROSE}</article><div>{parts}</div></main>") is None
    assert published(f"<div>{H1}{PROSE}<div>{parts}</div></div>") is None
    own = f"<main>{H1}<p>14 May 2026</p>{PROSE}<div>{parts}</div></main>"
    assert published(own) == "2026-05-14"


@pytest.mark.parametrize("date", DATES[:3])
def test_a_card_between_headline_and_story_does_not_date_it(date: str) -> None:
    card = LINK.format(1, date.format("3 May 2024"))
    assert published(f"<main>{H1}{card}{PROSE}</main>") is None


def test_a_link_of_the_date_to_the_story_itself_is_no_card() -> None:
    line = (
        "<p><a href=/ferries-stand-still-for-three-days>Posted on <time>3 May 2024</time></a></p>"
    )
    assert published(f"<main>{H1}{line}{PROSE}</main>") == "2024-05-03"


@pytest.mark.parametrize(
    "href", ["/c/w", "/category/world-and-local-news-today", "/tag/a-b-c-d-e-f-g-h"]
)
def test_a_section_beside_the_date_is_no_card(href: str) -> None:
    row = f"<ul><li><a href={href}>World and local news today</a></li><li>3 May 2024</li></ul>"
    assert published(f"<main>{H1}{row}{PROSE}</main>") == "2024-05-03"


@pytest.mark.parametrize(
    "part",
    [
        "<figure><img src=/a.jpg><figcaption>The harbour, 3 May 2024</figcaption></figure>",
        "<footer><p>3 May 2024</p></footer>",
        "<footer><p>Last updated: 3 May 2024</p></footer>",
    ],
)
def test_captions_and_footers_do_not_date_a_story(part: str) -> None:
    assert published(f"<main>{H1}{PROSE}</main>{part}") is None


@pytest.mark.parametrize(
    "title",
    ["What we know of the storm of 3 May 1999", "Ferries to sail again 14 November 2026"],
)
def test_a_headline_that_tells_of_a_day_does_not_date_its_story(title: str) -> None:
    assert published(f"<main><h1>{title}</h1><p>Ada Holm</p>{PROSE}</main>", title) is None


OTHERWISE = [
    "Tickets from £12, doors open 14 May 2026", "Sale ends 14 May 2026", "Court date: 14 May 2026",
    "Next match: Saturday 14 November 2026, 15:00", "Ferries to resume sailing 14 May 2026",
    "Anmeldeschluss: 14.11.2026", "Archivbild vom 14. Mai 2025", "Né le 3 mai 1945 à Lyon",
    "Inscriptions jusqu'au 14 novembre 2026", "Fecha de estreno: 14 de mayo de 2026",
    "Data di uscita: 14 maggio 2026", "Urodzony 3 maja 1945 r. w Łodzi", "Zapisy do 14.11.2026",
    "Премьера: 14 мая 2026", "Родился 3 мая 1945 года в Туле", "Son başvuru: 14 Kasım 2026",
    "上映日期：2026年5月14日", "締め切り：2026年11月14日", "마감: 2026년 11월 14일",
    "تاريخ الميلاد: 3 مايو 1945",
    "जन्म: 3 मई 1945", "Batas pendaftaran: 14 November 2026",
]  # fmt: skip
OF_STORY = [
    "By Ada Holm, chief reporter, 14 May 2026", "von Max Müller am 14. Mai 2026", "14 May 2026",
    "Erstveröffentlichung: 14. Mai 2026", "Publicado el jueves 14 de mayo de 2026 en Madrid",
    "petak, 9. listopada 2026.", "E premte, 9 tetor 2026, ora 07:15", "do 14 mei 2026, 09:41",
    "Lagos, 14 May 2026", "发布时间：2026年02月03日 18:30 来源：新华网 作者：张三",
    "Datum: 14.05.2026",
    "입력 2026.10.09. 오전 7:15 수정 2026.10.10. 오후 1:00", "الجمعة 9 أكتوبر 2026 - 7:15 م",
    "प्रकाशित: शुक्र, 09 अक्टूबर 2026", "ნინო ბერიძე 14 მაისი 2026",
]  # fmt: skip


@pytest.mark.parametrize("line", OTHERWISE)
def test_words_beside_a_date_tell_that_it_is_of_something_else(line: str) -> None:
    assert published(f"<main>{H1}<p>{line}</p>{PROSE}</main>") is None
    assert published(f"<main>{H1}{PROSE}<p>{line}</p></main>") is None


@pytest.mark.parametrize("line", OF_STORY)
def test_names_places_and_known_labels_stand_beside_a_storys_date(line: str) -> None:
    assert not tells_otherwise(line, *next(dates_in(line)))
    assert published(f"<main>{H1}<p>{line}</p>{PROSE}</main>") is not None


def test_a_story_that_opens_with_its_date_in_brackets_is_dated() -> None:
    lead = f"<p>(18.01.2018) {'The ferry to Tarnholt stood still again. ' * 5}</p>"
    assert published(f"<main>{H1}{lead}{PROSE}</main>") == "2018-01-18"


def test_a_date_in_german_is_no_hour_in_the_morning() -> None:
    line = "Veröffentlicht am 03.02.2026, aktualisiert am 04.02.2026"
    assert published(f"<main>{H1}<p>{line}</p>{PROSE}</main>") == "2026-02-03"
