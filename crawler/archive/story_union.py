"""The same story as several archives have it, as one: a function of what each of them has, so that
it comes to the same in whatever order they are brought."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from copy import deepcopy
from itertools import pairwise
from typing import Any

from crawler.archive.changes import weighed
from crawler.archive.story_part import RevisionPart, Row, StoryPart
from crawler.history.told import TYPOGRAPHY, Caption, Told, changes


def united(parts: Sequence[StoryPart]) -> StoryPart:
    """One story of what several archives have of it.

    Its revisions are those of all, by the time of their captures; where the one before, of another
    archive, reads the same, they are one, and the links of both are its own. Which of them stands,
    and whether the story is still there, the archive says that saw it last.
    """
    if len(parts) == 1:
        return parts[0]
    ordered = sorted(parts, key=lambda part: part.digest())
    revisions, shown_by = _revisions(ordered)
    last = max(ordered, key=_last_word)
    # of two states, the one stands that was seen last, whichever came first
    stands = shown_by[last.revisions[last.stands].record]
    article = dict(last.article)
    standing = revisions[stands]
    told = next(
        part.article for part in ordered
        if part.revisions[part.stands].record == standing.record
        or part.revisions[part.stands].columns["published_at"] == standing.columns["published_at"]
        or part is ordered[-1]
    )  # fmt: skip
    article |= {name: told[name] for name in ("published_utc", "published_day")}
    article["word_count"] = standing.columns["word_count"]
    article["first_captured_at"] = min(part.article["first_captured_at"] for part in ordered)
    article["last_captured_at"] = max(part.article["last_captured_at"] for part in ordered)
    # of http and https, or www. and none, all archives are to choose the same
    url = min((part.url for part in ordered), key=lambda url: (not url.startswith("https:"), url))
    return StoryPart(
        url, article, last.successor, stands, revisions,
        events=sorted(_distinct(row for part in ordered for row in part.events), key=_event_order),
        verdicts=_by_first(row for part in ordered for row in part.verdicts),
        copies=_by_first(row for part in ordered for row in part.copies),
        urls=sorted({url for part in ordered for url in part.urls}),
        addresses=sorted({key for part in ordered for key in part.addresses}),
        bands=_bands(ordered, standing),
    )  # fmt: skip


def _last_word(part: StoryPart) -> tuple[str, bytes]:
    """Orders archives by when they last knew of a story whether it is there."""
    times = (part.article["last_captured_at"], part.article["gone_at"])
    return max(filter(None, times)), part.digest()


def _event_order(event: Row) -> tuple[str, str]:
    return event[1], json.dumps(event)


def _distinct(rows: Iterable[Row]) -> list[Row]:
    return list({json.dumps(row): row for row in rows}.values())


def _by_first(rows: Iterable[Row]) -> list[Row]:
    """Rows without those whose first value another one has, too: of these the greatest."""
    found: dict[str, Row] = {}
    for row in sorted(rows, key=json.dumps):
        found[row[0]] = row
    return [found[key] for key in sorted(found)]


def _bands(parts: Sequence[StoryPart], standing: RevisionPart) -> list[Row]:
    """Those of an archive where the same text stands; else of any."""
    with_bands = [part for part in parts if part.bands]
    for part in with_bands:
        own = part.revisions[part.stands].columns["content_digest"]
        if own == standing.columns["content_digest"]:
            return part.bands
    return with_bands[0].bands if with_bands else []


# -- revisions -------------------------------------------------------------------------------------


def _revisions(parts: Sequence[StoryPart]) -> tuple[list[RevisionPart], dict[str, int]]:
    """All revisions in order, each text once; and by WARC-Record-ID which of them shows what was
    read there."""
    found: dict[tuple[str, str], tuple[int, RevisionPart]] = {}
    for number, part in enumerate(parts):
        for each in part.revisions:
            key = (each.columns["captured_at"], each.record)
            known = found.get(key)
            # one capture in two archives: read by two versions of the extractor, perhaps
            if known is None or _reading(each) > _reading(known[1]):
                found[key] = (number, each)
    before = {  # archive and capture → the one before it there
        (number, new.record): old.record
        for number, part in enumerate(parts)
        for old, new in pairwise([each for each in part.revisions if not each.taken_back])
    }
    kept: list[RevisionPart] = []
    last: RevisionPart | None = None
    shown_by: dict[str, int] = {}
    at = 0
    for key in sorted(found):
        number, each = found[key]
        each = deepcopy(each)
        if each.taken_back:
            shown_by[each.record] = len(kept)
            kept.append(each)
            continue
        if last is not None and before.get((number, each.record)) != last.record:
            changed = changes(_told(last), _told(each))
            if not changed:
                last.links = _seen_links([*last.links, *each.links])
                shown_by[each.record] = at
                continue
            _note(each, last, changed)
        elif last is None:
            each.changes, each.edits = [], None
            each.columns |= {"cause": "page", "change": "edit"}
        last, at = each, len(kept)
        shown_by[each.record] = at
        kept.append(each)
    return kept, shown_by


def _reading(revision: RevisionPart) -> tuple[str, str]:
    return revision.columns["extractor"], revision.columns["content_digest"]


def _note(new: RevisionPart, old: RevisionPart, changed: Sequence[str]) -> None:
    """Note what a revision changed of the one before it, which is another archive's."""
    fields = list(changed)
    fields += [name for name in ("section", "tags") if new.columns[name] != old.columns[name]]
    if _set_by_editors(new) != _set_by_editors(old):
        fields.append("linked_stories")
    new.changes, new.edits = sorted(fields), weighed(_told(old), _told(new))
    was_partial = old.columns["access"] == "teaser"
    kind = "typography" if tuple(changed) == (TYPOGRAPHY,) else "edit"
    is_other_reading = new.columns["extractor"] != old.columns["extractor"]
    new.columns |= {
        "change": "completed" if was_partial else kind,
        "cause": "either" if is_other_reading else "page",
    }


def _set_by_editors(revision: RevisionPart) -> set[str]:
    return {link[3] for link in revision.links if link[0] in ("inline", "also_read")}


def _seen_links(links: Iterable[Row]) -> list[Row]:
    """Links of two captures of one text; those of both are one, from the first to the last."""
    found: dict[str, Row] = {}
    for link in links:
        key = json.dumps([link[0], link[1], link[3]])
        known = found.get(key)
        if known is None:
            found[key] = link
        else:
            found[key] = [*known[:9], link[9]]
    return list(found.values())


def _told(revision: RevisionPart) -> Told:
    """What a revision tells, as `crawler.archive.told` reads it from a database."""
    row: dict[str, Any] = revision.columns
    return Told(
        row["title"], revision.text[0], row["seo_title"], row["standfirst"],
        tuple(json.loads(row["authors"])), row["published_at"],
        tuple(
            Caption(image[2], image[4])
            for image in sorted(revision.images, key=lambda i: (i[0] != "lead", i[1]))
            if image[4] is not None
        ),
        row["captured_at"], row["language"],
    )  # fmt: skip
