"""How a run ended: its outcome in the table `runs`, and the exit code of its command."""

from __future__ import annotations

from crawler.errors import FullError, IncompleteError, UnreachableError

FINISHED = "finished"
STOPPED = "shutdown"
FULL = "disk nearly full"
LIMITED = "max_pages"
"""As many pages as the user allows were fetched, and more are waiting."""
UNREACHABLE = "unreachable"
"""A home page, or every one of the addresses, could not be archived."""
INCOMPLETE = "incomplete"
"""Addresses were left out of a family of which some are stories."""
FAULTY = "page faults"
"""A page met a fault of ours; all others are done."""

EXIT_CODES = {
    FINISHED: 0,
    LIMITED: 0,
    UNREACHABLE: UnreachableError.exit_code,
    FULL: FullError.exit_code,
    INCOMPLETE: IncompleteError.exit_code,
    STOPPED: 130,
}


def outcome(reason: str, *, faults: int, reached: bool, cut: bool, doubtful: bool = False) -> str:
    """What `runs` says of how a run ended.

    reason: Scrapy's, or ours where we ended it. faults: callbacks that raised. reached: whether the
    seeds were archived. cut: whether the limit on pages left some unvisited. doubtful: whether
    addresses were left out that may be stories.

    >>> outcome("finished", faults=0, reached=False, cut=True)
    'unreachable'
    """
    if reason != FINISHED:
        return reason
    if faults:
        return FAULTY
    if not reached:
        return UNREACHABLE
    if cut:
        return LIMITED
    return INCOMPLETE if doubtful else FINISHED


def exit_code(outcome: str) -> int:
    """The exit code of a command whose run ended so; 1 where it broke off.

    >>> exit_code("shutdown"), exit_code("archive error")
    (130, 1)
    """
    return EXIT_CODES.get(outcome, 1)
