"""Linked stories where the form decides: each case was a page that misled, in our own words."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from crawler.extract import extract
from crawler.items import LinkedStory

HOME = "https://www.harbour.example"
URL = f"{HOME}/2024/05/ferries-stand-still-for-a-second-week/"
PROSE = (
    "<p>" + "The harbour master counted the ferries again and found all of them in port. " * 3
    + "</p>"
)  # fmt: skip


def u(slug: str, host: str = HOME) -> str:
    return f"{host}/2024/05/{slug}/"


def read(after: str = "", inside: str = "", before: str = "", head: str = "") -> list[LinkedStory]:
    page = (
        f"<html lang=en><head><title>Ferries stand still</title>{head}</head><body>{before}<main>"
        f"<article><h1>Ferries stand still for a second week</h1><div class=story>{PROSE}{inside}"
        f"{PROSE}</div></article>{after}</main></body></html>"
    )
    return list(extract(page.encode(), URL).article.links)


def brief(links: list[LinkedStory]) -> list[tuple[str, str | None, str | None]]:
    return [(k.relation, k.label, k.title) for k in links]


ITEM = "<li><a href='{}'>{}</a> <span>{}</span></li>"
TWO = "".join(
    ITEM.format(u(t.lower().replace(" ", "-")), t, "A summary of many words that goes on for long.")
    for t in ("Pilots ask for higher pay", "Old lighthouse gets new lamp")
)


def test_headlines_with_summaries_in_a_list_are_cards_not_prose() -> None:
    links = read(inside=f"<div class=crp><h3>Read also:</h3><ul>{TWO}</ul></div>")
    assert brief(links) == [
        ("also_read", "Read also:", "Pilots ask for higher pay"),
        ("also_read", "Read also:", "Old lighthouse gets new lamp"),
    ]


def test_the_second_link_of_a_summary_is_no_link_in_the_prose() -> None:
    card = "".join(
        f"<div><h5><a href='{u(s)}'>{t}</a></h5><p>Port. The pilots have waited for years and say "
        f"so. <a href='{u(s)}'>Plus…</a></p></div>"
        for s, t in (("pilots-ask-for-pay", "Pilots ask for pay"), ("a-new-lamp", "A new lamp"))
    )
    links = read(after=f"<section><h4>Related articles</h4>{card}</section>")
    assert [k.relation for k in links] == ["related", "related"]


def test_a_line_of_links_is_no_sentence() -> None:
    line = " | ".join(
        f"<a href='{HOME}/n1/2024/0{n}08/c42-{n}0117965.html'>{t}</a>"
        for n, t in enumerate(("Statement of the site", "Lawyers of the site", "Data"), 1)
    )
    assert read(after=f"<div class=information><p>{line}</p></div>") == []


def test_a_link_that_ends_a_sentence_is_inline_and_a_lone_headline_is_a_promo() -> None:
    inside = (
        f"<div><a href='{u('the-strike-in-eight-long-questions')}'>The strike is not over yet, "
        "they say</a><span>.</span></div>"
        f"<p><a href='{u('old-lighthouse-gets-new-lamp')}'>Old lighthouse gets new lamp</a></p>"
    )
    assert [k.relation for k in read(inside=inside)] == ["inline", "also_read"]


def test_of_tabs_the_open_one_names_the_block() -> None:
    tabs = "<h4><a href='#'>RELATED ARTICLES</a><a href='#'>MORE FROM AUTHOR</a></h4>"
    links = read(after=f"<div class='td_block td_with_ajax_pagination'>{tabs}<ul>{TWO}</ul></div>")
    assert {(k.relation, k.label) for k in links} == {("related", "RELATED ARTICLES")}


@pytest.mark.parametrize("heading", ["About us", "Our apps", "Über uns", "お知らせ", "TOPICS"])
def test_a_heading_over_services_introduces_no_stories(heading: str) -> None:
    assert read(after=f"<section><h2>{heading}</h2><ul>{TWO}</ul></section>") == []


def test_the_pages_footer_holds_stories_under_a_heading_of_stories_only() -> None:
    footer = "<div class='theme-footer-wrapper'><div><h4>{}</h4><ul>" + TWO + "</ul></div></div>"
    assert read() == []
    page = "<div>{}</div>"
    told = extract(
        f"<body><main><h1>Ferries</h1>{PROSE * 2}</main>{footer.format('Editor picks')}"
        f"{page.format('')}{footer.format('Harbour and sea')}</body>".encode(),
        URL,
    )
    assert {k.relation for k in told.article.links} == {"featured"}


def test_a_few_sister_papers_among_the_papers_own_stories_count_and_a_network_does_not() -> None:
    def cards(*hosts: str) -> str:
        return "".join(
            f"<article><h3><a href='{u(f'a-good-story-number-{n}', h)}'>A good story number {n}"
            f"</a></h3></article>"
            for n, h in enumerate(hosts)
        )

    own, other = HOME, "https://sport.example"
    block = "<section><h2>Today in the papers</h2><div>{}</div></section>"
    assert len(read(after=block.format(cards(own, other, own, own)))) == 4
    assert read(after=block.format(cards(other, other, other))) == []
    mixed = read(after=block.format(cards(own, other, other)))
    assert [k.url for k in mixed] == [u("a-good-story-number-0")]


def test_the_pages_own_headline_is_no_part_of_a_card() -> None:
    page = (
        f"<body><div class=top><h1>Ferries stand still for a second week</h1><h2><a href='"
        f"{u('the-strike-minute-by-minute')}'>The strike, minute by minute</a></h2></div>"
        f"<div class=story>{PROSE * 2}</div></body>"
    )
    links = extract(page.encode(), URL).article.links
    assert [k.title for k in links] == ["The strike, minute by minute"]


@pytest.mark.parametrize(
    ("nav", "expected"),
    [
        (
            "<div class=post-nav>Neuere <a class='post-nav-link older' href='{a}'>Ältere</a></div>",
            [("previous", "Ältere", None)],
        ),
        (
            "<div class='entry-pagination'><a href='{a}'><span>Vorige</span> <b>Pilots ask</b></a>"
            "</div>",
            [("previous", "Vorige", "Pilots ask")],
        ),
        (
            "<nav class=pagination-single><a class=previous-post href='{a}'><span>←</span>"
            "<span>Pilots ask for pay</span></a></nav>",
            [("previous", None, "Pilots ask for pay")],
        ),
        (
            "<div class=pager><a rel=next href='{b}'><small>Nov:</small> Pilots ask for pay »</a>"
            "</div>",
            [("next", None, "Nov: Pilots ask for pay")],
        ),
    ],
)
def test_navigation_says_which_way_it_leads_by_its_own_words_and_names(
    nav: str, expected: list[tuple[str, str | None, str | None]]
) -> None:
    links = read(after=nav.format(a=u("pilots-ask-for-pay"), b=u("pilots-ask-for-pay")))
    assert brief(links) == expected


BACK, ON = "The pilots ask for their pay", "A ferry sinks at the mill"
PAIRS = {
    "labels before them in a nav": "<nav><div><span>{0}</span><a href='{a}'>{back}</a></div>"
    "<div><span>{1}</span><a href='{b}'>{on}</a></div></nav>",
    "labels in the links": "<div><a href='{a}'><span>{0}</span><b>{back}</b></a>"
    "<a href='{b}'><span>{1}</span><b>{on}</b></a></div>",
    "headings over them": "<div><h4>{0}</h4><a href='{a}'>{back}</a></div>"
    "<div><h4>{1}</h4><a href='{b}'>{on}</a></div>",
    "for those who do not see": "<nav><a href='{a}' aria-label='{0}: {back}'>{back}</a>"
    "<a href='{b}' aria-label='{1}: {on}'>{on}</a></nav>",
    "titles of the links": "<p><a title='{0}' href='{a}'>{back}</a><a title='{1}' href='{b}'>{on}"
    "</a></p>",
    "terms and links": "<dl><dt>{0}</dt><dd><a href='{a}'>{back}</a></dd><dt>{1}</dt><dd>"
    "<a href='{b}'>{on}</a></dd></dl>",
}


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
@pytest.mark.parametrize(
    "said",
    [
        ("Previous article", "Next article"), ("← Previous", "Next →"), ("Zurück", "Weiter"),
        ("Vorheriger Beitrag:", "Nächster Beitrag:"), ("Artículo anterior", "Artículo siguiente"),
        ("Précédent", "Suivant"), ("Poprzedni wpis", "Następny wpis"), ("Önceki haber",
        "Sonraki haber"), ("Предыдущая статья", "Следующая статья"), ("前の記事", "次の記事"),
    ],
    ids=str,
)  # fmt: skip
def test_two_links_say_which_way_they_lead_wherever_the_words_stand(
    said: tuple[str, str], pair: str
) -> None:
    markup = pair.format(*said, a=u("pilots-ask-for-pay"), b=u("ferry-sinks"), back=BACK, on=ON)
    found = {(kind, title) for kind, _, title in brief(read(after=markup))}
    assert found == {("previous", BACK), ("next", ON)}


@pytest.mark.parametrize(
    "markup",
    [
        "<ul><li><a href='{a}'>Pilots ask for their pay again</a> <a href='{a}'>weiter</a></li>"
        "</ul>",
        "<span><a href='javascript:history.back()'>Zurück</a></span> <span><a href='{a}'>"
        "Pilots ask for their pay</a></span>",
        "<button>Previous</button><a href='{a}'>Pilots ask for their pay</a><button>Next</button>",
        "<p>Next, <a href='{a}'>the pilots ask for their pay</a>, and so do all the others.</p>",
        "<p>Next: <a href='{a}'>Pilots ask for their pay</a> will be read out on Monday.</p>",
        "<div><h4>Pilots ask for their pay</h4><p>They have none.</p><a href='{a}'>Next</a></div>",
        "<div class='tab prev'><a href='{a}'>Pilots ask for their pay</a> <a href='/2024/05/mill/'>"
        "The mills stand still again</a></div><div class='tab next'><a href='/2024/05/smiths/'>"
        "The smiths are out of iron</a></div>",
        "<nav><a href='/'>Next</a><a href='/b'>News</a><a href='/c'>Sport</a><a href='/d'>Town</a>"
        "<a href='{a}'>Pilots ask for their pay</a></nav>",
    ],
)
def test_words_that_ask_to_read_on_or_lead_back_make_no_neighbour(markup: str) -> None:
    links = read(after=markup.format(a=u("pilots-ask-for-pay")))
    assert not {link.relation for link in links} & {"previous", "next"}


def test_boxes_named_prev_and_next_lead_there() -> None:
    boxes = (
        "<div class='prev'><a href='{a}'>{back}</a></div><div class='next'><a href='{b}'>{on}</a>"
    )
    markup = boxes.format(a=u("pilots-ask-for-pay"), b=u("ferry-sinks"), back=BACK, on=ON)
    assert [kind for kind, *_ in brief(read(after=markup))] == ["previous", "next"]


def test_of_a_menu_only_what_is_named_as_stories_is_read_and_what_steps_on() -> None:
    def link(title: str, more: str = "") -> str:
        return f"<a href='{u(title.lower().replace(' ', '-'))}' {more}>{title}</a>"

    menu = f"<li>{link('Where the ferries go in summer')}</li>" * 3
    menus = (
        f"<nav><ul>{menu}</ul>{link('Pilots ask for higher pay', 'rel=next')}</nav>"
        f"<div class=main-menu><ul>{menu}</ul><ul class=most-read><li>"
        f"{link('Old lighthouse gets new lamp')}</li></ul><ul>{menu}</ul></div>"
    )
    assert [(k.relation, k.title) for k in read(before=menus)] == [
        ("next", "Pilots ask for higher pay"),
        ("popular", "Old lighthouse gets new lamp"),
    ]


@pytest.mark.parametrize(
    ("menu", "section"),
    [
        ("<nav><ul>{}</ul></nav>", "/harbour/"),
        ("<ul class=main-menu>{}</ul>", "/lokales/hafen/"),
        ("<div id=site-header><b>{}</b></div>", "/социум/"),
        ("<ul class=tags>{}</ul>", "/kultur/havn/"),
    ],
)
def test_a_section_that_a_menu_leads_to_is_no_neighbour(menu: str, section: str) -> None:
    first, link = f"<a href={u('a-new-lamp')}>A new lamp</a>", f"<a href='{section}'>Hafen</a>"
    step = f"<div class=card><a rel=prev href='{section}'>Was die Lotsen dazu sagen</a></div>"
    story = f"<a rel=next href='{u('pilots-ask-for-pay')}'>Pilots ask for pay</a>"
    alone = [k.url for k in read(after=step + story)]
    assert alone == [HOME + quote(section), u("pilots-ask-for-pay")]
    links = read(before=menu.format(first + link), after=step + story)
    assert [k.url for k in links] == [u("pilots-ask-for-pay")]


def ld(**node: object) -> str:
    return f"<script type='application/ld+json'>{json.dumps(node)}</script>"


def test_stories_named_for_machines_come_last_and_only_if_they_are_not_shown() -> None:
    head = ld(
        **{
            "@type": "NewsArticle",
            "headline": "Ferries stand still for a second week",
            "relatedLink": [u("old-lighthouse-gets-new-lamp"), u("seen-by-machines-only-today")],
        }
    ) + ld(
        **{
            "@type": "ItemList",
            "name": "Most read",
            "itemListElement": [
                {"@type": "ListItem", "url": u("divers-find-an-anchor"), "name": "Divers find it"},
                {
                    "@type": "ListItem",
                    "item": {"@id": u("a-market-of-fish"), "name": "A fish mart"},
                },
                {"@type": "ListItem", "url": f"{HOME}/harbour/", "name": "Harbour and the sea"},
            ],
        }
    )
    links = read(after=f"<section><h2>Related</h2><ul>{TWO}</ul></section>", head=head)
    assert brief(links)[2:] == [
        ("related", None, None),
        ("popular", None, "Divers find it"),
        ("popular", None, "A fish mart"),
    ]
    assert links[2].url == u("seen-by-machines-only-today")


@pytest.mark.parametrize(
    "broken",
    [
        {"@type": "ItemList", "itemListElement": "x"},
        {"@type": "ItemList", "itemListElement": [1, None, {"item": 3}, {"item": {"url": 4}}]},
        {"@type": "WebPage", "relatedLink": {"url": ["a"]}},
        {"@type": "WebPage", "relatedLink": ["javascript:alert(1)", "http://[", "#", ""]},
    ],
)
def test_broken_claims_name_no_stories(broken: dict[str, object]) -> None:
    assert read(head=ld(**broken)) == []


def test_the_next_page_of_a_list_in_the_head_is_no_story_and_a_titled_one_is() -> None:
    head = (
        f"<link rel=next href='{URL}page/2/'><link rel=next title='Page 2 of 3' href='{URL}2/'>"
        f"<link rel=prev title='Pilots ask for pay' href='{u('pilots-ask-for-pay')}'>"
    )
    assert brief(read(head=head)) == [("previous", None, "Pilots ask for pay")]


def test_numbered_headlines_under_the_name_of_a_section_are_the_most_read_of_it() -> None:
    titles = (
        "Pilots ask for higher pay",
        "Old lighthouse gets new lamp",
        "Regatta is lost at last",
    )
    items = "".join(
        f"<li><a href='{u(t.lower().replace(' ', '-'))}'>{n} {t}</a></li>"
        for n, t in enumerate(titles, 1)
    )
    block = f"<section><h3>Sport</h3><ul>{items}</ul></section>"
    assert brief(read(after=block)) == [("popular", "Sport", t) for t in titles]
    told = block.replace("Sport", "Latest news")
    assert brief(read(after=told)) == [("latest", "Latest news", t) for t in titles]


@pytest.mark.parametrize(
    ("heading", "relation"),
    [
        ("Ferries of the North", "related"),
        ("Boats of the North", "latest"),
        ("still more of it", "latest"),
    ],
)
def test_a_heading_that_shares_a_word_with_the_headline_is_about_the_story(
    heading: str, relation: str
) -> None:
    links = read(after=f"<section><h3>{heading}</h3><ul>{TWO}</ul></section>")
    assert [k.relation for k in links] == [relation] * 2


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("/video/", 0),
        ("/videos/harbour-week/", 0),
        ("/podcasts/the-deep-end/", 0),
        ("/videos/harbour-week-81234/", 1),
        ("/videos/how-the-pilots-mend-an-old-rope-ladder/", 1),
        ("/2024/05/index.html", 0),
        ("/topics/harbour-strikes-of-the-north/index.html", 0),
    ],
)
def test_a_series_or_a_section_front_is_no_story_and_one_video_is(path: str, count: int) -> None:
    card = f"<li><a href='{HOME}{path}'>The pilots mend a rope ladder at sea</a></li>"
    links = read(after=f"<section><h3>Related stories</h3><ul>{TWO}{card}</ul></section>")
    assert len(links) == 2 + count


def test_tabs_over_a_list_do_not_hide_its_heading() -> None:
    tabs = "<div><span>Today</span><span>This week</span></div>"
    block = f"<section><div class=h><b>Most read</b></div>{tabs}<ul>{TWO}</ul></section>"
    assert {(k.relation, k.label) for k in read(after=block)} == {("popular", "Most read")}


def test_shops_of_the_publisher_are_no_sister_papers() -> None:
    menu = "<nav><a href='https://www.pierjobs.test/'>Jobs</a></nav>"
    cards = "".join(
        f"<li><a href='https://www.pierjobs.test/2024/05/{s}/'>{t}</a></li>"
        for s, t in (("a-pilot-for-the-north-pier", "A pilot for the north pier"),
                     ("two-cooks-for-the-ferry", "Two cooks for the old ferry"))
    )  # fmt: skip
    links = read(before=menu, after=f"<section><h3>Also from us</h3><ul>{cards}</ul></section>")
    assert links == []
