"""The data set as people read of it: README.md."""

from __future__ import annotations

from collections.abc import Iterator

from crawler.archive.export_facts import PaperFacts
from crawler.counted import counted
from crawler.export.card.about import COVERAGE, About
from crawler.export.dataset import DIGESTS

_GAPS_SHOWN = 12
_WITH_STORIES = ("stories", "revisions")


def text(about: About) -> str:
    """README.md, in Markdown."""
    return "\n".join(_lines(about)).rstrip() + "\n"


def coverage(about: About) -> str:
    """coverage.csv: stories by newspaper and month of publication."""
    lines = ["site,month,stories"]
    for paper in about.facts.papers:
        lines += [f"{paper.host},{month},{stories}" for month, stories in paper.months]
    return "".join(f"{line}\r\n" for line in lines)


def _lines(about: About) -> Iterator[str]:
    yield f"# {about.title}"
    yield ""
    yield about.description
    yield ""
    yield from _files(about)
    yield from _coverage(about)
    yield from _filled(about)
    yield from _collected(about)
    yield from _gaps(about)
    yield from _rights(about)
    yield from ("## How to cite", "", f"> {about.citation}", "")
    yield (
        "Who publishes this data set adds their names and an identifier (a DOI) to this line. Each"
        " story has its address and the time of its capture, by which it can be cited by itself."
    )
    yield ""
    yield from _columns(about)


def _files(about: About) -> Iterator[str]:
    yield from ("## Files", "", "| file | what | rows | bytes |", "|---|---|---:|---:|")
    for held in about.tables:
        where = held.file.path if held.file else f"data/{held.table.name}/ ({held.files:,} files)"
        yield f"| {where} | each row is {held.table.row} | {held.rows:,} | {held.bytes:,} |"
    yield (
        f"| {COVERAGE} | stories by newspaper and month of publication; those whose page tells no"
        " month are not in it | | |"
    )
    yield "| croissant.json | this card for programs, Croissant 1.1 | | |"
    yield "| datapackage.json | this card for programs, Data Package 2 | | |"
    yield f"| {DIGESTS} | the SHA-256 of each file: `sha256sum --check {DIGESTS}` | | |"
    yield ""


def _coverage(about: About) -> Iterator[str]:
    yield from ("## Coverage", "", "| newspaper | stories | first day | last day | by year |",
                "|---|---:|---|---|---|")  # fmt: skip
    for paper in about.facts.papers:
        by_year = ", ".join(f"{year}: {stories:,}" for year, stories in paper.years)
        yield (
            f"| [{paper.host}]({paper.home_url}) | {paper.stories:,} | {paper.first_day or '—'} |"
            f" {paper.last_day or '—'} | {by_year or '—'} |"
        )
    yield ""
    if about.facts.languages:
        yield "Languages: " + ", ".join(
            f"{language} {stories:,}" for language, stories in about.facts.languages
        ) + "."  # fmt: skip
        yield ""


def _filled(about: About) -> Iterator[str]:
    there = {
        column.name for held in about.tables if held.table.name in _WITH_STORIES
        for column in held.table.columns
    }  # fmt: skip
    if not there:
        return
    yield from ("## How much of it is filled", "", "| column | share of stories |", "|---|---:|")
    for name, share in about.facts.filled:
        if name in there:
            yield f"| {name} | {share:.1%} |"
    yield ""


def _collected(about: About) -> Iterator[str]:
    facts = about.facts
    readers = ", ".join(facts.extractors) or "—"
    yield from ("## How it was collected", "")
    yield (
        f"The newspapers' own web pages were fetched by {', '.join(facts.software) or 'a crawler'}"
        f" in {counted(facts.runs, 'run')} of the archive, from {facts.first_capture or '—'} to"
        f" {facts.last_capture or '—'} (UTC), as robots.txt permits. Each response is kept as it"
        f" came in WARC (ISO 28500){_traced(about)}. Read from them by: {readers}."
    )
    yield ""
    yield (
        "Stories were found by the newspapers' sitemaps, feeds, lists and links, and read by rules"
        " that look at a page's markup and text."
        + (" The column confidence says how sure that is." if about.has("confidence") else "")
        + (
            " The column sources says of each value where on the page it stood."
            if about.has("sources")
            else ""
        )
    )
    yield ""
    for line in about.selection:
        yield f"- chosen: {line}"
    if about.selection:
        yield ""


def _traced(about: About) -> str:
    """How a reader comes to the record of a row."""
    if not about.form.has_columns:
        return "; each story names the record that it was read from, and the digest of its page"
    if about.has("warc_file"):
        return (
            "; the columns warc_file, warc_offset and payload_digest lead to the one that a row was"
            " read from"
        )
    return ""


def _gaps(about: About) -> Iterator[str]:
    yield from ("## Known gaps", "")
    for paper in about.facts.papers:
        yield f"- {paper.host}: {'; '.join(_gaps_of(paper)) or 'none known'}."
    if about.facts.lost_captures:
        lost = counted(about.facts.lost_captures, "capture has", "captures have")
        yield f"- {lost} lost their records, of the whole archive."
    if about.facts.takedowns:
        taken = counted(about.facts.takedowns, "story was", "stories were")
        yield f"- {taken} taken down for good, of the whole archive."
    for what, stories in about.left_out:
        yield f"- {counted(stories, 'story is', 'stories are')} left out that reserve {what}."
    yield ""


def _gaps_of(paper: PaperFacts) -> Iterator[str]:
    missing = paper.months_without
    if missing:
        shown = ", ".join(missing[:_GAPS_SHOWN])
        more = len(missing) - _GAPS_SHOWN
        yield f"no story in {shown}{f' and {more:,} more months' if more > 0 else ''}"
    if paper.failed:
        why = ", ".join(f"{reason} {number:,}" for reason, number in paper.reasons)
        yield (
            f"{counted(paper.failed, 'address', 'addresses')} could not be archived ({why}), some"
            " of which may be stories"
        )
    if paper.teasers:
        yield f"of {counted(paper.teasers, 'story', 'stories')} only the opening was shown"
    if paper.gone:
        yield f"{counted(paper.gone, 'story has', 'stories have')} gone from the web since"


def _rights(about: About) -> Iterator[str]:
    yield from ("## Rights", "", about.license, "")
    if about.reserved:
        yield from ("| reserved | stories |", "|---|---:|")
        for what, stories in about.reserved:
            yield f"| {what} | {stories:,} |"
    else:
        yield "No reservation was found in the pages, headers and files of these newspapers."
    yield ""


def _columns(about: About) -> Iterator[str]:
    for held in about.tables if about.form.has_columns else ():
        yield from (f"## Columns of {held.table.name}", "", "| column | kind | meaning |",
                    "|---|---|---|")  # fmt: skip
        for column in held.table.columns:
            yield f"| {column.name} | {column.kind} | {column.meaning} |"
        yield ""
