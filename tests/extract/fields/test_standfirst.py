"""The summary under the headline: what the page shows, else what it tells."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crawler.items import Article

Read = Callable[..., Article]
BYLINE = "<p>By Ada Miller</p><time>7 May 2026</time>"
LEAD = "After eleven years on land the old ferry carries cars again, for one summer at least."


@pytest.mark.parametrize(
    "above",
    [
        f'<p class="standfirst">{LEAD}</p>',
        f'<h2 class="article__subtitle">{LEAD}</h2>',
        f'<div class="article-summary"><p>{LEAD}</p></div>',
        f'<p itemprop="description">{LEAD}</p>',
    ],
)
def test_a_shown_standfirst_is_the_first_paragraph_too(read: Read, above: str) -> None:
    article = read("", above)
    assert article.standfirst == LEAD
    assert article.sources["standfirst"].source == "html:standfirst"
    assert article.body.startswith(LEAD)
    assert article.body.count(LEAD) == 1


@pytest.mark.parametrize(
    "above",
    [
        f"<h2>{LEAD}</h2>",
        f"<h3>{LEAD}</h3><p>By Ada Miller</p>",
        f"<p>{LEAD}</p><p>Von Ada Miller</p><time>7. Mai 2026</time>",
        f"<p><strong>{LEAD}</strong></p><div><span>Ada Miller</span> <span>7 May 2026</span></div>",
        f"<div><p class=x1>{LEAD}</p></div><time datetime=2026-05-07>7 May</time>",
    ],
)
def test_a_sentence_between_the_headline_and_the_story_is_one_by_its_place(
    read: Read, above: str
) -> None:
    told = '<meta name="description" content="Ferry back on the river for the summer season">'
    article = read(told, above)
    assert article.standfirst == LEAD
    assert article.sources["standfirst"].source == "html:below headline"
    assert article.body.count(LEAD) <= 1


@pytest.mark.parametrize(
    "above",
    [
        f"<p>{LEAD}</p>",  # the first paragraph, for all that is known
        f"<p>{LEAD}</p><p>{LEAD[:40]}, and another ferry is to follow it.</p><p>By Ada Miller</p>",
        "<h2>What it costs</h2>",
        "<p>By Ada Miller</p><p>Ferry returns to the river, and many people are glad.</p>",
        f"<ul><li>{LEAD}</li></ul><p>By Ada Miller</p>",
        f'<p><a href="/s/1">{LEAD}</a></p><p>By Ada Miller</p>',
        f"<p>Share this article with your friends on all of the networks.</p>{BYLINE}",
        f"<p>The ferry at its old pier on Monday morning. Photo: Bo Ek</p>{BYLINE}",
        f"<p>Topics: ferries, rivers, bridges, harbours, ships and boats</p>{BYLINE}",
        f"<p>This article was first published by another paper of ours.</p>{BYLINE}",
        f"<p>Print this page | Send it to a friend | Enlarge the text</p>{BYLINE}",
        f"<h2>{LEAD}</h2><p>It crossed on Monday.</p><h2>What it costs</h2><p>Nothing.</p>",
        f"<p>{LEAD}</p><p>It was on May 7, 2024 that they told us so.</p>",
    ],
)
def test_what_may_be_the_story_or_anothers_is_none_by_its_place(read: Read, above: str) -> None:
    assert read(above=above).standfirst is None


@pytest.mark.parametrize(
    ("head", "source"),
    [
        (f'<meta property="og:description" content="{LEAD}">', "meta:og:description"),
        (f'<meta name="description" content="{LEAD}">', "meta:description"),
        (
            '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Ferry returns'
            f' to the river", "description": "{LEAD}"}}</script>',
            "json-ld:description",
        ),
    ],
)
def test_one_that_only_machines_are_told_is_no_part_of_the_body(
    read: Read, head: str, source: str
) -> None:
    article = read(head)
    assert article.standfirst == LEAD
    assert article.sources["standfirst"].source == source
    assert LEAD not in article.body


@pytest.mark.parametrize(
    "told", [LEAD[:60] + "…", LEAD[:60] + " [...]", "Ferry returns to the river"]
)
def test_a_text_that_is_cut_off_or_repeats_the_headline_is_none(read: Read, told: str) -> None:
    assert read(f'<meta name="description" content="{told}">').standfirst is None


def test_the_summary_of_another_story_is_none(read: Read) -> None:
    below = f"""<aside><article><h2><a href="/x">Lock closed for repairs until the autumn</a></h2>
        <p class="standfirst">{LEAD}</p></article></aside>"""
    assert read("", "", below).standfirst is None


CARD = """<section class="x"><h4><a href="/town/mill">Mill burns down</a></h4>
    <div class="summary">The mill by the bridge burnt down, no one was hurt.</div></section>"""
TEASER = """<div class="teaser"><h3><a href="/x">Mill burns</a></h3>
    <p class="excerpt">The mill by the bridge burnt down last night, no one was hurt.</p></div>"""
BOX = '<div><p class="lead">Get our harbour stories in your inbox every morning.</p></div>'
ADVERT = '<p class="description">Advertisement: Cruise the fjords with us from 99 a night.</p>'


@pytest.mark.parametrize("above", [CARD, TEASER, BOX, ADVERT])
def test_what_is_of_a_card_a_newsletter_or_an_advert_is_no_standfirst(
    read: Read, above: str
) -> None:
    assert read(above=above).standfirst is None


def test_a_standfirst_may_stand_in_an_article_below_the_headline(read: Read) -> None:
    below = f"""<div class="block"><article class="node"><footer>By admin</footer>
        <div class="content"><div class="field-chapo">{LEAD}</div></div></article></div>"""
    html = read("", f'</article><div class="region">{below}</div><article>')
    assert html.standfirst == LEAD


def test_a_heading_alone_in_a_box_of_that_name_is_a_standfirst(read: Read) -> None:
    for box in (
        '<div class="Post__lead"><h2>{}</h2></div>',
        '<header class="dek"><h3>{}</h3></header>',
    ):
        assert read("", box.format(LEAD)).standfirst == LEAD


@pytest.mark.parametrize(
    "line", ["Hamburg, 7. Mai 2026, 17.26 Uhr", "7 May 2026, 5.26 pm, by Ada Miller"]
)
def test_a_line_with_the_date_is_no_standfirst_whatever_it_is_called(read: Read, line: str) -> None:
    article = read("", f'<p class="intro">{line}</p><p class="teaser-text">{LEAD}</p>')
    assert article.standfirst == LEAD
