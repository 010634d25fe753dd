"""Whether a URL that has its turn is fetched."""

from __future__ import annotations

from crawler.archive.families import NEVER_HELD
from crawler.archive.outcomes import Family
from crawler.extensions.session import Known
from crawler.frontier.in_hand import InHand
from crawler.frontier.spider import LATER, FrontierSpider
from crawler.items import Due
from crawler.policy import budget
from crawler.reasons import Reason
from crawler.urls import site_host

HOLD = Reason("hold")
"""What is said of a URL whose family has given too little."""


class Judge:
    """Asks the spider, and looks at what the like of a URL has given."""

    def __init__(self, spider: FrontierSpider, known: Known, in_hand: InHand) -> None:
        self._spider = spider
        self._known = known
        self._in_hand = in_hand

    def family(self, due: Due) -> Family | None:
        """What is known of the like of a URL that was never visited; None where that is nothing."""
        found = due.found
        if not found.family or due.visited_at is not None:
            return None
        return self._known.family(found.url, found.family)

    def verdict(self, due: Due, family: Family | None, *, hopes: bool) -> Reason | None:
        """Why a URL is not fetched; LATER where that depends on visits under way, HOLD where it is
        not to be fetched before a round lets it in; else None.

        hopes: whether the archive has something better that waits, on which it may depend.
        """
        found = due.found
        if due.asked_for:
            return None
        reason = self._spider.refuse(due)
        if reason == LATER and not (hopes or self._in_hand.is_under_way(site_host(found.url))):
            reason = None  # what it waited for does not come
        if reason is not None:
            return reason
        if found.role != "page" or due.visited_at is not None or found.source in NEVER_HELD:
            return None
        reason = budget.trap(found.url)
        if reason is not None:
            return reason
        if family is None or not family.is_open:
            return None  # a round has let it in
        under_way = self._in_hand.under_way_of_family(found.family)
        return HOLD if budget.is_spent(family, under_way) else None


def is_held_with(family: Family, due: Due) -> bool:
    """Whether a URL waits for a round where its family is closed."""
    return (
        due.found.family == family.name
        and due.found.source not in NEVER_HELD
        and due.visited_at is None
        and not due.asked_for
    )
