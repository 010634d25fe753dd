"""`scrapy profile`: what a newspaper's own pages teach of it, in words or as a file."""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.archive.database import open_for_reading
from crawler.archive.histories import has_site
from crawler.archive.site_profiles import in_force
from crawler.bundled import PROGRAM
from crawler.commands._shared import add_archive_option, archive_folder, host_named, told
from crawler.errors import MissingError, UsageError
from crawler.text import shown, shown_line
from crawler.verb import Verb

if TYPE_CHECKING:  # all commands are loaded for each: what reads pages waits until it is needed
    from crawler.learn import SiteProfile


class Command(Verb):
    """Learn a newspaper's profile from its archived stories."""

    requires_crawler_process = False

    def syntax(self) -> str:
        """For `scrapy profile -h`."""
        return "HOST [-a archive=DIR] [--export [--replace]]"

    def short_desc(self) -> str:
        """For `scrapy -h`."""
        return "Show what a newspaper's own pages teach of it, or write it to sites/HOST.toml"

    def long_desc(self) -> str:
        """For `scrapy profile -h`."""
        return (
            "Learned at the end of a crawl or import from up to 200 of its archived stories: lines "
            "that stand on many pages, what all headlines end in, where fields stand, what blocks "
            "of linked stories are. Of a newspaper of fewer than 20 stories it is learned now, and "
            "not kept. With --export, it is written to sites/HOST.toml in the archive's folder; "
            "what that file says takes the place of what is learned, field by field."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add -a archive=, --export and --replace."""
        super().add_options(parser)
        add_archive_option(parser)
        parser.add_argument(
            "--export", action="store_true", help="write it to sites/HOST.toml in the archive"
        )
        parser.add_argument(
            "--replace", action="store_true", help="with --export: replace the file that is there"
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print or write the profile."""
        from crawler.learn import in_words, written
        from crawler.runs import Profiles, profile_of

        assert self.settings is not None
        with told("profile") as about:
            if len(args) != 1:
                raise UsageError(f"name one newspaper: {PROGRAM} profile news.example")
            if opts.replace and not opts.export:
                raise UsageError("--replace goes with --export")
            host = host_named(args[0], "") or ""
            folder = about.archive(
                archive_folder("profile", [], opts.argument, self.settings["ARCHIVE"])
            )
            path = Profiles(folder).folder / f"{host}.toml"
            if opts.export and path.exists() and not opts.replace:
                raise UsageError(f"{path} is there already; add --replace to write it anew")
            with closing(open_for_reading(folder)) as db:
                stored = {each.host: each for each in in_force(db.conn)}.get(host)
                if stored is not None:
                    profile = profile_of(stored)
                    since = f", on {stored.learned_at[:10]}"
                else:
                    profile, since = self._learned(folder, db.conn, host), ", now"
            if profile.is_empty:
                print(f"{host}: {profile.stories:,} stories teach nothing that a page lacks")
                return
            if not opts.export:
                print("\n".join(map(shown_line, in_words(profile, since))))
                if path.exists():
                    print(shown_line(f"  {path} takes the place of what it says, too"))
                return
            path.parent.mkdir(exist_ok=True)
            part = path.with_suffix(".part")
            part.write_text(written(profile), encoding="utf-8")
            part.replace(path)
            print(shown(f"{path}: from {profile.stories:,} stories; `{PROGRAM} reextract` reads"
                        " archived pages with it"))  # fmt: skip

    def _learned(self, folder: Path, connection: sqlite3.Connection, host: str) -> SiteProfile:
        from crawler.runs import Workers, learn_site

        assert self.settings is not None
        if not has_site(connection, host):
            raise MissingError(
                f"{host}: the archive has no such newspaper; {PROGRAM} status lists them"
            )
        workers = Workers(0, self.settings.getfloat("EXTRACT_CPU_SECONDS"))
        try:
            return asyncio.run(learn_site(folder, connection, host, workers)).profile
        finally:
            workers.close()
