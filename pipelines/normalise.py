"""First step: dates become ISO 8601."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from crawler.extract.normalise import normalise
from crawler.items import Visit


class Normalise:
    """Turns the dates that an article's page claims into moments, as of its capture.

    Here and not in the page readers: dateparser loads its locales once, not once for each of them.
    """

    def process_item(self, item: Visit) -> Visit:
        """A visit with its article's dates normalised; others unchanged."""
        if item.article is None:
            return item
        captured_at = datetime.fromisoformat(item.captures[-1].fetched_at)
        return replace(item, article=normalise(item.article, captured_at))
