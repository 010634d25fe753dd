"""`scrapy schedule`: what starts a run each night."""

from __future__ import annotations

import argparse
import getpass
import os
import shlex
import sys
from pathlib import Path

from crawler.bundled import CHECKOUT, PROGRAM
from crawler.commands._config import Found, find
from crawler.commands._shared import told, typed
from crawler.config import FILE_NAME
from crawler.errors import UsageError
from crawler.units import Job, crontab, service, time_of_day, timer
from crawler.verb import Verb

_NAME = "hemeroteca"
_LONGEST_JITTER = 720


class Command(Verb):
    """Write units for systemd, and a line for cron."""

    requires_crawler_process = False

    def syntax(self) -> str:
        """For `scrapy schedule -h`."""
        return "[--at HH:MM] [--jitter MINUTES] [--if-busy skip|wait] [-d FOLDER] [--config FILE]"

    def short_desc(self) -> str:
        """For `scrapy -h`."""
        return "Write a systemd service and timer for a run each night, and a line for cron"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add --at, --jitter, --if-busy, --user, -d and --config."""
        super().add_options(parser)
        parser.add_argument("--at", default="02:00", metavar="HH:MM", help="when (default: 02:00)")
        parser.add_argument(
            "--jitter", default="30", metavar="MINUTES",
            help="begin up to so much later, another time each night (default: 30; systemd only)",
        )  # fmt: skip
        parser.add_argument(
            "--if-busy", choices=("skip", "wait"), default="skip",
            help="what a run does that comes while another holds the archive (default: skip)",
        )  # fmt: skip
        parser.add_argument("--user", help="whose service it is (default: yours)")
        parser.add_argument(
            "-d", dest="folder", metavar="FOLDER", help="where to write the units (default: here)"
        )
        parser.add_argument("--config", metavar="FILE", help=f"instead of the nearest {FILE_NAME}")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Write them, and say what to type."""
        with told("schedule"):
            if args:
                raise UsageError(f"{shlex.quote(args[0])}: schedule takes no words")
            at = time_of_day(opts.at)
            if at is None:
                raise UsageError(f"--at {shlex.quote(opts.at)} is no time; write it as in 02:00")
            if not opts.jitter.isascii() or not opts.jitter.isdigit() or \
                    int(opts.jitter) > _LONGEST_JITTER:  # fmt: skip
                raise UsageError(f"--jitter must be minutes, from 0 to {_LONGEST_JITTER}")
            found = find(opts.config)
            if found is None:
                raise UsageError(
                    f"there is no {FILE_NAME} here or in a folder above; {PROGRAM} init writes one"
                )
            job = _job(found, opts)
            for each in (job.config, *job.writable):
                if not str(each).isprintable():
                    raise UsageError(f"{each}: neither systemd nor cron can name it; rename it")
            folder = Path(opts.folder or ".").expanduser()
            folder.mkdir(parents=True, exist_ok=True)
            units = {
                f"{_NAME}.service": service(job),
                f"{_NAME}.timer": timer(*at, int(opts.jitter)),
            }
            for name, text in units.items():
                (folder / name).write_text(text, encoding="utf-8")
        files = " ".join(typed((folder / name).absolute()) for name in units)
        print(f"{files} are written. To have them start a run each night:")
        print(f"  sudo cp {files} /etc/systemd/system/")
        print(f"  sudo systemctl daemon-reload && sudo systemctl enable --now {_NAME}.timer")
        print(f"To try it now: sudo systemctl start {_NAME}; its log: journalctl -u {_NAME}")
        print("Without systemd, this line for crontab -e:")
        print(f"  {crontab(job, *at, job.folder / f'{_NAME}.log')}")


def _job(found: Found, opts: argparse.Namespace) -> Job:
    config = found.path.absolute()
    command = [sys.executable, "-m", "crawler", "crawl", "news", "--config", str(config)]
    command += ["--if-busy", opts.if_busy]
    archives = {_there(found.archive_of(paper)) for paper in found.config.papers}
    numbers = {found.metrics.parent.absolute()} if found.metrics else set()
    return Job(
        command, config.parent, config, sorted({config.parent, *archives, *numbers}),
        config.parent / f"{_NAME}.env", opts.user or getpass.getuser(),
        {} if CHECKOUT is None else {"PYTHONPATH": os.fspath(CHECKOUT)},
    )  # fmt: skip


def _there(archive: Path) -> Path:
    """An archive's folder, or the nearest above it that is there."""
    return next(each for each in (archive.absolute(), *archive.absolute().parents) if each.exists())
