"""The names of persons in a byline: what stands between "By" and the date, the role, the agency.

A byline is read in pieces: lines of their own, what a label with a colon opens, what commas and
"and" part. Which piece is a name is told by the words around it, in any language, and by its shape.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from functools import lru_cache
from typing import NamedTuple

from crawler.extract.dates import dates_in, has_date
from crawler.extract.fields.persons import MOST_WORDS, has_role, is_body, is_person
from crawler.extract.language import month_number, pattern, words_of_one
from crawler.text import has_capitals, is_dense, words

LONGEST = 300
"""Characters of a byline; a longer text is prose."""
_DATELINE, _OCLOCK = 40, 4
"""Characters of a date and a time, and letters behind the date: "Uhr"."""
_MOST_TEXTS = 30
_MOST = 20
_DENSE_LETTER = "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_KIND = (
    r"(?:(?:<bylines.kind_of_text>|<bylines.label>)"
    r"(?:\s*(?:[,&/+・]|<bylines.joined>)\s*(?:<bylines.label>|<bylines.other_credit>))*)"
)
_LABELS = (
    r"(?:<bylines.label>(?:\s*(?:[,&/+・]|<bylines.joined>)\s*"
    r"(?:<bylines.label>|<bylines.other_credit>))*)"
)
_BY = (
    rf"\s*(?:(?:{_KIND}\s+)?<bylines.by>(?:(?!\w)|(?<=[{_DENSE_LETTER}]))|@(?=\w))\s*[:：]?\s*"
    r"(?:(?:dr|mr|mrs|ms)\.\s)?"
)
_LATE_BY = r"(?<!\w)<bylines.by>\s+"
_ENDS_IN_BY = r"\s<bylines.by>$"
_ENDS_IN_OTHER = r"(?:^|\s)<bylines.other_credit>\s*[:：]?$"
_ANY_BY = r"[^\W\d][^\d,.;:|()]{0,50}?\s<bylines.by_after_all>\s+"
_LABEL = (
    rf"(?:^|(?<=[\s,;|/]))(?P<label>{_LABELS}|<bylines.by>|<bylines.other_credit>)"
    rf"(?:\s*[:：＝｜]\s*|(?<=[{_DENSE_LETTER}])(?:\s*[/|・]\s*|\s+(?=[\u3400-\u9fff])))"
)
"""In scripts where a letter says a syllable, a bar or a space may stand for the colon."""
_LABEL_SIGN = re.compile(rf"[:：＝｜{_DENSE_LETTER}]")
"""Without which a text has no label: asked first, for the words of all languages take long."""
_LABEL_ALONE = rf"\s*(?:{_LABELS}|(?:{_KIND}\s+)?<bylines.by>|<bylines.about>)\s*[:：,،]?\s*"
_BY_ALONE = r"\s*(?:<bylines.by>|<bylines.about>)\s*[:：]?\s*"
_ABOUT = r"\s*<bylines.about_whom>\s+"
_OTHER_ALONE = (
    r"\s*(?:<bylines.other_credit>)(?:\s*(?:[,&/+]|<bylines.joined>)\s*<bylines.other_credit>)*"
    r"\s*[:：]?\s*"
)
_OTHER = (
    r"(?:^|[\s,;|/(–—-]+)(?:<bylines.other_credit>)"
    r"(?:\s*[:：]|(?<=\bby)\s|(?<=\bvon)\s|(?<=\bpar)\s|(?<=\bpor)\s|(?<=\bde)\s|(?<=\bdi)\s)"
)
_OTHER_SIGN = re.compile(r"[:：]|(?:by|von|par|por|de|di)\s", re.IGNORECASE)
_SPLIT = (
    r"\s*(?:,|;|\||\s/\s|/(?=[^\W\d_]{2})|•|\n|\s·\s|(?<=[가-힣])·|\s&\s|\s\+\s"
    r"|\s+<bylines.joined>\s+|、|，|；)\s*"
)
_JOINS = r"\s*(?:[,;&/+、，|•·]|<bylines.joined>(?:\s|$))"
_ENDING_JOIN = r"(?:[,;&/+、，|•·]|(?:^|\s)<bylines.joined>)\s*$"
_OPENING_JOIN = r"(?:<bylines.joined>|&)\s+"
_NEXT_LABEL = re.compile(rf"\s+[{_DENSE_LETTER}]{{1,8}}[:：]")
"""Behind a name, in scripts where a letter says a syllable: what is said of something else."""
_MAIL = re.compile(
    r"\(?(?:mailto:)?[\w.+-]+@[\w-]+(?:\.[\w-]+)+\)?|(?<!\w)@\w+|https?://\S+|www\.\S+"
)
_DOMAIN = re.compile(
    r"\w\.(?:com|org|net|info|de|co|at|ch|uk|fr|es|it|pl|jp|kr|cn|ru|br)\b", re.IGNORECASE
)
_NUMBER = re.compile(r"(?:^|[\s,;|(•·–—\-/])[(]?\d")
_BEFORE_DATE = (
    r"(?:(?:^|\.?[\s,:;|•·()–—-]+)(?:<dates.lead_in>|<dates.lead_in_joined>))+"
    r"(?:\s+<dates.weekday>\.?)?[\s,:;|•·()–—-]*$"
)
_YOUNGER = re.compile(r",\s*((?:Jr|Sr)\.?|I{2,3}|IV)(?=$|[\s,;|])")
_DEGREE = re.compile(
    r"(?:,\s*|\s+)(?:Ph\.?\s?D\.?s?|M\.?D\.?|Psy\.?D\.?|Ed\.?D\.?|D\.?V\.?M\.?|Pharm\.?D\.?|M\.?P\.?H\.?"
    r"|M\.?B\.?A\.?|Esq\.?|LCSW|LMFT|RDN|CFP®?|CPA)(?=$|[\s,;|&])"
    r"|,\s*(?:R\.?N\.?|R\.?D\.?|J\.?D\.?|M\.?A\.?|M\.?S\.?(?:c\.?)?|B\.?A\.?|B\.?Sc?\.?|D\.?O\.?|D\.?D\.?S\.?"
    r"|LL\.?[BM]\.?|P\.?E\.?)(?=$|[\s,;|&])"
)
_BRACKETS = re.compile(
    r"\s*[(（\[][^()（）\[\]]*[)）\]](?=\s*(?:$|[\s,;|&/•·–-]*(?:$|[\n,;|&/•·])|\d))"
)
"""What is said of a name behind it; between its parts, it belongs to it."""
_DASHED = re.compile(r"\s+[-–—@]\s+.*$")
_ENCLOSED = re.compile(r"[【\[（(〔『]\s*([^【】\[\]（）()]{2,60}?)\s*[】\]）)〕』]\.?")
"""A signature in brackets."""
_BEFORE_ROLE_ALONE = r"(?:<bylines.before_role>)"
_ROLE_AFTER = r"\s+(?:<bylines.before_role>)(?:\s+.*)?$"
_AFTER = r"\s*(?:<bylines.after>)$"
_NO_NAME = (
    r"\s*(?:<dates.lead_in>|<dates.published>|<bylines.joined>|<bylines.before_role>"
    r"|<bylines.no_name>|<bylines.action>|<bylines.other_credit>)\W*"
)
_HAN_NAMES = re.compile(r"[\u3400-\u9fff]{2,4}(?:[\s\u3000]+[\u3400-\u9fff]{2,4})+")
_SURNAME_FIRST = (
    r"((?:<bylines.particle>\s){0,2}[^\W\d_a-z][\w'’-]+),\s*([^\W\d_a-z][\w.'’-]*(?:\s[A-Z]\.?)?)"
)


class Byline(NamedTuple):
    """What a text tells of authors."""

    names: tuple[str, ...]
    persons: int
    """How many of them look like a person's full name."""


