"""The same page gives the same answer, whatever was read before and wherever it lies in memory."""

from __future__ import annotations

from crawler.demo.pages import render
from crawler.extract import extract

ORIGIN = "http://demo.example"


def test_a_page_read_twice_gives_the_same() -> None:
    pages = {
        path: answer
        for path, answer in render("morning", ORIGIN).items()
        if answer.status == 200 and answer.content_type.startswith("text/html")
    }
    assert len(pages) > 60

    def read() -> dict[str, object]:
        return {
            path: extract(answer.body, ORIGIN + path, answer.content_type)
            for path, answer in pages.items()
        }

    first = read()
    kept_alive = [object() for _ in range(10_000)]  # so that elements get other addresses
    assert read() == first
    assert kept_alive


def test_two_links_that_name_a_story_differently_are_read_in_page_order() -> None:
    card = (
        "<div class=card><a href='{url}' title='{title}'><img src=x></a>"
        "<h3><a href='{url}' title='Story number {n} told'>{title} length</a></h3></div>"
    )
    cards = "".join(
        card.format(
            n=n, url=f"/2026/05/0{n}/a-story-of-a-day", title=f"Story number {n} told in full"
        )
        for n in range(1, 9)
    )
    html = (
        f"<html><body><h1>News of the day</h1><section><h2>Related</h2>{cards}</section>".encode()
    )
    titles = {
        tuple(link.title for link in extract(html, "https://news.example/x").article.links)
        for _ in range(20)
    }
    assert len(titles) == 1
    assert next(iter(titles))[0] == "Story number 1 told in full"
