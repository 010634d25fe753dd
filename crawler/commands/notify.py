"""`scrapy notify`: a test message to all who are told of runs."""

from __future__ import annotations

import argparse
import shlex
import sys
from uuid import uuid4

from crawler.bundled import PROGRAM
from crawler.commands._config import find
from crawler.commands._shared import told
from crawler.commands._telling import test_message
from crawler.config import FILE_NAME
from crawler.errors import UsageError
from crawler.notify import notifiers_of, ping, send
from crawler.verb import Verb


class Command(Verb):
    """Send a test message."""

    requires_crawler_process = False

    def syntax(self) -> str:
        """For `scrapy notify -h`."""
        return "[--config FILE]"

    def short_desc(self) -> str:
        """For `scrapy -h`."""
        return f"Send a test message to all who {FILE_NAME} says are told of runs"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add --config."""
        super().add_options(parser)
        parser.add_argument("--config", metavar="FILE", help=f"instead of the nearest {FILE_NAME}")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Send it."""
        with told("notify"):
            if args:
                raise UsageError(f"{shlex.quote(args[0])}: notify takes no words")
            found = find(opts.config, needs_papers=False)
            if found is None or found.config.notify is None:
                raise UsageError(f"there is no {FILE_NAME} with a table [notify]")
            notifiers = notifiers_of(found.config.notify, found.path)
        run, message = str(uuid4()), test_message()
        failed = [
            *ping(notifiers, "start", run),
            *send(notifiers, message, 0),
            *ping(notifiers, "end", run, message.body),
        ]
        for each in failed:
            print(f"{PROGRAM} notify: nobody was told by {each.by}: {each.why}", file=sys.stderr)
        if failed:
            self.exitcode = 1
            return
        ways = len(notifiers.to) + bool(notifiers.ping) + bool(notifiers.command)
        print(f"told by {ways} way{'s' if ways > 1 else ''}")
