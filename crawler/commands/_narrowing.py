"""Options that narrow stories down, for verbs that take some of them."""

from __future__ import annotations

import argparse
from dataclasses import replace

from crawler.commands._shared import host_named
from crawler.errors import UsageError
from crawler.search import FORMS, Filter, Query, period


def add_narrowing(parser: argparse.ArgumentParser) -> None:
    """Add --site, --since, --until, --author, --section, --tag and --lang."""
    parser.add_argument("--site", metavar="HOST", help="only stories of this newspaper")
    for name, which in (("since", "from"), ("until", "up to")):
        parser.add_argument(
            f"--{name}", metavar="DATE",
            help=f"only stories published {which} this day, month or year",
        )  # fmt: skip
    for name in ("author", "section", "tag"):
        parser.add_argument(f"--{name}", action="append", default=[], metavar="NAME",
                            help=f"only stories with this {name}")  # fmt: skip
    parser.add_argument("--lang", metavar="CODE", help="only stories in this language: en, de …")


def narrowed(query: Query, opts: argparse.Namespace) -> Query:
    """A query, narrowed down by the options too. Raises UsageError."""
    filters = list(query.filters)
    if (host := host_named(opts.site)) is not None:
        filters.append(Filter("site", host))
    for name in ("author", "section", "tag"):
        filters += [Filter(name, value) for value in getattr(opts, name)]
    if opts.lang is not None:
        filters.append(Filter("lang", opts.lang))
    since, before = query.since, query.before
    for option in ("since", "until"):
        value = getattr(opts, option)
        if value is None:
            continue
        known = period(value)
        if known is None:
            raise UsageError(f"--{option} {value} is not a date: {FORMS}")
        if option == "since":
            since = max(known[0], since or "")
        else:
            before = min(known[1], before or known[1])
    return replace(query, filters=tuple(filters), since=since, before=before)
