"""`scrapy import`: WARC files of other programs become part of an archive."""

from __future__ import annotations

import argparse
import asyncio
import glob
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.archive.database import check
from crawler.bundled import PROGRAM
from crawler.commands._bulk import add_bulk_options, bulk, each_word, refuse_bulk_options
from crawler.commands._shared import (
    add_archive_option,
    archive_folder,
    end_on_sigterm,
    readers_asked_for,
    stopped,
    told,
)
from crawler.commands._watching import look
from crawler.config import home_address
from crawler.counted import counted
from crawler.errors import UsageError
from crawler.mementos import Scope
from crawler.text import as_typed, shown_line
from crawler.urls import is_at
from crawler.verb import Verb

if TYPE_CHECKING:
    from crawler.runs import Imported


OTHER_SITES = "other sites"
"""Under which an import counts what `--site` leaves out."""


class Command(Verb):
    """Take WARC files into an archive."""

    requires_crawler_process = False

    def syntax(self) -> str:
        """For `scrapy import -h`."""
        return (
            "FILE… -a archive=DIR [--site HOST] [--jobs N] | FILE… --shards FOLDER [--site HOST]"
            " [--jobs N | --scheduler tcp://…]"
        )

    def short_desc(self) -> str:
        """For `scrapy -h`."""
        return "Import WARC, ARC and WACZ files of other programs"

    def long_desc(self) -> str:
        """For `scrapy import -h`."""
        return (
            "Imports files of Heritrix, wget, Browsertrix, Common Crawl and others: WARC (gzip,"
            " zstd or uncompressed), ARC and WACZ. Records are copied into the archive; pages"
            " become articles as of the date of their record. Records already in the archive are"
            " skipped. FILE may be a pattern, or @LIST with one a line. With --shards each file"
            " becomes an archive of its own in a folder, several at a time, here or on a Dask"
            " cluster: a file that ends its process, or takes too long, is set aside, and files"
            " that are done are not read again. The verb merge unites them. Exit codes with"
            " --shards: 0 done; 2 bad arguments; 9 some files were set aside or are damaged."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add -a archive= and --jobs."""
        super().add_options(parser)
        add_archive_option(parser)
        parser.add_argument(
            "--jobs", metavar="N",
            help="number of readers, with --shards of files at a time; default: one per core",
        )  # fmt: skip
        parser.add_argument(
            "--site", metavar="HOST[,HOST…]",
            help="only records of these newspapers: their hosts with those below them, or"
            " https://HOST/FOLDER/",
        )  # fmt: skip
        parser.add_argument("--shards", metavar="FOLDER", help="an archive for each file, in here")
        add_bulk_options(parser)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Import and say what came of it."""
        assert self.settings is not None
        from crawler.runs import Workers, import_files, offline_run

        end_on_sigterm()
        with told("import") as about, stopped("import"):
            paths, jobs = files(args), readers_asked_for(opts.jobs)
            sites = Sites(opts.site)
            if opts.shards is not None:
                if opts.argument is not None:
                    raise UsageError("with --shards each file has an archive of its own: no -a")
                sources = [str(path.resolve()) for path in paths]
                bulk("import", sources, opts, jobs, self.settings, tuple(sorted(sites.names)))
                return
            refuse_bulk_options(opts)
            folder = about.archive(
                archive_folder("import", [], opts.argument, self.settings["ARCHIVE"])
            )
            check(folder)
            said = {"files": " ".join(path.name for path in paths)[:2_000]}
            if sites.names:
                said["site"] = ",".join(sites.names)
            with offline_run(folder.resolve(), self.settings, "import", said) as run:
                workers = Workers(jobs, self.settings.getfloat("EXTRACT_CPU_SECONDS"))
                try:
                    found = asyncio.run(
                        import_files(
                            run, workers, paths,
                            _show if sys.stderr.isatty() else lambda path, told: None,
                            sites.has,
                        )
                    )  # fmt: skip
                finally:
                    workers.close()
                news = look(run.store.db, run.folder, self.settings)
        print(summary(found))
        for line in news:
            print(shown_line(line))
        for name in sites.without_records:
            print(
                shown_line(
                    f"{PROGRAM} import: no record of {name} is in these files; check --site"
                ),
                file=sys.stderr,
            )
        for line in found.damage[:20]:
            print(shown_line(f"{PROGRAM} import: {line}"), file=sys.stderr)
        if len(found.damage) > 20:
            print(f"{PROGRAM} import: … and {len(found.damage) - 20:,} more", file=sys.stderr)
        if found.damage and not found.records:
            self.exitcode = UsageError.exit_code


def files(words: list[str]) -> list[Path]:
    """The files that words name, patterns among them. Raises UsageError."""
    if not words:
        raise UsageError(f"name WARC files: {PROGRAM} import crawl.warc.gz … -a archive=my-archive")
    found: list[Path] = []
    for word in each_word(words):
        matches = [Path(word)] if Path(word).exists() else map(Path, sorted(glob.glob(word)))  # noqa: PTH207
        named = [path for path in matches if path.is_file()]
        if not named:
            if word and Path(word).is_dir():
                raise UsageError(f"{word} is a folder; name the files in it: {as_typed(word)}/*")
            raise UsageError(f"no file matches {word or shlex.quote(word)}; name WARC files")
        found += named
    return list(dict.fromkeys(found))


class Sites:
    """The newspapers that `--site` names; all where it names none."""

    def __init__(self, said: str | None) -> None:
        """Raises UsageError."""
        homes = [] if said is None else [home_address(part) for part in said.split(",")]
        if None in homes:
            raise UsageError(f"--site {said}: name hosts of newspapers, as --site news.example")
        places = [Scope.of_site(home).url for home in homes if home is not None]
        self._records = dict.fromkeys(places, 0)

    @property
    def names(self) -> tuple[str, ...]:
        """Each once, as `is_at` has it."""
        return tuple(self._records)

    @property
    def without_records(self) -> list[str]:
        """Of which nothing has come."""
        return [place for place, records in self._records.items() if not records]

    def has(self, url: str) -> bool:
        """Whether an address is of one of them.

        >>> sites = Sites("a.example,b.example/paper/")
        >>> sites.has("https://www.a.example/1"), sites.has("https://b.example/1")
        (True, False)
        """
        place = next((each for each in self._records if is_at(url, each)), None)
        if place is not None:
            self._records[place] += 1
        return place is not None or not self._records


def summary(told: Imported) -> str:
    """What an import brought, for a person."""
    totals, records = told.totals, told.records
    told_apart = ("known", OTHER_SITES)
    kinds = ", ".join(
        f"{n:,} {kind}" for kind, n in sorted(records.items()) if kind not in told_apart
    )
    lines = [
        f"{counted(totals['new_articles'], 'new article')}, "
        f"{counted(totals['new_revisions'], 'new revision')}, "
        f"{totals['unchanged_articles']:,} unchanged; {counted(totals['captures'], 'capture')}",
        f"Records copied: {kinds or 'none'}; {records['known']:,} responses were already here"
        + (f"; {records[OTHER_SITES]:,} of other sites" if records[OTHER_SITES] else ""),
    ]
    if told.damage:
        lines.append(f"Skipped, because they could not be read: {len(told.damage):,}")
    lines += [f"{n:>8,}  {reason}" for reason, n in told.refused.most_common()]
    return "\n".join(lines)


def _show(path: Path, told: Imported) -> None:
    print(f"{path.name} … {told.totals['captures']:,} captures so far", file=sys.stderr)
