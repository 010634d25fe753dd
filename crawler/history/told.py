"""A story as its readers see it, and what differs between two states of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from crawler.extract.language import (
    calls,
    is_counted,
    is_note,
    is_wall,
    names_itself,
    states_age,
)
from crawler.history.beside import Beside
from crawler.history.reader_text import as_read, closed, typeset_alike
from crawler.items import Article
from crawler.text import count_words

_SENTENCE = re.compile(r"(?<=[.!?…。！？])\s+")
_TIMED = re.compile(r"\d{1,2}[:.h]\d\d\b")
_ZONE = re.compile(r"\d(?:Z|[+-]\d\d:?\d\d)$")
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
    old: Told,
    new: Told,
    is_furniture: Callable[[str], bool] = lambda paragraph: False,
    beside: Beside | None = None,
) -> tuple[str, ...]:
    """The fields that a newspaper changed between two states of a story, as its readers see them;
    TYPOGRAPHY alone where only the typesetting differs; nothing where it is the same story still.

    is_furniture: whether a paragraph is the site's and not the story's. beside: the two whole
    pages, where they are known; what stands on both is no change, wherever it was read.
    """
    exact = _changes(old, new, as_read, is_furniture, beside)
    if not exact:
        return ()
    return _changes(old, new, typeset_alike, is_furniture, beside) or (TYPOGRAPHY,)


def not_by_reading(old: Told, new: Told, changed: Sequence[str]) -> tuple[str, ...]:
    """The fields that changed, of states that two extractors read, without what is only read
    otherwise: an earlier one took for the headline what search engines are told, and kept nothing
    of that."""
    apart = {"seo_title"}
    if new.seo_title is not None and as_read(old.title) == as_read(new.seo_title):
        apart.add("title")
    return tuple(field for field in changed if field not in apart)


def _changes(
    old: Told,
    new: Told,
    read: Callable[[str], str],
    is_furniture: Callable[[str], bool],
    beside: Beside | None,
) -> tuple[str, ...]:
    found = _differing(old, new, read, is_furniture, beside)
    if beside is None:
        return tuple(found)
    return tuple(
        field
        for field in found
        if not (texts := _apart(old, new, field, read))
        or not all(beside.stays(text, read, told=field in _MACHINES_TOO) for text in texts)
    )


_MACHINES_TOO = frozenset({"seo_title", "standfirst", "authors"})
"""Fields that may be read from what a page tells machines."""


def _apart(old: Told, new: Told, field: str, read: Callable[[str], str]) -> list[str]:
    """The texts in which two states differ in a field that stands on the page in one piece."""
    if field in ("title", "standfirst"):
        return [text for text in (getattr(old, field), getattr(new, field)) if text]
    if field == "seo_title":
        return [old.seo_title or old.title, new.seo_title or new.title]
    if field == "authors":
        return list(_by_reading(old.authors, read) ^ _by_reading(new.authors, read))
    if field == "captions":
        one, other = ([c.text for c in told.captions] for told in (old, new))
        return list(_by_reading(one, read) ^ _by_reading(other, read))
    return []


def _by_reading(texts: Iterable[str], read: Callable[[str], str]) -> set[str]:
    return {read(text) for text in texts}


def _differing(
    old: Told,
    new: Told,
    read: Callable[[str], str],
    is_furniture: Callable[[str], bool],
    beside: Beside | None,
) -> list[str]:
    found = []
    if read(old.title) != read(new.title):
        found.append("title")
    text = _same_text(old.body, new.body, read, is_furniture, beside)
    if _said(old.standfirst, read) != _said(new.standfirst, read) and not _moved_standfirst(
        old, new, read
    ):
        found.append("standfirst")
    if _names(old, read) != _names(new, read):
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
    return found


def _said(text: str | None, read: Callable[[str], str]) -> str:
    """A standfirst as it is compared: without a note on its age, and once, where the page has it
    twice."""
    if not text:
        return ""
    sentences = [part for part in _SENTENCE.split(text) if not states_age(part)]
    said = read(" ".join(sentences))
    half = len(said) // 2
    return said[:half] if said[:half] == said[half + 1 :] else said


def _names(told: Told, read: Callable[[str], str]) -> set[str]:
    """Authors as they are compared: capitals are the site's style."""
    return {read(name).casefold() for name in told.authors}


