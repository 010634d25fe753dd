"""`hemeroteca`: Scrapy with this project's settings and verbs, from any folder.

`python -m crawler` is the same. Next to nothing is imported here, for Scrapy takes the better part
of a second: by then Ctrl-C must be answered.
"""

from __future__ import annotations

import sys

from crawler import __version__, interrupts


def main() -> None:
    """Run what the command line says, and exit."""
    interrupts.leave_at_once()
    if sys.argv[1:] in (["--version"], ["-V"]):
        print(f"hemeroteca {__version__}")  # noqa: T201
        sys.exit(0)
    from crawler import plainly

    plainly.run(sys.argv[1:])
    from crawler import command_line

    interrupts.leave_no_more()
    interrupts.answer_interrupts()
    command_line.run(sys.argv[1:])


if __name__ == "__main__":
    main()
