"""Invented languages for invented stories: words with stems and endings, as often as words are.

A text's words are drawn from a pool in which each form stands as often as Zipf's law has it
(Mandelbrot's form of it, 1953); each section of a newspaper has a pool of its own, for its subjects
have words of theirs.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

_POOL = 120_000
"""Words in a pool: the rarest that it can have stands once in it."""
_RUN = 6
"""Words that are taken from it one after the other: phrases recur, too."""
_STEMS = 16_000
_OWN = 0.12
"""Share of a section's words that are of its subjects."""
_SUBJECTS = 250
_NAMES = 0.015
_NUMBERS = 0.01
_COMMAS = 0.06


@dataclass(frozen=True, slots=True)
class Words:
    """What a language is made of."""

    code: str
    """BCP 47."""
    common: str
    """The most frequent words, which every text has, apart by
    spaces, the most frequent first."""
    known: str
    """Stems of real words among the invented ones, likewise."""
    onsets: tuple[str, ...]
    nuclei: tuple[str, ...]
    codas: tuple[str, ...]
    endings: tuple[tuple[tuple[str, int], ...], ...]
    """For each kind of word its endings, and how many of a hundred words have each."""
    space: str = " "
    stop: str = "."
    sections: tuple[str, ...] = ()
    blocks: tuple[str, str, str, str, str] = ("", "", "", "", "")
    """Headings of the links: latest, most read, picked, on the same subject, sponsored."""
    again: str = "updated: {}"
    """A headline that was changed."""


ENGLISH = Words(
    "en",
    "the of and to in a for that on was is with it as at by from he be said his has are have"
    " an not but they were this who had their which will one or its her been would after"
    " she more about when two new than there up out into first also some over last could"
    " year other no if all time",
    "council police school bridge river hospital election minister museum market station"
    " harbour strike court village farm flood theatre festival union bank railway factory"
    " storm library mayor budget student nurse vaccine referendum tunnel orchard lighthouse"
    " ferry glacier heron archive typhoon manuscript",
    ("b", "br", "c", "cl", "d", "dr", "f", "fl", "g", "gr", "h", "j", "k", "l", "m", "n", "p",
     "pl", "pr", "r", "s", "st", "str", "t", "tr", "v", "w", "sh", "th", ""),
    ("a", "e", "i", "o", "u", "a", "e", "o", "ea", "ou", "ai"),
    ("", "n", "r", "l", "t", "s", "nd", "rt", "ck", "m", "st", "ng", "p"),
    (
        (("", 58), ("s", 38), ("'s", 4)),
        (("", 32), ("s", 18), ("ed", 28), ("ing", 18), ("er", 4)),
        (("", 74), ("ly", 16), ("ness", 5), ("est", 5)),
    ),
    sections=("News", "Region", "Politics", "Business", "Sport", "Culture", "Opinion", "Science"),
    blocks=("Latest", "Most read", "Editors' picks", "More on this", "From our partners"),
)  # fmt: skip

SPANISH = Words(
    "es",
    "de la que el en y a los se del las por un para con no una su al lo como más pero sus le"
    " ya o este sí porque esta entre cuando muy sin sobre también me hasta hay donde quien"
    " desde todo nos durante todos uno les ni contra otros",
    "río policía elección escuela puente año mañana niño huelga montaña ministro",
    ("b", "c", "ch", "d", "f", "g", "j", "l", "ll", "m", "n", "ñ", "p", "r", "s", "t", "tr", "v",
     "pr", "gr", ""),
    ("a", "e", "i", "o", "u", "a", "e", "o", "ía", "é", "á", "ué"),
    ("", "", "n", "r", "l", "s"),
    (
        (("o", 32), ("os", 18), ("a", 32), ("as", 18)),
        (("ar", 26), ("ó", 22), ("aba", 14), ("ando", 14), ("ado", 24)),
        (("ción", 62), ("ciones", 38)),
    ),
    sections=("Noticias", "Región", "Política", "Economía", "Deportes", "Cultura"),
    blocks=("Últimas noticias", "Lo más leído", "Destacados", "Más sobre el tema", "Patrocinado"),
    again="Actualización: {}",
)  # fmt: skip

_KANJI = tuple(
    "日本人大年会国社東京都市県山川田中村水火木金土学校生先行政府党選挙議員法案経済株価円銀工場車電"
    "力原子発所海港船空路線駅橋病院医師薬研究科技術文化芸能音楽映画作家新聞記者報道地震台風雨雪春"
    "夏秋冬北南西朝夜週月初最高低強弱多少長短開始終了増減上下前後内外男女子供親家族店商品売買農業"
)
JAPANESE = Words(
    "ja",
    "この その また 一方 しかし これ それ 同社 同日 昨年 今年 現在 さらに",
    "政府 選挙 経済 大学 東京 地震 川 橋 病院 学校 新聞",
    _KANJI, ("",), _KANJI,
    (
        (("は", 24), ("が", 20), ("を", 22), ("に", 16), ("の", 18)),
        (("した", 44), ("する", 26), ("している", 18), ("しない", 12)),
        (("で", 50), ("と", 30), ("から", 20)),
    ),
    space="", stop="。",
    sections=("社会", "政治", "経済", "スポーツ", "文化"),
    blocks=("最新記事", "アクセスランキング", "注目", "関連記事", "広告"),
    again="更新:{}",
)  # fmt: skip


