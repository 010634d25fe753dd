"""Findings as people read them: what is so, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_SAID = {
    "silent": "no new story; {expected:g} were to be expected",
    "fewer": "{before:g} stories a day before, {after:g} now (medians)",
    "more": "{before:g} stories a day before, {after:g} now (medians)",
    "source_silent": "the source {subject} gives no story, though others do ({of_others:g});"
    " {expected:g} were to be expected",
    "field_dropped": "{subject}: {share_before:.0%} of the stories had it, {share:.0%} do now"
    " (of {stories:g})",
    "field_shifted": "{subject} comes from {after} now, and no more from {before}",
    "short_bodies": "bodies have {words:g} words now, {words_before:g} before (medians)",
    "future_dates": "{so_many:g} of {of:g} stories are dated after their capture",
    "blocked": "{so_many:g} of {of:g} responses refuse us; {share_before:.0%} did before",
    "disk_low": "{free} free where the archive is, enough for {days:g} days",
    "verify_failed": "{subject} {what}",
}
_SILENT_SO_LONG = "no new story for more than {limit:g} days"
"""Of a silence that hemeroteca.toml has measured."""
_SILENT_EVER = "no story of it came in, in {days:g} days"
_SILENCES = {"limit": _SILENT_SO_LONG, "days": _SILENT_EVER}
"""By the number that each has."""
_ADVICE = {
    "silent": "Open the home page. Does it publish? Then {program} runs and"
    " {program} status say why no story of it came in; its sitemap or its address may have moved.",
    "fewer": "Compare its home page with what came in. Is something missing, see {program} status:"
    " addresses may be left out, or refused.",
    "more": "Look at the stories: lists, tags or copies may be taken for them.",
    "source_silent": "Open the sitemap or feed: it may have moved, or be empty. Others find most of"
    " its stories meanwhile, not all of them.",
    "field_dropped": "{program} try ADDRESS shows what is read of a page and from where;"
    " a site profile names the new place.",
    "field_shifted": "{program} try ADDRESS shows whether the value is right still.",
    "short_bodies": "Open one of the stories: a wall or another layout may cut it short.",
    "future_dates": "{program} try ADDRESS shows which date of the page is read.",
    "blocked": "Ask less often (delay = in hemeroteca.toml), and write to the newspaper: contact ="
    " tells it who asks.",
    "disk_low": "Make room, or move the archive: a run ends before the disk is full.",
    "verify_failed": "{program} verify says what is wrong with it, docs/recover.md what to do.",
}
KINDS = tuple(_SAID)
"""All that can be found."""
OF_PAPERS = tuple(kind for kind in KINDS if kind not in ("disk_low", "verify_failed"))
"""What is found of a newspaper: the others are of the archive."""


def sentence(kind: str, subject: str, numbers: Mapping[str, Any]) -> str:
    """What is so, with its numbers.

    >>> sentence("fewer", "", {"before": 40, "after": 11.5})
    '40 stories a day before, 11.5 now (medians)'
    """
    try:
        said = _SAID[kind]
        if kind == "silent":
            said = next((text for name, text in _SILENCES.items() if name in numbers), said)
        return said.format(**{**numbers, "subject": subject})
    except (KeyError, ValueError):  # numbers of another version
        return " ".join([kind.replace("_", " "), subject]).strip()


def advice(kind: str, program: str) -> str:
    """What to do about it."""
    return _ADVICE.get(kind, "").format(program=program)
