"""Heads of records in ARC files, the format before WARC, as those of WARC records.

https://archive.org/web/researcher/ArcFileFormat.php, versions 1 and 2.
"""

from __future__ import annotations

import re

BEGINS = b"filedesc:"
"""Begins the first line of an ARC file."""
MARK = re.compile(
    rb"(?:filedesc|https?|dns|ftp)://?[^\s]+ [0-9a-fA-F.:]+ \d{12,17} [^\s]*"
    rb"(?: [^\s]+ [^\s]+ [^\s]+ \d+ [^\s]+)? \d{1,15}\r?\n",
    re.IGNORECASE,
)
"""A record's first line, where one is looked for behind damage."""
LONGEST = 1 << 12
_LINE = re.compile(
    r"(?P<url>[a-z][a-z0-9+.-]*:.+?) (?P<ip>[0-9a-f.:]+|-) (?P<date>\d{12,17}) (?P<type>.*?)"
    r"(?: (?P<status>\S+) \S+ \S+ \d+ \S+)? (?P<length>\d{1,15})",
    re.IGNORECASE,
)


def warc_headers(line: bytes) -> tuple[tuple[str, str], ...] | None:
    """The named fields of a WARC record that says what an ARC record's first line says; None if it
    is none.

    >>> warc_headers(b"http://a.example/ 192.0.2.1 19990131120000 text/html 42\\n")[1]
    ('WARC-Target-URI', 'http://a.example/')
    """
    text = line.decode("utf-8", "replace").rstrip("\r\n ")
    found = _LINE.fullmatch(text)
    if found is None:
        return None
    url, kind = found["url"], found["type"]
    if url.lower().startswith("filedesc:"):
        named = [("WARC-Type", "warcinfo"), ("WARC-Filename", url.partition("//")[2] or url)]
        kind = "text/plain"
    else:
        named = [("WARC-Type", "response"), ("WARC-Target-URI", url)]
        if url.lower().startswith(("http:", "https:")):
            kind = "application/http;msgtype=response"
    return (
        *named,
        ("WARC-Date", found["date"]),
        *([("WARC-IP-Address", found["ip"])] if found["ip"].strip("-0.") else []),
        ("Content-Type", kind),
        ("Hemeroteca-Original-ARC-Head", text),
        ("Content-Length", found["length"]),
    )
