"""`make bench-wayback`: a newspaper that is gone, brought back from a collection of pywb.

The demo newspaper, set back by thirteen years, is captured in six editions; between them stories
appear and a fifth of those that are there are corrected. The collection lacks a tenth of the
stories, and has some of them at another host alone. Then there is no newspaper any more, and what
`crawl wayback` and `crawl missing` bring is compared with what was captured.
"""

from __future__ import annotations

import argparse
import html
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.web_archive import Kept, pywb, warc
from crawler.demo.pages import render
from crawler.demo.truth import ExpectedStory, expected

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "wayback.md"
HOME = "http://paper.example"
BLOG = "http://stories.example"
EDITIONS = ("20120201120000", "20120701120000", "20121231120000", "20130701120000",
            "20131020120000", "20150301120000")  # fmt: skip
BACK = 13
"""Years by which the demo newspaper is set back."""


@dataclass(frozen=True)
class Captured:
    """What the collection has of a story: its text at each capture."""

    path: str
    published: str
    texts: dict[str, str]
    """Timestamp → which text its page had."""

    @property
    def revisions(self) -> list[str]:
        """Timestamps at which its text was another one than before."""
        stamps = sorted(self.texts)
        return [
            stamp
            for before, stamp in zip(["", *stamps], stamps, strict=False)
            if self.texts.get(before) != self.texts[stamp]
        ]


def set_back(text: str) -> str:
    """The same thirteen years ago."""
    for year in range(2019, 2028):
        text = text.replace(str(year), str(year - BACK))
    return text


def text_of(body: bytes) -> tuple[str, str]:
    """A page's text and its encoding: the demo newspaper has some of both."""
    try:
        return body.decode(), "utf-8"
    except UnicodeDecodeError:
        return body.decode("windows-1252"), "windows-1252"


def corrected(page: str, story: ExpectedStory, times: int) -> str:
    """A story's page after so many corrections. Raises LookupError where no paragraph is found."""
    for paragraph in reversed(story.paragraphs):
        at = page.rfind(set_back(html.escape(paragraph[:25], quote=False)))
        if at > 0:
            added = "".join(
                f"The paper has since learned of {number + 2} further witnesses, and the keeper of"
                f" the register confirmed number {number + 7} of them on being asked. "
                for number in range(times)
            )
            return page[:at] + added + page[at:]
    raise LookupError(story.path)


def collection() -> tuple[list[Kept], dict[str, Captured], set[str]]:
    """What was captured, what of each story, and the addresses of stories that nobody captured."""
    stories = [story for story in expected("morning") if len(story.paragraphs) > 1]
    pages = render("morning", HOME)
    lost = {set_back(story.path) for story in stories[::10]}
    kept: list[Kept] = []
    truth: dict[str, Captured] = {}
    corrections: Counter[str] = Counter()
    for number, stamp in enumerate(EDITIONS):
        day = f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}"
        there = [
            (place, story)
            for place, story in enumerate(stories)
            if set_back(story.published)[:10] <= day
        ]
        for place, story in there:
            path = set_back(story.path)
            if path in lost:
                continue
            if number and place % 5 == number % 5 and path in truth:
                corrections[path] += 1
            page, coding = text_of(pages[story.path].body)
            page = set_back(page)
            host = BLOG if place % 7 == 3 else HOME
            page = corrected(page.replace(HOME, host), story, corrections[path])
            kept.append(Kept(host + path, stamp, page.encode(coding), content_type="text/html"))
            seen = truth.setdefault(path, Captured(path, set_back(story.published)[:10], {}))
            seen.texts[stamp] = str(corrections[path])
        links = "".join(
            f'<h2><a href="{BLOG if place % 7 == 3 else HOME}{set_back(story.path)}">'
            f"{html.escape(story.title)}</a></h2>"
            for place, story in there
        )
        front = f"<html><head><title>The Courier</title></head><body>{links}</body></html>"
        kept.append(Kept(f"{HOME}/", stamp, front.encode()))
    soft = b"<html><body><h1>Page not found</h1><p>The page is not here any more.</p></body></html>"
    kept.append(Kept(f"{HOME}/2011/06/01/a-story-that-was-never-captured", EDITIONS[-1], soft))
    first = next(iter(truth))
    to = (("Location", HOME + first),)
    kept.append(Kept(f"{HOME}/old/17", EDITIONS[0], b"", 301, headers=to))
    return kept, truth, lost


