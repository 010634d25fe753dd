"""From the pages of a site to its profile: what recurs, what agrees, what stays.

Counts are of stories, never of pages: the same story under two addresses says nothing of
furniture. What is rare stays (a series opens with the same sentence), and what stands among the
story's own paragraphs needs more evidence than what stands in a box of its own.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from hashlib import blake2b
from itertools import pairwise

from crawler.extract.dates import zone_told
from crawler.extract.language import whole
from crawler.learn.groups import by_layout, one_of_each
from crawler.learn.masks import HEADLINE, TITLE, says_something
from crawler.learn.profile import FIELDS, BlockRule, Furniture, Habit, Place, SiteProfile
from crawler.learn.survey import Group, Line, Sighting
from crawler.text import words
from crawler.urls import story_key

LEAST_STORIES = 3
"""Fewer teach nothing."""
MOST_KEPT = 1_000
"""Pages of one site; more teach nothing new, and take memory."""
_LEAST, _LEAST_OF_MANY, _MANY = 2, 3, 10
"""Stories that a text recurs in, at least; and of so many stories."""
_IN_BOX, _IN_PROSE = 0.06, 0.3
"""Share of the stories that a text recurs in, at least: where it stands in a place of its own, and
where it stands among the story's paragraphs."""
_SAME_NUMBERS = 0.8
"""Share of the stories with a text among their paragraphs that have it with the same numbers, at
least: a score or a count of cases that stands in each story is told of that story."""
_PLACE = 0.75
"""Share of what stands in a place that is furniture, for all of it to be."""
_PROSE = 0.05
"""Share of the text that stands on one page alone, of a place of the story's paragraphs."""
_TITLE_SHARE = 0.5
_LETTER = "0-9A-Za-z\u00c0-\u04ff"
"""Of the scripts that have spaces between words."""
_SEPARATED = re.compile(rf"\s*(?:[|—•«»]|(?<![{_LETTER}])[–·:_-]|[–·:_-](?![{_LETTER}]))\s*")
"""What headlines are cut at; no hyphen within a word, no dash or colon between two numbers."""
_COVERAGE = {"authors": 0.5}
_MOST_OFTEN = 0.75
"""Share of the stories with a value that a place shows, at least. What shows it on fewer may be a
menu whose first entry is the section of half of the stories; bylines stand in places of their own,
and how they are set differs."""
_MOST = 400
"""Texts that are kept, the commonest first."""
_MOST_PLACES = 3
_LEAST_BYLINES, _SAME = 4, 0.8
"""Stories that show a name in a byline's place, at least; share of the stories that have one and
the same author, from which this is the site's."""
_BYLINES, _OTHERS = 0.6, 0.05
"""Share of the stories that have a byline in its place, and of these the share of different names,
at least."""
_CONSTANT, _CHANGING = 0.7, 0.25
"""How much two pages' blocks have in common (Jaccard) where a block is the same on all pages, and
where it is each story's own."""
_PICTURE_SHARE = 0.15
_ORDERED = 0.95
"""Share of the stories that show the order of their dates in numbers, of those in the usual one."""
_LEAST_ORDERED, _MOST_DISORDER = 6, 0.1
"""Neighbours in the order of their days that make a block one of the newest, and how many of those
may be out of it."""


def learn(host: str, sightings: Sequence[Sighting]) -> SiteProfile:
    """The profile of a site, from pages of it in any order.

    It depends on nothing but the set of pages: they are put in the order of their addresses first.
    Each layout teaches for itself, and all that was learned stands in one profile: a selector or a
    text of one layout finds nothing on the pages of another.
    """
    pages = {_page(each): each for each in sightings}
    ordered = [pages[key] for key in sorted(pages)]
    layouts = [one_of_each(group) for group in by_layout(ordered)]
    taught = [_of_layout(host, told) for told in layouts if len(told) >= LEAST_STORIES]
    whole_site = SiteProfile(
        host, len(ordered), sum(map(len, layouts)),
        date_order=_date_order([each for told in layouts for each in told]),
        time_zone=_time_zone([each for told in layouts for each in told]),
    )  # fmt: skip
    return reduce(_together, taught, whole_site)


