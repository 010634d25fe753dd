"""The first configuration of an archive, and lists of papers to begin with."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

from lxml import etree

from crawler.config.values import home_address
from crawler.urls import site_host

_ADDRESS_COLUMNS = (
    "address", "url", "site", "homepage", "home", "website", "domain", "host", "link",
)  # fmt: skip
_NAME_COLUMNS = ("paper", "name", "title", "newspaper", "source", "outlet", "publication")

_FEED_SCHEME = re.compile(r"feed:(?://)?", re.IGNORECASE)
"""Of addresses that are meant for feed readers: feed://…, feed:https://…"""

_TEMPLATE = """\
# What this archive is made of: `{program} crawl news` archives the papers named here.
# Lines that begin with # are comments. `{program} init --check` says what is wrong with this file.

# How a site's operator can reach you: a mail address, or the URL of a page.
{contact}

# The folder of the archive, seen from this file. "archives/{{paper}}" gives each paper its own.
archive = "archive"

# With one archive, one run fetches all papers side by side; jobs = 1 takes paper after paper.
# With "archives/{{paper}}", so many processes at once:
# jobs = 4

# A file of numbers for Prometheus (textfile collector), written after each run:
# metrics = "/var/lib/node_exporter/hemeroteca.prom"

# What holds for all papers that do not say otherwise.
[defaults]
# sources = {sources}
# scope = "newspaper"        # or "host": without hosts below the paper's own
# since = 2024-01-01         # only stories published since; also "2024" and "2024-05"
# until = "2024"
# delay = 5                  # seconds between two requests of one host, 2 or more
# revisit_after = ["1 hour", "6 hours", "1 day", "1 week", "30 days", "180 days"]
# every = "6 hours"          # how often a fleet's workers take a paper; else once a day
# render = "auto"            # pages of script in a browser: "auto", "never", "always"
# keep = "text"              # or "pictures" of the stories, or "page": all that a page shows
# alarms = {{ more = false, silent = 14 }}   # what is told of a paper, and from where on

# Who is told of what the monitors find, and of runs that fail ({program} notify sends a test).
# Secrets: "env:NAME" takes the value of a variable of the environment, "file:PATH" that of a file.
# [notify]
# to = ["env:HEMEROTECA_MAIL"]   # Apprise: mailtos://…, slack://…, matrix://…, json://… …
# ping = "file:ping-address"     # a healthchecks address, asked at start, end and failure
# command = ["logger", "-t", "hemeroteca"]   # gets the message as its input
# when = "findings"          # or "always"
# level = "warning"          # the least that is worth a message: error, warning, note

# One table a paper. Its name is yours, and is what reports call it.
"""
_EXAMPLE = """\
# [papers.daily]
# address = "https://daily.example/"
# since = "2024"
# cookies = "daily-cookies.txt"   # of a subscription that you have, as browsers export them
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper of a list. name: as the list has it, or its host."""

    name: str
    address: str


def written(
    entries: Iterable[Entry], *, sources: Iterable[str], program: str, contact: str = ""
) -> str:
    """The text of a commented configuration."""
    line = f"contact = {_quoted(contact)}" if contact else '# contact = "you@library.example"'
    said = ", ".join(map(_quoted, sources))
    head = _TEMPLATE.format(contact=line, sources=f"[{said}]", program=program)
    used: set[str] = set()
    tables = [
        f"[papers.{_table_name(each.name or site_host(each.address), used)}]\n"
        f"address = {_quoted(each.address)}\n"
        for each in entries
    ]
    return head + ("\n" + "\n".join(tables) if tables else _EXAMPLE)


def from_list(text: str, *, is_opml: bool) -> tuple[list[Entry], list[str]]:
    """The papers that a list names, one host once, and what is wrong with those it cannot mean.

    text: CSV with a header, or with addresses alone; or OPML, as feed readers export it. Raises
    ValueError where it cannot be read at all.
    """
    rows = _opml(text) if is_opml else _csv(text)
    found: dict[str, Entry] = {}
    wrong = []
    for number, name, address in rows:
        url = home_address(address)
        if url is None:
            wrong.append(f"line {number}: {address[:80]!r} is not a web address")
            continue
        if is_opml:  # what feeds are at is no home page; what has a page of its own says so
            url = url if not urlsplit(url).path.endswith((".xml", ".rss")) else _front(url)
        found.setdefault(site_host(url), Entry(name or site_host(url), url))
    return list(found.values()), wrong


def _csv(text: str) -> list[tuple[int, str, str]]:
    text = text.removeprefix("\ufeff")
    told = (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    first = next(told, "")
    delimiter = max(",;\t", key=first.count)
    table = csv.reader(io.StringIO(text, newline=None), delimiter=delimiter)
    try:
        rows = [
            (table.line_num, [cell.strip() for cell in row])
            for row in table
            if any(row) and not row[0].startswith("#")
        ]
    except csv.Error as error:
        raise ValueError(f"line {table.line_num}: {error}") from error
    if not rows:
        raise ValueError("it is empty")
    header = [cell.lower() for cell in rows[0][1]]
    at = next((header.index(name) for name in _ADDRESS_COLUMNS if name in header), None)
    named = next((header.index(name) for name in _NAME_COLUMNS if name in header), None)
    if at is None:
        at = next((i for i, cell in enumerate(rows[0][1]) if home_address(cell)), None)
        if at is None:
            raise ValueError(f"no column is called {' or '.join(_ADDRESS_COLUMNS[:3])}")
        named = 1 - at if len(header) == 2 else None
    else:
        del rows[0]
    return [
        (number, row[named] if named is not None and named < len(row) else "", row[at])
        for number, row in rows
        if at < len(row) and row[at]
    ]


def _opml(text: str) -> list[tuple[int, str, str]]:
    # the text is decoded already, whatever encoding it declares
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, encoding="utf-8"
    )
    try:
        tree = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"it is not OPML ({error})") from error
    found = []
    for outline in tree.iter("outline"):
        page, feed = outline.get("htmlUrl"), outline.get("xmlUrl")
        if address := page or (_front(feed) if feed else None):
            name = outline.get("title") or outline.get("text") or ""
            found.append((_line(outline), name, address))
    return found


def _line(outline: etree._Element) -> int:
    return cast("int | None", outline.sourceline) or 0


def _front(feed: str) -> str:
    """The front page of a feed's host; the feed's address where that is none."""
    url = home_address(_FEED_SCHEME.sub("", feed))
    if url is None:
        return feed
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"


def _table_name(name: str, used: set[str]) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "paper"
    found, number = base, 2
    while found in used:
        found, number = f"{base}-{number}", number + 1
    used.add(found)
    return found


def _quoted(text: str) -> str:
    """A string of TOML: what JSON writes is one, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
