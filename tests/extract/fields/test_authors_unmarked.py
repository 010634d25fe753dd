"""Authors that no class names, as content systems print them, and names beside them of others."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crawler.extract import extract
from crawler.extract.fields.names import byline
from crawler.extract.fields.persons import is_person
from crawler.items import Article

Read = Callable[..., Article]
ADA, BOTH = ("Ada Miller",), ("Ada Miller", "Bo Lund")

ABOVE = {
    "name and date in spans": (
        '<div class="x3"><span class="x4">Ada Miller</span><span>12 Jan 2025</span></div>', ADA),
    "name and date in one line": ("<p>Ada Miller | January 12, 2025</p>", ADA),
    "portrait without a name": (
        '<div class="flex"><img class="rounded-full" src="/a.jpg" alt=""><div><span>Ada Miller'
        "</span><span>January 12, 2025 · 6 min read</span></div></div>", ADA),
    "name over role": ("<p>ADA MILLER<br>Staff Writer</p>", ("ADA MILLER",)),
    "icon of a person": (
        '<div><span><i class="fa fa-user"></i> amiller</span>'
        '<span><i class="fa fa-calendar"></i> 12 Jan 2025</span></div>', ("amiller",)),
    "address of a handle": ('<div><a href="https://blog.example/@ada">Ada Miller</a></div>', ADA),
    "two persons' pages side by side": (
        '<div class="x7"><a href="/people/ada">Ada Miller</a><a href="/people/bo">Bo Lund</a>'
        "<time>12 January 2025</time></div>", BOTH),
    "two persons' pages and a word": (
        '<div><a href="/autor/1">Ada Miller</a> und <a href="/autor/2">Bo Lund</a></div>', BOTH),
    "a person's page beside a section's": (
        '<div><a href="/people/ada">Ada Miller</a> <a href="/c/harbour">Harbour News</a></div>',
        ADA),
    "attribute for scripts": (
        '<div data-testid="article-contributor"><span>Ada Miller</span></div>', ADA),
    "login": ('<p>Posted by <a href="/u/7">amiller</a> on Sunday, January 12</p>', ("amiller",)),
    "the last alone is marked": (
        '<p>By <span><a href="/x/1">Ada Miller</a></span> and '
        '<span class="last-byline">Bo Lund</span></p>', BOTH),
    "checked by another": (
        '<div><span>Written by <a href="/team/a">Ada Miller</a></span> '
        '<span>Medically reviewed by <a href="/team/b">Bo Lund</a></span></div>', ADA),
    "link to a mail": ('<p>By <a href="mailto:ada@paper.example">Ada Miller</a></p>', ADA),
    "date, clock and name": ("<p>01.05.2024, 12:30 Uhr | Ada Miller</p>", ADA),
    "name and the date's word": ("<p>Ada Miller Publié le 1 mai 2024</p>", ADA),
    "name and paper": ("<div>Ada Miller / The Paper</div>", ADA),
    "name and agency": ("<p>Ada Miller, Associated Press</p>", ADA),
    "name and role": ("<div>Ada Miller, enviada especial</div>", ADA),
    "name and account": ("<div>Ada Miller @adamiller</div>", ADA),
    "name and an agency's letters": ("<p>Ada Miller (AFP)</p>", ADA),
    "kind of text and name": ("<p>Opinión | Ada Miller</p>", ADA),
    "whose correspondent": ("<p>Von unserer Korrespondentin Ada Miller</p>", ADA),
    "element for an address": ("<address>Ada Miller</address>", ADA),
    "text and pictures": ("<p>Words and pictures by Ada Miller</p>", ADA),
    "weekday of the date": ("<p>Submitted by Ada Miller on Tue, 05/07/2024 - 10:05</p>", ADA),
    "where it was put": ("<p>Written by Ada Miller. Posted in News</p>", ADA),
    "name, city and date": ("<p>Ada Miller, New York, May 7, 2024</p>", ADA),
    "section, name and date": ("<p>World Cup | Ada Miller | May 7, 2024</p>", ADA),
    "a surname that is a building's": ("<p>Ada Hall | May 7, 2024</p>", ("Ada Hall",)),
    "update and name": ("<p>Updated May 8, 2024 | Ada Miller</p>", ADA),
    "date, source and author": (
        "<p>2024-05-07 10:05 来源：山谷日报 作者：陈晓梅 阅读：1203</p>", ("陈晓梅",)),
    "abbreviated and": ("<p>Von Ada Miller u. Bo Lund</p>", BOTH),
    "kind of text with its article": ("<p>Una crónica de Ada Miller</p>", ADA),
    "link to comments in its line": (
        '<div class="entry-meta comments"><span class="author">Ada Miller</span></div>', ADA),
    "Hindi": ("<div>द्वारा <a href='/author/x'>विकास शर्मा</a></div>", ("विकास शर्मा",)),
    "Thai": ("<div><span>โดย : <a href='/author/5'>กานดา แสงทอง</a></span></div>",
             ("กานดา แสงทอง",)),
    "Turkish class": ('<div class="muhabir-adi">Nazlı Erdem</div>', ("Nazlı Erdem",)),
}  # fmt: skip
BELOW = {
    "dash": ("<p>— Ada Miller</p>", ADA),
    "brackets": ("<p>(Ada Miller)</p>", ADA),
    "name alone": ("<p>Ada Miller</p>", ADA),
    "name alone in capitals": ("<p>ADA MILLER</p>", ("ADA MILLER",)),
    "Japanese brackets": ("<p>【高橋由美】</p>", ("高橋由美",)),
    "Korean": ("<p>박서연 기자 seoyeon@paper.example</p>", ("박서연",)),
    "Chinese with an editor": ("<p>（记者 陈晓梅 编辑 李强）</p>", ("陈晓梅",)),
    "reporting and editing": ("<p>Reporting by Ada Miller; Editing by Bo Lund</p>", ADA),
    "a sentence about her": ("<p><em>Ada Miller is a writer who lives in the north.</em></p>", ADA),
    "box with her name": ("<h4>About Ada Miller</h4><p>She writes about rivers.</p>", ADA),
}


@pytest.mark.parametrize(("markup", "names"), ABOVE.values(), ids=ABOVE.keys())
def test_authors_without_a_mark_are_found_beside_the_headline(
    read: Read, markup: str, names: tuple[str, ...]
) -> None:
    assert read(above=markup).authors == names


@pytest.mark.parametrize(("markup", "names"), BELOW.values(), ids=BELOW.keys())
def test_authors_are_found_where_the_story_ends(markup: str, names: tuple[str, ...]) -> None:
    story = "".join(
        f"<p>The ferry crossed {what} on Monday, and the people on both banks stood and counted"
        " how many cars it took, how long it needed, and whom of the crew they knew.</p>"
        for what in ("the river", "the lock", "the upper basin")
    )
    page = f"<html lang=en><title>Ferry returns</title><h1>Ferry returns</h1>{story}{markup}</html>"
    assert extract(page.encode(), "https://paper.example/ferry-returns").article.authors == names


OTHERS = {
    "cards": '<div class="card"><a href="/s/1"><h3>Mill burns down</h3></a>'
             '<span class="author">By Bo Lund</span></div>',
    "items of a list": '<ul><li><a href="/s/1">Mill burns down</a><p>By Bo Lund</p></li></ul>',
    "a link around title and name": '<a href="/s/1"><span>A mill burns down</span>'
                                    '<span class="author">Bo Lund</span></a>',
    "product": '<div class="product"><h4>A Book</h4><p class="product-author">Bo Lund</p></div>',
    "topics": '<p><a href="/topic/bo-lund">Bo Lund</a> <a href="/topic/north">North Shore</a></p>',
    "service": '<p><a href="/services/web-design">Web Design</a> <span>12 May 2026</span></p>',
    "login": '<p><a href="/members/login"><i class="icon-user"></i> Log In</a></p>',
    "photo": "<p>Fotos von Bo Lund</p>",
    "photographer behind the sign": "<p>© Presse- und Informationsamt | Bo Lund</p>",
    "photographer behind an agency": "<p>AFP / Bo Lund</p>",
    "photographer under a picture": "<div><img src=/p.jpg><p>Bo Lund / Associated Press</p></div>",
    "where a story was written": "<p><b>New York, Reuters</b> The ferry was repaired in a week, and"
                                 " all that was broken was made anew before it was put back on the"
                                 " river, which is as low as never since the war.</p>",
    "photographer of an agency": "<p>Bo Lund/AFP</p>",
    "a city and the date": "<p>São Paulo, 7 de maio de 2024</p>",
    "a town and the date": "<p>Bad Homburg | 07.05.2024</p>",
    "a section and the date": "<p>Real Estate | May 7, 2024</p>",
    "a section and the date in spans": "<p><span>Premier League</span> <span>7 May 2024</span></p>",
    "a call": "<p>Join Our Newsletter | 5 min</p>",
    "the masthead and the date": "<p>Paper, May 7, 2024</p>",
    "whom the story is about": "<p><span>Bo Lund</span> <span>7 May 2024</span></p><p>The ferry was"
                               " repaired in a week by Bo Lund, who is the last smith on the river,"
                               " and all that was broken was made anew before it was put back.</p>"
                               "<p>It crosses on Monday.</p><p>It is free until noon.</p>",
    "columnists": '<h3>Columnists</h3><div><img class=avatar alt="Bo Lund"><span>Bo Lund</span>'
                  '<a href="/c/1">Why I like the weir</a></div>',
    "breadcrumbs": "<p>Sport | Premier League | Harbour United</p>",
    "someone the story is about": "<p>The ferry's keeper is Bo Lund, who is to leave the river in"
                                  " the spring, as his father did in his time, to be a smith.</p>"
                                  "<p>Bo Lund</p>",
    "words of a sentence": "<p>The ferry was repaired in a week, and all the <b>análisis de"
                           " rigor</b> were made before it was put back on the river.</p>",
    "a sentence about a time": "<p>By the 2000s, as the mayor was arriving, ferries had changed to"
                               " navy and silver with the same flying gull.</p>",
    "speaker": "<p><strong>Bo Lund</strong></p><p>I was against it, and I still am, whatever the"
               " mayor says about the cost of it and about the buses in the north.</p>",
}  # fmt: skip


@pytest.mark.parametrize("markup", OTHERS.values(), ids=OTHERS.keys())
def test_names_of_others_are_not_taken(read: Read, markup: str) -> None:
    assert read(below=markup).authors == ()


@pytest.mark.parametrize(
    "last",
    [
        "<p>Read The Rest</p>", "<p>Merry Christmas</p>", "<p>To Be Continued</p>",
        "<p>Guten Appetit</p>", "<p>Buen Provecho</p>", "<p><b>Related Stories</b></p>",
        "<blockquote><p>We pay nothing.</p></blockquote><p>— Bo Lund</p>",
        "<p>“We pay nothing at all.”</p><p>— Bo Lund</p>",
        "<p>« L'eau tombe, et personne ne lui demande pourquoi. »</p><p>Bo Lund</p>",
        "<figure><img src=/p.jpg><figcaption>A weir</figcaption></figure><p>Bo Lund / AFP</p>",
    ],
)  # fmt: skip
def test_what_ends_a_story_and_only_looks_like_a_name_signs_nothing(read: Read, last: str) -> None:
    assert read(below=last).authors == ()


def test_the_paper_is_known_by_its_masthead() -> None:
    page = """<html lang=en><title>Ferry returns</title><a href="/">The River Gazette</a>
        <h1>Ferry returns</h1><p>{}</p><p>The ferry crossed the river on Monday, and the people on
        both banks stood and counted how many cars it took, and how long it needed.</p></html>"""
    dutch = page.replace("lang=en", "lang=nl").replace("The River Gazette", "De Rivier")
    read = extract(dutch.format("12 mei").encode(), "https://rivier.example/ferry-returns")
    assert read.article.authors == ()
    for line, names in (
        ("Ada Miller | The River Gazette", ADA),
        ("River Gazette | 7 May 2026", ()),
    ):
        read = extract(page.format(line).encode(), "https://paper.example/ferry-returns")
        assert read.article.authors == names


def test_a_name_that_is_told_by_its_place_alone_counts_after_a_team(read: Read) -> None:
    row = "<div><span>Estate Planning</span><span>12 May 2026</span></div>"
    assert read('<meta name="author" content="River Team">', row).authors == ("River Team",)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ada Miller Updated on December 12, 2016", ADA),
        ("Ada Miller Ada Miller", ADA),
        ("Ada Miller @ River Media", ADA),
        ("文｜陈晓梅", ("陈晓梅",)),
        ("[강변일보 박서연 기자]", ("박서연",)),
        ("By\nAda Miller\nTested by\nBo Lund", ADA),
    ],
)
def test_what_stands_around_a_name_is_cut(text: str, names: tuple[str, ...]) -> None:
    assert byline([text]).names == names


def test_vowel_signs_are_part_of_a_name() -> None:
    assert all(map(is_person, ["विकास शर्मा", "กานดา แสงทอง", "சுந்தர் ராஜன்"]))
