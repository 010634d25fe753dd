"""Stories are found by their words, in any of their forms and many languages."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from crawler.archive import facet_counts, searching
from crawler.archive.facet_counts import compare, facets, over_time
from crawler.archive.readings import reread
from crawler.archive.searching import Found, every_hit, search
from crawler.archive.soundness import unsound
from crawler.archive.store import Store
from crawler.errors import UsageError
from crawler.items import Article, Moment, ReadTime
from crawler.search import parse, parse_raw
from tests.search.test_parse import TYPED

from .conftest import MakeVisit

STORIES = {
    # slug: title, body, language, day, section, author, tags, minutes
    "mill": ("Mill wheel turns again", "The river drove the co-op’s mill. It’s C&A’s now.",
             "en", "2026-01-05", "News", "Ada Brook", ("river", "mills"), 2),
    "flood": ("Floods in the valley", "Two rivers left their beds, 50% of the town hall is wet.",
              "en-GB", "2026-01-20", "News", "Ben Carr", ("river",), 4),
    "derby": ("Derby won", "The town beat the old hall of fame.",
              "en", "2025-11-02", "Sport", "Ada Brook", (), 8),
    "haus": ("Häuser am Fluss", "Die Flüsse steigen, viele Häuser stehen leer. Straße gesperrt.",
             "de", "2026-02-01", "Region", "Jana Müller", ("wasser",), 3),
    "rio": ("Canción del río", "Las canciones de los ríos.", "es", "2024-05-01", "Cultura",
            "José Núñez", (), 1),
    "kitab": ("كتاب جديد", "قرأ أحمد الكتاب في المدينة.", "ar", "2026-01-07", None, "أحمد", (), 2),
    "tokyo": ("東京都の新しい図書館", "新しい図書館は東京の川のそばにある。iPhoneも売る。",
              "ja", "2026-01-09", "社会", "山田太郎", ("図書館",), 2),
    "thai": ("ข่าวใหม่", "แม่น้ำในกรุงเทพมหานครสูงขึ้น", "th", "2026-01-10", None, "ก", (), 2),
    "dicle": ("DİYARBAKIR’da kitaplar", "Diyarbakır’da kitap fuarı açıldı. ISPARTA da katıldı.",
              "tr", "2026-01-11", "Kültür", "Işıl Çelik", (), 2),
    "athina": ("Ο ποταμός", "Οι ποταμοί της Αθήνας. Η Αθήνα.", "el", "2026-01-12", None, "Ε", (),
               2),
    "hangang": ("한강", "오늘 아침 강물이 크게 불었다.", "ko", "2026-01-13", None, "김", (), 2),
    "undated": ("A story of no day", "Nobody knows when the river was named.", "en", None, "News",
                "Ada Brook", (), 2),
}  # fmt: skip


def article(slug: str) -> Article:
    title, body, language, day, section, author, tags, minutes = STORIES[slug]
    host = "gazette.example" if slug == "derby" else "news.example"
    return Article(
        url=f"https://{host}/{slug}", title=title, body=body, body_markdown=body,
        language=language, section=section, authors=(author,), tags=tags,
        published=Moment(day, "day", day, "html:time") if day else None,
        read_time=ReadTime(minutes, False, None), word_count=len(body.split()),
    )  # fmt: skip


@pytest.fixture
def archive(store: Store, make_visit: MakeVisit) -> sqlite3.Connection:
    store.record([make_visit(article(slug).url, article(slug)) for slug in STORIES])
    connection: sqlite3.Connection = store.db.conn
    return connection


def slugs(found: Found) -> list[str]:
    return [hit.url.rpartition("/")[2] for hit in found.hits]


def found(archive: sqlite3.Connection, text: str) -> set[str]:
    return set(slugs(search(archive, parse(text))))


@pytest.mark.parametrize(
    ("text", "expected"),
    {
        "rivers": "mill flood undated",
        "river": "mill flood undated",
        "RIVER": "mill flood undated",
        '"rivers"': "flood",
        '"town hall"': "flood",
        "town hall": "flood derby",
        "river -town": "mill undated",
        "river NOT flood": "mill undated",
        "NEAR(town hall, 1)": "flood",
        "NEAR(town hall, 10)": "flood derby",
        "derbies OR flooding": "flood derby",
        "flo*": "flood",
        "co-op": "mill",
        "it's": "mill",
        "it’s": "mill",
        "C&A": "mill",
        "river!": "mill flood undated",
        "50%": "flood",
        '"town hal': "",
        # German: stems, umlauts typed or not, ß and ss
        "Haus": "haus",
        "hauser": "haus",
        "Hauses Fluss": "haus",
        "strasse": "haus",
        # Spanish: plurals, accents
        "cancion": "rio",
        "canciones rio": "rio",
        # Arabic: with and without the article, hamza
        "كتاب": "kitab",
        "احمد": "kitab",
        # Turkish: both letters i
        "diyarbakir": "dicle",
        "Diyarbakır": "dicle",
        "kitap": "dicle",
        "isparta": "dicle",
        # Greek: accents, plural
        "Αθηνα": "athina",
        "ποταμού": "athina",
        # Japanese and Thai have no spaces: any piece is found
        "東京": "tokyo",
        "図書館": "tokyo",
        "川": "tokyo",
        '"東京の川"': "tokyo",
        "大阪": "",
        "東京 -大阪": "tokyo",
        "東京 iPhone": "",
        "東京 OR river": "tokyo mill flood undated",
        "東京 lang:ja": "tokyo",
        "กรุงเทพ": "thai",
        # Korean: words carry their endings
        "강물": "hangang",
        # conditions
        "site:gazette.example": "derby",
        "-site:news.example": "derby",
        "author:brook": "mill derby undated",
        'author:"Ada Brook" -section:Sport': "mill undated",
        'author:"Brook, Ada" -section:Sport': "mill undated",
        "author:nunez": "rio",
        "section:news": "mill flood undated",
        "section:news section:sport": "mill flood undated derby",
        "tag:river": "mill flood",
        "tag:river tag:mills": "mill",
        "lang:en": "mill flood derby undated",
        "river lang:de": "",
        "after:2026-02": "haus",
        "before:2025": "rio",
        "date:2026-01-20": "flood",
        "until:2025-11 since:2025": "derby",
        "read:3-5": "flood haus",
        "read:5+": "derby",
        "edited:yes": "",
        "-river -東京 lang:en": "derby",
        "author:nobody": "",
    }.items(),
    ids=ascii,
)
def test_what_is_found(archive: sqlite3.Connection, text: str, expected: str) -> None:
    assert found(archive, text) == set(expected.split())


def test_hits_show_where_they_are(archive: sqlite3.Connection) -> None:
    hit = search(archive, parse("rivers section:News"), limit=1).hits[0]
    assert hit.site == "news.example"
    assert ("rivers", True) in hit.snippet or ("river", True) in hit.snippet
    (tokyo,) = search(archive, parse("図書館")).hits
    assert ("図書館", True) in tokyo.title
    assert ("図書館", True) in tokyo.snippet
    assert tokyo.authors == "山田太郎"
    (all_of_it, *_) = search(archive, parse("")).hits
    assert all_of_it.published_day == "2026-02-01"
    assert not any(is_hit for _, is_hit in all_of_it.snippet)


def test_a_headline_counts_more_than_a_text(store: Store, make_visit: MakeVisit) -> None:
    one = replace(article("derby"), url="https://news.example/1", title="Otters",
                  body="Something else.", body_markdown="Something else.")  # fmt: skip
    other = replace(one, url="https://news.example/2", title="News", body="Otters swim.")
    store.record([make_visit(each.url, each) for each in (other, one)])
    assert slugs(search(store.db.conn, parse("otter"))) == ["1", "2"]


def test_a_page_follows_the_other_without_gap_or_repeat(
    archive: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for order in ("rank", "date"):
        for counted in (10_000, 3):  # few stories; more than are counted
            monkeypatch.setattr(searching, "COUNTED", counted)
            for text in ("", "river", "lang:en", "-mill", "東京 OR river"):
                whole = search(archive, parse(text), order=order, limit=100)
                assert whole.next is None
                seen: list[str] = []
                after = None
                while True:
                    page = search(archive, parse(text), order=order, limit=1, after=after)
                    seen += slugs(page)
                    if page.next is None:
                        break
                    after = page.next
                assert seen == slugs(whole), (order, counted, text)
                assert sorted(seen) == sorted(set(seen))
    days = [hit.published_day or "" for hit in every_hit(archive, parse(""), page=2)]
    assert days == sorted(days, reverse=True)
    assert len(list(every_hit(archive, parse(""), most=5, page=2))) == 5


def test_what_is_too_much_to_be_ranked_comes_by_date(
    archive: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "COUNTED", 2)
    page = search(archive, parse("river"))
    assert (page.total, page.is_at_least, page.order) == (2, True, "date")
    assert slugs(page) == ["flood", "mill", "undated"]
    assert "newest come first" in " ".join(page.notes)


def test_what_takes_too_long_is_answered_all_the_same(
    archive: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "_STEPS", 1)
    page = search(archive, parse("river"), seconds=-1.0)
    assert (slugs(page), page.order) == (["undated", "flood", "mill"], "archived")
    assert page.is_at_least
    rest = search(archive, parse("river"), seconds=-1.0, limit=2)
    assert slugs(rest) == ["undated", "flood"]
    assert slugs(search(archive, parse("river"), seconds=-1.0, after=rest.next)) == ["mill"]
    assert facets(archive, parse("river"), seconds=-1.0).counted >= 3
    assert over_time(archive, parse("river"), seconds=-1.0).is_estimate


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(TYPED)
def test_no_query_is_an_error(archive: sqlite3.Connection, text: str) -> None:
    query = parse(text)
    page = search(archive, query)
    assert len(page.hits) == min(page.total, 20)
    assert facets(archive, query).counted == page.total
    over_time(archive, query)


@pytest.mark.parametrize("text", ['"', "(", "title : (", "nosuch : x", "AND", "^", "*"])
def test_a_mistake_in_the_engine_s_own_syntax_is_explained(
    archive: sqlite3.Connection, text: str
) -> None:
    for ask in (search, facets, over_time):
        with pytest.raises(UsageError, match="no query in FTS5's syntax") as raised:
            ask(archive, parse_raw(text))
        assert "\n" not in str(raised.value)


def test_the_engine_s_own_syntax(archive: sqlite3.Connection) -> None:
    assert slugs(search(archive, parse_raw("title : floods"))) == ["flood"]
    assert slugs(search(archive, parse_raw("rivers"))) == ["flood"]
    assert search(archive, parse_raw("")).total == len(STORIES)


def test_unknown_newspapers_are_named(archive: sqlite3.Connection) -> None:
    page = search(archive, parse("site:none.example river"))
    assert page.unknown_sites == ("none.example",)
    assert "site:none.example" in " ".join(page.notes)


# -- facets ----------------------------------------------------------------------------------------


def values(found: facet_counts.Facets, kind: str) -> dict[str, int]:
    return {each.value: each.stories for each in found.values[kind]}


def test_facets_without_a_query_are_those_of_all_stories(archive: sqlite3.Connection) -> None:
    kept = facets(archive, parse(""))
    counted = facet_counts._counted(archive, searching.select(archive, parse("")), 1_000)
    assert kept == counted
    assert values(kept, "site") == {"news.example": 11, "gazette.example": 1}
    assert values(kept, "author")["Ada Brook"] == 3
    assert values(kept, "year") == {"2026": 9, "2025": 1, "2024": 1}
    assert values(kept, "read") == {"1-2": 9, "3-5": 2, "6-10": 1}
    assert values(kept, "language")["en"] == 4


def test_each_facet_narrows_a_query_to_as_many_as_it_says(archive: sqlite3.Connection) -> None:
    for text in ("", "river", "lang:en"):
        for kind, some in facets(archive, parse(text)).values.items():
            for each in some:
                narrower = search(archive, parse(f"{text} {each.condition}"))
                assert narrower.total == each.stories, (text, kind, each)


def test_facets_of_many_hits_are_those_of_the_newest(archive: sqlite3.Connection) -> None:
    found = facets(archive, parse("lang:en"), most=2)
    assert (found.counted, found.is_all) == (2, False)
    assert values(found, "section") == {"News": 1, "Sport": 1}


def test_facets_follow_a_story_that_changes(
    archive: sqlite3.Connection, store: Store, make_visit: MakeVisit
) -> None:
    before = article("mill")
    body = "The river drove the co-op’s mill. It’s the town’s now. 水車がまた回る。"
    after = replace(
        before, body=body, body_markdown=body, section="Mills", tags=("wheel",),
        authors=("Carl Dee",), published=Moment("2026-03-01", "day", "2026-03-01", "html:time"),
    )  # fmt: skip
    store.record([make_visit(before.url, after)])
    kept = facets(archive, parse(""))
    assert values(kept, "section")["News"] == 2
    assert values(kept, "section")["Mills"] == 1
    assert values(kept, "tag")["wheel"] == 1
    assert "mills" not in values(kept, "tag")
    assert found(archive, "水車") == {"mill"}
    assert found(archive, "edited:yes") == {"mill"}
    assert found(archive, "date:2026-03") == {"mill"}
    assert found(archive, "C&A") == set()
    # and back
    store.record([make_visit(before.url, before)])
    assert found(archive, "水車") == set()
    assert found(archive, "C&A") == {"mill"}
    assert [finding.what for finding in unsound(archive)] == []


def test_a_better_reading_is_what_is_found(
    archive: sqlite3.Connection, store: Store, make_visit: MakeVisit
) -> None:
    before = article("tokyo")
    (record_id,) = archive.execute(
        "SELECT record_id FROM captures WHERE url = ?", (before.url,)
    ).fetchone()
    better = replace(before, body="新しい公園。", body_markdown="新しい公園。", section="地域")
    assert reread(store.articles, before.url, record_id, better, "Test/2") == "changed"
    archive.commit()
    assert found(archive, "公園") == {"tokyo"}
    assert found(archive, "のそば") == set()
    assert values(facets(archive, parse("")), "section")["地域"] == 1
    assert [finding.what for finding in unsound(archive)] == []


@pytest.mark.parametrize("damage", [
    "UPDATE _facets SET stories = stories + 1 WHERE kind = 'section' AND value = 'News'",
    "UPDATE _story_facets SET day = '1999-01-01' WHERE article_id = 1",
    "DELETE FROM _story_facets WHERE article_id = 1",
])  # fmt: skip
def test_numbers_that_are_wrong_are_found(archive: sqlite3.Connection, damage: str) -> None:
    assert list(unsound(archive)) == []
    archive.execute(damage)
    archive.commit()
    assert {finding.check for finding in unsound(archive)} == {"counts"}


# -- over time -------------------------------------------------------------------------------------


def test_stories_over_time_are_counted_without_gaps(archive: sqlite3.Connection) -> None:
    series = over_time(archive, parse("lang:en"))
    assert series.by == "month"
    assert [(each.period, each.stories) for each in series.points] == [
        ("2025-11", 1), ("2025-12", 0), ("2026-01", 2),
    ]  # fmt: skip
    days = over_time(archive, parse("rivers"))
    assert days.by == "day"
    assert len(days.points) == 16
    assert days.points[0].period == "2026-01-05"


def test_two_queries_are_compared_over_the_same_time(archive: sqlite3.Connection) -> None:
    one, other = compare(archive, [parse("river"), parse("derby")], by="month")
    assert [point.period for point in one.points] == [point.period for point in other.points]
    assert [point.stories for point in one.points] == [0, 0, 2]
    assert [point.stories for point in other.points] == [1, 0, 0]
    assert [point.all for point in one.points] == [1, 0, 8]
    assert one.points[-1].share == 0.25
    (narrow,) = compare(archive, [parse("river lang:en")], by="year")
    assert [(point.stories, point.all) for point in narrow.points] == [(2, 2)]


def test_a_search_writes_nothing(archive: sqlite3.Connection) -> None:
    archive.execute("PRAGMA query_only = ON")
    query = parse("river OR 東京 author:brook edited:no")
    search(archive, query)
    facets(archive, query)
    over_time(archive, query)