def sample(sightings: Sequence[Sighting]) -> list[Sighting]:
    """As many pages as need to be kept; which these are depends on no order."""
    return sorted(sightings, key=lambda each: blake2b(_page(each).encode()).digest())[:MOST_KEPT]


def _page(each: Sighting) -> str:
    """What no two pages share: the address, or the story where no address is known."""
    return each.url or each.story


def _of_layout(host: str, told: Sequence[Sighting]) -> SiteProfile:
    texts, places = _furniture(told)
    return SiteProfile(
        host,
        fields=_fields(told),
        title_starts=_affixes(told, start=True),
        title_ends=_affixes(told, start=False),
        furniture=texts,
        furniture_places=places,
        pictures=_pictures(told),
        blocks=_blocks(told),
    )


def _together(one: SiteProfile, other: SiteProfile) -> SiteProfile:
    """What two layouts teach, the first one's before the other's."""
    named = [f for f in FIELDS if f in one.fields or f in other.fields]
    return replace(
        one,
        fields={
            f: tuple(
                {p.place: p for p in (*other.fields.get(f, ()), *one.fields.get(f, ()))}.values()
            )
            for f in named
        },
        title_starts=_united(one.title_starts, other.title_starts),
        title_ends=_united(one.title_ends, other.title_ends),
        furniture=_united(one.furniture, other.furniture),
        furniture_places=(*one.furniture_places, *other.furniture_places),
        pictures=_united(one.pictures, other.pictures),
        blocks=(*one.blocks, *other.blocks),
    )


def _united(one: Sequence[Furniture], other: Sequence[Furniture]) -> tuple[Furniture, ...]:
    return tuple({each.text: each for each in (*other, *one)}.values())


# -- furniture ----------------------------------------------------------------------------------


def _furniture(told: Sequence[Sighting]) -> tuple[tuple[Furniture, ...], tuple[Place, ...]]:
    headlines = {words(each.title): each.story for each in told if each.title}
    stories: dict[str, set[str]] = defaultdict(set)
    places: dict[str, Counter[str]] = defaultdict(Counter)
    numbers: dict[str, Counter[str]] = defaultdict(Counter)
    prose = _prose_places(told)
    for each in told:
        for line in each.lines:
            mask = _as_headline(line, headlines, each.story)
            stories[mask].add(each.story)
            places[mask][line.place] += 1
            numbers[mask][line.numbers] += 1
    total = len(told)
    fewest = _LEAST if total < _MANY else _LEAST_OF_MANY
    known: dict[str, Furniture] = {}
    for mask, seen in stories.items():
        if not says_something(mask) or len(seen) < fewest:
            continue
        in_prose = sum(n for place, n in places[mask].items() if place in prose)
        mostly = in_prose > 0.5 * places[mask].total()
        share = len(seen) / total
        own = mostly and mask not in (TITLE, HEADLINE)
        if own and max(numbers[mask].values()) < _SAME_NUMBERS * numbers[mask].total():
            continue
        if share >= (_IN_PROSE if own else _IN_BOX) and (not own or len(seen) >= _LEAST_OF_MANY):
            known[mask] = Furniture(mask, len(seen), round(share, 4))
    boxes = _furniture_places(told, known, headlines, prose)
    ranked = sorted(known.values(), key=lambda f: (-f.stories, f.text))[:_MOST]
    return tuple(ranked), boxes


def _as_headline(line: Line, headlines: dict[str, str], story: str) -> str:
    """A line's mask; that of another story's headline, if it is one: a teaser."""
    return HEADLINE if headlines.get(line.mask, story) != story else line.mask


def _prose_places(told: Sequence[Sighting]) -> frozenset[str]:
    """Where the stories' own paragraphs stand: the places of most of the text."""
    seen = Counter(mask for each in told for mask in {line.mask for line in each.lines})
    sizes: Counter[str] = Counter()
    for each in told:
        for line in each.lines:
            if seen[line.mask] == 1:
                sizes[line.place] += line.length
    return frozenset(place for place, size in sizes.items() if size >= _PROSE * sizes.total())


