"""What the commands have in common: the archive they are about, and how they speak."""

from __future__ import annotations

import argparse
import os
import shlex
import signal
import sys
from pathlib import Path

from rich.console import Console

from crawler.archive.database import FILE_NAME
from crawler.errors import ArchiveError, HemerotecaError, UsageError


def add_archive_option(parser: argparse.ArgumentParser) -> None:
    """Add -a archive=, as `opts.argument`."""
    parser.add_argument(
        "-a", dest="argument", default=None, metavar="archive=DIR", help="the archive's folder"
    )


def archive_folder(command: str, args: list[str], argument: str | None, default: str) -> Path:
    """The archive that the user names, as a word or by -a archive=; else the default.

    Raises UsageError, and ArchiveError as `folder_named`.
    """
    named = list(args)
    if argument is not None:
        name, _, value = argument.partition("=")
        if name != "archive" or not value:
            raise UsageError(f"-a {argument}: {command} takes -a archive=DIR only")
        named.append(value)
    if len(named) > 1:
        raise UsageError("name one archive")
    return folder_named(named[0] if named else default)


def folder_named(text: str) -> Path:
    """The folder that a word, an argument or an environment variable names; it need not be there.

    A `~` at its start is the user's home: a shell leaves it as it is in quotes and behind `=`.
    Raises UsageError where nothing is named, ArchiveError where no folder can be at that place or
    we may not look into it.
    """
    if not text.strip():
        raise UsageError("archive= is empty; name a folder: archive=my-archive")
    try:
        folder = Path(text).expanduser()
        (folder / FILE_NAME).stat()
    except FileNotFoundError:
        pass
    except NotADirectoryError:
        file = next(each for each in (folder, *folder.parents) if each.is_file())
        raise ArchiveError(
            f"{file} is a file; an archive is a folder: name one with archive="
        ) from None
    except (OSError, ValueError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ArchiveError(
            f"cannot use {text} as an archive ({reason}); name another folder with archive="
        ) from error
    return folder


def shown(path: Path) -> str:
    """A path as one would type it here, quoted for a shell where it must be."""
    here = Path.cwd()
    return shlex.quote(str(path.relative_to(here) if path.is_relative_to(here) else path))


def end_on_sigterm() -> None:
    """From now on SIGTERM ends a command as Ctrl-C does: what it has in hand is brought into
    order."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def console() -> Console:
    """Standard output; wide enough that no line is broken where no terminal sets the width."""
    fixed = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(file=sys.stdout, highlight=False, width=None if fixed else 160)


def fail(command: str, error: HemerotecaError) -> None:
    """Print one line on what is wrong and end with the error's exit code."""
    print(f"scrapy {command}: {error}", file=sys.stderr)
    sys.stderr.flush()
    sys.exit(error.exit_code)
