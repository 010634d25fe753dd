"""How the answers in a WARC file were asked for, as its request records tell."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.warc.http import parse
from crawler.warc.reader import Record

_METHOD = re.compile(rb"([A-Z]{2,20}) ")
_FOR_PAGES = ("document", "iframe", "frame", "")
_MOST = 20_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, as far as it tells what its answer is for."""

    method: str = "GET"
    for_page: bool = True
    """Whether a page was asked for; not a picture, a script or data for one."""


_PAGE = Asked()


class Requests:
    """The requests of a file that asked for anything but a page. They are found by whatever ties
    them to their answer: by WARC-Concurrent-To on either side, else by address and time."""

    def __init__(self) -> None:
        self._odd: dict[str, Asked] = {}

    def note(self, record: Record) -> None:
        """Take a record that may be a request."""
        if record.kind != "request" or (asked := _asked(record.block)) == _PAGE:
            return
        about = record.get("WARC-Concurrent-To")
        for key in filter(None, (about or _moment(record), record.record_id)):
            self._odd[key] = asked
        while len(self._odd) > _MOST:
            del self._odd[next(iter(self._odd))]

    def of(self, record_id: str, keys: tuple[str, ...]) -> Asked:
        """How an answer was asked for. keys: what `keys` gave for its record."""
        return next((self._odd[key] for key in (record_id, *keys) if key in self._odd), _PAGE)

    def clear(self) -> None:
        """Forget all: the file is at its end."""
        self._odd.clear()


def keys(record: Record) -> tuple[str, ...]:
    """What else than its name may tie a response to its request."""
    about = record.get("WARC-Concurrent-To")
    tied = (record.record_id, about or "", _moment(record))
    return tuple(each for each in tied if each)


def _moment(record: Record) -> str:
    return f"{record.date} {record.url}"


def _asked(block: bytes) -> Asked:
    method = _METHOD.match(block)
    head = parse(block)
    made_by_script = (head.get("X-Requested-With") or "").lower() == "xmlhttprequest"
    for_page = (head.get("Sec-Fetch-Dest") or "").strip().lower() in _FOR_PAGES
    said = method[1].decode() if method else "GET"
    return Asked(said, for_page and not made_by_script)
