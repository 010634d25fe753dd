"""The Arle Ledger: nothing but links leads to its stories, and they lead to all."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from crawler.demo import ledger


def answer(target: str) -> ledger.Answer:
    parts = urlsplit(target)
    return ledger.find(parts.path, parts.query)


def links(target: str) -> set[str]:
    html = answer(target).body.decode()
    found = (
        urljoin(target, href.replace("&amp;", "&")) for href in re.findall('href="(.*?)"', html)
    )
    return {href for href in found if href.startswith("/")}


def test_each_story_has_an_address_of_its_own_and_a_page() -> None:
    paths = [piece.path for piece in ledger.stories()]
    assert len(set(paths)) == len(paths) == ledger.STORIES
    for piece in ledger.stories():
        page = answer(piece.path)
        assert page.status == 200
        assert piece.paragraphs[0][:30] in page.body.decode().replace("&#x27;", "'").replace(
            "&quot;", '"'
        )


def test_lists_lead_to_every_story() -> None:
    seen: set[str] = set()
    waiting = ["/"]
    while waiting:
        here = waiting.pop()
        if here in seen or "sort=" in here or here.startswith(("/calendar", "/print", "/more")):
            continue
        seen.add(here)
        waiting += links(here)
    assert {piece.path for piece in ledger.stories()} <= seen


def test_it_has_no_sitemap_no_feed_and_no_validators() -> None:
    assert b"Sitemap" not in answer("/robots.txt").body
    for target in ("/", "/sitemap.xml", "/feed/", ledger.stories()[0].path):
        found = answer(target)
        assert b"<urlset" not in found.body
        assert b"<rss" not in found.body
        assert found.dynamic


def test_its_calendar_and_its_errors_have_no_end() -> None:
    day = "/calendar"
    for _ in range(50):
        day = next(link for link in sorted(links(day)) if link.startswith("/calendar?"))
        assert answer(day).status == 200
    assert answer("/more/valley/x/x/x/").status == 200
    assert answer("/no/such/page").status == 404
