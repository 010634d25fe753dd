"""Linked stories: each kind of block in the markup that newspapers use."""

from __future__ import annotations

import pytest

from crawler.extract.links import linked_stories
from crawler.extract.page import Document
from crawler.items import Claim, LinkedStory

URL = "https://www.harbour.example/2024/05/ferries-stand-still-for-a-second-week/"
PROSE = (
    "<p>"
    + "The harbour master counted the ferries again and found all of them in port. " * 3
    + "</p>"
)


def read(
    page: str, container: str | None = "//div[@class='story']", language: str = "en"
) -> tuple[LinkedStory, ...]:
    doc = Document(f"<html lang={language}><body>{page}</body></html>".encode(), URL)
    found = doc.xpath(container) if container else []
    return linked_stories(doc, found[0] if found else None)


def body(inside: str) -> str:
    return (
        f"<article><h1>Ferries stand still</h1><div class=story>{PROSE}{inside}{PROSE}"
        f"</div></article>"
    )


def href(slug: str) -> str:
    return f"https://www.harbour.example/2024/05/{slug}/"


def brief(links: tuple[LinkedStory, ...]) -> list[tuple[str, str | None, int, str | None]]:
    return [(k.relation, k.label, k.position, k.title) for k in links]


CARD = """<article class="post-item"><figure><a href="{u}"><img data-src="/img/{n}.jpg" alt="">
        </a></figure>
<h3 class="entry-title"><a href="{u}">{t}</a></h3>
        <div class="excerpt">{t}, and what the town council
makes of it.</div><time datetime="2024-05-0{n}">{n} May</time> <a href="{u}">Read more</a>
        </article>"""
TITLES = (
    "Pilots ask for higher pay",
    "Old lighthouse gets new lamp",
    "Mayor opens the fish market",
)


def cards(count: int = 3) -> str:
    return "".join(
        CARD.format(u=href(t.lower().replace(" ", "-")), t=t, n=n + 1)
        for n, t in enumerate(TITLES[:count])
    )


# --- blocks of cards


@pytest.mark.parametrize(
    ("heading", "relation"),
    [
        ("<h2>Related stories</h2>", "related"),
        ("<h2><span>Latest from Harbour</span></h2>", "latest"),
        ("<div class='block-head'><h4>Most read</h4></div>", "popular"),
        ("<p class='section-title'>Editor’s picks</p>", "featured"),
        ("<h3>Sponsored content</h3>", "sponsored"),
        ("<h3>Lo más leído</h3>", "popular"),
        ("<h3>編集部おすすめ</h3>", "featured"),
        ("<strong>Das könnte Sie auch interessieren:</strong>", "related"),
    ],
)
def test_the_heading_over_cards_tells_their_relation(heading: str, relation: str) -> None:
    links = read(body("") + f"<section>{heading}<div class=grid>{cards()}</div></section>")
    assert [k.relation for k in links] == [relation] * 3
    assert [k.position for k in links] == [1, 2, 3]
    assert [k.title for k in links] == list(TITLES)
    assert len({k.label for k in links}) == 1


def test_thumbnail_title_and_read_more_are_one_card_with_all_that_it_shows() -> None:
    links = read(body("") + f"<section><h2>Related</h2>{cards(2)}</section>")
    assert links[0] == LinkedStory(
        relation="related",
        url=href("pilots-ask-for-higher-pay"),
        title="Pilots ask for higher pay",
        label="Related",
        position=1,
        excerpt="Pilots ask for higher pay, and what the town council makes of it.",
        image="https://www.harbour.example/img/1.jpg",
        published=Claim("2024-05-01", "html:time@datetime"),
    )


def test_a_label_is_kept_word_for_word_without_the_link_beside_it() -> None:
    head = "<h2>Dernières actualités <a href='/actu/'>Tout voir</a></h2>"
    links = read(body("") + f"<section>{head}{cards()}</section>")
    assert {k.label for k in links} == {"Dernières actualités"}


