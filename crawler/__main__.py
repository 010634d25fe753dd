"""`hemeroteca`: Scrapy with this project's settings and verbs, from any folder.

`python -m crawler` is the same. Little is imported here, for Scrapy takes the better part of a
second: by then Ctrl-C must be answered.
"""

from __future__ import annotations

import sys
from typing import NoReturn

from crawler import __version__
from crawler.interrupts import answer_interrupts, leaving_at_once


def main() -> NoReturn:
    """Run what the command line says, and exit."""
    answer_interrupts()
    if sys.argv[1:] in (["--version"], ["-V"]):
        print(f"hemeroteca {__version__}")  # noqa: T201
        sys.exit(0)
    with leaving_at_once():
        from crawler import command_line
    command_line.run(sys.argv[1:])


if __name__ == "__main__":
    main()
