"""Quality on real pages, where the development corpora are at hand."""

from __future__ import annotations

import gzip
import json
import re
from typing import Any

import pytest

from benchmarks.corpora import CORPORA
from crawler.extract.body import story_place
from crawler.extract.links import linked_stories
from crawler.extract.page import Document
from crawler.items import LinkedStory
from crawler.urls import site_host, story_key

SEED = CORPORA.parent / "seed"
GOLD = CORPORA / "links"


def _read(html: bytes, url: str) -> tuple[LinkedStory, ...]:
    doc = Document(html, url)
    place = story_place(doc)
    return linked_stories(doc, place.container if place else None)


def _f1(hits: int, got: int, wanted: int) -> float:
    return 2 * hits / (got + wanted) if got + wanted else 1.0


def _plain(text: str | None) -> str:
    return " ".join(re.findall(r"\w+", (text or "").lower()))


@pytest.mark.skipif(not SEED.is_dir(), reason="the seed page is not at hand")
def test_every_linked_story_of_the_seed_page_comes_out_and_nothing_else() -> None:
    expected = json.loads((SEED / "expected.json").read_text(encoding="utf-8"))
    links = _read((SEED / "page.html").read_bytes(), expected["url"])
    fields = ("relation", "label", "title", "excerpt", "url")
    found = [
        {f: getattr(k, f) for f in fields if getattr(k, f) is not None} for k in links
    ]  # a field that the answer leaves out is one that the page does not show
    assert found == expected["links"]
    blocks: dict[tuple[str, str | None], list[int]] = {}
    for link in links:
        blocks.setdefault((link.relation, link.label), []).append(link.position)
    assert all(places == list(range(1, len(places) + 1)) for places in blocks.values())


@pytest.mark.skipif(not GOLD.is_dir(), reason="the corpus of linked stories is not at hand")
def test_linked_stories_of_real_pages_are_found_typed_and_titled() -> None:
    found, typed, titles = [0, 0, 0], [0, 0, 0], [0, 0]
    for line in (GOLD / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        page: dict[str, Any] = json.loads(line)
        home = site_host(page["url"]).split(".")[-2:]
        wanted = {
            (story_key(k["url"]), k["relation"]): k
            for k in page["links"]
            if k["relation"] != "inline" or site_host(k["url"]).split(".")[-2:] == home
        }
        links = _read(gzip.decompress((GOLD / page["html"]).read_bytes()), page["url"])
        got = {(story_key(k.url), k.relation): k for k in links}
        for (url, relations), gold in wanted.items():
            hit = next((got[url, r] for r in relations.split("|") if (url, r) in got), None)
            typed[0] += hit is not None
            if hit is not None and gold["title"]:
                titles[0] += _plain(hit.title) == _plain(gold["title"])
                titles[1] += 1
        typed[1] += len(got)
        typed[2] += len(wanted)
        urls, gold_urls = {u for u, _ in got}, {u for u, _ in wanted}
        found[0] += len(urls & gold_urls)
        found[1] += len(urls)
        found[2] += len(gold_urls)
    assert _f1(*found) >= 0.96
    assert _f1(*typed) >= 0.95
    assert titles[0] / titles[1] >= 0.97
