"""What is known of an archive's newspapers: learned from its own pages (the table `site_profiles`),
and written by hand or exported (`sites/HOST.toml` in its folder), which counts before."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from functools import cached_property
from pathlib import Path

from crawler.archive.database import FILE_NAME, open_for_reading
from crawler.archive.site_profiles import Learned, in_force
from crawler.errors import ArchiveError, UsageError
from crawler.extract.version import extractor_version
from crawler.learn import SiteProfile, overridden, read_profile, rules
from crawler.page_reader import load_profiles
from crawler.urls import site_host

_FOLDER = "sites"


class Profiles:
    """What is known of the sites of an archive, and by which extractor their pages are read."""

    def __init__(
        self, archive: Path, folder: str = "", *, learns: bool = True, is_lost: bool = False
    ) -> None:
        """Reads nothing yet.

        archive: its folder. folder: with the profiles that were written, as the setting
        SITE_PROFILES has it; "" for the archive's own. learns: whether what was learned counts, or
        only what was written. is_lost: whether its database is; `learn` brings what it had.
        """
        self.folder = Path(folder) if folder else archive / _FOLDER
        self._archive = archive
        self.learns = learns
        """Whether what is learned counts."""
        self._learned: dict[str, SiteProfile] | None = {} if is_lost or not learns else None

    @cached_property
    def written(self) -> dict[str, SiteProfile]:
        """Host → profile that was written by hand. Raises UsageError for a file that is none."""
        return load_profiles(self.folder)

    @property
    def learned(self) -> Mapping[str, SiteProfile]:
        """Host → profile that was learned."""
        if self._learned is None:
            self._learned = dict(self._stored())
        return self._learned

    def learn(self, host: str, profile: SiteProfile) -> None:
        """Read a site's pages with a profile from now on."""
        if self.learns:
            self._learned = {**self.learned, host: profile}
            self.__dict__.pop("by_host", None)
            self.__dict__.pop("extractors", None)

    @cached_property
    def by_host(self) -> dict[str, SiteProfile]:
        """Host → profile. Raises UsageError for a file that is no profile."""
        found = {host: profile for host, profile in self.learned.items() if not profile.is_empty}
        for host, profile in self.written.items():
            found[host] = overridden(found.get(host, SiteProfile(host)), profile)
        return {host: profile for host, profile in found.items() if not profile.is_empty}

    def check(self) -> None:
        """Read those that were written now, before anything is written by them. Raises UsageError
        for a file that is no profile."""
        _ = self.written

    def of(self, url: str) -> SiteProfile | None:
        """The profile of a page's site; None if there is none."""
        return self.by_host.get(site_host(url)) if self.by_host else None

    def extractor(self, url: str) -> str | None:
        """By which a page is read with a profile of its site; None where there is none."""
        return self.extractors.get(site_host(url)) if self.by_host else None

    @cached_property
    def extractors(self) -> dict[str, str]:
        """Host → by which its pages are read."""
        return {
            host: f"{extractor_version()}+{rules(profile)}"
            for host, profile in self.by_host.items()
        }

    def rules(self, host: str) -> str:
        """What tells by which rules a site's pages are read, those that were written among them; ""
        where there are none."""
        return rules(self.by_host[host]) if host in self.by_host else ""

    def _stored(self) -> Iterable[tuple[str, SiteProfile]]:
        if not (self._archive / FILE_NAME).exists():
            return
        try:
            with closing(open_for_reading(self._archive)) as db:
                stored = list(in_force(db.conn))
        except (ArchiveError, sqlite3.Error):
            return  # of an older version, or damaged: whoever writes to it will say so
        for each in stored:
            yield each.host, profile_of(each)


def profile_of(learned: Learned) -> SiteProfile:
    """The profile that was learned; an empty one where it cannot be read by now."""
    try:
        return read_profile(learned.profile, learned.host)
    except UsageError:
        return SiteProfile(learned.host)
