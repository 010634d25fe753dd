"""The profiles of an archive's newspapers, written by hand or exported: `sites/HOST.toml` in its
folder."""

from __future__ import annotations

import hashlib
from functools import cached_property
from pathlib import Path

from crawler.errors import UsageError
from crawler.extract.version import extractor_version
from crawler.learn import SiteProfile, site_of, written
from crawler.page_reader import load_profile
from crawler.urls import site_host

_FOLDER = "sites"


class Profiles:
    """What is known of the sites of an archive, and by which extractor their pages are read."""

    def __init__(self, archive: Path) -> None:
        """Reads nothing yet. archive: the folder of the archive."""
        self.folder = archive / _FOLDER

    @cached_property
    def by_host(self) -> dict[str, SiteProfile]:
        """Host → profile. Raises UsageError for a file that is no profile."""
        found: dict[str, SiteProfile] = {}
        for path in sorted(self.folder.glob("*.toml")):
            profile = load_profile(path)
            host = profile.host or site_of(path.stem)
            if not host:
                raise UsageError(f"{path}: its name is that of no host; write host = in it")
            if host in found:
                raise UsageError(f"{path}: there is another profile of {host}; keep one of them")
            found[host] = profile
        return found

    def check(self) -> None:
        """Read them now, before anything is written by them. Raises UsageError for a file that is
        no profile."""
        _ = self.by_host

    def of(self, url: str) -> SiteProfile | None:
        """The profile of a page's site; None if there is none."""
        return self.by_host.get(site_host(url)) if self.by_host else None

    def extractor(self, url: str) -> str | None:
        """By which a page is read with a profile of its site; None where there is none."""
        return self.extractors.get(site_host(url)) if self.by_host else None

    @cached_property
    def extractors(self) -> dict[str, str]:
        """Host → by which its pages are read."""
        return {host: _extractor(profile) for host, profile in self.by_host.items()}


def _extractor(profile: SiteProfile) -> str:
    digest = hashlib.sha256(written(profile).encode()).hexdigest()
    return f"{extractor_version()}+{digest[:8]}"
