"""`make bench-writing`: request and response pairs that are written into WARC in a second of CPU.

Ours beside FastWARC and warcio, on the same pages, each record a gzip member with its digests, in
turns; as pages come without a content coding, and as most servers send them, gzip-coded. Then what
levels of compression would change. Peers run where `make peers` has put them, and say what their
files have in the end, so that nobody leaves anything out.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from isal import igzip

from benchmarks.corpora import CORPORA
from benchmarks.page_server import pages_of
from benchmarks.peers.process import PEERS_PYTHON
from crawler.warc.exchange import Exchange
from crawler.warc.reader import Record, read_file
from crawler.warc.writer import GZIP_LEVEL, WarcWriter

RESULTS = Path(__file__).resolve().parent / "results" / "writing.md"
_REQUEST = b"GET /story HTTP/1.1\r\nHost: paper.example\r\nAccept: text/html\r\n\r\n"
_BATCH = 100
"""Pairs after which a crawl syncs, about."""

# What a peer does, in a process of its own: {"plain": [pairs a second, bytes, records], …}
_PEER = """
import io, json, sys, time
from pathlib import Path

name, folder = sys.argv[1], Path(sys.argv[2])
REQUEST = [("Host", "paper.example"), ("Accept", "text/html")]

def pages(kind):
    data = (folder / kind).read_bytes()
    sizes = json.loads((folder / (kind + ".json")).read_text())
    at, found = 0, []
    for size in sizes:
        found.append(data[at : at + size])
        at += size
    return found

def heads(kind):
    coded = [("Content-Encoding", "gzip")] if kind == "coded" else []
    return [("Content-Type", "text/html; charset=utf-8"), *coded]

def warcio(kind, bodies, path):
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for number, body in enumerate(bodies):
            url = f"https://paper.example/{number}"
            status = StatusAndHeaders("200 OK", heads(kind), protocol="HTTP/1.1")
            asked = StatusAndHeaders("GET /story HTTP/1.1", REQUEST, is_http_request=True)
            answer = writer.create_warc_record(
                url, "response", payload=io.BytesIO(body), http_headers=status)
            request = writer.create_warc_record(url, "request", http_headers=asked)
            writer.write_request_response_pair(request, answer)

def fastwarc(kind, bodies, path, level=9):
    from fastwarc.stream_io import GzipWriter
    from fastwarc.warc import WarcRecord, WarcRecordType
    head = b"HTTP/1.1 200 OK\\r\\n" + b"".join(
        f"{name}: {value}\\r\\n".encode() for name, value in heads(kind)) + b"\\r\\n"
    asked = b"GET /story HTTP/1.1\\r\\n" + b"".join(
        f"{name}: {value}\\r\\n".encode() for name, value in REQUEST) + b"\\r\\n"
    with path.open("wb") as file:
        writer = GzipWriter(file, compression_level=level)
        for number, body in enumerate(bodies):
            answer = WarcRecord()
            answer.init_headers(WarcRecordType.response)
            answer.headers["WARC-Target-URI"] = f"https://paper.example/{number}"
            answer.is_http = True
            answer.set_bytes_content(head + body)
            answer.write(writer, checksum_data=True)
            request = WarcRecord()
            request.init_headers(WarcRecordType.request)
            request.headers["WARC-Target-URI"] = f"https://paper.example/{number}"
            request.headers["WARC-Concurrent-To"] = answer.record_id
            request.is_http = True
            request.set_bytes_content(asked)
            request.write(writer, checksum_data=True)
        writer.close()

def fastwarc_as_ours(kind, bodies, path):
    fastwarc(kind, bodies, path, level=1)

found = {}
for kind in ("plain", "coded"):
    bodies, path = pages(kind), folder / (name + ".warc.gz")
    begun = time.process_time()
    globals()[name](kind, bodies, path)
    found[kind] = [len(bodies) / (time.process_time() - begun), path.stat().st_size]
