"""First step: dates become ISO 8601."""

from __future__ import annotations

from crawler.items import Visit
from crawler.runs.visits import dated


class Normalise:
    """Turns the dates that an article's page claims into moments, as of its capture.

    Here and not in the page readers: dateparser loads its locales once, not once for each of them.
    """

    def process_item(self, item: Visit) -> Visit:
        """A visit with its article's dates normalised; others unchanged."""
        return dated(item)
