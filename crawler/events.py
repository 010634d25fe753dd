"""What happens in a run, said once for programs: an event per fact.

Where a log file is named, each is a line of JSON in it (`crawler/log_file.py`); in a
terminal, a sentence, with `--loglevel INFO`. A fact names addresses, numbers and reasons: nothing
that a page says, and no secret.
"""

from __future__ import annotations

import logging

LOGGER = "hemeroteca.events"

_logger = logging.getLogger(LOGGER)


def event(name: str, **facts: str | float | None) -> None:
    """Note that something happened. Facts that are None are not said."""
    if not _logger.isEnabledFor(logging.INFO):
        return
    said = {key: value for key, value in facts.items() if value is not None}
    words = " ".join(f"{key}={value}" for key, value in said.items())
    _logger.info("%s %s", name.replace("_", " "), words, extra={"event": name, "facts": said})
