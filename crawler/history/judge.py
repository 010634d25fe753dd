"""Whether an answer is a state of the story that is known at its address, or something else that
stands in its place: a wall, an outage, a shell without text, another story.

It is judged by what it shares with what is known of the story and what it lacks; words name what is
not the story, and make none of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from crawler.extract.language import calls, is_wall
from crawler.history.beside import Beside
from crawler.history.notices import Notice, notice
from crawler.history.told import Told, changes
from crawler.text import count_words, phrases, words

Verdict = Literal[
    "broken", "wall", "outage", "shell", "empty", "teaser", "soft 404", "taken down", "other story"
]
"""What an answer is that is no state of the story: as in the table `verdicts`."""
PASSING: frozenset[Verdict] = frozenset({"broken", "wall", "outage", "shell", "empty"})
"""Those that say nothing of the story: its address is asked again soon."""
LASTING: frozenset[Verdict] = frozenset({"outage", "shell", "empty"})
"""Those that mean that it is gone when they stay for days while others of its site stand."""

# The share of phrases of a known text that make a page a state of it, however much else is there;
# and of a page's own phrases that make it a part of the known text.
_KEPT = 0.15
_PART = 0.5
# How long a text is beside the known one that is a new version of it and no notice in its place.
_WHOLE = 0.4
# What is left of a text where its beginning alone is shown; and with a page that says so.
_CUT = 0.55
_LITTLE = 0.35
_CUT_AS_SAID = 0.95
_CUT_ASKING = 0.8
"""And with a page that asks to subscribe and did not before."""
_NEW, _NEW_AS_SAID, _PROSE = 0.15, 0.3, 12
"""Share of new words in a text that is cut, and where the page says so; and words of a paragraph
that counts as prose."""
_BOX_WORDS = 30
_FEW_WORDS = 80
"""Of a text so short nothing is said by its length."""
NOTICE_WORDS = 150
"""A notice is no longer; and a story that takes another one's place is as long as a third."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What an answer shows where a story is known to be."""

    told: Told | None
    """The best reading of it as an article; None where there is no page."""
    is_article: bool = False
    """Whether it is one."""
    access: str | None = None
    """`full` or `teaser`, as the page says; None where nothing tells."""
    is_broken: bool = False
    """Whether it is known to lack its end, or one of the story's later pages."""
    says: str = ""
    """What it shows first, where it is no article: notices often are no text of one."""
    beside: Beside | None = None
    """The page beside the one that the known state was read from."""


def judge(known: Told, shown: Shown) -> Verdict | None:
    """What an answer is beside the story that is known at its address; None: a state of it."""
    told = _without_what_stood(known, shown)
    if shown.is_broken:
        return None if told is not None and not changes(known, told) else "broken"
    if told is None or not (told.title or told.body or shown.says):
        return "empty"
    if is_state(known, told):
        return "teaser" if is_cut(known, replace(shown, told=told)) else None
    length = count_words(told.words)
    text = f"{told.title}\n{told.words}\n{shown.says}"
    said: Notice | None = None
    if _same_minute(known, told) and length >= max(NOTICE_WORDS, count_words(known.words)):
        return None  # its own metadata over more text than before: a brief has become a story
    if length < NOTICE_WORDS:
        said = notice(text)
    if same_headline(known.title, told.title):
        # its headline stands over something else
        if said in ("taken down", "soft 404"):
            return "taken down"
        return "wall" if said and notice(text, in_prose=True) == "wall" else "outage"
    if _same_minute(known, told):
        return said or "outage"  # its metadata do
    if shown.is_article and said is None and (told.published or told.authors):
        if length >= _FEW_WORDS / 2:
            return "other story"
    elif shown.is_article and told.published and told.authors and length >= _FEW_WORDS:
        return "other story"
    return said or ("outage" if length >= 25 else "shell")


def _without_what_stood(known: Told, shown: Shown) -> Told | None:
    """What an answer tells, without paragraphs that the page had before and that were none of the
    story's: where little is left of a text, what stands beside it is read as its part."""
    told, beside = shown.told, shown.beside
    if told is None or beside is None or told.body == known.body:
        return told
    paragraphs = set(known.paragraphs)
    kept = [
        each
        for each in told.paragraphs
        if each in paragraphs or words(each) in words(known.body) or not beside.stood(each)
    ]
    return told if len(kept) == len(told.paragraphs) else replace(told, body="\n\n".join(kept))


