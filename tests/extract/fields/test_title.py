"""The headline is what the reader sees; what machines are told is kept beside it."""

import json

import pytest

from crawler.extract import extract
from crawler.items import Article

URL = "https://paper.example/harbour/2026/cranes-of-the-harbour"
STORY = [
    "The cranes of the upper harbour were sold on Monday, and nobody says who has bought them.",
    "Two of them had stood there since 1911; the third was put up after the flood of 1953.",
    "The harbour master told the council that he had learnt of it from the buyers’ own carpenter.",
    "What becomes of the four men who worked on them will be told in the spring, the council says.",
]
PARAGRAPHS = "".join(f"<p>{text}</p>" for text in STORY)
TOLD = "Harbour cranes sold to unknown buyer"
SHOWN = "Nobody knows who bought the three cranes"


def read(body: str, told: str = TOLD, name: str = "The Vellmar Courier", more: str = "") -> Article:
    data = {"@type": "NewsArticle", "headline": told, "datePublished": "2026-05-02T09:00:00Z"}
    html = f"""<html lang="en"><head><title>{told} | {name}</title>
    <meta property="og:site_name" content="{name}"><meta property="og:title" content="{told}">
    <script type="application/ld+json">{json.dumps(data)}</script>{more}</head>
    <body>{body}</body></html>"""
    return extract(html.encode(), URL).article


SHOWN_BY = {
    "in the article": f"<article><h1>{SHOWN}</h1><p>By A. Lind</p>{PARAGRAPHS}</article>",
    "in a hero above the text": f"""<div class="hero"><img src="/a.jpg"><div>
        <h1 class="x1">{SHOWN}</h1></div></div>
        <div class="grid"><div class="col">{PARAGRAPHS}</div></div>""",
    "in a header of the article": f"""<article><header><a href="/harbour">Harbour</a>
        <h1>{SHOWN}</h1><time>2 May 2026</time></header>
        <div class="text">{PARAGRAPHS}</div></article>""",
    "below the site's name": f"""<header><h1><a href="/">The Vellmar Courier</a></h1></header>
        <main><h1>{SHOWN}</h1>{PARAGRAPHS}</main>""",
    "below a section": f"""<div><h1>Harbour news</h1></div><section><h1>{SHOWN}</h1>
        <div>{PARAGRAPHS}</div></section>""",
    "with the old one in a card": f"""<main><article><h1>{SHOWN}</h1>{PARAGRAPHS}</article>
        <h2><a href="{URL}">{TOLD}</a></h2></main>""",
    "without an h1": f"""<main><h2 class="entry-title">{SHOWN}</h2>{PARAGRAPHS}</main>""",
}


@pytest.mark.parametrize("body", SHOWN_BY.values(), ids=SHOWN_BY.keys())
def test_the_headline_that_the_reader_sees_counts(body: str) -> None:
    article = read(body)
    assert article.title == SHOWN
    assert article.seo_title == TOLD
    assert article.sources["seo_title"].source == "meta:og:title"
    assert article.body.split("\n\n") == STORY


NOT_SHOWN = {
    "the site's name": "<header><h1>The Vellmar Courier</h1></header>",
    "a section in the bar": "<nav><h1>Boats and harbours</h1></nav>",
    "a logo that leads home": '<h1 class="brand"><a href="/">News from the river</a></h1>',
    "a section over an agreeing headline": f"<h1>Boats and harbours</h1><h2>{TOLD}</h2>",
    "another story's card": '<h1><a href="/harbour/mill-on-fire">The mill is on fire</a></h1>',
    "one word": "<h1>Harbour</h1>",
}


@pytest.mark.parametrize("heading", NOT_SHOWN.values(), ids=NOT_SHOWN.keys())
def test_a_heading_that_is_not_the_storys_is_no_title(heading: str) -> None:
    assert read(f"{heading}<main><article>{PARAGRAPHS}</article></main>").title == TOLD


def test_what_machines_are_told_changes_no_title() -> None:
    body = f'<article><h1><span class="kicker">Harbour</span> {SHOWN}</h1>{PARAGRAPHS}</article>'
    for told in (SHOWN, f"{SHOWN} - and why", "Cranes: all you need to know", f"Harbour: {SHOWN}"):
        assert read(body, told).title == SHOWN


