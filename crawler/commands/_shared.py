"""What all commands on an archive share."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crawler.archive.database import explain, refuse_links
from crawler.commands.crawl import broke_off, fail
from crawler.errors import ArchiveError, HemerotecaError

PIPE_CLOSED = 141
"""As a shell reports a program that wrote to a pipe nobody reads any more."""


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
        fail(command, ArchiveError(f"cannot go on with {where} ({error.strerror or error})"))
    except Exception as error:
        broke_off(command, error)


@contextmanager
def stopped(command: str) -> Iterator[None]:
    """End a command that can be gone on with as the shell expects, when Ctrl-C stops it."""
    try:
        yield
    except KeyboardInterrupt:
        print(f"scrapy {command}: stopped; the same command goes on", file=sys.stderr)
        sys.exit(130)
