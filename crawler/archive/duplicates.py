"""The same text under two addresses: found by MinHash, sure by comparison.

Broder 1997, "On the resemblance and containment of documents"; banding as in Leskovec, Rajaraman
and Ullman, Mining of Massive Datasets, 3.4. With eight bands of eight rows, nine pairs of ten that
share nine tenths of their phrases are looked at, and one of thirty that share half.
"""

from __future__ import annotations

import json
import re
import sqlite3
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

from rensa import RMinHash

from crawler.archive import why
from crawler.items import Article
from crawler.text import PHRASE, likeness, phrases, words
from crawler.times import told_in_utc
from crawler.urls import edition, site_host

BANDS = 8
ROWS = 8
_ALL_ROWS = struct.Struct(f">{BANDS * ROWS}Q")
_SEED = 1911
# The share of phrases from which on two texts are one; below so many words nothing is said.
SAME = 0.9
_FEW_WORDS = 40
_FEW_OF_A_TEASER = 10
# The share of the shorter one's that a text has where it holds all of it.
WHOLE = 0.98
_MOST_MOVES = 5
# A page that names another address as its own is believed from this share on.
RELATED = 0.3

# Characters that are sketched: copies begin alike, and all of the text is compared where they do.
_BEGINNING = 1_200

_ALIKE = " UNION ALL ".join(
    [
        "SELECT article_id FROM (SELECT article_id FROM _article_bands WHERE band = ? AND value = ?"
        " LIMIT 20)"
    ]
    * BANDS
)

_DAY = re.compile(r"[/_-]((?:19|20)\d\d)[/_-]?(0?[1-9]|1[0-2])[/_-]?(0?[1-9]|[12]\d|3[01])(?!\d)")
_SIZE = re.compile(r"[-_]\d{2,4}x\d{2,4}(?=\.)|[-_](?:small|medium|large|thumb)(?=\.)", re.ASCII)


def bands(found: set[str]) -> list[tuple[int, int]]:
    """(band, value): two texts with an equal pair are likely much alike."""
    sketch = RMinHash(num_perm=BANDS * ROWS, seed=_SEED)
    sketch.update(list(found))
    digest = _ALL_ROWS.pack(*sketch.digest())
    size = len(digest) // BANDS
    parts = (blake2b(digest[at : at + size], digest_size=8) for at in range(0, len(digest), size))
    return list(enumerate(int.from_bytes(part.digest(), "big", signed=True) for part in parts))


@dataclass(frozen=True, slots=True)
class Copy:
    """The article that a page shows, too."""

    article_id: int
    likeness: float
    """The share of phrases that both texts have: `SAME` to 1, less where the page is a teaser."""
    is_teaser: bool = False
    """Whether the page shows only the beginning of it."""
    has_moved: bool = False
    """Whether it is of a host that the newspaper has left for the page's."""


