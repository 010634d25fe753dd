"""Types of what views compute: SQLite says none of them before version 3.41, and of some of them
another one after it."""

from __future__ import annotations

COMPUTED: dict[str, dict[str, str]] = {
    "stories": {"authors": "text", "tags": "text", "confidence": "real"},
    "story_graph": {
        "position": "integer", "to_archived": "integer", "first_seen_at": "text",
        "last_seen_at": "text",
    },
    "reservations": {
        **dict.fromkeys(("what", "value", "source", "name", "agent", "stated_at"), "text"),
        "reserved": "integer",
    },
    "story_revisions": {"body_markdown": "text"},
    "edited_stories": {"words_added": "integer", "changed": "text"},
    "stories_by_month": {"month": "text", "stories": "integer", "words": "integer"},
    "site_summary": {
        "articles": "integer", "last_captured_at": "text", "revised": "integer",
        "gone": "integer", "queued": "integer", "failed": "integer",
    },
    "story_days": {
        "moment": "text", "year": "integer", "month": "text", "week": "text",
        "weekday": "integer", "hour": "integer", "utc_offset": "text",
    },
    "author_stories": {"authors": "integer"},
    "story_copies": {"likeness": "real"},
    "_facets_told": dict.fromkeys(("day", "month", "section", "language", "minutes"), "text"),
}  # fmt: skip
"""View → column → its type."""