def _furniture_places(
    told: Sequence[Sighting],
    known: dict[str, Furniture],
    headlines: dict[str, str],
    prose: frozenset[str],
) -> tuple[Place, ...]:
    """Places where nearly all is furniture, so that what is new there is, too."""
    seen: dict[str, set[str]] = defaultdict(set)
    all_of, bad = Counter[str](), Counter[str]()
    for each in told:
        for line in each.lines:
            if line.place in prose:
                continue
            seen[line.place].add(each.story)
            all_of[line.place] += 1
            bad[line.place] += _as_headline(line, headlines, each.story) in known
    found = [
        Place(place, len(seen[place]), round(bad[place] / all_of[place], 4))
        for place in all_of
        if len(seen[place]) >= max(LEAST_STORIES, _IN_BOX * len(told))
        and bad[place] >= _PLACE * all_of[place]
        and ("." in place or " > " in place)
    ]
    return tuple(sorted(found, key=lambda p: (-p.stories, p.place))[:_MOST])


# -- titles -------------------------------------------------------------------------------------


def _affixes(told: Sequence[Sighting], *, start: bool) -> tuple[Furniture, ...]:
    """Beginnings or ends, with their separators, that half of the headlines share."""
    counted: Counter[str] = Counter()
    for each in told:
        counted.update({a for text in (each.title, *each.titles) for a in _cuts(text, start)})
    total = len(told)
    found = [
        Furniture(affix, n, round(n / total, 4))
        for affix, n in counted.items()
        if n >= max(LEAST_STORIES, _TITLE_SHARE * total)
    ]
    return tuple(sorted(found, key=lambda f: (-len(f.text), f.text)))


def _cuts(title: str, start: bool) -> Iterable[str]:
    for mark in _SEPARATED.finditer(title):
        affix = title[: mark.end()] if start else title[mark.start() :]
        if words(affix):
            yield affix


# -- places of fields ---------------------------------------------------------------------------


def _fields(told: Sequence[Sighting]) -> dict[str, tuple[Place, ...]]:
    found: dict[str, tuple[Place, ...]] = {}
    for field in ("title", "standfirst", "authors", "published", "section"):
        with_value = [each for each in told if field in each.shown]
        # of fields that their markup gives away, only what other evidence agrees with teaches
        sure = [e for e in with_value if e.sources.get(_SOURCE.get(field, field)) in _INDEPENDENT]
        if field in ("title", "standfirst", "section"):
            sure = with_value
        if len(sure) < LEAST_STORIES or len({e.shown[field] for e in sure}) < 2:
            if field == "authors" and (bylines := _bylines(told)):
                found[field] = bylines
            continue
        hits: Counter[str] = Counter(p for e in sure for p in e.places.get(field, ()))
        places = [
            Place(place, n, round(n / len(sure), 4))
            for place, n in hits.items()
            if n >= LEAST_STORIES and n >= _COVERAGE.get(field, _MOST_OFTEN) * len(sure)
        ]
        best = sorted(places, key=lambda p: (-p.stories, -len(p.place), p.place))[:_MOST_PLACES]
        if best:
            found[field] = tuple(best)
    return found


def _bylines(told: Sequence[Sighting]) -> tuple[Place, ...]:
    """Where most stories show one person's name, another one's on other stories, and nothing else:
    the byline of a paper that tells nobody of its authors."""
    names: dict[str, list[str]] = defaultdict(list)
    agree: Counter[str] = Counter()
    known = Counter(each.authors for each in told if each.authors)
    # one name on nearly all pages is the site's as often as its only author's
    everywhere = {who for who, n in known.items() if n >= _SAME * len(told)}
    for each in told:
        for place, name in each.names:
            names[place].append(name)
            if each.authors and each.authors not in everywhere:
                agree[place] += 1 if name in each.authors else -1
    return tuple(
        Place(place, len(shown), round(len(shown) / len(told), 4))
        for place, shown in sorted(names.items(), key=lambda item: (-len(item[1]), item[0]))
        if len(shown) >= max(_LEAST_BYLINES, _BYLINES * len(told))
        and len(set(shown)) >= max(2, _OTHERS * len(shown))
        and agree[place] >= 0
    )[:1]