def byline(
    texts: Sequence[str], language: str | None = None, others: Set[str] = frozenset(),
    *, machine: bool = False,
) -> Byline:  # fmt: skip
    """The names in the texts of one byline, in order, each once.

    others: names of the site and its publisher, as compared words: no authors of a story. machine:
    whether it was written for machines, where a surname may come first. Where a person is named,
    what is none beside it (a role, an agency, a place) is left out.
    """
    short = tuple(text for text in texts[:_MOST_TEXTS] if len(text) <= LONGEST)
    return _byline(short, language, frozenset(others), machine)


@lru_cache(maxsize=512)  # the same people write for a newspaper again and again
def _byline(texts: Sequence[str], language: str | None, others: Set[str], machine: bool) -> Byline:
    found: dict[str, tuple[str, bool]] = {}
    for text in texts:
        text = _bare_of_brackets(text)
        lines: list[tuple[bool, list[tuple[str, bool]]]] = []
        for joined, piece in _pieces(text, language, machine=machine):
            roles = machine or bool(lines)
            names = [(n, is_person(n)) for n in _names_of(piece, language, roles=roles)]
            if any(person for _, person in names):
                names = [n for n in names if n[1] or _may_stand_beside(n[0])]
            lines.append((joined, names))
        for names in _of_one_list(lines):
            for name, person in names:
                found.setdefault(words(name), (name, person))
    kept = {key: each for key, each in found.items() if key and key not in others}
    some = any(person for _, person in kept.values())
    kept = {
        key: (name, person)
        for key, (name, person) in kept.items()
        if person or not _is_beside(name, some=some, machine=machine)
    }
    told = tuple(name for name, _ in kept.values())[:_MOST]
    return Byline(told, sum(person for _, person in kept.values()))


