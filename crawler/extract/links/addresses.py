"""Does an address look like a story's, or like a section's, a tag's, a shop's?

Judged by its form alone and by likeness to the address of the page it stands on, which is a story.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple

from crawler.urls import INDEX, normalise, registered_domain
from crawler.urls import segments as words

_NO_ADDRESS = ("#", "javascript:", "mailto:", "tel:", "data:", "whatsapp:", "sms:")
_SERVICE = (
    words.MACHINES | words.FOLDERS_OF_FILES | words.FEEDS | words.LOG_IN | words.SUBSCRIBE
    | words.NEWSLETTERS | words.BUY | words.PRINT | words.SHARE | words.SHOPS | words.SERVICE
)  # fmt: skip
"""What a newspaper does besides telling stories, wherever in the path."""
_SERVICE_END = (
    words.SERVICE_OR_SECTION | words.ARCHIVES | words.OTHER_MATTER | words.OTHER_MATTER_OR_SECTION
)
"""The same where it ends the path."""
_PERSON = words.SEARCH | {
    "author", "authors", "autor", "autoren", "autores", "auteur", "auteurs", "redaktion", "tag",
    "tags", "hashtag", "hashtags",
}  # fmt: skip
"""What is listed, not told, wherever in the path."""
_HUB = words.TOPICS | words.PEOPLE | words.ARCHIVES | words.LISTS_OR_SECTIONS
"""The same: the segment before the last one, or the last one."""
_LONG_SERVICE = (
    "suscripcion", "datenschutz", "newsletter", "privacy-", "cookie-", "terms-", "advertise-",
    "-policy", "-notice", "-conditions",
)  # fmt: skip
"""What a segment of the forms of a service has in it, if it is longer than `_LONGEST`."""
_LONGEST = 24
"""Characters of the longest segment that is looked up word for word, and some more."""
_MAX_SERIES_HYPHENS = 3
"""In the slug of a series of videos or podcasts."""
_YEAR = re.compile(r"(?:19|20)\d\d")
_DATE = re.compile(r"(?:^|/)(?:19|20)\d\d[/-]?(?:0?[1-9]|1[0-2])(?:[/-]?\d\d)?(?:/|-|$)")
_DAY_END = re.compile(r"(?:^|/)(?:19|20)\d\d[/-](?:0?[1-9]|1[0-2])(?:[/-]\d\d?)?/?$")
_MAX_ADDRESS = 2_000
"""Characters; what is longer is a redirect with its arguments, not a story."""
_NUMBER = re.compile(r"\d{5}")
_ID_QUERY = re.compile(r"(?:^|&)(?:p|id|aid|article(?:_?id)?|story|nid|newsid|idxno|no)=\d{2,}")
_CODE = re.compile(r"(?=[^/]*\d)(?=[^/]*[a-zA-Z])[0-9A-Za-z]{7,}$")
_BARE_CODE = re.compile(r"(?=(?:[^\d]*\d){2})(?=\d*[a-zA-Z])[0-9A-Za-z]{8,}")
"""A story's identifier that is all of a segment."""
_FRONT = re.compile(r"(?:https?:)?//(?:www\.)?([^/?#\s]+)/?(?:[?#]utm_.*)?")
"""The address of a newspaper's front page."""
_FRONT_FILE = re.compile(r"/index\.\w{2,5}$")
"""What the file of a folder is called: it says nothing of what is there."""

_TELLING = re.compile("[0-9?]")
"""What the address of a story has somewhere, if not the hyphens of a headline."""


class Target(NamedTuple):
    """Where an anchor leads."""

    itself: bool
    """True where that is the page it stands on."""

    url: str
    key: str
    """The same for all addresses of one story."""
    strong: bool
    """True where the address alone says that a story is there."""
    own_site: bool


class Shape(NamedTuple):
    """What the addresses of one newspaper's stories have in common."""

    segments: int
    words: bool
    """Whether the last segment is a slug of several words."""
    number: bool
    """Whether the path has a number that can be an id or a date."""
    suffix: str
    code: bool
    """Whether the last segment is an identifier of letters and digits, and nothing else."""


_PAGE_FILE = re.compile(r"\.(?:s?html?|php|aspx?|jsp|cms)$", re.IGNORECASE)


