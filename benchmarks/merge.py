"""`make bench-merge`: archives of many papers become one union.

Makes archives of invented papers that link to one another, have some stories in common and print
some of one another's; merges them in two orders, and once more; compares what came of it, and looks
at memory as there are more archives, and larger ones.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import random
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from uuid import UUID

from benchmarks.invented import Library
from benchmarks.library import capture
from crawler.archive.members import Named
from crawler.archive.merging import Merged, merge
from crawler.archive.store import Store
from crawler.items import Article, Claim, LinkedStory, Relation, Visit
from crawler.items import Capture as Captured

RESULTS = Path(__file__).resolve().parent / "results" / "merge.md"
_EXTRACTOR = "bench/1"
_BATCH = 100
_SHARED_EACH, _COPY_EACH = 25, 20
"""One story of so many is in the next paper's archive, too; the text of one is in its own words."""


@dataclass(frozen=True, slots=True)
class Papers:
    """Invented papers."""

    number: int
    stories: int
    """Of each."""

    def host(self, paper: int) -> str:
        """Its host."""
        return f"paper-{paper % self.number:03}.example"

    def url(self, paper: int, story: int) -> str:
        """Address of one of its stories; of more than there are, of one that nobody archived."""
        return f"https://{self.host(paper)}/{2014 + story % 10}/story-{story}"


def build(folder: Path, papers: Papers) -> list[Named]:
    """An archive of each paper, in a folder of its name."""
    found = []
    for paper in range(papers.number):
        named = Named(papers.host(paper), folder / papers.host(paper))
        _build_one(named.folder, papers, paper)
        found.append(named)
    return found


def _build_one(folder: Path, papers: Papers, paper: int) -> None:
    library = Library(papers.number * papers.stories)
    store = Store(folder, extractor=_EXTRACTOR)
    try:
        store.db.execute("PRAGMA synchronous = OFF")
        store.begin_run(
            "news", {"site": f"https://{papers.host(paper)}/"}, "bench/1",
            f"2026-01-01T00:00:{paper % 60:02}+00:00",
            str(UUID(int=paper + (1 << 100), version=4)),
        )  # fmt: skip
        own = (_visit(library, papers, paper, story) for story in range(papers.stories))
        while some := list(islice(own, _BATCH)):
            store.record(some)
        others = (paper + 1) % papers.number
        if others != paper:
            store.record(
                _visit(library, papers, others, story, seen_by=paper)
                for story in range(0, papers.stories, _SHARED_EACH)
            )
        store.finish_run("finished", "2026-03-01T00:00:00+00:00", exit_code=0)
    finally:
        store.close()