def named_authors(texts: Sequence[str], language: str | None = None) -> tuple[str, ...]:
    """The names in the texts of one byline, of persons alone where one is named.

    >>> named_authors(["By Ada Lund and Ole Brand"], "en")
    ('Ada Lund', 'Ole Brand')
    """
    return byline(texts, language).names


def _bare_of_brackets(text: str) -> str:
    enclosed = _ENCLOSED.fullmatch(text.strip())
    return enclosed[1] if enclosed is not None else text


def is_kind(text: str) -> bool:
    """Whether a text names a kind of text, as it stands before "by": "Opinion".

    >>> is_kind("Opinion"), is_kind("Opinions differ")
    (True, False)
    """
    return pattern(r"\s*(?:<bylines.kind_of_text>)\s*").fullmatch(text) is not None


@lru_cache(maxsize=2_048)
def is_byline_label(text: str) -> bool:
    """Whether a text is nothing but the label of a name: "Author"."""
    return pattern(_LABEL_ALONE).fullmatch(text) is not None


@lru_cache(maxsize=4_096)
def opens_byline(text: str, language: str | None = None) -> bool:
    """Whether a text begins as a byline does: "By Ada Lund", "Text: Ada Lund".

    >>> opens_byline("Written by Ada Lund"), opens_byline("Bylaws of the harbour")
    (True, False)
    """
    text = _bare_of_brackets(text)
    first, feed, _ = text.partition("\n")
    if feed and len(first) < 60 and is_byline_label(first):
        return True
    found = pattern(_BY).match(text) or _by_here(language).match(text)
    if found is None and _LABEL_SIGN.search(text):
        labels = list(pattern(_LABEL).finditer(text))
        if labels and (not (start := labels[0].start()) or _is_dateline(text[:start])):
            # "Source: The Paper  Author: Ada Lund", also behind the date
            return any(pattern(_OTHER_ALONE).fullmatch(each["label"]) is None for each in labels)
    if found is None and has_date(text):
        spans = list(dates_in(text))
        found = pattern(_LATE_BY).search(text, spans[-1][1]) if spans else None
    return found is not None


def _is_dateline(text: str) -> bool:
    """Whether a text is no more than a date and a time."""
    if len(text) > _DATELINE or not has_date(text):
        return False
    spans = list(dates_in(text))
    return bool(spans) and sum(map(str.isalpha, text[spans[-1][1] :])) <= _OCLOCK


def without_lead_in(text: str) -> str:
    """A text without what stands there before a date: "Ada Lund Publié le".

    >>> without_lead_in("Ada Lund, updated")
    'Ada Lund'
    """
    return pattern(_BEFORE_DATE).sub("", text)


def says_by_once(text: str) -> bool:
    """Whether "by" stands in a text once: "by ada", and not "by train and by boat"."""
    return len(pattern(r"(?<!\w)<bylines.by>(?!\w)").findall(text)) <= 1


def is_signed(text: str) -> bool:
    """Whether a text ends as a signature does: 김하늘 기자."""
    text = _bare_of_brackets(_MAIL.sub("", text).strip())
    return pattern(_AFTER, 0).search(text) is not None and _signed(text) != text


