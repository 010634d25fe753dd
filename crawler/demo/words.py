"""How the paper writes names, dates and read times."""

from __future__ import annotations

import re
from datetime import datetime

from crawler.demo.paper import Paper
from crawler.demo.story import Story


def slug(name: str) -> str:
    """A name as a part of an address.

    >>> slug("Jörg Ährenfeld")
    'joerg-aehrenfeld'
    """
    table = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "é": "e", "’": ""})
    return re.sub(r"[^a-z0-9]+", "-", name.lower().translate(table)).strip("-")


def written(at: datetime, story: Story, paper: Paper, pattern: str) -> str:
    """A date as the story's page writes it.

    pattern: `date` (as under a headline) or `day` (as on a card).
    """
    months = paper.word(story, "months").split()
    return paper.word(story, pattern).format(
        day=at.day, month=months[at.month - 1], year=at.year, time=f"{at:%H:%M}"
    )


def read_time(story: Story, paper: Paper) -> str:
    """The read time as the story's page writes it."""
    if paper.sections[story.section].markup == "fox":
        return f"{story.minutes} min{'s' if story.minutes > 1 else ''} read"
    return paper.word(story, "read_time").format(minutes=story.minutes)
