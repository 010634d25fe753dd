"""What is checked of a crawl's settings and arguments before anything is opened or fetched."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from scrapy.settings import BaseSettings

from crawler.bundled import PROGRAM, user_agent
from crawler.commands._shared import folder_named, say
from crawler.config import RENDERS, Papers, reaches_somebody
from crawler.errors import UsageError

_LEAST: dict[str, tuple[type[int] | type[float], float]] = {
    "DOWNLOAD_DELAY": (float, 0), "DOWNLOAD_TIMEOUT": (float, 1), "STOP_SECONDS": (float, 0),
    "CONCURRENT_REQUESTS": (int, 1), "CONCURRENT_REQUESTS_PER_DOMAIN": (int, 1),
    "EXTRACT_WORKERS": (int, 0), "EXTRACT_CPU_SECONDS": (float, 0.01), "BATCH_SIZE": (int, 1),
    "BATCH_SECONDS": (float, 0), "BODIES_MAXSIZE": (int, 0), "DISK_SPARE_BYTES": (int, 0),
    "REQUISITE_MAXSIZE": (int, 1), "WARC_FILE_BYTES": (int, 1), "RENDER_PAGES": (int, 1),
    "RENDER_SECONDS": (float, 1), "RENDER_REQUESTS": (int, 0), "RENDER_MEMORY": (int, 128),
}  # fmt: skip
"""Setting → what it is, and the least that makes sense."""

# How alike a name must be to a known one to be taken for it, misspelt: DOWLOAD_DELY is, but not
# what extensions have, as ROTATING_PROXY_LIST.
_ALIKE = 0.85


def check_names(given: Sequence[str]) -> None:
    """Look at the names of settings (`-s NAME=VALUE`): none has an effect that nobody knows.

    One that is nearly a known one was misspelt: raises UsageError. Any other may be read by an
    extension of the user's, which we cannot know: it is named, and the run goes on.
    """
    known = _known_settings()
    for name in (each.partition("=")[0] for each in given):
        if name in known:
            continue
        alike = difflib.get_close_matches(name.upper(), known, 1, _ALIKE)
        if alike:
            raise UsageError(f"-s {name}: there is no such setting; did you mean {alike[0]}?")
        say(
            f"{PROGRAM} crawl: -s {name}: neither Scrapy nor Hemeroteca has such a setting; it can"
            " only affect an extension of your own"
        )


def _known_settings() -> set[str]:
    """Names of Scrapy's settings and ours."""
    from scrapy.settings import default_settings

    import crawler.settings

    names = {*dir(default_settings), *dir(crawler.settings)}
    return {name for name in names if name.isupper() and not name.startswith("_")}


def check_settings(settings: BaseSettings) -> None:
    """Raise UsageError for a setting (`-s NAME=VALUE`) that no run could begin or end with."""
    for name, (kind, least) in _LEAST.items():
        try:
            sound = kind(settings[name]) >= least
        except (TypeError, ValueError):
            sound = False
        if not sound:
            number = "a whole number" if kind is int else "a number"
            raise UsageError(f"-s {name}={settings[name]}: must be {number}, {least:g} or more")
    try:
        sound = all(int(each) > 0 for each in settings.getlist("REVISIT_AFTER"))
    except ValueError:
        sound = False
    if not sound:
        raise UsageError(
            f"-s REVISIT_AFTER={settings['REVISIT_AFTER']}: must be whole seconds, separated by"
            " commas"
        )


def apply_arguments(settings: BaseSettings, arguments: Mapping[str, str]) -> None:
    """Turn the arguments that concern the whole run into settings. Raises UsageError,
    ArchiveError."""
    put = settings.set
    folder = folder_named(arguments.get("archive", settings["ARCHIVE"]))
    put("ARCHIVE", str(folder), priority="cmdline")
    allow = arguments.get("allow_private", "0")
    if allow not in ("0", "1"):
        raise UsageError(f"allow_private={allow} must be 0 or 1")
    put("ALLOW_PRIVATE", allow == "1", priority="cmdline")
    if (render := arguments.get("render")) is not None:
        put("RENDER", render, priority="cmdline")
        put("RENDER_FOR_ALL", True, priority="cmdline")
    _check_render(settings)
    name_contact(settings, arguments.get("contact"))


def _check_render(settings: BaseSettings) -> None:
    """Raise UsageError where pages are to be shown in a browser in any case, and none is there, or
    it is not said how in words that are known."""
    asked = [settings["RENDER"]]
    if not settings.getbool("RENDER_FOR_ALL"):
        papers = Papers.of_setting(settings.get("PAPERS"))
        asked += [paper.render for paper in papers if paper.render is not None]
    for each in asked:
        if each not in RENDERS:
            raise UsageError(f"render={each}: choose from {', '.join(RENDERS)}")
    from crawler.render import what_lacks

    if "always" in asked and (lacks := what_lacks(settings["RENDER_BROWSER"])) is not None:
        raise UsageError(f"render=always needs a browser: {lacks}")


def name_contact(settings: BaseSettings, said: str | None = None) -> None:
    """Have the User-Agent name the contact: that which is said, else that of the settings, unless
    they have a User-Agent of their own. Raises UsageError where nobody can be reached by it."""
    import crawler.settings

    contact: str = settings["CONTACT"] if said is None else said
    if said is None and not contact.strip():
        return
    if not reaches_somebody(contact):
        raise UsageError(
            f"contact={contact} must be a mail address or URL in ASCII; write"
            " contact=you@library.example"
        )
    settings.set("CONTACT", contact, priority="cmdline")
    if said is not None or settings["USER_AGENT"] == crawler.settings.USER_AGENT:
        settings.set("USER_AGENT", user_agent(contact), priority="cmdline")


def require_contact(settings: Mapping[str, Any], seeds: Iterable[str]) -> None:
    """Raise UsageError where somebody else's server is to be visited and nobody could be reached by
    its operator. Servers of this machine need none."""
    if settings["CONTACT"].strip():
        return
    from crawler.urls import is_loopback

    for url in seeds:
        if not is_loopback(urlsplit(url).hostname or ""):
            raise UsageError(
                "say how the site's operator can reach you: -a contact=you@library.example, or the"
                " URL of a page; or set HEMEROTECA_CONTACT in the environment"
            )
