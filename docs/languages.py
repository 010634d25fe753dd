"""`make languages`: write the names of months and of days of the week that dateparser knows into
the files of `data/languages/`, below what is written there by hand.

A language's own names are added above, in its table `months`, and are left out below.
"""

from __future__ import annotations

import re
import sys
import tomllib
from importlib import import_module
from pathlib import Path

from crawler.bundled import folder
from crawler.extract.language.months import MONTHS, month_key

BEGIN = "# Written by `make languages`: to add a name, add it to `months` above.\n"
"""The line that what is written stands under."""
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SAYS_LITTLE = re.compile(r"\d|^[a-z\xe0-\u04ff]{1,2}$")
"""Numbers, which are read elsewhere, and names of one or two letters of an alphabet."""


def main() -> None:
    """Write all files anew; say which have changed."""
    for path in sorted(folder("languages").glob("*.toml")):
        before = path.read_text(encoding="utf-8")
        after = with_months(before, path.stem)
        if after != before:
            path.write_text(after, encoding="utf-8")
            sys.stdout.write(f"{Path(path.parent.name) / path.name}\n")


def with_months(text: str, code: str) -> str:
    """A file's text with the names of months and days as dateparser has them.

    code: the language.
    """
    by_hand = text.partition(BEGIN)[0].rstrip("\n")
    added = tomllib.loads(by_hand).get("months", {})
    own = {name for key in MONTHS for name in added.get(key, "").split()}
    months = {key: _names(code, key, own) for key in MONTHS}
    lines = [f'{key} = "{names}"\n' for key, names in months.items() if names]
    days = dict.fromkeys(name for key in _WEEKDAYS for name in _named(code, key))
    if lines and days:
        lines.append(f'weekdays = "{" ".join(days)}"\n')
    table = f"\n\n{BEGIN}[dateparser]\n{''.join(lines)}" if lines else "\n"
    return by_hand + table


def _names(code: str, month: str, own: set[str]) -> str:
    found = _named(code, month)
    return " ".join(name for name in found if name not in own and not _SAYS_LITTLE.search(name))


def _named(code: str, key: str) -> dict[str, None]:
    """What dateparser knows for a month or a day of the week, in order, each once."""
    try:
        info = import_module(f"dateparser.data.date_translation_data.{code}").info
    except ModuleNotFoundError:
        return {}
    return dict.fromkeys(month_key(name) for name in info.get(key, ()))


if __name__ == "__main__":
    main()