def _visit(
    library: Library, papers: Papers, paper: int, story: int, seen_by: int | None = None
) -> Visit:
    """The visit to a story. seen_by: another paper's archive, which saw it later, and changed."""
    number = paper * papers.stories + story
    text = number
    if story % _COPY_EACH == 7:  # an agency's, which the next paper has, too
        text = (paper // 2 * 2) * papers.stories + story
    article = library.article(text)
    url = papers.url(paper, story)
    kept = capture(url, number + (0 if seen_by is None else 1_000_000))
    article = replace(
        article, url=url, canonical_url=url, links=tuple(_links(papers, paper, story))
    )
    if seen_by is not None and story % (2 * _SHARED_EACH) == 0:
        article = _edited(article)
    return Visit(
        url, "page", "done", captures=(_renamed(kept, papers.host(paper), seen_by),),
        article=article, kind="html",
    )  # fmt: skip


def _renamed(kept: Captured, host: str, seen_by: int | None) -> Captured:
    """A capture of one archive's own."""
    digest = hashlib.sha256(f"{host} {kept.record_id} {seen_by}".encode()).digest()
    return replace(kept, record_id=f"<urn:uuid:{UUID(bytes=digest[:16], version=4)}>")


def _edited(article: Article) -> Article:
    body = f"{article.body}\n\nThe mayor had said otherwise on Monday, at half past nine."
    return replace(
        article, title=f"{article.title}, says mayor", body=body, body_markdown=body, blocks=(),
        word_count=article.word_count + 11,
    )  # fmt: skip


def _links(papers: Papers, paper: int, story: int) -> list[LinkedStory]:
    chance = random.Random(paper * 1_000_003 + story)
    told: list[tuple[Relation, str | None, int, int]] = [
        ("previous", None, paper, max(story - 1, 0)),
        ("next", None, paper, story + 1),  # of the last one: a story that nobody archived
        ("inline", None, chance.randrange(papers.number), chance.randrange(papers.stories)),
        ("inline", None, 0, papers.stories + chance.randrange(9)),
    ]
    told += [("latest", "Latest", paper, max(story - n, 0)) for n in range(2, 7)]
    told += [("sponsored", "From our partners", chance.randrange(papers.number), 0)]
    found = {papers.url(to, which): (relation, label) for relation, label, to, which in told}
    found.pop(papers.url(paper, story), None)
    return [
        LinkedStory(relation, url, f"Story at {url[8:]}", label, position,
                    published=Claim("today", "html") if position == 3 else None)
        for position, (url, (relation, label)) in enumerate(found.items(), 1)
    ]  # fmt: skip


# -- merging ---------------------------------------------------------------------------------------


def digest(path: Path) -> str:
    """SHA-256 of all that a union says, its keys among it."""
    found = hashlib.sha256()
    with closing(sqlite3.connect(path)) as connection:
        for line in connection.iterdump():
            # the search index in the form that SQLite gave it, and how its tables are spread
            if "_migrations" not in line and "sqlite_stat" not in line:
                found.update(line.encode("utf-8", "replace") + b"\n")
    return found.hexdigest()


def contents(path: Path) -> str:
    """SHA-256 of what the views of a union show, without keys: the same however it came to be."""
    found = hashlib.sha256()
    with closing(sqlite3.connect(path)) as connection:
        for sql in CONTENTS:
            for row in connection.execute(sql):
                found.update(repr(row).encode("utf-8", "replace") + b"\n")
    return found.hexdigest()


CONTENTS = (
    "SELECT url, site, title, authors, published_at, published_utc, published_day, section, tags,"
    " language, word_count, standfirst, body_text, image_url, first_captured_at, last_captured_at,"
    " revisions, gone_at, access, confidence FROM stories ORDER BY url",
    "SELECT url, number, captured_at, title, warc_file, warc_offset, extractor, body_text, sources"
    " FROM story_revisions ORDER BY url, number",
    "SELECT url, number, title_before, words_added, changed, words_out, words_in, share, cause"
    " FROM edited_stories ORDER BY url, number",
    "SELECT url, site, gone_at, event, reason, text, successor_url, last_revision FROM gone_stories"
    " ORDER BY url",
    "SELECT from_url, relation, label, position, to_url, to_title, to_archived, first_seen_at,"
    " last_seen_at, to_key FROM story_graph ORDER BY from_url, relation, label, to_key, position",
    "SELECT from_url, relation, label, position, title, to_url, first_seen_at, last_seen_at"
    " FROM story_links ORDER BY from_url, relation, label, position, to_url",
    "SELECT url, site, title, linked_by, relations, first_seen_at, last_seen_at, state"
    " FROM missing_stories ORDER BY url",
    "SELECT url, linked_by, relations, first_seen_at, last_seen_at FROM most_linked ORDER BY url",
    "SELECT url, other_url, likeness FROM story_copies ORDER BY url, other_url",
    "SELECT url, site, role, state, reason, attempts, visited_at, linked_from FROM not_archived"
    " ORDER BY url",
    "SELECT site, articles, queued, failed, revised, gone FROM site_summary ORDER BY site",
    "SELECT kind, value, stories FROM _facets WHERE stories > 0 ORDER BY kind, value",
    "SELECT record_id, url, fetched_at, warc_file, warc_offset FROM captures ORDER BY record_id",
    "SELECT spider, started_at, captures, uuid FROM runs ORDER BY started_at, uuid",
)


@dataclass(frozen=True, slots=True)
class Measured:
    """What a merge took. seconds: of CPU time."""

    seconds: float
    megabytes: float
    """Memory at its most."""
    merged: Merged


def measured(path: Path, archives: Sequence[Named]) -> Measured:
    """Merge in a process of its own."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_merge, args=(theirs, path, archives))
    process.start()
    found: Measured = ours.recv()
    process.join()
    return found


def _merge(out: Connection, path: Path, archives: Sequence[Named]) -> None:
    began = time.process_time()
    merged = merge(path, archives)
    took = time.process_time() - began
    out.send(Measured(took, peak(), merged))


def peak() -> float:
    """Megabytes that this process has had at most. What getrusage says begins with what the process
    had that started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


GROWN = (1, 10, 40, 100, 200)
"""Archives that are merged into a union of their own, to look at memory."""


def grown(archives: Sequence[Named], folder: Path) -> Iterator[str]:
    """A row for each number of archives."""
    for number in GROWN:
        some = archives[:number]
        if len(some) == number:
            size = sum((each.folder / "archive.db").stat().st_size for each in some) / 1e6
            found = measured(folder / f"{number}.db", some)
            yield (
                f"| {number} | {size:,.0f} MB | {found.merged.stories:,} | {found.seconds:,.1f} s |"
                f" {found.megabytes:,.0f} MB |"
            )


def compare(archives: Sequence[Named], folder: Path) -> Iterator[str]:
    """Whether it comes to the same, however archives are merged."""
    one = folder / "one.db"
    first = measured(one, archives)
    before = digest(one)
    yield f"{len(archives)} archives, {first.merged.stories:,} stories:"
    yield ""
    again = measured(one, archives)
    yield f"- merged once more, in {again.seconds:.2f} s: {_same(digest(one) == before)}"
    shuffled = list(archives)
    random.Random(1).shuffle(shuffled)
    measured(folder / "other.db", shuffled)
    same = digest(folder / "other.db") == before
    yield f"- named in another order: {_same(same)}, keys and all"
    half = len(archives) // 2
    measured(folder / "steps.db", archives[half:])
    measured(folder / "steps.db", archives)
    yield (
        "- the second half first, then all: the contents are"
        f" {_same(contents(folder / 'steps.db') == contents(one))}"
    )


def _same(answer: bool) -> str:
    return "the same" if answer else "**not the same**"


def report(rows: Sequence[str], lines: Sequence[str]) -> str:
    """The results as a page."""
    return "\n".join(
        [
            "# Merging archives",
            "",
            "Archives of invented papers that link to one another, by `make bench-merge`. One story"
            f" in {_SHARED_EACH} is in two archives, one in {_COPY_EACH} has the text of another"
            " paper's. Each merge is a process of its own; times are CPU time, memory is the most"
            " that the process has had.",
            "",
            "| archives | size | stories merged | time | memory |",
            f"|{'---|' * 5}",
            *rows,
            "",
            *lines,
            "",
        ]
    )


def main() -> None:
    """Measure, print, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=200)
    given = parser.parse_args()
    rows: list[str] = []
    lines: list[str] = []
    for stories, look, into in ((30, grown, rows), (10, compare, lines)):
        with tempfile.TemporaryDirectory(prefix="bench-merge-") as name:
            archives = build(Path(name) / "papers", Papers(given.papers, stories))
            for line in look(archives, Path(name)):
                print(line, flush=True)
                into.append(line)
    RESULTS.write_text(report(rows, lines), encoding="utf-8")


if __name__ == "__main__":
    main()
