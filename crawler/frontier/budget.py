"""Which pages are worth a fetch: what looks like a story always, what may list some as long as it
leads to some, and a trap never.

Lists are told from stories by what visits of addresses of the same shape turned out to be. Lists
pay their way: each new story that a site's lists lead to earns them further visits, so a calendar
without end or a shop's facets stop after a few, however many addresses they make, and a site whose
sitemap is sound is not walked page by page.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from urllib.parse import unquote, urlsplit

from crawler.archive.outcomes import Learned
from crawler.items import STORY_LIKE

# Lists that may be visited before any has led to something: of one shape, and of a whole site, if
# other sources have told of its stories or not.
SHAPE_START_LISTED = 2
SHAPE_START = 8
# … and of lists of years, months and days beyond that, times the root of the site's stories: where
# other lists show the newest stories, many days tell of none that is new, and those before them do.
DATED_START = 4.0
# A sitemap or feed that has told of this share of a site's stories is taken to be complete.
SOUND = 0.8
SITE_START_LISTED = 1
SITE_START = 40
# … and of a host below the newspaper's own, which may hold no stories at all.
PART_START = 10
# Of a large site with a sound sitemap, lists for each story beyond so many: a sitemap may lack a
# whole section.
LISTED_SHARE = 0.25
LISTED_FROM = 36
# Visits that a new story earns the lists on the way to it, and further ones for each story that the
# site has: with these, a site that has nothing but links costs less than two fetches a story.
SHAPE_EARNS = 2.0
SITE_EARNS = 1.5
SITE_SHARE = 0.02

DRY = "no new stories on pages like this one"
_DEEP = 14
_LONG = 1_500
_PARAMETERS = 6

# How sure a first look at an address makes: weight, in visits, against those that were made.
_PRIOR_WEIGHT = 2.0
# What addresses of tags, authors, archives and page numbers get at most.
_SURELY_LIST = -30


def story_chance(priority: int, learned: Learned, *, listed: bool = False) -> float:
    """How likely an address is a story's, 0 to 1: by its looks, and by what its like were.

    listed: a sitemap, feed or WordPress list told of it. Those name stories, and tags at worst.

    >>> story_chance(0, Learned(visits=10, stories=10)) > 0.8 > 0.2 > story_chance(0, Learned(9, 0))
    True
    """
    looks = 0.9 if priority >= 2 * STORY_LIKE else 0.7 if priority >= STORY_LIKE else 0.4
    if priority < 0:
        looks = 0.1
    if listed:
        looks = max(looks, 0.6) if priority > _SURELY_LIST else 0.3
    return (learned.stories + _PRIOR_WEIGHT * looks) / (learned.visits + _PRIOR_WEIGHT)


def is_listed(learned: Learned) -> bool:
    """Whether sitemaps, feeds and the like tell of nearly all stories of a site."""
    return learned.listed_stories > SOUND * learned.site_stories


def trap(url: str) -> str | None:
    """Why an address is one of an endless row, by its looks alone; None if it does not look so.

    >>> trap("https://a.example/x/y/x/y/x/y/"), trap("https://a.example/2024/05/05/a-story")
    ('a path that repeats itself', None)
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return "no web address"
    segments = [s for s in unquote(parts.path).split("/") if s]
    if len(url) > _LONG:
        return f"an address of more than {_LONG:,} characters"
    if len(segments) > _DEEP:
        return f"a path of more than {_DEEP} parts"
    times = Counter(s for s in segments if not s.isdigit())
    if any(n >= 3 for n in times.values()):
        return "a path that repeats itself"
    pairs = Counter(pairwise(segments))
    if any(n >= 2 and a != b and not a.isdigit() for (a, b), n in pairs.items()):
        return "a path that repeats itself"
    names = [part.partition("=")[0] for part in parts.query.split("&") if part]
    if len(names) > _PARAMETERS:
        return f"more than {_PARAMETERS} parameters"
    return None


def credit(
    learned: Learned, pending: int, pending_site: int, *, part: bool = False, dated: bool = False
) -> float:
    """Visits that lists of a shape may still make; none below 1.

    pending, pending_site: visits of the shape, and of any list of the site, that are under way.
    part: whether the site is a host below a newspaper's own. dated: whether the address is that of
    a year, month or day.
    """
    listed = is_listed(learned)
    shape_start = SHAPE_START_LISTED if listed else SHAPE_START
    if dated and not listed:
        shape_start += DATED_START * learned.site_stories**0.5
    of_shape = shape_start + SHAPE_EARNS * learned.led_to - learned.visits - pending
    start = (PART_START if part else SITE_START) + SITE_SHARE * learned.site_stories
    if listed:
        start = SITE_START_LISTED + LISTED_SHARE * max(0, learned.site_stories - LISTED_FROM)
    of_site = start + SITE_EARNS * learned.listing_led_to - learned.listing_visits - pending_site
    return min(of_shape, of_site)