@pytest.mark.parametrize(
    ("page", "relation"),
    [
        ("<main>{body}<section><h2>Onyedi ada</h2>{cards}</section></main>", "related"),
        ("<main>{body}</main><aside><h2>Ceol na mara</h2>{cards}</aside>", "latest"),
        (
            "<main>{body}</main><aside><h2><a href='/harbour/'>Cuan</a></h2>{cards}</aside>",
            "latest",
        ),
        ("<main>{body}</main><div class='widget most-read'><h2>Sruth</h2>{cards}</div>", "popular"),
        ("<main>{body}</main><div class='recommended-posts'>{cards}</div>", "related"),
        ("<main>{body}</main><div><ol>{items}</ol></div>", "popular"),
    ],
)
def test_a_block_in_an_unknown_language_is_told_by_place_form_and_names(
    page: str, relation: str
) -> None:
    items = "".join(
        f"<li><a href='{href(t.lower().replace(' ', '-'))}'>{t}</a></li>" for t in TITLES
    )
    links = read(page.format(body=body(""), cards=cards(), items=items), language="gd")
    assert [(k.relation, k.title) for k in links] == [(relation, t) for t in TITLES]


@pytest.mark.parametrize(
    ("opening", "relation"),
    [
        ("<div aria-label='Most read'>", "popular"),
        ("<div class='c-noticias-relacionadas'>", "related"),
        ("<div id=EditorsPicks>", "featured"),
        ("<div class='widget widget_recent_entries'>", "latest"),
        ("<div class='partner-content'>", "sponsored"),
    ],
)
def test_names_in_the_markup_tell_where_no_heading_does(opening: str, relation: str) -> None:
    links = read(body("") + f"<main>{opening}{cards()}</div></main>")
    assert {(k.relation, k.label) for k in links} == {(relation, None)}


def test_a_section_name_on_a_card_is_not_the_blocks_relation() -> None:
    items = "".join(
        f"<li><span>Opinion</span><a href='{href(t.lower().replace(' ', '-'))}'>{t}</a></li>"
        for t in TITLES
    )
    links = read(body("") + f"<main><div class=related-posts><ul>{items}</ul></div></main>")
    assert [(k.relation, k.label, k.title) for k in links] == [("related", None, t) for t in TITLES]


def test_headings_on_one_level_open_a_block_each() -> None:
    first = (
        "<h3>Popular</h3><ul><li><a href='/2024/05/a-good-story-one'>A good story one</a></li></ul>"
    )
    second = (
        "<h3>Latest</h3><ul><li><a href='/2024/05/a-good-story-two'>A good story two</a></li></ul>"
    )
    assert brief(read(body("") + f"<aside>{first}{second}</aside>")) == [
        ("popular", "Popular", 1, "A good story one"),
        ("latest", "Latest", 1, "A good story two"),
    ]


def test_a_topic_printed_on_each_card_is_not_the_blocks_heading() -> None:
    topical = "".join(
        f"<div class=card><div><h4><a href='/harbour/'>Harbour</a></h4><h3><a "
        f"href='{href(s)}'>{t}</a>"
        "</h3></div></div>"
        for s, t in (
            ("a-good-story-one", "A good story one"),
            ("a-good-story-two", "A good story two"),
        )
    )
    links = read(body("") + f"<section><h2>Most read</h2><div>{topical}</div></section>")
    assert brief(links) == [
        ("popular", "Most read", 1, "A good story one"),
        ("popular", "Most read", 2, "A good story two"),
    ]


def test_a_story_in_two_blocks_stands_in_both_and_once_in_each() -> None:
    block = f"<section><h2>{{}}</h2>{cards(2)}{cards(2)}</section>"
    links = read(body("") + block.format("Related") + block.format("Most read"))
    assert [(k.relation, k.position) for k in links] == [
        ("related", 1), ("related", 2), ("popular", 1), ("popular", 2),
    ]  # fmt: skip


def test_a_block_repeated_for_narrow_screens_counts_once() -> None:
    block = f"<section><h2>Related</h2>{cards()}</section>"
    assert len(read(body("") + block + block)) == 3


# --- titles


