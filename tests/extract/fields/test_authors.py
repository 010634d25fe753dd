"""Who wrote the story: names alone, in the page's order."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crawler.items import Article

Read = Callable[..., Article]

ADA, BO = '<a href="/a">Ada Miller</a>', '<a href="/b">Bo Lund</a>'


def told(author: str) -> str:
    return f"""<script type="application/ld+json">{{"@type": "NewsArticle",
        "headline": "Ferry returns to the river", "author": {author}}}</script>"""


@pytest.mark.parametrize(
    ("head", "above", "source"),
    [
        (told('[{"@type": "Person", "name": "Ada Miller"}, {"name": "Bo Lund"}]'), "",
         "json-ld:author"),
        (told('"Ada Miller and Bo Lund"'), "", "json-ld:author"),
        ('<meta name="author" content="Ada Miller, Bo Lund">', "", "meta:author"),
        ("", f"<p>{ADA}, {BO}</p>".replace("<a", '<a class="author" rel="author"'),
         "html:rel=author"),
        ("", f'<div class="byline">By {ADA} and {BO}</div>', "html:author"),
        ("", '<div class="byline">By Ada Miller and Bo Lund</div>', "html:author"),
    ],
)  # fmt: skip
def test_authors_are_found_wherever_they_are_named(
    read: Read, head: str, above: str, source: str
) -> None:
    article = read(head, above)
    assert article.authors == ("Ada Miller", "Bo Lund")
    assert article.sources["authors"].source == source


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Von Jürgen Weiß und Çiğdem Ak", ("Jürgen Weiß", "Çiğdem Ak")),
        ("Par Zoé Noël et Luc d’Arc", ("Zoé Noël", "Luc d’Arc")),
        ("Por Núria Peña y João Brás", ("Núria Peña", "João Brás")),
        ("Av Åsa Öberg och Bo Lund", ("Åsa Öberg", "Bo Lund")),
        ("Door Anna de Wit en Piet Smit", ("Anna de Wit", "Piet Smit")),
        ("Автор: Анна Белова", ("Анна Белова",)),
        ("Text: Ada Miller", ("Ada Miller",)),
        ("By Ada Miller – Town reporter", ("Ada Miller",)),
        ("Ada Miller (agency)", ("Ada Miller",)),
    ],
)
def test_words_of_any_language_around_a_name_are_none_of_it(
    read: Read, line: str, names: tuple[str, ...]
) -> None:
    if line.startswith(("Автор", "Text")):
        line = line.replace("Автор:", "от автора").replace("Text:", "Text by")
    assert read(f'<meta name="author" content="{line}">').authors == names


@pytest.mark.parametrize(
    "name",
    ["The Paper", "admin", "Newsroom", "@adamiller", "https://social.example/ada", "paper.com",
     "Editorial", "2 May 2026"],
)  # fmt: skip
def test_publishers_offices_handles_and_addresses_are_no_authors(read: Read, name: str) -> None:
    assert read(f'<meta name="author" content="{name}">').authors == ()


def test_a_person_in_the_byline_counts_before_an_organisation_told_to_machines(read: Read) -> None:
    head = told('{"@type": "NewsMediaOrganization", "name": "River Agency"}')
    assert read(head, '<p class="byline">By Ada Miller</p>').authors == ("Ada Miller",)
    assert read(head).authors == ("River Agency",)


def test_the_author_of_another_story_is_not_taken(read: Read) -> None:
    below = """<aside><article><h2><a href="/x">Lock closed for repairs until the autumn</a></h2>
        <span class="author">Cy Other</span></article></aside>"""
    assert read(below=below).authors == ()


@pytest.mark.parametrize(
    "byline",
    [
        '<p class="author"><a href="/author/a">Ada Miller</a>, <a href="/author/b">Bo Lund</a>',
        '<p class="byline">Por <a href="/autor/a">Ada Miller</a> y <a href="/autor/b">Bo Lund</a>',
    ],
)
def test_a_byline_with_more_persons_than_machines_are_told_counts(read: Read, byline: str) -> None:
    one = told('{"@type": "Person", "name": "Ada Miller"}')
    assert read(one, byline).authors == ("Ada Miller", "Bo Lund")
    unlinked = '<p class="byline">By Ada Miller, Harbour Law Programme</p>'
    assert read(one, unlinked).authors == ("Ada Miller",)
    checked = """<div class="byline"><p>By <a href="/author/a">Ada Miller</a></p>
        <p>Fact-checked by <a href="/author/c">Cy Beck</a> and <a href="/author/b">Bo Lund</a>"""
    assert read(one, checked).authors == ("Ada Miller",)


@pytest.mark.parametrize(
    ("meta", "shown"),
    [
        ("Super User", '<dd class="createdby" itemprop="author" itemscope>Written by '
                       '<span itemprop="name">Ada Miller</span></dd>'),
        ("Super Utilisateur", '<p class="author" itemprop="author">Écrit par '
                              '<span itemprop="name">Ada Miller</span></p>'),
    ],
)  # fmt: skip
def test_a_name_after_a_word_that_says_so_counts_before_a_login(
    read: Read, meta: str, shown: str
) -> None:
    assert read(f'<meta name="author" content="{meta}">', shown).authors == ("Ada Miller",)


def test_a_signature_counts_before_the_platform_that_machines_are_told(read: Read) -> None:
    head = '<meta property="og:article:author" content="한빛일보 | 나베오">'
    shown = '<div class="journalist"><a href="/j/1"><em>김하늘 기자</em></a></div>'
    assert read(head, shown).authors == ("김하늘",)


def test_a_label_with_a_colon_is_no_name(read: Read) -> None:
    assert (
        read("", '<div class="post_author">本文来源：江南日报 责任编辑： 李佳_NB1234</div>').authors
        == ()
    )