@pytest.mark.parametrize(
    "told", [SHOWN, SHOWN.upper(), f"{SHOWN} | The Vellmar Courier", f"{SHOWN} | Harbour | Courier"]
)
def test_a_title_told_to_machines_is_kept_only_where_it_differs(told: str) -> None:
    article = read(f"<article><h1>{SHOWN}</h1>{PARAGRAPHS}</article>", told)
    assert article.title == SHOWN
    assert article.seo_title is None
    assert "seo_title" not in article.sources


def test_a_longer_headline_is_read_whole_where_machines_are_told_a_part() -> None:
    longer = f"{TOLD}, and the council asks by whom"
    article = read(f"<article><h1>{longer}</h1>{PARAGRAPHS}</article>")
    assert (article.title, article.seo_title) == (longer, TOLD)


def test_a_line_of_section_and_headline_over_the_headline_is_not_it() -> None:
    body = f"<h1>Harbour: {SHOWN}</h1><h2><span>Harbour</span><span>{SHOWN}</span></h2>{PARAGRAPHS}"
    assert read(f"<article>{body}</article>").title == SHOWN


def test_what_is_pressed_or_hidden_in_a_heading_is_not_read() -> None:
    body = f'<h1>{SHOWN} <span class="sr-only">Opens here</span><button>Save</button></h1>'
    assert read(f"<article>{body}{PARAGRAPHS}</article>").title == SHOWN


def test_without_a_heading_the_title_is_what_machines_are_told() -> None:
    article = read(f"<main>{PARAGRAPHS}</main>")
    assert (article.title, article.seo_title) == (TOLD, None)


@pytest.mark.parametrize(
    "title",
    ["{} | CNN Politics", "{} – DW – 13.06.2023", "{}_网易财经", "{}-新华网", "{} (Published 2016)",
     "Opinion | {}", "{} — Economics from the Quay", "{} » Harbour » The Quay"],
)  # fmt: skip
def test_what_stands_beside_the_shown_headline_is_none_of_it(title: str) -> None:
    for shown in (SHOWN, "港口委员会投票决定关闭旧吊桥", "Bridge"):
        page = f"<title>{title.format(shown)}</title><h1>{shown}</h1>{PARAGRAPHS}"
        assert extract(page.encode(), URL).article.title == shown


@pytest.mark.parametrize(
    ("title", "url"),
    [
        ("{} | CNN Politics", "https://edition.cnn.example/2026/bridge"),
        ("{} – DW – 13.06.2023", "https://www.dw.example/bridge"),
        ("{} (Published 2016)", URL),
        ("Opinion | {}", URL),
        ("{} | The Quay", "https://thequay.example/1"),
        ("{}_网易财经", URL),
        ("{}-新华网", URL),
    ],
)
def test_the_names_of_site_and_section_are_cut_off_where_no_heading_is_shown(
    title: str, url: str
) -> None:
    shown = "港口委员会投票决定关闭旧吊桥十一周" if "网" in title else SHOWN
    page = f"<html><title>{title.format(shown)}</title><body>{PARAGRAPHS}"
    assert extract(page.encode(), url).article.title == shown


@pytest.mark.parametrize(
    "title", ["{} - Hafen - The Quay", "{} | Hafen | The Quay", "The Quay > Hafen > {}"]
)
def test_what_the_menu_has_is_cut_off_where_no_heading_is_shown(title: str) -> None:
    menu = '<nav><a href="/">The Quay</a><a href="/hafen">Hafen</a></nav>'
    page = f"<html><title>{title.format(SHOWN)}</title><body>{menu}{PARAGRAPHS}"
    assert extract(page.encode(), URL).article.title == SHOWN


@pytest.mark.parametrize("section", ["Harbour", "The War in the East", "World Cup 2026"])
def test_a_section_in_an_h1_gives_way_to_the_heading_that_the_title_tells(section: str) -> None:
    page = f"""<title>{SHOWN} | The Quay</title><h1>{section}</h1><main><article><h2>{SHOWN}</h2>
        {PARAGRAPHS}</article></main>"""
    assert extract(page.encode(), URL).article.title == SHOWN


def test_a_heading_behind_the_line_of_author_and_date_heads_a_part() -> None:
    page = f"""<title>{TOLD} | The Quay</title><h1>{SHOWN}</h1><p>By Ada Lund | 7 May 2026</p>
        <h2>{TOLD}</h2>{PARAGRAPHS}"""
    assert extract(page.encode(), URL).article.title == SHOWN


