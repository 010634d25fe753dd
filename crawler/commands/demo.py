"""`scrapy demo`: the bundled newspaper, served on loopback, to look at or to archive."""

from __future__ import annotations

import argparse
import shlex
import sys

from scrapy.settings import SETTINGS_PRIORITIES

from crawler.commands.crawl import Command as Crawl
from crawler.counted import number_typed
from crawler.demo.paper import EDITIONS
from crawler.errors import HemerotecaError, UsageError
from crawler.verb import fail

# The same port each time, so that the newspaper keeps its address from run to run.
PORT = 28017

# Full speed: nobody else's server is at the other end.
SPEED = {
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": False,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 32,
}


class Command(Crawl):
    """Serve the demo newspaper; with --crawl, archive it."""

    follows_config = False

    def syntax(self) -> str:
        """For `scrapy demo -h`."""
        return (
            "[--crawl] [--edition morning|evening] [--site courier|links|script] [--port N]"
            " [-a archive=DIR]"
        )

    def short_desc(self) -> str:
        """For `scrapy -h`."""
        return "Serve the demo newspaper on loopback; with --crawl, archive it"

    def long_desc(self) -> str:
        """For `scrapy demo -h`."""
        return (
            "In the evening edition one story has changed: archive the morning edition, then the "
            "evening edition, to see a second revision."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add --crawl, --edition and --port."""
        super().add_options(parser)
        parser.add_argument("--crawl", action="store_true", help="archive it, then stop")
        parser.add_argument("--edition", default="morning", help="morning (default) or evening")
        parser.add_argument(
            "--site",
            default="courier",
            help="courier (default); links: found by links only; script: shown by script only",
        )
        parser.add_argument(
            "--port", default=str(PORT), help=f"default {PORT}; 0 for any free port"
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Set full speed, and allow loopback."""
        super().process_options(args, opts)
        if args:
            fail("demo", UsageError(f"{shlex.quote(args[0])}: demo takes no words"))
        assert self.settings is not None
        if opts.edition not in EDITIONS:
            fail(
                "demo",
                UsageError(f"no edition {opts.edition!r}; there are {' and '.join(EDITIONS)}"),
            )
        if number_typed(opts.port, 0, 65_535) is None:
            fail("demo", UsageError(f"--port {opts.port} must be a number up to 65535"))
        for name, value in SPEED.items():
            if self.settings.getpriority(name) != SETTINGS_PRIORITIES["cmdline"]:
                self.settings.set(name, value, priority="spider")
        self.settings.set("ALLOW_PRIVATE", True, priority="cmdline")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Serve until interrupted, or until the crawl is done."""
        # Here and not above: Scrapy loads every command to run one, and this one a web server.
        from crawler.demo.server import serve

        try:
            with serve(opts.edition, int(opts.port), site=opts.site) as url:
                if opts.crawl:
                    opts.spargs |= {"site": url, "allow_private": "1"}
                    super().run(["news"], opts)
                else:
                    which = "" if opts.site == "courier" else f", the site {opts.site!r}"
                    print(f"The demo newspaper ({opts.edition} edition{which}) is at {url}")
                    print("Press Ctrl-C to stop it.")
                    sys.stdout.flush()
                    wait()
        except HemerotecaError as error:
            fail("demo", error)


def wait() -> None:
    """Wait for Ctrl-C."""
    import threading

    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        print()
