"""What can go wrong in a way that the user can mend.

    HemerotecaError
    ├── UsageError        bad arguments or an unreadable input file     exit code 2
    ├── ArchiveError      the archive folder cannot be used             exit code 2
    │   └── BusyError     another run holds it                          exit code 4
    ├── FullError         the archive's disk is nearly full             exit code 5
    ├── DamageError       a file is not what it was                     exit code 6
    ├── MissingError      what is asked for is not in the archive       exit code 7
    ├── ConfigError       hemeroteca.toml has mistakes                  exit code 11
    ├── UnreachableError  a site gave no answer at all                  exit code 3
    ├── IncompleteError   stories may have been left out                exit code 8
    ├── PartlyError       some stories asked for were not archived      exit code 9
    ├── BlockedError      a site refuses us, or shows a wall            exit code 10
    └── VisitError        one URL has no usable answer; the run goes on
        ├── AnswerError   the answer is not received to its end
        └── PageError     the page cannot be read
            ├── RenderError        a browser could not show it
            └── NotAnArticleError  it can be read, and is no article

Each message is one line that says what is wrong, where, and what to do about it. Commands print it
after their name and nothing else.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, ClassVar

from crawler.reasons import because

if TYPE_CHECKING:
    from crawler.items import Article


class HemerotecaError(Exception):
    """Base of all errors that are told to the user without a traceback."""

    exit_code: ClassVar[int] = 1

    @property
    def lines(self) -> tuple[str, ...]:
        """What to tell the user."""
        return (str(self),)


class UsageError(HemerotecaError):
    """A bad argument, or an input file that cannot be read."""

    exit_code = 2


class ArchiveError(HemerotecaError):
    """The archive folder cannot be opened, created or understood."""

    exit_code = 2


class BusyError(ArchiveError):
    """Another process writes to the archive."""

    exit_code = 4


NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""Numbers of the system's errors that say that there is no space for what is to be written."""


class FullError(HemerotecaError):
    """The disk has too little space left to go on safely."""

    exit_code = 5


class DamageError(HemerotecaError):
    """Something in the archive is not as it was written."""

    exit_code = 6


class MissingError(HemerotecaError):
    """The archive is sound, and does not have what is asked for."""

    exit_code = 7


class UnreachableError(HemerotecaError):
    """A site did not answer."""

    exit_code = 3


class IncompleteError(HemerotecaError):
    """Addresses were left out that may be stories."""

    exit_code = 8


class PartlyError(HemerotecaError):
    """Some of the stories that were asked for could not be archived."""

    exit_code = 9


class BlockedError(HemerotecaError):
    """A site refuses us, or shows a wall in place of its pages."""

    exit_code = 10


class ConfigError(HemerotecaError):
    """`hemeroteca.toml` has mistakes."""

    exit_code = 11

    def __init__(self, *mistakes: str) -> None:
        """mistakes: each one line, with file, line and what would be right."""
        super().__init__(*mistakes)
        self.mistakes = mistakes

    @property
    def lines(self) -> tuple[str, ...]:
        """One for each mistake."""
        return self.mistakes

    def __str__(self) -> str:
        return "; ".join(self.mistakes)


class VisitError(HemerotecaError):
    """What goes wrong with one URL; recorded with it, never fatal."""

    def __init__(self, code: str, subject: object = None) -> None:
        """code, subject: as `crawler.reasons.because` has them."""
        super().__init__(code, subject)  # both, to be pickled
        self.why = because(code, subject)

    def __str__(self) -> str:
        return str(self.why)


class AnswerError(VisitError):
    """An answer that is not received to its end, because of what has come of it."""


class PageError(VisitError):
    """A page cannot be read."""


class RenderError(PageError):
    """A browser could not show a page that shows nothing without its scripts."""


class NotAnArticleError(PageError):
    """A page that was read is no article."""

    def __init__(self, reason: str, article: Article) -> None:
        super().__init__("no_article", reason)
        self.args = (reason, article)  # to be pickled
        self.reason = reason
        """One of `crawler.reasons.NOT_ARTICLE`: `listing`, `wall`, `too_short` …"""
        self.article = article
        """The best reading of the page as one, all the same."""