def crawl(spider: str, archive: Path, endpoint: str, *more: str) -> tuple[str, float]:
    """Run a spider at full speed; what it said, and seconds."""
    began = time.monotonic()
    done = subprocess.run(
        [
            sys.executable, "-m", "scrapy", "crawl", spider, "-a", f"archive={archive}",
            "-a", f"endpoint={endpoint}", "-a", "allow_private=1", "-s", "DOWNLOAD_DELAY=0",
            "-s", "AUTOTHROTTLE_ENABLED=0", "-s", "LEARN_PROFILES=0", *more,
        ],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode not in (0, 9):
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout, time.monotonic() - began


def rows(archive: Path, sql: str) -> list[tuple[str, ...]]:
    """What a query of an archive gives."""
    with closing(sqlite3.connect(archive / "archive.db")) as db:
        return db.execute(sql).fetchall()


def revisions_of(archive: Path) -> dict[str, list[str]]:
    """Path of each story → 14 digits of its revisions, by date."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for url, at in rows(archive, "SELECT url, captured_at FROM story_revisions ORDER BY 2"):
        digits = "".join(filter(str.isdigit, at))[:14]
        found[urlsplit(url).path].append(digits)
    return dict(found)


def by_year(revisions: Iterable[list[str]]) -> Counter[str]:
    """Year → revisions captured in it."""
    return Counter(stamp[:4] for each in revisions for stamp in each)


def main() -> None:
    """Make the collection, bring the newspaper back, write the results."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--output", type=Path, default=RESULTS)
    chosen = parser.parse_args()
    kept, truth, lost = collection()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        archive = folder / "archive"
        (folder / "one").mkdir()
        (folder / "two").mkdir()
        with pywb(folder / "one", warc(kept, folder / "paper.warc.gz")) as endpoint:
            site = ("-a", "site=paper.example")
            said, seconds = crawl("wayback", archive, endpoint, *site)
            again, _ = crawl("wayback", archive, endpoint, *site)
        found = revisions_of(archive)
        dates = {
            urlsplit(url).path: (at or "")[:10]
            for url, at in rows(archive, "SELECT url, published_at FROM stories")
        }
        linked = {
            urlsplit(url).path: url for (url,) in rows(archive, "SELECT url FROM missing_stories")
        }
        missing = set(linked)
        # another archive of the web has half of what this one lacks
        second = [
            Kept(
                linked[path], "20140101000000",
                set_back(text_of(render("morning", HOME)[forward(path)].body)[0]).encode(),
            )
            for path in sorted(lost & missing)[::2]
        ]  # fmt: skip
        with pywb(folder / "two", warc(second, folder / "other.warc.gz")) as endpoint:
            said_of_missing, _ = crawl("missing", archive, endpoint)
        after = {url for (url,) in rows(archive, "SELECT url FROM missing_stories")}
        brought = sum(each.url not in after for each in second)
    text = report(kept, truth, found, dates, lost, missing, len(second), brought, seconds)
    text += f"\nThe first run said:\n\n```\n{told(said)}\n```\n"
    text += f"\nThe second one:\n\n```\n{told(again)}\n```\n"
    text += f"\n`crawl missing`, of the other collection:\n\n```\n{told(said_of_missing)}\n```\n"
    chosen.output.write_text(text, encoding="utf-8")
    print(text)


def forward(path: str) -> str:
    """The path of the demo newspaper that was set back to this one."""
    return next(each for each in render("morning", HOME) if set_back(each) == path)


def told(said: str) -> str:
    """What a run says of a web archive, without ports."""
    lines = said.partition("\nThe archive is in")[0].splitlines()
    lines = [line for line in lines if not line.startswith("Run ")]
    return "\n".join(line.replace(line[5 : line.find("/cdx")], "…") if line[:5] == "From " else line
                     for line in lines)  # fmt: skip


def report(
    kept: list[Kept], truth: dict[str, Captured], found: dict[str, list[str]],
    dates: dict[str, str], lost: set[str], missing: set[str], second: int, brought: int,
    seconds: float,
) -> str:  # fmt: skip
    """The results as Markdown."""
    back = truth.keys() & found.keys()
    dated = sum(dates[path] == truth[path].published for path in back)
    exact = sum(found[path] == truth[path].revisions for path in back)
    wanted = by_year(each.revisions for each in truth.values())
    got = by_year(found[path] for path in back)
    years = sorted(wanted | got)
    lines = [
        "# A newspaper brought back",
        "",
        "`make bench-wayback`: the demo newspaper, set back by thirteen years, is captured in six"
        " editions, put into a collection of pywb and then gone. A seventh of its stories stand at"
        " another host, to which front pages alone lead.",
        "",
        "| | in the collection | back | share |",
        "|---|---|---|---|",
        f"| stories | {len(truth)} | {len(back)} | {len(back) / len(truth):.3f} |",
        f"| of them with their date of publication | {len(back)} | {dated} |"
        f" {dated / len(back):.3f} |",
        f"| of them with all revisions, each of its date | {len(back)} | {exact} |"
        f" {exact / len(back):.3f} |",
        "",
        f"{len(kept)} captures of {len({each.url for each in kept})} addresses, with"
        f" {len({(each.url, each.digest) for each in kept})} different payloads:"
        f" {seconds:.0f} s of a run without pauses.",
        "",
        "Revisions by the year of their capture:",
        "",
        "| year | captured | back |",
        "|---|---|---|",
        *(f"| {year} | {wanted[year]} | {got[year]} |" for year in years),
        "",
        f"What was missing: of {len(lost)} stories that the collection lacks, {len(lost & missing)}"
        f" are in `missing_stories`, for others link to them. Another collection has {second} of"
        f" them; `crawl missing` brought {brought}.",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
