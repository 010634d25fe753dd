"""`scrapy export`: an archive for other people's tools."""

from __future__ import annotations

import argparse

from crawler.bundled import PROGRAM
from crawler.commands import _export_replay
from crawler.commands._export_corpus import CORPUS_OPTIONS, add_corpus_options, corpus
from crawler.commands._narrowing import add_narrowing
from crawler.commands._shared import add_archive_option, archive_folders, host_named, told
from crawler.errors import UsageError
from crawler.export.formats import FORMATS
from crawler.verb import Verb

_NAMES = (*FORMATS, *_export_replay.FORMS)


class Command(Verb):
    """Export an archive for replay, or its stories as a corpus."""

    requires_crawler_process = False

    def syntax(self) -> str:
        """For `scrapy export -h`."""
        return f"{{{'|'.join(_NAMES)}}} [ARCHIVE …] [--site HOST …] [-o FILE|FOLDER]"

    def short_desc(self) -> str:
        """For `scrapy -h`."""
        return "Export stories as data with a card (CSV, Parquet …), or for replay (WACZ, CDXJ)"

    def long_desc(self) -> str:
        """For `scrapy export -h`."""
        return (
            "csv, jsonl, parquet: stories, revisions, links or captures as a table; -o FOLDER is a"
            " data set with a card that tells what it is, -o FILE (or -) the table alone."
            " sqlite: stories, links and search in one database to share, and Datasette's metadata"
            " beside it in a folder. markdown: a page of each story in a folder, for Obsidian and"
            " static sites. bibtex, csl: a bibliography (BibLaTeX, CSL-JSON)."
            " tei: the stories as a TEI P5 corpus, with their structure; -o as above."
            " cdxj: a sorted index of all captures for pywb and others, to standard output or FILE;"
            " of several archives, one of them all."
            " wacz: the WARC files, their index and the list of stories in one FILE for"
            " ReplayWeb.page. datasette: what tables and columns mean, as metadata for Datasette,"
            " to standard output or FILE. Exit codes: 0 done; 2 bad arguments or archive; 6 a WARC"
            " file has changed since it was closed; 7 there is nothing to export."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add what to take, and where to put it."""
        super().add_options(parser)
        add_archive_option(parser)
        add_narrowing(parser)
        add_corpus_options(parser)
        parser.add_argument(
            "-o",
            dest="output",
            metavar="PATH",
            help="the file or folder to write; -: standard output",
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Write the export and say what it holds."""
        assert self.settings is not None
        with told("export") as about:
            form = args[0] if args else None
            if form not in _NAMES:
                raise UsageError(f"say what to export: {PROGRAM} export {' or '.join(_NAMES)}")
            host_named(opts.site)
            folders = archive_folders("export", args[1:], opts.argument, self.settings["ARCHIVE"])
            if form in FORMATS:
                if len(folders) > 1:
                    raise UsageError("name one archive: a corpus is made of one")
                corpus(FORMATS[form], folders[0], about, opts)
                return
            for option in CORPUS_OPTIONS:
                if getattr(opts, option):
                    raise UsageError(
                        f"--{option} is for stories ({', '.join(FORMATS)}); {form} takes --site"
                    )
            _export_replay.replay(form, folders, about, host_named(opts.site), opts.output)