@pytest.mark.parametrize(
    "card",
    [
        "<a href='{u}' aria-label='Pilots ask for higher pay'></a>",
        "<article><h4>Pilots ask for higher pay</h4><a href='{u}'></a></article>",
        "<a href='{u}'><span class='kicker'>Port</span><h3>Pilots ask for higher pay</h3>"
        "<p>They say so.</p></a>",
        "<a href='{u}'><h3><span class='topic-label'>Port and sea</span> <span class='title'>"
        "Pilots ask for higher pay</span></h3></a>",
        "<a href='{u}' title='Pilots ask for higher pay'>Port: Pilots ask for higher pay "
        "by Ann Sea</a>",
        "<a href='{u}'><style>.x{{color:red}}</style><!-- c -->Pilots ask for <b>higher"
        "</b> pay</a>",
        "<a href='{u}'><h3><span>Port</span><span> :</span><span>Pilots ask for higher "
        "pay</span></h3></a>",
        "<a href='{u}'><img src='/x.jpg' alt='Pilots on a pier'></a><a href='{u}'>Pilots "
        "ask for higher pay</a>",
    ],
)
def test_the_title_is_the_headline_and_nothing_else(card: str) -> None:
    u = href("pilots-ask-for-higher-pay")
    other = (
        f"<div><a href='{href('old-lighthouse-gets-new-lamp')}'>Old lighthouse gets "
        f"new lamp</a></div>"
    )
    links = read(
        body("") + f"<section><h2>Related</h2><div>{card.format(u=u)}</div>{other}</section>"
    )
    assert [k.title for k in links] == ["Pilots ask for higher pay", "Old lighthouse gets new lamp"]


def test_a_headline_that_is_no_link_stands_over_read_more() -> None:
    cards = "".join(
        f"<div class=card><h3>{t}</h3><p>Short.</p><a href='{href(t.lower().replace(' ', '-'))}'>"
        "Read more</a></div>"
        for t in TITLES
    )
    links = read(body("") + f"<section><h2>Related</h2><div>{cards}</div></section>")
    assert [k.title for k in links] == list(TITLES)


def test_read_more_with_no_headline_is_no_story() -> None:
    more = (
        f"<section><h2>Latest news</h2><a href='{href('a-page-of-all-the-news')}'>Read "
        f"more</a></section>"
    )
    assert read(body("") + more) == ()


# --- post navigation

NAVIGATION = {
    "classic posts": """<nav class="navigation post-navigation" role="navigation">
        <div class="nav-links">
        <div class="nav-previous"><a href="{p}" rel="prev"><span>Previous</span> {a}</a></div>
        <div class="nav-next"><a href="{n}" rel="next"><span>Next</span> {b}</a></div></div>
        </nav>""",
    "block theme": """<div class="post-navigation-link-previous wp-block-post-navigation-link">
        <a href="{p}" rel="prev">{a}</a></div>
        <div class="post-navigation-link-next wp-block-post-navigation-link">
        <a href="{n}" rel="next">{b}</a></div>""",
    "cards with empty links": """<div class="singlenav singlenav--advanced">
        <article class="singlenav__post singlenav__post--prev"><div><span>Previous Story</span>
        <h4>{a}</h4></div>
        <a href="{p}" aria-label="{a}"></a></article>
        <article class="singlenav__post singlenav__post--next"><div><span>Next Story</span>
        <h4>{b}</h4></div>
        <a href="{n}" aria-label="{b}"></a></article></div>""",
    "label and link": """<div class="td-post-next-prev"><div class="td-post-prev-post"><div>
        <span>Previous article</span><a href="{p}">{a}</a></div></div>
        <div class="td-post-next-post"><div>
        <span>Next article</span><a href="{n}">{b}</a></div></div></div>""",
    "prevnext": """<div class="jeg_prevnext_post"><a href="{p}" class="post prev-post">
        <span class="caption">Previous Post</span><h3 class="post-title">{a}</h3></a>
        <a href="{n}" class="post next-post"><span class="caption">Next Post</span>
        <h3 class="post-title">{b}</h3></a></div>""",
    "words alone": """<div class=x><div><span>Vorheriger Artikel</span><h5><a href="{p}">{a}</a>
        </h5></div>
        <div><span>Nächster Artikel</span><h5><a href="{n}">{b}</a></h5></div></div>""",
}  # fmt: skip


