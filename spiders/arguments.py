"""What users write after `-a`, read and checked before anything is opened or fetched."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

from crawler.config import home_address, is_partial_day
from crawler.counted import number_typed
from crawler.errors import UsageError


def web_address(name: str, value: str) -> str:
    """A normalised http(s) address. Raises UsageError.

    >>> web_address("site", "news.example")
    'https://news.example/'
    """
    url = home_address(value)
    if url is None:
        raise UsageError(f"{name}={value} is not a web address; write {name}=https://news.example")
    return url


def addresses(name: str, value: str | None) -> tuple[str, ...]:
    """One or more addresses apart by commas. Raises UsageError."""
    parts = [part for part in (value or "").split(",") if part.strip()]
    if not parts:
        raise UsageError(f"{name}= is missing; write -a {name}=https://news.example")
    return tuple(dict.fromkeys(web_address(name, part) for part in parts))


def without_scheme(*values: str | None) -> frozenset[str]:
    """Those of the addresses in arguments of which only the host is said: whether it speaks https
    is not known.

    >>> sorted(without_scheme("a.example,https://b.example", None))
    ['https://a.example/']
    """
    parts = [part for value in values for part in (value or "").split(",")]
    found = (home_address(part) for part in parts if "://" not in part)
    return frozenset(url for url in found if url is not None)


def address_file(path: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The addresses in a text file, one a line, and what is wrong with the lines that are none;
    blank lines and `#` comments are skipped. path: `-` for standard input.

    Raises UsageError: the file cannot be read, or holds no address at all.
    """
    if not path:
        raise UsageError("urls= is empty; name a text file with one URL per line")
    try:
        data = _standard_input() if path == "-" else Path(path).expanduser().read_bytes()
    except (OSError, ValueError, RuntimeError) as error:
        why = getattr(error, "strerror", None) or "not a file name"
        raise UsageError(
            f"urls={path} cannot be read ({why}); name a text file with one URL per line"
        ) from error
    found, wrong = [], []
    for number, line in enumerate(_lines(data), 1):
        line = line.strip()
        if line and not line.startswith("#"):
            try:
                line.encode()
                found.append(web_address("urls", line))
            except UnicodeEncodeError:
                wrong.append(f"{path}, line {number}: {line[:80]!r} is not UTF-8")
            except UsageError:
                wrong.append(f"{path}, line {number}: {line[:80]!r} is not a web address")
    if not found:
        first = f" ({wrong[0]})" if wrong else ""
        raise UsageError(f"urls={path} contains no URL{first}; write one per line")
    return tuple(dict.fromkeys(found)), tuple(wrong)


@cache
def _standard_input() -> bytes:
    """What was piped in: there once, and asked for by the check of a crawl and by the crawl."""
    return sys.stdin.buffer.read()


def _lines(data: bytes) -> list[str]:
    """The lines of a text in UTF-8, or in UTF-16 as Windows saves it; with lone surrogates where
    they are neither."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace").splitlines()
    return data.decode("utf-8-sig", "surrogateescape").splitlines()


def day(name: str, value: str | None) -> str | None:
    """A date as YYYY, YYYY-MM or YYYY-MM-DD, or None. Raises UsageError.

    >>> day("since", "2024-05")
    '2024-05'
    """
    if value is None:
        return None
    if not is_partial_day(value):
        raise UsageError(
            f"{name}={value} is not a date; write {name}=2024, {name}=2024-05 or {name}=2024-05-31"
        )
    return value


def choices(name: str, value: str | None, known: tuple[str, ...]) -> frozenset[str]:
    """Some of the known words, apart by commas; all where nothing is said. Raises UsageError."""
    if value is None:
        return frozenset(known)
    chosen = [part.strip() for part in value.split(",") if part.strip()]
    for each in chosen:
        if each not in known:
            raise UsageError(f"{name}={each}: choose from {', '.join(known)}")
    if not chosen:
        raise UsageError(f"{name}= is empty; choose from {', '.join(known)}")
    return frozenset(chosen)


def choice(name: str, value: str | None, known: tuple[str, ...]) -> str:
    """One of the known words; the first where nothing is said. Raises UsageError."""
    if value is None:
        return known[0]
    if value not in known:
        *others, last = known
        raise UsageError(f"{name}={value}: there are {', '.join(others)} and {last}")
    return value


def whole_number(name: str, value: str | None) -> int | None:
    """A number of 1 or more, or None. Raises UsageError."""
    if value is None:
        return None
    number = number_typed(value)
    if number is None:
        raise UsageError(f"{name}={value} must be a number of 1 or more; write {name}=100")
    return number
