"""WARC files as other programs write them: warcio's records in every packing."""

from __future__ import annotations

import gzip
import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import BufferWARCWriter

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PROSE = b"<p>The harbour was quiet in the morning, and the tide table hung where it always did.</p>"


def page(number: int) -> bytes:
    """Some HTML, another one for each number."""
    return b"<!doctype html><title>Page %d</title>" % number + PROSE * (number % 7 + 1)


def written(version: str = "1.1", count: int = 6) -> list[bytes]:
    """Records as warcio writes them, unpacked: a warcinfo, pairs of response and request, and a
    revisit of the first."""
    made: list[bytes] = []

    def put(record: Callable[[BufferWARCWriter], ArcWarcRecord]) -> None:
        writer = BufferWARCWriter(gzip=False, warc_version=version)
        writer.write_record(record(writer))
        made.append(writer.get_contents())

    put(lambda w: w.create_warcinfo_record("f.warc", {"software": "Other/1", "format": "WARC"}))
    for number in range(count):
        url = f"https://news.example/{number}"
        chunked = number % 3 == 2
        named = [("Content-Type", "text/html; charset=utf-8"), ("X-Odd", "a"), ("x-odd", "b")]
        body = page(number)
        if chunked:
            named.append(("Transfer-Encoding", "chunked"))
            body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
        moment = {"WARC-Date": _date(version, number), "WARC-Record-ID": _id(number)}
        put(
            lambda w, url=url, named=named, body=body, moment=moment: w.create_warc_record(  # type: ignore[misc]
                url, "response", payload=io.BytesIO(body), warc_headers_dict=moment,
                http_headers=StatusAndHeaders("200 OK", named, protocol="HTTP/1.1"),
            )
        )  # fmt: skip
        moment = {"WARC-Date": _date(version, number), "WARC-Concurrent-To": _id(number)}
        put(
            lambda w, url=url, moment=moment: w.create_warc_record(  # type: ignore[misc]
                url, "request", warc_headers_dict=moment,
                http_headers=StatusAndHeaders(
                    "GET / HTTP/1.1", [("Host", "news.example")], is_http_request=True
                ),
            )
        )  # fmt: skip
    put(
        lambda w: w.create_revisit_record(
            "https://news.example/0", "sha1:B6QJ6BNJ3R4B23XXMRKZKHLPGJY2VE4O",
            "https://news.example/0", _date(version, 0),
            http_headers=StatusAndHeaders("200 OK", [("ETag", '"1"')], protocol="HTTP/1.1"),
        )
    )  # fmt: skip
    return made


def _date(version: str, number: int) -> str:
    moment = datetime(2024, 2, 29, 23, 59) + timedelta(minutes=number)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ" if version == "1.0" else "%Y-%m-%dT%H:%M:%S.%fZ")


def _id(number: int) -> str:
    return f"<urn:uuid:00000000-0000-4000-8000-{number:012d}>"


@dataclass(frozen=True)
class Packed:
    """A file, and where in it each record's member begins and ends."""

    data: bytes
    places: list[tuple[int, int]]


def _each(records: list[bytes], pack: Callable[[bytes], bytes], before: bytes = b"") -> Packed:
    places, data = [], before
    for record in records:
        member = pack(record)
        places.append((len(data), len(data) + len(member)))
        data += member
    return Packed(data, places)


def _one(records: list[bytes], pack: Callable[[bytes], bytes]) -> Packed:
    data = pack(b"".join(records))
    return Packed(data, [(0, len(data))] * len(records))


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, 6, mtime=0)


def _with_dictionary(records: list[bytes], *, packed: bool) -> Packed:
    """As the IIPC's "WARC files in Zstandard" has it: the dictionary is in a frame of its own."""
    dictionary = zstd.train_dict([record[:4000] * 2 for record in records] * 10, 2048)
    content = zstd.compress(dictionary.dict_content) if packed else dictionary.dict_content
    frame = b"\x5d\x2a\x4d\x18" + len(content).to_bytes(4, "little") + content
    return _each(records, lambda record: zstd.compress(record, zstd_dict=dictionary), frame)


PACKINGS: dict[str, Callable[[list[bytes]], Packed]] = {
    "f.warc": lambda records: _each(records, bytes),
    "f.warc.gz": lambda records: _each(records, _gzip),
    "one-member.warc.gz": lambda records: _one(records, _gzip),
    "f.warc.zst": lambda records: _each(records, zstd.compress),
    "one-frame.warc.zst": lambda records: _one(records, zstd.compress),
    "dictionary.warc.zst": lambda records: _with_dictionary(records, packed=False),
    "packed-dictionary.warc.zst": lambda records: _with_dictionary(records, packed=True),
}