_SOURCE = {"published": "published_at"}
_INDEPENDENT = frozenset({"json-ld", "meta"})


# -- dates --------------------------------------------------------------------------------------


def _date_order(told: Sequence[Sighting]) -> Habit | None:
    """In which order the site's dates in numbers are, where some would be read in another."""
    counted = Counter(each.date_order for each in told if each.date_order)
    if not counted or all(each.usual_order == counted.most_common(1)[0][0] for each in told):
        return None
    order, n = counted.most_common(1)[0]
    if n < LEAST_STORIES or n < _ORDERED * counted.total():
        return None
    return Habit(order, n, round(n / counted.total(), 4))


def _time_zone(told: Sequence[Sighting]) -> Habit | None:
    """By which clock the site's times are, where some say no offset."""
    clocks = [each.clock for each in told if each.clock]
    if len(clocks) < LEAST_STORIES or not any(_is_unmarked(each.published) for each in told):
        return None
    zone = zone_told(clocks)
    return Habit(zone, len(clocks)) if zone else None


def _is_unmarked(value: str | None) -> bool:
    return value is not None and len(value) in (16, 19)  # with a time, without an offset


# -- pictures -----------------------------------------------------------------------------------


def _pictures(told: Sequence[Sighting]) -> tuple[Furniture, ...]:
    counted = Counter(each.picture for each in told if each.picture)
    total = len(told)
    return tuple(
        Furniture(url, n, round(n / total, 4))
        for url, n in sorted(counted.items())
        if n >= LEAST_STORIES and n >= _PICTURE_SHARE * total
    )


# -- linked stories -----------------------------------------------------------------------------


def _blocks(told: Sequence[Sighting]) -> tuple[BlockRule, ...]:
    """What the blocks without a known heading are, by how they change from page to page."""
    by_place: dict[tuple[str, str | None], list[tuple[Sighting, Group]]] = defaultdict(list)
    for each in told:
        for group in each.groups:
            by_place[group.place, group.label].append((each, group))
    days = {story_key(each.url): each.published for each in told if each.published}
    rules = []
    for (place, label), seen in by_place.items():
        if len(seen) < LEAST_STORIES:
            continue
        rule = _rule(place, label, seen, days)
        if rule is not None:
            rules.append(rule)
    return tuple(sorted(rules, key=lambda r: (-r.stories, r.place, r.label or "")))


def _rule(
    place: str,
    label: str | None,
    seen: Sequence[tuple[Sighting, Group]],
    days: Mapping[str, str],
) -> BlockRule | None:
    if label is not None and whole(label) is not None:
        return None  # its heading says what it is
    if any(group.relation in ("previous", "next", "inline", "also_read") for _, group in seen):
        return None  # told by where they stand
    likeness = _likeness([group for _, group in seen])
    told = Counter(group.relation for _, group in seen)
    usual, n = told.most_common(1)[0]
    relation: str = usual
    if likeness >= _CONSTANT and usual == "related":
        relation = "latest" if _newest_first([group for _, group in seen], days) else "featured"
    elif likeness <= _CHANGING and usual in ("latest", "featured", "popular") and label is None:
        relation = "related"
    if relation == usual and n == len(seen):
        return None
    return BlockRule(place, relation, label, len(seen), round(max(n / len(seen), likeness), 4))


def _likeness(groups: Sequence[Group]) -> float:
    shared = [_jaccard(set(a.stories), set(b.stories)) for a, b in pairwise(groups)]
    return sum(shared) / len(shared) if shared else 0.0


def _jaccard(a: set[str], b: set[str]) -> float:
    return len(a & b) / len(a | b) if a | b else 0.0


def _newest_first(groups: Sequence[Group], days: Mapping[str, str]) -> bool:
    """Whether stories stand in the order of their days, as far as these are known."""
    right = wrong = 0
    for group in groups:
        known = [days[key][:10] for key in group.stories if key in days]
        for first, second in pairwise(known):
            right += first >= second
            wrong += first < second
    return right >= _LEAST_ORDERED and wrong <= _MOST_DISORDER * right
