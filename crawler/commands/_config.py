"""`hemeroteca.toml`, as commands find it and follow it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import crawler.settings
from crawler.bundled import PROGRAM
from crawler.config import FILE_NAME, NO_PAPERS, Config, Paper, read
from crawler.errors import ConfigError, UsageError
from crawler.subscriptions import CookieFile
from crawler.urls import owner

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

# Between the project's and the command line's, which say the last word (Scrapy's priorities).
_PRIORITY, _CMDLINE = 35, 40
_MOST_BYTES = 1_000_000
"""Of a configuration: what has no end, as a device, is none."""


@dataclass(frozen=True, slots=True)
class Found:
    """A configuration, and the file that it is in."""

    path: Path
    config: Config

    def archive_of(self, paper: Paper) -> Path:
        """The folder of a paper's archive."""
        return self._folder(self.config.archive_of(paper))

    @property
    def archive(self) -> Path:
        """The folder of the archive that all papers share."""
        return self._folder(self.config.archive)

    @property
    def metrics(self) -> Path | None:
        """The file of a run's numbers, if there is one."""
        return None if self.config.metrics is None else self._folder(self.config.metrics)

    def _folder(self, written: str) -> Path:
        return self.path.parent / Path(written).expanduser()

    def cookies_of(self, paper: Paper) -> CookieFile | None:
        """The file of a paper's cookies, if it has one."""
        if paper.cookies is None:
            return None
        return CookieFile(str(self._folder(paper.cookies)), paper.addresses)

    def chosen(self, names: str | None) -> tuple[Paper, ...]:
        """The papers that `paper=` names; all where it is not there. Raises UsageError."""
        if names is None:
            return self.config.papers
        by_name = {paper.name: paper for paper in self.config.papers}
        wanted = [name.strip() for name in names.split(",") if name.strip()]
        for name in wanted or [names]:
            if name not in by_name:
                raise UsageError(
                    f"paper={name}: {self.path} has no such paper; there are {', '.join(by_name)}"
                )
        return tuple(by_name[name] for name in dict.fromkeys(wanted))

    def is_shared(self, arguments: Mapping[str, str], settings: BaseSettings) -> bool:
        """Whether all papers are in one archive: that of the file, or the one that the command line
        or the environment names."""
        return self.config.is_shared or "archive" in arguments or _is_named(settings)

    def narrow(self, papers: Sequence[Paper], settings: BaseSettings) -> None:
        """Where each paper has an archive, have a run of some know of these, and of others of their
        owners, alone: the settings are kept with each run, and there may be thousands of papers."""
        if self.config.is_shared:
            return
        owners = {owner(address) for paper in papers for address in paper.addresses}
        near = [
            paper for paper in self.config.papers
            if any(owner(address) in owners for address in paper.addresses)
        ]  # fmt: skip
        settings.set("PAPERS", [paper.plain() for paper in near], priority=_PRIORITY)
        files = [file for paper in near if (file := self.cookies_of(paper))]
        settings.set("COOKIE_FILES", [asdict(each) for each in files], priority=_PRIORITY)

    def apply(self, settings: BaseSettings) -> None:
        """Have a run follow it, in what neither the command line nor the environment says."""
        if self.config.contact and not os.environ.get("HEMEROTECA_CONTACT"):
            settings.set("CONTACT", self.config.contact, priority=_PRIORITY)
        if self.config.is_shared and not _is_named(settings):
            settings.set("ARCHIVE", str(self.archive), priority=_PRIORITY)
        plain = [paper.plain() for paper in self.config.papers]
        settings.set("PAPERS", plain, priority=_PRIORITY)
        if self.metrics is not None:
            settings.set("METRICS_FILE", str(self.metrics), priority=_PRIORITY)
        files = [file for paper in self.config.papers if (file := self.cookies_of(paper))]
        settings.set("COOKIE_FILES", [asdict(each) for each in files], priority=_PRIORITY)


def _is_named(settings: BaseSettings) -> bool:
    """Whether the environment or `-s` names the archive."""
    typed = settings.getpriority("ARCHIVE") == _CMDLINE
    return typed or bool(os.environ.get("HEMEROTECA_ARCHIVE"))


def find(named: str | None = None, *, needs_papers: bool = True) -> Found | None:
    """The configuration: that which `--config` names, else the nearest above the working folder;
    None where there is none. needs_papers: whether it is a mistake that it names none, as that
    which `init` has written. Raises UsageError where it cannot be read, ConfigError where it has
    mistakes."""
    path = Path(named).expanduser() if named is not None else _nearest()
    return None if path is None else load(path, needs_papers=needs_papers)


def load(path: Path, *, needs_papers: bool = True) -> Found:
    """A configuration. Raises UsageError, ConfigError."""
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        hint = f"; {PROGRAM} init writes one" if isinstance(error, FileNotFoundError) else ""
        raise UsageError(f"{path} cannot be read ({why}){hint}") from error
    if len(data) > _MOST_BYTES:
        raise ConfigError(f"{path}:1: it is longer than {_MOST_BYTES:,} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}:{line}: not UTF-8; save it in that encoding") from error
    config, mistakes = read(text)
    if not needs_papers:
        mistakes = [each for each in mistakes if each.what != NO_PAPERS]
    if mistakes:
        raise ConfigError(*(f"{path}:{each.line}: {each.what}" for each in mistakes))
    return Found(path, config)


def configured_archive(default: str) -> str:
    """The archive where a command names none: that of the settings, if the user has set one there,
    else that of the configuration. Raises UsageError, ConfigError."""
    if default != crawler.settings.ARCHIVE or os.environ.get("HEMEROTECA_ARCHIVE"):
        return default
    found = find(needs_papers=False)
    if found is None:
        return default
    if found.config.is_shared:
        return str(found.archive)
    archives = [str(found.archive_of(paper)) for paper in found.config.papers]
    if len(archives) > 1:
        raise UsageError(f"name one archive of {found.path}: {', '.join(archives)}")
    if not archives:
        raise UsageError(f"name an archive; {found.path} has no papers yet, and none of theirs")
    return archives[0]


def _nearest() -> Path | None:
    here = Path.cwd()
    for folder in (here, *here.parents):
        path = folder / FILE_NAME
        if path.is_file():
            return path
    return None
