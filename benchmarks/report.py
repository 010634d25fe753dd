"""What was measured, as tables: Markdown for the documentation, plain lines for the terminal."""

from __future__ import annotations

import platform
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import lxml.etree

from benchmarks.peers.readers import PEERS
from benchmarks.scoring import ranks
from benchmarks.tally import FIELD_OF, Corpus, Tally

OURS = "Hemeroteca"
OURS_WITH_LINKS = "Hemeroteca, all fields"
NOT_GIVEN = "–"
LESS_IS_BETTER = {"body below 0.5"}
KINDS = {
    "body F1": "4-word shingles, mean F1 of the pages; a page counts with or without its"
    " standfirst, whichever is better, for every tool alike",
    "body below 0.5": "share of the pages whose body F1 is below 0.5",
    "string F1": "strings that the body must and must not hold, all counted together",
    "sentences": "share of the sentences that the body must hold and does",
    "title": "share of titles with the same letters and digits",
    "authors F1": "mean F1 of the sets of names",
    "day": "share of dates with the same day, as written or in UTC",
    "instant": "share of the gold's instants met to the second, in UTC",
    "no date for none": "share of the pages without a date for which none was given",
    "standfirst": "share of standfirsts with the same letters and digits",
    "image": "share of lead pictures with the same file name",
    "language": "share of the pages with the same language",
}


@dataclass(slots=True)
class Run:
    """All that was measured in one run."""

    corpora: Sequence[Corpus]
    command: str
    tallies: list[Tally] = field(default_factory=list)
    versions: dict[str, dict[str, str]] = field(default_factory=dict)
    """Peer → version, lxml, python."""
    unavailable: dict[str, str] = field(default_factory=dict)
    """Peer → why it could not be loaded."""

    def of(self, corpus: str) -> list[Tally]:
        """The tallies of one corpus."""
        return [tally for tally in self.tallies if tally.corpus == corpus]

    @property
    def tools(self) -> list[str]:
        """Names of the tools measured, in order."""
        return list(dict.fromkeys(tally.tool for tally in self.tallies))


def gives(tool: str, name: str) -> bool:
    """Whether a tool has a field."""
    return tool not in PEERS or name in PEERS[tool].gives


def markdown(run: Run) -> str:
    """The whole report."""
    pages = sum(len(corpus.pages) for corpus in run.corpora)
    parts = [
        "# Extraction beside its peers",
        f"Written by `{run.command}`; {pages} pages. Every tool reads the bytes of a page and its"
        " address, without a network, within 20 s a page; what it raises or does not finish"
        " counts as nothing found. Bold is best.",
    ]
    for corpus in run.corpora:
        parts += [f"## `{corpus.name}`: {len(corpus.pages)} pages", _quality(run, corpus)]
    told = {figure for tally in run.tallies for figure in tally.figures()}
    parts.append("\n".join(f"- **{k}**: {v}." for k, v in KINDS.items() if k in told))
    parts.append(
        "- **raises**: pages on which the tool raised, crashed or ran out of time. **nothing**:"
        " pages of which it gave no body (of a corpus of dates: no date)."
    )
    raised = Counter(
        (tally.tool, error.split(":")[0])
        for tally in run.tallies
        if tally.tool != OURS_WITH_LINKS
        for _, error in tally.raised
    )
    if raised:
        kinds = (f"{tool}: {count} × {error}" for (tool, error), count in raised.items())
        parts.append("Raised: " + "; ".join(kinds) + ".")
    parts += ["## Cost", _cost(run), _cost_notes()]
    if run.versions or run.unavailable:
        parts += ["## Who was measured", _who(run)]
    return "\n\n".join(parts) + "\n"


def _quality(run: Run, corpus: Corpus) -> str:
    tallies = [t for t in run.of(corpus.name) if t.tool != OURS_WITH_LINKS]
    main = "body" if corpus.has_body else "date"
    tallies = [t for t in tallies if any(gives(t.tool, FIELD_OF[f]) for f in _columns(t))]
    columns = [f for f in KINDS if any(f in t.figures() for t in tallies)]
    rows = []
    for tally in tallies:
        figures = tally.figures()
        row: list[float | str] = [tally.tool]
        for column in columns:
            known = gives(tally.tool, FIELD_OF[column]) and (
                column != "instant" or tally.told_instant
            )
            row.append(figures.get(column, NOT_GIVEN) if known else NOT_GIVEN)
        row.append(str(len(tally.raised)))
        row.append(str(len(tally.nothing)) if gives(tally.tool, main) else NOT_GIVEN)
        rows.append(row)
    for at, column in enumerate(columns, 1):
        numbers = [row[at] for row in rows if not isinstance(row[at], str)]
        pick = min if column in LESS_IS_BETTER else max
        best = pick(numbers, default=None)
        for row in rows:
            if not isinstance(row[at], str):
                shown = f"{row[at]:.3f}"
                row[at] = f"**{shown}**" if best is not None and shown == f"{best:.3f}" else shown
    return _table(["tool", *columns, "raises", "nothing"], rows)


