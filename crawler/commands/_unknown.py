"""What `scrapy` says of a verb that there is not: the one that was meant, where it is clear."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from scrapy import cmdline
from scrapy.settings import BaseSettings

from crawler.bundled import PROGRAM
from crawler.text import shown


def no_verb(verb: str, known: Iterable[str], program: str) -> str:
    """One line on a verb that there is not.

    >>> no_verb("statsu", ["status", "verify"], "scrapy")
    "no verb 'statsu'; did you mean status? scrapy -h lists all"
    """
    import difflib  # for a verb that there is not, alone

    alike = difflib.get_close_matches(verb, known, 1)
    hint = f"; did you mean {alike[0]}?" if alike else ";"
    return shown(f"no verb {verb!r}{hint} {program} -h lists all")


def suggest_verbs() -> None:
    """Have Scrapy's own command line say it so, too. The name is private to Scrapy: where it is not
    there any more, its own words stand."""
    if hasattr(cmdline, "_print_unknown_command"):
        cmdline._print_unknown_command = _tell


def _tell(settings: BaseSettings, cmdname: str, inproject: bool) -> None:
    known = cmdline._get_commands_dict(settings, inproject)
    sys.stderr.write(f"{PROGRAM}: {no_verb(cmdname, known, PROGRAM)}\n")
