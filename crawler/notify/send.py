"""Telling somebody. What fails is said, and changes nothing: the archive is what it is."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPException, InvalidURL
from typing import Literal
from urllib.error import HTTPError
from urllib.parse import urlsplit, urlunsplit
from urllib.request import Request, urlopen

from crawler.extras import needs_extra
from crawler.notify.message import Message
from crawler.notify.notifiers import Notifiers, scheme, unlogged

Moment = Literal["start", "end", "fail"]

_SECONDS = 15
_COMMAND_SECONDS = 60
_STANDARD_ERROR = 2
"""Where a command's output goes: ours may be a document that a program reads."""
_MOST_BYTES = 100_000
"""Of a ping's body; healthchecks keeps no more."""


@dataclass(frozen=True, slots=True)
class Undelivered:
    """Somebody could not be told. by: which way, without its secrets."""

    by: str
    why: str


def send(notifiers: Notifiers, message: Message, exit_code: int) -> Iterator[Undelivered]:
    """Tell all of them."""
    if notifiers.to:
        yield from _by_apprise(notifiers.to, message)
    if notifiers.command:
        yield from _by_command(notifiers.command, message, exit_code)


def ping(notifiers: Notifiers, moment: Moment, run: str, body: str = "") -> Iterator[Undelivered]:
    """Have a healthchecks service know that a run begins, ends or has failed. run: which one, a
    UUID."""
    if notifiers.ping is None:
        return
    parts = urlsplit(notifiers.ping)
    path = parts.path.rstrip("/") + {"start": "/start", "end": "", "fail": "/fail"}[moment]
    query = "&".join(filter(None, [parts.query, f"rid={run}"]))
    url = urlunsplit(parts._replace(path=path, query=query))
    request = Request(url, body.encode()[:_MOST_BYTES], {"Content-Type": "text/plain"})  # noqa: S310
    try:
        with urlopen(request, timeout=_SECONDS):  # noqa: S310
            pass
    except HTTPError as error:
        yield Undelivered(f"ping at {parts.hostname}", f"HTTP {error.code}")
    except InvalidURL:
        yield Undelivered(f"ping at {parts.hostname}", "its address has a control character")
    except HTTPException:
        yield Undelivered(f"ping at {parts.hostname}", "what answers is no web server")
    except (OSError, ValueError) as error:
        why = getattr(error, "reason", None) or error
        yield Undelivered(f"ping at {parts.hostname}", _without(str(why), notifiers.ping))


def _by_apprise(to: tuple[str, ...], message: Message) -> Iterator[Undelivered]:
    with needs_extra("notify", "notify"):
        import apprise

    for url in to:
        way = apprise.Apprise()
        kind = apprise.NotifyType.FAILURE if message.is_bad else apprise.NotifyType.WARNING
        with unlogged():
            told = way.add(url) and way.notify(
                title=message.title, body=message.body, notify_type=kind,
                body_format=apprise.NotifyFormat.TEXT,
            )  # fmt: skip
        if not told:
            yield Undelivered(scheme(url), "it was not accepted")


def _by_command(
    command: tuple[str, ...], message: Message, exit_code: int
) -> Iterator[Undelivered]:
    text = f"{message.title}\n\n{message.body}\n"
    told = {"HEMEROTECA_TITLE": message.title, "HEMEROTECA_EXIT_CODE": str(exit_code)}
    try:
        done = subprocess.run(  # noqa: S603
            command, input=text, text=True, check=False, timeout=_COMMAND_SECONDS,
            env={**os.environ, **told}, stdout=_STANDARD_ERROR,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        why = getattr(error, "strerror", None) or f"it took more than {_COMMAND_SECONDS} s"
        yield Undelivered(f"command {command[0]}", why)
        return
    if done.returncode:
        yield Undelivered(f"command {command[0]}", f"exit code {done.returncode}")


def _without(text: str, hidden: str) -> str:
    return text.replace(hidden, "…")
