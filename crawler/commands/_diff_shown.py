"""A difference between two revisions, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.text import Text

from crawler.history.dates import date_change
from crawler.history.passages import Passage
from crawler.history.revision_diff import RevisionDiff
from crawler.history.significance import Significance, Swap
from crawler.history.word_diff import Run, beginning, shortened

_MARKS = {"same": ("", ""), "removed": ("[-", "-]"), "added": ("{+", "+}")}
_STYLES = {"same": "", "removed": "red strike", "added": "green"}
_NAMED = 4
"""Numbers and names that the line on significance names; more are counted."""


# -- for people ---------------------------------------------------------------------------------


def show(out: Console, diff: RevisionDiff, *, whole: bool) -> None:
    """Print what is other in a revision. whole: what is not, too."""
    if diff.published is not None:
        out.print()
        out.print(
            Text.assemble(("published", "bold"), f": {date_change(*diff.published)}"),
            soft_wrap=True,
        )
    for field in diff.fields:
        if all(run.kind == "same" for run in field.runs):  # nothing that a reader could see
            continue
        out.print(f"\n[bold]{field.name}[/bold]")
        out.print(marked(field.runs if whole else shortened(field.runs)), soft_wrap=True)
    for name, found in (("body", diff.body), ("captions", diff.captions)):
        if found and (whole or any(passage.kind != "same" for passage in found)):
            out.print(f"\n[bold]{name}[/bold]")
            for line in lines(found, whole=whole):
                out.print(line, soft_wrap=True)
    told = in_words(diff.significance) if diff.differs else "the text is the same"
    out.print(f"\n{told}", markup=False, soft_wrap=True)


def marked(runs: Iterable[Run]) -> Text:
    """Words, those taken out and put in marked by brackets and colour."""
    text = Text()
    for run in runs:
        opening, closing = _MARKS[run.kind]
        text.append(f"{opening}{run.text}{closing}", style=_STYLES[run.kind])
    return text


def lines(found: Iterable[Passage], *, whole: bool) -> Iterator[Text]:
    """What became of each paragraph; those that did not change as one line, unless whole."""
    for same, group in groupby(found, key=lambda passage: passage.kind == "same"):
        together = list(group)
        if same and not whole:
            many = len(together)
            yield Text(f"… {many} paragraph{'s' if many > 1 else ''} unchanged …", style="dim")
            continue
        for passage in together:
            if passage.kind != "same":
                yield Text(f"({_place(passage)})", style="cyan")
            yield marked(passage.runs if whole else _short(passage))


def _short(passage: Passage) -> Iterable[Run]:
    if len(passage.runs) == 1 and passage.runs[0].kind == "same":
        return [Run("same", beginning(passage.runs[0].text))]
    return shortened(passage.runs)


def _place(passage: Passage) -> str:
    old, new = _numbers(passage.before), _numbers(passage.after)
    match passage.kind:
        case "added":
            return f"paragraph {new} added"
        case "removed":
            return f"paragraph {old} removed"
        case "moved":
            return f"moved from paragraph {old} to {new}"
        case "moved_changed":
            return f"moved from paragraph {old} to {new}, and changed"
        case "divided":
            many = passage.before is not None and len(passage.before) > 1
            return f"paragraph{'s' * many} {old} {'are' if many else 'is'} now {new}"
        case _:
            return f"paragraph {new}"


def _numbers(places: range | None) -> str:
    """Paragraphs as people count them."""
    if places is None:
        return ""
    return f"{places[0] + 1}" if len(places) == 1 else f"{places[0] + 1} to {places[-1] + 1}"


def in_words(told: Significance) -> str:
    """One line on how much a change means.

    >>> in_words(Significance("minor", 6, 4, 0.02))
    'minor: 4 words out, 6 in (2 % of the text); numbers 0; quotes 0; names 0'
    """
    if told.level == "typography":
        return "typography: no word changed"
    parts = [
        f"{told.level}: {told.words_removed} word{'s'[: told.words_removed != 1]} out,"
        f" {told.words_added} in"
        f" ({_per_cent(told.share)} of the text)",
        _swap("numbers", told.numbers),
        f"quotes {told.quotes_changed}",
    ]
    if told.names is not None:
        parts.append(_swap("names", told.names))
    return "; ".join(parts)


def _per_cent(share: float) -> str:
    if 0 < share < 0.01:
        return "less than 1 %"
    return "less than 100 %" if 0.995 <= share < 1 else f"{share:.0%}".replace("%", " %")


def _swap(what: str, swap: Swap) -> str:
    if not swap.number or len(swap.out) + len(swap.new) > _NAMED:
        return f"{what} {swap.number}"
    if swap.out and swap.new:
        return f"{what}: {', '.join(swap.out)} → {', '.join(swap.new)}"
    return f"{what}: " + (f"{', '.join(swap.new)} in" if swap.new else f"{', '.join(swap.out)} out")


# -- for programs -------------------------------------------------------------------------------


def as_json(diff: RevisionDiff) -> dict[str, Any]:
    """The same for programs. Paragraphs are counted from 1; `runs` are [kind, text]."""
    told = diff.significance
    return {
        "published": None if diff.published is None else dict(zip(
            ("before", "after"), diff.published, strict=True
        )),
        "fields": {
            field.name: {
                "before": field.before, "after": field.after, "runs": _runs(field.runs)
            }
            for field in diff.fields
        },
        "body": [_passage(each) for each in diff.body],
        "captions": [_passage(each) for each in diff.captions],
        "significance": {
            "level": told.level,
            "words_added": told.words_added,
            "words_removed": told.words_removed,
            "share": told.share,
            **{
                name: None if swap is None else asdict(swap)
                for name, swap in (
                    ("numbers", told.numbers), ("quotes", told.quotes), ("names", told.names)
                )
            },
        },
    }  # fmt: skip


def _passage(passage: Passage) -> dict[str, Any]:
    return {
        "kind": passage.kind,
        "before": [at + 1 for at in passage.before or ()],
        "after": [at + 1 for at in passage.after or ()],
        "runs": _runs(passage.runs),
    }


def _runs(runs: Iterable[Run]) -> list[list[str]]:
    return [[run.kind, run.text] for run in runs]