def is_state(known: Told, told: Told) -> bool:
    """Whether a text is a state of a known story: it keeps some of it, is a part of it, or is a new
    version under its headline or of its minute."""
    # the body alone: a wall keeps the page's head, and a standfirst may be from there
    before, after = phrases(known.body), phrases(told.body)
    common = len(before & after)
    if before and common >= _KEPT * len(before) and common > 2:
        return True
    if after and common >= _PART * len(after) and common > 2:
        return True
    if not before and words(known.body) and words(known.body) in words(told.body):
        return True  # a text of two words
    if count_words(told.body) < _WHOLE * count_words(known.body):
        return False
    if same_headline(known.title, told.title):
        return True
    same_names = bool(set(known.authors) & set(told.authors))
    return _same_minute(known, told) and (
        same_names or _shared_words(known.title, told.title) >= 0.3
    )


def is_cut(known: Told, shown: Shown) -> bool:
    """Whether a state of a story is its beginning alone."""
    assert shown.told is not None
    before = count_words(known.body)
    if before < _FEW_WORDS or count_words(shown.told.body) >= before:
        return False
    told = _without_boxes(shown.told, shown.beside)
    after, found = count_words(told.body), phrases(told.body)
    if after < _LITTLE * before:
        # hardly anything is left, and nothing of it is new
        return len(found & phrases(known.body)) >= 0.8 * len(found) or not _new_words(known, told)
    if after >= _CUT_AS_SAID * before:
        return False
    said = shown.access == "teaser"
    if (said or (after < _CUT * before and shown.access != "full")) and _is_a_beginning(
        known, told, said=said
    ):
        return True
    # parts that are no paragraphs may stay: lists, tables, what is under pictures
    return after < _CUT_ASKING * before and _asks(shown) and not _new_words(known, told)


def _is_a_beginning(known: Told, told: Told, *, said: bool) -> bool:
    """Whether a text is the beginning of a known one, and what else stands beside that. said:
    whether its page says that it is cut."""
    found = phrases(told.body)
    beginning = known.body[: int(len(told.body) * 1.3) + 200]
    if len(found & phrases(beginning)) >= 0.75 * len(found):
        return True
    new = _new_words(known, told)
    most = _NEW_AS_SAID if said else _NEW
    return new <= most * count_words(told.body) and _lost_its_end(known, told)


def _without_boxes(told: Told, beside: Beside | None) -> Told:
    """A text without short paragraphs that ask its readers to subscribe or to log in, and what is
    new on the page right beside such a line."""
    box = _box(beside) if beside is not None else frozenset()
    kept = [each for each in told.paragraphs if not _is_asking(each) and words(each) not in box]
    return replace(told, body="\n\n".join(kept))


def _box(beside: Beside) -> frozenset[str]:
    """The words of each short line that is new on a page and stands beside one that asks its
    readers to subscribe or to log in."""
    lines = beside.new_lines
    asking = {at for at, line in enumerate(lines) if _is_asking(line)}
    near = {at + step for at in asking for step in (-2, -1, 0, 1, 2)}
    return frozenset(
        words(lines[at]) for at in near if at in range(len(lines)) and _is_short(lines[at])
    )


def _is_short(text: str) -> bool:
    return count_words(text) <= _BOX_WORDS


def _is_asking(text: str) -> bool:
    return _is_short(text) and (calls(text) > 1 or is_wall(text) or notice(text) == "wall")


def _asks(shown: Shown) -> bool:
    """Whether a page asks its readers to subscribe or to log in, and did not before."""
    return shown.beside is not None and any(map(_is_asking, shown.beside.new_lines))


def _lost_its_end(known: Told, told: Told) -> bool:
    """Whether of a text its end is gone, and its beginning is there."""
    found, middle = phrases(told.body), int(len(known.body) * 0.6)
    end = phrases(known.body[middle:])
    return len(found & end) <= 0.1 * len(end) and len(found & phrases(known.body[:middle])) > 2


def _new_words(known: Told, told: Told) -> int:
    """Words of the paragraphs that a text did not have before, but for lines and boxes."""
    before = phrases(known.body)
    new = 0
    for paragraph in told.paragraphs:
        length, found = count_words(paragraph), phrases(paragraph)
        if length >= _PROSE and calls(paragraph) < 2 and len(found & before) < 0.5 * len(found):
            new += length
    return new


def same_headline(one: str, other: str) -> bool:
    """Whether two headlines are most of the same words."""
    return bool(one and other) and _shared_words(one, other) >= 0.65


def _shared_words(one: str, other: str) -> float:
    a, b = set(words(one).split()), set(words(other).split())
    return len(a & b) / max(len(a), len(b)) if a and b else 0.0


def _same_minute(known: Told, told: Told) -> bool:
    """Whether both were published in the same minute, as far as both say so."""
    if not known.published or not told.published or len(known.published) <= 10:
        return False
    try:
        one, other = (datetime.fromisoformat(each.published) for each in (known, told))  # type: ignore[arg-type]
        return abs((one - other).total_seconds()) < 60
    except (ValueError, TypeError):
        return False