def _columns(tally: Tally) -> list[str]:
    return [figure for figure in tally.figures() if figure in KINDS]


def _cost(run: Run) -> str:
    names = [corpus.name for corpus in run.corpora]
    heads = ["tool", "CPU ms a page", "one parse, ms", "× one parse", "× on the median page"]
    if len(names) > 1:
        heads += [f"× on `{name}`" for name in names]
    rows: list[list[float | str]] = []
    for tool in run.tools:
        tallies = [t for t in run.tallies if t.tool == tool]
        turns = [turn for t in tallies for turn in t.turns]
        read, parse = sum(t.read_ms for t in tallies), sum(t.parse_ms for t in tallies)
        median = statistics.median(t.read_ms / t.parse_ms for t in turns if t.parse_ms)
        label = f"{tool}, all fields but linked stories" if tool == OURS else tool
        row: list[float | str] = [label, f"{read / len(turns):.2f}", f"{parse / len(turns):.2f}"]
        row += [_ratio(read, parse), f"{median:.1f}"]
        if len(names) > 1:
            row += [_ratio(t.read_ms, t.parse_ms) for t in tallies]
        rows.append(row)
    return _table(heads, rows)


def _ratio(read: float, parse: float) -> str:
    return f"{read / parse:.1f}" if parse else NOT_GIVEN


def _cost_notes() -> str:
    return (
        "One parse is `lxml.html.fromstring` on the same bytes, page by page in turn with the tool"
        " and in its process; the ratio is that of the sums. Only CPU time counts, and each page is"
        " new to the tool. Ours includes the reading of dates."
    )


def _who(run: Run) -> str:
    rows: list[list[float | str]] = [
        [
            OURS, "this commit", f"`extract(html, url)`, `normalise`; Python"
            f" {platform.python_version()}, lxml {_own_lxml()}",
        ]
    ]  # fmt: skip
    for name, peer in PEERS.items():
        if name in run.unavailable:
            rows.append([name, "could not be loaded", run.unavailable[name]])
        elif name in run.versions:
            rows.append([name, run.versions[name]["version"], peer.settings])
    shared = {(v["python"], v["lxml"]) for v in run.versions.values()}
    notes = "; ".join(f"Python {python}, lxml {lxml_}" for python, lxml_ in sorted(shared))
    table = _table(["tool", "version", "how it is called"], rows)
    return f"{table}\n\nThe peers live in an environment of their own: {notes}." if notes else table


def _own_lxml() -> str:
    return ".".join(str(part) for part in lxml.etree.LXML_VERSION[:3])


def _table(heads: Sequence[str], rows: Sequence[Sequence[float | str]]) -> str:
    lines = [heads, ["---"] + ["---:"] * (len(heads) - 1)]
    if heads[-1] == "how it is called":
        lines[1] = ["---"] * len(heads)
    return "\n".join("| " + " | ".join(str(c) for c in row) + " |" for row in [*lines, *rows])


def plain(run: Run, worst: int) -> str:
    """Our own figures, a line each, and the worst pages where asked for."""
    lines = [f"{'corpus':16} {'pages':>5}  figure"]
    for corpus in run.corpora:
        start = f"{corpus.name:16} {len(corpus.pages):5}"
        tallies = {t.tool: t for t in run.of(corpus.name)}
        own = tallies[OURS]
        figures = own.figures()
        order = [f for f in FIELD_OF if f in figures] + [f for f in figures if f not in FIELD_OF]
        lines += [f"{start}  {figure:20} {figures[figure]:.3f}" for figure in order]
        lines.append(f"{start}  {'raises':20} {len(own.raised)}")
        lines.append(f"{start}  {'nothing':20} {len(own.nothing)}")
        lines += [
            f"{start}  confidence tells {name}: {ranked:.2f} ({len(bad)} of {len(bad + good)})"
            for name, (bad, good) in own.sure.items()
            if (ranked := ranks(bad, good)) is not None
        ]
        for tool, label in ((OURS, "× one lxml parse"), (OURS_WITH_LINKS, "× with links")):
            cost = tallies[tool]
            lines.append(
                f"{start}  {label:20} {cost.read_ms / cost.parse_ms:.2f}"
                f" ({cost.read_ms / len(cost.turns):.2f} ms,"
                f" parse {cost.parse_ms / len(cost.turns):.2f} ms)"
            )
        if not corpus.set_aside:
            lines += [f"    raised {page_id}  {error}" for page_id, error in own.raised]
        if worst and not corpus.set_aside:
            lines += [f"    nothing {page_id}" for page_id in own.nothing[:worst]]
            lines += [
                f"    {value:5.2f} {page_id}  {remark}"
                for value, page_id, remark in sorted(own.worst)[:worst]
            ]
    for tool, label in ((OURS, "all but linked stories"), (OURS_WITH_LINKS, "with them")):
        found = [t for t in run.tallies if t.tool == tool]
        ratio = sum(t.read_ms for t in found) / sum(t.parse_ms for t in found)
        lines.append(f"all corpora, {label}: {ratio:.2f} × one lxml parse")
    return "\n".join(lines)
