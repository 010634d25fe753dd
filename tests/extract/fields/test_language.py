"""The language that a page says it is in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract.fields.language import language_tag
from crawler.items import Article

Read = Callable[..., Article]


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
    read: Read, html: str, head: str, tag: str, source: str
) -> None:
    article = read(head, html=html)
    assert article.language == tag
    assert article.sources["language"].source == source


def test_what_the_document_says_counts_first(read: Read) -> None:
    head = '<meta property="og:locale" content="en_US">'
    assert read(head, html='<html lang="nl">').language == "nl"
    assert read(head, html='<html lang="">').language == "en-US"
    assert read(html="<html>").language is None


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
