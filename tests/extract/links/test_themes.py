"""Every block of the themes that newspapers run on: their markup, our words.

A file of `themes/` is a page. `<template data-card="x">` is what one card looks like; a place
`{{relation "Label" x 3}}` is a block of three such cards (`-` for no label, `a|b` where the page
does not tell which). Adding a theme needs no code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from crawler.extract import extract
from crawler.items import LinkedStory

THEMES = sorted((Path(__file__).parent / "themes").glob("*.html"))
HOME = "https://www.paper.example/2024/05/"
TITLE = "Ferries stand still for a second week"
SELF = HOME + "ferries-stand-still-for-a-second-week/"
PROSE = "".join(
    f"<p>The harbour master counted the {what} again, found all of them in port, and told the "
    "town council so in a letter of two pages that nobody had asked for.</p>"
    for what in ("ferries", "pilots", "gulls")
)
WHO = ("Pilots", "Dockers", "Anglers", "Bakers", "Divers", "Gardeners", "Lamplighters", "Teachers")
WHAT = (
    "ask the mayor for a higher wage", "find an old anchor in the basin", "open a new market hall",
    "count fewer gulls than last year", "paint the lighthouse blue again",
    "move into the empty customs house", "win the regatta by a length",
)  # fmt: skip
CARD = re.compile(r'<template data-card="(\w+)">(.*?)</template>\n?', re.DOTALL)
PLACE = re.compile(r'\{\{([a-z_|]+) (?:"([^"]*)"|-) (\w+) (\d+)\}\}')
PROMO = re.compile(r'\{\{u ([a-z_]+) "([^"]*)"\}\}(.*?)\{\{t\}\}')


@dataclass
class Page:
    """A page made from a theme's file, and what stands on it."""

    html: str
    stories: list[dict[str, str | int | None]] = field(default_factory=list)


def page_of(path: Path) -> Page:
    """Fill a theme's places with stories."""
    text = path.read_text(encoding="utf-8")
    cards = dict(CARD.findall(text))
    page = Page(CARD.sub("", text))

    def story(relation: str, label: str | None, position: int, card: str) -> dict[str, str]:
        n = len(page.stories)
        title = f"{WHO[n % len(WHO)]} {WHAT[n // len(WHO) % len(WHAT)]}"
        shown = {
            "u": HOME + title.lower().replace(" ", "-") + "/",
            "t": title,
            "i": f"https://img.paper.example/{n}.jpg",
            "d": f"2024-04-{n % 28 + 1:02}T08:00:00+00:00",
            "D": f"April {n % 28 + 1}, 2024",
            "x": f"A short summary, number {n}, that ends with a full stop.",
            "n": str(position),
        }
        fields = {"i": "image", "x": "excerpt", "d": "published"}
        wanted: dict[str, str | int | None] = {
            "relation": relation, "label": label, "position": position, "title": title,
            "url": shown["u"],
        }  # fmt: skip
        wanted.update({name: shown[key] for key, name in fields.items() if f"{{{key}}}" in card})
        page.stories.append(wanted)
        return shown

    def fill(match: re.Match[str]) -> str:
        relation, label, name, count = match.groups()
        out = []
        for position in range(1, int(count) + 1):
            shown = story(relation, label, position, cards[name])
            out.append(re.sub(r"\{(\w)\}", lambda m, shown=shown: shown[m[1]], cards[name]))
        return "\n".join(out)

    def promo(match: re.Match[str]) -> str:
        shown = story(match[1], match[2], 1, "")
        return shown["u"] + match[3] + shown["t"]

    html = re.sub(
        f"{PLACE.pattern}|{PROMO.pattern}",
        lambda m: fill(PLACE.match(m[0])) if PLACE.match(m[0]) else promo(PROMO.match(m[0])),  # type: ignore[arg-type]
        page.html,
    )
    known = {"{prose}": PROSE, "{title}": TITLE, "{self}": SELF}
    for name, value in known.items():
        html = html.replace(name, value)
    page.html = f"<!doctype html><html lang=en><head><title>{TITLE}</title></head>{html}</html>"
    return page


def as_read(link: LinkedStory, wanted: dict[str, str | int | None]) -> dict[str, str | int | None]:
    """What was read of a story, in the fields that its card shows."""
    got: dict[str, str | int | None] = {name: getattr(link, name, None) for name in wanted}
    if "published" in wanted:
        got["published"] = link.published.text if link.published else None
    if got["relation"] in str(wanted["relation"]).split("|"):
        got["relation"] = wanted["relation"]
    return got


@pytest.mark.parametrize("path", THEMES, ids=lambda p: p.stem)
def test_every_block_of_a_theme_comes_out_whole_and_nothing_else(path: Path) -> None:
    page = page_of(path)
    got = extract(page.html.encode(), SELF)
    assert got.article.title == TITLE
    links = {(k.url, k.label): k for k in got.article.links}
    read = [
        as_read(links[key], wanted) if (key := (wanted["url"], wanted["label"])) in links else None
        for wanted in page.stories
    ]
    assert read == page.stories
    assert len(got.article.links) == len(page.stories), [
        k for k in got.article.links if k.url not in {s["url"] for s in page.stories}
    ]
    assert not any(str(s["title"]) in got.article.body for s in page.stories)
