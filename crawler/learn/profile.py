"""What is known of one site's pages, learned or written by hand: one form for both."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from crawler.errors import UsageError
from crawler.extract.dates import ORDERS, zone_of
from crawler.items import RELATIONS
from crawler.learn.places import finder
from crawler.urls import normalise, site_host

FIELDS = (
    "title", "standfirst", "authors", "published", "modified", "read_time", "section", "tags",
    "image", "body",
)  # fmt: skip
"""Fields that a profile can give a place for."""
_HABITS = ("date_order", "time_zone")
_LISTS = (
    "title_starts", "title_ends", "furniture", "furniture_places", "pictures", "blocks",
)  # fmt: skip
NOT_LINKED = "none"
"""The relation of a block that holds no linked stories."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where on a page a value stands."""

    place: str
    """A CSS selector, or an XPath."""
    stories: int = 0
    """Stories that showed their value there; 0 where it is written by hand."""
    agreement: float = 1.0
    """Share of the stories with such a value that showed it there."""

    @property
    def is_written(self) -> bool:
        """Whether it was written by hand: it counts before what the page says otherwise."""
        return not self.stories


@dataclass(frozen=True, slots=True)
class Furniture:
    """A text that is the page's and not the story's."""

    text: str
    """As it is compared (`masks.masker`)."""
    stories: int = 0
    share: float = 1.0
    """Of the site's stories."""


@dataclass(frozen=True, slots=True)
class BlockRule:
    """What a block of linked stories is."""

    place: str
    relation: str
    label: str | None = None
    """Its heading; None for one of no heading, or of any."""
    stories: int = 0
    agreement: float = 1.0


@dataclass(frozen=True, slots=True)
class Habit:
    """How the site writes something."""

    value: str
    stories: int = 0
    """That showed it; 0 where it is written by hand."""
    agreement: float = 1.0
    """Share of the stories that showed this or another one."""