def _is_beside(name: str, *, some: bool, machine: bool) -> bool:
    """Whether what is no full name is none of the story's authors: a role; beside a person also an
    agency, a team and, in what is shown, any word with a capital."""
    if some:
        shown = not machine and has_capitals(name)
        return shown or has_role(name) or is_body(name)
    return not machine and has_role(name)


@lru_cache(maxsize=128)
def _by_here(language: str | None) -> re.Pattern[str]:
    """What stands before a name in one language, and may be a name in another."""
    own = words_of_one((language or "").lower().partition("-")[0], "bylines", "by_here")
    return re.compile(rf"\s*(?:{'|'.join(own)})\s+" if own else r"(?!)", re.IGNORECASE)


def _may_stand_beside(name: str) -> bool:
    """Whether what is no full name is one all the same, beside a person's in one text: in scripts
    without capitals; elsewhere such a word is a place, an agency, a role."""
    return not has_capitals(name) and not has_role(name) and not is_body(name)


def _of_one_list(
    lines: Sequence[tuple[bool, list[tuple[str, bool]]]],
) -> Iterator[list[tuple[str, bool]]]:
    """The names of those lines that make one list: of lines that no "and" and no comma joins, all
    are persons, or the first alone counts."""
    named = [line for line in lines if line[1]]
    alone = all(joined or all(person for _, person in names) for joined, names in named)
    for number, (joined, names) in enumerate(named):
        if number == 0 or joined or alone:
            yield names


def _pieces(text: str, language: str | None, *, machine: bool) -> Iterator[tuple[bool, str]]:
    """The parts of a byline that hold names, without what introduces them and follows them, each
    with whether it is joined to the one before."""
    text = _BRACKETS.sub("", text) or text
    text = _DEGREE.sub("", _YOUNGER.sub(r" \1", _MAIL.sub(" | ", text)))
    if machine and (turned := pattern(_SURNAME_FIRST, 0).fullmatch(text.strip())) is not None:
        yield True, f"{turned[2]} {turned[1]}"
        return
    skip, joined, some = False, machine, False
    lines = re.split(r"\n| \| ", text)
    for line in lines[_first_line(lines) :]:
        joined = joined or pattern(_JOINS, 0).match(line) is not None
        after = pattern(_ENDING_JOIN, 0).search(line) is not None
        line = line.strip(" \t,;|•·–—-")
        if line and pattern(_OTHER_ALONE).fullmatch(line):
            skip = True
        elif line and (
            pattern(_LABEL_ALONE).fullmatch(line) or _by_here(language).fullmatch(f"{line} ")
        ):
            skip, after = False, True
        elif line and pattern(_ENDS_IN_BY).search(line):
            # After a name, whatever else was done "by" someone: "Tested by", "Approved by".
            skip = some or pattern(_ENDS_IN_OTHER).search(line) is not None
            after = not skip
        elif line and pattern(_BEFORE_ROLE_ALONE).fullmatch(line):
            if some:
                break
            skip = True
        elif line and skip:
            skip = False
        elif line:
            for piece in _labelled(line, language):
                yield joined, piece
                joined = some = True
        joined = after or machine or (joined and not line)


def _first_line(lines: Sequence[str]) -> int:
    """Where a byline begins: at a line of nothing but "by", unless names stand before it."""
    for number, line in enumerate(lines[:6]):
        if pattern(_BY_ALONE).fullmatch(line) and not any(map(is_person, lines[:number])):
            return number
    return 0


def _labelled(line: str, language: str | None) -> Iterator[str]:
    """A line by the labels with colons in it; what labels of other credits open is left out."""
    at = 0
    keep = True
    for label in pattern(_LABEL).finditer(line) if _LABEL_SIGN.search(line) else ():
        if keep and (before := line[at : label.start()].strip(" ,;|/–—-")):
            yield from _bare(before, language)
        keep = pattern(_OTHER_ALONE).fullmatch(label["label"]) is None
        at = label.end()
    if keep:
        yield from _bare(line[at:], language)


