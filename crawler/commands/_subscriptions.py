"""Cookies of subscriptions, looked at before a crawl begins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from scrapy.settings import BaseSettings

from crawler.bundled import PROGRAM
from crawler.commands._config import Found
from crawler.commands._shared import say
from crawler.config import Paper, Papers
from crawler.errors import ConfigError, UsageError
from crawler.subscriptions import CookieFile, Subscription
from crawler.text import shown


def usable(found: Found, papers: Sequence[Paper]) -> tuple[tuple[Paper, ...], list[str]]:
    """The papers that can be read as the configuration wants it, and what is wrong with the cookies
    of the others: one that has expired stops no other paper."""
    sound, wrong = [], []
    for paper in papers:
        try:
            if (file := found.cookies_of(paper)) is not None:
                Subscription(file)
            sound.append(paper)
        except ConfigError as error:
            wrong.append(f"{found.path}: papers.{paper.name}.cookies: {error}")
    return tuple(sound), wrong


def take(settings: BaseSettings, seeds: Sequence[str], arguments: Mapping[str, str]) -> None:
    """Have a run use the cookies of its newspapers, and say so. seeds: what it is sent for. Raises
    UsageError, ConfigError."""
    files = _wanted(settings["COOKIE_FILES"], seeds)
    if (named := arguments.get("cookies")) is not None:
        if "paper" in arguments:
            raise UsageError(
                "cookies= goes with site= or url=; of a paper of hemeroteca.toml, write cookies ="
                " there"
            )
        # of the hosts that the user names; one on the way to them gets nothing
        files = [CookieFile(named, tuple(seeds))]
    for file in files:
        try:
            subscription = Subscription(file)
        except ConfigError as error:
            if named is None:
                raise
            raise UsageError(f"cookies={error}") from None
        for line in filter(None, (str(subscription), subscription.warning)):
            say(shown(f"{PROGRAM} crawl: {line}"))
    settings.set("COOKIE_FILES", [asdict(each) for each in files], priority="cmdline")


def _wanted(files: Iterable[Mapping[str, object]], seeds: Sequence[str]) -> list[CookieFile]:
    known = [CookieFile(**each) for each in files]  # type: ignore[arg-type]
    papers = Papers(Paper(str(number), each.addresses) for number, each in enumerate(known))
    found = {paper.name for seed in seeds if (paper := papers.of(seed)) is not None}
    return [each for number, each in enumerate(known) if str(number) in found]