@dataclass(frozen=True, slots=True)
class SiteProfile:
    """What is known of a site."""

    host: str
    pages: int = 0
    """That it was learned from; 0 where it is written by hand."""
    stories: int = 0
    fields: Mapping[str, tuple[Place, ...]] = field(default_factory=dict)
    """Field → its places, the best first."""
    title_starts: tuple[Furniture, ...] = ()
    title_ends: tuple[Furniture, ...] = ()
    furniture: tuple[Furniture, ...] = ()
    furniture_places: tuple[Place, ...] = ()
    pictures: tuple[Furniture, ...] = ()
    """Addresses of pictures that stand for no story: a logo, a placeholder."""
    blocks: tuple[BlockRule, ...] = ()
    date_order: Habit | None = None
    """`day first` or `month first`: what 03/04/2021 is on its pages."""
    time_zone: Habit | None = None
    """Of times that say none: a name of the IANA time zone database, or an offset."""
    none_of: frozenset[str] = frozenset()
    """Lists, and fields as `fields.title`, that are written empty: there is none, whatever is
    learned."""

    def is_for(self, url: str) -> bool:
        """Whether a page is one of the site's; a profile without a host is for any."""
        return not self.host or site_host(url) == self.host.removeprefix("www.")

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known that could change a reading."""
        return not any(
            (
                self.fields, self.title_starts, self.title_ends, self.furniture,
                self.furniture_places, self.pictures, self.blocks, self.date_order,
                self.time_zone,
            )
        )  # fmt: skip


def overridden(learned: SiteProfile, written: SiteProfile) -> SiteProfile:
    """A learned profile with what was written by hand in its place, field by field."""
    given: dict[str, Any] = {
        name: value
        for name in (*_LISTS, *_HABITS)
        if (value := getattr(written, name)) or name in written.none_of
    }
    kept = {f: p for f, p in learned.fields.items() if f"fields.{f}" not in written.none_of}
    return replace(learned, fields={**kept, **written.fields}, **given)


def rules(profile: SiteProfile) -> str:
    """Eight hexadecimal digits that tell what a profile does to a page: equal for two that differ
    by counts alone; "" for one that does nothing."""
    if profile.is_empty:
        return ""

    def one(place: Any) -> Any:  # what is written by hand counts otherwise than what was learned
        share = {"agreement": 1.0} if hasattr(place, "agreement") else {"share": 1.0}
        return replace(place, stories=min(1, place.stories), **share)

    given: dict[str, Any] = {name: tuple(map(one, getattr(profile, name))) for name in _LISTS}
    given |= {name: habit and one(habit) for name in _HABITS if (habit := getattr(profile, name))}
    bare = replace(
        profile, pages=0, stories=0, none_of=frozenset(),
        fields={name: tuple(map(one, places)) for name, places in profile.fields.items()}, **given,
    )  # fmt: skip
    return hashlib.sha256(written(bare).encode()).hexdigest()[:8]


def site_of(host: str) -> str:
    """The host that keys a site (`urls.site_host`), of one that a person wrote; "" for what is no
    host.

    >>> site_of("WWW.News.example:443"), site_of("https://news.example/")
    ('news.example', '')
    """
    return "" if "/" in host else site_host(normalise(f"https://{host}/") or "")


# -- as TOML ------------------------------------------------------------------------------------


def written(profile: SiteProfile) -> str:
    """A profile as TOML, as `read_profile` takes it."""
    lines = [f"host = {_text(profile.host)}"]
    if profile.pages:
        lines += [f"pages = {profile.pages}", f"stories = {profile.stories}"]
    lines += [f"{name} = []" for name in _LISTS if name in profile.none_of]
    for name in _HABITS:
        habit: Habit | None = getattr(profile, name)
        if habit is not None:
            lines += ["", f"[{name}]", f"value = {_text(habit.value)}"]
        if habit is not None and habit.stories:
            lines += [f"stories = {habit.stories}", f"agreement = {habit.agreement:.2f}"]
    if empty := [f"{name} = []" for name in FIELDS if f"fields.{name}" in profile.none_of]:
        lines += ["", "[fields]", *empty]
    for name, places in profile.fields.items():
        for place in places:
            lines += ["", f"[[fields.{name}]]", *_place(place)]
    for key in ("title_starts", "title_ends", "furniture", "pictures"):
        for text in cast("Sequence[Furniture]", getattr(profile, key)):
            lines += ["", f"[[{key}]]", f"text = {_text(text.text)}"]
            if text.stories:
                lines += [f"stories = {text.stories}", f"share = {text.share:.2f}"]
    for place in profile.furniture_places:
        lines += ["", "[[furniture_places]]", *_place(place)]
    for block in profile.blocks:
        lines += ["", "[[blocks]]", f"place = {_text(block.place)}"]
        lines.append(f"relation = {_text(block.relation)}")
        if block.label is not None:
            lines.append(f"label = {_text(block.label)}")
        if block.stories:
            lines += [f"stories = {block.stories}", f"agreement = {block.agreement:.2f}"]
    return "\n".join(lines) + "\n"


def read_profile(text: str, name: str) -> SiteProfile:
    """A profile from TOML.

    name: of the file, for what is said of its faults. Raises UsageError, which says where.
    """
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # numbers of too many digits, too deep tables
        raise UsageError(f"{name} is not TOML ({error})") from None
    known = {"host", "pages", "stories", "fields", *_LISTS, *_HABITS}
    for key in table:
        if key not in known:
            raise UsageError(f"{name}: {key!r} is none of {', '.join(sorted(known))}")
    given: dict[str, tuple[Place, ...]] = {}
    stated = table.get("fields", {})
    if not isinstance(stated, dict):
        raise UsageError(f"{name}: fields is no table; write [[fields.title]]")
    for key, value in stated.items():
        if key not in FIELDS:
            raise UsageError(f"{name}: fields.{key} is none of {', '.join(FIELDS)}")
        if places := tuple(_read_places(value, f"{name}: fields.{key}")):
            given[key] = places
    profile = SiteProfile(
        host=_host(table.get("host", ""), f"{name}: host"),
        pages=_number(table.get("pages", 0), f"{name}: pages"),
        stories=_number(table.get("stories", 0), f"{name}: stories"),
        fields=given,
        title_starts=_read_texts(table, "title_starts", name),
        title_ends=_read_texts(table, "title_ends", name),
        furniture=_read_texts(table, "furniture", name),
        furniture_places=tuple(
            _read_places(table.get("furniture_places", []), f"{name}: furniture_places")
        ),
        pictures=_read_texts(table, "pictures", name),
        blocks=tuple(_read_blocks(table.get("blocks", []), f"{name}: blocks")),
        date_order=_read_habit(table, "date_order", name),
        time_zone=_read_habit(table, "time_zone", name),
        none_of=frozenset(
            [key for key in _LISTS if table.get(key) == []]
            + [f"fields.{key}" for key, value in stated.items() if value == []]
        ),
    )
    if profile.is_empty and not profile.none_of:
        raise UsageError(f"{name} says nothing of a site; docs/extend.md shows what it can say")
    return profile


def _read_places(value: Any, where: str) -> list[Place]:
    places = []
    for entry in _tables(value, where, "place", ("place", "stories", "agreement")):
        place = _selector(entry["place"], f"{where}.place")
        places.append(Place(place, entry.get("stories", 0), float(entry.get("agreement", 1))))
    return places


def _read_texts(table: Mapping[str, Any], key: str, name: str) -> tuple[Furniture, ...]:
    entries = _tables(table.get(key, []), f"{name}: {key}", "text", ("text", "stories", "share"))
    return tuple(
        Furniture(
            _some(e["text"], f"{name}: {key}.text"), e.get("stories", 0), float(e.get("share", 1))
        )
        for e in entries
    )


def _read_blocks(value: Any, where: str) -> list[BlockRule]:
    rules = []
    keys = ("place", "relation", "label", "stories", "agreement")
    for entry in _tables(value, where, "place", keys):
        place = _selector(entry["place"], f"{where}.place")
        relation = _string(entry.get("relation", ""), f"{where}.relation")
        if relation not in (*RELATIONS, NOT_LINKED):
            raise UsageError(
                f"{where}: relation {relation!r} is none of {', '.join((*RELATIONS, NOT_LINKED))}"
            )
        label = entry.get("label")
        rules.append(
            BlockRule(
                place, relation, None if label is None else _string(label, f"{where}.label"),
                entry.get("stories", 0), float(entry.get("agreement", 1)),
            )
        )  # fmt: skip
    return rules


def _read_habit(table: Mapping[str, Any], key: str, name: str) -> Habit | None:
    if key not in table:
        return None
    where = f"{name}: {key}"
    if not isinstance(table[key], str | dict):
        raise UsageError(f"{where}: {_brief(table[key])} is no text")
    [entry] = _tables(table[key], where, "value", ("value", "stories", "agreement"))
    value = _string(entry["value"], where)
    if key == "date_order" and value not in ORDERS:
        raise UsageError(f"{where}: {_brief(value)} is none of {', '.join(map(repr, ORDERS))}")
    if key == "time_zone" and zone_of(value) is None:
        raise UsageError(
            f"{where}: {_brief(value)} is no time zone; write it as in 'Europe/Berlin' or '+03:00'"
        )
    return Habit(value, entry.get("stories", 0), float(entry.get("agreement", 1)))


def _tables(value: Any, where: str, main: str, keys: Sequence[str]) -> list[dict[str, Any]]:
    """Entries of a list; a bare string is an entry of nothing but its main key."""
    found: list[dict[str, Any]] = []
    for entry in value if isinstance(value, list) else [value]:
        table = {main: entry} if isinstance(entry, str) else entry
        if not isinstance(table, dict) or main not in table:
            raise UsageError(f"{where}: {_brief(entry)} has no {main}")
        for key in table:
            if key not in keys:
                raise UsageError(f"{where}: {key!r} is none of {', '.join(keys)}")
        _number(table.get("stories", 0), f"{where}.stories")
        for key in ("share", "agreement"):
            number = table.get(key, 0)
            if (
                isinstance(number, bool)
                or not isinstance(number, int | float)
                or not 0 <= number <= 1
            ):
                raise UsageError(f"{where}.{key}: {_brief(number)} is no number from 0 to 1")
        found.append(table)
    return found


def _place(place: Place) -> list[str]:
    lines = [f"place = {_text(place.place)}"]
    if place.stories:
        lines += [f"stories = {place.stories}", f"agreement = {place.agreement:.2f}"]
    return lines


def _selector(value: Any, where: str) -> str:
    place = _string(value, where)
    try:
        finder(place)
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from None
    return place


def _string(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{where}: {_brief(value)} is no text")
    return value


def _some(value: Any, where: str) -> str:
    text = _string(value, where)
    if not text.strip():
        raise UsageError(f"{where} is empty")
    return text


def _host(value: Any, where: str) -> str:
    """A host as archives key a site by it, however it is written."""
    text = _string(value, where)
    host = site_of(text)
    if text and not host:
        raise UsageError(f"{where}: {_brief(text)} is no host name; write it as in news.example")
    return host


def _number(value: Any, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**9:
        raise UsageError(f"{where}: {_brief(value)} is no whole number from 0 on")
    return value


def _brief(value: Any) -> str:
    """A value as it is told of in one line."""
    told = repr(value)
    return told if len(told) <= 100 else f"{told[:100]}…"


_ESCAPES = {ord('"'): '\\"', ord("\\"): "\\\\", **{c: f"\\u{c:04x}" for c in (*range(32), 127)}}


def _text(value: str) -> str:
    """A basic string of TOML 1.0."""
    return f'"{value.translate(_ESCAPES)}"'
