"""What is reserved, all statements together."""

from __future__ import annotations

from collections.abc import Iterable

from crawler.reservations.directives import DIRECTIVES
from crawler.reservations.reservation import Reservation, ReservedIn
from crawler.reservations.site import AGENT
from crawler.reservations.tdmrep import TDM
from crawler.reservations.usage import PURPOSES

TERMS = DIRECTIVES | PURPOSES | {"tdm", "license"}
"""All that can be reserved."""
_NEAREST: tuple[ReservedIn, ...] = ("meta", "header", "tdmrep.json")


def reserved(reservations: Iterable[Reservation]) -> frozenset[str]:
    """The terms that are reserved for a capture, to every robot or to ours: `tdm`, `noarchive`,
    `noai`, `train-ai`, `license` …

    Where statements differ, the strictest counts (draft-ietf-aipref-vocab, "Combining
    Preferences"); but of those of the TDM Reservation Protocol the nearest to the text does: the
    page's own, then its header's, then the host's file (TDMRep, "Processing priority").

    >>> file = Reservation("tdm", "1", True, "tdmrep.json", "tdm-reservation", "https://a.example/")
    >>> page = Reservation("tdm", "0", False, "meta", "tdm-reservation")
    >>> reserved([file]), reserved([file, page])
    (frozenset({'tdm'}), frozenset())
    """
    meant = [each for each in reservations if each.agent in (None, AGENT)]
    by_protocol = [each for each in meant if each.name.lower() == TDM]
    found = {each.what for each in meant if each.reserved and each not in by_protocol}
    for source in _NEAREST:
        nearest = [each for each in by_protocol if each.source == source]
        if nearest:
            found |= {each.what for each in nearest if each.reserved}
            break
    return frozenset(found)
