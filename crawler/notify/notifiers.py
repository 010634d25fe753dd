"""By which ways somebody is told, with their secrets: those of the environment and of files are
read when a run begins, and kept nowhere."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from crawler.config import Notify
from crawler.errors import ConfigError
from crawler.extras import needs_extra

ENVIRONMENT, FILE = "env:", "file:"


@dataclass(frozen=True, slots=True)
class Notifiers:
    """Ways of telling. to: addresses for Apprise; ping: of a healthchecks service. Neither is shown
    to anybody."""

    to: tuple[str, ...] = field(default=(), repr=False)
    ping: str | None = field(default=None, repr=False)
    command: tuple[str, ...] = ()


def notifiers_of(
    asked: Notify, path: Path, environment: Mapping[str, str] = os.environ
) -> Notifiers:
    """The ways that a configuration names. path: its file. Raises ConfigError where one cannot be
    gone, UsageError where Apprise is not installed."""
    to = [secret(each, path, asked.line_of_to, "notify.to", environment) for each in asked.to]
    ping = asked.ping and secret(asked.ping, path, asked.line_of_ping, "notify.ping", environment)
    if to:
        with needs_extra("notify", "notify"):
            import apprise
        for url in to:
            with unlogged():
                is_known = apprise.Apprise().add(url)
            if not is_known:
                raise ConfigError(
                    f"{path}:{asked.line_of_to}: notify.to: {scheme(url)}… is no address that"
                    " Apprise understands; https://appriseit.com/services/ lists them"
                )
    if ping and (urlsplit(ping).scheme not in ("http", "https") or not urlsplit(ping).hostname):
        raise ConfigError(f"{path}:{asked.line_of_ping}: notify.ping must be an http(s) address")
    return Notifiers(tuple(to), ping or None, asked.command)


@contextmanager
def unlogged() -> Iterator[None]:
    """Nothing is logged meanwhile: Apprise and what it calls log addresses, and passwords with
    them."""
    before = logging.root.manager.disable
    logging.disable()
    try:
        yield
    finally:
        logging.disable(before)


def secret(
    value: str, path: Path, line: int, name: str, environment: Mapping[str, str] = os.environ
) -> str:
    """What a value stands for: `env:NAME` for a variable of the environment, `file:PATH` for the
    first line of a file. Raises ConfigError."""
    if value.startswith(ENVIRONMENT):
        variable = value.removeprefix(ENVIRONMENT)
        found = environment.get(variable, "").strip()
        if not found:
            raise ConfigError(f"{path}:{line}: {name}: the environment has no {variable}")
        return found
    if value.startswith(FILE):
        file = path.parent / Path(value.removeprefix(FILE)).expanduser()
        try:
            return file.read_text(encoding="utf-8").split("\n", 1)[0].strip()
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "it is not UTF-8"
            raise ConfigError(f"{path}:{line}: {name}: {file} cannot be read ({why})") from None
    return value


def scheme(url: str) -> str:
    """What of an address may be shown.

    >>> scheme("mailtos://me:secret@mail.example")
    'mailtos://'
    """
    return f"{url.partition('://')[0][:20]}://" if "://" in url else ""