def find_copy(
    connection: sqlite3.Connection, site_id: int, article: Article
) -> tuple[Copy | None, list[tuple[int, int]]]:
    """The article of the same site, or of a host below or above it, or of one that the newspaper
    has left for this one, that a page shows, too, if there is one; and the bands to remember the
    text by. Raises sqlite3.Error.

    The headline must be the same, and nothing may speak against it: another language (a
    translation), an address in the edition of another language, though nobody has translated the
    text yet, another day, other pictures where all else is
    boilerplate (a comic, a column). And something must speak for it: the day, the byline, or
    every word: a print page often has neither day nor byline. A teaser of the same minute and
    headline need hold no more than the beginning: so a story looks that has moved behind a wall.
    """
    moment = _moment(article) if article.access == "teaser" else None
    if article.word_count < (_FEW_WORDS if moment is None else _FEW_OF_A_TEASER):
        return None, []
    marks = bands_of(article)
    alike: dict[int, None] = {}
    if marks:
        told = connection.execute(_ALIKE, [each for mark in marks for each in mark])
        alike |= dict.fromkeys(article_id for (article_id,) in told)
    if moment is not None:
        same = connection.execute(
            "SELECT id FROM articles WHERE published_utc = ? LIMIT 20", (moment,)
        )
        alike |= dict.fromkeys(article_id for (article_id,) in same)
    rows = (
        connection.execute(
            "SELECT a.id, r.title, t.body_text, r.language, r.published_at, a.url, r.authors, r.id,"
            " a.site_id, s.id = own.id OR s.host LIKE '%.' || own.host"
            " OR own.host LIKE '%.' || s.host FROM articles a"
            " JOIN revisions r ON r.id = a.revision_id"
            " JOIN revision_texts t ON t.revision_id = r.id JOIN sites own ON own.id = ?"
            " JOIN sites s ON s.id = a.site_id WHERE a.id = ?",
            (site_id, article_id),
        ).fetchone()
        for article_id in alike
    )
    found = phrases(article.body) if alike else set()
    for row in filter(None, rows):
        article_id, title, body, language, published, url, authors, revision, site, is_here = row
        if not same_title(title, article.title or ""):
            continue
        if not is_here and not has_left(connection, site, site_id):
            continue
        known = phrases(body)
        alikeness = likeness(found, known)
        is_teaser = (
            alikeness < SAME and moment is not None and told_in_utc(published) == moment
            and len(found & known) >= SAME * len(found)
        )  # fmt: skip
        other_edition = edition(article.url) != edition(url)
        if (
            not (is_teaser or alikeness >= SAME)
            or other_edition
            or not _same_language(article.language, language)
        ):
            continue
        says = _same_day(article, published, url)
        if says is None:
            says = _same_byline(article.authors, json.loads(authors))
        if says is None:
            says = _all_of_it(found, phrases(body)) and _same_pictures(
                connection, revision, article
            )
        if says:
            return Copy(article_id, alikeness, is_teaser, has_moved=not is_here), marks
    return None, marks


def has_left(connection: sqlite3.Connection, site_id: int, for_site: int) -> bool:
    """Whether the home page of a site leads to another site, at once or by way of others: the
    newspaper has moved there. Raises sqlite3.Error."""
    left = [site_id]
    for at in left:
        homes = connection.execute(
            "SELECT reason_subject FROM urls WHERE site_id = ? AND role = 'home'"
            " AND role <> 'page' AND role <> 'requisite' AND state = 'redirected'",
            (at,),
        ).fetchall()
        for host in {site_host(url) for (url,) in homes if url}:
            row = connection.execute("SELECT id FROM sites WHERE host = ?", (host,)).fetchone()
            if row is not None and row[0] == for_site:
                return True
            if row is not None and row[0] not in left and len(left) < _MOST_MOVES:
                left.append(row[0])
    return False


def _moment(article: Article) -> str | None:
    """When a story was published, in UTC, where that is told to the minute."""
    published = article.published
    exact = published is not None and not published.relative
    if published is None or not exact or published.precision not in ("minute", "second"):
        return None
    return told_in_utc(published.value)


def _same_language(one: str | None, other: str | None) -> bool:
    """Whether two tags may be those of one text: by their first subtag, where both are known."""
    tags = [tag.partition("-")[0].lower() for tag in (one, other) if tag]
    return len(set(tags)) <= 1


def _same_day(article: Article, published: str | None, url: str) -> bool | None:
    """Whether a page is of the day of a story; None where one of them does not say."""
    day = article.published.value[:10] if article.published else None
    one, other = day or _day_in(article.url), published or _day_in(url)
    if one is None or other is None:
        return None
    return other[: len(one)] == one[: len(other)]


def _day_in(url: str) -> str | None:
    match = _DAY.search(url)
    return f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}" if match else None


def _same_byline(one: Iterable[str], other: Iterable[str]) -> bool | None:
    """Whether two pages name an author in common; None where one names nobody."""
    names, others = ({name.casefold() for name in names} for names in (one, other))
    return bool(names & others) if names and others else None