@pytest.mark.parametrize("markup", NAVIGATION.values(), ids=NAVIGATION)
def test_post_navigation_leads_back_and_on(markup: str) -> None:
    a, b = "Pilots ask for higher pay", "Old lighthouse gets new lamp"
    page = markup.format(
        p=href("pilots-ask-for-higher-pay"), n=href("old-lighthouse-gets-new-lamp"), a=a, b=b
    )
    links = {k.relation: k for k in read(body("") + page)}
    assert set(links) == {"previous", "next"}
    assert links["previous"].url == href("pilots-ask-for-higher-pay")
    assert links["next"].url == href("old-lighthouse-gets-new-lamp")


@pytest.mark.parametrize("slug", ["lighthouse", "newsletter-3-2021", "onboarding"])
def test_a_link_that_says_it_leads_on_does_whatever_its_address_is(slug: str) -> None:
    page = f"""<div>In <a href="/town/">Town</a></div><nav class="post-navigation">
        <div class="nav-previous"><a href="{href("pilots-ask-for-higher-pay")}" rel="prev">Pilots
        ask</a></div><div class="nav-next"><a href="/{slug}/" rel="next">Lamp →</a></div></nav>"""
    assert [(k.relation, k.label, k.title) for k in read(body("") + page)] == [
        ("previous", None, "Pilots ask"), ("next", None, "Lamp"),
    ]  # fmt: skip


@pytest.mark.parametrize("address", ["/town/page/2/", "/", "https://other.example/lamp/"])
def test_a_link_that_says_it_leads_on_may_lead_elsewhere(address: str) -> None:
    page = f'<div><a href="{address}" rel="next">Next →</a></div>'
    assert read(body("") + page) == ()


def test_what_stands_around_the_post_navigation_is_no_label_of_it() -> None:
    page = f"""<footer><span>Categories </span><a href="/c/town/" rel="category tag">Town</a>
        <nav class="post-navigation"><div class="nav-previous"><span><svg></svg></span>
        <a href="{href("pilots-ask-for-higher-pay")}" rel="prev">Pilots ask for higher pay</a>
        </div></nav></footer>"""
    assert [(k.relation, k.label) for k in read(body("") + page)] == [("previous", None)]


def test_the_label_of_post_navigation_is_not_part_of_the_title() -> None:
    a, b = "Pilots ask for higher pay", "Old lighthouse gets new lamp"
    page = NAVIGATION["cards with empty links"].format(
        p=href("pilots-ask-for-higher-pay"), n=href("old-lighthouse-gets-new-lamp"), a=a, b=b
    )
    assert brief(read(body("") + page)) == [
        ("previous", "Previous Story", 1, a),
        ("next", "Next Story", 1, b),
    ]


def test_a_headline_shown_only_on_pointing_is_the_title() -> None:
    pager = f"""<ul class=pager><li class=previous><a rel=prev title="Pilots ask for higher pay"
        href="{href("pilots-ask-for-higher-pay")}">Previous post</a></li></ul>"""
    assert brief(read(body("") + pager)) == [
        ("previous", "Previous post", 1, "Pilots ask for higher pay")
    ]


def test_a_link_that_shows_its_direction_alone_has_no_title() -> None:
    nav = f"""<nav id=nav-single><h3 class=assistive-text>Post navigation</h3>
        <span class=nav-previous>
        <a rel=prev href="{href("pilots-ask-for-higher-pay")}"><span>←</span> Previous</a></span>
        </nav>"""
    assert [(k.relation, k.title) for k in read(body("") + nav)] == [("previous", None)]


def test_the_next_page_of_a_story_or_list_is_no_next_story() -> None:
    pages = f"""<nav class=pagination><a rel=next href="{URL}2/">Next</a>
        <a rel=next href="{URL}page/2/">2</a>
    <a rel=prev href="/page/3/">Older</a><a rel=next href="#">Next</a></nav>"""
    assert read(body("") + pages) == ()


# --- in the body


def test_a_link_in_a_sentence_is_inline_however_short() -> None:
    inside = (
        f"<p>They stand still, <a "
        f"href='{href('the-strike-in-eight-questions')}?utm_source=x#c2'>as said</a>, since "
        f"the third of May.</p>"
    )
    assert brief(read(body(inside))) == [("inline", None, 1, "as said")]
    assert read(body(inside))[0].url == href("the-strike-in-eight-questions")


