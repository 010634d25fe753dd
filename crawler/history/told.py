"""A story as its readers see it, and what differs between two states of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from crawler.extract.language import calls, states_age
from crawler.history.notices import notice
from crawler.history.reader_text import as_read, typeset_alike
from crawler.items import Article
from crawler.text import count_words

_SENTENCE = re.compile(r"(?<=[.!?…。！？])\s+")
_TIMED = re.compile(r"\d{1,2}[:.h]\d\d\b")
_COUNTED = re.compile(r"\d+(?:[.,:\u00a0\u202f ]\d+)*")
_COUNTER_WORDS = 12
_BOX_WORDS = 30
_MANY = 20
TYPOGRAPHY = "typography"
"""In place of the fields that changed, where nothing but typography did."""


class Caption(NamedTuple):
    """Words under a picture."""

    picture: str
    """The picture's address."""
    text: str


@dataclass(frozen=True, slots=True)
class Told:
    """What one state of a story tells its readers, and search engines beside them."""

    title: str
    body: str
    """Paragraphs with blank lines between them."""
    seo_title: str | None = None
    standfirst: str | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None
    """ISO 8601, as exact as it is known; None where it is not, or counts back from today."""
    captions: tuple[Caption, ...] = ()
    captured_at: str = ""
    """ISO 8601, UTC."""
    language: str | None = None
    """BCP 47; None where nobody knows."""

    @property
    def paragraphs(self) -> list[str]:
        """Those of the body."""
        return [part for part in self.body.split("\n\n") if part.strip()]

    @property
    def words(self) -> str:
        """All that is read as text."""
        return "\n\n".join(filter(None, (self.standfirst, self.body)))


def told_by(article: Article, captured_at: str) -> Told:
    """What an article tells. captured_at: ISO 8601, UTC."""
    pictures = [article.image, *(block.image for block in article.blocks)]
    published = article.published
    return Told(
        title=article.title or "",
        body=article.body,
        seo_title=article.seo_title,
        standfirst=article.standfirst,
        authors=article.authors,
        published=published.value if published and not published.relative else None,
        captions=tuple(Caption(p.url, p.caption) for p in pictures if p and p.caption),
        captured_at=captured_at,
        language=article.language,
    )


def changes(
    old: Told, new: Told, is_furniture: Callable[[str], bool] = lambda paragraph: False
) -> tuple[str, ...]:
    """The fields that a newspaper changed between two states of a story, as its readers see them;
    TYPOGRAPHY alone where only the typesetting differs; nothing where it is the same story still.

    is_furniture: whether a paragraph is the site's and not the story's.
    """
    exact = _changes(old, new, as_read, is_furniture)
    if not exact:
        return ()
    return _changes(old, new, typeset_alike, is_furniture) or (TYPOGRAPHY,)


def not_by_reading(old: Told, new: Told, changed: Sequence[str]) -> tuple[str, ...]:
    """The fields that changed, of states that two extractors read, without what is only read
    otherwise: an earlier one took for the headline what search engines are told, and kept nothing
    of that."""
    apart = {"seo_title"}
    if new.seo_title is not None and as_read(old.title) == as_read(new.seo_title):
        apart.add("title")
    return tuple(field for field in changed if field not in apart)


def _changes(
    old: Told, new: Told, read: Callable[[str], str], is_furniture: Callable[[str], bool]
) -> tuple[str, ...]:
    found = []
    if read(old.title) != read(new.title):
        found.append("title")
    text = _same_text(old.body, new.body, read, is_furniture)
    if _said(old.standfirst, read) != _said(new.standfirst, read) and not _moved_standfirst(
        old, new, read
    ):
        found.append("standfirst")
    if {read(name) for name in old.authors} != {read(name) for name in new.authors}:
        found.append("authors")
    if _other_date(old, new):
        found.append("published_at")
    # a standfirst may be read as the first paragraph, or the other way round
    if not text and _stream(old.words, read) != _stream(new.words, read):
        found.append("body")
    if _other_captions(old.captions, new.captions, read):
        found.append("captions")
    if _seo(old, read) != _seo(new, read) and not (
        # where it is not told apart, the headline says it all
        "title" in found and old.seo_title is None and new.seo_title is None
    ):
        found.append("seo_title")
    return tuple(found)


def _said(text: str | None, read: Callable[[str], str]) -> str:
    """A standfirst as it is compared: without a note on its age, and once, where the page has it
    twice."""
    if not text:
        return ""
    sentences = [part for part in _SENTENCE.split(text) if not states_age(part)]
    said = read(" ".join(sentences))
    half = len(said) // 2
    return said[:half] if said[:half] == said[half + 1 :] else said


def _stream(text: str, read: Callable[[str], str]) -> str:
    return "".join(read(text).split())


