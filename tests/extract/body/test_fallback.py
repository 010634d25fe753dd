"""Bodies that the first reading of a page does not find."""

import json
import time

from crawler.extract import extract
from crawler.extract.body.fallback import told_body
from crawler.extract.page import Structured

URL = "https://paper.example/town/a-story-of-bread"
TOLD = "\n\n".join(
    f"The baker said on day {n} that flour was dear this year, and went on." for n in range(12)
)


def told(body: str) -> Structured:
    return Structured({}, (), {"@type": "NewsArticle", "articleBody": body})


def page(body: str, article_body: str = "") -> str:
    node = {"@type": "NewsArticle", "headline": "Flour is dear", "articleBody": article_body}
    script = f'<script type="application/ld+json">{json.dumps(node)}</script>'
    html = f"<html><head>{script}</head><body><h1>Flour is dear</h1>{body}</body></html>"
    return extract(html.encode(), URL).article.body


def test_a_body_told_to_machines_only_is_taken_with_its_source() -> None:
    node = json.dumps({"@type": "Article", "articleBody": TOLD})
    html = f'<script type="application/ld+json">{node}</script>'
    article = extract(
        f"<html><body>{html}<h1>Flour is dear</h1></body></html>".encode(), URL
    ).article
    assert article.body == TOLD
    assert article.sources["body"].source == "json-ld:articleBody"


def test_the_text_of_the_page_is_believed_where_it_is_long() -> None:
    shown = "".join(
        f"<p>On day {n} the miller said the same, only louder than that.</p>" for n in range(12)
    )
    assert page(f"<div class=entry-content>{shown}</div>", TOLD).startswith("On day 0 the miller")


def test_a_teaser_or_a_wrong_type_is_not_taken_for_the_body() -> None:
    assert told_body(told("Short teaser …"), "") == ()
    assert told_body(told(["no", "text"]), "") == ()  # type: ignore[arg-type]
    assert told_body(told(f"<p>{TOLD}</p>"), "")[0].text.startswith("The baker said")


def test_a_story_of_short_lines_is_found_by_its_name() -> None:
    lines = "".join(f"<p>Line {n} of it.</p>" for n in range(12))
    assert page(f"<div class=menu>Home</div><div class=entry-content>{lines}</div>").startswith(
        "Line 0"
    )


def test_sixty_thousand_paragraphs_take_seconds_not_minutes() -> None:
    start = time.process_time()
    page("<p>Some words that go on for a while, and then a bit more than that.</p>" * 60_000)
    assert time.process_time() - start < 30
