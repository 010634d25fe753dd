"""What is a link can be the story's own words: a heading, a paragraph, a list of sources."""

from __future__ import annotations

import pytest

from crawler.extract import extract
from crawler.items import Article

URL = "https://paper.example/valley/2024/the-toll-falls"
TITLE = "The toll falls"
STORY = [
    "The council of the valley lowers the toll on all nine bridges by half from the first of May.",
    "Carters had asked for it since the winter, when four of them were stuck at the Old Weir.",
    "Who lives on one bank and works on the other pays nothing at all, the clerk of works said.",
    "The loss is eleven hundred a year, which the council wants to take from the fishing rights.",
]
MORE = (
    "It costs a penny now, and will cost half of one. The keeper counts the carts with pebbles, "
    "and brings them to the clerk once a month. In a good year there are four thousand of them, "
    "the clerk says, and in a bad one there are still three thousand, most of them in autumn; he "
    "keeps the pebbles of the last ten years in jars on his shelf, one for each month of them."
)


def read(*pieces: str, lang: str = "en") -> Article:
    html = f"""<html lang={lang}><head><meta charset=utf-8><title>{TITLE}</title></head><body><main>
    <article><h1>{TITLE}</h1>{"".join(pieces)}</article></main></body></html>"""
    return extract(html.encode(), URL).article


def told(*between: str) -> Article:
    plain = [f"<p>{text}</p>" for text in STORY]
    return read(*plain[:2], *between, *plain[2:])


HEADINGS = {
    "a mark": '<h2><a name="carts"></a>Who pays at the bridge</h2>',
    "an old mark": '<h2><a id="carts">Who pays at the bridge</a></h2>',
    "a place on the page": '<h3><a href="#carts">Who pays at the bridge</a></h3>',
    "its own address": f'<h3><a class=anchor href="{URL}#carts">Who pays at the bridge</a></h3>',
    "a button": "<h3><button aria-expanded=true>Who pays at the bridge</button></h3>",
    "a mark around it": '<a name="carts"><h2>Who pays at the bridge</h2></a>',
    "another's page": '<h2><a href="https://bridges.example/9">Who pays at the bridge</a></h2>',
}


@pytest.mark.parametrize("markup", HEADINGS.values(), ids=HEADINGS)
@pytest.mark.parametrize("text", ["Who pays at the bridge", "Wer zahlt", "橋を渡る者の負担"])
def test_a_heading_that_is_a_link_stays(markup: str, text: str) -> None:
    article = told(markup.replace("Who pays at the bridge", text))
    assert [b.text for b in article.blocks if b.type == "heading"] == [text]
    assert all(piece in article.body for piece in STORY)


@pytest.mark.parametrize("number", ["1. {}", "{}", "#3 {}", "2) {}"])
@pytest.mark.parametrize("link", ["/inns/the-weir", "https://inns.example/weir?ref=paper"])
def test_headings_of_a_list_with_links_of_their_own_stay(number: str, link: str) -> None:
    names = [number.format(name) for name in ("Inn at the Old Weir", "The Chains", "Hotel Quell")]
    parts = [f'<h2><a href="{link}{n}">{name}</a></h2><p>{n} of all: {MORE}</p>'
             for n, name in enumerate(names)]  # fmt: skip
    assert [b.text for b in told(*parts).blocks if b.type == "heading"] == names


def test_the_headlines_of_teasers_below_a_story_go_with_their_teasers() -> None:
    cards = [
        f'<h3><a href="/valley/2024/another-story-{n}">Another story of the valley, number {n}'
        f"</a></h3><p>The keeper of bridge {n} has counted his pebbles, and there are too few.</p>"
        for n in range(4)
    ]
    body = read(*(f"<p>{text}</p>" for text in STORY), *cards).body
    assert body.split("\n\n") == STORY


SENTENCES = {
    "en": "On Friday the carters of Tarnholt, led by Ole Brand, denied that they moved the bar.",
    "es": "El viernes, los carreteros del valle negaron haber movido la barrera del puente viejo.",
    "zh": "星期五，山谷里的车夫们否认自己曾经挪动过老桥上的栏杆，并且要求议会道歉。",
}


