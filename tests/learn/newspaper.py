"""An invented newspaper's story pages, for what its pages teach together."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

_VOCABULARY = """
    river bridge mayor school winter council harbour train museum garden storm market village
    teacher engine painter library doctor farmer window stone letter ferry bakery orchard lamp
    music kitchen valley engineer captain summer ballot theatre forest mill wheel boat court
"""
WORDS = _VOCABULARY.split()
NAMES = ("Ada Lund", "Ole Brand", "Jette Rohde", "Piet Stern", "Mara Quist", "Ines Falk")


def sentence(rng: random.Random) -> str:
    words = [rng.choice(WORDS) for _ in range(rng.randint(9, 16))]
    return f"The {' '.join(words[:5])} of the {' '.join(words[5:])}."


@dataclass
class Story:
    """What one story page is made of."""

    number: int
    seed: int = 7
    opening: str = ""
    before: str = ""
    inside: str = ""
    after: str = ""
    byline: bool = True
    json_ld: bool = True
    paper: str = "The Lund Gazette"
    classes: tuple[str, str] = ("story", "written")
    head: str = ""
    paragraphs: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        rng = random.Random(self.seed * 1_000 + self.number)
        self.title = f"{rng.choice(WORDS).title()} and {rng.choice(WORDS)} meet again {self.number}"
        self.author = NAMES[self.number % len(NAMES)]
        self.paragraphs = self.paragraphs or [
            " ".join(sentence(rng) for _ in range(3)) for _ in range(6)
        ]

    @property
    def url(self) -> str:
        return f"https://gazette.example/2024/05/{1 + self.number % 28:02}/a-story-{self.number}-x"

    @property
    def html(self) -> str:
        story, written = self.classes
        ld = (
            '<script type="application/ld+json">{"@type": "NewsArticle", "author": '
            f'{{"@type": "Person", "name": "{self.author}"}}}}</script>'
        )
        first = f"<p>{self.opening}</p>" if self.opening else ""
        half = len(self.paragraphs) // 2
        said = [f"<p>{text}</p>" for text in self.paragraphs]
        shown = f"<div class='{written}'><span>{self.author}</span></div>" if self.byline else ""
        return (
            f"<html lang=en><head><title>{self.title} - {self.paper}</title>"
            f"{ld if self.json_ld else ''}{self.head}</head><body><header><a href='/'>"
            f"{self.paper}</a></header><main><h1>{self.title}</h1>{shown}{self.before}"
            f"<div class='{story}'>{first}{''.join(said[:half])}{self.inside}"
            f"{''.join(said[half:])}{self.after}</div></main></body></html>"
        )
