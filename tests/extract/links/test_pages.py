"""Whole pages in many languages and forms of markup, each with what a reader would say.

A file of `pages/` begins with its address. `{{p}}` is the paragraph that its `<template>` has. A
link to a story says so in `gold`: its relation, or `a|b` where a reader could say either. Every
other link leads to no story. Adding a page needs no code.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urljoin

import pytest

from crawler.extract import extract

PAGES = sorted((Path(__file__).parent / "pages").glob("*.html"))
FORM = re.compile(r"<!-- (\S+) -->\n<template>(.*?)</template>\n(.*)", re.DOTALL)
LINK = re.compile(r"<a [^>]*>")
HREF = re.compile(r'href="([^"]*)"')
GOLD = re.compile(r'\s+gold="([a-z_|]+)"')


def page_of(path: Path) -> tuple[str, str, set[tuple[str, str]]]:
    """A page's address, its markup, and its stories with their relations."""
    form = FORM.fullmatch(path.read_text(encoding="utf-8"))
    assert form, path
    url, paragraph, page = form[1], form[2], form[3].replace("{{p}}", form[2])
    assert paragraph
    stories = set()
    for link in LINK.findall(page):
        href, gold = HREF.search(link), GOLD.search(link)
        if href and gold:
            stories.add((urljoin(url, href[1]), gold[1]))
    return url, GOLD.sub("", page), stories


@pytest.mark.parametrize("path", PAGES, ids=[p.stem for p in PAGES])
def test_a_page_gives_the_stories_that_a_reader_sees(path: Path) -> None:
    url, page, wanted = page_of(path)
    found = {(link.url, link.relation) for link in extract(page.encode(), url).article.links}
    either = {(u, r) for u, relations in wanted for r in relations.split("|")}
    missed = {(u, r) for u, r in wanted if not any((u, one) in found for one in r.split("|"))}
    assert (missed, found - either) == (set(), set())
