"""The same text under two addresses: found by MinHash, sure by comparison.

Broder 1997, "On the resemblance and containment of documents"; banding as in Leskovec, Rajaraman
and Ullman, Mining of Massive Datasets, 3.4. With eight bands of eight rows, nine pairs of ten that
share nine tenths of their phrases are looked at, and one of thirty that share half.
"""

from __future__ import annotations

import sqlite3
from hashlib import blake2b

from rensa import RMinHash

from crawler.items import Article
from crawler.text import PHRASE, likeness, phrases, words

BANDS = 8
ROWS = 8
_SEED = 1911
# The share of phrases from which on two texts are one; below so many words nothing is said.
SAME = 0.9
_FEW_WORDS = 40
# A page that names another address as its own is believed from this share on.
RELATED = 0.3

# Characters that are sketched: copies begin alike, and all of the text is compared where they do.
_BEGINNING = 1_200


def bands(found: set[str]) -> list[tuple[int, int]]:
    """(band, value): two texts with an equal pair are likely much alike."""
    sketch = RMinHash(num_perm=BANDS * ROWS, seed=_SEED)
    sketch.update(list(found))
    digest = sketch.digest()
    out = []
    for band in range(BANDS):
        part = b"".join(n.to_bytes(8, "big") for n in digest[band * ROWS : (band + 1) * ROWS])
        value = int.from_bytes(blake2b(part, digest_size=8).digest(), "big", signed=True)
        out.append((band, value))
    return out


def find_copy(
    connection: sqlite3.Connection, site_id: int, article: Article
) -> tuple[int | None, list[tuple[int, int]]]:
    """The article of the same site, or of a host below or above it, that has the same headline, day
    and text, if there is one; and the bands to remember the text by. Raises sqlite3.Error.

    A page without a date may be the print page of one that has it; stories that are printed again
    every week under one headline differ in their day.
    """
    if article.word_count < _FEW_WORDS:
        return None, []
    marks = bands(phrases(article.body[:_BEGINNING]))
    alike = dict.fromkeys(
        row[0]
        for mark in marks
        for row in connection.execute(
            "SELECT article_id FROM article_bands WHERE band = ? AND value = ? LIMIT 20", mark
        )
    )
    rows = (
        connection.execute(
            "SELECT a.id, r.title, r.published_at, r.body_text FROM articles a"
            " JOIN revisions r ON r.id = a.revision_id JOIN sites own ON own.id = ?"
            " JOIN sites s ON s.id = a.site_id WHERE a.id = ?"
            " AND (s.id = own.id OR s.host LIKE '%.' || own.host OR own.host LIKE '%.' || s.host)",
            (site_id, article_id),
        ).fetchone()
        for article_id in alike
    )
    day = article.published.value[:10] if article.published else None
    found = phrases(article.body) if alike else set()
    for article_id, title, published, body in filter(None, rows):
        if (
            _same_day(day, published)
            and same_title(title, article.title or "")
            and likeness(found, phrases(body)) >= SAME
        ):
            return article_id, marks
    return None, marks


def _same_day(one: str | None, other: str | None) -> bool:
    if one is None or other is None:
        return True
    return other[: len(one)] == one[: len(other)]


def remember(connection: sqlite3.Connection, article_id: int, marks: list[tuple[int, int]]) -> None:
    """Enter an article's bands. Raises sqlite3.Error."""
    connection.executemany(
        "INSERT OR IGNORE INTO article_bands VALUES (?, ?, ?)",
        [(band, value, article_id) for band, value in marks],
    )


def tells_same_story(article: Article, title: str, body: str) -> bool:
    """Whether a page may be another edition of the story that it names as its own.

    Some sites name the same address on every page.
    """
    return same_title(article.title or "", title) or (
        likeness(phrases(article.body), phrases(body)) >= RELATED
    )


def same_title(one: str, other: str) -> bool:
    """Whether two headlines are the same, but for what a site sets before or behind its own.

    >>> same_title("Mill wheel turns again", "Mill wheel turns again – The News")
    True
    >>> same_title("News", "News from the mill")
    False
    """
    short, long = sorted((words(one).split(), words(other).split()), key=len)
    if short == long:
        return True
    return len(short) >= PHRASE and short in (long[: len(short)], long[-len(short) :])
