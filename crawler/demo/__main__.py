"""`python -m crawler.demo`: serve the paper until interrupted, and say where.

Where the standard input is a pipe, its end ends the server too, so that it never outlives the
process that started it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import stat
import sys
from pathlib import Path

from aiohttp import web

from crawler.demo.pages import render
from crawler.demo.paper import EDITIONS
from crawler.demo.server import SITES, make_app


async def run(edition: str, port: int, log: Path | None, site_name: str) -> None:
    """Serve on 127.0.0.1 until SIGINT, SIGTERM or the end of a piped standard input."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signum, stop.set)
    watch_input(loop, stop)
    runner = web.AppRunner(make_app(edition, log, site_name), access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        if site_name == "courier":
            render(edition, url)
        print(url, flush=True)  # noqa: T201 - the one line that it is asked for
        await stop.wait()
    finally:
        await runner.cleanup()


def watch_input(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Set `stop` when the standard input ends, if it is a pipe or a socket."""
    try:
        mode = os.fstat(0).st_mode
    except OSError:
        return
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
        return

    def read() -> None:
        if not os.read(0, 4096):
            loop.remove_reader(0)
            stop.set()

    loop.add_reader(0, read)


def main() -> int:
    """Read the command line and serve. Exit code 3 where the port cannot be had."""
    parser = argparse.ArgumentParser(prog="python -m crawler.demo", description=__doc__)
    parser.add_argument("--edition", choices=EDITIONS, default="morning")
    parser.add_argument("--port", type=int, default=0, help="0 (default) takes a free one")
    parser.add_argument("--log", type=Path, help="file that gets a line for each answer")
    parser.add_argument("--site", choices=SITES, default="courier")
    options = parser.parse_args()
    try:
        asyncio.run(run(options.edition, options.port, options.log, options.site))
    except OSError as error:
        sys.stderr.write(f"demo: cannot serve on port {options.port}: {error.strerror}\n")
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
