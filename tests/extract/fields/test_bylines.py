"""Bylines as newspapers print them, in many languages and markups; and what is no author."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crawler.extract import extract
from crawler.extract.fields.names import byline, named_authors
from crawler.extract.fields.persons import is_person
from crawler.items import Article

Read = Callable[..., Article]
LINE = '<div class="byline">{}</div>'
ADA = ("Ada Miller",)
BOTH = ("Ada Miller", "Bo Lund")


SHOWN = {
    # words before a name
    "a kind of text": (LINE.format("Analysis by Ada Miller"), ADA),
    "a paragraph without a class": ("<p>By Ada Miller</p>", ADA),
    "a hashed class": ('<div class="x1f9"><span class="q">By</span> <a class="z">Ada Miller</a>'
                       "</div>", ADA),
    "a label of its own": ("<div><span>Author:</span> <a href='/p/a'>Ada Miller</a></div>", ADA),
    "French": ("<p>Propos recueillis par Zoé Noël</p>", ("Zoé Noël",)),
    "German label": ("<p>Text und Interview: Jürgen Weiß</p>", ("Jürgen Weiß",)),
    "Turkish": (LINE.format("Yazar: Çiğdem Ak"), ("Çiğdem Ak",)),
    "Hungarian": (LINE.format("Szerző: Kovács Éva"), ("Kovács Éva",)),
    "Greek": (LINE.format("Γράφει ο Νίκος Παππάς"), ("Νίκος Παππάς",)),
    "Ukrainian": ("<p>Автор: Олена Бондар</p>", ("Олена Бондар",)),
    "Arabic": (LINE.format("كتب: أحمد سالم"), ("أحمد سالم",)),
    "Thai": (LINE.format("โดย สมชาย ใจดี"), ("สมชาย ใจดี",)),
    "Korean": (LINE.format("김하늘 기자 haneul@paper.example"), ("김하늘",)),
    "Chinese reporter": (LINE.format("本报记者 王小明"), ("王小明",)),
    "Japanese": (LINE.format("文：山田 花子"), ("山田 花子",)),
    # lists of names
    "Oxford comma": (LINE.format("By Ada Miller, Bo Lund, and Cy Ek"), (*BOTH, "Cy Ek")),
    "one of two linked": (LINE.format('By Ada Miller and <a href="/b">Bo Lund</a>'), BOTH),
    "ampersand": (LINE.format('<a href="/a">Ada Miller</a> &amp; <a href="/b">Bo Lund</a>'), BOTH),
    "list items": ("""<ul><li class="author">Ada Miller</li><li class="author">Bo Lund</li></ul>""",
                   BOTH),
    # what follows a name
    "date": (LINE.format("Ada Miller | 7 May 2026"), ADA),
    "date in words": ("<p>Von Jürgen Weiß, 7. Mai 2026, 9.41 Uhr</p>", ("Jürgen Weiß",)),
    "day without year": (LINE.format("Ada Miller May 7"), ADA),
    "role": (LINE.format("By Ada Miller, Deputy Business Editor"), ADA),
    "role in an element": (LINE.format("<b>Ada Miller</b><i class='job-title'>Critic</i>"), ADA),
    "role behind the name": (LINE.format("Jürgen Weiß Chefredakteur"), ("Jürgen Weiß",)),
    "place": (LINE.format("Von Jürgen Weiß, Hamburg"), ("Jürgen Weiß",)),
    "agency": (LINE.format("Ada Miller, Press Association"), ADA),
    "reading time glued": (LINE.format("<span>Ada Miller</span><span>3 min read</span>"), ADA),
    "degree": (LINE.format("By Ada Miller, MD"), ADA),
    "junior": (LINE.format("By Sam Hale, Jr."), ("Sam Hale Jr.",)),
    "mail": (LINE.format('Ada Miller <a href="mailto:a@x.example">Contact</a> a@x.example'), ADA),
    "section and comments": (LINE.format(
        'by <a href="/u/a">Ada Miller</a> in <a href="/town">Town Hall</a> on 1 May 2026'
        ' <a href="#c">51 Comments</a>'), ADA),
    "date before it": ("<p>Posted on May 7, 2026 by Ada Miller</p>", ADA),
    "German date before it": (LINE.format("7. Mai 2026 von Jürgen Weiß"), ("Jürgen Weiß",)),
    "card": ('<div class="card author-card"><a href="/a">Ada Miller</a></div>', ADA),
    # marked elsewhere than in a class
    "rel": ('<p>By <a rel="author" href="/author/a">Ada Miller</a></p>', ADA),
    "id": ('<p>By <span id="author">Ada Miller</span></p>', ADA),
    "address": ('<address><a rel="author" href="/a">Ada Miller</a></address>', ADA),
    "hCard": ('<span class="author vcard"><a class="url fn" href="/a">Ada Miller</a></span>', ADA),
    "itemprop around a name": ("""<div itemprop="author" itemscope><meta itemprop="name"
        content="Ada Miller"></div>""", ADA),
    "link to her page": ('<div><a href="/authors/ada-miller">Ada Miller</a></div>', ADA),
}  # fmt: skip


@pytest.mark.parametrize(("markup", "names"), SHOWN.values(), ids=SHOWN.keys())
def test_names_are_read_from_what_the_page_shows(
    read: Read, markup: str, names: tuple[str, ...]
) -> None:
    assert read(above=markup).authors == names


TOLD = {
    "surname first": ('<meta name="dc.creator" content="Miller, Ada">', ADA),
    "citation_author": ('<meta name="citation_author" content="Ada Miller">', ADA),
    "author_name": ('<meta property="article:author_name" content="Ada Miller">', ADA),
    "og:author": ('<meta property="og:author" content="Ada Miller">', ADA),
    "card label": ('<meta name="twitter:label1" content="Written by">'
                   '<meta name="twitter:data1" content="Ada Miller">', ADA),
    "by reference": ("""<script type="application/ld+json">{"@graph": [
        {"@type": "Article", "headline": "Ferry returns to the river",
         "author": [{"@id": "https://paper.example/#/person/1"}]},
        {"@type": "Person", "@id": "#/person/1", "name": "Ada Miller"}]}</script>""", ADA),
    "beside the publisher": ('<meta name="author" content="River Media Inc; Ada Miller">', ADA),
}  # fmt: skip


@pytest.mark.parametrize(("head", "names"), TOLD.values(), ids=TOLD.keys())
def test_names_are_read_from_what_machines_are_told(
    read: Read, head: str, names: tuple[str, ...]
) -> None:
    assert read(head).authors == names


NO_AUTHORS = {
    "role alone": LINE.format("Senior Political Correspondent"),
    "action": '<div class="author"><a href="/m">Email the author</a></div>',
    "comment form": '<form><p class="comment-form-author"><label>Name *</label></p></form>',
    "category": LINE.format('<a rel="category tag" href="/c">Uncategorized</a>'),
    "other language": '<div class="author"><a href="/fr">Version française</a></div>',
    "photo credit": '<figure><img src="/a.jpg"><span class="author">Foto: Bo Lund</span></figure>',
    "photo credit below": '<div class="author">Photos by Bo Lund</div>',
    "quotation": '<blockquote>No.<cite class="author">Bo Lund</cite></blockquote>',
    "pull quote": '<div class="pull-quote"><p>No.</p><span class="author">Bo Lund</span></div>',
    "nobody": '<div class="author">No author</div>',
    "card": '<div><article><h3><a href="/x">Mill burns</a></h3><span class="author">Cy Ek</span>'
            "</article></div>",
    "a line with by": "<p>By train and by boat</p>",
}  # fmt: skip


@pytest.mark.parametrize("markup", NO_AUTHORS.values(), ids=NO_AUTHORS.keys())
def test_what_is_no_author_is_not_taken(read: Read, markup: str) -> None:
    assert read(above=markup).authors == ()


def test_a_box_about_the_author_names_her(read: Read) -> None:
    assert read(below="<h3>About the author</h3><h4>Ada Miller</h4><p>She rows.</p>").authors == ADA
    below = "<div><h4>Über die Autorin</h4></div><div><p><b>Ada Miller</b> rudert.</p></div>"
    assert read(below=below).authors == ADA


def test_view_all_posts_by_names_the_author(read: Read) -> None:
    below = '<a class="author-link" rel="author" href="/a">Alle Beiträge von Jürgen Weiß</a>'
    assert read(below=below).authors == ("Jürgen Weiß",)
    below = '<a class="author-link" rel="author" href="/a">View all stories by Ada Miller</a>'
    assert read(below=below).authors == ADA


def test_a_person_counts_before_the_publisher_and_before_a_login(read: Read) -> None:
    shown = "<p>By Ada Miller</p>"
    for told in ("River Media", "amiller", "News Team"):
        assert read(f'<meta name="author" content="{told}">', shown).authors == ADA


def test_a_byline_that_names_another_counts_before_what_machines_are_told(read: Read) -> None:
    head = '<meta name="author" content="Cy Ek">'
    assert read(head, "<p>By Ada Miller</p>").authors == ADA
    assert read(head, '<a href="/authors/ada-miller">Ada Miller</a>').authors == ("Cy Ek",)


def test_a_blog_under_its_writers_name_is_theirs() -> None:
    html = """<html lang="en"><head><title>On ferries</title>
        <meta property="og:site_name" content="Ada Miller"><meta name="author" content="Ada Miller">
        </head><body><h1>On ferries</h1><p>They cross the river on Mondays.</p></body></html>"""
    assert extract(html.encode(), "https://ada.example/on-ferries").article.authors == ADA


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Devon Gorry", ("Devon Gorry",)),  # no "von" is cut out of a name
        ("Brendan Carling", ("Brendan Carling",)),
        ("Annette von Droste", ("Annette von Droste",)),
        ("Oleh Bondar", ("Oleh Bondar",)),
        ("Per Andersson", ("Per Andersson",)),
        ("约翰·史密斯", ("约翰·史密斯",)),
        ("Foto: Bo Lund, Text: Ada Miller", ADA),
        ("Story by Ada Miller; Photos by Bo Lund", ADA),
    ],
)
def test_a_byline_gives_its_names(text: str, names: tuple[str, ...]) -> None:
    assert byline([text]).names == names


def test_words_that_are_names_elsewhere_are_cut_in_their_own_language_alone() -> None:
    assert byline(["Oleh Siti Rahma"], "id").names == ("Siti Rahma",)
    assert byline(["王小明 李红"], "zh-CN").names == ("王小明", "李红")
    assert byline(["大渡 美咲"], "ja").names == ("大渡 美咲",)


def test_full_names_are_told_from_other_words() -> None:
    assert all(map(is_person, ["Zoé d’Arc", "Ludwig van Beek", "Ali al-Masri", "J. M. Lund"]))
    assert not any(map(is_person, ["Ada", "town hall news", "News Desk", "Chief Editor", "A 1"]))


def test_letters_that_begin_no_name_with_a_capital_are_of_names_all_the_same() -> None:
    assert named_authors(["ავტორი: ნინო ბერიძე"], "ka") == ("ნინო ბერიძე",)
    assert named_authors(["記者陳怡君／台北報導"], "zh-TW") == ("陳怡君",)
    assert named_authors(["dal nostro inviato Ugo Ferrante"], "it") == ("Ugo Ferrante",)