class StoryUrls:
    """Judges the addresses of one page; each distinct `href` once."""

    def __init__(self, address: Callable[[str], str | None], page: str) -> None:
        """address: makes a link absolute (`Document.address`). page: the page's own address."""
        self._address = address
        host, path, query = _parts(normalise(page) or page)
        self._page = _key(host, path, query)
        self._in_folder = _FRONT_FILE.search(path) is not None
        path = _FRONT_FILE.sub("", path) or "/"
        self._bare = self._page.partition("?")[0]
        self._by_query = bool(_ID_QUERY.search(query))
        last = self._bare.rpartition("/")[2]
        self._stem = self._bare.rpartition(".")[0] if "." in last else self._bare
        self._own_number = last if last.isdigit() and len(last) >= 4 else None
        self._site = _domain(host)
        self._shape = _shape(path)
        segments = [s for s in path.split("/") if s]
        self._strong = bool(segments) and self._is_strong(path, segments, own=False)
        self._known: dict[str, Target | None] = {}
        self._fronts: frozenset[str] | None = None
        """The domains whose front pages the page leads to."""

    def target(self, href: str) -> Target | None:
        """Where `href` leads, if that may be a story and is not this page; else None."""
        known = self._known
        if href in known:
            return known[href]
        found = known[href] = self._judge(href) if self.may_lead_to_story(href) else None
        return found

    def neighbour(self, href: str) -> Target | None:
        """Where a link leads that says of itself that it is the story before or after (`rel`), if
        that may be a story: its address need not tell, as it must of any other link."""
        found = self.target(href)
        if found is not None:
            return found
        url = self._address(href)
        if url is None:
            return None
        host, path, query = _parts(url)
        key = _key(host, path, query)
        segments = [s for s in path.split("/") if s]
        if key.partition("?")[0] == self._bare:
            return Target(True, url, self._page, True, True)
        if (
            not segments
            or query
            or _domain(host) != self._site
            or self._part_of_page(key, path)
            or any(s.isdecimal() for s in segments[-1:] if len(s) <= 3)  # page two of a list
            or any(_kind(s) in ("person", "hub") for s in segments[:-1] if len(s) < _LONGEST)
        ):
            return None
        return Target(False, url, key, True, True)

    def may_lead_to_story(self, href: str) -> bool:
        """False where one look tells that `target` will give None: for most links of a menu."""
        return (
            not self._strong
            or href.count("-") + href.count("_") >= 2
            or _TELLING.search(href) is not None
        )

    def _judge(self, href: str) -> Target | None:
        if len(href) > _MAX_ADDRESS or (
            href[:1] not in ("/", "h") and href.lstrip()[:12].lower().startswith(_NO_ADDRESS)
        ):
            return None
        url = self._address(href)
        if url is None:
            return None
        host, path, query = _parts(url)
        key = _key(host, path, query)
        bare = key.partition("?")[0]
        by_query = bool(query) and bool(_ID_QUERY.search(query))
        if key == self._page or (bare == self._bare and not (by_query and self._by_query)):
            return Target(True, url, self._page, True, True)
        if "/index." in path:
            if not self._in_folder and _FRONT_FILE.search(path):
                # This newspaper gives its stories other names: that is the front of a section.
                return None
            path = _FRONT_FILE.sub("", path) or "/"
        segments = [s for s in path.split("/") if s]
        if not by_query and (
            not segments
            or (len(segments) == 1 and path.count("-") < 2 and not _NUMBER.search(path))
        ):
            return None
        strong = by_query or self._is_strong(path, segments)
        if not strong and self._strong:
            # Stories of this newspaper have addresses that tell; this one's does not.
            return None
        kinds = [_kind(s) if len(s) <= _LONGEST else _kind_of_long(s) for s in segments]
        ends = kinds[-1:] == ["end"] and not (by_query and bare == self._bare)
        if "service" in kinds or "person" in kinds or ends:  # `news.php?id=1` is as this page is
            return None
        dated = _YEAR.search(path) is not None
        if "hub" in kinds[-2:] and not (dated and _DATE.search(path)):
            return None
        if kinds[-2:-1] == ["end"] and not dated and _is_series(segments):
            return None
        domain, service = _owner(host)
        if (
            service
            or (dated and _DAY_END.search(path))
            or path.rpartition(".")[2].lower() in words.FILES
        ):
            return None
        if self._part_of_page(bare, path):
            return None
        return Target(False, url, key, strong, domain == self._site)

    def _part_of_page(self, bare: str, path: str) -> bool:
        """Page two of this story, its comments, pictures, print view; or the section it is in."""
        if self._bare.startswith(bare + "/"):
            return True
        if bare.startswith(self._stem) and len(bare) - len(self._stem) < 30:
            rest = bare[len(self._stem) :]
            if rest[:1] == "/" or (rest[:1] in ",;_" and rest[-1:].isdecimal()):
                return True
        return self._own_number is not None and self._own_number in path.split("/")[:-1]

    def is_sister(self, url: str, hrefs: Iterable[str | None]) -> bool:
        """Whether an address is on another domain of the page's publisher: one whose front page
        this page leads to, or one of the same name.

        hrefs: all links of the page, as they are written (`Document.hrefs`).
        """
        host = _parts(url)[0]
        domain = _owner(host)[0]
        name = domain.partition(".")[0]
        if any(word in name for word in words.SHOPS):
            return False
        if len(name) >= 4 and name == self._site.partition(".")[0]:
            return True
        if self._fronts is None:
            # Of most links of a page one look tells that they lead deeper.
            short = {href for href in hrefs if href and (href.count("/") < 4 or "utm_" in href)}
            found = map(_FRONT.fullmatch, short)
            self._fronts = frozenset(_owner(m[1].lower())[0] for m in found if m)
        return domain in self._fronts

    def is_alike(self, target: Target) -> bool:
        """Whether an address is made as that of the page is, with an identifier: of a story,
        whatever it is called."""
        if not target.own_site:
            return False
        _, path, query = _parts(target.url)
        by_query = bool(query) and bool(_ID_QUERY.search(query))
        if by_query or self._by_query:
            return by_query and self._by_query
        shape, own = _shape(_FRONT_FILE.sub("", path)), self._shape
        return (own.number or own.code) and (
            (shape.segments, shape.number, shape.suffix, shape.code)
            == (own.segments, own.number, own.suffix, own.code)
        )

    def _is_strong(self, path: str, segments: list[str], own: bool = True) -> bool:
        slug = max(segments[-2:], key=len)
        hyphens = slug.count("-") + slug.count("_")
        # Page two of a list: `/page/2`, `/politics/2`.
        tail = path.rpartition("/")[2]
        short_list = len(segments) <= 2 and len(tail) <= 3 and tail.isdecimal()
        if not short_list and (hyphens >= 4 or (hyphens >= 3 and len(slug) >= 20)):
            return True
        if hyphens >= 2 and (
            _PAGE_FILE.search(segments[-1]) or (len(segments) >= 2 and len(slug) >= 20)
        ):
            return True
        if not short_list and (_NUMBER.search(path) or _DATE.search(path)):
            return True
        if not own:
            if len(segments) >= 2 and _BARE_CODE.fullmatch(tail):
                return True
        elif len(segments) == self._shape.segments:
            shape = _shape(path)
            if shape == self._shape and (shape.words or shape.number or shape.code):
                return True
        if short_list:
            return False
        return len(segments) >= 2 and hyphens >= 1 and bool(_CODE.search(segments[-1]))