print(json.dumps(found))
"""
_PEERS = {
    "FastWARC, level 9, its default": "fastwarc",
    "FastWARC, level 1": "fastwarc_as_ours",
    "warcio": "warcio",
}
_LEVELS: dict[str, Callable[[bytes], bytes]] = {
    **{
        f"igzip {level}": lambda data, level=level: igzip.compress(data, level)  # type: ignore[misc]
        for level in range(4)
    },
    **{
        f"zlib {level}": lambda data, level=level: zlib.compress(data, level)  # type: ignore[misc]
        for level in (1, 6, 9)
    },
}


@dataclass(frozen=True, slots=True)
class Wrote:
    """Pairs of a second of CPU, and bytes of the file."""

    rate: float
    size: int


def ours(bodies: Sequence[bytes], folder: Path, *, coded: bool) -> Wrote:
    """What a crawl does, with its syncs. folder: a new one."""
    coding = b"Content-Encoding: gzip\r\n" if coded else b""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n" + coding + b"\r\n"
    begun = time.process_time()
    with WarcWriter(folder, prefix="bench", info=[("software", "bench/1")]) as warc:
        for number, body in enumerate(bodies):
            warc.write(Exchange(
                url=f"https://paper.example/{number}", response_head=head, body=body,
                fetched_at=datetime.now(UTC), request_head=_REQUEST,
            ))  # fmt: skip
            if number % _BATCH == _BATCH - 1:
                warc.sync()
    rate = len(bodies) / (time.process_time() - begun)
    (path,) = folder.iterdir()
    return Wrote(rate, path.stat().st_size)


def peer(name: str, folder: Path) -> dict[str, Wrote]:
    """The same of a peer, by kind of page. folder: with the pages."""
    told = subprocess.run(
        [PEERS_PYTHON, "-c", _PEER, name, folder], check=True, stdout=subprocess.PIPE
    ).stdout
    return {kind: Wrote(*found) for kind, found in json.loads(told).items()}


def records(folder: Path) -> dict[str, int]:
    """How many records each of a folder's WARC files has, as our reader finds them."""
    return {
        path.name: sum(isinstance(each, Record) for each in read_file(path))
        for path in sorted(folder.glob("*.warc.gz"))
    }


def levels(kinds: dict[str, list[bytes]]) -> list[str]:
    """What levels of compression cost, and leave, as Markdown: of the compressor alone."""
    lines = [
        "| | ms a page | of the size | coded pages: ms | of the size |",
        "|---|---|---|---|---|",
    ]
    for name, compress in _LEVELS.items():
        cells = []
        for bodies in kinds.values():
            begun = time.process_time()
            size = sum(len(compress(body)) for body in bodies)
            spent = time.process_time() - begun
            share = size / sum(map(len, bodies))
            cells += [f"{spent / len(bodies) * 1000:.2f}", f"{share:.1%}"]
        mark = "**" if name == f"igzip {GZIP_LEVEL}" else ""
        lines.append(f"| {mark}{name}{mark} | {' | '.join(cells)} |")
    return lines


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=Path, default=CORPORA, help="folder of .html.gz files")
    parser.add_argument("--count", type=int, default=400, help="pages at most")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    plain = list(islice(pages_of(options.pages), options.count))
    if not plain:
        sys.exit(f"bench-writing: no .html.gz files under {options.pages}; --pages DIR names some")
    kinds = {"plain": plain, "coded": [gzip.compress(page, 6) for page in plain]}
    found: dict[str, list[dict[str, Wrote]]] = {"Hemeroteca": []}
    peers = _PEERS if PEERS_PYTHON.exists() else {}
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        for kind, bodies in kinds.items():
            (home / kind).write_bytes(b"".join(bodies))
            (home / f"{kind}.json").write_text(json.dumps(list(map(len, bodies))))
        for number in range(options.rounds):
            found["Hemeroteca"].append({
                kind: ours(bodies, home / f"{number}-{kind}", coded=kind == "coded")
                for kind, bodies in kinds.items()
            })  # fmt: skip
            for title, name in peers.items():
                found.setdefault(title, []).append(peer(name, home))
        whole = records(home)
    if wrong := {name: count for name, count in whole.items() if count < 2 * len(plain)}:
        sys.exit(f"bench-writing: records are missing: {wrong}")
    size = sum(map(len, plain)) / len(plain)
    lines = [
        "# Writing WARC", "",
        f"Written by `make bench-writing`, on a machine of {os.cpu_count()} cores: {len(plain):,}"
        f" pages of {size / 1000:,.0f} kB on average, median of {options.rounds} rounds, each in"
        " turn. A pair is a page and the request for it. Ours has SHA-256 of each block and each"
        " page and of the file, theirs SHA-1 of blocks and pages; ours syncs every"
        f" {_BATCH} pairs.",
        "", "| | pairs a second of CPU | × ours | bytes a pair | coded pages: pairs | × ours |"
        " bytes a pair |", "|---|---:|---:|---:|---:|---:|---:|",
    ]  # fmt: skip
    for title, rounds in found.items():
        cells = []
        for kind in kinds:
            rate = statistics.median(each[kind].rate for each in rounds)
            ratio = statistics.median(
                theirs[kind].rate / mine[kind].rate
                for theirs, mine in zip(rounds, found["Hemeroteca"], strict=True)
            )
            cells += [
                f"{rate:,.0f}", f"{ratio:.2f}", f"{rounds[-1][kind].size / len(plain):,.0f}",
            ]  # fmt: skip
        lines.append(f"| {title} | {' | '.join(cells)} |")
    if not peers:
        lines += ["", "Not measured: FastWARC and warcio are not installed (make peers)."]
    lines += ["", "The compressor alone:", "", *levels(kinds), ""]
    print("\n".join(lines[4:]))
    RESULTS.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
