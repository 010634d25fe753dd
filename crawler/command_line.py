"""What stands behind `hemeroteca`: Scrapy's command line, with our settings whatever the folder.

`crawler/__main__.py` sees to Ctrl-C while it loads.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, NoReturn

import scrapy.commands
from scrapy import cmdline
from scrapy.utils.conf import closest_scrapy_cfg

import crawler.commands
from crawler import __version__, bundled
from crawler.commands._unknown import no_verb
from crawler.commands._verbs import names, verbs
from crawler.verb import known_to_scrapy

SETTINGS = "crawler.settings"
_VARIABLE = "SCRAPY_SETTINGS_MODULE"
_NAME = "hemeroteca"


def run(arguments: list[str]) -> NoReturn:
    """Run one verb, and exit with its code. arguments: what follows the program's name."""
    verb = bundled.verb_typed(arguments)
    known = {
        *names(crawler.commands), *names(scrapy.commands),
        *entry_points(group="scrapy.commands").names,
    }  # fmt: skip
    if verb is None:
        if unknown := [word for word in arguments if word not in ("-h", "--help")]:
            _refuse(f"there is no option {unknown[0]} without a verb; {_NAME} -h lists all")
        print(_overview())  # noqa: T201
        sys.exit(0)
    if verb not in known:
        _refuse(no_verb(verb, known, _NAME))
    try:
        Path.cwd()
    except OSError as error:
        _refuse(f"the current folder cannot be used ({error.strerror}); change to another one")
    bundled.run_verb(verb)
    known_to_scrapy()
    _choose_settings()
    cmdline.ScrapyArgumentParser = _Parser  # type: ignore[misc, assignment]
    cmdline.execute([_NAME, *arguments])
    sys.exit(0)


class _Parser(cmdline.ScrapyArgumentParser):
    """Scrapy's, with our name in the usage."""

    def __init__(self, *, usage: str, **more: Any) -> None:
        super().__init__(prog=_NAME, usage=usage.replace("scrapy", _NAME, 1), **more)


def _overview() -> str:
    lines = [
        f"Hemeroteca {__version__}: a newspaper goes in, a searchable, citable archive comes out.",
        "",
        f"usage: {_NAME} VERB …      {_NAME} VERB -h explains one",
        "",
    ]
    ours = verbs()
    lines += [f"  {name:<11} {each.short_desc()}" for name, each in sorted(ours.items())]
    others = sorted({*names(scrapy.commands)} - ours.keys())
    return "\n".join([*lines, "", f"Scrapy's own: {', '.join(others)}"])


def _choose_settings() -> None:
    """Have Scrapy take our settings, whatever project the folder belongs to.

    A module of the user's that builds on them (`from crawler.settings import *`) is taken in their
    place where the environment names it; one that does not is some other project's.
    """
    if bundled.CHECKOUT is not None:  # before any folder that has `spiders`, too
        sys.path.insert(0, str(bundled.CHECKOUT))
    named = os.environ.get(_VARIABLE)
    if named and named != SETTINGS:
        if found := closest_scrapy_cfg():
            sys.path.append(str(Path(found).parent))  # as Scrapy does, a little later
        try:
            module = import_module(named)
        except ImportError as error:
            _refuse(
                f"{_VARIABLE}={named} cannot be imported ({error}); unset it, or put its folder on"
                " PYTHONPATH"
            )
        if str(getattr(module, "COMMANDS_MODULE", "")).startswith(crawler.commands.__name__):
            return
        sys.stderr.write(
            f"{_NAME}: {_VARIABLE}={named} belongs to another project and is ignored; a module of"
            " your own must begin with: from crawler.settings import *\n"
        )
    os.environ[_VARIABLE] = SETTINGS


def _refuse(message: str) -> NoReturn:
    sys.stderr.write(f"{_NAME}: {message}\n")
    sys.exit(2)