@pytest.mark.parametrize("lang", SENTENCES)
@pytest.mark.parametrize(
    "markup",
    [
        '<p><a href="/valley/2024/carters">{}</a></p>',
        '<p><strong><a href="/valley/2024/carters-deny-it-all">{}</a></strong></p>',
        '<p><a href="https://court.example/r/9"><em>{}</em></a></p>',
        "<p><a>{}</a></p>",
    ],
)
def test_a_paragraph_that_is_a_link_and_a_sentence_stays(lang: str, markup: str) -> None:
    assert SENTENCES[lang] in told(markup.format(SENTENCES[lang])).body


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ('<p>Later, <a href="/valley/2024/carters">the carters of Tarnholt denied that they had '
         "moved the bar</a>.</p>",
         "Later, the carters of Tarnholt denied that they had moved the bar."),
        ('<p><a href="/a/carters-of-tarnholt">The carters of Tarnholt denied that they had moved '
         "the bar</a>, he says.</p>",
         "The carters of Tarnholt denied that they had moved the bar, he says."),
    ],
)  # fmt: skip
def test_a_paragraph_that_is_mostly_a_link_stays(markup: str, text: str) -> None:
    assert text in told(markup).body


@pytest.mark.parametrize(
    "promo",
    [
        '<p><a href="/valley/2024/the-old-weir-breaks-again">The old weir breaks again</a></p>',
        '<p>Read also: <a href="/a/old-weir-breaks-again">The old weir breaks again, and nobody '
        "is surprised by it.</a></p>",
        '<p><a href="/a/old-weir-breaks-again">Read more: The old weir breaks again, and nobody '
        "is surprised by it.</a></p>",
        '<a href="/a/x"><p>The old weir breaks again, and nobody in the valley is surprised by it.'
        "</p></a>",
        '<h3>Watch: <a href="/a/old-weir-breaks-again">The old weir breaks again</a></h3>',
        '<p><a href="/a/old-weir">The old weir breaks again, and nobody is surprised by what '
        "they...</a></p>",
    ],
)
def test_a_promo_goes(promo: str) -> None:
    assert "old weir breaks" not in told(promo).body


LINKED = {
    "others' pages": ["https://court.example/r/12", "https://guild.example/letters/carters"],
    "documents": ["/files/ruling.pdf", "/files/letter-of-the-carters.docx?v=2"],
    "both": ["https://court.example/r/12", "/files/letter.pdf#page=2"],
}


@pytest.mark.parametrize("links", LINKED.values(), ids=LINKED)
@pytest.mark.parametrize("above", ["", "<p>What the council relies on:</p>", "<h3>Sources</h3>"])
def test_a_list_of_linked_sources_stays(links: list[str], above: str) -> None:
    names = ["The ruling of the court of Quell of 12 May", "The letter of the carters' guild"]
    items = [f'<li><a href="{url}">{name}</a></li>' for url, name in zip(links, names, strict=True)]
    body = told(above, f"<ul>{''.join(items)}</ul>").body
    assert "\n".join(names) in body


@pytest.mark.parametrize(
    "items",
    [
        '<li><a href="/a/old-weir-breaks">The old weir breaks again in the night</a></li>'
        '<li><a href="/a/nine-bridges">Nine bridges in a week, and one of them shut</a></li>',
        '<li><a href="#one">How the old weir broke in the night</a></li>'
        '<li><a href="#two">What comes of the nine bridges</a></li>',
        '<li><a href="https://s.example/share?url=https://paper.example/x">Share the old weir with '
        'friends</a></li><li><a href="https://t.example/send?u=https%3A%2F%2Fp.example">Send the '
        "nine bridges to them</a></li>",
    ],
)
def test_a_list_of_other_stories_goes(items: str) -> None:
    body = told(f"<ul>{items}</ul>").body
    assert body.split("\n\n") == STORY


def test_a_list_of_other_papers_stories_under_its_label_goes() -> None:
    items = '<li><a href="https://other.example/a">The old weir breaks again in the night</a></li>'
    assert "old weir" not in told(f"<h4>Related stories</h4><ul>{items}</ul>").body


@pytest.mark.parametrize(
    "cell",
    ["Ole Brand<br>Jette Rohde", "<p>Ole Brand</p><p>Jette Rohde</p>", "<div>Ole Brand</div>Jette "
     "Rohde", "<ul><li>Ole Brand</li><li>Jette Rohde</li></ul>"],
)  # fmt: skip
def test_the_lines_of_a_cell_are_kept_apart(cell: str) -> None:
    table = f"<table><tr><td>Keepers</td><td>{cell}</td></tr><tr><td>Span</td><td>41</td></tr>"
    article = told(f"{table}</table>")
    assert "Keepers\tOle Brand Jette Rohde\nSpan\t41" in article.body
