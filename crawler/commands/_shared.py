"""What the commands have in common: the archive they are about, how they speak, how they end."""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import os
import re
import shlex
import signal
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderHook, RenderResult
from rich.segment import Segment
from sqlite_utils import Database

from crawler.archive.database import FILE_NAME, explain, is_database, refuse_links
from crawler.bundled import PROGRAM
from crawler.counted import number_typed
from crawler.errors import (
    NO_SPACE,
    ArchiveError,
    FullError,
    HemerotecaError,
    MissingError,
    UsageError,
)
from crawler.interrupts import PIPE_CLOSED
from crawler.reasons import in_words
from crawler.text import as_typed, shown
from crawler.urls import normalise, site_host
from crawler.verb import Once, fail

logger = logging.getLogger(__name__)


def add_archive_option(parser: argparse.ArgumentParser) -> None:
    """Add -a archive=, as `opts.argument`."""
    parser.add_argument(
        "-a",
        dest="argument",
        default=None,
        metavar="archive=DIR",
        action=Once,
        help="the archive's folder",
    )


def archive_folder(command: str, args: list[str], argument: str | None, default: str) -> Path:
    """The archive that the user names, as a word or by -a archive=; else the default.

    Raises UsageError, ConfigError, and ArchiveError as `folder_named`.
    """
    named = list(args)
    if argument is not None:
        name, _, value = argument.partition("=")
        if name != "archive" or not value:
            raise UsageError(f"-a {argument}: {command} takes only -a archive=DIR")
        named.append(value)
    if len(named) > 1:
        raise UsageError("name one archive")
    if named:
        return folder_named(named[0])
    from crawler.commands._config import configured_archive

    return folder_named(configured_archive(default))


def archive_folders(
    command: str, args: list[str], argument: str | None, default: str
) -> list[Path]:
    """The archives that the user names as words, each once; else as `archive_folder`. Raises as it
    does."""
    if len(args) < 2:
        return [archive_folder(command, args, argument, default)]
    if argument is not None:
        raise UsageError("name archives as words, or one with -a archive=")
    return each_once(folder_named(word) for word in args)


def each_once(folders: Iterable[Path]) -> list[Path]:
    """Folders without those that are others by another name."""
    found: dict[Path, Path] = {}
    for folder in folders:
        found.setdefault(folder.resolve(), folder)
    return list(found.values())