def test_marks_of_where_a_word_may_break_are_no_part_of_it() -> None:
    story = PARAGRAPHS.replace("harbour", "har&shy;bour").replace("council", "coun&#8203;cil")
    page = f"""<title>The harbour cranes are sold | The Quay</title>
        <main><h1>The har&shy;bour cranes are sold</h1>{story}</main>"""
    article = extract(page.encode(), URL).article
    assert article.title == "The harbour cranes are sold"
    assert "The harbour master told the council" in article.body
    assert (article.seo_title, "\xad" in article.body_markdown) == (None, False)


def test_the_masthead_is_no_headline() -> None:
    for masthead in ('<h1><a href="/">Silicon Quay</a></h1>', "<h1>Silicon Quay</h1>"):
        page = f"""<title>{SHOWN} | Silicon Quay</title><header>{masthead}</header>
            <h2>{SHOWN}</h2>{PARAGRAPHS}"""
        assert extract(page.encode(), URL).article.title == SHOWN


def test_what_no_heading_shows_is_a_headline_all_the_same() -> None:
    page = f"<title>{SHOWN} - Some Press of the Town</title><div class=t>{SHOWN}</div>{PARAGRAPHS}"
    assert extract(page.encode(), URL).article.title == SHOWN


@pytest.mark.parametrize(
    "heading",
    [f'<span class="kicker">Harbour</span><span>{SHOWN}</span>',
     f'<small class="rubrik">Hafen</small>{SHOWN}',
     f'<span class="label">LIVE</span>{SHOWN}',
     SHOWN.replace("who bought", "who<br>bought")],
)  # fmt: skip
def test_lines_and_kickers_part_the_words_of_a_heading(heading: str) -> None:
    assert read(f"<article><h1>{heading}</h1>{PARAGRAPHS}</article>").title == SHOWN


def test_a_headline_that_all_of_the_page_tells_keeps_its_last_part() -> None:
    told = "Old well found below the pond: its stairs are whole"
    data = {"@type": "NewsArticle", "headline": "Old well found below the pond"}
    more = f'<script type="application/ld+json">{json.dumps(data)}</script>'
    first, last = told.split(": ")
    h1 = f"<h1><span>{first}:</span> <span>{last}</span></h1>"
    assert read(f"<article>{h1}{PARAGRAPHS}</article>", told=told, more=more).title == told


@pytest.mark.parametrize("kicker", ["Milliardenprojekt", "The river", "経済"])
def test_what_is_told_after_a_colon_is_the_headline_where_it_is_shown_in_the_heading(
    kicker: str,
) -> None:
    html = f"""<html><head><title>What all of it costs the town - The Courier</title>
    <meta property="og:title" content="Cranes of the harbour: {SHOWN}"></head><body><article>
    <header><span>Cranes of the harbour</span><h2><span>{kicker}</span> <span>{SHOWN}</span></h2>
    </header>{PARAGRAPHS}</article></body></html>"""
    assert extract(html.encode(), URL).article.title == SHOWN


def test_the_heading_of_an_entry_is_not_the_headline_of_a_live_blog() -> None:
    entries = [{"@type": "BlogPosting", "headline": SHOWN, "articleBody": "They are sold.",
                "author": {"@type": "Person", "name": "Bo Lund"},
                "datePublished": "2026-05-03T21:00:00Z"}]  # fmt: skip
    told = f"Harbour live: {SHOWN}"
    data = {"@type": "LiveBlogPosting", "headline": told, "liveBlogUpdate": entries,
            "datePublished": "2026-05-02T07:00:00Z", "author": {"name": "Ada Lind"}}  # fmt: skip
    html = f"""<html lang="en"><head><title>{told} | The Courier</title>
    <meta property="og:title" content="{told}"><script type="application/ld+json">
    {json.dumps(data)}</script></head><body><main><h1>{told}</h1>{PARAGRAPHS}
    <div class="entry"><span>9:58</span><h2>{SHOWN}</h2><p>{STORY[0]}</p></div></main></body>"""
    article = extract(html.encode(), URL).article
    assert article.title == told
    assert article.authors == ("Ada Lind",)
    assert article.published_claims[0].text == "2026-05-02T07:00:00Z"
    assert STORY[1] in article.body