def _stream(text: str, read: Callable[[str], str]) -> str:
    return closed(read(text))


def _moved_standfirst(old: Told, new: Told, read: Callable[[str], str]) -> bool:
    """Whether a standfirst is only read elsewhere now: among the paragraphs, or from what the page
    tells search engines."""
    for one, other in ((old, new), (new, old)):
        if one.standfirst and not other.standfirst and read(one.standfirst) in read(other.body):
            return True
    return _stream(old.words, read) == _stream(new.words, read)


def _same_text(
    old: str,
    new: str,
    read: Callable[[str], str],
    is_furniture: Callable[[str], bool],
    beside: Beside | None,
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
    furniture = {
        part
        for part in odd
        if part and (_is_box(part) or (beside is not None and beside.stays(part, read)))
    }
    rest = [part for part in odd - furniture if part and _uncounted(part) not in counters]
    if len(rest) > _MANY:
        return False  # no site has so much of its own in one text: it need not be asked of each
    furniture.update(part for part in rest if not is_note(part) and is_furniture(part))
    left = (
        "\n".join(p for p in parts if p not in furniture and _uncounted(p) not in counters)
        for parts in (before, after)
    )
    one, other = map(closed, left)
    return one == other


def _ticks(gone: set[str], new: set[str]) -> bool:
    """Whether short lines that each begin with the time of day gave way to as many others of other
    times: a list of the latest news in the text. A report that grows keeps what it has, and one
    that is rewritten keeps its times."""
    if not len(gone) == len(new) > 1 or any(count_words(p) > _BOX_WORDS for p in gone | new):
        return False
    before, after = ([_TIMED.match(part) for part in parts] for parts in (gone, new))
    if not all(before) or not all(after):
        return False
    times = [{found[0] for found in each if found} for each in (before, after)]
    return not times[0] & times[1]


def _counters(paragraphs: Iterable[str]) -> set[str]:
    """Short lines that count the readers of a story, or speak of it, without their numbers. Any
    other number is the newspaper's: of the dead, of goals, of a price."""
    return {
        _uncounted(part)
        for part in paragraphs
        if _COUNTED.search(part)
        and count_words(part) <= _COUNTER_WORDS
        and (is_counted(part) or names_itself(part))
    }


def _uncounted(paragraph: str) -> str:
    return _COUNTED.sub("#", paragraph)


def _is_box(paragraph: str) -> bool:
    """Whether a paragraph is a note on the story's age, or asks its reader to log in or to
    subscribe."""
    if states_age(paragraph):
        return True
    return count_words(paragraph) <= _BOX_WORDS and (calls(paragraph) > 1 or is_wall(paragraph))


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
        # a day begins elsewhere at another hour
        return len(old.published) == len(new.published) or abs(one - other) >= timedelta(days=2)
    if _clock(old.published) == _clock(new.published) and (
        _ZONE.search(old.published) is None or _ZONE.search(new.published) is None
    ):
        return False  # the same time of day, of which one state does not say the zone
    if abs(one - other) < timedelta(minutes=1):
        return False
    return not (_is_clock(old, one) and _is_clock(new, other))


def _clock(date: str) -> str:
    """A date to the minute, without its zone."""
    return date[:16].replace(" ", "T")


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
    name = _address if _share_names(old) or _share_names(new) else _name
    before, after = ({name(c.picture): read(c.text) for c in each} for each in (old, new))
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


def _share_names(captions: Sequence[Caption]) -> bool:
    """Whether two pictures have one file name, at different addresses."""
    addresses = {_address(c.picture) for c in captions}
    return len({_name(each) for each in addresses}) < len(addresses)


def _address(picture: str) -> str:
    return picture.partition("?")[0]


def _name(picture: str) -> str:
    """A picture's address without what says its size and where it is served."""
    return picture.partition("?")[0].rpartition("/")[2] or picture
