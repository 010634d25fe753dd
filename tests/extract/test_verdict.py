"""What counts as an article, and what does not."""

import pytest

from crawler.extract import extract
from crawler.reasons import NOT_ARTICLE

TEXT = "The council of the valley met on Monday and spoke for three hours about the new bridge. "
STORY = "<h1>Bridge debate lasts three hours</h1>" + "".join(
    f"<p>On day {n}: {TEXT * 2}</p>" for n in range(5)
)
CARDS = "".join(
    f"<article><h3><a href='/town/story-number-{n}'>Story number {n} of a long day in town</a></h3>"
    f"<p>{TEXT}</p></article>"
    for n in range(20)
)


def verdict(body: str, path: str = "/town/bridge-debate", head: str = "") -> str | None:
    title = "<title>Bridge debate lasts three hours</title>"
    html = f"<html><head>{title}{head}</head><body>{body}</body></html>"
    return extract(html.encode(), f"https://paper.example{path}").not_article


def test_a_story_is_an_article_with_or_without_metadata() -> None:
    assert verdict(STORY) is None
    assert verdict(STORY, head='<meta property="og:type" content="article">') is None
    assert (
        verdict(
            STORY + f"<aside>{CARDS}</aside>", head='<meta property="og:type" content="article">'
        )
        is None
    )


def test_a_short_news_item_that_says_so_is_an_article() -> None:
    head = (
        '<meta property="og:type" content="article">'
        '<meta property="article:published_time" content="2024-01-02T03:04Z">'
    )
    assert verdict(f"<h1>Bridge debate lasts three hours</h1><p>{TEXT * 2}</p>", head=head) is None


SHORT = f"<h1>Bridge debate lasts three hours</h1>{{}}<p>{TEXT * 2}</p>"


@pytest.mark.parametrize(
    ("date", "path"),
    [
        ("<time datetime=2024-01-02>2 Jan</time>", "/town/bridge-debate-lasts-three-hours"),
        ("<p>2. Januar 2024, 10:15 Uhr</p>", "/stadt/stundenlange-debatte-um-die-bruecke.html"),
        ("<span class=date>2 enero 2024</span>", "/2024/01/02/debate"),
    ],
)
def test_short_news_that_show_a_day_and_have_an_address_of_one_are_an_article(
    date: str, path: str
) -> None:
    assert verdict(SHORT.format(date), path) is None
    assert verdict(SHORT.format(""), path) == "too_short"
    assert verdict(SHORT.format(date), "/town/bridge") == "too_short"
    assert verdict(SHORT.format(date), "/events/bridge-debate-lasts-three-hours") == "too_short"


def test_short_news_are_told_by_a_number_among_stories_too() -> None:
    for headline, path in (
        ("Bridge debate lasts three hours", "/news/1234567"),
        ("橋の通行料が半額に決まる", "/articles/12345/"),
        ("다리 통행료 절반으로 내린다", "/news/articleView.html?idxno=12345"),
    ):
        short = f"<h1>{headline}</h1><p>2 Jan 2024</p><p>{TEXT * 2}</p>"
        assert verdict(short, path) is None
        elsewhere = path.replace("news", "town").replace("article", "x").replace("View", "")
        assert verdict(short, elsewhere) == "too_short"


def test_a_dated_call_to_subscribe_is_no_short_news() -> None:
    call = "Get the best of the valley in your inbox. Sign up for our newsletter, and unsubscribe."
    page = f"<h1>Sign up for the valley</h1><p>2 Jan 2024</p><p>{call}</p>"
    assert verdict(page, "/town/letter-of-the-valley") == "too_short"


CLAIMS = """<script type="application/ld+json">{"@type": "NewsArticle", "headline":
"Bridge debate lasts three hours", "datePublished": "2024-01-02T10:00:00Z"%s}</script>"""
CLOSED = CLAIMS % (
    ', "isAccessibleForFree": false, "hasPart": {"@type": "WebPageElement",'
    ' "isAccessibleForFree": false, "cssSelector": ".paid"}'
)