def _moved_standfirst(old: Told, new: Told, read: Callable[[str], str]) -> bool:
    """Whether a standfirst is only read elsewhere now: among the paragraphs, or from what the page
    tells search engines."""
    for one, other in ((old, new), (new, old)):
        if one.standfirst and not other.standfirst and read(one.standfirst) in read(other.body):
            return True
    return _stream(old.words, read) == _stream(new.words, read)


def _same_text(
    old: str, new: str, read: Callable[[str], str], is_furniture: Callable[[str], bool]
) -> bool:
    """Whether two bodies are one text, however it is cut into paragraphs, and but for what is the
    site's."""
    if _stream(old, read) == _stream(new, read):
        return True
    before, after = ([read(part) for part in text.split("\n\n")] for text in (old, new))
    odd = set(before) ^ set(after)
    if _ticks(set(before) - set(after), set(after) - set(before)):
        return [p for p in before if p not in odd] == [p for p in after if p not in odd]
    counters = _counters(set(before) - set(after)) & _counters(set(after) - set(before))
    furniture = {part for part in odd if part and _is_box(part)}
    rest = [part for part in odd - furniture if part and _uncounted(part) not in counters]
    if len(rest) > _MANY:
        return False  # no site has so much of its own in one text: it need not be asked of each
    furniture.update(part for part in rest if is_furniture(part))
    left = (
        "".join(p for p in parts if p not in furniture and _uncounted(p) not in counters)
        for parts in (before, after)
    )
    one, other = ("".join(text.split()) for text in left)
    return one == other


def _ticks(gone: set[str], new: set[str]) -> bool:
    """Whether short lines that each begin with the time of day gave way to as many others: a list
    of the latest news in the text. A report that grows keeps what it has."""
    return len(gone) == len(new) > 1 and all(
        _TIMED.match(part) and count_words(part) <= _BOX_WORDS for part in gone | new
    )


def _counters(paragraphs: Iterable[str]) -> set[str]:
    """Short lines that are no sentences, without their numbers: `people are reading this now`."""
    return {
        _uncounted(part)
        for part in paragraphs
        if _COUNTED.search(part)
        and count_words(part) <= _COUNTER_WORDS
        and not part.rstrip().endswith((".", "!", "?", "。", "؟", "।"))
    }


def _uncounted(paragraph: str) -> str:
    return _COUNTED.sub("#", paragraph)


def _is_box(paragraph: str) -> bool:
    """Whether a paragraph is a note on the story's age, or asks its reader to log in or to
    subscribe."""
    if states_age(paragraph):
        return True
    length = count_words(paragraph)
    if length > _BOX_WORDS:
        return False
    return calls(paragraph) > 1 or (length <= _BOX_WORDS / 2 and notice(paragraph) == "wall")


def _seo(told: Told, read: Callable[[str], str]) -> str:
    return read(told.seo_title or told.title)


def _other_date(old: Told, new: Told) -> bool:
    """Whether a date of publication was exchanged: not made more exact, nor read from a clock."""
    if old.published is None or new.published is None or old.published == new.published:
        return False
    shorter = min(len(old.published), len(new.published))
    if shorter <= 10 and old.published[:shorter] == new.published[:shorter]:
        return False
    one, other = _moment(old.published), _moment(new.published)
    if one is None or other is None:
        return old.published[:10] != new.published[:10]
    if shorter <= 10:
        return abs(one - other) >= timedelta(days=2)  # a day begins elsewhere at another hour
    if abs(one - other) < timedelta(minutes=1):
        return False
    return not (_is_clock(old, one) and _is_clock(new, other))


def _is_clock(told: Told, moment: datetime) -> bool:
    """Whether a date is only that of the moment, or the day, when its page was fetched."""
    seen = _moment(told.captured_at)
    if seen is None:
        return False
    midnight = (moment.hour, moment.minute) == (0, 0) and abs(seen - moment) < timedelta(hours=30)
    return midnight or abs(seen - moment) < timedelta(minutes=15)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _other_captions(
    old: Sequence[Caption], new: Sequence[Caption], read: Callable[[str], str]
) -> bool:
    """Whether the words under a picture that stays were changed. Another picture brings its own."""
    before, after = ({_name(c.picture): read(c.text) for c in each} for each in (old, new))
    common = before.keys() & after.keys()
    if any(before[name] != after[name] for name in common):
        # one picture that stands twice has two captions, in any order
        return Counter(before.values()) != Counter(after.values())
    if common or len(old) != len(new):
        return False
    return [read(c.text) for c in old] != [read(c.text) for c in new] and _alike(old, new)


def _alike(old: Sequence[Caption], new: Sequence[Caption]) -> bool:
    """Whether captions are, one by one, mostly the same words: the pictures come from another
    server now."""
    for one, other in zip(old, new, strict=True):
        a, b = set(one.text.casefold().split()), set(other.text.casefold().split())
        if 2 * len(a & b) < max(len(a), len(b)):
            return False
    return True


def _name(picture: str) -> str:
    """A picture's address without what says its size and where it is served."""
    return picture.partition("?")[0].rpartition("/")[2] or picture
