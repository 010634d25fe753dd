"""How a reason stands in a table: its words, for whoever reads them, beside its code and subject,
which are what is compared."""

from __future__ import annotations

from crawler.reasons import Reason

SET = "reason = ?, reason_code = ?, reason_subject = ?"
"""Of an UPDATE: values are `columns(reason)`."""
NONE = "reason = NULL, reason_code = NULL, reason_subject = NULL"
"""Of an UPDATE that takes a reason away."""


def columns(reason: Reason | None) -> tuple[str | None, str | None, str | None]:
    """The columns `reason`, `reason_code` and `reason_subject`."""
    return (None, None, None) if reason is None else (str(reason), reason.code, reason.subject)


def told(code: str | None, subject: str | None) -> Reason | None:
    """The reason that two columns hold."""
    return None if code is None else Reason(code, subject)