@pytest.mark.parametrize(
    ("beginning", "wall", "head"),
    [
        ("The council met on Monday.", "<p>This story is for subscribers only. Log in or subscribe"
         " to continue reading.</p>", CLAIMS % ""),
        ("The council met on Monday, and spoke for hours about the bridge.",
         "<div class=paywall><p>Subscribe to read on.</p></div>", CLAIMS % ""),
        ("Der Stadtrat tagte am Montag stundenlang zur neuen Brücke im Tal.",
         "<div><p>Weiterlesen mit Plus: Jetzt abonnieren. Sie haben schon ein Abo?"
         " <a href=/login>Anmelden</a></p></div>", CLAIMS % ""),
        ("Le conseil s'est réuni lundi soir, pendant trois heures, à propos du pont.",
         "<div class=paid></div>", CLOSED),
    ],
)  # fmt: skip
def test_a_story_of_which_a_sentence_may_be_read_is_one(
    beginning: str, wall: str, head: str
) -> None:
    shown = f"<h1>Bridge debate lasts three hours</h1><article><p>{beginning}</p>{{}}</article>"
    assert verdict(shown.format(wall), head=head) is None
    assert verdict(shown.format(wall)) == "too_short", "nobody says that it is a story"
    wall_alone = f"<h1>Bridge debate lasts three hours</h1><article>{wall}</article>"
    assert verdict(wall_alone, head=head) is not None, "there is nothing to read"
    nearly_empty = verdict(shown.format(""), head=CLAIMS % "")
    assert nearly_empty in ("too_short", "no_text"), "nobody says that there is more"


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (STORY, "/"),
        (CARDS, "/town/"),
        (f"<h1>Town</h1>{CARDS}", "/category/town/page/2/"),
        (f"<h1>Bridge</h1>{CARDS}", "/tag/bridge/"),
        (f"<h1>Results for bridge</h1>{CARDS}", "/?s=bridge"),
        (STORY, "/about-us/"),
        (f"<h1>Contact</h1><p>{TEXT}</p>", "/contact"),
        ("<h1>404 – Page not found</h1><p>We could not find that page.</p>", "/town/gone"),
        ("<h1>Log in</h1><p>Please log in to read on.</p>", "/town/bridge-debate"),
        ("<h1>Bridge</h1><div>Short.</div>", "/town/bridge-debate"),
        ("", "/town/bridge-debate"),
    ],
)  # fmt: skip
def test_listings_service_pages_walls_and_errors_are_none(body: str, path: str) -> None:
    assert verdict(body, path) in NOT_ARTICLE


def record(kind: str, way: str = "/wp-json/wp/v2/") -> str:
    return f'<link rel="alternate" type="application/json" href="{way}{kind}/2701">'


@pytest.mark.parametrize("way", ["/wp-json/wp/v2/", "https://paper.example/?rest_route=/wp/v2/"])
def test_what_wordpress_itself_says_of_a_page_is_believed(way: str) -> None:
    assert verdict(STORY, head=record("posts", way)) is None
    assert verdict(STORY, head=record("events", way)) is None  # a kind of the site's own
    assert verdict(STORY, head=record("pages", way)) == "about_page"
    assert verdict(STORY, head=record("categories", way)) == "listing"
    short = f"<h1>Bridge debate lasts three hours</h1><p>{TEXT * 2}</p>"
    assert verdict(short) == "too_short"
    assert verdict(short, head=record("posts", way)) is None


def test_a_page_of_wordpress_that_is_dated_like_a_story_is_one() -> None:
    article = '<meta property="og:type" content="article">'  # a plugin writes it on every page
    date = '<meta property="article:published_time" content="2024-01-02T03:04Z">'
    assert verdict(STORY, head=record("pages") + article) == "about_page"
    assert verdict(STORY, head=record("pages") + article + date) is None


