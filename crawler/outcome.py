"""How a run ended: its outcome in the table `runs`, and the exit code of its command."""

from __future__ import annotations

from collections.abc import Iterable

from crawler.errors import (
    BlockedError,
    DamageError,
    FullError,
    IncompleteError,
    PartlyError,
    UnreachableError,
)
from crawler.reasons import REFUSALS, Reason

FINISHED = "finished"
STOPPED = "shutdown"
FULL = "disk nearly full"
LIMITED = "max_pages"
"""As many pages as the user allows were fetched, and more are waiting."""
UNREACHABLE = "unreachable"
"""A home page, or every one of the addresses, could not be archived."""
BLOCKED = "blocked"
"""The same, because the server refused us, or shows a wall instead."""
PARTLY = "partly"
"""Some of the addresses could not be archived."""
INCOMPLETE = "incomplete"
"""Addresses were left out of a family of which some are stories."""
ARCHIVE_ERROR = "archive error"
"""The archive could not be written."""
FAULTY = "page faults"
"""A page met a fault of ours; all others are done."""

EXIT_CODES = {
    FINISHED: 0,
    LIMITED: 0,
    UNREACHABLE: UnreachableError.exit_code,
    BLOCKED: BlockedError.exit_code,
    PARTLY: PartlyError.exit_code,
    FULL: FullError.exit_code,
    INCOMPLETE: IncompleteError.exit_code,
    STOPPED: 130,
}


MEANINGS = {
    0: "done",
    1: "broke off: a fault of ours, or the archive could not be written",
    2: "bad arguments, or no usable archive",
    3: "nothing archived of a newspaper, or of all URLs: no answer, or none of use",
    4: "another run holds the archive",
    5: "storage: the archive's disk is nearly full",
    6: "integrity: something in the archive is not as it was written",
    7: "what was asked for is not in the archive",
    8: "done, but URLs were left out that may be stories",
    9: "done, but some of the stories, archives or files asked for were not taken",
    10: "blocked or rate-limited: a newspaper refused us, or its home page is a wall",
    11: "configuration: hemeroteca.toml has mistakes",
    130: "interrupted; the same command resumes",
}
"""What each exit code says, of whatever command."""
# Of several papers the first of these that one of them ended with counts.
_GRAVEST = (130, 1, 5, 6, 2, 11, 4, 10, 3, 7, 9, 8, 0)


def gravest(codes: Iterable[int]) -> int:
    """The one exit code of several.

    >>> gravest([0, 8, 3, 0])
    3
    """
    found = set(codes)
    return next((code for code in _GRAVEST if code in found), 1)


def is_refusal(reason: Reason) -> bool:
    """Whether a server refused us, or showed a wall in place of what was asked for."""
    if reason.code in ("http_status", "robots_fails"):
        return reason.subject in REFUSALS
    if (reason.code, reason.subject) == ("no_article", "wall"):
        return True
    return reason.code in ("front_wall", "asks_to_wait", "asks_for_pause")


def of_seeds(missed: Iterable[Reason], *, archived: int, is_list: bool) -> str | None:
    """What the addresses that a run was sent for make of it; None where nothing is amiss.

    missed: why some of them could not be archived. archived: how many could. is_list: whether they
    are stories of a list, of which one or the other may be gone.

    >>> of_seeds([Reason("http_status", "403")], archived=1, is_list=False)
    'blocked'
    >>> of_seeds([Reason("http_status", "404")], archived=1, is_list=True)
    'partly'
    """
    reasons = list(missed)
    if not reasons:
        return None
    if is_list and archived:
        return PARTLY
    return BLOCKED if all(map(is_refusal, reasons)) else UNREACHABLE


def outcome(
    reason: str, *, faults: int, seeds: str | None, cut: bool, doubtful: bool = False
) -> str:
    """What `runs` says of how a run ended.

    reason: Scrapy's, or ours where we ended it. faults: callbacks that raised. seeds: as `of_seeds`
    has it. cut: whether the limit on pages left some unvisited. doubtful: whether
    addresses were left out that may be stories.

    >>> outcome("finished", faults=0, seeds=UNREACHABLE, cut=True)
    'unreachable'
    """
    if reason != FINISHED:
        return reason
    if faults:
        return FAULTY
    if seeds is not None:
        return seeds
    if cut:
        return LIMITED
    return INCOMPLETE if doubtful else FINISHED


def exit_code(outcome: str) -> int:
    """The exit code of a command whose run ended so; 1 where it broke off.

    >>> exit_code("shutdown"), exit_code("archive error")
    (130, 1)
    """
    return EXIT_CODES.get(outcome, 1)


def final_code(outcome: str, *, files_missing: int, lines_skipped: int) -> int:
    """The exit code of a crawl: that of its outcome, unless the archive lacks files, or lines of
    `urls=` named nothing.

    >>> final_code("finished", files_missing=1, lines_skipped=0)
    6
    """
    code = exit_code(outcome)
    if files_missing and code in (0, IncompleteError.exit_code, PartlyError.exit_code):
        code = DamageError.exit_code
    return code or (UnreachableError.exit_code if lines_skipped else 0)
