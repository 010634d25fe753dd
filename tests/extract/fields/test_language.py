"""The language that a page says it is in, and that its text is in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract import extract
from crawler.extract.fields.language import language_tag
from crawler.items import Article


@pytest.mark.parametrize(
    ("html", "head", "tag", "source"),
    [
        ('<html lang="en-GB">', "", "en-GB", "html:lang"),
        ('<html xml:lang="de">', "", "de", "html:xml:lang"),
        (
            "<html>",
            '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Ferry returns'
            ' to the river", "inLanguage": "fr"}</script>',
            "fr",
            "json-ld:inLanguage",
        ),
        ("<html>", '<meta http-equiv="content-language" content="pt_br">', "pt-BR",
         "meta:content-language"),
        ("<html>", '<meta property="og:locale" content="zh_Hant_TW">', "zh-Hant-TW",
         "meta:og:locale"),
    ],
)  # fmt: skip
def test_the_language_is_found_wherever_it_is_said(
    html: str, head: str, tag: str, source: str
) -> None:
    article = said(head, html)
    assert article.language == tag
    assert article.sources["language"].source == source


def test_what_the_document_says_counts_first() -> None:
    head = '<meta property="og:locale" content="en_US">'
    assert said(head, '<html lang="nl">').language == "nl"
    assert said(head, '<html lang="">').language == "en-US"
    assert said("", "<html>").language is None


TEXTS = {
    "de": "Die Fähre ist nach elf Wochen wieder da, und sie ist für die Leute auf beiden Seiten "
          "lauter als sie es war, sagt der Rat der Stadt.",
    "fr": "Le bac est de retour après onze semaines, et il est pour les gens des deux rives plus "
          "bruyant que par le passé, dit le conseil de la ville.",
    "pl": "Prom wrócił po jedenastu tygodniach i nie jest dla ludzi na obu brzegach cichszy, ale "
          "głośniejszy niż był, jak mówi rada miasta.",
    "uk": "Пором повернувся за одинадцять тижнів, і він для людей на обох берегах гучніший, ніж "
          "був, як це каже рада міста.",
    "tr": "Vapur on bir hafta sonra geri geldi ve iki yakadaki insanlar için daha gürültülü, bu "
          "da belediyenin dediği gibi bir sorun olarak kaldı.",
    "ar": "عادت العبارة بعد أحد عشر أسبوعا إلى النهر وهي أعلى صوتا من قبل كما قال مجلس المدينة في "
          "بيان عن هذا",
    "zh": "渡轮在停航十一周后重新开航，两岸居民表示声音比以前更大。市议会说将在春天讨论此事。",
    "ja": "渡し船は十一週間ぶりに再開したが、両岸の人々は以前よりうるさいと話している。",
    "ko": "나룻배가 열한 주 만에 다시 다니지만 양쪽 강변 사람들은 전보다 시끄럽다고 말한다.",
    "el": "Το πορθμείο επέστρεψε μετά από έντεκα εβδομάδες και είναι πιο θορυβώδες.",
}  # fmt: skip


@pytest.mark.parametrize("tag", TEXTS)
@pytest.mark.parametrize("html", ["<html>", '<html lang="en-US">', '<html lang="utf-8">'])
def test_the_text_tells_where_the_page_says_nothing_or_is_wrong(tag: str, html: str) -> None:
    article = said("", html, 3 * TEXTS[tag])
    assert article.language == tag
    assert article.sources["language"].source == "html:text"


@pytest.mark.parametrize("tag", TEXTS)
def test_a_page_that_says_its_language_rightly_keeps_its_region(tag: str) -> None:
    assert said("", f'<html lang="{tag}-XX">', 3 * TEXTS[tag]).language == f"{tag}-XX"


def test_relatives_are_taken_at_their_word() -> None:
    danish = (
        "Færgen er tilbage efter elleve uger, og den er mere støjende end før for de folk. " * 3
    )
    assert said("", '<html lang="nb">', danish).language == "nb"


def said(head: str, html: str, text: str = "") -> Article:
    page = f"""{html}<head><meta charset="utf-8"><title>1</title>{head}</head><body><h1>12</h1>
        <p>{text}</p></body></html>"""
    return extract(page.encode(), "https://paper.example/town/12").article


@pytest.mark.parametrize(
    ("said", "tag"),
    [
        ("EN-us", "en-US"),
        ("de_DE.UTF-8", "de-DE"),
        ("sr@latin", "sr"),
        ("es-419", "es-419"),
        ("cz", "cs"),  # countries' codes written for languages
        ("jp", "ja"),
        ("und", None),
        ("Deutsch", None),
        ("", None),
    ],
)
def test_a_tag_is_spelled_in_one_way(said: str, tag: str | None) -> None:
    assert language_tag(said) == tag


@given(st.text(max_size=40))
def test_a_tag_once_spelled_stays_so(said: str) -> None:
    tag = language_tag(said)
    assert tag is None or language_tag(tag) == tag