SECTION = {
    "headings": '<article><h3><a href="{url}">{name}</a></h3><p>{text}</p></article>',
    "lists": '<li><a href="{url}">{name}</a><p>{text}</p></li>',
    "boxes": '<div class="t"><a class=hl href="{url}">{name}</a><div>{text}</div></div>',
    "one link around": '<a href="{url}"><div><h4>{name}</h4><p>{text}</p></div></a>',
}


@pytest.mark.parametrize("card", SECTION.values(), ids=SECTION)
@pytest.mark.parametrize("path", ["/sport/index.html", "/sport/", "/deportes", "/news/wirtschaft/"])
@pytest.mark.parametrize("below", [True, False])
def test_a_section_is_no_story(card: str, path: str, below: bool) -> None:
    folder = path.removesuffix("index.html").rstrip("/") if below else "/2024/05"
    items = "".join(
        card.format(url=f"{folder}/the-story-of-the-day-{n}.html", text=f"{n}: {TEXT}",
                    name=f"The story of the day, and that is number {n}")
        for n in range(12)
    )  # fmt: skip
    assert verdict(f"<main><h1>All of it</h1><div class=list>{items}</div></main>", path)
    claim = '<meta property="og:type" content="article">'
    if below:
        assert verdict(f"<main><h1>All of it</h1>{items}</main>", path, claim)


@pytest.mark.parametrize(
    "path",
    [
        "/about/index.html",
        "/about/",
        "/impressum/index.php",
        "/en/contact/index.htm",
        "/kontakt.html",
    ],
)
def test_a_page_about_the_site_is_no_story_under_its_folder_either(path: str) -> None:
    assert verdict(STORY, path) == "about_page"


@pytest.mark.parametrize(
    "path",
    [
        "/p/bridge-debate-lasts-three-hours?s=r",
        "/town/bridge-debate?s=03",
        "/bridge-debate-lasts-three-hours/?q=1",
        "/?q=node/4711",
        "/index.php?q=town/bridge-debate",
        "/2024/05/bridge-debate?query=x&s=20",
        "/town/bridge-debate-lasts?q=council+of+the+valley",
    ],
)
def test_a_story_is_no_search_page_for_a_letter_in_its_address(path: str) -> None:
    assert verdict(STORY, path) is None


@pytest.mark.parametrize(
    "path", ["/?s=bridge", "/search/?q=bridge+toll", "/suche?query=br%C3%BCcke", "/?s=%E6%A9%8B",
             "/town/index.php?search=bridge", "/en/?s=three+hours"],
)  # fmt: skip
@pytest.mark.parametrize("body", [STORY, f"<h1>Results</h1>{CARDS}"])
def test_a_search_is_none_whatever_it_finds(path: str, body: str) -> None:
    assert verdict(body, path)


LINKED = {
    "numbered": "<h2><a href='/inns/{n}'>{n}. The inn at bridge {n} of all</a></h2><p>{text}</p>",
    "places on the page": "<h2><a href='#s{n}'>What the council says of it, part {n}</a></h2>"
    "<p>{text}</p>",
    "others' pages": "<h3><a href='https://inn{n}.example/'>The inn at bridge {n} of all</a></h3>"
    "<p>{text}</p>",
    "in sentences": "<p>In <a href='/town/story-{n}'>the story of inn number {n}</a> {text}</p>",
}


@pytest.mark.parametrize("part", LINKED.values(), ids=LINKED)
@pytest.mark.parametrize("path", ["/town/nine-inns-of-the-valley", "/town/nine-inns", "/inns/best"])
def test_a_story_with_many_links_is_no_listing(part: str, path: str) -> None:
    parts = "".join(part.format(n=n, text=f"{n}: {TEXT}") for n in range(1, 10))
    body = f"<article><h1>Nine inns of the valley</h1><p>{TEXT}</p>{parts}</article>"
    assert verdict(body, path) is None


def test_a_short_story_above_many_cards_is_a_story() -> None:
    body = (
        f"<main><article><h1>Bridge debate lasts three hours</h1><p>{TEXT * 4}</p></article></main>"
    )
    assert verdict(body + f"<section><h2>More</h2>{CARDS}</section>") is None
