"""Quality and cost of extraction on pages with gold answers.

    python -m benchmarks.extract [--only fundus,htmldate] [--worst N] [--rounds N]
    python -m benchmarks.extract --peers       the peers too, and a new results/extract.md
    python -m benchmarks.extract --pages DIR   another folder of the same form

A corpus is a folder with `gold.jsonl` (a JSON object a line: `id`, `url`, `html`, `gold`) and the
gzipped pages that `html` names; which measures are taken follows from the keys of its gold
(`benchmarks/scoring.py`). Each tool reads each page in turn with `lxml.html.fromstring` on the same
bytes, in one process; CPU time of both gives the ratio. The first round is scored; further ones
only time.
"""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import ours
from benchmarks.corpora import CORPORA
from benchmarks.peers.process import (
    PEERS_PYTHON,
    PeerProcess,
    PeerUnavailableError,
    peer_command,
)
from benchmarks.peers.readers import PEERS
from benchmarks.peers.turns import Turn, take_turn, warm_up
from benchmarks.report import OURS, OURS_WITH_LINKS, Run, markdown, plain
from benchmarks.tally import Corpus, GoldPage, Tally, in_parts, read_corpus

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "extract.md"
_USUAL = "fundus,trafilatura,htmldate,fresh"


def measure(
    tool: str, corpora: Sequence[Corpus], rounds: int, turn: Callable[[GoldPage], Turn]
) -> list[Tally]:
    """A tool's tally for each corpus."""
    tallies = [Tally(tool, corpus.name) for corpus in corpora]
    for number in range(rounds):
        gc.collect()
        for corpus, tally in zip(corpora, tallies, strict=True):
            for page in corpus.pages:
                taken = turn(page)
                tally.time(taken)
                if number == 0:
                    tally.add(page, taken, corpus.has_body, ours.remarks(taken.answer))
                    tally.note_how_sure(ours.how_sure(taken.answer))
                    if (judged := ours.judged_article(taken.answer)) is not None:
                        tally.note("judged an article", float(judged))
    return tallies


def measure_ours(corpora: Sequence[Corpus], rounds: int, with_links: bool) -> list[Tally]:
    """Ours, in this process."""
    with ours.reader(with_links) as read:
        warm_up(read)
        return measure(
            OURS_WITH_LINKS if with_links else OURS,
            corpora,
            rounds,
            lambda page: take_turn(read, page.html, page.url),
        )


def measure_peers(corpora: Sequence[Corpus], rounds: int, run: Run) -> None:
    """Every peer, each in its own process; what cannot be loaded is noted with the reason."""
    for name in PEERS:
        print(f"{name} ...", file=sys.stderr, flush=True)
        try:
            with PeerProcess(peer_command(PEERS_PYTHON, name)) as process:
                tallies = measure(
                    name,
                    corpora,
                    rounds,
                    lambda page: process.read(page.id, page.url, page.html),
                )
                run.versions[name] = process.versions
            run.tallies += tallies
        except PeerUnavailableError as error:
            run.unavailable[name] = str(error)


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.extract",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--corpora", type=Path, default=CORPORA, help="folder of the corpora")
    parser.add_argument("--only", default=_USUAL, help="names, by commas")
    parser.add_argument(
        "--pages", type=Path, action="append", metavar="DIR", default=[],
        help="a corpus of one's own, instead of these; may be given several times",
    )  # fmt: skip
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="show the N worst pages")
    parser.add_argument("--rounds", type=int, default=1, help="how often each page is timed")
    peers = parser.add_mutually_exclusive_group()
    peers.add_argument("--peers", action="store_true", help="measure the peers too")
    peers.add_argument("--no-peers", action="store_false", dest="peers", help="only ours (default)")
    parser.add_argument(
        "--write", type=Path, metavar="FILE",
        help="write the report there (with --peers on the usual corpora: results/extract.md)",
    )  # fmt: skip
    return parser.parse_args(argv)


def main() -> None:
    """Entry point."""
    args = arguments()
    folders = args.pages or [args.corpora / name for name in args.only.split(",")]
    present = [folder for folder in folders if (folder / "gold.jsonl").exists()]
    for folder in folders:
        if folder not in present and args.pages:
            raise SystemExit(f"{folder}: no gold.jsonl there; see --help for the form of a corpus")
    corpora = [
        corpus for folder in present for corpus in in_parts(read_corpus(folder)) if corpus.pages
    ]
    if not corpora:
        raise SystemExit(f"no corpora in {args.corpora}: nothing to measure")
    if args.peers and not PEERS_PYTHON.exists():
        raise SystemExit("the peers are not installed: make peers")
    rounds = max(1, args.rounds)
    usual = not args.pages and args.only == _USUAL
    command = "make bench-extract" if args.peers and usual else "python -m benchmarks.extract"
    run = Run(corpora, command if rounds == 1 else f"{command}, {rounds} rounds")
    for with_links in (False, True):
        run.tallies += measure_ours(corpora, rounds, with_links)
    if args.peers:
        measure_peers(corpora, rounds, run)
    print(plain(run, args.worst))
    if args.peers:
        print(markdown(run))
    target = args.write or (RESULTS if args.peers and usual else None)
    if target:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(markdown(run), encoding="utf-8")


if __name__ == "__main__":
    main()