def _is_series(segments: list[str]) -> bool:
    """Whether a path leads to a series of videos, podcasts, events …: its name below their folder,
    with neither a number nor the length of a headline."""
    return (
        segments[-2].lower() in words.SERIES
        and segments[-1].count("-") <= _MAX_SERIES_HYPHENS
        and not any(c.isdecimal() for c in segments[-1])
    )


@lru_cache(maxsize=4_096)
def _kind(segment: str) -> str | None:
    """What a path segment says is there: service, end (a service if it is the last segment),
    person, hub, or None."""
    lower = segment.lower()
    stem = lower.partition(".")[0]
    if lower in _SERVICE or stem in _SERVICE or words.SERVICE_FORM.fullmatch(lower):
        return "service"
    if stem in _SERVICE_END:
        return "end"
    if lower in _PERSON:
        return "person"
    return "hub" if lower in _HUB else None


def _kind_of_long(segment: str) -> str | None:
    """The same for a long segment, a slug mostly: told to be none without the patterns, and without
    pushing the short ones out of the cache."""
    stem, dot, _ = segment.partition(".")
    if dot and len(stem) <= _LONGEST:
        return _kind(segment)
    lower = segment.lower()
    for word in _LONG_SERVICE:
        if word in lower:
            return _kind(segment)
    return None


def _parts(url: str) -> tuple[str, str, str]:
    """Host without `www.`, path and query of a normalised address."""
    host, _, rest = url.partition("://")[2].partition("/")
    path, _, query = rest.partition("?")
    return host.removeprefix("www."), "/" + path, query


def _key(host: str, path: str, query: str) -> str:
    """What addresses of one story share, as `urls.story_key`, from parts already split."""
    if "/index." in path:
        path = INDEX.sub("", path)
    return host + path.rstrip("/") + (f"?{query}" if query else "")


def _domain(host: str) -> str:
    """What a host's owner registered; the host itself where that is nothing (an IP address)."""
    return registered_domain(host.partition(":")[0]) or host


@lru_cache(maxsize=4096)
def _owner(host: str) -> tuple[str, bool]:
    """A host's domain, and whether the host is a service (shop, jobs …), not a newspaper."""
    return _domain(host), host.partition(".")[0] in words.SERVICE_HOSTS


def _shape(path: str) -> Shape:
    segments = [s for s in path.split("/") if s]
    last = segments[-1] if segments else ""
    stem, dot, suffix = last.rpartition(".")
    if not dot or len(suffix) > 5:
        stem, suffix = last, ""
    return Shape(
        len(segments),
        stem.count("-") + stem.count("_") >= 2,
        bool(_NUMBER.search(path) or _DATE.search(path)),
        suffix,
        _BARE_CODE.fullmatch(stem) is not None,
    )