class Tongue:
    """Draws texts in a language."""

    def __init__(self, words: Words) -> None:
        """words: what the language is made of."""
        self.words = words
        chance = random.Random(words.code)
        stems = self._stems(chance)
        forms, weights = self._forms(stems)
        self.names = [self._name(chance) for _ in range(4_000)]
        self.tags = sorted({chance.choice(forms) for _ in range(700)})
        totals = list(accumulate(weights))
        self._pools = [
            self._pool(chance, forms, totals, chance.sample(range(len(forms)), _SUBJECTS))
            for _ in words.sections
        ]

    def _stems(self, chance: random.Random) -> list[str]:
        words = self.words
        known = list(reversed(words.known.split()))
        stems: dict[str, None] = {}
        while len(stems) < _STEMS:
            # real words stand among the invented ones, less frequent than the most frequent
            if known and len(stems) % 40 == 39:
                stems[known.pop()] = None
            stems[self.stem(chance)] = None
        return list(stems)

    def stem(self, chance: random.Random) -> str:
        """A stem of one to three syllables; of a language without spaces, of one to three
        characters."""
        words = self.words
        if not words.space:
            return "".join(chance.choices(words.onsets, k=chance.choice((1, 2, 2, 2, 3))))
        syllables = chance.choice((1, 2, 2, 2, 3))
        open_ones = (words.onsets, words.nuclei)
        sounds = [*open_ones * syllables, words.codas]
        return "".join(map(chance.choice, sounds))

    def _forms(self, stems: list[str]) -> tuple[list[str], list[float]]:
        words = self.words
        forms, known = words.common.split(), set(words.known.split())
        weights = [1 / (rank + 2.7) for rank in range(len(forms))]
        for rank, stem in enumerate(stems, len(forms)):
            kind = 0 if stem in known else rank % len(words.endings)
            for ending, share in words.endings[kind]:
                forms.append(_joined(stem, ending))
                weights.append(share / 100 / rank)
        return forms, weights

    def _pool(
        self, chance: random.Random, forms: Sequence[str], totals: list[float], own: list[int]
    ) -> list[str]:
        pool = chance.choices(forms, cum_weights=totals, k=_POOL)
        subjects = [forms[n] for n in own]
        weights = list(accumulate(1 / (rank + 3) for rank in range(len(own))))
        self._mix(chance, pool, _OWN, lambda k: chance.choices(subjects, cum_weights=weights, k=k))
        self._mix(chance, pool, _NAMES, lambda k: [
            self.names[int(len(self.names) * chance.random() ** 3)] for _ in range(k)
        ])  # fmt: skip
        self._mix(chance, pool, _NUMBERS, lambda k: [
            str(int(chance.paretovariate(0.5)) % 10_000) for _ in range(k)
        ])  # fmt: skip
        comma = "," if self.words.space else "、"
        for at in chance.sample(range(len(pool)), int(len(pool) * _COMMAS)):
            pool[at] += comma
        return pool

    @staticmethod
    def _mix(
        chance: random.Random, pool: list[str], share: float, drawn: Callable[[int], list[str]]
    ) -> None:
        places = chance.sample(range(len(pool)), int(len(pool) * share))
        for at, word in zip(places, drawn(len(places)), strict=True):
            pool[at] = word

    def _name(self, chance: random.Random) -> str:
        given, surname = self.stem(chance), self.stem(chance)
        return f"{given} {surname}".title() if self.words.space else f"{given}{surname}"

    def headline(self, chance: random.Random, section: int) -> str:
        """Of six to ten words."""
        words = chance.choices(self._pools[section], k=6 + int(chance.random() * 5))
        line = self.words.space.join(words).strip(",、")
        return line[:1].upper() + line[1:]

    def sentences(self, chance: random.Random, section: int, words: int) -> list[str]:
        """Sentences of some so many words in all."""
        pool = self._pools[section]
        drawn: list[str] = []
        while len(drawn) < words:
            at = int(chance.random() * (_POOL - _RUN))
            drawn += pool[at : at + _RUN]
        # nearly every text has a word that no other has: a name, a slip
        drawn[int(chance.random() * words)] = self.stem(chance).capitalize()
        found, at, space, stop = [], 0, self.words.space, self.words.stop
        while at < len(drawn):
            end = at + 6 + int(chance.random() * 24)
            line = space.join(drawn[at:end]).rstrip(",、")
            found.append(line[:1].upper() + line[1:] + stop)
            at = end
        return found

    def paragraphs(self, chance: random.Random, section: int, words: int) -> list[str]:
        """Paragraphs of some so many words in all."""
        sentences = self.sentences(chance, section, words)
        found, at = [], 0
        while at < len(sentences):
            end = at + 1 + int(chance.random() * 4)
            found.append(self.words.space.join(sentences[at:end]))
            at = end
        return found


def _joined(stem: str, ending: str) -> str:
    """A stem with an ending, as it is spelled."""
    if ending in ("ed", "er", "est", "ing") and stem.endswith("e"):
        stem = stem[:-1]
    elif ending == "s" and stem.endswith("y"):
        return stem[:-1] + "ies"
    elif ending == "s" and stem.endswith(("s", "sh", "ch", "x")):
        return stem + "es"
    elif ending in ("o", "os", "a", "as") and stem[-1:] in "aeiouáéíóú":
        return stem + ending[1:]
    return stem + ending


@lru_cache(maxsize=4)
def tongue(words: Words) -> Tongue:
    """The same one for the same words: making one takes half a second."""
    return Tongue(words)
