"""Which pages are worth a fetch: what may be a story always, what may list some as long as it leads
to some, and a trap never.

Addresses that look alike and are told of alike are a *family*. A family that looks like stories is
open: all its addresses are fetched. The others are held, and let in by the round: when nothing
better is left of a site, and all answers are stored, some of each family get their turn, by what
the pages of the family have been so far. So what is fetched depends on the site alone, not on the
order in which answers came: docs/decisions/0040.

Lists pay their way: each new story that a family's pages lead to earns it further visits, so a
calendar without end or a shop's facets stop after a few, however many addresses they make, and a
site whose sitemap is sound is not walked page by page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from urllib.parse import unquote, urlsplit

from crawler.archive.outcomes import SURELY_LIST, Admission, Family, SiteYield, starts_open
from crawler.discover.story_urls import list_month, list_page
from crawler.reasons import Reason, because

# Pages of a family that are let in before any has led to something, if other sources have told of
# the site's stories or not.
START_LISTED = 2
START = 8
# … and of lists of years, months and days beyond that, times the root of the site's stories: where
# other lists show the newest stories, many days tell of none that is new, and those before them do.
DATED_START = 4.0
# A sitemap that has told of this share of a site's stories is taken to be complete.
SOUND = 0.8
# Pages of a whole site that are let in and are no stories, to begin with: without and with a sound
# sitemap, and of a host below the newspaper's own, which may hold no stories at all.
SITE_START = 40
SITE_START_LISTED = 1
PART_START = 10
# Of a large site with a sound sitemap, lists for each story beyond so many: a sitemap may lack a
# whole section.
LISTED_SHARE = 0.25
LISTED_FROM = 36
# Visits that a new story earns the family that led to it, and the site's lists; further ones for
# each story that the site has. With these, a site that has nothing but links costs less than two
# fetches a story.
EARNS = 2.0
SITE_EARNS = 1.5
SITE_SHARE = 0.02
# Visits that a story earns the family that its own address is of: one in so many is worth the rest.
STORY_EARNS = 16
# A family that was never tried is not judged: so many of each, without and with a sound sitemap,
# are let in even where the site's lists have spent what they had. That goes for so many families
# that came to nothing, and one more for each twenty stories.
UNTRIED, UNTRIED_LISTED = 4, 1
BARREN, BARREN_LISTED = 40, 6
BARREN_SHARE = 0.05
# Pages of an open family that may turn out to be no stories, beyond one for each that was one,
# before the rest is held.
FUSE = 32
# Visits after which a family whose pages are stories as often as not is open.
PROVEN = 4
# Further pages of lists lead to older stories, and the first of them often show what is known: they
# are followed to greater depths as long as there are any, for so many pages a story of the site, so
# many at once.
DEEPER = 0.12
DEEPER_AT_ONCE = 2
# A chain of lists, each of which names the one before it (a month, a day, an issue), leads to older
# stories, too, and has to be followed through what a sitemap of the newest stories tells of: for so
# many lists a story of the site, where no more than a few wait at a time.
CHAINED = 0.25
CHAIN_HELD = 12
# Addresses of a family that led to themselves with a slash added, of all that were visited, from
# which on the others are asked for with one.
SLASHED = 8
SURELY_SLASHED = 0.95
# At most so many of a family are let in at once.
BATCH = 500

_DEEP = 14
_LONG = 1_500
_PARAMETERS = 6


def is_spent(family: Family, under_way: int) -> bool:
    """Whether an open family has given so many pages that are no stories that it must be looked at.

    under_way: how many of its pages are being fetched.

    >>> is_spent(Family(1, "h /S", True, visits=900, stories=440), 0)
    False
    """
    return family.visits - family.stories + under_way > FUSE + family.stories


def with_slash(url: str, family: Family) -> str | None:
    """The address with a slash, if those of its family lead there: each costs one request, then.

    >>> with_slash("https://a.example/posts/7", Family(1, "h /posts/N", visits=9, slashed=9))
    'https://a.example/posts/7/'
    """
    parts = urlsplit(url)
    if parts.query or parts.path.endswith("/") or "." in parts.path.rpartition("/")[2]:
        return None
    sure = family.slashed >= SLASHED and family.slashed >= SURELY_SLASHED * family.visits
    return f"{url}/" if sure else None


def is_listed(site: SiteYield) -> bool:
    """Whether sitemaps and WordPress lists tell of nearly all stories of a site."""
    return site.listed_stories > SOUND * site.stories


def admit(families: Iterable[Family], site: SiteYield, *, part: bool = False) -> list[Admission]:
    """What the next round lets in; nothing where all that is held has been judged.

    families: those of which addresses are held; their order does not matter. part: whether the site
    is a host below a newspaper's own.
    """
    left = _site_credit(site, part=part)
    listed = is_listed(site)
    barren = (BARREN_LISTED if listed else BARREN) + BARREN_SHARE * site.stories - site.barren
    admissions = []
    for family in sorted(families, key=_promise):
        if family.visits >= PROVEN and family.stories * 2 >= family.visits:
            admissions.append(Admission(family.id, None))
            continue
        deeper = further = 0
        count = min(credit(family, site), family.held, BATCH)
        if count < DEEPER_AT_ONCE or not family.led_to:
            deeper = _deeper(family, site)
            if deeper or _is_chain(family, site):
                further = DEEPER_AT_ONCE
                count = min(further, family.held)
        if not (may_be_stories(family) or family.stories):
            within = left
            if not family.admitted and barren >= 1:
                within = max(left, UNTRIED_LISTED if listed else UNTRIED)
                barren -= 1
            count = min(count, max(within, further))
            left -= max(0, int(count))
        if count >= 1:
            admissions.append(Admission(family.id, int(count), deeper))
    return admissions


def may_be_stories(family: Family) -> bool:
    """Whether a family's addresses, or what is said of them, look like stories."""
    return starts_open(family.looks, family.says) or (
        family.says == "h" and family.looks > SURELY_LIST
    )


