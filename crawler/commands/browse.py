"""`scrapy browse`: archives in the browser."""

from __future__ import annotations

import argparse
import contextlib
import re

from crawler.archive.database import open_for_reading, readable
from crawler.bundled import PROGRAM
from crawler.commands._shared import (
    add_archive_option,
    archive_folders,
    end_on_sigterm,
    told,
)
from crawler.counted import number_typed
from crawler.errors import UsageError
from crawler.extras import needs_extra
from crawler.verb import Verb

_PORT = 8017
_TOKEN = re.compile(r"[\w.~-]{8,200}", re.ASCII)


class Command(Verb):
    """Read archives in the browser."""

    requires_crawler_process = False

    def syntax(self) -> str:
        """For `scrapy browse -h`."""
        return "[ARCHIVE …] [--host HOST] [--port N] [--token TOKEN]"

    def short_desc(self) -> str:
        """For `scrapy -h`."""
        return "Read, search, compare and cite archives in the browser"

    def long_desc(self) -> str:
        """For `scrapy browse -h`."""
        return (
            "Serves a reading room on this machine alone, until Ctrl-C. It only reads; a crawl may"
            " go on meanwhile. With --host it can be reached from other machines, and then asks"
            " for a token. Exit codes: 0 stopped; 2 bad arguments or archive."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add -a archive=, and where to listen."""
        super().add_options(parser)
        add_archive_option(parser)
        parser.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1")
        parser.add_argument("--port", default=str(_PORT), help=f"default: {_PORT}; 0: any free one")
        parser.add_argument("--token", help="what readers must give once: needed with --host")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Serve."""
        assert self.settings is not None
        with told("browse") as about, contextlib.ExitStack() as stack:
            with needs_extra("browse", "room"):
                from crawler.room import app, guards, places
            port = _port(opts.port)
            token = _token(opts.token, needed=not guards.is_loopback(opts.host))
            found = [
                (about.archive(folder), stack.enter_context(readable(folder)))
                for folder in archive_folders(
                    "browse", args, opts.argument, self.settings["ARCHIVE"]
                )
            ]
            try:
                socket = stack.enter_context(app.listening(opts.host, port))
            except OSError as error:
                raise UsageError(
                    f"cannot listen at {opts.host}, port {port} ({error.strerror or error}); name"
                    " another with --port"
                ) from error
            port = socket.getsockname()[1]
            name = f"[{opts.host}]" if ":" in opts.host else opts.host
            application = app.application(places.named(found), opts.host, port, token)
            end_on_sigterm()
            with contextlib.suppress(KeyboardInterrupt):  # from the first moment it is said
                print(
                    f"The reading room is at http://{name}:{port}/"
                    + (f"?token={token}" if token else "")
                    + " (Ctrl-C ends it)",
                    flush=True,
                )
                app.serve(application, [socket])
            for folder, read_in in found:
                if read_in == folder:
                    # a reader that may write nothing leaves what SQLite keeps beside the database
                    open_for_reading(folder).close()


def _port(text: str) -> int:
    port = number_typed(text, 0, 65_535)
    if port is None:
        raise UsageError(f"--port {text} must be a number from 0 to 65535")
    return port


def _token(text: str | None, *, needed: bool) -> str | None:
    """The token that readers must give. Raises UsageError where one is needed and not named."""
    if text is None:
        if needed:
            raise UsageError(
                "--host makes the archive readable for others: name a token of 8 characters or"
                f" more that they must give: {PROGRAM} browse --host … --token …"
            )
        return None
    if not _TOKEN.fullmatch(text):
        raise UsageError("--token must have 8 to 200 letters, digits, - . _ or ~")
    return text