def _all_of_it(one: set[str], other: set[str]) -> bool:
    """Whether one text holds the other whole, but for a phrase or two."""
    return len(one & other) >= WHOLE * min(len(one), len(other))


def _same_pictures(connection: sqlite3.Connection, revision: int, article: Article) -> bool:
    """Whether a page shows a picture of a revision, or one of them shows none."""
    own = {image.url for image in [article.image, *(b.image for b in article.blocks)] if image}
    rows = connection.execute("SELECT url FROM images WHERE revision_id = ?", (revision,))
    theirs = {_picture(url) for (url,) in rows}
    return not own or not theirs or bool({_picture(url) for url in own} & theirs)


def _picture(url: str) -> str:
    """A picture's name without what says its size."""
    return _SIZE.sub("", url.partition("?")[0].rpartition("/")[2])


def remember(connection: sqlite3.Connection, article_id: int, marks: list[tuple[int, int]]) -> None:
    """Enter an article's bands. Raises sqlite3.Error."""
    connection.executemany(
        "INSERT OR IGNORE INTO _article_bands VALUES (?, ?, ?)",
        [(band, value, article_id) for band, value in marks],
    )


def remember_anew(connection: sqlite3.Connection, article_id: int, article: Article) -> None:
    """Enter an article's bands in the place of those of an earlier reading, if it has any. Raises
    sqlite3.Error."""
    found = connection.execute("DELETE FROM _article_bands WHERE article_id = ?", (article_id,))
    if found.rowcount:
        remember(connection, article_id, bands_of(article))


def bands_of(article: Article) -> list[tuple[int, int]]:
    """The bands to remember a text by; none where it is too short to be told from others."""
    if article.word_count < _FEW_WORDS:
        return []
    return bands(phrases(article.body[:_BEGINNING]))


def forget_copy(connection: sqlite3.Connection, url: str) -> None:
    """Enter that a URL shows a story itself, and no copy of one. Raises sqlite3.Error."""
    connection.execute(
        "DELETE FROM copies WHERE url_id = (SELECT id FROM urls WHERE url = ?)", (url,)
    )


def note_copy(connection: sqlite3.Connection, url: str, copy: Copy) -> None:
    """Enter that a known URL shows what an article has. Raises sqlite3.Error."""
    connection.execute(
        "INSERT INTO copies (url_id, article_id, likeness) SELECT id, ?, ? FROM urls WHERE url = ?"
        " ON CONFLICT (url_id) DO UPDATE SET article_id = excluded.article_id,"
        " likeness = excluded.likeness WHERE NOT is_split",
        (copy.article_id, copy.likeness, url),
    )


def is_split(connection: sqlite3.Connection, url: str, copy: Copy) -> bool:
    """Whether somebody has said that a URL is no copy of that article. Raises sqlite3.Error."""
    return (
        connection.execute(
            "SELECT 1 FROM copies WHERE url_id = (SELECT id FROM urls WHERE url = ?)"
            " AND article_id = ? AND is_split",
            (url, copy.article_id),
        ).fetchone()
        is not None
    )


def split(connection: sqlite3.Connection, url: str) -> str | None:
    """Say that a URL is no copy but a story of its own, and queue it to be archived as such.

    Returns the address of the article that it was taken for; None if it was taken for none. Raises
    sqlite3.Error.
    """
    row = connection.execute(
        "SELECT u.id, a.url FROM urls u JOIN copies c ON c.url_id = u.id"
        " JOIN articles a ON a.id = c.article_id WHERE u.url = ?",
        (url,),
    ).fetchone()
    if row is None:
        return None
    connection.execute("UPDATE copies SET is_split = 1 WHERE url_id = ?", (row[0],))
    connection.execute(
        f"UPDATE urls SET state = 'queued', {why.NONE}, due_at = NULL, article_id = NULL,"  # noqa: S608
        " etag = NULL, last_modified = NULL, held = 2 WHERE id = ?",
        (row[0],),
    )
    return str(row[1])


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