def test_links_of_other_sites_sections_and_tags_in_a_sentence_are_no_stories() -> None:
    inside = """<p>The
        <a href="https://other.example/2024/05/a-long-story-elsewhere/">other paper</a> says
    of <a href="/tag/ferries/">ferries</a>, <a href="/harbour/">the harbour</a> and
    <a href="/author/ann-sea/">Ann Sea</a> that <a href="mailto:a@harbour.example">all</a> is
    <a href="/files/report-of-the-harbour-2024.pdf">well</a>.</p>"""
    assert read(body(inside)) == ()


def test_a_promo_paragraph_is_also_read_with_its_label_bare() -> None:
    inside = (
        f"<p><strong>ALSO READ: <a href='{href('pilots-ask-for-higher-pay')}'>Pilots "
        f"ask for higher pay</a></strong></p>"
    )
    assert brief(read(body(inside))) == [("also_read", "ALSO READ", 1, "Pilots ask for higher pay")]


def test_a_label_inside_the_link_of_a_promo_is_not_part_of_its_title() -> None:
    inside = (
        f"<p><a href='{href('pilots-ask-for-higher-pay')}'>READ MORE: Pilots ask for "
        f"higher pay</a></p>"
    )
    assert brief(read(body(inside))) == [("also_read", "READ MORE", 1, "Pilots ask for higher pay")]


def test_cards_between_paragraphs_are_also_read() -> None:
    inside = f"<aside class=box><div class=box-title>Related story</div>{cards(1)}</aside>"
    assert brief(read(body(inside))) == [("also_read", "Related story", 1, TITLES[0])]


def test_cards_after_the_last_paragraph_are_not_in_the_flow() -> None:
    page = (
        f"<article><div class=story>{PROSE}{PROSE}<div><h3>Related</h3>{cards()}</div>"
        f"</div></article>"
    )
    assert {k.relation for k in read(page)} == {"related"}


def test_a_subheading_of_the_story_is_no_label() -> None:
    inside = f"<h2>A quiet night</h2><div class=teaser>{cards(1)}</div>"
    assert brief(read(body(inside))) == [("also_read", None, 1, TITLES[0])]


def test_without_a_known_body_the_longest_prose_is_taken_for_it() -> None:
    inside = (
        f"<p>It stands still, <a href='{href('the-strike-in-eight-questions')}'>as "
        f"reported</a>, since Friday, the third of May.</p>"
    )
    assert brief(read(body(inside), container=None)) == [("inline", None, 1, "as reported")]


# --- what is no story

_LONG = "A story with a long headline"
NO_STORIES = {
    "mega menu": "<header><nav><ul class=menu><li><article><h4><a href='{u}'>{t}</a></h4>"
    "</article></li></ul></nav></header>",
    "menu by class": "<div class='main-menu'><a href='{u}'>{t}</a></div>",
    "menu by role": "<div role=navigation><a href='{u}'>{t}</a></div>",
    "page header": "<header class=top><a href='{u}'>{t}</a></header>",
    "breadcrumbs": "<ol class=breadcrumbs><li><a href='{u}'>{t}</a></li></ol>",
    "share": "<div class=share-bar><a href='https://t.example/intent?u={u}'>{t}</a></div>",
    "comments": "<section id=comments><p><a href='{u}'>{t}</a></p></section>",
    "tags": "<div class=post-tags><a href='/tag/a-story-with-a-long-headline/'>{t}</a></div>",
    "author": "<div><a href='/author/a-story-with-a-long-headline/'>{t}</a></div>",
    "section": "<div><h2><a href='/harbour/'>Stories of the harbour town</a></h2></div>",
    "legal": "<footer><a href='/privacy-policy/'>{t}</a> <a href='/terms-of-use/'>{t}</a></footer>",
    "imprint": "<footer><ul><li><a href='{u}'>{t}</a></li></ul></footer>",
    "the page itself": "<div><a href='" + URL + "?utm_medium=x'>{t}</a></div>",
    "its comments": "<div><a href='" + URL + "#comments'>{t}</a></div>",
    "pictures": "<div><a href='/2024/05/a-story-with-a-long-headline.jpg'>{t}</a></div>",
    "newsletter": "<div class=newsletter-box><a href='{u}'>{t}</a></div>",
    "advertising": "<div class='adsbygoogle ad-slot'><a href='{u}'>{t}</a></div>",
    "elsewhere": "<aside><a href='https://other.example/2024/05/a-story-with-a-long-headline/'>{t}</a></aside>",
    "topics": "<aside><h3>Topics</h3><a href='/2024/05/ann-sea-of-harbour-town/'>Ann Sea</a>"
              "<a href='/2024/05/ben-pier-of-harbour-town/'>Ben Pier</a></aside>",
    "a link of no text": "<div><a href='{u}'></a></div>",
}  # fmt: skip