def folder_named(text: str) -> Path:
    """The folder that a word, an argument or an environment variable names; it need not be there.

    A `~` at its start is the user's home: a shell leaves it as it is in quotes and behind `=`.
    That of its `archive.db` counts for it; a union of archives is a file. Raises UsageError where
    nothing is named, ArchiveError where no folder can be at that place or we may not look into it.
    """
    if not text.strip():
        raise UsageError("archive= is empty; name a folder: archive=my-archive")
    try:
        folder = Path(text).expanduser()
        if folder.name == FILE_NAME and folder.is_file():
            folder = folder.parent
        if folder.is_file() and is_database(folder):
            return folder
        (folder / FILE_NAME).stat()
    except FileNotFoundError:
        pass
    except NotADirectoryError:
        file = next(each for each in (folder, *folder.parents) if each.exists())
        raise ArchiveError(
            f"{file} is a file; an archive is a folder: name one with archive="
        ) from None
    except (OSError, ValueError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ArchiveError(
            f"cannot use {text} as an archive ({reason}); name another folder with archive="
        ) from error
    return folder


def host_named(word: str | None, option: str = "--site ") -> str | None:
    """The host of the newspaper that `--site` names, by its host or any of its addresses; None
    where it is not there. option: for what is said. Raises UsageError where what it names is no
    host."""
    if word is None:
        return None
    host = site_host(word if "//" in word else f"https://{word}/") if word.strip() else ""
    if not host:
        raise UsageError(
            f"{option}{shlex.quote(word)} is not a host name; write it as in news.example"
        )
    return host


def with_scheme(word: str) -> str:
    """An address as a person types it, with a scheme: in an archive http and https are one.

    >>> with_scheme("news.example/a"), with_scheme("http://news.example/a")
    ('https://news.example/a', 'http://news.example/a')
    """
    has_host = re.match(r"[\w-]+(\.[\w-]+)+(:\d+)?(/|$)", word)
    return f"https://{word}" if has_host and "://" not in word else word


def address_named(word: str | None) -> str | None:
    """The address that `--url` names, in our spelling; None where it is not there. Raises
    UsageError where it names none."""
    url = normalise(with_scheme(word)) if word else None
    if word is not None and url is None:
        raise UsageError(f"--url {shlex.quote(word)} is not a web address; write https://…")
    return url


def must_be_known(db: Database, site: str | None, url: str | None = None) -> None:
    """Raise MissingError where the archive has no newspaper at that host, or no story at that
    address."""
    from crawler.archive import histories

    if site and not histories.has_site(db.conn, site):
        raise MissingError(
            f"--site {site}: the archive has no such newspaper; {PROGRAM} status lists them"
        )
    if url and not histories.has_story(db.conn, url):
        raise MissingError(f"the archive has no such story: {url}; the view stories lists them")


def readers_asked_for(word: str | None) -> int:
    """How many readers `--jobs` asks for; 0, for one each core, where it is not there. Raises
    UsageError."""
    if word is None:
        return 0
    number = number_typed(word)
    if number is None:
        raise UsageError(
            f"--jobs {shlex.quote(word)} must be a number of 1 or more; without it there is one"
            " reader per core"
        )
    return number


def typed(path: Path) -> str:
    """A path as one would type it here, quoted for a shell where it must be."""
    here = Path.cwd()
    return as_typed(path.relative_to(here) if path.is_relative_to(here) else path)


def end_on_sigterm() -> None:
    """From now on SIGTERM ends a command as Ctrl-C does: what it has in hand is brought into
    order."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def console() -> Console:
    """Standard output; wide enough that no line is broken where no terminal sets the width."""
    fixed = sys.stdout.isatty() or "COLUMNS" in os.environ
    out = _Console(file=sys.stdout, highlight=False, width=None if fixed else 160)
    out.push_render_hook(_Escaping())
    return out


class _Console(Console):
    """Rich's, which ends a program with exit code 1 where nobody reads its output any more."""

    def on_broken_pipe(self) -> None:
        raise


class _Escaping(RenderHook):
    """Between what is to be printed and the terminal: its text steers nothing."""

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        """The same, with all its text escaped."""
        return [_Escaped(each) for each in renderables]


class _Escaped:
    def __init__(self, inner: ConsoleRenderable) -> None:
        self._inner = inner

    def __rich_console__(self, out: Console, options: ConsoleOptions) -> RenderResult:
        for text, style, control in out.render(self._inner, options):
            yield Segment(text if control else shown(text), style, control)


def say(line: str) -> None:
    """Print a line on standard error, if there is one still: a terminal that is closed takes it
    with it."""
    with contextlib.suppress(OSError, ValueError):
        print(line, file=sys.stderr, flush=True)


def broke_off(command: str, error: Exception) -> NoReturn:
    """End a command for a fault that is nobody's but ours, or for want of memory: one line, the
    details in the log."""
    logger.error("%s broke off", command, exc_info=error)
    fail(command, HemerotecaError(
        f"broke off ({in_words(error)}); what is stored is sound, and the same command resumes"
    ))  # fmt: skip


class About:
    """Which archive a command is about."""

    def __init__(self) -> None:
        self.folder: Path | None = None

    def archive(self, folder: Path) -> Path:
        """Take note of the archive's folder, and give it back. Raises ArchiveError where links are
        in it."""
        self.folder = folder
        refuse_links(folder)
        return folder


@contextmanager
def told(command: str) -> Iterator[About]:
    """End a command with one line and an exit code, whatever its archive is like: `HemerotecaError`
    as it says, failures of the database and of files as what they mean, faults of ours as such."""
    about = About()
    try:
        yield about
    except HemerotecaError as error:
        fail(command, error)
    except BrokenPipeError:
        sys.stderr.close()  # or Python complains once more at its end
        sys.exit(PIPE_CLOSED)
    # JSON in the database was checked when it was written
    except (sqlite3.Error, json.JSONDecodeError) as error:
        if about.folder is None:
            raise
        fail(command, explain(about.folder, error))
    except OSError as error:
        where = error.filename or about.folder
        if error.errno in NO_SPACE:
            fail(command, FullError(
                f"no space is left to write {where}; make some, and run the same command again"
            ))  # fmt: skip
        fail(command, ArchiveError(f"cannot read or write {where} ({error.strerror or error})"))
    except Exception as error:
        broke_off(command, error)


@contextmanager
def stopped(command: str) -> Iterator[None]:
    """End a command that can be resumed as the shell expects, when Ctrl-C stops it."""
    try:
        yield
    except KeyboardInterrupt:
        print(f"{PROGRAM} {command}: stopped; the same command resumes", file=sys.stderr)
        sys.exit(130)