def _bare(text: str, language: str | None) -> Iterator[str]:
    """A text without "By", and up to its date or number."""
    opening = pattern(_BY).match(text)  # "Words and pictures by" opens one credit
    begins = opening.end() if opening is not None else 0
    other = pattern(_OTHER).search(text, begins) if _OTHER_SIGN.search(text) else None
    if other is not None:
        text = text[: other.start()]
    for _ in range(2):
        text = pattern(_BY).sub("", text, count=1) if pattern(_BY).match(text) else text
    text = _by_here(language).sub("", text, count=1) if _by_here(language).match(text) else text
    if (start := pattern(_ANY_BY).match(text)) is not None:
        text = text[start.end() :]
    if has_date(text):
        dates = list(dates_in(text))
        if dates and (late := pattern(_LATE_BY).search(text, dates[-1][1])) is not None:
            text = text[late.end() :]  # "Posted on 7 May 2026 by Ada Lund"
        elif dates:
            text = text[: dates[0][0]]
    if (number := _NUMBER.search(text)) is not None:
        text = _without_month(text[: number.start()])
    if (label := _NEXT_LABEL.search(text, 1)) is not None:
        text = text[: label.start()]  # "陈晓梅 阅读：1203"
    text = pattern(_BEFORE_DATE).sub("", text)
    text = text.strip(" \t\n,;|•·()–—-")
    if text and not text.endswith((":", "：")) and pattern(_ENDS_IN_BY).search(text) is None:
        yield text


def _without_month(text: str) -> str:
    before, _, last = text.rstrip(" .,").rpartition(" ")
    return before if " " in before.strip() and month_number(last) is not None else text


def _names_of(piece: str, language: str | None, *, roles: bool) -> Iterable[str]:
    for number, part in enumerate(pattern(_SPLIT, 0).split(piece)):
        name = _BRACKETS.sub("", part).strip(' .:：–—-/\t"“”«»*\xa0')
        if (join := pattern(_OPENING_JOIN, 0).match(name)) is not None:
            name = name[join.end() :]
        if (join := pattern(_ENDING_JOIN, 0).search(name)) is not None:
            name = name[: join.start()]
        name = pattern(_BY).sub("", name, count=1) if pattern(_BY).match(name) else name
        name = _once(without_lead_in(pattern(_ROLE_AFTER, 0).sub("", _DASHED.sub("", name))))
        if (about := pattern(_ABOUT).match(name)) is not None and is_person(name[about.end() :]):
            name = name[about.end() :]
        if number == 0 and not roles:
            name = _without_role(name)
        name = _signed(name).strip(' .:：–—-/\t"“”«»*\xa0')
        if part.strip().endswith(("Jr.", "Sr.")) and name.endswith(("Jr", "Sr")):
            name += "."
        if (language or "").startswith("zh") and _HAN_NAMES.fullmatch(name):
            yield from name.split()
        elif _is_name(name):
            yield name


def _once(name: str) -> str:
    """A name that stands in a text more than once, once: "Ada Lund Ada Lund"."""
    tokens = name.split()
    for number in range(2, len(tokens)):
        if tokens[number] == tokens[0] and is_person(" ".join(tokens[:number])):
            return " ".join(tokens[:number])
    return name


def _signed(name: str) -> str:
    """A name without what says behind it that it is one: 김하늘 기자, and the paper before it."""
    after = pattern(_AFTER, 0).search(name)
    if after is None or not after.start():
        return name
    name = name[: after.start()].rstrip()
    last = name.rpartition(" ")[2]
    return last if not is_person(name) and is_dense(last) and is_person(last) else name


def _without_role(name: str) -> str:
    """A name without what the person is beside it: "Ada Lund Chefredakteurin"."""
    tokens = name.split()
    if len(tokens) < 3 or not has_role(name):
        return name
    if tokens[0].islower():  # "unserer Korrespondentin Ada Lund"
        roles = [number for number, token in enumerate(tokens[:-2]) if has_role(token)]
        del tokens[: roles[-1] + 1 if roles else 0]
    while len(tokens) > 2 and has_role(tokens[0]):
        del tokens[0]
    while len(tokens) > 2 and has_role(tokens[-1]):
        tokens.pop()
    return " ".join(tokens)


def _is_name(name: str) -> bool:
    key = words(name)
    if not key or not 2 <= len(name) <= 60 or len(key.split()) > MOST_WORDS:
        return False
    if (len(name) < 3 and name.islower()) or ":" in name or "：" in name:
        return False
    if _DOMAIN.search(name) or re.search(r"(?<![A-Za-z\d])\d|\d{3}", name):
        return False
    return pattern(_NO_NAME).fullmatch(name) is None
