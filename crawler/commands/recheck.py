"""`scrapy recheck`: histories judged again by what is known now of what an edit is."""

from __future__ import annotations

import argparse
from contextlib import closing
from typing import TYPE_CHECKING

from crawler.archive.database import check, open_for_reading
from crawler.commands._shared import (
    add_archive_option,
    address_named,
    archive_folder,
    end_on_sigterm,
    host_named,
    must_be_known,
    stopped,
    told,
)
from crawler.counted import counted
from crawler.verb import Verb

if TYPE_CHECKING:
    from crawler.runs import Rechecked


class Command(Verb):
    """Judge edit histories again."""

    requires_crawler_process = False

    def syntax(self) -> str:
        """For `scrapy recheck -h`."""
        return "[ARCHIVE] [--site HOST] [--url URL]"

    def short_desc(self) -> str:
        """For `scrapy -h`."""
        return "Judge edit histories again, and retract false revisions and gone marks"

    def long_desc(self) -> str:
        """For `scrapy recheck -h`."""
        return (
            "Judges each revision against the one before, and each story that counts as gone by its"
            " last response, by the rules of a crawl today. What was an outage page, a login wall,"
            " a truncated response or no change at all is retracted: it stays in the archive, with"
            " the reason (tables taken_back and story_events). Fetches nothing, and is safe to"
            " repeat. Exit codes: 0 done; 2 bad arguments or archive; 4 another run holds the"
            " archive; 7 the newspaper, or the story, is not in it."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add -a archive=, --site and --url."""
        super().add_options(parser)
        add_archive_option(parser)
        parser.add_argument("--site", help="only stories of this newspaper")
        parser.add_argument("--url", help="only this story")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Judge, take back, and say how much."""
        assert self.settings is not None
        end_on_sigterm()
        from crawler.runs import offline_run, recheck

        with told("recheck") as about, stopped("recheck"):
            site, url = host_named(opts.site), address_named(opts.url)
            folder = about.archive(
                archive_folder("recheck", args, opts.argument, self.settings["ARCHIVE"])
            )
            check(folder)
            with closing(open_for_reading(folder)) as db:
                must_be_known(db, site, url)
            said = {name: value for name, value in {"site": site, "url": url}.items() if value}
            with offline_run(folder.resolve(), self.settings, "recheck", said) as run:
                found = recheck(run, site=site, url=url)
        print(summary(found))


def summary(found: Rechecked) -> str:
    """What judging again has taken back, for a person."""
    lines = [
        f"{counted(found.stories, 'history', 'histories')} judged again:"
        f" {counted(found.revisions.total(), 'revision')} and"
        f" {counted(found.gone, 'gone mark')} retracted"
    ]
    lines += [f"  {n:>6,}  {reason}" for reason, n in found.revisions.most_common()]
    return "\n".join(lines)
