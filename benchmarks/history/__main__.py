"""`make bench-history`: how far an archive's edit history can be trusted.

    python -m benchmarks.history [--short] [--verbose] [--kinds WORDS] [--json FILE]

Real pages are served in versions and archived by the command that a user types, a run for each
visit; then the archive's views are read, and each visit is judged: is an edit told that was none,
is a story told as gone that is not, is an edit missed, or told as one of other fields. A third of
the publishers, chosen by their domains, is set aside: of them nothing but figures is shown.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.corpora import CORPORA
from benchmarks.history.judge import Archive, Known, judge
from benchmarks.history.kinds import BRIEF, KINDS, Kind
from benchmarks.history.pages import RealPage, drawn, real_pages
from benchmarks.history.site import Case, Sites, serving
from benchmarks.history.table import Judged, compared, count, details, figures, markdown
from crawler.urls import normalise, site_host

ROOT = Path(__file__).resolve().parent.parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "history.md"
PUBLISHERS, PUBLISHERS_SHORT = 60, 10
SHORT_SHARE = 6
MOST, MOST_IN_COMPANY = 30, 12
"""Publishers that a kind is tried on, where it has a site for itself and where it has company."""
WHOLE = 0.8
"""Of a page's words, how many its story has when it is archived first."""
COMPANY = 2
"""Other stories of a site, where a kind is about what its other addresses answer."""


def cases_of(kinds: Sequence[Kind], pages: Sequence[RealPage], share: int = 1) -> list[Case]:
    """Every kind on pages of publishers that have what it changes: up to `MOST`, drawn by lot.

    share: only one of so many of them.
    """
    first: dict[str, RealPage] = {}
    for page in pages:
        first.setdefault(page.publisher, page)
    cases: list[Case] = []
    for kind in kinds:
        wanted = len(cases) + (MOST if kind.scope == "alone" else MOST_IN_COMPANY) // share
        for publisher in sorted(first, key=lambda name: drawn(kind.name, name)):
            page = first[publisher]
            company = () if kind.scope == "alone" else _company(page, pages)
            case = Case(len(cases), kind, page, company)
            if len(cases) < wanted and case.applies:
                cases.append(case)
    return cases


def _company(page: RealPage, pages: Sequence[RealPage]) -> tuple[RealPage, ...]:
    """Other stories for a page's site: its publisher's own, then its neighbours'."""
    at = pages.index(page)
    others = [*pages[at + 1 :], *pages[:at]]
    others.sort(key=lambda other: other.publisher != page.publisher)
    found: dict[str, RealPage] = {}
    for other in others:
        if other.path != page.path:
            found.setdefault(other.path, other)
    return tuple(found.values())[:COMPANY]


def crawl(archive: Path, urls: Path) -> None:
    """Archive addresses, as fast as can be. Ends the program where the crawl breaks down."""
    command = [
        sys.executable, "-m", "scrapy", "crawl", "article", "-a", f"urls={urls}",
        "-a", f"archive={archive}", "-a", "allow_private=1", "-s", "DOWNLOAD_DELAY=0",
        "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=8", "-s", "AUTOTHROTTLE_ENABLED=False",
        "-s", "RETRY_TIMES=0",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if "Traceback" in done.stderr or done.returncode in (1, 2) or done.returncode < 0:
        raise SystemExit(f"the crawl failed, exit code {done.returncode}:\n{done.stderr[-3000:]}")


def is_whole(known: Known, case: Case) -> bool:
    """Whether a story was archived as it first was: only then its history can be judged."""
    of = 0.0 if case.kind.name == BRIEF else WHOLE * case.page.article.word_count
    return known.article is not None and known.words >= of


def visits(cases: Sequence[Case], scratch: Path) -> Iterator[Judged]:
    """Crawl all cases visit by visit; gives each further visit, judged."""
    archive, urls = scratch / "archive", scratch / "urls.txt"
    known: dict[int, Known] = {}
    with serving(Sites(cases)) as sites:
        for visit in range(max(case.visits for case in cases)):
            began = time.monotonic()
            sites.visit = visit
            due = [case for case in cases if visit < case.visits]
            paths = [(case, page.path) for case in due for page in (case.page, *case.company)]
            urls.write_text("".join(f"{sites.base(case)}{path}\n" for case, path in paths))
            crawl(archive, urls)
            told = Archive(archive)
            for case in due:
                url = normalise(sites.base(case) + case.page.path) or ""
                before = known.get(case.number)
                if visit and before is None:
                    continue
                now = told.known(url, site_host(url), before.article if before else None)
                if before is None and not is_whole(now, case):
                    continue
                if before is not None:
                    verdict = judge(before, now, case.kind.steps[visit - 1].wanted)
                    page = case.page
                    yield Judged(case.kind.name, page.publisher, url, visit, page.held_out, verdict)
                known[case.number] = now
            seconds = time.monotonic() - began
            print(f"visit {visit}: {len(paths)} addresses, {seconds:.0f} s", file=sys.stderr)


def about(judged: Sequence[Judged], cases: Sequence[Case]) -> str:
    """What was measured, in a few sentences."""
    publishers = {case.page.publisher: case.page.held_out for case in cases}
    per_kind = Counter(case.kind.name for case in cases)
    return (
        f"Written by `make bench-history`: {len(publishers)} real pages of as many publishers,"
        f" {sum(publishers.values())} of them set aside, in {len(per_kind)} kinds of change"
        f" ({len(cases)} stories, each on a site of its own), served over HTTP and archived by"
        f" `scrapy crawl article`, one run for each visit; {len(judged)} visits judged by what the"
        " archive's views say."
    )


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.history",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--corpora", type=Path, default=CORPORA, help="folder of the pages")
    parser.add_argument("--short", action="store_true", help=f"{PUBLISHERS_SHORT} publishers only")
    parser.add_argument("--publishers", type=int, default=None, help="so many instead")
    parser.add_argument("--kinds", default="", help="only those whose name or group has this in it")
    parser.add_argument("--verbose", action="store_true", help="what went wrong, a line each")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the run for a comparison")
    parser.add_argument("--before", type=Path, metavar="FILE", help="such a run to compare with")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the archive there")
    parser.add_argument(
        "--write", type=Path, metavar="FILE",
        help="write the report there (of a whole run: results/history.md)",
    )  # fmt: skip
    return parser.parse_args(argv)


def main() -> None:
    """Entry point."""
    args = arguments()
    publishers = args.publishers or (PUBLISHERS_SHORT if args.short else PUBLISHERS)
    pages = real_pages(args.corpora, publishers, each=1 + COMPANY)
    if not pages:
        raise SystemExit(f"no pages in {args.corpora}: nothing to measure; see --corpora")
    kinds = [kind for kind in KINDS if args.kinds in kind.name or args.kinds == kind.group]
    cases = cases_of(kinds, pages, SHORT_SHARE if args.short else 1)
    if not cases:
        raise SystemExit(f"no kind has {args.kinds!r} in its name, or no page has what it changes")
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        judged = list(visits(cases, folder))
    counts = count(judged)
    report = markdown(kinds, counts, about(judged, cases))
    print(report)
    if args.verbose:
        print(details(judged))
    run = figures(kinds, counts, judged)
    if args.before:
        print(compared(json.loads(args.before.read_text(encoding="utf-8")), run))
    if args.json:
        args.json.write_text(json.dumps(run, indent=1, ensure_ascii=False), encoding="utf-8")
    whole = publishers == PUBLISHERS and not args.kinds
    if target := args.write or (RESULTS if whole else None):
        target.write_text(report, encoding="utf-8")


if __name__ == "__main__":
    main()
