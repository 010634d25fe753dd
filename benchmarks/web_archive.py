"""A web archive of one's own: captures in a WARC file as warcio writes it, served by pywb."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from benchmarks.replay_server import wayback

TOOLS = Path(__file__).resolve().parent.parent / ".venv-replay" / "bin"
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Kept:
    """A capture that a web archive has. listed_as: a digest that its index has in place of the
    payload's own."""

    url: str
    timestamp: str
    body: bytes = b""
    status: int = 200
    content_type: str = HTML
    headers: tuple[tuple[str, str], ...] = ()
    listed_as: str | None = None

    @property
    def digest(self) -> str:
        """SHA-1 in Base32, as indexes have it."""
        if self.listed_as is not None:
            return self.listed_as
        return base64.b32encode(hashlib.sha1(self.body).digest()).decode()

    @property
    def date(self) -> datetime:
        """When it was captured."""
        return datetime.strptime(self.timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def warc(kept: Iterable[Kept], path: Path) -> Path:
    """Write a WARC file of captures; returns its path."""
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True, warc_version="1.0")
        writer.write_record(writer.create_warcinfo_record(path.name, {"software": "Other/1"}))
        for each in kept:
            headers = [("Content-Type", each.content_type), *each.headers]
            head = StatusAndHeaders(f"{each.status} Said", headers, protocol="HTTP/1.1")
            writer.write_record(
                writer.create_warc_record(
                    each.url, "response", payload=BytesIO(each.body), http_headers=head,
                    warc_headers_dict={"WARC-Date": each.date.strftime("%Y-%m-%dT%H:%M:%SZ")},
                )
            )  # fmt: skip
    return path


@contextmanager
def pywb(folder: Path, *files: Path) -> Iterator[str]:
    """pywb with a collection of some WARC files, in a folder of its own; gives the collection's
    address. Raises FileNotFoundError where it is not installed (`make replay-tools`)."""
    quiet = {**os.environ, "PYTHONWARNINGS": "ignore"}
    for words in (["init", "news"], ["add", "news", *map(str, files)]):
        subprocess.run(
            [TOOLS / "wb-manager", *words], cwd=folder, check=True, capture_output=True, env=quiet
        )
    with wayback(TOOLS, folder) as address:
        yield f"{address}/news"
