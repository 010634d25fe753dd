"""Labels over lists of stories, in the languages of `data/languages/`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract.language import match
from crawler.extract.language.labels import knows, languages, words
from crawler.items import RELATIONS, Relation

# One phrase a relation and language, as newspapers print them.
PRINTED = [
    ("Most Read", "popular"),
    ("EDITOR'S PICKS", "featured"),
    ("You may also like", "related"),
    ("Recent Posts", "latest"),
    ("Sponsored content", "sponsored"),
    ("Das könnte Sie auch interessieren", "related"),
    ("Meistgelesen", "popular"),
    ("À lire aussi :", "also_read"),
    ("Les plus lus", "popular"),
    ("Lo más leído", "popular"),
    ("Últimas noticias", "latest"),
    ("Leia também:", "also_read"),
    ("Più letti", "popular"),
    ("Kaçırmayın", "featured"),
    ("KAÇIRMAYIN", "featured"),
    ("İLGİLİ HABERLER", "related"),
    ("Читайте также:", "also_read"),
    ("Самое читаемое", "popular"),
    ("اقرأ أيضاً", "also_read"),
    ("الأكثر قراءة", "popular"),
    ("यह भी पढ़ें", "also_read"),
    ("■関連記事", "related"),
    ("アクセスランキング", "popular"),
    ("人気記事", "popular"),
    ("相关新闻", "related"),
    ("많이 본 뉴스", "popular"),
    ("ข่าวที่เกี่ยวข้อง", "related"),
    ("Mest läst", "popular"),
    ("Czytaj także", "also_read"),
    ("Najczęściej czytane", "popular"),
    ("Baca juga", "also_read"),
]


def relation_of(label: str, language: str | None = None) -> Relation | None:
    found = match(label, language)
    return found.relation if found else None


@pytest.mark.parametrize(("label", "relation"), PRINTED)
def test_a_printed_label_names_its_relation(label: str, relation: str) -> None:
    assert relation_of(label) == relation


@pytest.mark.parametrize(
    ("label", "relation"),
    [
        ("Latest from Politics", "latest"),
        ("Mehr zum Thema: Landkreis", "related"),
        ("Lo más leído en Sociedad", "popular"),
        ("スポーツの最新記事", "latest"),
        ("その他のアクセスランキング", "popular"),
        ("Politics Latest Articles", "latest"),
    ],
)
def test_a_label_is_known_with_other_words_around_it(label: str, relation: str) -> None:
    found = match(label)
    assert found is not None
    assert (found.relation, found.extent == "whole") == (relation, False)


@pytest.mark.parametrize(
    "text",
    ["", "…", "Weather", "Ministers meet in Paris", "The topic of the day is rain", "x" * 5000],
)
def test_other_text_names_no_relation(text: str) -> None:
    assert relation_of(text) is None


def test_the_language_of_the_page_is_asked_first() -> None:
    # "Další" is Czech for next; "Seneste" is Danish only and found all the same.
    assert relation_of("Další", "cs-CZ") == "next"
    assert relation_of("Seneste nyt", "cs") == "latest"
    assert relation_of("Related", "tlh") == "related"


def test_at_least_twenty_five_languages_know_every_relation_of_a_block() -> None:
    blocks = set(RELATIONS) - {"inline"}
    complete = [code for code, table in languages().items() if set(table) == blocks]
    assert len(complete) >= 25


@pytest.mark.parametrize("code", sorted(languages()))
def test_every_phrase_of_a_file_is_found_by_the_relation_that_the_file_gives(code: str) -> None:
    table = languages()[code]
    first: dict[str, str] = {}
    for relation, phrases in table.items():
        for phrase in phrases:
            assert words(phrase), phrase
            first.setdefault(words(phrase), relation)
    for relation, phrases in table.items():
        for phrase in phrases:
            assert relation_of(phrase, code) == first[words(phrase)], (relation, phrase)


@given(st.text(max_size=200), st.sampled_from([None, "en", "ja", "xx", "", "zh-Hant-TW"]))
def test_any_text_gets_an_answer(label: str, language: str | None) -> None:
    found = match(label, language)
    assert found is None or found.relation in RELATIONS


@given(st.sampled_from([p[0] for p in PRINTED]), st.sampled_from(["{}:", "  {} ", "» {}", "{} !"]))
def test_marks_and_spaces_around_a_label_change_nothing(label: str, frame: str) -> None:
    assert relation_of(frame.format(label)) == relation_of(label)


@pytest.mark.parametrize(
    ("label", "language", "relation"),
    [
        ("Претходно написи", "mk", "previous"),
        ("« Artículo anterior", "es", "previous"),
        ("El siguiente artículo", "es", None),
        ("Næste nyhed →", "da", "next"),
        ("Naslednja novica", "sl", "next"),
        ("مقاله بعدی", "fa", "next"),
        ("Hurrengo albistea", "eu", "next"),
        ("Следващ материал:", "bg", "next"),
        ("Older stories", "en", "previous"),
        ("पिछली ख़बर", "hi", "previous"),
        ("Παλαιότερη ανάρτηση", "el", "previous"),
        ("Daha yeni haberler", "tr", "next"),
        ("ಮುಂದಿನ ಲೇಖನ", "kn", "next"),
        ("Artikel", "de", None),
        ("Next", "en", "next"),
        ("News of the next day", "en", None),
        ("Nachrichten von morgen", "de", None),
    ],
)
def test_previous_and_next_go_with_any_word_for_a_story(
    label: str, language: str, relation: str | None
) -> None:
    found = match(label, language)
    assert (found.relation if found and found.extent == "whole" else None) == relation


def test_a_language_without_headings_of_its_own_leaves_unknown_ones_open() -> None:
    assert relation_of("Saterusna", "su") == "next"
    assert knows("de")
    assert knows(None)
    assert not knows("su")