@pytest.mark.parametrize("markup", NO_STORIES.values(), ids=NO_STORIES)
def test_what_a_page_links_besides_stories_is_left_out(markup: str) -> None:
    page = markup.format(u=href("a-story-with-a-long-headline"), t=_LONG)
    assert read(page + body("") + page) == ()


def test_the_same_link_outside_of_those_is_a_story() -> None:
    page = f"<aside><a href='{href('a-story-with-a-long-headline')}'>{_LONG}</a></aside>"
    assert [k.title for k in read(body("") + page)] == [_LONG]


# --- addresses


def test_addresses_are_absolute_and_without_tracking() -> None:
    doc = Document(
        b"<html><head><base href='https://www.harbour.example/en/'></head><body><ul>"
        b"<li><a href='2024/05/pilots-ask-for-higher-pay?utm_source=a&amp;id=7&amp;fbclid=b#top'>"
        b"Pilots ask for higher pay</a></li></ul></body></html>",
        URL,
    )
    assert [k.url for k in linked_stories(doc, None)] == [
        "https://www.harbour.example/en/2024/05/pilots-ask-for-higher-pay?id=7"
    ]


def test_a_sister_host_of_the_same_paper_has_stories_too() -> None:
    link = (
        "<a href='https://debate.harbour.example/2024/05/who-owns-the-sea-here/'>Who "
        "owns the sea here?</a>"
    )
    assert len(read(body("") + f"<aside><h3>Latest</h3>{link}</aside>")) == 1


def link(slug: str) -> str:
    return f'<a href="{href(slug)}">{slug.replace("-", " ")}</a>'


def test_stories_below_a_story_in_an_article_of_its_own_are_not_in_its_text() -> None:
    card = f"<div class=item><h3>{link('bus-fares-rise-again-in-the-port')}</h3></div>"
    page = f"""<div class=story><article class=post><h1>Ferries stand still</h1>{PROSE * 3}
        </article><div class=list><h4>Related articles</h4>{card}</div></div>"""
    assert [(k.relation, k.label) for k in read(page)] == [("related", "Related articles")]


def test_a_card_in_the_text_has_none_of_the_storys_headings() -> None:
    slug = "this-is-how-much-is-thrown-away"
    card = f'<div class=q1><a href="{href(slug)}"><div>MORE</div><div>How much goes</div></a></div>'
    page = body(f"<span>Anzeige</span>{PROSE}<h2>“We had no choice”</h2>{card}")
    assert "“We had no choice”" not in [k.title for k in read(page)]
    assert "sponsored" not in [k.relation for k in read(page)]


def test_two_blocks_of_one_story_each_have_their_own_headings() -> None:
    block = "<section class=block><h3>{}</h3><ul><li>{}</li></ul></section>"
    blocks = block.format("Related to this story", link("lars-buys-a-second-quarry"))
    blocks += block.format("Most Popular", link("bear-enters-the-bait-shop-twice"))
    found = read(f"{body('')}<div>{blocks}</div>")
    assert (found[-1].relation, found[-1].label) == ("popular", "Most Popular")


def test_a_block_called_next_articles_is_no_step_to_the_next_one() -> None:
    card = f"<h2>{link('buses-change-their-way-after-the-storm')}</h2>"
    found = read(f"{body('')}<section class=next-articles>{card}</section>")
    assert [k.relation for k in found] == ["related"]
