"""`scrapy init`: the configuration of an archive, written and checked."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path

from crawler.bundled import PROGRAM
from crawler.commands._config import find, load
from crawler.commands._shared import say, told, typed
from crawler.config import FILE_NAME, SOURCES, Entry, from_list, home_address, written
from crawler.errors import UsageError
from crawler.verb import Verb


class Command(Verb):
    """Write `hemeroteca.toml`."""

    requires_crawler_process = False

    def syntax(self) -> str:
        """For `scrapy init -h`."""
        return "[ADDRESS …] [--from FILE] | --check"

    def short_desc(self) -> str:
        """For `scrapy -h`."""
        return f"Write {FILE_NAME}: the papers to archive, and how; or check it"

    def long_desc(self) -> str:
        """For `scrapy init -h`."""
        return (
            f"Writes a commented {FILE_NAME} into the working folder, with the papers at these"
            " addresses or those of a list, and checks it. Then crawl news without arguments"
            " archives them. --check only says what is wrong with the one that is there."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add --from, --config and --check."""
        super().add_options(parser)
        parser.add_argument(
            "--from", dest="list", metavar="FILE",
            help="a list of papers: .opml, or .csv with addresses and perhaps names",
        )  # fmt: skip
        parser.add_argument("--config", metavar="FILE", help=f"where, instead of {FILE_NAME} here")
        parser.add_argument(
            "--check", action="store_true", help="write nothing, check what is there"
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Write and check, or only check."""
        assert self.settings is not None
        with told("init"):
            if opts.check:
                _check(args, opts)
                return
            entries, wrong = _entries(args, opts.list)
            text = written(
                entries, sources=SOURCES, program=PROGRAM, contact=self.settings["CONTACT"]
            )
            path = Path(opts.config or FILE_NAME).expanduser()
            _write(path, text)
            for line in wrong:
                say(f"{PROGRAM} init: {opts.list}, {line}; skipped")
            next_step = f"name papers in it, then: {PROGRAM} init --check"
            if entries:
                found = load(path)
                next_step = f"to archive them: {PROGRAM} crawl news"
                if not found.config.contact:
                    next_step = f"write in it how you can be reached (contact); {next_step}"
            are = f"{len(entries):,} paper{'s' if len(entries) != 1 else ''}"
            print(f"{typed(path.absolute())} is written, with {are}; {next_step}")


def _check(args: list[str], opts: argparse.Namespace) -> None:
    if args or opts.list:
        raise UsageError("--check takes no addresses and no --from")
    found = find(opts.config)
    if found is None:
        raise UsageError(f"no {FILE_NAME} here or in a folder above; {PROGRAM} init writes one")
    papers = found.config.papers
    are = "1 paper" if len(papers) == 1 else f"{len(papers):,} papers"
    print(f"{typed(found.path)} is in order: {are}, archive {found.config.archive}")


def _entries(args: list[str], file: str | None) -> tuple[list[Entry], list[str]]:
    """The papers to begin with, and what is wrong with lines of the list. Raises UsageError."""
    entries: list[Entry] = []
    wrong: list[str] = []
    if file is not None:
        entries, wrong = _read_list(file)
    for word in args:
        url = home_address(word)
        if url is None:
            raise UsageError(f"{shlex.quote(word)} is not a web address; write news.example")
        entries.append(Entry("", url))
    return entries, wrong


def _read_list(file: str) -> tuple[list[Entry], list[str]]:
    path = Path(file).expanduser()
    try:
        text = path.read_bytes().decode("utf-8-sig")
        entries, wrong = from_list(text, is_opml=path.suffix.lower() in (".opml", ".xml"))
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None)
        if isinstance(error, UnicodeDecodeError):
            why = "it is not UTF-8"
        raise UsageError(
            f"--from {file} cannot be read ({why or error}); name a .csv or .opml file of papers"
        ) from error
    if not entries:
        raise UsageError(f"--from {file} names no paper" + (f" ({wrong[0]})" if wrong else ""))
    return entries, wrong


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(
            f"{path} is there already, and stays as it is; {PROGRAM} init --check reads it"
        ) from None