def credit(family: Family, site: SiteYield) -> float:
    """Pages of a family that may still be let in; none below 1."""
    listed = is_listed(site) and not may_be_stories(family)
    start = float(START_LISTED if listed else START)
    if not listed and list_month(family.example) is not None:
        start += DATED_START * site.stories**0.5
    each = STORY_EARNS if family.looks > SURELY_LIST else EARNS
    return start + EARNS * family.led_to + each * family.stories - family.admitted


def _promise(family: Family) -> tuple[int, bool, int, str]:
    """Sorts families: those that led to stories first, then further pages of lists, which lead to
    all there are."""
    return -family.led_to, list_page(family.example) is None, -family.looks, family.name


def _deeper(family: Family, site: SiteYield) -> int:
    """The number of the deepest page of a list that is held, where it is worth a look: deeper than
    any before; 0 where it is not."""
    page = list_page(family.example) or 0
    start = START_LISTED if is_listed(site) else START
    few_enough = family.admitted < start + DEEPER * site.stories + EARNS * family.led_to
    return page if page > family.deepest and few_enough else 0


def _is_chain(family: Family, site: SiteYield) -> bool:
    """Whether a family's lists lead on from one to the next, and are worth to be followed."""
    start = START_LISTED if is_listed(site) else START
    few_enough = family.admitted < start + CHAINED * site.stories + EARNS * family.led_to
    return family.leads_on and family.held <= CHAIN_HELD and few_enough


def _site_credit(site: SiteYield, *, part: bool) -> float:
    start = (PART_START if part else SITE_START) + SITE_SHARE * site.stories
    if is_listed(site):
        start = SITE_START_LISTED + LISTED_SHARE * max(0, site.stories - LISTED_FROM)
    return start + SITE_EARNS * site.led_to - site.spent


def trap(url: str) -> Reason | None:
    """Why an address is one of an endless row, by its looks alone; None if it does not look so.

    >>> str(trap("https://a.example/x/y/x/y/x/y/")), trap("https://a.example/2024/05/05/a-story")
    ('a path that repeats itself', None)
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return because("no_web_address")
    segments = [s for s in unquote(parts.path).split("/") if s]
    if len(url) > _LONG:
        return because("long_address", f"{_LONG:,}")
    if len(segments) > _DEEP:
        return because("deep_path", _DEEP)
    times = Counter(s for s in segments if not s.isdigit())
    if any(n >= 3 for n in times.values()):
        return because("endless_path")
    pairs = Counter(pairwise(segments))
    if any(n >= 2 and a != b and not a.isdigit() for (a, b), n in pairs.items()):
        return because("endless_path")
    names = [part.partition("=")[0] for part in parts.query.split("&") if part]
    if len(names) > _PARAMETERS:
        return because("many_parameters", _PARAMETERS)
    return None
