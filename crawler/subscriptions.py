"""Cookies of a subscription: a file in Netscape's format, and which of them a request is sent with.

What a cookie says is in the jar and in the request: no error, log or record has it.
"""

from __future__ import annotations

import stat
import time
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http.cookiejar import Cookie, LoadError, MozillaCookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request

from crawler.config import Paper, Papers
from crawler.counted import counted
from crawler.errors import ConfigError
from crawler.urls import site_host

_EXPORT = "log in with a browser and export its cookies.txt anew"


@dataclass(frozen=True, slots=True)
class CookieFile:
    """A file of cookies, and the home pages of the newspaper that it is for."""

    path: str
    addresses: tuple[str, ...]


class Subscription:
    """The cookies of one file that are a newspaper's, by http.cookiejar's rules of domain, path,
    secure and expiry. Those that answers set are not taken."""

    def __init__(self, file: CookieFile) -> None:
        """Raises ConfigError: it cannot be read, or has nothing for this newspaper that counts."""
        self.file = file
        hosts = {urlsplit(each).hostname or "" for each in file.addresses}
        own = [each for each in _load(Path(file.path)) if _concerns(each, hosts)]
        name = site_host(file.addresses[0])
        if not own:
            raise ConfigError(f"{file.path} has no cookies for {name}; {_EXPORT}")
        self._jar = MozillaCookieJar()
        for each in own:
            if not each.is_expired():
                self._jar.set_cookie(each)
        if not len(self._jar):
            last = max(each.expires or 0 for each in own)
            raise ConfigError(
                f"{file.path}: all cookies for {name} have expired, the last on"
                f" {_day(last)}; {_EXPORT}"
            )
        self.count = len(self._jar)
        self.domains = tuple(dict.fromkeys(each.domain for each in self._jar))

    @property
    def warning(self) -> str | None:
        """What is not right about the file, if it can be read all the same."""
        mode = Path(self.file.path).stat().st_mode
        if mode & (stat.S_IROTH | stat.S_IRGRP):
            return f"{self.file.path} can be read by others on this machine; chmod 600 it"
        return None

    def __str__(self) -> str:
        return (
            f"{site_host(self.file.addresses[0])} is read with {counted(self.count, 'cookie')} of"
            f" a subscription ({', '.join(self.domains[:3])})"
        )

    def header(self, url: str) -> str | None:
        """The Cookie line for an address; None where there is none."""
        asked = Request(url)  # noqa: S310 (nothing is opened)
        self._jar.add_cookie_header(asked)
        return asked.get_header("Cookie")


class Subscriptions:
    """Those of a run, found by the addresses of requests."""

    def __init__(self, files: Iterable[Mapping[str, Any]]) -> None:
        """files: as the setting COOKIE_FILES has them. Raises ConfigError."""
        self.all = tuple(
            Subscription(CookieFile(each["path"], tuple(each["addresses"]))) for each in files
        )
        self._papers = Papers(
            Paper(str(number), each.file.addresses) for number, each in enumerate(self.all)
        )

    def header(self, url: str) -> str | None:
        """The Cookie line for an address: of its newspaper's subscription alone, whatever else the
        file has."""
        paper = self._papers.of(url)
        return None if paper is None else self.all[int(paper.name)].header(url)


def _load(path: Path) -> list[Cookie]:
    jar = MozillaCookieJar()
    try:
        with warnings.catch_warnings():  # for a line that it cannot read, with a traceback
            warnings.simplefilter("ignore")
            jar.load(str(path), ignore_discard=True, ignore_expires=True)
    except LoadError:  # its words are the line's
        raise ConfigError(
            f"{path} is not a cookies.txt in Netscape's format, which begins with"
            " # Netscape HTTP Cookie File"
        ) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise ConfigError(f"{path} cannot be read ({why}); name a file of cookies") from None
    for each in jar:
        if each.expires == 0:  # so browsers write those that last as long as they are open
            each.expires, each.discard = None, True
    return list(jar)


def _concerns(cookie: Cookie, hosts: Iterable[str]) -> bool:
    """Whether it is of one of these hosts, of one above it or of one below."""
    domain = f".{cookie.domain.removeprefix('.').removeprefix('www.')}"
    own = [f".{host.removeprefix('www.')}" for host in hosts]
    return any(each.endswith(domain) or domain.endswith(each) for each in own)


def _day(seconds: int) -> str:
    when = min(seconds, int(time.time()))
    return f"{datetime.fromtimestamp(when, UTC):%Y-%m-%d}"
